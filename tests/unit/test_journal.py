import dataclasses
import errno
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from simulator.errors import StorageError
from simulator.journal import Journal, JournalWriter, reader
from simulator.model import Delivery, Exchange, HangUp, Lateness, Observation, Outcome
from simulator.redaction import MARK, Scrub
from simulator.resources import folder
from tests.making import delivery, exchange, route

SCHEMA = json.loads((folder("schemas") / "journal.schema.json").read_text("utf-8"))
HEADER: dict[str, Any] = {
    "partnersim": "0.1.0",
    "started": "2026-01-05T09:00:00.000000+00:00",
    "seed": 42,
    "scenario": {"title": "Title", "source": "one.yaml", "sha256": "0" * 64, "text": "scenario: Title\n"},
    "provider": "clevertap",
    "readings": {"recurring_id": "same"},
    "acknowledged_by": ["200"],
    "receiver": {
        "name": "my service",
        "acknowledges": ["2xx"],
        "endpoints": {"*": {"url": "http://127.0.0.1:8000/hooks/clevertap", "timeout": None}},
        "probes": {"export": {"select": {"status": "$.status"}, "absent": [404]}},
        "words": {"Completed": ["done"]},
        "supports": {"separate_runs": True},
        "insecure": False,
        "authorization": True,
    },
    "clock": {"start": "2026-01-05T00:00:00+05:30", "scale": "instant"},
    "patience": 0.0,
    "load": False,
    "reproduce": "partnersim run one.yaml",
}
HEAD = (
    "POST /hooks/clevertap HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: CleverTap\r\n"
    "Authorization: (redacted)\r\nContent-Type: application/json\r\n"
)
BODY = (
    '{"Export Request Id":1767551400,"Partner":"Amazon S3","Type":"Events","Status":"Completed",'
    '"Frequency":"Every 4 Hours","Date and Time":"05/01/2026 12:09:20 AM"}'
)


def a_delivery(**changes: Any) -> Delivery:
    """One whose every field is another than those of other deliveries."""
    special: dict[str, Any] = {
        "number": 7,
        "step": "done",
        "copy": 2,
        "run": 3,
        "definition_id": "AWstKc",
        "at": 560.25,
        "due": 561.5,
        "route": route(endpoint="clevertap", timeout=5.5),
        "body": BODY.encode(),
    }
    return delivery(**(special | changes))


def an_answer(body: bytes = b'{"ok":true}', **changes: Any) -> Exchange:
    special: dict[str, Any] = {
        "head": (
            b"HTTP/1.1 200 OK\r\nServer: waitress\r\nDate: Mon, 05 Jan 2026 09:00:00 GMT\r\nSet-Cookie: a=b\r\n\r\n"
        ),
        "sent": 1.000_001_4,
        "done": 1.25,
        "connection": 4,
    }
    return exchange(body=body, **(special | changes))


def an_observation(**changes: Any) -> Observation:
    usual = Observation(
        line=0,
        probe="export",
        export="nightly",
        run=3,
        id="1767551400",
        moment="end",
        asked=2.5,
        done=2.75,
        present=True,
        values={"status": "Completed", "effects": [1, 2.5, None, {"x": True}]},
        status=200,
    )
    return dataclasses.replace(usual, **changes)


Opens = Callable[..., JournalWriter]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opens]:
    """Opens writers of `runs/one.ndjson` and closes their files in the end."""
    writers: list[JournalWriter] = []

    def open_writer(scrub: Callable[[str], str] = str, name: str = "runs/one.ndjson") -> JournalWriter:
        writers.append(JournalWriter(tmp_path / name, HEADER, scrub))
        return writers[-1]

    yield open_writer
    for writer in writers:
        if writer._file >= 0:
            os.close(writer._file)
            writer._file = -1


def close(writer: JournalWriter, *, complete: bool = True) -> Journal:
    writer.close(
        9.0, deliveries=1, attempts=2, complete=complete, reached=True, lateness=Lateness(p50=0.1, p99=0.2, max=0.3)
    )
    return Journal.open(writer.path)


