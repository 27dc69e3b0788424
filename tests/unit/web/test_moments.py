"""Moments and durations as the API writes and reads them."""

import pytest

from simulator.console.refusal import Refusal
from simulator.web.moments import duration, moment, moment_or_none, read_moment


@pytest.mark.parametrize(
    ("epoch", "text"),
    [
        (0.0, "1970-01-01T00:00:00Z"),
        (1767571200, "2026-01-05T00:00:00Z"),
        (1767571200.001, "2026-01-05T00:00:00.001Z"),
        (1767571200.5, "2026-01-05T00:00:00.500Z"),
        (1767571200.9996, "2026-01-05T00:00:01Z"),
        (1767571200.0004, "2026-01-05T00:00:00Z"),
        (-0.25, "1969-12-31T23:59:59.750Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_milliseconds_at_most(epoch: float, text: str) -> None:
    assert moment(epoch) == text
    assert moment_or_none(epoch) == text


def test_no_moment_stays_none() -> None:
    assert moment_or_none(None) is None


@pytest.mark.parametrize(
    ("text", "epoch"),
    [
        ("2026-01-05T00:00:00Z", 1767571200.0),
        ("2026-01-05T05:30:00+05:30", 1767571200.0),
        ("2026-01-05T00:00:00.123456Z", 1767571200.123456),
        ("1980-01-01T00:00:00Z", 315532800.0),
        ("2024-02-29T12:00:00-12:00", 1709251200.0),
    ],
)
def test_a_moment_with_its_offset_is_read(text: str, epoch: float) -> None:
    assert read_moment(text) == epoch


@pytest.mark.parametrize("epoch", [1767571200.0, 1767571200.25, 1774746000.001])
def test_what_is_written_is_read_as_it_was(epoch: float) -> None:
    assert read_moment(moment(epoch)) == epoch


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-01-05",
        "2026-01-05T00:00:00",
        "2026-01-05T24:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-05T00:00:00+99:00",
        "20260105T000000Z",
        "2026-W01-1T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "1979-12-31T23:59:59Z",
        "٢٠٢٦-01-05T00:00:00Z",
        "2026-01-05T00:00:00Z\n",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_moment(text)
    assert caught.value.reason == "unfit"
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("value", "length"), [("9m20s", 560.0), ("300ms", 0.3), (0, 0.0), (2.5, 2.5), ("36525d", 3155760000.0)]
)
def test_a_duration_is_a_text_or_a_number(value: str | float, length: float) -> None:
    assert duration(value) == length


@pytest.mark.parametrize(
    "value", ["", "5", "-5s", "5 s", "five", -1, float("nan"), float("inf"), True, "36526d", 1e300, 10**400]
)
def test_what_is_no_duration_is_refused(value: str | float) -> None:
    with pytest.raises(Refusal) as caught:
        duration(value)
    assert caught.value.reason == "unfit"
