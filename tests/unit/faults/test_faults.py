"""What each fault puts on the wire, and what it refuses."""

import gzip
import json
import re
from random import Random
from typing import Any

import pytest

from simulator.faults import FAULTS
from simulator.faults.tamper import tamper
from simulator.model import AwaitContinue, EndWriting, HangUp, Pause, Script
from simulator.resources import folder

HEAD, BODY = b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n", b"0123456789"
FIRST = b"POST / HTTP/1.1\r\nHost: a\r\ncontent-type: application/json\r\nX-Env: Ci\r\n"
WHOLE = FIRST + b"Content-Length: 10\r\n\r\n"


def script(name: str, setting: Any, body: bytes = BODY, head: bytes = HEAD) -> Script:
    return FAULTS[name](head, body, setting, Random(1))


def sent(name: str, setting: Any, body: bytes = BODY) -> bytes:
    """What a fault without rests or ends puts on the wire."""
    (piece,) = script(name, setting, body, FIRST + b"Content-Length: %d\r\n\r\n" % len(body))
    assert isinstance(piece, bytes)
    return piece


@pytest.mark.parametrize(
    ("setting", "sent"),
    [("60%", b"012345"), ("0%", b""), ("99.9%", b"012345678"), ("5%", b""), (0, b""), (1, b"0"), (9, b"012345678")],
)
def test_a_cut_body_ends_early_below_headers_that_promise_all(setting: Any, sent: bytes) -> None:
    assert script("truncate", setting) == (HEAD + sent, HangUp())


@pytest.mark.parametrize(
    ("end", "how"), [("close", HangUp()), ("reset", HangUp(reset=True)), ("half-close", EndWriting())]
)
def test_a_cut_says_how_the_connection_ends(end: str, how: Any) -> None:
    assert script("truncate", {"at": "60%", "end": end}) == (HEAD + b"012345", how)
    assert type(script("truncate", {"at": "60%", "end": end})[-1]) is type(how)
    assert script("truncate", {"at": 3}) == (HEAD + b"012", HangUp())


def test_a_cut_whose_length_fits_promises_no_more_than_comes_and_leaves_the_connection_open() -> None:
    cut = sent("truncate", {"at": "60%", "length": "fitting"})
    assert cut == FIRST + b"Content-Length: 6\r\n\r\n012345"


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ({"end": "reset"}, "takes {at: a share or bytes} with end or length"),
        ({"at": 1, "end": None, "x": 1}, "takes {at: a share or bytes} with end or length"),
        ({"at": 1, "end": "close", "length": "fitting"}, "takes {at: a share or bytes} with end or length"),
        ({"at": 1, "end": "soon"}, "ends by close, reset, half-close, not by 'soon'"),
        ({"at": 1, "end": "open"}, "ends by close, reset, half-close, not by 'open'"),
        ({"at": 1, "length": 5}, "takes length: fitting, not 5"),
    ],
)
def test_a_cut_wants_a_place_and_a_known_end_or_the_fitting_length(setting: Any, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"truncate {why}")):
        script("truncate", setting)


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


def test_hanging_up_at_the_timeout_is_left_to_the_deadline() -> None:
    assert script("hang-up", {"after": "timeout"}) == (HEAD + BODY, HangUp(at_deadline=True))
    reset = HangUp(reset=True, at_deadline=True)
    assert script("hang-up", {"after": "timeout", "end": "reset"}) == (HEAD + BODY, reset)
    assert script("hang-up", {"after": "0s", "end": "reset"}) == (HEAD + BODY, Pause(0.0), HangUp(reset=True))


@pytest.mark.parametrize(
    "setting",
    [
        None,
        "5s",
        {},
        {"end": "close"},
        {"after": "soon"},
        {"after": "1s", "x": 1},
        {"after": -1},
        {"after": 1, "end": "half-close"},
    ],
)
def test_hanging_up_wants_a_duration_and_a_known_end(setting: Any) -> None:
    with pytest.raises(ValueError, match=r"hang-up (takes|ends)|is not a duration"):
        script("hang-up", setting)


def test_a_dripping_body_comes_piece_by_piece_behind_whole_headers() -> None:
    rest = Pause(0.02)
    made = script("drip", {"part": "body", "bytes": 4, "every": "20ms"})
    assert made == (HEAD, rest, b"0123", rest, b"4567", rest, b"89")
    assert script("drip", {"part": "body", "every": "20ms", "pieces": 2}) == (
        HEAD, rest, b"0", rest, b"1", rest, b"23456789",
    )  # fmt: skip


