"""What `partnersim serve` says at its start: where it is, what it is known as, which state it goes on with."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

import click

from simulator.clock import Scale

if TYPE_CHECKING:
    from simulator.console.desk import Desk

_VARIABLE = "PARTNERSIM_TOKEN"


class Started(NamedTuple):
    """What was chosen at the start. `made`: the token was made here; `public`: the names it was given."""

    host: str
    public: Sequence[str]
    token: str
    made: bool
    folder: Path
    as_json: bool


def say(started: Started, desk: "Desk", url: str) -> None:
    """Say where it is. A token that was given is known already, and is not said to people again."""
    for line in differences(desk.settings.seed, desk.settings.start, desk.do(desk.state)):
        click.echo(f"partnersim: {line}", err=True)
    if started.as_json:
        link = f"{url}/?token={quote(started.token, safe='')}"
        told = {"url": url, "token": started.token, "link": link, "state": str(started.folder), "pid": os.getpid()}
        click.echo(json.dumps(told))
        return
    for line in (*where(started, url), *going_on(desk), "stop with Ctrl-C"):
        click.echo(line)


def where(started: Started, url: str) -> list[str]:
    """Where it listens, and how the page with all it can do is opened."""
    about = f"(pid {os.getpid()}, state in {started.folder})"
    lines = [f"listening on {url} {about}"]
    if is_everywhere(started.host):
        lines = [f"listening on every address of this machine, port {urlsplit(url).port}; here: {url} {about}"]
        known = f"also known as {', '.join(started.public)}; more" if started.public else "other names and addresses"
        lines.append(f"{known} with --public-host NAME: requests to any other are refused")
    return [*lines, f"what it can do: {_link(started, url)}"]


def going_on(desk: "Desk") -> list[str]:
    """What an existing state goes on with; nothing of a new one."""
    state, reading = desk.do(lambda: (desk.state(), desk.clock()))
    if state["began"]:
        return []
    pace = "held" if reading.held else f"going at {Scale(reading.scale)}"
    line = f"going on with the state that is there: {_moment(reading.now)}, {pace}"
    if missed := state["missed"]:
        rule = "what is told of it is sent now" if state["misfire"] == "send" else "what is told of it is skipped"
        line += f"; {missed:,} or more fell due meanwhile, {rule}"
    return [line]


def differences(seed: int | None, start: float | None, state: Mapping[str, Any]) -> list[str]:
    """A warning where a seed or a start was asked for that the state does not have: it was begun with others."""
    asked = {"--seed": (seed, state["seed"]), "--start": (start, state["start"])}
    other = [name for name, (wanted, has) in asked.items() if wanted is not None and wanted != has]
    if not other:
        return []
    return [
        f"{' and '.join(other)} changed nothing: the state in {state['folder']} was begun with"
        f" seed {state['seed']}, start {_moment(state['start'])}; name another folder with --state, or begin anew with"
        " POST /control/reset"
    ]


def is_everywhere(host: str) -> bool:
    """Whether it means every address of this machine."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _link(started: Started, url: str) -> str:
    if started.made:
        return f"{url}/?token={quote(started.token, safe='')}"
    if os.environ.get(_VARIABLE) == started.token:
        return f"{url}/?token=${_VARIABLE} (echo that in your shell)"
    return f"{url}/?token=… (the token that was given)"


def _moment(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
