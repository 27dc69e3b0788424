"""What a machine starts that joins the load of another one."""

from pathlib import Path

from simulator.load.joining import Knocking, Loan, joiners


def test_who_joins_starts_workers_that_ask_there() -> None:
    workers = joiners(Loan("10.0.0.5", 6000, 2, {}, Path(), print))
    assert [(one.worker, one.name) for one in workers] == [(0, "worker-000"), (1, "worker-001")]
    assert all(" ".join(one.words).endswith("--worker --master-host 10.0.0.5 --master-port 6000") for one in workers)


def knocking() -> tuple[Knocking, list[str], list[str]]:
    """At a place where nobody answers yet, for 100 s; what is told of trouble, and what of how it goes."""
    told: list[str] = []
    said: list[str] = []
    return Knocking(Loan("10.0.0.5", 6000, 2, {}, Path(), told.append, said.append, 100.0)), told, said


def test_that_nobody_answers_is_said_now_and_then_and_at_the_end_with_what_helps() -> None:
    knocks, told, said = knocking()
    assert all(knocks.goes_on(float(now), answered=False) for now in range(100))
    assert not told
    assert said == [
        f"nobody at 10.0.0.5:6000 answers yet; knocking for {left} more" for left in ("1m10s", "40s", "10s")
    ]
    assert not knocks.goes_on(100.0, answered=False)
    (words,) = told
    assert words.startswith("nobody at 10.0.0.5:6000 answered within 1m40s: nothing was sent from here\n  see that")
    assert "--expect-workers 2 --master-bind 10.0.0.5:6000" in words


def test_once_somebody_answered_it_may_take_as_long_as_it_takes() -> None:
    knocks, told, said = knocking()
    assert knocks.goes_on(1.0, answered=True)
    assert knocks.goes_on(1000.0, answered=False)
    assert (told, said) == ([], ["10.0.0.5:6000 answers; the load begins once all its workers are ready"])
