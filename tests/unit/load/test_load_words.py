"""Rates and percentages as people write them."""

import pytest

from simulator.load.words import percentage, rate, spelled_rate, spelled_share


@pytest.mark.parametrize(("text", "a_second"), [("500/s", 500.0), ("0.5/s", 0.5), ("30/m", 0.5), ("3600/h", 1.0)])
def test_a_rate_is_notifications_a_second(text: str, a_second: float) -> None:
    assert rate(text) == a_second


@pytest.mark.parametrize("text", ["500", "500/d", "/s", "-5/s", "1e3/s", "500 /s", "٥/s", "1234567890/s"])
def test_what_is_no_rate_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a rate such as 500/s, 30/m or 100/h"):
        rate(text)


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"at a rate of 0/s nothing would be sent"):
        rate("0/s")


@pytest.mark.parametrize(("text", "share"), [("5%", 0.05), ("0%", 0.0), ("100%", 1.0), ("0.1%", 0.001)])
def test_a_percentage_is_a_share(text: str, share: float) -> None:
    assert percentage(text) == share


@pytest.mark.parametrize("text", ["5", "101%", "-1%", "%", "5 %", "0.05"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a percentage from 0% to 100%, such as 5%"):
        percentage(text)


@pytest.mark.parametrize("text", ["500/s", "30/m", "100/h", "1.5/s", "0.25/h", "0.000001/h", "999999999/s"])
def test_a_rate_spelled_again_is_the_same_rate(text: str) -> None:
    assert rate(spelled_rate(rate(text))) == rate(text)


@pytest.mark.parametrize("text", ["0%", "5%", "7%", "100%", "0.000001%", "12.345678%"])
def test_so_is_a_share(text: str) -> None:
    assert spelled_share(percentage(text)) == text
