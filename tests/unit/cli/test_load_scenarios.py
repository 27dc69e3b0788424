"""Which scenarios a load plays, where some are named, some partners are, or neither."""

from typing import Any

import pytest

from simulator.authoring import parse_receiver, receiver_at
from simulator.cli.load_scenarios import load_scenarios
from simulator.errors import UsageError

BOTH = ["load/clevertap", "load/reachfive"]
URL = "http://127.0.0.1:8000/hooks"
TO = {"to": URL, "partners": ()}
FILE = {"to": None, "partners": ()}


def found(words: tuple[str, ...], options: dict[str, Any], *, only: str = "") -> list[str]:
    """Their names, for a receiver that takes what one partner sends, or all."""
    text = f'receiver: mine\nendpoints: {{{only}: {{url: "{URL}"}}}}\n'
    receiver = parse_receiver(text, "receiver.yaml", {}) if only else receiver_at(URL)
    return [one.source for one in load_scenarios(words, options, receiver)]


def test_those_that_are_named_are_played_whatever_ships() -> None:
    assert found(("clevertap/one-time-export",), TO) == ["clevertap/one-time-export"]


def test_of_a_receiver_file_those_made_for_loads_that_it_takes() -> None:
    assert found((), FILE) == BOTH
    assert found((), FILE, only="reachfive") == BOTH[1:]


def test_a_partner_is_enough_for_a_url() -> None:
    assert found((), {**TO, "partners": ("clevertap",)}) == BOTH[:1]
    assert found((), {**TO, "partners": ("reachfive", "clevertap")}) == BOTH


def test_without_a_partner_a_url_says_not_enough_and_the_error_says_what_would() -> None:
    with pytest.raises(UsageError, match="which partner's notifications that URL takes is not said") as raised:
        found((), TO)
    assert raised.value.remedy.startswith("say --partner clevertap or --partner reachfive, name a scenario, or give")


def test_of_those_that_are_named_only_the_partners_are_played() -> None:
    words = ("clevertap/one-time-export", "load/*")
    assert found(words, {**TO, "partners": ("clevertap",)}) == ["clevertap/one-time-export", "load/clevertap"]


@pytest.mark.parametrize(
    ("words", "partners", "only", "told"),
    [
        ((), ("clevrtap",), "", "no scenario made for loads is of `clevrtap`; did you mean `clevertap`?"),
        (BOTH[:1], ("reachfive",), "", "no scenario named is of `reachfive`"),
        ((), ("clevertap",), "reachfive", "the receiver has no endpoint for `clevertap`"),
    ],
)
def test_a_partner_of_whom_there_is_nothing_is_refused_by_name(
    words: tuple[str, ...], partners: tuple[str, ...], only: str, told: str
) -> None:
    with pytest.raises(UsageError) as raised:
        found(tuple(words), {"to": None, "partners": partners}, only=only)
    assert raised.value.message == told
    assert raised.value.remedy


def test_where_no_shipped_one_fits_one_has_to_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.cli.load_scenarios.shipped_scenarios", dict)
    with pytest.raises(UsageError, match="name a scenario"):
        found((), FILE)
