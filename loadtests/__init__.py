"""Load tests on Locust. Each process is patched by gevent: what is here imports the package, and never the reverse.

The wire on gevent: `alarm`, `line`, `sender`, `scripted` for faults; `clients`: that, or one of Locust's own.
Pacing: `open_model` with `look_ahead`, `pulse`, `together`; `closed_model`.
Between processes: `alive` gives signs of life; `messages`.
Of the master: `beginning`, `door`, `dispatch`; of who joins: `joined`, `knocking`.
Writing and telling: `shard`, the journal; `telling`, Locust's statistics.
What runs: `locustfile` begins; `orders_run` does what is ordered; `users`, `options`, `shapes` are for Locust alone.
"""
