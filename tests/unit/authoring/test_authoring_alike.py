"""Names that `count` makes, held against all others of the file."""

import pytest

from simulator.authoring import parse_scenario
from simulator.errors import DocumentError


def complaint(more: str) -> str:
    with pytest.raises(DocumentError) as caught:
        parse_scenario(f"scenario: s\nprovider: clevertap\n{more}", "a.yaml")
    return str(caught.value)


@pytest.mark.parametrize("number", [1, 9_999, 10_001, 999_999])
def test_an_export_cannot_be_named_like_one_among_many_however_many_they_are(number: int) -> None:
    words = complaint(f"exports: {{fleet: {{count: 1000000}}, fleet-{number}: {{}}}}")
    assert f"a.yaml:3:36: `fleet` is 1,000,000 exports, one of them named `fleet-{number}` too" in words


def test_a_step_cannot_be_named_like_one_among_many_either() -> None:
    words = complaint("exports: {fleet: {count: 20000}}\ntimeline: {fleet-15000: {event: completed, at: 1s}}")
    assert "an export is named `fleet-15000` too" in words


def test_a_name_just_past_them_is_free() -> None:
    text = "scenario: s\nprovider: clevertap\nexports: {fleet: {count: 3}, fleet-4: {}, fleet-03: {}}"
    assert [one.name for one in parse_scenario(text, "a.yaml").exports] == ["fleet", "fleet-4", "fleet-03"]
