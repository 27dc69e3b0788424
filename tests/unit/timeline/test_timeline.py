"""What is planned: which deliveries, in which order, with which bytes."""

import tracemalloc
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from simulator import timeline
from simulator.errors import PartnersimError, UsageError
from simulator.model import Delivery, Url
from simulator.provider import Provider
from simulator.providers import PROVIDERS
from simulator.receiver import Endpoint, Receiver
from simulator.scenario import Export, Repeat, Scenario, Step
from simulator.timeline import Timeline, plan

START = datetime(2026, 1, 5, tzinfo=ZoneInfo("Asia/Kolkata"))
RECEIVER = Receiver(name="r", endpoints={"*": Endpoint(url=Url("http", "127.0.0.1", 8000, "/hook"))})


def planned(
    *parts: Export | Step,
    provider: str = "clevertap",
    seed: int = 1,
    start: datetime = START,
    readings: Mapping[str, str] | None = None,
) -> Timeline:
    scenario = Scenario(
        title="t",
        provider=provider,
        source="",
        text="",
        readings=readings or {},
        exports=tuple(part for part in parts if isinstance(part, Export)),
        steps=tuple(part for part in parts if isinstance(part, Step)),
    )
    return plan(scenario, RECEIVER, seed=seed, start=start)


def recurring(name: str = "nightly", hours: int = 4, **settings: Any) -> Export:
    traits = {"frequency": f"every {hours} hours", **settings.pop("traits", {})}
    return Export(name=name, traits=traits, **settings)


def body(delivery: Delivery) -> dict[str, Any]:
    value: dict[str, Any] = orjson.loads(delivery.body)
    return value


def ids(stream: Timeline) -> list[str]:
    return [delivery.id for delivery in stream]


def test_clevertaps_documented_sample_comes_out_of_a_scenario_byte_for_byte() -> None:
    start = datetime(2023, 7, 25, 16, 41, 32, tzinfo=ZoneInfo("Asia/Kolkata"))
    _, delivery = planned(Export(name="e", id=1690283492, takes=560.0), start=start)
    assert delivery.body == (
        b'{"Export Request Id":1690283492,"Partner":"Google Cloud Storage","Type":"Events","Status":"Completed",'
        b'"Frequency":"One Time","Date and Time":"25/07/2023 4:50:52 PM"}'
    )
    assert delivery.data == delivery.head + delivery.body
    assert delivery.head.endswith(b"Content-Length: %d\r\n\r\n" % len(delivery.body))


def test_reachfives_documented_sample_comes_out_of_a_scenario_byte_for_byte() -> None:
    traits = {"definition": "User export", "result": "partial failure"}
    (delivery,) = planned(
        Export(name="e", id="AXVLjk0mPq3Zdy8Qkpxt", takes=1.285, emits=(), traits=traits),
        Step(name="s", event="finished", export="e", set={"definition_id": "AWstKc0mPq3Zqw5seX89"}),
        provider="reachfive",
        start=datetime(2020, 11, 21, 14, 26, 10, 345_000, tzinfo=UTC),
    )
    assert delivery.body == (
        b'{"total_succeeded":2,"total_operations":3,"total_failed":1,"id":"AXVLjk0mPq3Zdy8Qkpxt","status":"SUCCESS",'
        b'"created_at":"2020-11-21T14:26:10.345Z","type":"export","updated_at":"2020-11-21T14:26:11.630Z",'
        b'"definition_id":"AWstKc0mPq3Zqw5seX89","definition_name":"User export"}'
    )
    assert delivery.definition_id == "AWstKc0mPq3Zqw5seX89"


def test_an_export_emits_its_runs_events_by_itself() -> None:
    stream = planned(recurring(runs=3, at=60.0, takes=600.0))
    told = [(one.number, one.name, one.due, one.at, one.status, one.end) for one in stream]
    assert told == [
        (1, "nightly[1].initiated", 60.0, 60.0, "Initiated", False),
        (2, "nightly[1].completed", 660.0, 660.0, "Completed", True),
        (3, "nightly[2].initiated", 14460.0, 14460.0, "Initiated", False),
        (4, "nightly[2].completed", 15060.0, 15060.0, "Completed", True),
        (5, "nightly[3].initiated", 28860.0, 28860.0, "Initiated", False),
        (6, "nightly[3].completed", 29460.0, 29460.0, "Completed", True),
    ]
    assert all(one.genuine and one.valid and one.credentials == "right" and one.copy == 0 for one in stream)


def test_emits_chooses_among_the_events() -> None:
    assert [one.event for one in planned(recurring(runs=2, emits=("completed",)))] == ["completed", "completed"]
    assert list(planned(recurring(runs=2, emits=()))) == []


def test_a_failed_run_of_clevertap_is_silent_and_the_next_is_not() -> None:
    stream = planned(recurring(runs=3, traits={"fails": [2]}))
    assert [(one.run, one.event) for one in stream] == [
        (1, "initiated"),
        (1, "completed"),
        (2, "initiated"),
        (3, "initiated"),
        (3, "completed"),
    ]


