"""The reader of answers: what it takes, another strict reader takes too; and it does not matter how bytes are cut."""

import re
from random import Random
from typing import Any

import httptools
import pytest

from simulator import limits
from simulator.model import Outcome
from simulator.wire.answers import Answer
from simulator.wire.failure import Failure
from simulator.wire.heads import read_head
from tests.receivers.odd_answers import CHUNKED, MALFORMED, OK, SOUND, TRUNCATED, mutated


def facts(data: bytes, cuts: list[int], *, ended: bool = True) -> tuple[Any, ...]:
    """All there is to know of an answer that comes cut in pieces and, perhaps, ends with the connection."""
    answer = Answer()
    pieces = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    outcome, complete = Outcome.SKIPPED, False
    try:
        for piece in pieces:
            if complete:
                answer.extra = answer.extra or bool(piece)
            elif piece:
                complete = answer.feed(piece)
        if not complete and ended:
            answer.end()
        outcome = answer.outcome if complete or ended else outcome
    except Failure as failure:
        return (failure.outcome,)
    return outcome, answer.status, answer.head, answer.body, answer.size, answer.sha256, answer.keep, answer.extra


@pytest.mark.parametrize("seed", range(8))
def test_it_does_not_matter_how_the_bytes_are_cut(seed: int) -> None:
    dice = Random(seed)
    for _ in range(250):
        data = mutated(dice)
        cuts = sorted(dice.randrange(len(data) + 1) for _ in range(dice.randint(0, 8)))
        whole, cut, single = facts(data, []), facts(data, cuts), facts(data, list(range(1, len(data))))
        assert whole == cut == single, data


class Reading:
    """What llhttp says about the first answer in some bytes."""

    def __init__(self) -> None:
        self.body = b""
        self.finals = 0
        self.parser: Any = httptools.HttpResponseParser(self)

    def on_body(self, data: bytes) -> None:
        if not self.finals:
            self.body += data

    def on_message_complete(self) -> None:
        status = self.parser.get_status_code()
        if status >= 200 and not self.finals:
            self.status = status
        self.finals += status >= 200


@pytest.mark.parametrize("seed", range(8))
def test_what_is_taken_as_an_answer_llhttp_takes_too_and_reads_alike(seed: int) -> None:
    dice = Random(1000 + seed)
    compared = 0
    for _ in range(2000):
        data = mutated(dice)
        answer = Answer()
        try:
            if not answer.feed(data) or answer.capped:
                continue
        except Failure:
            continue
        if data.lower().count(b"content-length") > 1 or re.search(rb"[ \t][;=]|[;=][ \t]", data):
            continue  # llhttp refuses a length twice though it be the same, and spaces in a chunk's extension
        reading = Reading()
        try:
            reading.parser.feed_data(data)
        except httptools.HttpParserError:
            assert reading.finals, data  # what comes after the answer may be anything
        assert (reading.status, reading.body) == (answer.status, answer.body), data
        compared += 1
    assert compared > 100


@pytest.mark.parametrize("name", MALFORMED)
def test_each_malformed_answer_is_seen_through_whole_and_byte_by_byte(name: str) -> None:
    data = MALFORMED[name][:70_000]
    if len(data) == len(MALFORMED[name]):
        assert facts(data, [], ended=False) == (Outcome.MALFORMED,)
    if len(data) < 5_000:
        assert facts(data, list(range(1, len(data))), ended=False) == (Outcome.MALFORMED,)


@pytest.mark.parametrize("name", TRUNCATED)
def test_each_truncated_answer_is_open_until_the_connection_ends(name: str) -> None:
    assert facts(TRUNCATED[name], [], ended=False)[0] is Outcome.SKIPPED
    assert facts(TRUNCATED[name], []) == (Outcome.TRUNCATED,)


@pytest.mark.parametrize("name", SOUND)
def test_the_head_of_an_answer_is_kept_to_the_byte_without_interim_answers(name: str) -> None:
    answer = Answer()
    answer.feed(SOUND[name].data)
    assert answer.head in SOUND[name].data
    assert answer.head.startswith(b"HTTP/1.")
    assert answer.head.count(b"\r\n\r\n") == 1
    assert answer.head.endswith(b"\r\n\r\n")
    assert b" 10" not in answer.head[:12]


