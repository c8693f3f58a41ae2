"""Label Studio as the place where reviewers work: one client, the screens, and the reading of what comes back."""
