"""Load: partners' traffic at a rate, and what the receiver kept of it.

What is sent: `orders` (a file that all processes read), `planned`, `curves`, `mix`; `usual`, `words`: `500/s`, `5%`.
Who sends: `conducting` from begin to end; `processes`, `crew` start them, told by `variables`. They are `loadtests/`.
On other machines: `joining` lends them; `roll`, `handed`, `pieces`, `clocks`: numbers, files, journals, time.
While it runs: `following` watches how soon a few exports show.
What came of it: `judging` all of it; `merging` makes one journal; `parts`, `reading` the receiver's state by scenario.
Counted: `kinds` of what was sent, `meaning` of one id, `ledger` of all; `figures` of durations.
Said: `evidence`, `doubts`, `concluding` to verdicts; `thresholds`.
"""
