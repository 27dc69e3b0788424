"""What the payload schemas take and what they refuse, told the same by both validators."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from simulator import documents
from simulator.providers import PROVIDERS

NAMES = ("clevertap/initiated", "clevertap/completed", "clevertap/test", "reachfive/finished")
CLEVERTAP = PROVIDERS["clevertap"].examples["completed"]
REACHFIVE = PROVIDERS["reachfive"].examples["finished"]
TEST_BODY = {
    "is_test": True,
    "targetId": 1234,
    "key_values": {"key": "value"},
    "profiles": [{"Identity": "UserId", "Email": "user@example.com", "push_token": "Token"}] * 5,
}


def content(name: str) -> dict[str, Any]:
    path = Path(__file__).parents[3] / "schemas" / "payloads" / f"{name}.schema.json"
    value: dict[str, Any] = json.loads(path.read_text())
    return value


def judges(name: str) -> list[Callable[[Any], bool]]:
    """Ours, and both libraries as anybody else would use them on the shipped file."""
    own = documents.schema(f"payloads/{name}")
    slow, linear = jsonschema.Draft202012Validator(content(name)), jsonschema_rs.RegexOptions()
    fast = jsonschema_rs.Draft202012Validator(content(name), pattern_options=linear)
    return [own.accepts, lambda value: not own.explain(value), slow.is_valid, fast.is_valid]


def verdicts(name: str, value: Any) -> set[bool]:
    return {judge(value) for judge in judges(name)}


def changed(sample: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {**sample, **{key.replace("_", " ") if key[0].isupper() else key: value for key, value in changes.items()}}


def at(text: Any) -> dict[str, Any]:
    return changed(CLEVERTAP, Date_and_Time=text)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_a_right_schema_that_says_what_it_is(name: str) -> None:
    schema = content(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:partnersim:payloads/{name}"
    assert schema["title"]
    assert schema["description"]
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(schema["properties"])


@pytest.mark.parametrize("name", NAMES)
def test_every_example_of_a_schema_fits_it(name: str) -> None:
    for example in content(name)["examples"]:
        assert verdicts(name, example) == {True}
    for key, schema in content(name)["properties"].items():
        for example in schema.get("examples", ()):
            assert verdicts(name, {**content(name)["examples"][0], key: example}) == {True}


@pytest.mark.parametrize(("name", "sample"), [("clevertap/completed", CLEVERTAP), ("reachfive/finished", REACHFIVE)])
def test_the_documented_sample_is_the_schemas_example(name: str, sample: dict[str, Any]) -> None:
    assert list(content(name)["examples"][0].items()) == list(sample.items())


@pytest.mark.parametrize(
    "text",
    [
        "25/07/2023 4:50:52 PM",
        "01/01/2024 12:00:00 AM",
        "29/02/2028 12:59:59 PM",
        "31/12/1999 11:59:59 PM",
        "25/07/2023 04:50:52 PM",
        "25/07/2023 4:50:52\u202fPM",
        "25/07/2023 4:50:52 pm",
        "05/10/2023 10:05:09 am",
    ],
)
def test_times_of_every_reading_fit(text: str) -> None:
    assert verdicts("clevertap/completed", at(text)) == {True}


@pytest.mark.parametrize(
    "text",
    [
        "25/07/2023 00:50:52 AM",
        "25/07/2023 0:50:52 AM",
        "25/07/2023 13:50:52 PM",
        "25/07/2023 16:50:52",
        "25/07/2023 16:50:52 PM",
        "25/07/2023 4:50:52",
        "25/07/2023 4:50 PM",
        "25/07/2023 4:60:52 PM",
        "25/07/2023 4:50:60 PM",
        "25/07/2023 4:5:52 PM",
        "25/07/2023 4:50:2 PM",
        "25/07/2023 004:50:52 PM",
        "25/07/23 4:50:52 PM",
        "25/07/02023 4:50:52 PM",
        "25/7/2023 4:50:52 PM",
        "5/07/2023 4:50:52 PM",
        "07/25/2023 4:50:52 PM",
        "25/13/2023 4:50:52 PM",
        "25/00/2023 4:50:52 PM",
        "00/07/2023 4:50:52 PM",
        "32/07/2023 4:50:52 PM",
        "31/06/2023 4:50:52 PM",
        "30/02/2023 4:50:52 PM",
        "25-07-2023 4:50:52 PM",
        "25.07.2023 4:50:52 PM",
        "2023-07-25T16:50:52+05:30",
        "2023-07-25 16:50:52",
        "25/07/2023, 4:50:52 PM",
        "25/07/2023T4:50:52 PM",
        "25/07/2023  4:50:52 PM",
        "25/07/2023 4:50:52PM",
        "25/07/2023 4:50:52 Pm",
        "25/07/2023 4:50:52 pM",
        "25/07/2023 4:50:52 P.M.",
        "25/07/2023 4:50:52 PM IST",
        "25/07/2023 4:50:52.000 PM",
        "25/07/2023 4:50:52\u00a0PM",
        "25/07/2023 4:50:52 PM\n",
        "25/07/2023 10:50:52 PM\n",
        "\n25/07/2023 4:50:52 PM",
        " 25/07/2023 4:50:52 PM",
        "25/07/2023 4:50:52 PM ",
        "\u0662\u0665/07/2023 4:50:52 PM",
        "",
        None,
        1690283492,
    ],
)
def test_times_that_clevertap_would_not_write_are_refused(text: Any) -> None:
    assert verdicts("clevertap/completed", at(text)) == {False}


@pytest.mark.parametrize(
    "value",
    [
        changed(CLEVERTAP, Status="Initiated"),
        changed(CLEVERTAP, Status="completed"),
        changed(CLEVERTAP, Status="Failed"),
        changed(CLEVERTAP, Export_Request_Id=-1),
        changed(CLEVERTAP, Export_Request_Id=2.5),
        changed(CLEVERTAP, Export_Request_Id=True),
        changed(CLEVERTAP, Export_Request_Id=None),
        changed(CLEVERTAP, Export_Request_Id=""),
        changed(CLEVERTAP, Export_Request_Id="12a"),
        changed(CLEVERTAP, Export_Request_Id="12\n"),
        changed(CLEVERTAP, Export_Request_Id="-12"),
        changed(CLEVERTAP, Export_Request_Id=[1]),
        changed(CLEVERTAP, Partner="Azure"),
        changed(CLEVERTAP, Partner="amazon s3"),
        changed(CLEVERTAP, Type="Profiles"),
        changed(CLEVERTAP, Frequency="Every 6 Hours"),
        changed(CLEVERTAP, Frequency="one time"),
        changed(CLEVERTAP, Frequency="One Time\n"),
        changed(CLEVERTAP, extra=1),
        *({key: value for key, value in CLEVERTAP.items() if key != missing} for missing in CLEVERTAP),
        [dict(CLEVERTAP)],
        "Completed",
        None,
    ],
)
def test_alerts_that_clevertap_would_not_send_are_refused(value: Any) -> None:
    assert verdicts("clevertap/completed", value) == {False}


@pytest.mark.parametrize(
    "value",
    [
        changed(CLEVERTAP, Export_Request_Id=0),
        changed(CLEVERTAP, Export_Request_Id="1690283492"),
        changed(CLEVERTAP, Export_Request_Id=2**52),
        changed(CLEVERTAP, Partner="Amazon Web Services (AWS)"),
        changed(CLEVERTAP, Frequency="Every 24 Hours"),
        dict(sorted(CLEVERTAP.items())),
    ],
)
def test_alerts_of_other_readings_fit(value: Any) -> None:
    assert verdicts("clevertap/completed", value) == {True}


@pytest.mark.parametrize(
    "value",
    [
        changed(REACHFIVE, status="RUNNING"),
        changed(REACHFIVE, status="success"),
        changed(REACHFIVE, status="SUCCESS\n"),
        changed(REACHFIVE, total_failed=-1),
        changed(REACHFIVE, total_failed=2.5),
        changed(REACHFIVE, total_failed=True),
        changed(REACHFIVE, total_failed="1"),
        changed(REACHFIVE, id="AXVLj"),
        changed(REACHFIVE, id="AXVLjk0mPq3Zdy8Qkpxt="),
        changed(REACHFIVE, id="AXVLjk0mPq3Zdy8Qkpxt\n"),
        changed(REACHFIVE, id="AXVLjk0mPq3Zdy8Qkpx\n"),
        changed(REACHFIVE, id="AXVLjk0mPq3Zdy8Qkpx+"),
        changed(REACHFIVE, id="AXVLjk0mPq3Zdy8Qkpx/"),
        changed(REACHFIVE, id="AXVLjk0mPq3Zdy8Qkpxé"),
        changed(REACHFIVE, id=1690283492),
        changed(REACHFIVE, definition_id=""),
        changed(REACHFIVE, definition_name=""),
        changed(REACHFIVE, definition_name=None),
        changed(REACHFIVE, type="Export"),
        changed(REACHFIVE, created_at="2020-11-21T14:26:10.34Z"),
        changed(REACHFIVE, created_at="2020-11-21T14:26:10.3456Z"),
        changed(REACHFIVE, created_at="2020-11-21T14:26:10.Z"),
        changed(REACHFIVE, created_at="2020-11-21T14:26:10,345Z"),
        changed(REACHFIVE, created_at="2020-11-21T14:26:10.345"),
        changed(REACHFIVE, created_at="2020-11-21T14:26:10.345+00:00"),
        changed(REACHFIVE, created_at="2020-11-21T14:26:10.345z"),
        changed(REACHFIVE, created_at="2020-11-21 14:26:10.345Z"),
        changed(REACHFIVE, created_at="2020-11-21T24:26:10.345Z"),
        changed(REACHFIVE, created_at="2020-13-21T14:26:10.345Z"),
        changed(REACHFIVE, created_at="2020-02-30T14:26:10.345Z"),
        changed(REACHFIVE, created_at="2020-11-21T14:26:60.345Z"),
        changed(REACHFIVE, created_at="20-11-21T14:26:10.345Z"),
        changed(REACHFIVE, created_at="2020-11-21T14:26:10.345Z\n"),
        changed(REACHFIVE, created_at=1605968770345),
        changed(REACHFIVE, definition={}),
        *({key: value for key, value in REACHFIVE.items() if key != missing} for missing in REACHFIVE),
    ],
)
def test_reports_that_reachfive_would_not_send_are_refused(value: Any) -> None:
    assert verdicts("reachfive/finished", value) == {False}


@pytest.mark.parametrize(
    "value",
    [
        changed(REACHFIVE, status="FAILED"),
        changed(REACHFIVE, status="FAILURE"),
        changed(REACHFIVE, type="import"),
        changed(REACHFIVE, id="-_VLjk0mPq3Zdy8Qkpx_"),
        changed(REACHFIVE, created_at="2020-11-21T14:26:10Z"),
        changed(REACHFIVE, created_at="2020-11-21T14:26:10.345678Z"),
        changed(REACHFIVE, created_at="2028-02-29T23:59:59.000Z"),
        changed(REACHFIVE, definition_name="Été – ✓"),
    ],
)
def test_reports_of_other_readings_fit(value: Any) -> None:
    assert verdicts("reachfive/finished", value) == {True}


@pytest.mark.parametrize(
    "value",
    [
        changed(TEST_BODY, is_test=False),
        changed(TEST_BODY, is_test=1),
        changed(TEST_BODY, targetId="1234"),
        changed(TEST_BODY, key_values={"key": 1}),
        changed(TEST_BODY, profiles=TEST_BODY["profiles"][:4]),  # type: ignore[index]  # `profiles` is a list
        changed(TEST_BODY, profiles=[{"Identity": "a", "Email": "b@c.d"}] * 5),
        changed(TEST_BODY, profiles=[{"Identity": "a", "Email": "b@c.d\n", "push_token": "t"}] * 5),
        changed(TEST_BODY, extra=1),
        dict(CLEVERTAP),
    ],
)
def test_bodies_that_the_console_would_not_send_are_refused(value: Any) -> None:
    assert verdicts("clevertap/test", value) == {False}


def test_one_partners_payload_never_fits_the_others_schema() -> None:
    assert verdicts("reachfive/finished", dict(CLEVERTAP)) == {False}
    assert verdicts("clevertap/completed", dict(REACHFIVE)) == {False}
    assert verdicts("clevertap/initiated", dict(CLEVERTAP)) == {False}
