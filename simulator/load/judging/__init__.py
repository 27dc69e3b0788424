"""What came of a load: its journals put together, the receiver's state read, and a verdict on each promise.

While it runs: `following` watches how soon a few exports show, by its `follower`.
At its end: `judge` does all of it; `merging` makes one journal of many; `parts` of it by scenario; `asked`, `reading`
the receiver's state, `draining` how far it is with what it took in.
Counted in a `book`, with examples in `piles`: `ledger`, an id at a time, by its `answers` and its `state`; `kinds` of
what was sent, `meaning` of a reading; `figures` and `effects` of durations.
Said: `promises` and `thresholds` are what it is judged by; `evidence`, `doubts`, `concluding` to verdicts, `lasting` on
durations.
"""
