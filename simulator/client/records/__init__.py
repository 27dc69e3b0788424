"""What the service tells, as frozen records, and what it is told that has a shape of its own; a module for each part.

Moments are story time and have an offset; spans are in seconds, story time unless a field says otherwise. The fields of
a record are the members of the answer it is made of, each by its name.
"""
