"""What users of the locustfile can say on its command line, beside Locust's own options."""

import argparse
from typing import Any, Final

from loadtests.clients import CLIENTS
from loadtests.shapes import BY_NAME

PATH: Final = "/hooks/{provider}"


def add_options(parser: Any) -> None:
    """Add them to Locust's parser."""
    say = parser.add_argument
    say(
        "--client",
        choices=CLIENTS,
        default="partnersim",
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
    say("--life", type=float, default=2.0, metavar="SECONDS", help="How long a life's story takes, hours of it (2).")
    say("--seed", type=int, default=None, metavar="N", help="Same seed, same exports.")
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