def test_no_byte_at_all_is_closed() -> None:
    assert facts(b"", []) == (Outcome.CLOSED,)


def test_a_body_to_the_end_of_a_tls_connection_needs_its_goodbye() -> None:
    answer = Answer()
    answer.feed(OK + b"\r\nhello")
    with pytest.raises(Failure) as raised:
        answer.end(goodbye=False)
    assert raised.value.outcome is Outcome.TRUNCATED
    answer.end(goodbye=True)


@pytest.mark.parametrize(("more", "capped"), [(0, False), (1, True), (5_000_000, True)])
@pytest.mark.parametrize("framing", ["length", "chunks", "end"])
def test_a_body_is_read_up_to_the_limit_and_no_further(framing: str, more: int, capped: bool) -> None:
    size = limits.ANSWER_READ + more
    body = b"z" * size
    data = {
        "length": OK + b"Content-Length: %d\r\n\r\n%b" % (size, body),
        "chunks": CHUNKED + b"%x\r\n%b\r\n0\r\n\r\n" % (size, body),
        "end": OK + b"\r\n" + body,
    }[framing]
    answer = Answer()
    complete = any(answer.feed(data[at : at + 65536]) for at in range(0, len(data), 65536))
    assert complete == (framing != "end" or capped)
    assert (answer.size, answer.capped, len(answer.body)) == (limits.ANSWER_READ, capped, limits.ANSWER_KEPT)
    assert len(answer.sha256) == 64


def test_a_length_beyond_the_limit_is_known_as_soon_as_the_limit_is_read() -> None:
    answer = Answer()
    answer.feed(OK + b"Content-Length: %d\r\n\r\n" % (limits.ANSWER_READ + 1))
    assert answer.feed(b"z" * limits.ANSWER_READ)
    assert answer.capped


def test_a_body_that_is_more_frame_than_body_is_not_read_for_ever() -> None:
    answer = Answer()
    answer.feed(CHUNKED)
    fed = 0
    while not answer.feed(b"1;" + b"e" * 10_000 + b"\r\nx\r\n"):
        fed += 10_000
        assert fed < 3 * limits.ANSWER_READ
    assert answer.capped


@pytest.mark.parametrize(
    ("headers", "keep"),
    [
        (b"", limits.IDLE_REUSED),
        (b"Keep-Alive: timeout=1\r\n", 0.5),
        (b'Keep-Alive: max=3, timeout="60"\r\n', limits.IDLE_REUSED),
        (b"Keep-Alive: timeout=0\r\n", 0.0),
        (b"Connection: Keep-Alive, Close\r\n", 0.0),
    ],
)
def test_a_connection_may_idle_for_half_of_what_the_receiver_grants(headers: bytes, keep: float) -> None:
    assert read_head(OK + headers + b"Content-Length: 0\r\n\r\n").keep == keep


@pytest.mark.parametrize("before", [b"", OK, CHUNKED, CHUNKED + b"0\r\n"])
def test_a_line_without_end_is_not_waited_for(before: bytes) -> None:
    begun = b"HTTP/1.1 200 " if not before else b"5;" if before == CHUNKED else b"A: "
    answer = Answer()
    answer.feed(before + begun)
    with pytest.raises(Failure) as raised:
        answer.feed(b"a" * (limits.ANSWER_HEADER_LINE + 1))
    assert raised.value.outcome is Outcome.MALFORMED


def test_an_answer_to_head_has_no_body() -> None:
    answer = Answer(to_head=True)
    assert answer.feed(OK + b"Content-Length: 5\r\n\r\n")
    assert (answer.size, answer.extra) == (0, False)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 399])
def test_every_3xx_is_a_redirect(status: int) -> None:
    answer = Answer()
    answer.feed(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)
    assert answer.outcome is Outcome.REDIRECTED
