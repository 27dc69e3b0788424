"""Load tests on Locust. Each process is patched by gevent: what is here imports the package, and never the reverse.

The wire on gevent: `alarm`, `line`, `sender`, `scripted` for faults; `clients`: that, or one of Locust's own.
Pacing: `open_model` with `look_ahead`, `pulse`, `together`; `closed_model`.
Between processes: `messages`; `beginning`, `door` and `dispatch` of the master; `joined`, `knocking` of who joins.
Writing and telling: `shard`, the journal; `telling`, Locust's statistics.
What runs: `locustfile` begins; `orders_run` does what is ordered; `users`, `options`, `shapes` are for Locust alone.
"""
