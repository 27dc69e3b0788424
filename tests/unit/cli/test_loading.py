"""The command line that sends a load again."""

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

from simulator.authoring import load_scenario, parse_receiver
from simulator.cli.load_command import command
from simulator.cli.load_orders import asked_shares, orders_of
from simulator.cli.loading import _judging, _new, again, checked, replayable, tell_of_locusts, told_to_processes
from simulator.errors import StorageError, UsageError
from simulator.load.judging.judge import Terms
from simulator.load.judging.thresholds import threshold
from simulator.load.orders import FILE, SHARES, Orders, write_orders
from simulator.load.variables import AUTHORIZATION, HEADERS
from simulator.load.variables import TO as TO_VARIABLE
from simulator.model import Report, Result, Verdict
from tests.making import made_play

OPTIONS: dict[str, Any] = {
    "receiver_file": "receiver.yaml",
    "to": None,
    "authorization": None,
    "headers": (),
    "allow_target": ("example.com",),
    "cacert": None,
    "cert": None,
    "key": None,
    "insecure": False,
    "window": 10.0,
    "sender_lateness": 0.1,
    "sample": None,
    "repeat": 0.05,
    "stale": None,
    "malformed": None,
    "unauthorized": 0.001,
    "expect_workers": 0,
    "master_bind": None,
}
MADE_FOR_LOADS = "load/clevertap"
RECEIVER = 'receiver: r\nendpoints: {clevertap: {url: "http://127.0.0.1:9/"}}\n'
TO = {"receiver_file": None, "to": "http://127.0.0.1:8000/hooks"}
ORDERS = Orders(
    scenarios=("my load.yaml", "load/clevertap"),
    receiver_file="receiver.yaml",
    rate=0.5,
    seconds=90.0,
    shape="ramp",
    repeat=0.05,
    unauthorized=0.001,
    life=0.5,
    seed=7,
    start="2026-01-05T00:00:00+05:30",
    workers=2,
    connections=50,
    allow=("example.com",),
)


def understood(line: str) -> dict[str, Any]:
    """What the command makes of the words behind `partnersim load`."""
    first, second, *words = shlex.split(line)
    assert (first, second) == ("partnersim", "load")
    return command.make_context("load", words).params


@pytest.mark.parametrize(
    "orders",
    [
        ORDERS,
        replace(ORDERS, model="closed", connections=3, client="fast", rate=100.0),
        replace(ORDERS, receiver_file="", to="http://127.0.0.1:8000/hooks", workers=1, connections=200),
        replace(ORDERS, ca="my ca.pem", certificate="cert.pem", key="key.pem", insecure=True, allow=()),
    ],
    ids=lambda one: f"{one.model} {one.workers} {one.ca}",
)
def test_the_line_that_sends_a_load_again_means_the_same_orders(orders: Orders) -> None:
    said = {"receiver_file": orders.receiver_file, "to": orders.to, "allow_target": orders.allow}
    tls = {"cacert": orders.ca, "cert": orders.certificate, "key": orders.key, "insecure": orders.insecure}
    params = understood(again({**OPTIONS, **said, **tls}, orders, ()))
    assert params["scenarios"] == orders.scenarios
    assert replace(orders_of(params, (), params["start"].isoformat()), scenarios=orders.scenarios) == orders


@pytest.mark.parametrize("name", [MADE_FOR_LOADS, "own.yaml"])
@pytest.mark.parametrize(
    "said", [{}, {"repeat": 0.0}, {"repeat": 0.05}, {"stale": 1e-8, "malformed": 0.12345678}], ids=lambda one: f"{one}"
)
def test_it_asks_for_the_shares_that_were_asked_for_and_brings_those_that_were_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: dict[str, float]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.yaml").write_text(load_scenario(MADE_FOR_LOADS).text, encoding="utf-8")
    scenarios = [load_scenario(name)]
    plain = dict.fromkeys(SHARES)
    options = {**understood(f"partnersim load {name} --receiver receiver.yaml --seed 7"), **plain, **said}
    orders = orders_of(options, scenarios, ORDERS.start)
    params = understood(again(options, orders, ()))
    assert orders_of(params, scenarios, ORDERS.start) == orders
    assert asked_shares(params, orders) == asked_shares(options, orders)


def test_it_judges_as_before_too() -> None:
    options = {**OPTIONS, "window": 3.0, "sample": 20, "sender_lateness": 2.0}
    params = understood(again(options, ORDERS, [threshold("ack_p99 < 200ms")]))
    assert params["sender_lateness"] == 2.0
    assert (params["window"], params["sample"], params["thresholds"]) == (3.0, 20, ("ack_p99<200ms",))


