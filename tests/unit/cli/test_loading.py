"""The command line that sends a load again."""

import shlex
from dataclasses import replace
from typing import Any

import click
import pytest

from simulator.cli.load_command import command
from simulator.cli.load_orders import orders_of
from simulator.cli.loading import again, checked, replayable
from simulator.errors import UsageError
from simulator.load.orders import Orders
from simulator.load.thresholds import threshold
from simulator.model import Report, Result, Verdict
from tests.making import made_play

OPTIONS: dict[str, Any] = {"window": 10.0, "sender_lateness": 0.1, "sample": None, "authorization": None}
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
    ],
    ids=lambda one: f"{one.model} {one.workers}",
)
def test_the_line_that_sends_a_load_again_means_the_same_orders(orders: Orders) -> None:
    params = understood(again(OPTIONS, orders, ()))
    assert params["scenarios"] == orders.scenarios
    assert replace(orders_of(params, (), params["start"].isoformat()), scenarios=orders.scenarios) == orders


def test_it_judges_as_before_too() -> None:
    options = {**OPTIONS, "window": 3.0, "sample": 20, "sender_lateness": 2.0}
    params = understood(again(options, ORDERS, [threshold("ack_p99 < 200ms")]))
    assert params["sender_lateness"] == 2.0
    assert (params["window"], params["sample"], params["thresholds"]) == (3.0, 20, ("ack_p99<200ms",))


def test_credentials_have_a_variable_in_their_place() -> None:
    line = again({**OPTIONS, "authorization": "Bearer secret-secret"}, ORDERS, ())
    assert "secret" not in line
    assert '--authorization "$AUTHORIZATION"' in line


def test_every_verdict_gets_the_line_unless_it_has_one() -> None:
    verdicts = [Verdict(check=one, result=Result.PASSED, because="", reproduce=one) for one in ("", "own")]
    report = Report(version="1", started="", seed=1, plays=(made_play(*verdicts),))
    assert [one.reproduce for one in replayable(report, "line").verdicts] == ["line", "own"]


def test_reports_of_locust_are_its_own_and_all_others_ours() -> None:
    params = understood("partnersim load --report locust-html=a.html --report json=b --report locust-csv=/c/d")
    own, told = checked(params)
    assert [form for form, _ in own["reports"]] == ["json"]
    assert told[0] == "--html"
    assert told[1].endswith("/a.html")
    assert told[2:] == ("--csv", "/c/d")


def test_a_format_that_there_is_not_is_refused_with_all_there_are() -> None:
    with pytest.raises(UsageError, match=r"no report format 'pdf'\n +there are text, json, junit, html, locust-html"):
        checked(understood("partnersim load --report pdf=x"))


def test_a_word_that_is_no_rate_is_refused_by_the_option() -> None:
    with pytest.raises(click.BadParameter, match="'5' is not a rate such as 500/s"):
        understood("partnersim load --rate 5")
