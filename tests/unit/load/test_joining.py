"""What a machine starts that joins the load of another one."""

from pathlib import Path

from simulator.load.joining import Loan, joiners


def test_who_joins_starts_workers_that_ask_there() -> None:
    workers = joiners(Loan("10.0.0.5", 6000, 2, {}, Path(), print))
    assert [(one.worker, one.name) for one in workers] == [(0, "worker-000"), (1, "worker-001")]
    assert all(" ".join(one.words).endswith("--worker --master-host 10.0.0.5 --master-port 6000") for one in workers)
