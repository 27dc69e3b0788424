"""What a load is judged by: each check, its promise, what is looked at, and how receivers usually break it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from simulator.model.load import DURATIONS, FIGURES, TIMES


class Promise(NamedTuple):
    """One check in words."""

    check: str
    sentence: str
    judged: str
    usually: str


PROMISES: Final[Mapping[str, Promise]] = {
    "lost": Promise(
        "load/kept",
        "what was acknowledged is kept and acted on",
        "Each export of which a genuine notification was acknowledged (valid, with right credentials, and with a fault "
        "on the wire only where its scenario says `ack` of it by name) is read through the probe, until all of them "
        "show, or for `--window` after the last answer none came to show: it is there, under its own id, and it was "
        "acted on as often as ends of different times were acknowledged. That a start was lost does not show behind an "
        "end. Where a scenario lets a receiver refuse what it acknowledged, it is inconclusive that it does not show. "
        "So it is where the probe shows no `effects`, and something else that was sent of an export, such as an end of "
        "another run, may be what shows in place of an end. Without a probe nothing can be said.",
        "It answers before it has stored what came, and stops, or finds its queue full; under load two requests of "
        "one export read the same state, and the later write takes the earlier one away.",
    ),
    "twice": Promise(
        "load/once",
        "nothing is acted on twice",
        "Where the probe shows `effects`, an export shows no more of them than ends of it were sent and not refused. "
        "More `runs` than were sent fail it, too, but none of them passes it. It is inconclusive where it may show "
        "more for what may come to either, for an end that was to be acknowledged and a 4xx refused, or for what was "
        "to be refused and was taken. Copies put it to the test: where `--repeat`, or the `load:` block of a scenario "
        "of your own, asks for some and none came that could show, it is inconclusive. Where nobody asks, what came is "
        "judged, and the reason says how much that was.",
        "It looks whether it knows a notification, and writes that down a moment later: of two copies at once both "
        "are new. Or it remembers what it knows in one process, or only the last few.",
    ),
    "stale": Promise(
        "load/latest",
        "the latest notification is the state",
        "Where the probe shows `status`, an export shows what the latest of its acknowledged notifications says, by "
        "the partner's own time. It is inconclusive where what may come to either, or was to be refused and was "
        "taken, may be why it shows another state. Late ones put it to the test: where `--stale`, or the `load:` block "
        "of a scenario of your own, asks for some and none was acknowledged behind an end that was, it is "
        "inconclusive, unless the partner tells of ends alone. Where nobody asks, what came is judged, and the reason "
        "says how much that was.",
        "What comes last is what stands: it does not compare the times, or compares them in one step and writes in "
        "another.",
    ),
    "refused": Promise(
        "load/accepted",
        "what the partners send is acknowledged",
        "Each genuine notification had an answer that the partner takes for yes, and in time, unless its scenario "
        "lets a receiver refuse it; and so had what a scenario broke and wants taken. A copy may be turned away while "
        "the other is being answered. That a connection ends without an answer which had carried another is "
        "inconclusive, as it may have ended for its age.",
        "Under load its answers take longer than partners wait, its connections to a database run out, or it answers "
        "a notification that it knows with an error.",
    ),
    "accepted_wrong": Promise(
        "load/refuses",
        "what is to be refused is not accepted",
        "Each broken or wrongly authorized notification of the mix, and each that its scenario wants `refused`, "
        "genuine or not, had another answer than yes (4xx is none, whatever the receiver file says), or the connection "
        "was closed; and nothing shows that only it says. What had no answer in time, or was cut off by the partner "
        "itself, leaves it inconclusive. It does not apply where none came; where `--malformed` or `--unauthorized`, "
        "or the `load:` block of a scenario of your own, asks for some and none came, it is inconclusive.",
        "It answers before it has looked at what came, or stores it first.",
    ),
    "unsent": Promise(
        "load/all-sent",
        "all that was planned is sent",
        "Every notification that was planned left, and no worker was lost. If not, the rate that was asked for is "
        "unproven: it is inconclusive, never a failure, unless a threshold says how many may be missing.",
        "It answers so slowly that all `--connections` are busy until the time is over.",
    ),
}
"""The count of a ledger that is to be 0 → what it stands for; a threshold on the count takes its place."""

SENDER: Final = Promise(
    "load/sender",
    "the sender keeps its times",
    "In 99 of 100, a notification left at most `--sender-lateness` late when a connection was free; with `--model "
    "closed`, when its time had come and the answer to the one before was there. If not, figures tell of the sender: "
    "it is inconclusive, never a failure.",
    "No receiver does: it takes more `--workers`, or less `--rate` (fewer `--users`), or a machine that does less "
    "else.",
)

JUDGED: Final = Promise(
    "load/judged",
    "the load was judged",
    "A load that a signal ends before anything was sent, or while it is judged, is inconclusive, and nothing else is "
    "said of it. One that ends while it is sent is judged by what was sent until then.",
    "No receiver does: somebody interrupted the load.",
)

THRESHOLDS: Final = "load/threshold/"
"""What the name of a threshold's check begins with."""

_LIMITS: Final[Mapping[str, tuple[str, str, str]]] = {
    "ack": (
        "answers come in time",
        f"Of genuine notifications that were acknowledged, or had no answer in the partner's time: {TIMES['ack']}. "
        "Waiting for a free connection is part of it; with `--model closed` it is from when its user began to send it. "
        "It is inconclusive where none was, where the "
        "sender was too late itself, and where the limit is broken only by what it was late.",
        "It does its work before it answers; or it has fewer workers, or connections to a database, than notifications "
        "come at once.",
    ),
    "effect": (
        "effects show in time",
        f"Of a few exports each second that are followed while the load runs, the first notification: {TIMES['effect']}"
        ", as the probe tells. What has not shown while it is followed is read at the end: it took longer than it "
        "was followed, and no longer than until that look. The limit is broken where what is certain breaks it, and "
        "kept where it is by the longest that each may have taken. Between these it is inconclusive, as where none "
        "could be followed, where state is left from an earlier load, and where the limit is broken by a sender that "
        "was too late itself.",
        "It answers, and works off what it took in more slowly than it comes.",
    ),
    "drain": (
        "soon after the last answer all shows",
        "From the last answer until all that was acknowledged shows through the probe as it is to. The limit is broken "
        "where a reading that was asked for later still missed some, and kept where all had shown when readings "
        "within it were done. Where the first look takes longer than the limit, what was read within it, a tenth at "
        "least, is a sample of the rest. It is inconclusive where that look came too late to tell, and where nothing, "
        "or not all, could be read.",
        "It answers, and works off what it took in more slowly than it comes.",
    ),
}
"""What a threshold on a duration holds it to: what is promised, judged and usually broken."""


def _limit(name: str) -> Promise:
    """What a threshold on that duration stands for."""
    of, _, figure = name.partition("_")
    promised, judged, usually = _LIMITS[of]
    sentence = f"{promised}, {FIGURES[figure]}" if figure else promised
    return Promise(THRESHOLDS + name, f"{sentence}, as the threshold says", judged, usually)


CHECKS: Final[Mapping[str, Promise]] = {
    **{one.check: one for one in (*PROMISES.values(), SENDER, JUDGED, *map(_limit, DURATIONS))},
    **{THRESHOLDS + name: one for name, one in PROMISES.items()},
}
"""What is promised under each name that reports print; a threshold on a count takes the place of its promise."""
