"""An author's own deliveries: what they may change, and what is refused before anything is sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from simulator.errors import DocumentError
from simulator.model import Delivery, HangUp, Url
from simulator.receiver import Endpoint, Receiver
from simulator.scenario import Body, Credentials, Export, Repeat, Scenario, Step
from simulator.timeline import Timeline, plan

START = datetime(2026, 1, 5, tzinfo=ZoneInfo("Asia/Kolkata"))
QUIET = Export(name="nightly", runs=3, emits=(), traits={"frequency": "every 4 hours"})


def planned(
    *parts: Export | Step, provider: str = "clevertap", seed: int = 1, authorization: str | None = None, text: str = ""
) -> Timeline:
    scenario = Scenario(
        title="t",
        provider=provider,
        source="story.yaml" if text else "",
        text=text,
        exports=tuple(part for part in parts if isinstance(part, Export)),
        steps=tuple(part for part in parts if isinstance(part, Step)),
    )
    endpoints = {"*": Endpoint(url=Url("http", "127.0.0.1", 8000, "/hook"))}
    receiver = Receiver(name="r", endpoints=endpoints, authorization=authorization)
    return plan(scenario, receiver, seed=seed, start=START)


def one(*parts: Export | Step, **settings: Any) -> Delivery:
    (delivery,) = planned(*parts, **settings)
    return delivery


def step(event: str = "completed", export: str = "nightly", **settings: Any) -> Step:
    return Step(name=settings.pop("name", "s"), event=event, export=export, **settings)


def fields(delivery: Delivery) -> dict[str, Any]:
    value: dict[str, Any] = orjson.loads(delivery.body)
    return value


def refused(*parts: Export | Step, **settings: Any) -> str:
    with pytest.raises(DocumentError) as caught:
        planned(*parts, **settings)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_a_step_speaks_of_its_run_at_its_natural_moment() -> None:
    delivery = one(QUIET, step(run=2))
    assert (delivery.name, delivery.export, delivery.run) == ("s", "nightly", 2)
    assert delivery.due == delivery.at == 14400.0 + 560.0
    assert delivery.time == "05/01/2026 4:09:20 AM"
    assert delivery.end
    assert delivery.genuine


def test_at_moves_what_the_payload_says_and_deliver_at_only_when_it_is_sent() -> None:
    moved, late = one(QUIET, step(at=60.0)), one(QUIET, step(deliver_at=7200.0))
    assert (moved.at, moved.due, moved.time) == (60.0, 60.0, "05/01/2026 12:01:00 AM")
    assert (late.at, late.due, late.time) == (560.0, 7200.0, "05/01/2026 12:09:20 AM")


def test_what_a_failed_run_would_have_said_can_be_sent_by_hand() -> None:
    export = Export(name="nightly", runs=2, emits=(), traits={"frequency": "every 4 hours", "fails": [2]})
    assert one(export, step(run=2)).at == 14400.0 + 560.0
    assert one(export, step("initiated", run=2)).at == 14400.0


def test_repeats_are_the_same_bytes_apart_by_their_spacing() -> None:
    copies = list(planned(QUIET, step(repeat=Repeat(count=3, spacing=1.5))))
    assert [(copy.copy, copy.due, copy.name) for copy in copies] == [
        (0, 560.0, "s"),
        (1, 561.5, "s+1"),
        (2, 563.0, "s+2"),
    ]
    assert len({copy.data for copy in copies}) == 1
    assert {copy.at for copy in copies} == {560.0}


def test_one_among_many_alike_is_named_by_its_number() -> None:
    family = Export(name="e", count=3, apart=10.0, emits=())
    assert one(family, step(export="e-3")).at == 580.0
    for name in ("e-0", "e-4", "e-03", "e-\u0663", "e-", "e-x"):
        assert "there is no export" in refused(family, step(export=name))
    assert "3 exports are e" in refused(family, step(export="e"))


def test_a_step_without_an_export_speaks_of_one_of_its_own() -> None:
    first, second = planned(step(name="a", export=""), step(name="b", export="", at=5.0), QUIET)
    assert (first.export, first.run, first.at, second.at) == ("", 0, 0.0, 5.0)
    assert first.id != second.id
    (report,) = planned(step("finished", export=""), provider="reachfive")
    assert fields(report)["created_at"] == "2026-01-04T18:20:40.000Z"
    assert report.time == "2026-01-04T18:30:00.000Z"


def test_the_consoles_test_body_needs_no_export() -> None:
    delivery = one(step("test", export="", at=1.0))
    assert (delivery.id, delivery.status, delivery.time, delivery.end) == ("1234", "", "", False)
    assert fields(delivery)["is_test"] is True
    assert one(step("test", export="", at=1.0), seed=2).body != delivery.body


def test_running_must_be_said_to_be_broken() -> None:
    export = Export(name="nightly", emits=())
    message = refused(export, step("running"), provider="reachfive")
    assert "does not fit the partner's schema reachfive/finished" in message
    assert "valid: false" in message
    delivery = one(export, step("running", valid=False), provider="reachfive")
    assert (delivery.status, delivery.end, delivery.valid, delivery.genuine) == ("RUNNING", False, False, False)


def test_set_keeps_a_keys_place_and_remove_takes_it_out() -> None:
    delivery = one(QUIET, step(set={"Partner": "Azure", "Extra": [1]}, remove=("Type",), valid=False))
    assert list(fields(delivery)) == ["Export Request Id", "Partner", "Status", "Frequency", "Date and Time", "Extra"]
    assert not delivery.valid


def test_a_change_within_the_schema_is_still_valid() -> None:
    delivery = one(QUIET, step(set={"Partner": "AWS"}))
    assert delivery.valid
    assert delivery.genuine


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Status": "Failed"}, ("Failed", None, None)),
        ({"Export Request Id": "abc"}, (None, "abc", None)),
        ({"Export Request Id": 2**40 + 0.5}, (None, "1099511627776.5", None)),
        ({"Export Request Id": None}, (None, "null", None)),
        ({"Date and Time": "yesterday"}, (None, None, "yesterday")),
        ({"Type": 1}, (None, None, None)),
    ],
)
def test_what_probes_ask_for_follows_set(change: dict[str, Any], told: tuple[str | None, ...]) -> None:
    plain, delivery = one(QUIET, step()), one(QUIET, step(set=change, valid=False))
    expected = tuple(new or old for new, old in zip(told, (plain.status, plain.id, plain.time), strict=True))
    assert (delivery.status, delivery.id, delivery.time) == expected


def test_what_probes_ask_for_stays_with_a_body_or_a_missing_key() -> None:
    plain = one(QUIET, step())
    for broken in (step(remove=("Export Request Id",), valid=False), step(body=Body(data=b"[]"), valid=False)):
        delivery = one(QUIET, broken)
        assert (delivery.id, delivery.status, delivery.time) == (plain.id, plain.status, plain.time)


@pytest.mark.parametrize(
    "data", [b"", b"null", b"[]", b"{", b"{}", b"\xff", b"\xef\xbb\xbf{}", b"[" * 100_000, b'"text"']
)
def test_any_bytes_can_stand_in_the_place_of_the_payload_when_said_to_be_broken(data: bytes) -> None:
    assert one(QUIET, step(body=Body(data=data), valid=False)).body == data
    assert "say `valid: false`" in refused(QUIET, step(body=Body(data=data)))


def test_a_body_that_fits_is_valid_whatever_its_layout() -> None:
    own = one(QUIET, step())
    data = b" " + own.body.replace(b",", b" ,\n") + b"\n"
    assert one(QUIET, step(body=Body(data=data))).valid
    assert "its payload fits" in refused(QUIET, step(body=Body(data=data), valid=False))


def test_a_body_with_a_key_twice_is_broken() -> None:
    data = one(QUIET, step()).body.replace(b'"Status":', b'"Status":"Initiated","Status":')
    assert "a key occurs twice" in refused(QUIET, step(body=Body(data=data)))
    assert not one(QUIET, step(body=Body(data=data), valid=False)).valid


def test_a_fault_is_a_script_and_the_body_stays_what_was_meant() -> None:
    delivery = one(QUIET, step(fault={"truncate": "50%"}))
    assert delivery.fault_name == "truncate 50%"
    assert delivery.script == (delivery.data[: len(delivery.head) + len(delivery.body) // 2], HangUp())
    assert delivery.valid
    assert not delivery.genuine


def test_another_method_is_told_of_wherever_the_request_is() -> None:
    delivery = one(QUIET, step(fault={"method": "GET"}))
    assert delivery.fault_name == "method GET"
    assert delivery.script == (b"GET" + one(QUIET, step()).data.removeprefix(b"POST"),) == (delivery.data,)
    assert delivery.shown_head.startswith("GET /hook HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n")
    assert delivery.route.method == "GET"
    assert not delivery.genuine


def test_a_step_waits_for_its_answer_as_long_as_it_says_and_changes_no_other() -> None:
    patient, other = planned(QUIET, step(name="patient", timeout=30.0), step(name="other", run=2))
    assert (patient.route.timeout, other.route.timeout) == (30.0, 5.0)
    assert patient.genuine


@pytest.mark.parametrize(
    ("how", "header"),
    [
        ("right", b"\r\nAuthorization: Bearer abcDEF\r\n"),
        ("empty", b"\r\nAuthorization: \r\n"),
        ("prefix", b"\r\nAuthorization: Bearer abcDE\r\n"),
        ("other-case", b"\r\nAuthorization: Bearer ABCdef\r\n"),
    ],
)
def test_credentials_are_made_as_the_step_says(how: Credentials, header: bytes) -> None:
    delivery = one(QUIET, step(credentials=how), authorization="Bearer abcDEF")
    assert header in delivery.head
    assert delivery.credentials == how
    assert delivery.genuine == (how == "right")


@pytest.mark.parametrize(
    ("broken", "because"),
    [
        (step("finished"), "clevertap has no event 'finished'"),
        (step("complete"), "did you mean `completed`?"),
        (step(export="nightli"), "did you mean `nightly`?"),
        (step(run=4), "nightly has no run 4"),
        (step(run=0), "nightly has no run 0"),
        (step(at=-60.0), "would be sent before the story starts"),
        (step(at=3e11), "leaves the years"),
        (step(remove=("Typ",)), "remove names the key 'Typ'"),
        (step(set={"Type": 2**70}, valid=False), "cannot be written as JSON"),
        (step(set={"Status": "Failed"}), "does not fit the partner's schema clevertap/completed"),
        (step(valid=False), "says `valid: false`, and its payload fits"),
        (step(body=Body(data=b"x"), set={"Type": 1}, valid=False), "there is nothing to set"),
        (step(fault={"truncat": "1%"}), "did you mean `truncate`?"),
        (step(fault={"truncate": "100%"}), "nothing would be left"),
        (step(fault={"truncate": "1%", "hang-up": {"after": 1}}), "has 2 faults"),
        (step(credentials="other-case"), "nothing to make other-case of"),
    ],
)
def test_mistakes_are_told_before_anything_is_sent(broken: Step, because: str) -> None:
    assert because in refused(QUIET, broken, authorization="Bearer 12345")


@pytest.mark.parametrize(
    ("export", "because"),
    [
        (Export(name="e", runs=2), "nothing says how often it runs"),
        (Export(name="e", traits={"partner": "Azure"}), "partner is Google Cloud Storage or Amazon S3"),
        (Export(name="e", emits=("finished",)), "e never emits 'finished'"),
        (Export(name="e", id="abc"), "with id 'abc' the event initiated does not fit"),
        (Export(name="e", id=-1), "with id -1"),
        (Export(name="e", at=3e11), "leaves the years"),
        (Export(name="e", count=2, apart=3e11), "leaves the years"),
    ],
)
def test_exports_that_cannot_be_are_told(export: Export, because: str) -> None:
    assert because in refused(export)


def test_all_mistakes_come_at_once_and_none_that_only_follows_from_another() -> None:
    broken = Export(name="e", traits={"partner": "Azure"})
    message = refused(
        broken, QUIET, step(name="a", export="e", run=9), step(name="b", run=9), step(name="c", valid=False)
    )
    assert "exports.e: partner is" in message
    assert "timeline.b.run" in message
    assert "timeline.c.valid" in message
    assert "timeline.a" not in message


def test_a_mistake_names_line_and_column_of_the_file() -> None:
    text = """\
scenario: A step that ends too often
provider: clevertap
exports:
  nightly: {frequency: every 4 hours, runs: 3}
timeline:
  s: {event: completed, export: nightly, run: 9}
"""
    assert refused(QUIET, step(run=9), text=text).startswith("story.yaml:6:47: nightly has no run 9")


def test_a_step_changes_nothing_but_itself() -> None:
    export = Export(name="e")
    alone = [delivery.data for delivery in planned(export)]
    changes: Mapping[str, Any] = {"Status": "Failed"}
    both = [one for one in planned(export, step(export="e", set=changes, valid=False, name="x")) if one.step == "e"]
    assert [delivery.data for delivery in both] == alone
