"""A journal and a report to show: every kind of verdict, answer and evidence once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.journal import JournalWriter
from simulator.model import Delivery, Exchange, HangUp, Lateness, Observation, Outcome, Play, Report, Result, Verdict
from tests.making import delivery, exchange

JOURNAL = "runs/one.ndjson"
HEADER = {
    "partnersim": "0.1.0",
    "started": "2026-01-05T09:00:00.000000Z",
    "seed": 42,
    "scenario": {"title": "Title", "source": "one.yaml", "sha256": "0" * 64, "text": "scenario: Title\n"},
    "provider": "clevertap",
    "readings": {"recurring_id": "same"},
    "acknowledged_by": ["200"],
    "receiver": {
        "name": "my service",
        "acknowledges": None,
        "endpoints": {"*": {"url": "http://127.0.0.1:8000/hooks/clevertap", "timeout": 5.0}},
        "probes": {"export": {"select": {"status": "$.status"}, "absent": [404]}},
        "words": {},
        "supports": {},
        "insecure": False,
        "authorization": True,
    },
    "clock": {"start": "2026-01-05T00:00:00+05:30", "scale": "60x"},
    "patience": 0.0,
    "load": False,
    "reproduce": "partnersim run one.yaml",
}


def make_play(*verdicts: Verdict, **changes: Any) -> Play:
    usual: dict[str, Any] = {
        "title": "An export runs once",
        "source": "scenarios/one.yaml",
        "provider": "clevertap",
        "seed": 42,
        "start": "2026-01-05T00:00:00+05:30",
        "journal": JOURNAL,
        "deliveries": 2,
        "attempts": 3,
        "lateness": Lateness(p50=0.0001, p99=0.0012, max=0.0213),
        "reached": True,
        "complete": True,
    }
    return Play(**(usual | changes), verdicts=verdicts)


def make_report(*plays: Play, **changes: Any) -> Report:
    usual: dict[str, Any] = {"version": "0.1.0", "started": "2026-01-05T09:00:00.000000Z", "seed": 42}
    return Report(**(usual | changes), plays=plays)


def make_verdict(result: Result, check: str = "expect/each", **changes: Any) -> Verdict:
    usual: dict[str, Any] = {
        "because": "nightly[1].completed was answered 500; the partner takes 200 only",
        "sentence": "every notification is acknowledged",
        "scenario": "scenarios/one.yaml",
        "reproduce": "partnersim run scenarios/one.yaml --seed 42 --start 2026-01-05T00:00:00+05:30 --to URL",
    }
    return Verdict(check=check, result=result, **(usual | changes))


@pytest.fixture
def a_play() -> Callable[..., Play]:
    return make_play


@pytest.fixture
def a_report() -> Callable[..., Report]:
    return make_report


@pytest.fixture
def a_verdict() -> Callable[..., Verdict]:
    return make_verdict


Attempted = tuple[Delivery, Exchange | None]
WriteJournal = Callable[..., list[int]]


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteJournal:
    """Writes `runs/one.ndjson` in the working directory of attempts and observations; gives the lines' numbers."""
    monkeypatch.chdir(tmp_path)

    def write(*what: Attempted | Observation, header: dict[str, Any] = HEADER) -> list[int]:
        writer = JournalWriter(Path(JOURNAL), header, lambda text: text)
        numbers = []
        for one in what:
            if isinstance(one, Observation):
                numbers.append(writer.observation(one))
                continue
            sent, came = one
            numbers.append(writer.intent(sent, 1, 1.0))
            if came:
                writer.outcome(numbers[-1], sent, came, late=0.0002, final=True)
        writer.close(12.5, deliveries=2, attempts=3, complete=True, reached=True, lateness=Lateness())
        return numbers

    return write


@pytest.fixture
def full_report(journal: WriteJournal) -> Report:
    """A report in which every kind of verdict and evidence stands once."""
    answered, failed, broken, seen, _ = journal(
        (delivery(1, event="initiated", status="Initiated", at=0.0, due=0.0, body=b"\xff\x00"), exchange()),
        (delivery(2), exchange(500, b"<h1>oops</h1>\n\x1b[31mred\n::error::no")),
        (
            delivery(3, step="cut", export="", run=0, script=(b"x", HangUp()), fault_name="truncate 60%"),
            Exchange(outcome=Outcome.TIMEOUT_HEADERS, sent=2.0, done=7.0, connection=4),
        ),
        Observation(
            line=0,
            probe="export",
            export="nightly",
            run=1,
            id="1767551400",
            moment="end",
            asked=8.0,
            done=8.01,
            present=True,
            values={"status": "Initiated", "effects": 2},
            status=200,
        ),
        (delivery(4, step="last"), None),
    )
    one = make_play(
        make_verdict(Result.PASSED, "expect/nightly.initiated", evidence=(answered,)),
        make_verdict(Result.FAILED, evidence=(failed, failed + 1, broken, answered, 98, 99)),
        make_verdict(
            Result.INCONCLUSIVE,
            "then/1-eventually",
            sentence="the probe shows status Completed within 2s",
            because="the receiver knew this export before its first delivery: state left from an earlier run",
            evidence=(seen, failed),
            level="should",
        ),
        make_verdict(
            Result.NOT_APPLICABLE, "then/2-never", because="the receiver file offers no select `effects`", sentence=""
        ),
        note="TLS was not verified",
    )
    two = make_play(
        make_verdict(Result.PASSED),
        title="A job ends",
        source="reachfive/job",
        provider="reachfive",
        journal="gone.ndjson",
    )
    return make_report(one, two)
