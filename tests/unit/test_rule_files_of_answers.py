"""The shipped rules about answers, credentials, payloads and HTTP: what each sends is what its sentence says."""

import base64
import codecs
import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulator.authoring import load_rule, receiver_at
from simulator.model import AwaitContinue, Delivery, EndWriting, HangUp, Pause
from simulator.providers import provider
from simulator.resources import shipped_rules
from simulator.scenario import Scenario
from simulator.timeline import plan, story_start

MODELINE = "# yaml-language-server: $schema=../../../schemas/rule.schema.json"
NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
SECRET = "Bearer mF_9.B5f-4.1JqM"
BOTH = ("clevertap", "reachfive")
DONE = {"clevertap": "completed", "reachfive": "finished"}
GENUINE = {"clevertap": ("initiated", "completed"), "reachfive": ("finished",)}  # of one run

# Names and levels never change: verdicts of other versions are compared by them.
FAMILIES = {
    "ack": "documented-sample every-reading exactly-200 in-time no-redirect reuses-connection while-busy",
    "auth": "absent empty prefix suffix two-headers value-case wrong",
    "http": "charset chunked expect-continue get header-case slow-body split-body truncated-body",
    "payload": (
        "array bom content-types empty escaped extra-field gzip key-order large missing-field not-json scalar "
        "truncated unicode unknown-status wrong-type"
    ),
}
SHOULD = {
    "ack/every-reading",
    "ack/exactly-200",
    "ack/reuses-connection",
    "auth/two-headers",
    "http/slow-body",
    "payload/large",
}
TOLD_TWICE = {"auth/absent", "auth/wrong"}  # by a stranger, and then by the partner
MAY = {"payload/bom", "payload/content-types", "payload/gzip"}
NAMES = [f"{family}/{name}" for family, names in FAMILIES.items() for name in names.split()]
ONE_PARTNER = {"ack/exactly-200": {"clevertap"}, "payload/unicode": {"reachfive"}}
PLAYED = [(name, partner) for name in NAMES for partner in BOTH if partner in ONE_PARTNER.get(name, set(BOTH))]

ANY = pytest.mark.parametrize("name", NAMES)
EACH = pytest.mark.parametrize(("name", "partner"), PLAYED)
PARTNER = pytest.mark.parametrize("partner", BOTH)


def scenario(name: str, partner: str) -> Scenario:
    return load_rule(name).played[partner]


def deliveries(name: str, partner: str, seed: int = 7, secret: str = SECRET) -> list[Delivery]:
    played = scenario(name, partner)
    receiver = receiver_at("http://127.0.0.1:8000/hooks", authorization=secret)
    return list(plan(played, receiver, seed=seed, start=story_start(played, NOW)))


def steps(name: str, partner: str) -> dict[str, Delivery]:
    """What its author sends besides what exports send by themselves, and besides the start of the sample's export."""
    own = {step.name for step in scenario(name, partner).steps} - {"begun"}
    return {one.step: one for one in deliveries(name, partner) if one.step in own}


def sent(delivery: Delivery) -> bytes:
    """Every byte that goes out."""
    return b"".join(part for part in delivery.script or (delivery.data,) if isinstance(part, bytes))


def head_and_body(delivery: Delivery) -> tuple[list[str], bytes]:
    head, _, body = sent(delivery).partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), body


def values_of(delivery: Delivery, header: str) -> list[str]:
    """The values of a header, in order, as they are sent."""
    lines = [line.partition(":") for line in head_and_body(delivery)[0][1:]]
    return [value.strip() for name, _, value in lines if name.lower() == header.lower()]


def keys_of(partner: str) -> tuple[str, ...]:
    """Every key of the payload of an end."""
    return tuple(json.loads(next(one for one in deliveries("ack/in-time", partner) if one.end).body))


def accepts(partner: str, value: Any) -> bool:
    """Whether it is a payload that the partner documents."""
    return provider(partner).events[DONE[partner]].payload.accepts(value)


def sample(partner: str) -> Any:
    (only,) = (one for one in deliveries("ack/documented-sample", partner) if one.end)
    return json.loads(only.body)


