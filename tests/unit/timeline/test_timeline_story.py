"""When a story starts, and the dice that it throws."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import blake2b

import pytest

from simulator.errors import UsageError
from simulator.scenario import Scenario
from simulator.timeline import story_start
from simulator.timeline.story import tell

NOW = datetime(2026, 7, 1, 12, 0, 0, 999_999, tzinfo=UTC)


def start(text: str | None, *, provider: str = "clevertap", zone: str | None = None, now: datetime = NOW) -> str:
    readings = {"zone": zone} if zone else {}
    scenario = Scenario(title="t", provider=provider, source="story.yaml", text="", start=text, readings=readings)
    return story_start(scenario, now).isoformat()


def test_without_a_start_it_is_now_cut_to_the_second_in_the_accounts_zone() -> None:
    assert start(None) == "2026-07-01T17:30:00+05:30"
    assert start(None, zone="Europe/Paris") == "2026-07-01T14:00:00+02:00"
    assert start(None, provider="reachfive") == "2026-07-01T12:00:00+00:00"
    assert start(None, now=NOW.astimezone(timezone(timedelta(hours=-3)))) == "2026-07-01T17:30:00+05:30"


def test_a_start_with_an_offset_is_that_instant() -> None:
    assert start("2026-01-05T00:00:00+05:30") == "2026-01-05T00:00:00+05:30"
    assert start("2026-01-05T00:00:00Z") == "2026-01-05T05:30:00+05:30"
    assert start("2026-01-05T00:00:00.345Z", provider="reachfive") == "2026-01-05T00:00:00.345000+00:00"


def test_a_start_without_an_offset_is_the_accounts_own_time() -> None:
    assert start("2026-01-05T00:00:00") == "2026-01-05T00:00:00+05:30"
    assert start("2026-07-05", zone="America/New_York") == "2026-07-05T00:00:00-04:00"
    assert start("2026-01-05T00:00:00", provider="reachfive") == "2026-01-05T00:00:00+00:00"


def test_of_two_equal_local_times_the_first_is_meant() -> None:
    assert start("2026-10-25T02:30:00", zone="Europe/Paris") == "2026-10-25T02:30:00+02:00"
    assert start("2026-04-05T01:45:00", zone="Australia/Lord_Howe") == "2026-04-05T01:45:00+11:00"


@pytest.mark.parametrize(
    ("text", "zone"), [("2026-03-29T02:30:00", "Europe/Paris"), ("2026-10-04T02:15:00", "Australia/Lord_Howe")]
)
def test_a_local_time_that_clocks_skip_is_refused(text: str, zone: str) -> None:
    with pytest.raises(UsageError, match=rf"clocks in {zone} skip(?s:.*)with its offset"):
        start(text, zone=zone)


def test_a_start_that_is_no_time_is_refused() -> None:
    with pytest.raises(UsageError, match=r"story\.yaml: clock\.start 'soon' is no time"):
        start("soon")


@pytest.mark.parametrize("readings", [{"zone": "Mars/Olympus"}, {"colour": "red"}, {"request_id": "roman"}])
def test_unknown_readings_are_refused_with_where_to_find_them(readings: dict[str, str]) -> None:
    scenario = Scenario(title="t", provider="clevertap", source="story.yaml", text="", readings=readings)
    with pytest.raises(UsageError, match=r"story\.yaml: readings: (?s:.*)list readings"):
        story_start(scenario, NOW)


def test_an_unknown_partner_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no provider 'acme'"):
        start(None, provider="acme")


def test_dice_are_a_hash_of_seed_number_and_name_in_whatever_order_they_are_asked_for() -> None:
    scenario = Scenario(title="t", provider="clevertap", source="story.yaml", text="")
    stories = {seed: tell(scenario, seed, NOW) for seed in (7, 8)}
    for seed, number, name in ((7, 1, "e"), (8, 1, "e"), (7, 12, "é f"), (7, 1, "e"), (8, 0, "")):
        expected = blake2b(f"{seed} {number} {name}".encode(), digest_size=16).digest()
        assert stories[seed].dice(name, number) == expected