def test_credentials_have_a_variable_in_their_place() -> None:
    hidden = {"authorization": "Bearer secret-secret", "headers": (("X-Api-Key", "secret-too"),)}
    line = again({**OPTIONS, **TO, **hidden}, ORDERS, ())
    assert "secret" not in line
    assert '--authorization "$AUTHORIZATION"' in line
    assert '--header "X-Api-Key: $X_API_KEY"' in line
    assert understood(line)["headers"] == (("X-Api-Key", "$X_API_KEY"),)


def test_what_the_processes_get_of_a_url_is_what_was_said_and_nothing_from_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in (TO_VARIABLE, AUTHORIZATION, HEADERS):
        monkeypatch.setenv(name, "of somebody else")
    found = told_to_processes({**OPTIONS, **TO})
    assert found[TO_VARIABLE] == TO["to"]
    assert {AUTHORIZATION, HEADERS} & set(found) == set()
    found = told_to_processes({**OPTIONS, **TO, "authorization": "Bearer abc", "headers": (("X-Env", "ci"),)})
    assert (found[AUTHORIZATION], found[HEADERS]) == ("Bearer abc", '[["X-Env", "ci"]]')


def test_a_receiver_file_may_name_any_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AUTHORIZATION, "Bearer abc")
    assert told_to_processes(OPTIONS)[AUTHORIZATION] == "Bearer abc"


def test_every_verdict_gets_the_line_unless_it_has_one() -> None:
    verdicts = [Verdict(check=one, result=Result.PASSED, because="", reproduce=one) for one in ("", "own")]
    report = Report(version="1", started="", seed=1, plays=(made_play(*verdicts),))
    assert [one.reproduce for one in replayable(report, "line").verdicts] == ["line", "own"]


@pytest.mark.parametrize(("elsewhere", "own"), [(0, 2), (1, 1)])
def test_judging_is_told_how_many_workers_are_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: int, own: int
) -> None:
    def judged(_: Path, __: Orders, ___: object, terms: Terms) -> Report:
        assert terms.own == own
        return Report(version="1", started="", seed=1, plays=())

    monkeypatch.setattr("simulator.load.judging.judge.judged", judged)
    options = {**OPTIONS, "expect_workers": elsewhere, "quiet": True}
    receiver = parse_receiver(RECEIVER, "receiver.yaml", {})
    _judging(tmp_path, ORDERS, receiver, options, (), {}, lambda _, __: None)(False, ())


def test_reports_of_locust_are_its_own_and_all_others_ours() -> None:
    params = understood("partnersim load --report locust-html=a.html --report json=b --report locust-csv=/c/d")
    own, told = checked(params)
    assert [form for form, _ in own["reports"]] == ["json"]
    assert told[0] == "--html"
    assert told[1].endswith("/a.html")
    assert told[2:] == ("--csv", "/c/d")
    assert own["locusts"] == [("locust-html", Path("a.html")), ("locust-csv", Path("/c/d"))]


def test_a_folder_of_a_load_that_sent_nothing_is_refused_as_one_with_journals_is(tmp_path: Path) -> None:
    folder = _new(tmp_path / "out")
    assert _new(folder) == folder
    write_orders(folder, ORDERS)
    with pytest.raises(StorageError, match=rf"out has {FILE} already\n +name another folder with --journal"):
        _new(folder)
    (folder / "shard-000.ndjson").touch()
    with pytest.raises(StorageError, match="out has journals already"):
        _new(folder)


def test_of_locusts_reports_every_file_is_told_that_it_wrote_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.html", "own_stats.csv", "own_stats_history.csv", "own_failures.csv"):
        (tmp_path / name).touch()
    os.utime(tmp_path / "own_failures.csv", (1000.0, 1000.0))
    tell_of_locusts("locust-html", tmp_path / "a.html", 2000.0)
    tell_of_locusts("locust-csv", tmp_path / "own", 2000.0)
    assert capsys.readouterr().err.splitlines() == [
        f"wrote the locust-html report {tmp_path}/a.html",
        f"wrote the locust-csv report {tmp_path}/own_stats.csv",
        f"wrote the locust-csv report {tmp_path}/own_stats_history.csv",
    ]
    tell_of_locusts("locust-html", tmp_path / "a.html", 2000.0, quiet=True)
    assert capsys.readouterr().err == ""


def test_a_format_that_there_is_not_is_refused_with_all_there_are() -> None:
    with pytest.raises(UsageError, match=r"no report format 'pdf'\n +there are text, json, junit, html, locust-html"):
        checked(understood("partnersim load --report pdf=x"))


def test_a_word_that_is_no_rate_is_refused_by_the_option() -> None:
    with pytest.raises(click.BadParameter, match="'5' is not a rate such as 500/s"):
        understood("partnersim load --rate 5")
