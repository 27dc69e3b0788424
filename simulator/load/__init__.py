"""Load: partners' traffic at a rate, and what the receiver kept of it.

What is sent: `orders` (a file that all processes read), `planned`, `due`, `curves`, `mix`; `usual`, `words`: `5%`.
Who sends: `conducting` from begin to end; `processes`, `crew` start them, told by `variables`, and hear of them by
`silence`. They are `loadtests/`.
On other machines: `joining` lends them; `roll`, `gathered`: who has come; `handed`, `pieces`, `clocks`: files,
journals, time.
While it runs: `following` watches how soon a few exports show.
What came of it: `judging` all of it; `merging` makes one journal; `parts`, `reading` the receiver's state by scenario,
`draining` how far it is with that.
Counted: `kinds` of what was sent, `meaning` of one id, `ledger` of all, in `piles`; `figures` of durations.
Said: `evidence`, `doubts`, `concluding` to verdicts, `lasting` on durations; `thresholds`.
"""
