"""What a receiver says of one partner: its endpoint's own word comes before what it says of all."""

import pytest

from simulator.documents import parse_url
from simulator.receiver import Endpoint, Receiver

URL = parse_url("http://receiver.test/")


@pytest.mark.parametrize(
    ("own", "of_all", "shown"), [("a", "b", "a"), (None, "b", "b"), ("a", None, "a"), (None, None, None)]
)
def test_a_partner_shows_the_credentials_of_its_endpoint_or_else_those_of_all(
    own: str | None, of_all: str | None, shown: str | None
) -> None:
    for name in ("clevertap", "*"):
        receiver = Receiver(name="r", endpoints={name: Endpoint(url=URL, authorization=own)}, authorization=of_all)
        assert receiver.authorization_for("clevertap") == shown


def test_the_credentials_of_one_endpoint_are_not_shown_at_another() -> None:
    endpoints = {"clevertap": Endpoint(url=URL, authorization="a"), "reachfive": Endpoint(url=URL)}
    assert Receiver(name="r", endpoints=endpoints).authorization_for("reachfive") is None
    assert Receiver(name="r", endpoints=endpoints, authorization="b").authorization_for("reachfive") == "b"


def test_its_own_word_on_what_acknowledges_wins_over_the_partners_rule() -> None:
    assert Receiver(name="r", endpoints={}).accepts(("200",)) == ("200",)
    assert Receiver(name="r", endpoints={}, acknowledges=("202", "204")).accepts(("200",)) == ("202", "204")