# All of them


def test_these_are_the_rules_of_the_four_families_that_ship() -> None:
    shipped = {name for name in shipped_rules() if name.partition("/")[0] in {"ack", "auth", "payload", "http"}}
    assert shipped == set(NAMES)


@ANY
def test_it_has_its_name_its_level_and_all_that_explains_it(name: str) -> None:
    rule = load_rule(name)
    assert rule.name == name
    assert rule.level == ("should" if name in SHOULD else "may" if name in MAY else "must")
    assert set(rule.played) == ONE_PARTNER.get(name, set(BOTH))
    assert rule.source.startswith(("documented: ", "house rule: ", "RFC "))
    for text in (rule.sentence, rule.why, rule.broken, rule.mend):
        assert text[0] == text[0].upper()
        assert "\n" not in text.strip()
        assert not text.endswith(" ")
    assert not rule.sentence.endswith(".")


@ANY
def test_its_file_begins_with_its_schema_and_a_comment(name: str) -> None:
    lines = Path(shipped_rules()[name]).read_text("utf-8").splitlines()
    comment = lines[1 : lines.index("")]
    assert lines[0] == MODELINE
    assert 1 <= len(comment) <= 5
    assert all(line.startswith("# ") for line in comment)
    assert max(map(len, lines)) <= 121


@EACH
def test_it_is_played_fast_and_in_order(name: str, partner: str) -> None:
    planned, played = deliveries(name, partner), scenario(name, partner)
    assert played.scale is not None
    slow = name == "http/slow-body"
    assert played.scale.instant is not slow
    assert played.scale.wall(max(one.due for one in planned)) <= 1.0
    assert max((claim.window for claim in played.claims), default=0.0) <= 2.0
    dues = sorted({one.due for one in planned})
    assert slow or all(later - earlier > 10.0 for earlier, later in pairwise(dues)), "within a timeout they overtake"


@EACH
def test_a_plain_delivery_of_another_export_comes_before_all_that_is_odd(name: str, partner: str) -> None:
    planned = deliveries(name, partner)
    odd = [one for one in planned if not one.genuine]
    first = planned[0]
    assert first.genuine
    assert all(first.export != one.export for one in odd) or name == "ack/reuses-connection"


@EACH
def test_each_odd_delivery_is_expected_to_end_somehow_or_claimed_to_leave_no_trace(name: str, partner: str) -> None:
    played = scenario(name, partner)
    expected = {one.name for one in played.expectations}
    claimed = {claim.of for claim in played.claims}
    for one in deliveries(name, partner):
        cut = any(isinstance(part, HangUp | EndWriting) for part in one.script or ())
        family = one.export.rpartition("-")[0] or one.export
        assert one.genuine or (family in claimed if cut else one.step in expected)


@EACH
def test_its_controls_are_deliveries_that_the_partner_itself_would_send(name: str, partner: str) -> None:
    rule = load_rule(name)
    controls = [one for one in deliveries(name, partner) if one.export in rule.control or "each" in rule.control]
    assert rule.control or name in {"ack/documented-sample", "ack/in-time"}
    assert not rule.control or any(one.genuine for one in controls)


@EACH
def test_what_is_not_the_partners_word_for_word_has_another_id_in_every_run(name: str, partner: str) -> None:
    fixed = {"ack/documented-sample", "ack/every-reading", "payload/escaped", "payload/key-order"}
    one, other = ({one.id for one in deliveries(name, partner, seed) if one.status} for seed in (7, 8))
    repeated = one & other - {"null", "true"}
    assert name in fixed or all(id_[0] in "[{" for id_ in repeated)


@ANY
def test_its_answers_alone_decide_where_effects_are_not_shown_only_if_its_sentence_is_about_them(name: str) -> None:
    payloads = {"payload/missing-field", "payload/wrong-type", "payload/truncated", "payload/array"}
    read = {"http/charset", "http/chunked", "http/expect-continue", "http/header-case", "http/get"}
    assert load_rule(name).where_shown == (name.startswith("auth/") or name in payloads | read | MAY)


