"""What the sample receiver understands, and what it refuses."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.sample.notification import Notification, Refused
from simulator.sample.parsing import clevertap, reachfive
from simulator.sample.strict_json import decode, shown
from simulator.sample.times import day_first, instant, iso

INDIA = ZoneInfo("Asia/Kolkata")
ALERT = {
    "Export Request Id": 1690283492,
    "Partner": "Google Cloud Storage",
    "Type": "Events",
    "Status": "Completed",
    "Frequency": "One Time",
    "Date and Time": "25/07/2023 4:50:52 PM",
}
REPORT = {
    "total_succeeded": 2,
    "total_operations": 3,
    "total_failed": 1,
    "id": "AXVLj-_y8Qkpxt",
    "status": "SUCCESS",
    "created_at": "2020-11-21T14:26:10.345Z",
    "type": "export",
    "updated_at": "2020-11-21T14:26:11.630Z",
    "definition_id": "AWstKc-qw5seX89",
    "definition_name": "User export",
}


def alert(**changes: Any) -> Notification:
    fields = ALERT | {name.replace("_", " "): value for name, value in changes.items()}
    read = clevertap(json.dumps(fields).encode(), INDIA)
    assert read is not None
    return read


def report(**changes: Any) -> Notification:
    return reachfive(json.dumps(REPORT | changes).encode())


def refusal(body: bytes | dict[str, Any], *, at: str = "clevertap") -> Refused:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(Refused) as caught:
        clevertap(data, INDIA) if at == "clevertap" else reachfive(data)
    return caught.value


def test_the_documented_alert_is_read_whole() -> None:
    read = alert()
    assert (read.provider, read.id, read.status, read.ends, read.kind) == (
        "clevertap",
        "1690283492",
        "Completed",
        True,
        "export",
    )
    assert read.at == datetime(2023, 7, 25, 16, 50, 52, tzinfo=INDIA)
    assert read.details == {"partner": "Google Cloud Storage", "type": "Events", "frequency": "One Time"}
    assert json.loads(read.body) == ALERT


def test_the_documented_report_is_read_whole() -> None:
    read = report()
    assert (read.provider, read.id, read.status, read.ends, read.kind) == (
        "reachfive",
        "AXVLj-_y8Qkpxt",
        "SUCCESS",
        True,
        "export",
    )
    assert read.at == datetime(2020, 11, 21, 14, 26, 11, 630000, tzinfo=UTC)
    assert read.started == datetime(2020, 11, 21, 14, 26, 10, 345000, tzinfo=UTC)
    assert read.details == {
        "name": "User export",
        "definition_id": "AWstKc-qw5seX89",
        "total_succeeded": 2,
        "total_failed": 1,
        "total_operations": 3,
    }


@pytest.mark.parametrize("status", ["FAILED", "FAILURE"])
def test_both_words_for_failure_are_ends_that_outweigh_success(status: str) -> None:
    assert report(status=status).ends
    assert report(status=status).weight > report().weight


def test_running_and_initiated_are_no_ends() -> None:
    assert not report(status="RUNNING").ends
    assert not alert(Status="Initiated").ends


def test_an_import_is_read_as_what_it_is() -> None:
    assert report(type="import").kind == "import"


@pytest.mark.parametrize(
    ("given_id", "kept"),
    [
        (2**31, "2147483648"),
        (2**53 + 1, "9007199254740993"),
        (2**63, "9223372036854775808"),
        ("0017", "0017"),
        (-5, "-5"),
    ],
)
def test_an_alerts_id_is_kept_to_the_letter(given_id: int | str, kept: str) -> None:
    assert alert(Export_Request_Id=given_id).id == kept


@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=200).filter(str.strip))
def test_a_reports_id_is_kept_to_the_letter(given_id: str) -> None:
    assert report(id=given_id).id == given_id


@pytest.mark.parametrize("wrong", [None, True, 1.5, 1690283492.0, [], {}, [1690283492], "", "   ", "x" * 201])
def test_an_id_of_the_wrong_kind_is_refused(wrong: Any) -> None:
    assert refusal(ALERT | {"Export Request Id": wrong}).status == 422
    assert refusal(REPORT | {"id": wrong}, at="reachfive").status == 422


def test_a_report_whose_id_is_a_number_is_refused() -> None:
    assert "must be text" in refusal(REPORT | {"id": 12}, at="reachfive").sentence


@pytest.mark.parametrize("wrong", [None, 1, True, [], {}, "", "completed", "COMPLETED", "Failed", "SUCCESS", "Done "])
def test_an_unknown_alert_status_is_refused_with_those_that_are_known(wrong: Any) -> None:
    told = refusal(ALERT | {"Status": wrong})
    assert told.status == 422
    assert "Initiated, Completed" in told.sentence


@pytest.mark.parametrize("wrong", [None, 1, True, [], {}, "", "success", "Completed", "CANCELLED"])
def test_an_unknown_report_status_is_refused(wrong: Any) -> None:
    assert refusal(REPORT | {"status": wrong}, at="reachfive").status == 422


@pytest.mark.parametrize("key", ["Export Request Id", "Status"])
def test_an_alert_without_what_makes_it_understandable_is_refused(key: str) -> None:
    told = refusal({name: value for name, value in ALERT.items() if name != key})
    assert told.status == 422
    assert key in told.sentence
    assert "missing" in told.sentence


@pytest.mark.parametrize("key", ["id", "status"])
def test_a_report_without_what_makes_it_understandable_is_refused(key: str) -> None:
    assert refusal({name: value for name, value in REPORT.items() if name != key}, at="reachfive").status == 422


def test_a_notification_of_id_and_status_alone_is_taken() -> None:
    short = clevertap(b'{"Export Request Id": 7, "Status": "Completed"}', INDIA)
    assert short is not None
    assert (short.id, short.at, short.details) == ("7", None, {})
    job = reachfive(b'{"id": "a", "status": "FAILED"}')
    assert (job.id, job.kind, job.at, job.started, job.details) == ("a", "export", None, None, {})


def test_keys_nobody_knows_and_any_order_of_keys_change_nothing() -> None:
    fields = dict(reversed((REPORT | {"Ünknown": [1, {"deep": None}], "definition": {"id": 1}, "ratio": 0.1}).items()))
    read = reachfive(json.dumps(fields).encode())
    assert (read.id, read.at, dict(read.details)) == (report().id, report().at, dict(report().details))


@pytest.mark.parametrize("name", ["Экспорт", "輸出 ✓", "e\u0301", "\U0001f600", "\u202eabc", "a\x00b", '"<b>&'])
def test_names_are_kept_to_the_letter(name: str) -> None:
    for escaped in (True, False):
        body = json.dumps(REPORT | {"definition_name": name}, ensure_ascii=escaped).encode()
        assert reachfive(body).details["name"] == name


def test_half_a_surrogate_pair_is_refused_and_not_a_crash() -> None:
    assert refusal(json.dumps(REPORT | {"definition_name": "\ud800"}).encode(), at="reachfive").status == 422
    assert refusal(json.dumps(ALERT | {"Export Request Id": "\udc00"}).encode()).status == 422


@pytest.mark.parametrize("wrong", [-1, 1.0, "3", True, [], {}])
def test_a_count_that_is_no_count_is_refused(wrong: Any) -> None:
    assert refusal(REPORT | {"total_failed": wrong}, at="reachfive").status == 422


def test_a_count_beyond_every_machine_word_is_kept_exactly() -> None:
    assert report(total_operations=10**39).details["total_operations"] == 10**39


@pytest.mark.parametrize("wrong", [5, True, [], {}])
def test_a_description_of_the_wrong_kind_is_refused(wrong: Any) -> None:
    assert refusal(ALERT | {"Partner": wrong}).status == 422
    assert refusal(REPORT | {"type": wrong}, at="reachfive").status == 422


def test_each_hook_refuses_the_other_partners_body() -> None:
    assert refusal(ALERT, at="reachfive").status == 422
    assert refusal(REPORT, at="clevertap").status == 422


CONSOLE_TEST = {"is_test": True, "targetId": 1234, "key_values": {"key": "value"}, "profiles": [{"Identity": "a"}] * 5}


def test_the_consoles_test_body_is_no_notification() -> None:
    assert clevertap(json.dumps(CONSOLE_TEST).encode(), INDIA) is None
    assert refusal(CONSOLE_TEST, at="reachfive").status == 422


def test_only_true_makes_a_test_body_and_only_without_an_export() -> None:
    assert refusal(CONSOLE_TEST | {"is_test": "yes"}).status == 422
    assert refusal(CONSOLE_TEST | {"is_test": False}).status == 422
    assert alert(is_test=True).id == "1690283492"
    assert clevertap(json.dumps(ALERT | {"is_test": True}).encode(), INDIA) is not None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \r\n",
        b"\xef\xbb\xbf",
        b"not json",
        b'{"Status": "Completed"',
        json.dumps(ALERT).encode()[:-1],
        json.dumps(ALERT).encode() + b"}",
        b"[]",
        b"[{}]",
        b'"text"',
        b"5",
        b"null",
        b"true",
        b'{"Status": "Completed", "Status": "Completed"}',
        b'{"Status": "Completed", "\\u0053tatus": "Initiated"}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"{'a': 1}",
        b'{"a": "tab\there"}',
        b'{"a": 01}',
        b'{"a": "\xff"}',
        json.dumps(ALERT).encode("utf-16"),
        b"[" * 900_000,
        b'{"a":' * 150_000,
        b'{"Export Request Id": ' + b"9" * 5000 + b"}",
        b'{"Export Request Id": ' + b"9" * 41 + b"}",
        b"\x1f\x8b\x08\x00",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_no_json_object_is_refused_with_400(body: bytes) -> None:
    assert refusal(body).status == 400
    assert refusal(body, at="reachfive").status == 400


@pytest.mark.parametrize("key", ["Export Request Id", "Status", "Partner", "Date and Time"])
def test_a_deep_value_is_refused_and_never_walked(key: str) -> None:
    deep = b'{"%b": %b1%b}' % (key.encode(), b"[" * 400, b"]" * 400)
    body = deep if key == "Export Request Id" else b'{"Export Request Id": 1, ' + deep[1:]
    told = refusal(body)
    assert told.status in {400, 422}
    assert len(told.sentence) < 200


def answered(read: Callable[[], object]) -> int:
    """The status that a hook would answer with."""
    try:
        read()
    except Refused as refused:
        return refused.status
    return 200


@given(st.binary(max_size=200))
def test_whatever_comes_is_taken_or_refused(body: bytes) -> None:
    assert answered(lambda: clevertap(body, INDIA)) in {200, 400, 422}
    assert answered(lambda: reachfive(body)) in {200, 400, 422}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(ALERT)), st.sampled_from(sorted(REPORT)), JSON)
def test_any_value_in_any_place_is_taken_or_refused(ours: str, theirs: str, value: Any) -> None:
    alerted, reported = json.dumps(ALERT | {ours: value}).encode(), json.dumps(REPORT | {theirs: value}).encode()
    assert answered(lambda: clevertap(alerted, INDIA)) in {200, 400, 422}
    assert answered(lambda: reachfive(reported)) in {200, 400, 422}


def test_a_byte_order_mark_is_let_be() -> None:
    assert decode(b"\xef\xbb\xbf" + b"[1]") == [1]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("25/07/2023 4:50:52 PM", (2023, 7, 25, 16, 50, 52)),
        ("05/07/2023 4:50:52 PM", (2023, 7, 5, 16, 50, 52)),
        ("5/7/2023 4:50:52 AM", (2023, 7, 5, 4, 50, 52)),
        ("25/07/2023 04:50:52 PM", (2023, 7, 25, 16, 50, 52)),
        ("25/07/2023 4:50:52\u202fPM", (2023, 7, 25, 16, 50, 52)),
        ("25/07/2023 4:50:52\u00a0pm", (2023, 7, 25, 16, 50, 52)),
        ("25/07/2023 4:50:52 am", (2023, 7, 25, 4, 50, 52)),
        ("01/01/2024 12:00:00 AM", (2024, 1, 1, 0, 0, 0)),
        ("01/01/2024 12:00:00 PM", (2024, 1, 1, 12, 0, 0)),
        ("01/01/2024 12:59:59 AM", (2024, 1, 1, 0, 59, 59)),
        ("29/02/2024 1:05:09 PM", (2024, 2, 29, 13, 5, 9)),
    ],
)
def test_a_day_first_time_is_read_right(text: str, read: tuple[int, int, int, int, int, int]) -> None:
    assert day_first(text, INDIA) == datetime(*read, tzinfo=INDIA)
    assert alert(Date_and_Time=text).at == datetime(*read, tzinfo=INDIA)


def test_an_alerts_time_is_in_the_accounts_zone() -> None:
    body = json.dumps(ALERT).encode()
    in_india, in_new_york = clevertap(body, INDIA), clevertap(body, ZoneInfo("America/New_York"))
    assert in_india is not None
    assert in_new_york is not None
    assert in_india.at is not None
    assert in_new_york.at is not None
    assert instant(in_india.at) == instant(datetime(2023, 7, 25, 11, 20, 52, tzinfo=UTC))
    assert instant(in_new_york.at) - instant(in_india.at) == int(9.5 * 3600 * 10**6)


def test_a_run_across_the_hour_that_comes_twice_does_not_end_before_it_starts() -> None:
    paris = ZoneInfo("Europe/Paris")  # at three the clocks go back to two
    texts = {"Initiated": "25/10/2026 2:55:00 AM", "Completed": "25/10/2026 2:04:20 AM"}
    moments = {}
    for status, text in texts.items():
        read = clevertap(json.dumps(ALERT | {"Status": status, "Date and Time": text}).encode(), paris)
        assert read is not None
        assert read.at is not None
        moments[status] = instant(read.at)
    assert moments["Completed"] - moments["Initiated"] == 560 * 10**6


@pytest.mark.parametrize(
    "wrong",
    [
        "07/25/2023 4:50:52 PM",
        "31/02/2023 4:50:52 PM",
        "29/02/2023 4:50:52 PM",
        "25/07/2023 13:50:52 PM",
        "25/07/2023 0:50:52 AM",
        "25/07/2023 4:60:52 PM",
        "25/07/2023 16:50:52",
        "25/07/23 4:50:52 PM",
        "2023-07-25T16:50:52Z",
        "25/07/0000 4:50:52 PM",
        "\u0662\u0665/07/2023 4:50:52 PM",
        "25/07/2023 4:50:52 PM\n",
        "",
        5,
    ],
)
def test_a_time_that_is_not_day_first_is_refused(wrong: Any) -> None:
    assert refusal(ALERT | {"Date and Time": wrong}).status == 422


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2020-11-21T14:26:11Z", 0),
        ("2020-11-21T14:26:11.630Z", 630_000),
        ("2020-11-21T14:26:11.630001Z", 630_001),
        ("2020-11-21T14:26:11.6Z", 600_000),
        ("2020-11-21T14:26:11.123456789Z", 123_456),
        ("2020-11-21T19:56:11+05:30", 0),
    ],
)
def test_iso_times_with_any_fraction_are_read_exactly(text: str, micros: int) -> None:
    assert instant(iso(text)) == instant(datetime(2020, 11, 21, 14, 26, 11, micros, tzinfo=UTC))
    assert report(updated_at=text).at == iso(text)


@pytest.mark.parametrize(
    "wrong",
    [
        "2020-11-21T14:26:11",
        "2020-11-21",
        "20201121T142611Z",
        "2020-11-21 14:26:11Z",
        "2020-13-21T14:26:11Z",
        "2020-11-21T24:00:01Z",
        "2020-11-21T14:26:11+24:00",
        "2020-W47-6T14:26:11Z",
        "now",
        1605968771,
    ],
)
def test_a_time_that_is_not_iso_with_a_zone_is_refused(wrong: Any) -> None:
    assert refusal(REPORT | {"updated_at": wrong}, at="reachfive").status == 422
    assert refusal(REPORT | {"created_at": wrong}, at="reachfive").status == 422


def test_times_at_the_edges_of_the_calendar_do_not_crash() -> None:
    for text in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"):
        assert report(updated_at=text).at == iso(text)


def test_an_error_sentence_shows_no_long_or_strange_text() -> None:
    assert shown("\x1b[31m" + "é" * 1000).isascii()
    assert len(shown("é" * 1000)) <= 60
    assert shown([1] * 1000) == "an array"
