"""A journal and a report to show: every kind of verdict, answer and evidence once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.journal import JournalWriter
from simulator.model import (
    Delivery,
    Exchange,
    HangUp,
    Lateness,
    Observation,
    Outcome,
    Play,
    Report,
    Result,
    Route,
    Url,
    Verdict,
)
from simulator.redaction import header_line

JOURNAL = "runs/one.ndjson"
URL = Url("http", "127.0.0.1", 8000, "/hooks/clevertap")
HEADERS = (
    ("Host", URL.authority),
    ("User-Agent", "CleverTap"),
    ("Authorization", "Bearer opensesame-opensesame"),
    ("Content-Type", "application/json"),
)
BODY = '{"Export Request Id":1767551400,"Partner":"Amazon S3","Type":"Events","Status":"Completed","Café":"5/01"}'
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
}


def make_route(url: Url = URL, headers: tuple[tuple[str, str], ...] = HEADERS, method: str = "POST") -> Route:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    shown = "".join(f"{header_line(name, value)}\r\n" for name, value in headers)
    line = f"{method} {url.target} HTTP/1.1\r\n"
    return Route(endpoint="*", url=url, method=method, head=(line + head).encode(), shown=line + shown, timeout=5.0)


def make_delivery(number: int = 1, **changes: Any) -> Delivery:
    usual = Delivery(
        number=number,
        step="nightly",
        copy=0,
        event="completed",
        export="nightly",
        run=1,
        id="1767551400",
        status="Completed",
        time="05/01/2026 12:09:20 AM",
        definition_id="",
        end=True,
        valid=True,
        credentials="right",
        at=560.0,
        due=560.0,
        route=make_route(),
        body=BODY.encode(),
    )
    return usual._replace(**changes)


def make_answer(status: int = 200, body: bytes = b"ok", **changes: Any) -> Exchange:
    head = b"HTTP/1.1 %d Whatever\r\nContent-Type: text/plain\r\nSet-Cookie: session=abc\r\n\r\n" % status
    usual = Exchange(
        outcome=Outcome.ANSWERED,
        status=status,
        head=head,
        body=body,
        size=len(body),
        sha256="1" * 64 if body else "",
        sent=1.0,
        done=1.0123,
        connection=3,
        reused=True,
    )
    return usual._replace(**changes)


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
def a_delivery() -> Callable[..., Delivery]:
    return make_delivery


@pytest.fixture
def an_answer() -> Callable[..., Exchange]:
    return make_answer


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
            delivery, exchange = one
            numbers.append(writer.intent(delivery, 1, 1.0))
            if exchange:
                writer.outcome(numbers[-1], delivery, exchange, late=0.0002, final=True)
        writer.close(12.5, deliveries=2, attempts=3, complete=True, lateness=Lateness())
        return numbers

    return write


@pytest.fixture
def full_report(journal: WriteJournal) -> Report:
    """A report in which every kind of verdict and evidence stands once."""
    answered, failed, broken, seen, _ = journal(
        (make_delivery(1, event="initiated", status="Initiated", at=0.0, due=0.0, body=b"\xff\x00"), make_answer()),
        (make_delivery(2), make_answer(500, b"<h1>oops</h1>\n\x1b[31mred\n::error::no")),
        (
            make_delivery(3, step="cut", export="", run=0, script=(b"x", HangUp())),
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
        (make_delivery(4, step="last"), None),
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