@pytest.mark.parametrize(("name", "partner"), [(name, partner) for name in sorted(MAY) for partner in BOTH])
def test_what_is_tolerated_is_also_looked_for_where_there_is_a_probe(name: str, partner: str) -> None:
    """An answer of 200 alone does not say that it was understood."""
    claims = {claim.of: claim.wants for claim in scenario(name, partner).claims}
    assert claims == {"other": {"status": {"clevertap": "Completed", "reachfive": "SUCCESS"}[partner]}}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"ack/every-reading", "payload/unicode"}])
def test_an_end_that_is_to_be_acknowledged_is_no_exports_first_word(name: str) -> None:
    """A receiver that takes no end without its start breaks order/end-only, and no rule of these families."""
    played = scenario(name, "clevertap")
    expected = {one.name: one.status for one in played.expectations}
    began: set[str] = set()
    for one in deliveries(name, "clevertap"):
        wanted = expected.get(one.step, expected.get(one.step.rpartition("-")[0]))
        assert not one.end or one.export in began or wanted is None or wanted != ("ack",), one.name
        began |= {alike for alike in exports_of(played) if one.step == "begun" or alike == one.export}


def exports_of(played: Scenario) -> list[str]:
    return [export.name_of(index) for export in played.exports for index in range(export.count)]


@pytest.mark.parametrize("name", [name for name in shipped_rules() if name.partition("/")[0] not in FAMILIES])
def test_no_rule_about_state_is_decided_by_answers(name: str) -> None:
    assert not load_rule(name).where_shown


# ack


@PARTNER
def test_in_time_any_answer_will_do_and_no_answer_will_not(partner: str) -> None:
    (expectation,) = scenario("ack/in-time", partner).expectations
    assert expectation.status == ("2xx", "3xx", "4xx", "5xx")
    assert expectation.within is None, "the timeout of the receiver file counts"


def test_exactly_200_allows_nothing_else() -> None:
    expected = {one.name: one.status for one in scenario("ack/exactly-200", "clevertap").expectations}
    assert expected == {"first": ("2xx",), "report": ("200",)}


@PARTNER
def test_no_redirect_forbids_3xx_only_and_its_control_allows_it(partner: str) -> None:
    expected = {one.name: one.status for one in scenario("ack/no-redirect", partner).expectations}
    assert expected.pop("first") == ("2xx", "3xx", "4xx", "5xx")
    assert set(expected.values()) == {("2xx", "4xx", "5xx")}


@PARTNER
def test_a_burst_is_fifty_exports_at_one_moment(partner: str) -> None:
    fleet = [one for one in deliveries("ack/while-busy", partner) if one.export.startswith("fleet-")]
    ends = [one for one in fleet if one.end]
    assert len({one.id for one in ends}) == len(ends) == 50
    assert len({one.due for one in ends}) == 1
    assert load_rule("ack/while-busy").alone


@PARTNER
def test_on_one_connection_two_that_are_refused_stand_between_genuine_ones(partner: str) -> None:
    told = [one.genuine for one in deliveries("ack/reuses-connection", partner)]
    assert told == [True, True, False, True, False, True]


def test_every_reading_of_clevertap_is_sent_once_but_for_those_that_no_single_alert_shows() -> None:
    told = [json.loads(one.body) for one in deliveries("ack/every-reading", "clevertap")]
    shown = {str(value) for fields in told for value in fields.values()}
    for name in ("google_name", "amazon_name", "type_word", "one_time_word"):
        assert {option for option in options("clevertap", name) if option not in shown} <= {"Amazon S3"}
    assert {"Every 4 Hours", "Recurring", "4 Hours"} <= shown
    times = [fields["Date and Time"] for fields in told[-3:]]
    assert times == ["25/07/2023 04:50:52 PM", "25/07/2023 4:50:52\u202fPM", "25/07/2023 4:50:52 pm"]
    ids = {type(fields["Export Request Id"]) for fields in told}
    assert ids == {int, str}
    assert max(fields["Export Request Id"] for fields in told if isinstance(fields["Export Request Id"], int)) > 2**32


