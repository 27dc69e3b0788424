"""The partners' consoles, alive: what a customer sets up there, exports that run by themselves, and what was sent.

Everything here happens on one thread, the desk's (`desk.py`): the modules wait for no one and lock nothing. HTTP is not
spoken here; `simulator.web` does.

Start reading at `desk`, which has an `era`; its `course` takes what falls due out of the `agenda` and lets it happen
(`unfolding`), then offers what is to be sent to the `lane` of its endpoint; the `sender` makes the attempts, and the
`ledger` keeps what came of them. What a customer sets up is in `clevertap` and `reachfive`, scenarios that are played
on the side in `scenario_runs`.
"""
