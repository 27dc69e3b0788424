"""Journals on disk become a report again."""

from collections.abc import Iterable
from dataclasses import replace

from simulator.checks import judge
from simulator.journal import Journal
from simulator.model import Lateness, Play, Report


def report_of(paths: Iterable[str]) -> Report:
    """Every journal judged, in the order named.

    Raises:
        StorageError: one cannot be read, or is none.
    """
    journals = [Journal.open(path) for path in paths]
    first = journals[0].header
    return Report(
        version=first["partnersim"],
        started=first["started"],
        seed=first["seed"],
        plays=tuple(_play(one) for one in journals),
        interrupted=max((_interrupted(one) for one in journals), default=0),
    )


def _play(journal: Journal) -> Play:
    header, footer = journal.header, journal.footer or {}
    title, line = header["scenario"]["title"], f"partnersim judge {journal.path}"
    deliveries, attempts, reached = set(), 0, False
    for attempt in journal.attempts():
        deliveries.add(attempt.number)
        attempts += 1
        reached = reached or attempt.outcome.reached
    note = "" if journal.footer else "the journal has no end: the run was killed"
    return Play(
        title=title,
        source=header["scenario"]["source"],
        provider=header["provider"],
        seed=header["seed"],
        start=header["clock"]["start"],
        journal=str(journal.path),
        deliveries=len(deliveries),
        attempts=attempts,
        lateness=Lateness(**footer["lateness"]) if footer else Lateness(),
        verdicts=tuple(replace(one, scenario=title, reproduce=line) for one in judge(journal)),
        reached=reached,
        complete=journal.complete,
        note="TLS was not verified" if header["receiver"]["insecure"] and not note else note,
    )


def _interrupted(journal: Journal) -> int:
    told = [entry["detail"] for _, entry in journal.notes() if entry["what"] == "interrupted"]
    return (143 if "SIGTERM" in told[0] else 130) if told else 0