def options(partner: str, name: str) -> tuple[str, ...]:
    return tuple(one.value for one in provider(partner).readings[name].options)


def test_every_reading_of_reachfive_is_sent_once() -> None:
    told = [json.loads(one.body) for one in deliveries("ack/every-reading", "reachfive")]
    assert {fields["status"] for fields in told} == {"SUCCESS", "FAILED", "FAILURE"}
    assert {len(fields["updated_at"]) for fields in told} == {20, 24, 27}


@PARTNER
def test_every_reading_has_an_expectation_of_its_own_and_is_a_payload_the_partner_may_send(partner: str) -> None:
    told = deliveries("ack/every-reading", partner)
    expected = {one.name for one in scenario("ack/every-reading", partner).expectations}
    assert {one.step for one in told} == expected
    assert all(one.genuine for one in told)


# auth


@PARTNER
@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("auth/")])
def test_the_forged_delivery_is_right_but_for_its_credentials(name: str, partner: str) -> None:
    planned = deliveries(name, partner)
    all_forged = [one for one in planned if not one.genuine]
    rights = [values_of(one, "Authorization") for one in planned if one.genuine]
    assert rights == [[SECRET]] * len(GENUINE[partner]) * (2 if name in TOLD_TWICE else 1)
    for forged in all_forged:
        assert values_of(forged, "Authorization") != [SECRET]
        assert forged.valid
        assert forged.script is None
        assert accepts(partner, json.loads(forged.body))
    number = 2 if name in {"auth/two-headers", "auth/value-case", "auth/wrong"} else 1
    assert len(all_forged) == number + (name in TOLD_TWICE)
    values = values_of(all_forged[0], "Authorization")
    value = values[0] if values else ""
    right = {
        "auth/absent": values == [],
        "auth/empty": values == [""],
        "auth/wrong": value != SECRET and len(value) == len(SECRET) and value.startswith("Bearer "),
        "auth/prefix": value == SECRET[:-1],
        "auth/suffix": value.startswith(SECRET) and len(value) > len(SECRET),
        "auth/value-case": value == "Bearer " + SECRET.removeprefix("Bearer ").swapcase(),
        "auth/two-headers": values[:1] == [SECRET] and len(values) == 2,
    }
    assert right[name]
    assert "authorization" in load_rule(name).needs


@PARTNER
@pytest.mark.parametrize("name", sorted(TOLD_TWICE))
def test_after_a_stranger_the_partner_itself_sends_the_same_bytes(name: str, partner: str) -> None:
    *begun, forged, genuine = (one for one in deliveries(name, partner) if one.export == "both")
    assert [(one.genuine, one.end) for one in begun] == [(True, False)] * (len(GENUINE[partner]) - 1)
    assert (forged.credentials, genuine.credentials) == (name.partition("/")[2], "right")
    assert forged.body == genuine.body
    assert genuine.end
    played = scenario(name, partner)
    expected = {one.name: one.status for one in played.expectations}
    assert (expected[forged.step], expected[genuine.step]) == (("refused",), ("ack",))
    claims = [(one.kind, dict(one.wants)) for one in played.claims if one.of == "both"]
    done = {"clevertap": "Completed", "reachfive": "SUCCESS"}[partner]
    assert claims == [("eventually", {"status": done}), ("eventually", {"effects": 1})]
    assert "both" not in {one.of for one in played.claims if one.kind == "never"}, "there it is to show"


@PARTNER
def test_of_two_headers_the_wrong_one_stands_last_and_then_first(partner: str) -> None:
    forged = list(steps("auth/two-headers", partner).values())
    told = [[value == SECRET for value in values_of(one, "Authorization")] for one in forged]
    assert told == [[True, False], [False, True]]


@PARTNER
def test_of_basic_another_password_is_wrong_and_then_another_user(partner: str) -> None:
    basic = "Basic " + base64.b64encode(b"Aladdin:open sesame").decode()
    forged = [one for one in deliveries("auth/wrong", partner, secret=basic) if one.export == "forged"]
    sent = [
        base64.b64decode(value.removeprefix("Basic ")) for one in forged for value in values_of(one, "Authorization")
    ]
    halves = [one.partition(b":")[::2] for one in sent]
    told = [(user == b"Aladdin", password == b"open sesame") for user, password in halves]
    assert told == [(True, False), (False, True)]


