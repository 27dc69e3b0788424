"""Options that several commands share, and how their words become values."""

import os
import stat
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from simulator.clock import Scale, seconds
from simulator.limits import CONNECTIONS, IN_FLIGHT
from simulator.load.words import percentage, rate

Command = TypeVar("Command", bound=Callable[..., Any])


class _Word(click.ParamType[Any]):
    """A parameter whose text one of our own functions reads; its ValueError is the message."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):  # read already: a default
            return value
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Lines(_Word):
    """The same, where several in an environment variable stand on a line each."""

    envvar_list_splitter = "\n"


class _Named(click.types.StringParamType):
    """A file, or the name of something that ships; not a named pipe, which nobody may ever write to or read."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = super().convert(value, param, ctx)
        try:
            for path in (text, text.rpartition("@")[0]):  # of rule.yaml@clevertap the file
                _no_pipe(path)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return text


class _Readable(click.Path):
    """A file that is there; as little a named pipe."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        NAMED.convert(os.fsdecode(value), param, ctx)
        return super().convert(value, param, ctx)


def _no_pipe(text: str) -> None:
    """Refuse what may keep whoever opens it waiting for ever; what a shell has opened already, as <(…), is none."""
    try:
        waits = stat.S_ISFIFO(Path(text).stat().st_mode) and not text.startswith(("/dev/", "/proc/"))
    except (OSError, ValueError):  # whether it is there at all, others say better
        return
    if waits:
        raise ValueError(f"{text!r} is a named pipe, and there may be nobody at its other end: name a file")


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time such as 2026-01-05T00:00:00+05:30") from None


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError(f"{text!r} is no path")
    _no_pipe(text)
    return Path(text)


def _url(text: str) -> str:
    from simulator.documents import parse_url

    parse_url(text)
    return text


def _host(text: str) -> str:
    if not text or any(sign in text for sign in "/*@ ") or text.count(":") == 1:
        raise ValueError(f"{text!r} is not a host: name it alone, such as example.com, without scheme, port or path")
    return text


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or any(sign in host for sign in "/:@ []") or not port.isascii() or not port.isdecimal():
        raise ValueError(f"{text!r} is not HOST:PORT, such as 10.0.0.5:5557, with a name or an IPv4 address")
    if not 1 <= int(port) <= 65535:
        raise ValueError(f"{text!r} is not HOST:PORT: ports go from 1 to 65535")
    return host, int(port)


def _duration(text: str) -> float:
    return seconds(float(text)) if text.replace(".", "", 1).isdecimal() else seconds(text)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise ValueError(f"{text!r} is not a header such as 'X-Env: ci'")
    return name.strip(), value.strip()


def _target(text: str) -> tuple[str, Path]:
    form, equals, path = text.partition("=")
    if not equals or not path:
        raise ValueError(f"{text!r} is not FORMAT=PATH, such as junit=report.xml")
    _no_pipe(path)
    return form, Path(path)


SCALE = _Word("scale", Scale.parse)
MOMENT = _Word("time", _moment)
DURATION = _Word("duration", _duration)
PATH = _Word("path", _path)
NAMED = _Named()
URL = _Word("url", _url)
HOST = _Word("host", _host)
ADDRESS = _Word("host:port", _address)
HEADER = _Lines("header", _header)
TARGET = _Word("format=path", _target)
RATE = _Word("rate", rate)
PERCENTAGE = _Word("percentage", percentage)

_option = partial(click.option, show_default=False)

_RECEIVER = (
    _option(
        "--receiver",
        "receiver_file",
        type=NAMED,
        metavar="FILE",
        help="The receiver file: URLs, credentials, probes.",
    ),
    _option("--to", metavar="URL", help="Instead of a file: where everything goes."),
    _option("--authorization", metavar="VALUE", help="The Authorization header the partner sends (with --to)."),
    _option(
        "--header", "headers", type=HEADER, multiple=True, metavar="'NAME: VALUE'", help="One more header (with --to)."
    ),
    _option("--allow-target", type=HOST, multiple=True, metavar="HOST", help="A public host that may be sent to."),
    _option(
        "--cacert", type=_Readable(dir_okay=False), metavar="FILE", help="Trust these certificate authorities (PEM)."
    ),
    _option("--cert", type=_Readable(dir_okay=False), metavar="FILE", help="Client certificate (PEM)."),
    _option("--key", type=_Readable(dir_okay=False), metavar="FILE", help="Its private key (PEM)."),
    _option("--insecure", is_flag=True, help="Do not verify TLS. It stands in the report."),
)

_TIMING = (
    _option(
        "--seed", type=click.IntRange(0, 2**32 - 1), metavar="N", help="Fixes ids and dice. Printed in every report."
    ),
    _option(
        "--start",
        type=MOMENT,
        metavar="TIME",
        help="When the story begins, ISO 8601. With the seed it fixes every byte.",
    ),
    _option("--time-scale", "scale", type=SCALE, metavar="SCALE", help="real, instant, 60x, or 1h=1s."),
    _option(
        "--journal",
        "journals",
        type=PATH,
        metavar="DIR",
        help="Where journals go (.partnersim/…).",
    ),
    _option("--wait-for", type=URL, metavar="URL", help="First wait until a GET of this URL is answered with 2xx."),
    _option("--wait-timeout", type=DURATION, default=30.0, metavar="TIME", help="How long to wait for it (30s)."),
)

_PACE = (
    _option(
        "--jobs",
        type=click.IntRange(1, CONNECTIONS),
        default=IN_FLIGHT,
        metavar="N",
        help=f"In flight at once in compressed time ({IN_FLIGHT}).",
    ),
    _option(
        "--patience", type=DURATION, default=0.0, metavar="TIME", help="No window of a claim is shorter than this."
    ),
    _option("--tolerance", type=DURATION, metavar="TIME", help="Skip what we ourselves are later with than this."),
    _option("--no-confirm", is_flag=True, help="Do not play a failed scenario again with fresh ids."),
)

_TELLING = (
    _option(
        "--report",
        "reports",
        type=TARGET,
        multiple=True,
        metavar="FORMAT=PATH",
        help="Write text, json, junit or html to a file.",
    ),
    _option("--json", "as_json", is_flag=True, help="stdout is one JSON value; words for people go to stderr."),
    _option("-v", "--verbose", is_flag=True, help="Tell of what passed as much as of what did not."),
    _option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
)


def _all(options: tuple[Callable[[Any], Any], ...]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


receiver_options = _all(_RECEIVER)
timing_options = _all(_TIMING)
pace_options = _all(_PACE)
telling_options = _all(_TELLING)
json_option = _all((_TELLING[1],))
seed_options = _all(_TIMING[:2])
session_options = _all((_TIMING[0], *_TIMING[3:]))
certainty_options = _all((_PACE[1], _PACE[3]))
receiver_file_option = _all(_RECEIVER[:1])
target_options = _all(_RECEIVER[4:])
load_timing_options = _all((*_TIMING[:2], *_TIMING[3:]))
