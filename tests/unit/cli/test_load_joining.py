"""What the command line says of other machines."""

import shlex
from dataclasses import replace
from typing import Any

import click
import pytest

from simulator.cli.load_command import command
from simulator.cli.load_joining import joined, machine_words, meeting_of
from simulator.cli.load_orders import all_workers
from simulator.errors import UsageError
from simulator.load.orders import Orders
from simulator.load.processes import Meeting

ORDERS = Orders(scenarios=("one",), rate=1.0, seconds=1.0, seed=1, start="", workers=5)


def options(line: str) -> dict[str, Any]:
    """What the command makes of these words."""
    return command.make_context("load", shlex.split(line)).params


def test_alone_nobody_is_waited_for() -> None:
    assert meeting_of(options("--receiver r.yaml --workers 3")) is None


def test_others_join_on_this_machine_alone_unless_an_address_is_said() -> None:
    assert meeting_of(options("--receiver r.yaml --expect-workers 2")) == Meeting("127.0.0.1", 5557, 2)
    assert meeting_of(options("--expect-workers 2 --master-bind 10.0.0.5:6000")) == Meeting("10.0.0.5", 6000, 2)


def test_all_of_them_send() -> None:
    assert all_workers(options("--workers 2 --expect-workers 3")) == 5


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--master-bind 127.0.0.1:1", "--master-bind goes with --expect-workers"),
        ("--expect-workers 1 --to http://127.0.0.1:8000/", "--expect-workers goes with --receiver FILE"),
        ("--expect-workers 1 --receiver r.yaml --cacert ca.pem", "--cacert goes with workers of this machine alone"),
        ("--expect-workers 1 --receiver r.yaml --cert c.pem --key k.pem", "--cert and --key go with workers of this"),
    ],
)
def test_what_does_not_go_together_is_refused(line: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        meeting_of(options(line))


@pytest.mark.parametrize(
    "address", ["10.0.0.5", ":5557", "a:b", "a:0", "a:65536", "a:٣", "[::1]:5557", "http://a:1", "a b:1"]
)
def test_an_address_is_a_host_and_a_port(address: str) -> None:
    with pytest.raises(click.BadParameter, match="is not HOST:PORT"):
        command.make_context("load", ["--join", address])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--rate 5/s --seed 1", "--rate and --seed cannot"),
        ("one.yaml", "SCENARIO cannot"),
        ("--receiver r.yaml", "--receiver cannot"),
        ("--expect-workers 2", "--expect-workers cannot"),
        ("--json", "--json cannot"),
        ("--window 1s", "--window cannot"),
    ],
)
def test_who_joins_says_nothing_of_what_is_sent(line: str, told: str) -> None:
    context = command.make_context("load", ["--join", "127.0.0.1:1", *shlex.split(line)])
    with context, pytest.raises(UsageError, match=told):
        joined(context.params)


@pytest.mark.parametrize(
    ("meeting", "told"),
    [
        (None, "--workers 5"),
        (Meeting("127.0.0.1", 5557, 2), "--workers 3 --expect-workers 2"),
        (Meeting("0.0.0.0", 6000, 4), "--expect-workers 4 --master-bind 0.0.0.0:6000"),
    ],
)
def test_the_line_that_sends_it_again_has_as_many_here_and_there(meeting: Meeting | None, told: str) -> None:
    line = " ".join(machine_words(ORDERS, meeting))
    assert line == told
    assert meeting_of(options(line)) == meeting
    assert all_workers(options(line)) == ORDERS.workers


def test_one_worker_alone_needs_no_words() -> None:
    assert machine_words(replace(ORDERS, workers=1), None) == []


def test_who_is_bound_everywhere_is_reached_here_and_called_by_its_name() -> None:
    everywhere = Meeting("0.0.0.0", 6000, 1)
    assert everywhere.reached == "127.0.0.1"
    assert everywhere.shown.endswith(":6000")
    assert "0.0.0.0" not in everywhere.shown
    assert Meeting("10.0.0.5", 6000, 1).shown == "10.0.0.5:6000"
