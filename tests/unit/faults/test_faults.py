"""What each fault puts on the wire, and what it refuses."""

from random import Random
from typing import Any

import pytest

from simulator.faults import FAULTS
from simulator.faults.tamper import tamper
from simulator.model import HangUp, Pause, Script

HEAD, BODY = b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n", b"0123456789"


def script(name: str, setting: Any, body: bytes = BODY) -> Script:
    return FAULTS[name](HEAD, body, setting, Random(1))


@pytest.mark.parametrize(
    ("setting", "sent"),
    [("60%", b"012345"), ("0%", b""), ("99.9%", b"012345678"), ("5%", b""), (0, b""), (1, b"0"), (9, b"012345678")],
)
def test_a_cut_body_ends_early_below_headers_that_promise_all(setting: Any, sent: bytes) -> None:
    assert script("truncate", setting) == (HEAD + sent, HangUp())


@pytest.mark.parametrize("name", ["truncate", "pause"])
@pytest.mark.parametrize(
    "setting", ["100%", "101%", "60", "-1%", "%", "60 %", "6e1%", 10, 11, -1, True, 1.5, None, {}, []]
)
def test_a_place_that_leaves_nothing_out_or_is_none_is_refused(name: str, setting: Any) -> None:
    whole = setting if name == "truncate" else {"after": setting, "for": "1s"}
    with pytest.raises(ValueError, match=f"{name} (takes|at)"):
        script(name, whole)


def test_an_empty_body_cannot_be_cut() -> None:
    with pytest.raises(ValueError, match="the body has 0 bytes"):
        script("truncate", "50%", b"")


def test_a_pause_loses_no_byte() -> None:
    pieces = script("pause", {"after": "30%", "for": "3s"})
    assert pieces == (HEAD + b"012", Pause(3.0), b"3456789")
    assert script("pause", {"after": 0, "for": 1}) == (HEAD, Pause(1.0), BODY)


@pytest.mark.parametrize(
    "setting", [None, "3s", {"after": 1}, {"for": "1s"}, {"after": 1, "for": "soon"}, {"after": 1, "for": "1s", "x": 1}]
)
def test_a_pause_wants_a_place_and_a_duration(setting: Any) -> None:
    with pytest.raises(ValueError, match=r"pause takes|is not a duration"):
        script("pause", setting)


def test_hanging_up_sends_everything_first() -> None:
    assert script("hang-up", {"after": "500ms"}) == (HEAD + BODY, Pause(0.5), HangUp())


@pytest.mark.parametrize("setting", [None, "5s", {}, {"after": "soon"}, {"after": "1s", "x": 1}, {"after": -1}])
def test_hanging_up_wants_a_duration(setting: Any) -> None:
    with pytest.raises(ValueError, match=r"hang-up takes|is not a duration"):
        script("hang-up", setting)


def test_every_fault_says_what_it_does() -> None:
    assert list(FAULTS) == ["truncate", "pause", "hang-up"]
    assert all(fault.__doc__ for fault in FAULTS.values())


def test_tampering_keeps_the_order_of_keys_and_adds_at_the_end() -> None:
    assert list(tamper({"a": 1, "b": 2, "c": 3}, {"b": None, "d": [4]}, ["a"]).items()) == [
        ("b", None),
        ("c", 3),
        ("d", [4]),
    ]


def test_tampering_leaves_the_original_alone() -> None:
    fields = {"a": 1}
    tamper(fields, {"a": 2}, ["a"])
    assert fields == {"a": 1}


def test_a_key_that_is_not_there_cannot_be_removed() -> None:
    with pytest.raises(ValueError, match="remove names the key 'x'; the payload has 'a', 'b'"):
        tamper({"a": 1, "b": 2}, {}, ["x"])
