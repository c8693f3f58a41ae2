"""One file that holds an installation, and an installation from one file.

`making.back_up` and `restoring.restore` are the two acts; the other files are what they are made of. Nothing
here knows an app's models by import: tables are asked by SQL, in the copy that goes into the archive.
"""