def test_every_field_of_an_attempt_comes_back(opened: Opens) -> None:
    writer = opened()
    line = writer.intent(a_delivery(), 2, 0.75)
    answer = an_answer(detail="why", capped=True)
    outcome = writer.outcome(line, a_delivery(), answer, late=0.000_25, held=0.000_05, final=False)
    (attempt,) = close(writer).attempts()
    assert dataclasses.asdict(attempt) == {
        "line": 2,
        "outcome_line": 3,
        "number": 7,
        "attempt": 2,
        "step": "done",
        "copy": 2,
        "event": "completed",
        "export": "nightly",
        "run": 3,
        "id": "1767551400",
        "status": "Completed",
        "time": "05/01/2026 12:09:20 AM",
        "definition_id": "AWstKc",
        "end": True,
        "valid": True,
        "credentials": "right",
        "fault": False,
        "at": 560.25,
        "due": 561.5,
        "timeout": 5.5,
        "endpoint": "clevertap",
        "method": "POST",
        "url": "/hooks/clevertap",
        "head": f"{HEAD}Content-Length: {len(BODY)}\r\n\r\n",
        "body": BODY.encode(),
        "intended": 0.75,
        "outcome": Outcome.ANSWERED,
        "answer_status": 200,
        "answer_head": (
            "HTTP/1.1 200 OK\r\nServer: waitress\r\nDate: Mon, 05 Jan 2026 09:00:00 GMT\r\n"
            "Set-Cookie: (redacted)\r\n\r\n"
        ),
        "answer_body": b'{"ok":true}',
        "late": 0.00025,
        "held": 0.000_05,
        "sent": 1.000001,
        "done": 1.25,
        "connection": 4,
        "reused": True,
        "capped": True,
        "hung_up": False,
        "detail": "why",
        "final": False,
        "fault_name": "",
    }
    assert (line, outcome) == (2, 3)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"end": False}, {"end": False}),
        ({"valid": False}, {"valid": False, "genuine": False}),
        ({"credentials": "prefix"}, {"credentials": "prefix", "genuine": False}),
        ({"script": (b"x", HangUp())}, {"fault": True, "fault_name": "", "genuine": False}),
        (
            {"script": (b"x", HangUp()), "fault_name": "truncate 80%"},
            {"fault": True, "fault_name": "truncate 80%", "genuine": False},
        ),
        ({"export": "", "run": 0, "step": "alone", "copy": 0}, {"export": "", "run": 0, "name": "alone"}),
        ({"step": "nightly", "copy": 1}, {"name": "nightly[3].completed+1"}),
    ],
)
def test_what_is_special_about_a_delivery_comes_back(
    changes: dict[str, Any], expected: dict[str, Any], opened: Opens
) -> None:
    writer = opened()
    writer.intent(a_delivery(**changes), 1, 0.0)
    (attempt,) = close(writer).attempts()
    assert {name: getattr(attempt, name) for name in expected} == expected


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_comes_back(outcome: Outcome, opened: Opens) -> None:
    writer = opened()
    line = writer.intent(a_delivery(), 1, 0.0)
    writer.outcome(line, a_delivery(), Exchange(outcome=outcome, detail="x"), late=0.0, final=True)
    (attempt,) = close(writer).attempts()
    assert attempt.outcome is outcome
    assert (attempt.sent, attempt.took, attempt.answer_status, attempt.answer_body) == (0.0, 0.0, 0, b"")


@pytest.mark.parametrize(
    "body", [b"", b"\xff\x00\xfe", "ünï ☃ 😀".encode(), b"\x00\x1b\r\n", b'"\\', bytes(range(256))]
)
def test_every_byte_of_a_body_comes_back(body: bytes, opened: Opens) -> None:
    writer = opened()
    line = writer.intent(a_delivery(body=body), 1, 0.0)
    writer.outcome(line, a_delivery(), an_answer(body), late=0.0, final=True)
    (attempt,) = close(writer).attempts()
    assert (attempt.body, attempt.answer_body) == (body, body)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"present": False, "values": {}, "status": 404, "moment": "before"},
        {"present": None, "values": {}, "status": 0, "detail": "refused", "moment": "after"},
    ],
)
def test_every_field_of_an_observation_comes_back(changes: dict[str, Any], opened: Opens) -> None:
    writer = opened()
    line = writer.observation(an_observation(**changes))
    (seen,) = close(writer).observations()
    assert seen == an_observation(line=line, **changes)


