"""What a rule may need of a receiver: whether it is there, and what to say where nothing tells of it."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from simulator.conforming.pairs import Pair
from simulator.receiver import Receiver


class Need(NamedTuple):
    """`has` tells, of a receiver and a partner, whether it is there; the words say what is lacking, and what helps."""

    has: Callable[[Receiver, str], bool]
    in_file: str  # the words where the receiver is one of a file
    without_file: str


_NAMED: Final[Mapping[str, Need]] = {
    "authorization": Need(
        lambda receiver, partner: receiver.authorization_for(partner) is not None,
        "the receiver file has no `authorization`: without one there are no wrong credentials",
        "there is no `authorization`, so there are no wrong credentials: give one with --authorization",
    ),
    "start": Need(
        lambda receiver, _: receiver.start is not None,
        "the receiver file does not say how to `start` it",
        "with --to nothing says how to start it: name a receiver file with --receiver that has `start`",
    ),
    "probe": Need(
        lambda receiver, _: bool(receiver.probes),
        "the receiver file has no probe: declare one under `probes`, with `get` and `select`",
        "with --to there is no probe: write a receiver file that declares one under `probes`, with `get` and `select`, "
        "and name it with --receiver",
    ),
    "separate_urls": Need(
        lambda receiver, _: len({one.url for one in receiver.endpoints.values()}) > 1,
        "the receiver file has one URL for all partners: nothing can come to the wrong one",
        "--to is one URL for all partners, so nothing can come to the wrong one: name a receiver file with --receiver "
        "that has one for each under `endpoints`",
    ),
}


def unmet(pair: Pair, receiver: Receiver) -> str:
    """The fact that the rule needs and nothing says of the receiver, with what would; "" when it has all."""
    for name in pair.rule.needs:
        need = _NAMED.get(name) or _supported(name)
        if not need.has(receiver, pair.partner):
            return need.in_file if receiver.source else need.without_file
    return ""


def _supported(name: str) -> Need:
    """What a receiver file says under `supports`, by any name."""
    supports = f"`supports: {{{name}: true}}`"
    return Need(
        lambda receiver, _: receiver.supports.get(name, False),
        f"the receiver file does not say {supports}",
        f"with --to nothing says {supports}: name a receiver file with --receiver that does",
    )
