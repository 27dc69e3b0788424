"""`partnersim serve`: the partners as a service, with an HTTP API in the place of their consoles."""

import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from secrets import token_urlsafe
from threading import Event
from typing import TYPE_CHECKING, Any, Final

import click

from simulator.cli.options import PATH, SCALE, receiver_file_option, seed_options, target_options
from simulator.cli.serve_start import Started, is_everywhere, say
from simulator.errors import StorageError, UsageError

if TYPE_CHECKING:
    from simulator.clock import Scale
    from simulator.console.settings import DeskSettings
    from simulator.receiver import Receiver, Tls

Options = Mapping[str, Any]
_STATE: Final = Path(".partnersim/serve")
_WITHIN: Final = ("journals", "runs")
_SHORTEST_TOKEN: Final = 16  # characters
_THREADS: Final = 8


@click.command()
@click.option("--host", default="127.0.0.1", metavar="HOST", help="Where it listens (127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), default=8790, metavar="PORT", help="0 takes a free one (8790).")
@click.option(
    "--public-host",
    multiple=True,
    metavar="NAME[:PORT]",
    help="A name it is also known by: requests to others are refused.",
)
@click.option(
    "--token",
    metavar="VALUE",
    help=f"What opens the API: {_SHORTEST_TOKEN} or more characters; a new one each time unless given.",
)
@click.option("--state", type=PATH, metavar="DIR", help=f"Where settings and history are kept ({_STATE}).")
@seed_options
@click.option("--time-scale", "scale", type=SCALE, metavar="SCALE", help="How fast the story passes: real, 60x, 1h=1s.")
@click.option("--hold", is_flag=True, help="Hold the story's clock: it moves only when it is told to.")
@click.option(
    "--misfire",
    type=click.Choice(["send", "skip"]),
    default="send",
    help="What becomes of what fell due while nothing ran (send).",
)
@receiver_file_option
@target_options
@click.option("--threads", type=click.IntRange(1, 64), default=_THREADS, metavar="N", help="Requests at once (8).")
@click.option("--json", "as_json", is_flag=True, help="Say where it is as one line of JSON.")
def command(host: str, port: int, **options: Any) -> int:
    """Be the partners, until you stop it: consoles with an HTTP API, exports that run by their own schedule.

    Point your staging receiver's partners at it: set up webhooks and exports with HTTP requests, hold, move and speed
    up the clock, see all that was sent. GET / lists what there is, with a line for curl each.

    Ctrl-C or SIGTERM ends it; what is on its way to a receiver then has a second to be answered, and is in-doubt
    afterwards. The next start with the same --state goes on from there.

    \b
    partnersim serve
    partnersim serve --hold --seed 7 --start 2026-01-05T00:00:00Z --state fresh
    """
    from simulator.console.desk import running
    from simulator.serving import Room, listening, serve_on
    from simulator.web import problems
    from simulator.web.app import create_app
    from simulator.web.stream import MOST

    names = _names(host, options["public_host"])
    token, made = _token(host, options["token"])
    settings = _settings(options)
    make_folders(settings.folder)
    started = Started(host, options["public_host"], token, made, settings.folder, options["as_json"])
    stop = Event()
    with listening(host, port) as taken:
        port = taken.getsockname()[1]
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        with running(replace(settings, never=frozenset((port,)))) as desk:
            patient = max(options["threads"] - 2, 1)
            app = create_app(desk, token=token, port=port, names=names, ending=stop, patient=patient)
            room = Room(threads=options["threads"] + MOST, watch=True, words=problems.words)
            serve_on(taken, app, partial(say, started, desk), stop=stop, room=room)
    return 0


def _token(host: str, given: str | None) -> tuple[str, bool]:
    """The token, and whether it was made here.

    Raises:
        UsageError: one that no request could carry or that is guessed too easily; or none where others can connect.
    """
    if given is None:
        if not _is_loopback(host):
            raise UsageError(
                f"{host} can be reached from elsewhere, so the token is for you to choose",
                f"name one of {_SHORTEST_TOKEN} or more characters with --token or PARTNERSIM_TOKEN, "
                "or listen on 127.0.0.1",
            )
        return token_urlsafe(32), True
    if len(given) < _SHORTEST_TOKEN or not all("!" <= sign <= "~" for sign in given):
        raise UsageError(
            f"the token (of --token or PARTNERSIM_TOKEN) is not {_SHORTEST_TOKEN} or more printable ASCII characters "
            "without spaces",
            "choose a longer one, e.g. what `openssl rand -hex 16` gives, or leave it out to have one made",
        )
    return given, False


def _is_loopback(host: str) -> bool:
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _names(host: str, public: Sequence[str]) -> list[str]:
    """What it is known by besides this machine's own names: where it listens, unless that is everywhere, and `public`.

    Raises:
        UsageError: one of them is no name.
    """
    from simulator.web.guard import authorities

    if not host:  # to a socket that is every address of this machine
        raise UsageError("the host is empty", "127.0.0.1 is this machine alone, 0.0.0.0 all that reach it")
    try:
        authorities(public, 80)
    except ValueError as error:
        raise UsageError(f"--public-host: {error}", "e.g. mock.example.test, or mock.example.test:443") from None
    return [*public] if is_everywhere(host) else [*public, host]


def _settings(options: Options) -> "DeskSettings":
    """What the options say of the desk.

    Raises:
        UsageError: a start, a pace or a receiver file that is none.
    """
    from simulator.console.settings import DeskSettings

    start = options["start"]
    if start is not None and start.tzinfo is None:
        raise UsageError(f"--start {start.isoformat()} does not say of which zone", "add an offset: Z, or +05:30")
    return DeskSettings(
        folder=options["state"] or _own_folder(),
        misfire=options["misfire"],
        allow=frozenset(options["allow_target"]),
        tls=_tls(options),
        receiver=_receiver(options),
        seed=options["seed"],
        start=None if start is None else start.timestamp(),
        scale=_pace(options["scale"]),
        held=options["hold"] or None,
    )


def _pace(scale: "Scale | None") -> float | None:
    from simulator.console.hands import FASTEST

    if scale is None:
        return None
    if scale.instant:
        raise UsageError(
            "--time-scale instant is not for a clock that goes",
            "start it with --hold, and move it with POST /control/clock/advance: that waits for nothing",
        )
    if scale.factor > FASTEST:
        raise UsageError(
            f"--time-scale {scale} is faster than {FASTEST:.0f}x",
            "let the clock pass as fast as that, or hold it and move it with POST /control/clock/advance",
        )
    return scale.factor


def _tls(options: Options) -> "Tls":
    from simulator.receiver import Tls

    if options["key"] and not options["cert"]:
        raise UsageError("--key goes with --cert", "name the certificate too")
    return Tls(ca=options["cacert"], certificate=options["cert"], key=options["key"], insecure=options["insecure"])


def _receiver(options: Options) -> "Receiver | None":
    if not options["receiver_file"]:
        return None
    from simulator.cli.choosing import chosen_receiver

    return chosen_receiver({**options, "to": None, "authorization": None, "headers": ()})


def _own_folder() -> Path:
    """The usual folder, where no version control looks."""
    try:
        _STATE.parent.mkdir(exist_ok=True)
        if not (ignored := _STATE.parent / ".gitignore").exists():
            ignored.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"cannot write below {_STATE.parent}: {error.strerror}", "name a folder with --state"
        ) from error
    return _STATE


def make_folders(folder: Path) -> None:
    """Make the folders of the state, open to their owner only: credentials and answers stand in what they hold.

    A folder that is there stays as open as somebody made it; those within are the service's own.

    Raises:
        StorageError: they cannot be made.
    """
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
        for name in _WITHIN:
            inner = folder / name
            inner.mkdir(mode=0o700, exist_ok=True)
            with suppress(PermissionError):  # it is another's, or its disk knows no such thing
                inner.chmod(0o700)
    except OSError as error:
        raise StorageError(
            f"cannot make the folder {folder}: {error.strerror}", "name another folder with --state"
        ) from error