@PARTNER
def test_of_what_is_not_basic_both_values_are_wrong_and_differ(partner: str) -> None:
    values = [values_of(one, "Authorization") for one in deliveries("auth/wrong", partner) if not one.genuine]
    assert len({SECRET, *(value for (value,) in values)}) == 3


@PARTNER
def test_of_basic_the_letters_as_sent_are_swapped_and_then_those_of_the_password(partner: str) -> None:
    basic = "Basic " + base64.b64encode(b"Aladdin:open sesame").decode()
    forged = [one for one in deliveries("auth/value-case", partner, secret=basic) if not one.genuine]
    (as_sent,), (of_password,) = (values_of(one, "Authorization") for one in forged)
    assert as_sent == "Basic " + basic.removeprefix("Basic ").swapcase()
    assert base64.b64decode(of_password.removeprefix("Basic ")) == b"Aladdin:OPEN SESAME"


# payload


@PARTNER
@pytest.mark.parametrize("name", ["payload/not-json", "payload/truncated"])
def test_what_is_no_json_cannot_be_parsed(name: str, partner: str) -> None:
    for one in steps(name, partner).values():
        with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
            json.loads(head_and_body(one)[1])


@PARTNER
def test_of_what_is_no_utf_8_one_byte_is_broken_in_a_notification_that_is_whole_without_it(partner: str) -> None:
    body = steps("payload/not-json", partner)["no-utf-8"].body
    with pytest.raises(UnicodeDecodeError) as caught:
        body.decode()
    assert caught.value.end - caught.value.start == 1
    broken = body.decode(errors="replace")
    assert broken.count("\ufffd") == 1
    told = json.loads(broken)
    (described,) = (key for key, value in told.items() if "\ufffd" in str(value))
    assert described == {"clevertap": "Partner", "reachfive": "definition_name"}[partner]
    assert told | {described: ""} == sample(partner) | {described: ""}


@PARTNER
def test_what_breaks_off_lacks_no_more_than_its_end(partner: str) -> None:
    broken = steps("payload/truncated", partner)
    assert json.loads(broken["no-brace"].body + b"}") == sample(partner)
    assert json.loads(broken["behind-a-value"].body.removesuffix(b",") + b"}")
    assert len(broken) == 5


@PARTNER
@pytest.mark.parametrize("seed", range(3))
def test_two_that_break_off_are_whole_for_http_and_name_ids_that_nobody_else_names(partner: str, seed: int) -> None:
    told = deliveries("payload/truncated", partner, seed)
    cut = {one.step: one for one in told if one.export.startswith("cut")}
    assert head_and_body(cut["nearly"])[1] == cut["nearly"].body[:-1]
    for one in cut.values():
        assert len(one.script or ()) == 1, "the connection stays open"
        assert values_of(one, "Content-Length") == [str(len(head_and_body(one)[1]))]
        assert one.id in head_and_body(one)[1].decode()
        assert [other for other in told if other.id == one.id] == [one]
    assert cut["half"].status in head_and_body(cut["half"])[1].decode()


@PARTNER
@pytest.mark.parametrize(("name", "of"), [("payload/truncated", "cut"), ("payload/array", "listed")])
def test_what_names_an_id_of_its_own_is_refused_and_is_not_there_afterwards(name: str, of: str, partner: str) -> None:
    played = scenario(name, partner)
    (claim,) = played.claims
    assert (claim.of, dict(claim.wants)) == (of, {"absent": True})
    expected = {one.name: one.status for one in played.expectations}
    own = [step.name for step in played.steps if step.export.startswith(of)]
    assert own
    assert {expected[one] for one in own} == {("refused",)}
    assert load_rule(name).where_shown, "without a probe the answers are judged all the same"