def test_notes_header_and_footer_come_back(opened: Opens) -> None:
    writer = opened()
    writer.note(1.5, "interrupted", "by SIGINT")
    journal = close(writer)
    assert journal.header == {"kind": "header", "format": 1, **HEADER}
    assert list(journal.notes()) == [(2, {"kind": "note", "wall": 1.5, "what": "interrupted", "detail": "by SIGINT"})]
    assert journal.footer == {
        "kind": "footer",
        "wall": 9.0,
        "deliveries": 1,
        "attempts": 2,
        "complete": True,
        "reached": True,
        "lateness": {"p50": 0.1, "p99": 0.2, "max": 0.3},
    }
    assert journal.complete


def test_a_run_that_was_not_played_to_its_end_is_not_complete(opened: Opens) -> None:
    assert not close(opened(), complete=False).complete


def test_what_a_probe_may_show_is_kept_even_where_json_has_no_word_for_it(opened: Opens) -> None:
    deep: Any = "bottom"
    for _ in range(500):
        deep = [deep]
    values = {"big": 10**30, "lone": "a\ud800b", "deep": deep, "odd": frozenset({1}), "fine": 1, "n": None}
    writer = opened()
    writer.observation(an_observation(values=values))
    (seen,) = close(writer).observations()
    assert seen.values["big"] == str(10**30)
    assert seen.values["lone"] == r"a\ud800b"
    assert json.dumps(seen.values["deep"]).startswith("[[[[")
    assert seen.values["odd"] == "frozenset({1})"
    assert (seen.values["fine"], seen.values["n"]) == (1, None)


def test_attempts_come_in_the_order_their_outcomes_became_known_and_those_in_doubt_last(opened: Opens) -> None:
    writer = opened()
    first, second, third = (writer.intent(a_delivery(number=number), 1, 0.0) for number in (1, 2, 3))
    writer.outcome(third, a_delivery(number=3), an_answer(), late=0.0, final=True)
    writer.outcome(first, a_delivery(number=1), an_answer(), late=0.0, final=True)
    attempts = list(close(writer, complete=False).attempts())
    assert [(one.number, one.line) for one in attempts] == [(3, third), (1, first), (2, second)]
    assert attempts[2].outcome is Outcome.IN_DOUBT
    assert attempts[2].outcome_line == second
    assert attempts[2].detail == "the run ended before an answer was seen"


def test_nothing_of_a_line_is_on_the_file_before_the_flush_and_all_of_it_after(opened: Opens) -> None:
    writer = opened()
    writer.intent(a_delivery(), 1, 0.0)
    assert len(writer.path.read_bytes().splitlines()) == 1
    writer.flush()
    assert len(writer.path.read_bytes().splitlines()) == 2
    assert [one.outcome for one in Journal.open(writer.path).attempts()] == [Outcome.IN_DOUBT]


def test_wherever_a_kill_cuts_the_file_what_stands_before_is_read(opened: Opens, tmp_path: Path) -> None:
    writer = opened()
    line = writer.intent(a_delivery(), 1, 0.0)
    writer.outcome(line, a_delivery(), an_answer(), late=0.0, final=True)
    whole = close(writer).path.read_bytes()
    ends = [at + 1 for at, octet in enumerate(whole) if octet == 10]
    cut = tmp_path / "cut.ndjson"
    for size in range(ends[0], len(whole) + 1):
        cut.write_bytes(whole[:size])
        journal = Journal.open(cut)
        known = sum(end <= size for end in ends)
        outcomes = [one.outcome for one in journal.attempts()]
        assert outcomes == [[], [Outcome.IN_DOUBT], [Outcome.ANSWERED], [Outcome.ANSWERED]][known - 1]
        assert journal.cut_short is (size not in ends)
        assert journal.complete is (size == len(whole))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "hello\n",
        "[]\n",
        "{}\n",
        '{"kind":"header","format":2}\n',
        '{"kind":"intent"}\n',
        '{"kind":"header","format":1}',
    ],
)
def test_what_is_no_journal_is_refused_with_its_path(text: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.ndjson"
    path.write_text(text, "utf-8")
    with pytest.raises(StorageError, match=r"odd\.ndjson") as caught:
        Journal.open(path)
    assert caught.value.exit_code == 6


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[1]",
        '["kind"]',
        '{"no": "kind"}',
        '{"kind":"outcome","of":1,"outcome":"answered"}',
        '{"kind":"outcome","of":[],"outcome":"answered"}',
        '{"kind":"outcome"}',
        '{"kind":"intent","n":1}',
        '{"kind":"observation","probe":"x","what":1}',
    ],
)
def test_a_broken_line_is_named_with_path_and_number(line: str, opened: Opens) -> None:
    writer = opened()
    writer.note(0.0, "x")
    writer.flush()
    with writer.path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    journal = Journal.open(writer.path)
    with pytest.raises(StorageError, match=r"one\.ndjson: line 3 is no journal entry"):
        [*journal.attempts(), *journal.observations()]


