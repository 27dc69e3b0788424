"""What the options of `partnersim load` come to: flags win over the `load:` blocks of scenarios."""

from pathlib import Path
from typing import Any

import pytest

from simulator.authoring import parse_scenario
from simulator.cli.load_orders import asked_shares, for_others, orders_of, thresholds_of
from simulator.documents import schema
from simulator.errors import DocumentError, UsageError
from simulator.load.curves import SHAPES
from simulator.load.judging.thresholds import NAMES
from simulator.load.orders import SHARES, Orders
from simulator.scenario import Scenario

START = "2026-01-05T00:00:00+05:30"
USUAL: dict[str, Any] = {
    "receiver_file": "receiver.yaml",
    "to": None,
    "cacert": None,
    "cert": None,
    "key": None,
    "insecure": False,
    "rate": None,
    "duration": None,
    "shape": None,
    "repeat": None,
    "stale": None,
    "malformed": None,
    "unauthorized": None,
    "life": None,
    "seed": 42,
    "workers": 1,
    "expect_workers": 0,
    "connections": None,
    "model": "open",
    "users": None,
    "client": "partnersim",
    "allow_target": (),
    "thresholds": (),
}
BLOCK = "rate: 30/m, for: 5m, shape: ramp, life: 500ms, mix: {repeat: 5%, unauthorized: 1%}, thresholds: {lost: 3}"


def scenario(block: str = "", source: str = "one.yaml") -> Scenario:
    load = f"load: {{{block}}}\n" if block else ""
    text = f"scenario: One\nprovider: clevertap\nexports:\n  nightly: {{frequency: one time}}\n{load}"
    return parse_scenario(text, source)


def made(*scenarios: Scenario, **options: Any) -> Orders:
    return orders_of({**USUAL, **options}, scenarios or (scenario(),), START)


def test_a_share_is_asked_for_by_a_flag_or_in_a_scenario_of_ones_own() -> None:
    shipped = made(scenario(BLOCK, "load/clevertap"), scenario("", "load/reachfive"))
    assert asked_shares(USUAL, shipped) == frozenset()
    assert asked_shares({**USUAL, "stale": 0.02}, shipped) == {"stale"}
    assert asked_shares(USUAL, made(scenario(BLOCK, "load/clevertap"), scenario(BLOCK))) == set(SHARES)


def test_where_nobody_says_anything_it_is_a_hundred_a_second_for_a_minute() -> None:
    orders = made()
    assert (orders.rate, orders.seconds, orders.shape, orders.life) == (100.0, 60.0, "steady", 2.0)
    assert (orders.repeat, orders.stale, orders.malformed, orders.unauthorized) == (0.0, 0.0, 0.0, 0.0)
    assert (orders.workers, orders.connections, orders.model) == (1, 200, "open")


def test_a_scenario_says_what_no_flag_says() -> None:
    orders = made(scenario(BLOCK))
    assert (orders.rate, orders.seconds, orders.shape, orders.life) == (0.5, 300.0, "ramp", 0.5)
    assert (orders.repeat, orders.unauthorized, orders.stale) == (0.05, 0.01, 0.0)


def test_a_flag_wins_over_the_scenario_also_with_nothing() -> None:
    orders = made(scenario(BLOCK), rate=7.0, duration=3.0, shape="spike", life=1.0, repeat=0.0)
    assert (orders.rate, orders.seconds, orders.shape, orders.life) == (7.0, 3.0, "spike", 1.0)
    assert (orders.repeat, orders.unauthorized) == (0.0, 0.01)


def test_scenarios_that_say_the_same_or_nothing_agree() -> None:
    assert made(scenario("rate: 5/s"), scenario(source="two.yaml"), scenario("rate: 300/m", "three.yaml")).rate == 5.0


def test_scenarios_that_do_not_agree_are_refused_unless_a_flag_says_it() -> None:
    two = (scenario("rate: 5/s"), scenario("rate: 6/s", "two.yaml"))
    with pytest.raises(UsageError, match=r"do not agree on --rate: one.yaml 5/s, two.yaml 6/s"):
        made(*two)
    assert made(*two, rate=7.0).rate == 7.0


@pytest.mark.parametrize(
    ("one", "two", "says"),
    [
        ("for: 60s", "for: 1.5", "--for: one.yaml 1m, two.yaml 1.5s"),
        ("life: 500ms", "life: 2m", "--life: one.yaml 500ms, two.yaml 2m"),
        ("rate: 30/m", "rate: 7/s", "--rate: one.yaml 30/m, two.yaml 7/s"),
        ("mix: {repeat: 5%}", "mix: {repeat: 0.5%}", "--repeat: one.yaml 5%, two.yaml 0.5%"),
        ("shape: ramp", "shape: spike", "--shape: one.yaml ramp, two.yaml spike"),
    ],
)
def test_what_they_say_is_told_as_people_write_it(one: str, two: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        made(scenario(one), scenario(two, "two.yaml"))
    assert error.value.message == f"the scenarios do not agree on {says}"


def test_an_unknown_shape_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(UsageError, match=r"there is no shape `stedy`; did you mean `steady`\?"):
        made(shape="stedy")


def test_shares_of_more_than_all_are_refused_one_by_one() -> None:
    with pytest.raises(UsageError, match=r"the shares come to 110%: repeat 60%, stale 50%"):
        made(repeat=0.6, stale=0.5)


def test_a_load_of_nothing_genuine_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing could be lost"):
        made(malformed=0.5, unauthorized=0.5)


def test_no_time_at_all_is_refused() -> None:
    with pytest.raises(UsageError, match="--for is 0s"):
        made(duration=0.0)


def test_a_closed_model_shares_its_users_among_the_workers() -> None:
    orders = made(model="closed", users=50, workers=5)
    assert (orders.model, orders.connections) == ("closed", 10)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"model": "closed", "users": 2, "rate": 5.0}, "--rate goes with --model open"),
        ({"model": "closed"}, "needs to know how many send at once"),
        ({"model": "closed", "users": 2, "connections": 5}, "--connections goes with --model open"),
        ({"model": "closed", "users": 2, "workers": 3}, "2 users cannot share 3 workers"),
        ({"model": "closed", "users": 10, "workers": 3}, "10 users cannot be shared evenly by 3 workers"),
        ({"users": 2}, "--users goes with --model closed"),
    ],
)
def test_words_that_contradict_the_model_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        made(**options)