@PARTNER
def test_arrays_hold_nothing_one_or_two_whole_notifications(partner: str) -> None:
    played = steps("payload/array", partner)
    told = {name: json.loads(head_and_body(one)[1]) for name, one in played.items()}
    (own,) = told.pop("own")
    assert own == json.loads(played["own"].body)
    assert played["own"].id in [str(value) for value in own.values()]
    assert told == {"nothing": [], "one": [sample(partner)], "two": [sample(partner)] * 2}


@PARTNER
def test_scalars_are_a_number_a_text_true_and_null(partner: str) -> None:
    told = [json.loads(one.body) for one in steps("payload/scalar", partner).values()]
    assert [type(one) for one in told] == [int, str, bool, type(None)]


@PARTNER
def test_empty_is_no_byte_or_blanks(partner: str) -> None:
    assert [one.body for one in steps("payload/empty", partner).values()] == [b"", b"  \r\n"]


@PARTNER
def test_each_documented_key_is_missing_once_and_alone_and_all_of_them_together(partner: str) -> None:
    told = [json.loads(one.body) for one in steps("payload/missing-field", partner).values()]
    keys = set(keys_of(partner))
    told.remove({})
    assert all(len(keys - set(fields)) == 1 for fields in told)
    assert sorted(key for fields in told for key in keys - set(fields)) == sorted(keys)


@PARTNER
@pytest.mark.parametrize("name", ["payload/missing-field", "payload/wrong-type"])
def test_only_what_lacks_its_id_or_status_must_be_refused(name: str, partner: str) -> None:
    plain = json.loads(next(one for one in deliveries("ack/in-time", partner) if one.end).body)
    keys = {"clevertap": ("Export Request Id", "Status"), "reachfive": ("id", "status")}[partner]
    expected = {one.name: one.status for one in scenario(name, partner).expectations}
    for step, one in steps(name, partner).items():
        fields = json.loads(one.body)
        vital = any(type(fields.get(key)) is not type(plain[key]) for key in keys)
        assert expected[step] == (("refused",) if vital else ("2xx", "refused"))


@PARTNER
def test_wrong_types_are_nothing_that_could_be_read_as_a_word(partner: str) -> None:
    key = {"clevertap": "Export Request Id", "reachfive": "id"}[partner]
    told = {name: json.loads(one.body) for name, one in steps("payload/wrong-type", partner).items()}
    ids = [type(fields[key]) for name, fields in told.items() if name.startswith("id-")]
    assert set(ids) == {type(None), list, dict, bool}
    status = {"clevertap": "Status", "reachfive": "status"}[partner]
    words = [type(fields[status]) for name, fields in told.items() if name.startswith("status-")]
    assert set(words) == {type(None), list, dict, bool, int}


@PARTNER
def test_extra_keys_stand_beside_a_payload_that_is_right_without_them(partner: str) -> None:
    (more,) = steps("payload/extra-field", partner).values()
    fields = json.loads(more.body)
    extra = {key: fields.pop(key) for key in set(fields) - set(keys_of(partner))}
    assert accepts(partner, fields)
    assert {type(value) for value in extra.values()} == {str, int, dict, type(None)}


@PARTNER
def test_the_keys_of_the_sample_come_the_other_way_round(partner: str) -> None:
    (turned,) = steps("payload/key-order", partner).values()
    assert json.loads(turned.body) == sample(partner)
    assert [*json.loads(turned.body)] == [*sample(partner)][::-1]


def test_names_go_out_as_utf_8_and_are_claimed_to_the_letter() -> None:
    played = scenario("payload/unicode", "reachfive")
    names = {
        one.export: json.loads(one.body.decode())["definition_name"]
        for one in deliveries(played.source[6:-10], "reachfive")
    }
    claimed = {claim.of: claim.wants["name"] for claim in played.claims}
    assert claimed == {export: name for export, name in names.items() if export != "plain"}
    assert all(any(ord(letter) > 127 for letter in name) for name in claimed.values())
    assert any(ord(letter) > 0xFFFF for name in claimed.values() for letter in name)


