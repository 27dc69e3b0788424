"""Load: partners' traffic at a rate, and what the receiver kept of it.

What is sent: `orders` (a file that all processes read), `planned`, `due`, `curves`, `mix`; `demands`: what the answers
are to be; `usual`, `words`: `5%`.
Who sends: `conducting` from begin to end; `processes`, `crew` start them, told by `variables`, and hear of them by
`silence` and `growing` journals. They are `loadtests/`. `machines` are others that help.
What came of it: `judging`; `durations` are measured while it is sent, too.
"""