def test_an_outcome_nobody_knows_is_named_with_its_line(opened: Opens) -> None:
    writer = opened()
    line = writer.intent(a_delivery(), 1, 0.0)
    writer.outcome(line, a_delivery(), an_answer(), late=0.0, final=True)
    journal = close(writer)
    journal.path.write_bytes(journal.path.read_bytes().replace(b'"answered"', b'"exploded"'))
    with pytest.raises(StorageError, match=r"line 3 .*exploded"):
        list(Journal.open(journal.path).attempts())


def test_a_journal_that_is_not_there_is_named() -> None:
    with pytest.raises(StorageError, match=r"cannot read the journal nowhere/x\.ndjson: No such file"):
        Journal.open("nowhere/x.ndjson")


def test_a_journal_that_is_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Is a directory"):
        Journal.open(tmp_path)


def test_a_second_writer_never_touches_the_first_ones_file(opened: Opens) -> None:
    first = opened()
    before = first.path.read_bytes()
    with pytest.raises(StorageError, match=r"cannot write the journal .*one\.ndjson: File exists") as caught:
        opened()
    assert "--journal" in caught.value.remedy
    assert first.path.read_bytes() == before


def test_only_its_owner_can_read_a_journal(opened: Opens) -> None:
    assert stat.S_IMODE(opened().path.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_is_named(opened: Opens, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file", "utf-8")
    with pytest.raises(
        StorageError, match=r"cannot write the journal .*runs/one\.ndjson: (File exists|Not a directory)"
    ):
        opened()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_may_not_be_written_is_named(number: int, opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StorageError, match=rf"one\.ndjson: {os.strerror(number)}"):
        opened()


class FullDisk:
    """An `os.write` that takes so many bytes more, a few at a time, and then says that the disk is full."""

    def __init__(self, room: int, at_once: int = 100) -> None:
        self.room, self.at_once, self.write = room, at_once, os.write

    def __call__(self, file: int, data: Any) -> int:
        size = min(len(data), self.at_once, self.room)
        if not size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= size
        return self.write(file, bytes(data[:size]))


def test_what_the_system_takes_in_pieces_is_written_whole(opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", FullDisk(room=10**9, at_once=7))
    writer = opened()
    writer.intent(a_delivery(), 1, 0.0)
    assert len(list(close(writer).attempts())) == 1


@pytest.mark.parametrize("room", [0, 1, 500, 900])
def test_a_full_disk_is_told_once_and_leaves_a_journal_that_reads(
    room: int, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = opened()
    writer.intent(a_delivery(), 1, 0.0)
    writer.flush()
    monkeypatch.setattr(os, "write", FullDisk(room))
    writer.outcome(2, a_delivery(), an_answer(), late=0.0, final=True)
    writer.intent(a_delivery(number=8), 1, 0.0)
    with pytest.raises(StorageError, match=r"one\.ndjson: No space left on device"):
        writer.flush()
    monkeypatch.undo()  # the disk has room again, but lines are missing: nothing more may follow
    writer.note(0.0, "later")
    with pytest.raises(StorageError, match="No space left"):
        writer.flush()
    writer.close(9.0, deliveries=1, attempts=2, complete=True, reached=True, lateness=Lateness())
    writer.close(9.0, deliveries=1, attempts=2, complete=True, reached=True, lateness=Lateness())
    journal = Journal.open(writer.path)
    assert len(list(journal.attempts())) == 1
    assert not list(journal.notes())
    assert journal.footer is None


def test_a_closed_journal_has_one_footer(opened: Opens) -> None:
    writer = opened()
    close(writer)
    assert sum(b'"footer"' in line for line in close(writer).path.read_bytes().splitlines()) == 1


def test_an_attempt_takes_no_more_than_one_and_a_half_kilobytes(opened: Opens) -> None:
    writer = opened()
    before = writer.path.stat().st_size
    for number in range(1, 101):
        line = writer.intent(a_delivery(number=number), 1, 123.456789)
        writer.outcome(line, a_delivery(number=number), an_answer(), late=0.000123, final=True)
    writer.flush()
    assert (writer.path.stat().st_size - before) / 100 <= 1500


def test_a_long_journal_is_streamed_and_tells_the_same(opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = opened()
    for number in range(1, 51):
        line = writer.intent(a_delivery(number=number), 1, 0.0)
        writer.outcome(line, a_delivery(number=number), an_answer(), late=0.0, final=True)
        writer.observation(an_observation(run=number))
    kept = close(writer)
    kept_attempts, kept_seen = list(kept.attempts()), list(kept.observations())
    monkeypatch.setattr(reader, "_KEPT_IN_MEMORY", 10)
    streamed = Journal.open(writer.path)
    attempts = streamed.attempts()
    assert [next(attempts), *attempts] == kept_attempts
    assert list(streamed.observations()) == kept_seen
    assert streamed._short is None
    assert streamed.footer == kept.footer
    assert len(kept_attempts) == len(kept_seen) == 50


def test_a_streamed_journal_can_be_read_by_two_at_once(opened: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_KEPT_IN_MEMORY", 1)
    writer = opened()
    for number in (1, 2, 3):
        writer.intent(a_delivery(number=number), 1, 0.0)
    journal = close(writer)
    pairs = list(zip(journal.attempts(), journal.attempts(), strict=True))
    assert [(one.number, other.number) for one, other in pairs] == [(1, 1), (2, 2), (3, 3)]


def test_known_secrets_are_written_nowhere(opened: Opens) -> None:
    secret = "opensesame"
    writer = opened(Scrub([secret]))
    line = writer.intent(a_delivery(body=b"opensesame"), 1, 0.0)
    answer = an_answer(b"\xff opensesame", head=b"HTTP/1.1 200 opensesame\r\n\r\n", detail="opensesame")
    writer.outcome(line, a_delivery(), answer, late=0.0, final=True)
    writer.observation(an_observation(values={"a": "opensesame", "opensesame": ["opensesame"]}, detail="opensesame"))
    writer.note(0.0, "x", "opensesame")
    journal = close(writer)
    assert b"opensesame" not in journal.path.read_bytes()
    (attempt,) = journal.attempts()
    (seen,) = journal.observations()
    assert attempt.body == MARK.encode()
    assert attempt.answer_body == b"\xff " + MARK.encode()
    assert attempt.answer_head == f"HTTP/1.1 200 {MARK}\r\n\r\n"
    assert seen.values == {"a": MARK, MARK: [MARK]}


def test_a_secret_made_of_json_signs_breaks_no_line(opened: Opens) -> None:
    writer = opened(Scrub(['","y', "1234", '{"a"', "abc\\"]))
    writer.observation(an_observation(values={"a": 12345, "b": 'x","yz', "c": "abc\\"}))
    (seen,) = close(writer).observations()
    assert seen.values == {"a": 12345, "b": f"x{MARK}z", "c": MARK}


def test_a_flush_of_nothing_writes_nothing(opened: Opens) -> None:
    writer = opened()
    before = writer.path.read_bytes()
    writer.flush()
    assert writer.path.read_bytes() == before


def test_a_last_line_that_is_no_json_is_no_footer(opened: Opens) -> None:
    journal = close(opened())
    journal.path.write_bytes(journal.path.read_bytes() + b"oops\n")
    assert Journal.open(journal.path).footer is None


def test_a_journal_that_went_away_is_named(opened: Opens) -> None:
    journal = close(opened())
    journal.path.unlink()
    with pytest.raises(StorageError, match=r"cannot read the journal .*one\.ndjson"):
        _ = journal.footer


# The schema describes what is written, no more and no less.


@pytest.fixture
def every_line(opened: Opens) -> list[dict[str, Any]]:
    """A line of each kind in each of its forms."""
    writer = opened()
    line = 0
    for body in (b"{}", b"\xff"):
        line = writer.intent(a_delivery(body=body, script=(b"x",), fault_name="drip {}"), 1, 0.0)
        writer.outcome(line, a_delivery(), an_answer(body, detail="d", capped=True), late=0.0, final=True)
    for outcome in Outcome:
        line = writer.intent(a_delivery(export="", run=0, copy=0), 2, 0.0)
        writer.outcome(line, a_delivery(), Exchange(outcome=outcome), late=-0.001, final=False)
    writer.outcome(line, a_delivery(), an_answer(b""), late=0.0, final=True)
    for present in (True, False, None):
        writer.observation(an_observation(present=present))
    writer.note(0.0, "interrupted")
    return [json.loads(line) for line in close(writer).path.read_bytes().splitlines()]


FAST = jsonschema_rs.validator_for(SCHEMA)
SLOW = jsonschema.Draft202012Validator(SCHEMA)


def fits(value: Any) -> bool:
    """Both validators must say the same."""
    explained = next(SLOW.iter_errors(value), None) is None
    assert FAST.is_valid(value) is explained
    return explained


def test_every_line_that_is_written_fits_the_schema(every_line: list[dict[str, Any]]) -> None:
    assert {one["kind"] for one in every_line} == {"header", "intent", "outcome", "observation", "note", "footer"}
    assert [one for one in every_line if not fits(one)] == []


def test_the_schema_is_closed_and_its_examples_fit(every_line: list[dict[str, Any]]) -> None:
    SLOW.check_schema(SCHEMA)
    assert all(map(fits, SCHEMA["examples"]))
    for one in every_line:
        assert not fits(one | {"more": 1}), one["kind"]
    header = every_line[0]
    for name in ("scenario", "receiver", "clock"):
        assert not fits(header | {name: header[name] | {"more": 1}})


def test_no_required_key_can_be_missing(every_line: list[dict[str, Any]]) -> None:
    optional = {"detail", "head", "capped"}
    for one in every_line:
        for key in one:
            rest = {name: value for name, value in one.items() if name != key}
            left_out = key == "fault_name" or (one["kind"] == "outcome" and key in optional)
            assert fits(rest) is left_out, (one["kind"], key)


def test_the_fault_of_a_delivery_is_on_its_line_and_no_key_is_where_there_is_none(
    every_line: list[dict[str, Any]],
) -> None:
    for one in every_line:
        assert one.get("fault_name", "") == ("drip {}" if one.get("fault") else ""), one
    assert any("fault_name" in one for one in every_line)
    assert any(one["kind"] == "intent" and "fault_name" not in one for one in every_line)


def test_how_a_shell_spells_the_credentials_may_stand_beside_an_endpoint(every_line: list[dict[str, Any]]) -> None:
    header = every_line[0]
    (endpoint,) = header["receiver"]["endpoints"].values()
    for spelled, right in (("Bearer $TOKEN", True), ("$A_1", True), ("Bearer abc", False), ("$(boo)", False)):
        endpoints = {"*": endpoint | {"authorization": spelled}}
        assert fits(header | {"receiver": header["receiver"] | {"endpoints": endpoints}}) is right, spelled


def test_a_body_stands_in_one_form_only(every_line: list[dict[str, Any]]) -> None:
    for one in every_line:
        if "body" in one or "body_base64" in one:
            assert not fits(one | {"body": "", "body_base64": ""})


def test_the_schema_knows_every_outcome() -> None:
    assert SCHEMA["$defs"]["outcome"]["properties"]["outcome"]["enum"] == [str(one) for one in Outcome]