def test_thresholds_of_a_scenario_hold_beside_those_of_flags_that_win() -> None:
    own = scenario("rate: 5/s, thresholds: {lost: 3, ack_p99: 200ms}")
    found = thresholds_of({**USUAL, "thresholds": ("lost<2", "drain<=5s")}, (own,))
    assert sorted(map(str, found)) == ["ack_p99<=200ms", "drain<=5s", "lost<2"]


def test_thresholds_of_two_scenarios_must_agree() -> None:
    two = (scenario("thresholds: {lost: 3}"), scenario("thresholds: {lost: 4}", "two.yaml"))
    with pytest.raises(UsageError, match="do not agree on threshold lost"):
        thresholds_of(USUAL, two)


def test_thresholds_that_say_the_same_in_other_words_agree() -> None:
    two = (scenario("thresholds: {ack_p99: 200ms}"), scenario("thresholds: {ack_p99: 0.2}", "two.yaml"))
    assert [str(one) for one in thresholds_of(USUAL, two)] == ["ack_p99<=200ms"]
    two = (*two[:1], scenario("thresholds: {ack_p99: 60}", "two.yaml"))
    with pytest.raises(UsageError, match=r"on threshold ack_p99: one\.yaml 200ms, two\.yaml 1m"):
        thresholds_of(USUAL, two)


def test_processes_in_another_folder_get_whole_paths_and_the_names_of_what_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("receiver.yaml", "one.yaml", "rule.yaml"):
        Path(name).write_text("")
    scenarios = (scenario(), scenario(source="rule.yaml@clevertap"), scenario(source="load/clevertap"))
    told = for_others(made(*scenarios, cacert="ca.pem", cert="tls/cert.pem", key="/elsewhere/key.pem"))
    here = tmp_path.resolve()
    assert (told.ca, told.certificate) == (str(here / "ca.pem"), str(here / "tls/cert.pem"))
    assert told.key == "/elsewhere/key.pem"
    assert told.receiver_file == str(here / "receiver.yaml")
    assert told.scenarios == (str(here / "one.yaml"), f"{here / 'rule.yaml'}@clevertap", "load/clevertap")


def test_nothing_said_of_tls_stays_nothing() -> None:
    told = for_others(made())
    assert (told.ca, told.certificate, told.key, told.insecure) == ("", "", "", False)
    assert for_others(made(insecure=True)).insecure


def test_the_schema_knows_every_shape_and_threshold_and_no_other() -> None:
    block = schema("scenario").content["$defs"]["load"]["properties"]
    assert block["shape"]["enum"] == list(SHAPES)
    assert set(block["thresholds"]["properties"]) == set(NAMES)


def test_a_shape_that_there_is_not_is_a_mistake_in_the_file() -> None:
    with pytest.raises(DocumentError, match="stedy"):
        scenario("shape: stedy")


def test_faults_on_the_wire_are_for_the_client_that_can_send_them() -> None:
    text = "scenario: A\nprovider: clevertap\nexports:\n  one: {}\ntimeline:\n"
    faulty = parse_scenario(text + "  cut: {event: completed, export: one, fault: {truncate: 60%}}\n", "cut.yaml")
    assert made(faulty).client == "partnersim"
    with pytest.raises(UsageError, match=r"cut\.yaml has faults on the wire, which --client http cannot send"):
        made(faulty, client="http")


def test_a_scenario_that_restarts_the_receiver_is_no_load() -> None:
    text = "scenario: A\nprovider: clevertap\nexports:\n  one: {}\nrestart: {at: 10m}\n"
    with pytest.raises(UsageError, match=r"again\.yaml restarts the receiver, which a load does not"):
        made(parse_scenario(text, "again.yaml"))


@pytest.mark.parametrize("name", ["malformed", "unauthorized"])
def test_a_step_is_not_to_be_taken_for_one_of_the_mix(name: str) -> None:
    text = "scenario: One\nprovider: clevertap\nexports: {nightly: {frequency: one time}}\ntimeline:\n"
    step = "{event: completed, export: nightly, at: 30m, credentials: wrong}"
    with pytest.raises(UsageError, match=rf"one.yaml has a step `{name}`: .* --{name}\n +give it another name"):
        made(parse_scenario(f"{text}  {name}: {step}\n", "one.yaml"))
    assert made(parse_scenario(f"{text}  {name}-one: {step}\n", "one.yaml")).scenarios == ("one.yaml",)