def test_dripping_headers_come_piece_by_piece_before_a_whole_body() -> None:
    rest = Pause(1.0)
    made = script("drip", {"part": "headers", "bytes": 20, "every": 1})
    assert made == (HEAD[:20], rest, HEAD[20:], BODY)
    made = script("drip", {"part": "headers", "every": 1})
    assert made[:5] == (b"P", rest, b"O", rest, b"S")
    assert b"".join(piece for piece in made if isinstance(piece, bytes)) == HEAD + BODY


def test_a_large_body_drips_in_a_bounded_number_of_pieces() -> None:
    made = script("drip", {"part": "body", "every": 0}, b"z" * 5_000_000)
    assert len(made) == 1 + 2 * 1001
    assert len(made[-1]) == 5_000_000 - 1000


@pytest.mark.parametrize(
    "more",
    [
        {"part": "all"},
        {"bytes": 0},
        {"bytes": True},
        {"bytes": 1.5},
        {"pieces": 0},
        {"pieces": 100_001},
        {"every": "soon"},
        {"x": 1},
    ],
)
def test_a_drip_that_makes_no_sense_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"drip takes|is not a duration"):
        script("drip", {"part": "body", "every": "1ms"} | more)


def test_nothing_cannot_drip() -> None:
    with pytest.raises(ValueError, match="take part: headers"):
        script("drip", {"part": "body", "every": "1ms"}, b"")
    with pytest.raises(ValueError, match="drip takes"):
        script("drip", "1ms")


def test_a_split_falls_inside_a_character_that_the_dice_choose() -> None:
    body = "Zürich €".encode()
    assert script("split", "inside-a-character", body) == (HEAD + body[:2], Pause(0.2), body[2:])
    rest = {"place": "inside-a-character", "for": "1s"}
    places = {len(FAULTS["split"](HEAD, body, rest, Random(seed))[0]) - len(HEAD) for seed in range(50)}
    assert places == {2, 9, 10}
    assert script("split", rest, body)[1] == Pause(1.0)


