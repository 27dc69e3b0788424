"""JSON is read strictly."""

from typing import Any

import pytest

from simulator.web.bodies import decode
from simulator.web.problems import Problem


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, 2.5, -0, true, null, "x"]}', {"a": [1, 2.5, 0, True, None, "x"]}),
        ('"Café 𝄞"'.encode(), "Café 𝄞"),
        (rb'"\ud834\udd1e"', "𝄞"),
        (b" \n1\t", 1),
        (b"null", None),
        (b"12345678901234567890123456789012345678", 12345678901234567890123456789012345678),
        (b"[" * 64 + b"]" * 64, None),
    ],
)
def test_json_is_read(body: bytes, value: Any) -> None:
    assert decode(body) == value or value is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 1,}', "not JSON"),
        (b'"a\nb"', "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"x": {"a": 1, "\\u0061": 2}}', "twice"),
        (b"NaN", "NaN"),
        (b"[Infinity]", "Infinity"),
        (b"-Infinity", "Infinity"),
        (b"1e999", "beyond all measure"),
        (b'{"a": -1e400}', "beyond all measure"),
        (b"1" * 41, "digits"),
        (b"1" * 5000, "digits"),
        (rb'"\ud834"', "surrogate"),
        (rb'{"a": ["\udd1e\ud834"]}', "surrogate"),
        (rb'{"\ud834": 1}', "surrogate"),
        (b'"\xed\xa0\xb4"', "UTF-8"),
        (b'"\xff"', "UTF-8"),
        ("{}".encode("utf-16"), "UTF-8"),
        (b"[" * 66 + b"]" * 66, "deep"),
        (b'{"a":' * 66 + b"1" + b"}" * 66, "deep"),
        (b"[" * 300_000, "deep"),
        (b"[" * 300_000 + b"]" * 300_000, "deep"),
        ("١".encode(), "not JSON"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_could_be_understood_in_two_ways_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(Problem, match=reason) as raised:
        decode(body)
    assert raised.value.slug == "bad-request"