def test_runs_longer_than_their_interval_overlap_in_order_of_time() -> None:
    stream = [(one.run, one.event) for one in planned(recurring(runs=3, takes=5 * 3600.0))]
    assert stream == [
        (1, "initiated"),
        (2, "initiated"),
        (1, "completed"),
        (3, "initiated"),
        (2, "completed"),
        (3, "completed"),
    ]


def test_a_run_that_takes_no_time_starts_before_it_ends() -> None:
    assert [one.event for one in planned(Export(name="e", takes=0.0))] == ["initiated", "completed"]


@pytest.mark.parametrize(("count", "runs"), [(1, 1), (2, 7), (7, 2), (5, 5)])
def test_many_alike_are_all_there_once_in_order_whichever_way_they_are_laid_out(count: int, runs: int) -> None:
    stream = list(planned(recurring(count=count, runs=runs, apart=7000.0, takes=9000.0)))
    assert [one.number for one in stream] == list(range(1, 2 * count * runs + 1))
    assert all(before.due <= after.due for before, after in pairwise(stream))
    names = [f"nightly-{n + 1}" for n in range(count)] if count > 1 else ["nightly"]
    expected = Counter(
        (name, run, event) for name in names for run in range(1, runs + 1) for event in ("initiated", "completed")
    )
    assert Counter((one.export, one.run, one.event) for one in stream) == expected
    for one in stream:
        index = names.index(one.export)
        start = index * 7000.0 + (one.run - 1) * 14400.0
        assert one.due == start + (9000.0 if one.event == "completed" else 0.0)
        assert one.step == one.export


def test_ties_follow_declaration_run_event_index_and_copy() -> None:
    stream = planned(
        Export(name="b", count=2, takes=0.0),
        Export(name="a", takes=0.0),
        Step(name="z", event="completed", export="a", repeat=Repeat(count=2)),
        Step(name="y", event="initiated", export="a"),
    )
    assert [(one.step, one.export, one.event, one.copy) for one in stream] == [
        ("b-1", "b-1", "initiated", 0),
        ("b-2", "b-2", "initiated", 0),
        ("b-1", "b-1", "completed", 0),
        ("b-2", "b-2", "completed", 0),
        ("a", "a", "initiated", 0),
        ("a", "a", "completed", 0),
        ("z", "a", "completed", 0),
        ("z", "a", "completed", 1),
        ("y", "a", "initiated", 0),
    ]


def test_a_timeline_can_be_read_again_and_in_parts() -> None:
    stream = planned(recurring(runs=5))
    assert list(stream) == list(stream)
    assert list(islice(stream, 3)) == list(stream)[:3]


def test_clevertap_keeps_one_id_over_all_runs_or_makes_one_for_each() -> None:
    exports = (recurring("a", runs=3), recurring("b", runs=2, count=2))
    same = planned(*exports)
    assert len(set(ids(same))) == 3
    assert len({one.id for one in same if one.step == "a"}) == 1
    new = planned(*exports, readings={"recurring_id": "new"})
    assert len(set(ids(new))) == 3 + 4
    assert all(
        len({one.id for one in new if (one.export, one.run) == key}) == 1 for key in {(o.export, o.run) for o in new}
    )


def test_ids_count_up_from_a_second_long_before_the_start() -> None:
    first, *rest = sorted({int(one.id) for one in planned(recurring("a"), recurring("b", count=3), recurring("c"))})
    assert rest == [first + 1, first + 2, first + 3, first + 4]
    assert 30 * 86_400 <= START.timestamp() - first <= (30 + 5 * 365) * 86_400


def test_other_seeds_and_other_starts_have_other_ids() -> None:
    seeds = [ids(planned(Export(name="a"), seed=seed))[0] for seed in range(200)]
    assert len(set(seeds)) == 200
    assert ids(planned(Export(name="a")))[0] != ids(planned(Export(name="a"), start=START + timedelta(days=1)))[0]


def test_reachfives_jobs_have_their_own_ids_and_one_definition_for_each_export() -> None:
    stream = list(
        planned(Export(name="a", runs=3, traits={"every": "1h"}), Export(name="b", count=2), provider="reachfive")
    )
    assert len({one.id for one in stream}) == 5
    definitions = {
        one.export: {body(other)["definition_id"] for other in stream if other.export == one.export} for one in stream
    }
    assert [len(values) for values in definitions.values()] == [1, 1, 1]
    assert len(set.union(*definitions.values())) == 3
    assert {one.definition_id for one in stream} == set.union(*definitions.values())


def test_a_given_id_is_every_runs_id() -> None:
    assert set(ids(planned(recurring(id=77, runs=2), readings={"recurring_id": "new"}))) == {"77"}


