"""What users of the locustfile can say on its command line, beside Locust's own options."""

import argparse
from datetime import datetime
from typing import Any, Final

from loadtests.shapes import BY_NAME
from simulator.load.usual import CLIENTS, LIFE

PATH: Final = "/hooks/{provider}"


def add_options(parser: Any) -> None:
    """Add them to Locust's parser."""
    say = parser.add_argument
    say(
        "--client",
        choices=CLIENTS,
        default=CLIENTS[0],
        help="Who sends: partnersim's own client, or one of Locust's.",
    )
    say("--receiver", metavar="FILE", default="", help="A receiver file, instead of --host.")
    say("--path", default=PATH, help=f"Behind --host: where notifications go ({PATH}).".replace("%", "%%"))
    say("--authorization", default="", metavar="VALUE", include_in_web_ui=False, help="What partners send with --host.")
    say("--allow-target", action="append", default=[], metavar="HOST", help="A public host that is meant.")
    say("--shape", choices=tuple(BY_NAME), default="", help="How the number of users goes over --run-time.")
    say(
        "--pause",
        type=_span,
        default="1-5",
        metavar="SECONDS",
        help="A user's rest between two lives: 2, or 1-5 (1-5).",
    )
    say(
        "--life",
        type=float,
        default=LIFE,
        metavar="SECONDS",
        help=f"How long a life's story takes, hours of it ({LIFE:g}).",
    )
    say(
        "--seed",
        type=int,
        default=None,
        metavar="N",
        help="Same seed and --start, same exports, but for what tells of the moment.",
    )
    say(
        "--start", type=_moment, default="", metavar="WHEN", help="When the stories begin, as ISO 8601 with zone (now)."
    )
    say("--journals", metavar="FOLDER", default="", help="Write each process's journal into this folder.")


def span(text: str) -> tuple[float, float]:
    """The shortest and the longest of `1-5`; both alike of `2`.

    >>> span("1-5"), span("2")
    ((1.0, 5.0), (2.0, 2.0))
    """
    low, dash, high = text.partition("-")
    return float(low), float(high if dash else low)


def _span(text: str) -> str:
    try:
        low, high = span(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2 or 1-5") from None
    if not 0.0 <= low <= high:
        raise argparse.ArgumentTypeError(f"{text!r}: the first is the shorter one, and none is below 0")
    return text


def _moment(text: str) -> str:
    try:
        zoned = not text or datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        zoned = False
    if not zoned:
        raise argparse.ArgumentTypeError(f"{text!r} is no moment such as 2026-01-05T00:00:00+00:00")
    return text
