"""Holds a receiver against rules: which of them can be played, and one verdict for each that was.

Start reading at `playing`: it takes rules and partners (`pairs`), leaves out those that need what nothing says of the
receiver (`needs`), has the others played by the runner, and makes one verdict of each play (`verdicts`). `baseline`
says which failures are known. `from_journals` makes the same verdicts of the journals alone, any time later.
"""