def test_a_steps_bytes_are_those_of_the_runs_own_event() -> None:
    for provider, event, traits in (
        ("clevertap", "completed", {"frequency": "every 8 hours"}),
        ("reachfive", "finished", {"every": "1h"}),
    ):
        export = Export(name="e", runs=3, at=0.1, takes=0.2, traits=traits)
        stream = list(planned(export, Step(name="s", event=event, export="e", run=3), provider=provider))
        own = next(one for one in stream if (one.step, one.run, one.event) == ("e", 3, event))
        step = next(one for one in stream if one.step == "s")
        assert (step.body, step.due, step.at, step.id, step.time) == (own.body, own.due, own.at, own.id, own.time)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize(
    "first",
    ["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31", "2028-02-28", "2026-12-31"],
)
def test_recurring_times_pass_month_ends_leap_days_and_clock_changes_as_the_wall_shows_them(
    zone: str, first: str
) -> None:
    start = datetime.fromisoformat(f"{first}T00:00:00").replace(tzinfo=ZoneInfo(zone))
    shown = [
        one.time for one in planned(recurring(runs=13, emits=("initiated",)), start=start, readings={"zone": zone})
    ]
    wall = [(start.astimezone(UTC) + timedelta(hours=4 * k)).astimezone(ZoneInfo(zone)) for k in range(13)]
    assert shown == [f"{one:%d/%m/%Y} {int(f'{one:%I}')}:{one:%M:%S %p}" for one in wall]


def test_the_hours_between_runs_are_elapsed_time_even_when_clocks_change() -> None:
    start = datetime(2026, 3, 28, 20, tzinfo=ZoneInfo("Europe/Paris"))
    stream = planned(recurring(runs=3, emits=("initiated",)), start=start, readings={"zone": "Europe/Paris"})
    assert [one.time for one in stream] == ["28/03/2026 8:00:00 PM", "29/03/2026 12:00:00 AM", "29/03/2026 5:00:00 AM"]
    assert [one.due for one in stream] == [0.0, 14400.0, 28800.0]


def test_what_was_chosen_can_be_read_from_the_timeline() -> None:
    stream = planned(readings={"zone": "Europe/Paris", "retry": "faq-1s-3x15s"}, start=datetime(2026, 7, 1, tzinfo=UTC))
    assert stream.start.isoformat() == "2026-07-01T02:00:00+02:00"
    assert stream.readings["zone"] == "Europe/Paris"
    assert stream.readings["google_name"] == "Google Cloud Storage"
    assert list(stream.readings) == list(PROVIDERS["clevertap"].readings)
    assert (stream.retry.attempts, stream.retry.delay, stream.retry.timeout) == (4, 15.0, 1.0)
    assert stream.route.timeout == 1.0
    assert stream.provider is PROVIDERS["clevertap"]
    assert not stream.authorized


def test_a_start_is_shown_in_utc_where_the_partner_has_no_question_of_zone() -> None:
    assert planned(provider="reachfive").start.isoformat() == "2026-01-04T18:30:00+00:00"


def test_an_automatic_delivery_that_does_not_fit_is_our_own_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def render(event: str, run: Any, moment: float, choices: Mapping[str, Any]) -> Any:
        made = PROVIDERS["clevertap"].render(event, run, moment, choices)
        return made._replace(fields={**made.fields, "Partner": "Azure"}) if run.number == 2 else made

    broken(monkeypatch, render=render)
    stream = iter(planned(recurring(runs=2)))
    assert [next(stream).run, next(stream).run] == [1, 1]
    with pytest.raises(PartnersimError, match=r"nightly\[2\](?s:.*)Partner") as caught:
        next(stream)
    assert caught.value.exit_code == 70


def test_a_provider_whose_later_runs_come_earlier_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch, emits=lambda about, run, takes: (("completed", 20_000.0 - 15_000.0 * (run - 1)),))
    with pytest.raises(PartnersimError, match="comes before an earlier one"):
        list(planned(recurring(runs=2)))


def broken(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    ours = PROVIDERS["clevertap"]
    values = {name: getattr(ours, name) for name in ours.__dataclass_fields__}
    monkeypatch.setattr(timeline.story, "provider", lambda name: Provider(**{**values, **changes}))


def test_a_start_without_a_zone_or_out_of_all_years_is_refused() -> None:
    for start in (datetime(2026, 1, 5), datetime(1979, 12, 31, tzinfo=UTC)):
        with pytest.raises(UsageError, match="the story cannot start"):
            planned(start=start)


def test_a_long_stream_needs_no_memory() -> None:
    stream = planned(recurring("a", count=30_000, runs=2, apart=0.01), recurring("b", count=2, runs=15_000))
    each = iter(stream)
    for _ in range(2_000):
        next(each)
    tracemalloc.start()
    try:
        rest = sum(1 for _ in islice(each, 40_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rest == 40_000
    assert peak < 1_000_000
    assert sum(1 for _ in each) == 2 * (30_000 * 2 + 2 * 15_000) - 42_000