@PARTNER
def test_escaped_and_spaced_it_is_a_payload_that_fits_and_no_bytes_that_the_partner_writes(partner: str) -> None:
    told = steps("payload/escaped", partner)
    names = {"reachfive": {"letters": "Profils à exporter 🚀", "slashes": r'User/export "all" C:\users'}}.get(
        partner, {}
    )
    for name, one in told.items():
        changed = {"definition_name": names[name]} if name in names else {}
        assert json.loads(one.body) == sample(partner) | changed
        assert accepts(partner, json.loads(one.body))
    assert b"\\u0" in told["letters"].body
    assert b"\\/" in told["slashes"].body
    assert b"\r\n\t" in told["blanks"].body


@PARTNER
def test_unknown_statuses_are_no_words_of_the_partner(partner: str) -> None:
    key = {"clevertap": "Status", "reachfive": "status"}[partner]
    for one in steps("payload/unknown-status", partner).values():
        fields = json.loads(one.body)
        assert not accepts(partner, fields)
        known = next(one.body for one in deliveries("ack/in-time", partner) if one.end)
        assert accepts(partner, fields | {key: json.loads(known)[key]})


@PARTNER
def test_the_large_body_has_two_mebibytes_and_is_a_notification_but_for_them(partner: str) -> None:
    (huge,) = steps("payload/large", partner).values()
    fields = json.loads(huge.body)
    assert 2 * 2**20 <= len(huge.body) <= 2.2 * 2**20
    assert fields.pop("Padding")
    assert accepts(partner, fields)
    count = len(GENUINE[partner])
    told = [one.step for one in deliveries("payload/large", partner)]
    assert told == ["first"] * count + ["huge"] + ["after"] * count


@PARTNER
def test_the_mark_and_the_compression_hide_a_body_that_is_right(partner: str) -> None:
    (marked,) = steps("payload/bom", partner).values()
    assert head_and_body(marked)[1] == codecs.BOM_UTF8 + marked.body
    (packed,) = steps("payload/gzip", partner).values()
    assert gzip.decompress(head_and_body(packed)[1]) == packed.body
    assert values_of(packed, "Content-Encoding") == ["gzip"]


@PARTNER
def test_other_content_types_tell_of_the_same_bytes(partner: str) -> None:
    told = steps("payload/content-types", partner)
    assert all(head_and_body(one)[1] == one.body for one in told.values())
    assert values_of(told["none-at-all"], "Content-Type") == []
    assert all(
        "json" not in value for one in told.values() for value in values_of(one, "Content-Type") if "+" not in value
    )


# http


@PARTNER
def test_by_get_comes_the_whole_notification_and_it_must_leave_no_trace(partner: str) -> None:
    told = steps("http/get", partner)
    assert [one.event for one in told.values()] == list(GENUINE[partner])
    for one in told.values():
        assert sent(one) == b"GET" + post(one).removeprefix(b"POST")
        assert (one.route.method, one.shown_head.partition(" ")[0]) == ("GET", "GET")
        assert values_of(one, "Authorization") == [SECRET]
    played = scenario("http/get", partner)
    assert {one.status for one in played.expectations if one.name in told} == {("refused",)}
    assert [(claim.of, dict(claim.wants)) for claim in played.claims] == [("fetched", {"absent": True})]


def post(delivery: Delivery) -> bytes:
    """The request as the partner would send it."""
    return b"POST" + delivery.data[delivery.data.index(b" ") :]


@PARTNER
@pytest.mark.parametrize("patience", [0.5, 2.0, 30.0])
def test_a_slow_body_has_time_to_come_whole_whatever_the_timeout_of_its_endpoint(partner: str, patience: float) -> None:
    played = scenario("http/slow-body", partner)
    receiver = receiver_at("http://127.0.0.1:8000/hooks")
    impatient = replace(
        receiver, endpoints={name: replace(one, timeout=patience) for name, one in receiver.endpoints.items()}
    )
    for one in plan(played, impatient, seed=7, start=story_start(played, NOW)):
        rests = sum(part.seconds for part in one.script or () if isinstance(part, Pause))
        assert one.route.timeout == (20.0 if one.step == "slowly" else patience)
        assert one.route.timeout > 3 * rests


