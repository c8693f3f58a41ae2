"""The gateway: reviewers work in Label Studio through an origin of ours, which lets each reach her own tasks and nothing
else. Label Studio Community itself lets every member read, change and delete everything.
"""
