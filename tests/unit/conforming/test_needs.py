"""A rule is played where all is there that it needs; else what is lacking is named, and what helps."""

import pytest

from simulator.authoring import parse_receiver, receiver_at
from simulator.conforming.needs import unmet
from tests.unit.conforming.rules_made import pair, receiver


@pytest.mark.parametrize(
    ("need", "given"),
    [
        ("authorization", "authorization: Bearer abcdef"),
        ("start", "start: python receiver.py"),
        ("probe", "probes: {export: {get: 'http://receiver.test/{id}'}}"),
        ("test_body", "supports: {test_body: true}"),
    ],
)
def test_a_rule_needs_what_it_says_and_names_it_where_it_lacks(need: str, given: str) -> None:
    needy = pair(more=f"needs: [{need}]")
    assert need in unmet(needy, receiver())
    assert unmet(needy, receiver(given)) == ""
    assert unmet(needy, receiver("supports: {test_body: false, other: true}")) != ""
    assert unmet(pair(), receiver()) == ""


@pytest.mark.parametrize(
    ("need", "remedy"),
    [
        ("authorization", "give one with --authorization"),
        ("start", "--receiver"),
        ("probe", "declares one under `probes`, with `get` and `select`"),
        ("separate_urls", "one for each under `endpoints`"),
        ("test_body", "`supports: {test_body: true}`"),
    ],
)
def test_without_a_receiver_file_none_is_spoken_of_as_if_there_were_and_what_helps_is_said(
    need: str, remedy: str
) -> None:
    bare = unmet(pair(more=f"needs: [{need}]"), receiver_at("http://receiver.test/"))
    assert "the receiver file" not in bare
    assert remedy in bare
    assert ("--receiver" in bare) == (need != "authorization")
    assert "the receiver file" in unmet(pair(more=f"needs: [{need}]"), receiver())


def test_urls_are_separate_where_two_partners_have_two() -> None:
    one, two = (
        parse_receiver(
            f"receiver: it\nendpoints: {{clevertap: {{url: 'http://r.test/a'}}, reachfive: {{url: '{url}'}}}}", "r", {}
        )
        for url in ("http://r.test/a", "http://r.test/b")
    )
    assert "one URL for all partners" in unmet(pair(more="needs: [separate_urls]"), one)
    assert unmet(pair(more="needs: [separate_urls]"), two) == ""


def test_credentials_of_the_one_endpoint_are_enough() -> None:
    one = parse_receiver(
        "receiver: r\nendpoints: {clevertap: {url: 'http://r.test/', authorization: Bearer abcdef}}", "r.yaml", {}
    )
    assert unmet(pair(more="needs: [authorization]"), one) == ""