@pytest.mark.parametrize(
    ("setting", "body", "why"),
    [
        ("inside-a-character", b"plain", "every character of the body is one byte"),
        ("inside-a-character", b"\xff\xfe", "is not UTF-8"),
        ("between", "ü".encode(), "split takes"),
        ({"place": "inside-a-character", "x": 1}, "ü".encode(), "split takes"),
        (None, "ü".encode(), "split takes"),
    ],
)
def test_a_split_that_cannot_be_is_refused(setting: Any, body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        script("split", setting, body)


def test_a_chunked_body_has_its_frame_in_the_place_of_a_length() -> None:
    told = FIRST + b"Transfer-Encoding: chunked\r\n\r\n"
    assert sent("chunked", {}) == told + b"a\r\n0123456789\r\n0\r\n\r\n"
    assert sent("chunked", {"size": 4}) == told + b"4\r\n0123\r\n4\r\n4567\r\n2\r\n89\r\n0\r\n\r\n"
    assert sent("chunked", {"size": 4}, b"") == told + b"0\r\n\r\n"


def test_chunks_have_extensions_and_trailers() -> None:
    made = sent("chunked", {"extension": 'a="b c"', "trailers": {"X-Sum": "ab", "X-Two": "2"}})
    told = FIRST + b"Trailer: X-Sum, X-Two\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert made == told + b'a;a="b c"\r\n0123456789\r\n0;a="b c"\r\nX-Sum: ab\r\nX-Two: 2\r\n\r\n'


def test_chunks_by_dice_are_the_same_for_the_same_dice() -> None:
    body = bytes(range(256)) * 4
    one, same, other = (FAULTS["chunked"](WHOLE, body, {"size": "dice"}, Random(seed)) for seed in (1, 1, 2))
    assert one == same != other


@pytest.mark.parametrize(
    "setting",
    [
        None,
        16,
        {"sizes": 1},
        {"size": 0},
        {"size": "16"},
        {"size": True},
        {"extension": "a b"},
        {"extension": ""},
        {"extension": "a\r\n"},
        {"trailers": ["a"]},
        {"trailers": {"a b": "c"}},
        {"trailers": {"A": "b\r\nc"}},
        {"trailers": {"A": 1}},
        {"trailers": {"Content-Length": "1"}},
        {"trailers": {"Content-Type": "a/b"}},
    ],
)
def test_chunks_that_cannot_be_sent_are_refused(setting: Any) -> None:
    with pytest.raises(ValueError, match="chunked"):
        sent("chunked", setting)


def test_a_body_waits_for_100_behind_headers_that_ask() -> None:
    made = script("expect-continue", {"wait": "1s"}, head=WHOLE)
    asking = FIRST + b"Content-Length: 10\r\nExpect: 100-continue\r\n\r\n"
    assert made == (asking, AwaitContinue(1.0), BODY)
    assert isinstance(made[1], AwaitContinue)


@pytest.mark.parametrize("setting", [None, "1s", {}, {"wait": "soon"}, {"wait": 1, "x": 1}])
def test_waiting_for_100_wants_a_duration(setting: Any) -> None:
    with pytest.raises(ValueError, match=r"expect-continue takes|is not a duration"):
        script("expect-continue", setting)


def test_no_body_does_not_wait_for_100() -> None:
    with pytest.raises(ValueError, match="must not ask"):
        script("expect-continue", {"wait": 1}, b"")


def test_headers_change_their_letters_and_keep_their_values() -> None:
    lower = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nx-env: Ci\r\ncontent-length: 10\r\n\r\n"
    assert sent("headers", {"case": "lower"}) == lower + BODY
    upper = b"POST / HTTP/1.1\r\nHOST: a\r\nCONTENT-TYPE: application/json\r\nX-ENV: Ci\r\nCONTENT-LENGTH: 10\r\n\r\n"
    assert sent("headers", {"case": "upper"}) == upper + BODY


def test_headers_change_their_order_and_nothing_else() -> None:
    made: list[Any] = [FAULTS["headers"](WHOLE, BODY, {"order": "dice"}, Random(seed))[0] for seed in range(30)]
    assert WHOLE + BODY not in made
    assert len(set(made)) > 3
    lines = {tuple(sorted(one.removesuffix(b"\r\n\r\n" + BODY).split(b"\r\n"))) for one in made}
    assert lines == {tuple(sorted(WHOLE.removesuffix(b"\r\n\r\n").split(b"\r\n")))}
    assert all(one.startswith(b"POST / HTTP/1.1\r\n") for one in made)


def test_a_harmless_header_comes_twice() -> None:
    assert sent("headers", {"repeat": "x-env"}) == WHOLE.replace(b"X-Env: Ci\r\n", b"X-Env: Ci\r\nX-Env: Ci\r\n") + BODY
    both = sent("headers", {"repeat": "X-Env", "case": "lower"})
    assert both.count(b"x-env: Ci\r\n") == 2


@pytest.mark.parametrize(
    "setting", [None, "lower", {}, {"case": "title"}, {"order": "random"}, {"fold": True}]
    + [{"repeat": one} for one in ("Host", "content-length", "Content-Type", "Authorization", "X-Other", None)],
)  # fmt: skip
def test_headers_that_would_mean_something_else_are_refused(setting: Any) -> None:
    with pytest.raises(ValueError, match=r"headers (takes|can repeat)"):
        sent("headers", setting)


def test_one_header_has_no_other_order() -> None:
    with pytest.raises(ValueError, match="one header only"):
        script("headers", {"order": "dice"})


@pytest.mark.parametrize(("setting", "length"), [("larger", 20), ("smaller", 5), (0, 0), (9, 9), (10**9, 10**9)])
def test_a_content_length_promises_something_else(setting: Any, length: int) -> None:
    assert sent("content-length", setting) == FIRST + b"Content-Length: %d\r\n\r\n" % length + BODY


def test_without_a_content_length_the_end_of_the_partners_side_ends_the_body() -> None:
    made = script("content-length", "missing", head=WHOLE)
    assert made == (FIRST + b"\r\n" + BODY, EndWriting())


@pytest.mark.parametrize("setting", [None, "wrong", -1, True, 1.5, 10])
def test_a_content_length_that_is_none_or_right_is_refused(setting: Any) -> None:
    with pytest.raises(ValueError, match=r"content-length(: the body has 10 bytes| takes)"):
        sent("content-length", setting)


def test_half_of_an_empty_body_is_all_of_it() -> None:
    with pytest.raises(ValueError, match="the body has 0 bytes"):
        sent("content-length", "smaller", b"")


def test_another_content_type_stands_where_the_own_one_stood() -> None:
    made = sent("content-type", "application/json; charset=utf-8")
    assert (
        made
        == WHOLE.replace(b"content-type: application/json", b"Content-Type: application/json; charset=utf-8") + BODY
    )
    assert sent("content-type", None) == WHOLE.replace(b"content-type: application/json\r\n", b"") + BODY


def test_a_content_type_comes_where_there_was_none() -> None:
    told = b"POST / HTTP/1.1\r\nContent-Length: 10\r\nContent-Type: text/plain\r\n\r\n"
    assert script("content-type", "text/plain") == (told + BODY,)


@pytest.mark.parametrize("setting", ["", 5, [], "a\r\nX: y", " a", "ü", True])
def test_a_content_type_that_cannot_be_sent_is_refused(setting: Any) -> None:
    with pytest.raises(ValueError, match="content-type"):
        sent("content-type", setting)


def test_an_encoded_body_has_the_length_of_its_bytes() -> None:
    body = '{"name":"ü"}'.encode()
    assert sent("encoding", "bom", body) == FIRST + b"Content-Length: 16\r\n\r\n\xef\xbb\xbf" + body
    wide = sent("encoding", "utf-16", body)
    assert wide == FIRST + b"Content-Length: 26\r\n\r\n" + b"\xff\xfe" + body.decode().encode("utf-16-le")


def test_a_body_within_an_array_is_its_one_element() -> None:
    body = '{"name":"ü"}'.encode()
    assert sent("wrap", "array", body) == FIRST + b"Content-Length: 15\r\n\r\n[" + body + b"]"


def test_a_compressed_body_says_so_and_is_the_same_at_any_time() -> None:
    body = b'{"a": 1}' * 100
    head, _, packed = sent("encoding", "gzip", body).partition(b"\r\n\r\n")
    assert head == FIRST + b"Content-Encoding: gzip\r\nContent-Length: %d" % len(packed)
    assert packed[:10] == b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"
    assert gzip.decompress(packed) == body


@pytest.mark.parametrize(
    ("setting", "body", "why"),
    [("zip", BODY, "encoding takes bom, gzip, utf-16"), (None, BODY, "takes"), ("utf-16", b"\xff", "is not UTF-8")],
)
def test_an_encoding_that_is_none_is_refused(setting: Any, body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        sent("encoding", setting, body)


@pytest.mark.parametrize("setting", ["object", "Array", None, ["array"], 1])
def test_nothing_but_an_array_wraps_a_body(setting: Any) -> None:
    with pytest.raises(ValueError, match=re.escape(f"wrap takes array, not {setting!r}")):
        sent("wrap", setting)


@pytest.mark.parametrize("how", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_changes_nothing_but_the_first_word(how: str) -> None:
    assert script("method", how, BODY, WHOLE) == (how.encode() + (WHOLE + BODY).removeprefix(b"POST"),)


@pytest.mark.parametrize("setting", ["POST", "get", "BREW", None, ["GET"], "GET / HTTP/1.1\r\nX: "])
def test_a_method_that_is_none_or_the_partners_own_is_refused(setting: Any) -> None:
    with pytest.raises(ValueError, match="method takes GET, HEAD, PUT, PATCH, DELETE, OPTIONS, not"):
        sent("method", setting)


def test_every_fault_says_what_it_does() -> None:
    assert list(FAULTS) == [
        "truncate", "pause", "hang-up", "drip", "split", "chunked",
        "expect-continue", "headers", "method", "content-length", "content-type", "encoding", "wrap",
    ]  # fmt: skip
    assert all(fault.__doc__ for fault in FAULTS.values())


def test_the_schema_knows_every_way_to_cut_to_encode_and_to_wrap_and_no_other() -> None:
    faults = json.loads((folder("schemas") / "scenario.schema.json").read_text(encoding="utf-8"))["$defs"]["fault"]
    known = faults["properties"]
    for end in known["truncate"]["properties"]["end"]["enum"]:
        assert script("truncate", {"at": 1, "end": end})
    for length in known["truncate"]["properties"]["length"]["enum"]:
        assert script("truncate", {"at": 1, "length": length})
    for fault in ("encoding", "wrap"):
        for name in known[fault]["enum"]:
            assert script(fault, name)
    with pytest.raises(
        ValueError, match=f"truncate ends by {', '.join(known['truncate']['properties']['end']['enum'])},"
    ):
        script("truncate", {"at": 1, "end": "soon"})
    with pytest.raises(ValueError, match=f"encoding takes {', '.join(known['encoding']['enum'])},"):
        script("encoding", "zip")


def test_the_schema_knows_every_fault_and_no_other() -> None:
    schema = json.loads((folder("schemas") / "scenario.schema.json").read_text(encoding="utf-8"))
    assert list(schema["$defs"]["fault"]["properties"]) == list(FAULTS)


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