@PARTNER
def test_chunks_hold_the_body_and_what_nobody_needs(partner: str) -> None:
    for one in steps("http/chunked", partner).values():
        assert values_of(one, "Content-Length") == []
        assert values_of(one, "Transfer-Encoding") == ["chunked"]
        assert unchunked(head_and_body(one)[1]) == one.body
    extra = sent(steps("http/chunked", partner)["with-extras"])
    assert b";part=1\r\n" in extra
    assert extra.endswith(b"\r\nX-Checksum: abc\r\n\r\n")


def unchunked(data: bytes) -> bytes:
    body = b""
    while (size := int(data.partition(b"\r\n")[0].partition(b";")[0], 16)) > 0:
        rest = data.partition(b"\r\n")[2]
        body, data = body + rest[:size], rest[size + 2 :]
    return body


@PARTNER
def test_who_expects_100_continue_waits_half_a_second_for_it(partner: str) -> None:
    (asked,) = steps("http/expect-continue", partner).values()
    assert values_of(asked, "Expect") == ["100-continue"]
    assert [part for part in asked.script or () if not isinstance(part, bytes)] == [AwaitContinue(0.5)]


@PARTNER
def test_pieces_are_the_whole_request_with_rests_between(partner: str) -> None:
    for one in steps("http/split-body", partner).values():
        assert sent(one) == one.data
        assert any(isinstance(part, Pause) for part in one.script or ())


def test_one_piece_ends_inside_a_character() -> None:
    torn = steps("http/split-body", "reachfive")["in-a-letter"].script or ()
    first = torn[0]
    assert isinstance(first, bytes)
    with pytest.raises(UnicodeDecodeError):
        first.decode()


@PARTNER
def test_header_names_differ_in_case_or_order_only(partner: str) -> None:
    told = steps("http/header-case", partner)
    lines = {name: head_and_body(one)[0][1:] for name, one in told.items()}
    for name, one in told.items():
        own = (one.data.partition(b"\r\n\r\n")[0]).decode().split("\r\n")[1:]
        assert sorted(line.lower() for line in lines[name]) == sorted(line.lower() for line in own)
        assert head_and_body(one)[1] == one.body
    names = {name: [line.partition(":")[0] for line in one] for name, one in lines.items()}
    assert all(name.islower() for name in names["small"])
    assert all(name.isupper() for name in names["capital"])
    assert [*map(str.lower, names["shuffled"])] != names["small"]


@PARTNER
def test_the_charset_is_utf_8_in_every_spelling(partner: str) -> None:
    values = [values_of(one, "Content-Type")[0] for one in steps("http/charset", partner).values()]
    assert len(set(values)) == 3
    assert {value.lower().replace(" ", "") for value in values} == {"application/json;charset=utf-8"}


@PARTNER
def test_a_truncated_body_promises_more_than_comes_and_ends_in_each_way(partner: str) -> None:
    told = steps("http/truncated-body", partner)
    for one in told.values():
        assert int(values_of(one, "Content-Length")[0]) == len(one.body) > len(head_and_body(one)[1])
    ends = [(one.script or ())[-1] for one in told.values()]
    assert set(ends) == {HangUp(), HangUp(reset=True), EndWriting()}
    (claim,) = scenario("http/truncated-body", partner).claims
    assert claim.wants == {"absent": True}
    answered = [one for one in scenario("http/truncated-body", partner).expectations if one.name != "plain"]
    assert [(one.name, one.status) for one in answered] == [("half-closed", ("refused",))], "who hung up hears nothing"


@PARTNER
def test_a_body_takes_over_four_seconds_and_two_others_come_meanwhile(partner: str) -> None:
    planned = deliveries("http/slow-body", partner)
    (slow,) = [one for one in planned if one.script]
    assert Pause(4.5) in (slow.script or ())
    beside = [one for one in planned if one.step.startswith("beside")]
    expected = {one.name: one.within for one in scenario("http/slow-body", partner).expectations}
    for one in beside:
        within = expected[one.step]
        assert slow.due < one.due
        assert within is not None
        assert one.due + within < slow.due + 4.5, "a receiver that makes it wait answers too late"
    assert len(beside) == 2
    assert load_rule("http/slow-body").alone
