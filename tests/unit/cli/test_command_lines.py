"""A command line that is offered to play something again names the same receiver, in the same way."""

import os
import re
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from simulator.authoring import load_scenario
from simulator.cli.command_lines import again, explore_line, run_line
from simulator.cli.options import receiver_options
from simulator.clock import Scale

SHELL = {"AUTHORIZATION": "Bearer abcdefgh", "X_ENV": "ci", "X_API_KEY": "s3cr3t $HOME", "TOKEN": "abc", "X": "1"}
PLAIN: dict[str, Any] = {
    "receiver_file": None,
    "to": "http://127.0.0.1:8000/hook",
    "authorization": None,
    "headers": (),
    "allow_target": (),
    "cacert": None,
    "cert": None,
    "key": None,
    "insecure": False,
}
SAID: list[dict[str, Any]] = [
    {},
    {"to": None, "receiver_file": "my receiver.yaml"},
    {"to": "https://127.0.0.1:8000/hook?token=abc&x=1"},
    {"authorization": "Bearer abcdefgh"},
    {"headers": (("X-Env", "ci"), ("X-Api-Key", "s3cr3t $HOME"))},
    {"allow_target": ("example.com", "other.example.com")},
    {"cacert": "ca file.pem"},
    {"cert": "cert.pem", "key": "key.pem"},
    {"insecure": True},
    {"to": None, "receiver_file": "r.yaml", "cacert": "ca.pem", "insecure": True, "patience": 2.5},
]


def lines(options: Mapping[str, Any]) -> list[str]:
    """Every kind of line there is, for one command line."""
    start = datetime(2026, 1, 5, tzinfo=UTC)
    options = PLAIN | {"scale": None, **options}
    return [
        again(options, load_scenario("clevertap/one-time-export"), 7, start),
        run_line(Path("small one.yaml"), options),
        explore_line("clevertap", 7, options),
    ]


def understood(line: str) -> dict[str, Any]:
    """What the command that the line names makes of its words, as a shell hands them over."""
    _, name, *words = (os.path.expandvars(word) for word in shlex.split(line))
    command: click.Command = import_module(f"simulator.cli.{name}_command").command
    return command.make_context(name, words).params


@pytest.fixture(autouse=True)
def shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables that whoever types the line has set."""
    for name, value in SHELL.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("said", SAID, ids=lambda one: " ".join(one) or "plain")
def test_each_says_of_the_receiver_what_was_said(said: dict[str, Any]) -> None:
    for line in lines(said):
        params = understood(line)
        assert {name: params[name] for name in PLAIN} == PLAIN | {k: v for k, v in said.items() if k in PLAIN}, line
        assert params["patience"] == said.get("patience", 0.0)


def test_there_is_no_option_of_the_receiver_that_is_not_tried_here() -> None:
    bare = receiver_options(click.Command("bare"))
    names = {one.name for one in bare.params}
    assert names == set(PLAIN) == {name for said in SAID for name in said} - {"patience"}


def test_none_shows_a_secret() -> None:
    hidden = {"authorization": "Bearer abcdefgh", "headers": (("X-Api-Key", "s3cr3t"),), "to": SAID[2]["to"]}
    for line in lines(hidden):
        assert not re.search("abc|s3cr3t", line)


def test_a_header_whose_name_a_shell_would_read_otherwise_is_left_alone_by_it() -> None:
    for line in lines({"headers": (("X-`id`-$HOME", "1"), ("1-st", "1"))}):
        assert """--header 'X-`id`-$HOME: '"$X_ID_HOME" """ in f"{line} "
        assert '--header "1-st: $SECRET_1_ST"' in line


def test_what_was_played_at_a_pace_of_its_own_is_played_so_again() -> None:
    fast = Scale.parse("60x")
    params = understood(lines({"scale": fast})[0])
    assert (params["seed"], params["start"], params["scale"]) == (7, datetime(2026, 1, 5, tzinfo=UTC), fast)


def test_a_schedule_is_played_alone_and_whole() -> None:
    params = understood(lines({})[2])
    assert (params["partner"], params["seed"], params["count"]) == ("clevertap", 7, 1)
