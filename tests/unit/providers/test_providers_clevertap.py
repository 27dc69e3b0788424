"""What CleverTap's provider writes into its alerts."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from simulator import documents
from simulator.provider import Payload, Run
from simulator.providers.clevertap import CLEVERTAP, LARGE

ZONES = ["Asia/Kolkata", "UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe"]


def run(moment: float = 1_690_283_492.0, traits: dict[str, Any] | None = None, **changes: Any) -> Run:
    about = CLEVERTAP.about(traits or {})
    one = Run("e", about, 1, 7, 1_600_000_000.0, bytes(16), moment, moment + 560, None)
    return one._replace(**changes)


def payload(event: str, one: Run, after: float = 0.0, /, **readings: str) -> Payload:
    made = CLEVERTAP.render(event, one, one.started + after, CLEVERTAP.choices(readings))
    assert documents.schema(f"payloads/clevertap/{event}").accepts(made.fields)
    return made


def time_of(moment: float, **readings: str) -> str:
    made = payload("initiated", run(moment), **readings)
    assert made.time == made.fields["Date and Time"]
    return made.time


def test_the_documented_sample_comes_out_with_its_keys_in_order() -> None:
    made = payload("completed", run(id=1690283492), 560.0)
    assert list(made.fields.items()) == list(CLEVERTAP.examples["completed"].items())
    assert made == Payload(made.fields, "1690283492", "Completed", "25/07/2023 4:50:52 PM")


def test_an_id_is_base_plus_serial_in_each_readings_spelling() -> None:
    assert payload("initiated", run()).fields["Export Request Id"] == 1_600_000_007
    assert payload("initiated", run(), request_id="string").fields["Export Request Id"] == "1600000007"
    large = payload("initiated", run(), request_id="large")
    assert large.fields["Export Request Id"] == 1_600_000_007 + LARGE
    assert large.id == str(1_600_000_007 + LARGE)
    assert 2**32 < LARGE + 2**31 < 2**53


def test_a_given_id_is_taken_as_given() -> None:
    assert payload("initiated", run(id=5), request_id="large").fields["Export Request Id"] == 5
    assert payload("initiated", run(id=5), request_id="string").fields["Export Request Id"] == "5"


@pytest.mark.parametrize(
    ("traits", "readings", "key", "word"),
    [
        ({}, {}, "Partner", "Google Cloud Storage"),
        ({}, {"google_name": "Google Cloud Platform (GCP)"}, "Partner", "Google Cloud Platform (GCP)"),
        ({"partner": "amazon S3"}, {}, "Partner", "Amazon S3"),
        ({"partner": "Amazon S3"}, {"amazon_name": "AWS"}, "Partner", "AWS"),
        ({}, {"type_word": "events"}, "Type", "events"),
        ({"frequency": "One Time"}, {}, "Frequency", "One Time"),
        ({}, {"one_time_word": "One-time"}, "Frequency", "One-time"),
        ({"frequency": "Every 4 Hours"}, {}, "Frequency", "Every 4 Hours"),
        ({"frequency": "every 12 hours"}, {"recurring_word": "Recurring"}, "Frequency", "Recurring"),
        ({"frequency": "every 24 hours"}, {"recurring_word": "N Hours"}, "Frequency", "24 Hours"),
    ],
)
def test_words_follow_traits_and_readings(
    traits: dict[str, Any], readings: dict[str, str], key: str, word: str
) -> None:
    assert payload("initiated", run(traits=traits), **readings).fields[key] == word


def test_every_combination_of_readings_fits_the_schema() -> None:
    for name, reading in CLEVERTAP.readings.items():
        for option in reading.options:
            for traits in ({}, {"partner": "Amazon S3", "frequency": "every 8 hours"}):
                payload("completed", run(traits=traits), **{name: option.name})


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        ("unpadded", "25/07/2023 4:50:52 PM"),
        ("padded", "25/07/2023 04:50:52 PM"),
        ("narrow-space", "25/07/2023 4:50:52\u202fPM"),
        ("lower-case", "25/07/2023 4:50:52 pm"),
    ],
)
def test_times_follow_their_reading(reading: str, text: str) -> None:
    assert time_of(1690283492 + 560, time_format=reading) == text


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("local", "text"),
    [
        ("2023-07-05T00:00:00", "05/07/2023 12:00:00 AM"),
        ("2023-07-05T00:59:59", "05/07/2023 12:59:59 AM"),
        ("2023-07-05T01:05:09", "05/07/2023 1:05:09 AM"),
        ("2023-07-05T11:59:59", "05/07/2023 11:59:59 AM"),
        ("2023-07-05T12:00:00", "05/07/2023 12:00:00 PM"),
        ("2023-07-05T12:59:59", "05/07/2023 12:59:59 PM"),
        ("2023-07-05T13:05:09", "05/07/2023 1:05:09 PM"),
        ("2023-12-31T23:59:59", "31/12/2023 11:59:59 PM"),
        ("2024-01-01T00:00:00", "01/01/2024 12:00:00 AM"),
        ("2023-04-30T23:59:59", "30/04/2023 11:59:59 PM"),
        ("2023-05-01T00:00:00", "01/05/2023 12:00:00 AM"),
        ("2028-02-29T23:59:59", "29/02/2028 11:59:59 PM"),
        ("2028-03-01T00:00:00", "01/03/2028 12:00:00 AM"),
        ("2027-02-28T23:59:59", "28/02/2027 11:59:59 PM"),
    ],
)
def test_edges_of_days_months_and_halves_in_five_zones(zone: str, local: str, text: str) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).timestamp()
    assert time_of(moment, zone=zone) == text


@pytest.mark.parametrize(
    ("zone", "utc", "before", "after"),
    [
        ("Europe/Paris", "2026-03-29T01:00:00+00:00", "29/03/2026 1:59:59 AM", "29/03/2026 3:00:00 AM"),
        ("Europe/Paris", "2026-10-25T01:00:00+00:00", "25/10/2026 2:59:59 AM", "25/10/2026 2:00:00 AM"),
        ("America/New_York", "2026-03-08T07:00:00+00:00", "08/03/2026 1:59:59 AM", "08/03/2026 3:00:00 AM"),
        ("America/New_York", "2026-11-01T06:00:00+00:00", "01/11/2026 1:59:59 AM", "01/11/2026 1:00:00 AM"),
        ("Australia/Lord_Howe", "2026-10-03T15:30:00+00:00", "04/10/2026 1:59:59 AM", "04/10/2026 2:30:00 AM"),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00+00:00", "05/04/2026 1:59:59 AM", "05/04/2026 1:30:00 AM"),
        ("Asia/Kolkata", "2026-03-29T01:00:00+00:00", "29/03/2026 6:29:59 AM", "29/03/2026 6:30:00 AM"),
        ("UTC", "2026-10-25T01:00:00+00:00", "25/10/2026 12:59:59 AM", "25/10/2026 1:00:00 AM"),
    ],
)
def test_clocks_that_change_change_the_time_in_the_payload(zone: str, utc: str, before: str, after: str) -> None:
    moment = datetime.fromisoformat(utc).timestamp()
    assert time_of(moment - 1, zone=zone) == before
    assert time_of(moment, zone=zone) == after


@pytest.mark.parametrize(("moment", "text"), [(0.999_99, "12:00:00"), (0.999_999_9, "12:00:01"), (1.0, "12:00:01")])
def test_a_second_is_cut_not_rounded_but_for_a_floats_own_error(moment: float, text: str) -> None:
    assert time_of(1_700_006_400.0 + moment, zone="UTC").split(" ")[1] == text


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "europe paris", "../etc/passwd", "Europe", "localtime", "right/UTC"]
)
def test_a_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="takes an IANA time zone"):
        CLEVERTAP.choices({"zone": name})


def test_any_other_zone_is_a_reading_and_is_graded_as_assumed() -> None:
    option = CLEVERTAP.readings["zone"].choose("Europe/Paris")
    assert (option.name, option.value, option.grade) == ("Europe/Paris", ZoneInfo("Europe/Paris"), "assumed")


@pytest.mark.parametrize(
    ("traits", "because"),
    [
        ({"partner": "Azure"}, "partner is Google Cloud Storage or Amazon S3"),
        ({"type": "Profiles"}, "type is Events"),
        ({"frequency": "every 6 hours"}, "every 4 hours, every 8 hours"),
    ],
)
def test_traits_that_clevertap_does_not_have_are_refused(traits: dict[str, Any], because: str) -> None:
    with pytest.raises(ValueError, match=because):
        CLEVERTAP.about(traits)


def test_a_run_that_fails_starts_and_then_is_silent() -> None:
    about = CLEVERTAP.about({"fails": [2]})
    assert CLEVERTAP.emits(about, 1, 560.0) == (("initiated", 0.0), ("completed", 560.0))
    assert CLEVERTAP.emits(about, 2, 560.0) == (("initiated", 0.0),)


def test_the_test_body_is_the_documented_one_with_people_of_the_dice() -> None:
    made = payload("test", run())
    assert {**made.fields, "profiles": []} == {
        "is_test": True,
        "targetId": 1234,
        "key_values": {"key": "value"},
        "profiles": [],
    }
    assert len({profile["Email"] for profile in made.fields["profiles"]}) > 1
    assert (made.id, made.status, made.time) == ("1234", "", "")
    assert payload("test", run()) == made
    assert payload("test", run(dice=b"x" * 16)).fields != made.fields


@pytest.mark.parametrize(
    ("reading", "attempts", "delay", "timeout"),
    [
        ("none", 1, 0.0, 5.0),
        ("campaign-5s-2", 3, 0.0, 5.0),
        ("campaign-3s-1", 2, 0.0, 3.0),
        ("faq-1s-3x15s", 4, 15.0, 1.0),
    ],
)
def test_retries_follow_their_reading(reading: str, attempts: int, delay: float, timeout: float) -> None:
    retry = CLEVERTAP.retry(CLEVERTAP.choices({"retry": reading}))
    assert (retry.attempts, retry.delay, retry.timeout) == (attempts, delay, timeout)


def test_only_200_acknowledges() -> None:
    assert CLEVERTAP.acknowledged_by == ("200",)
