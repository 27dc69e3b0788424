"""What a limit on a duration comes to: broken or kept by what readings prove, else open. Pure."""

import math
from typing import Final

from simulator.check.state import duration
from simulator.load.judging.doubts import known_before, not_read, not_shown
from simulator.load.judging.evidence import Evidence
from simulator.load.judging.thresholds import Threshold, figure
from simulator.model import Result

Found = tuple[Result, str]

_ENOUGH: Final = 0.1  # of the exports: so many are to be read within a limit on drain


def on_duration(evidence: Evidence, limit: Threshold) -> Found:
    """Broken where even the least that it can have been is too much; kept where the most is not."""
    bounds = _bounds(evidence, limit.name)
    if bounds is None:
        return _not_measured(evidence, limit)
    least, most = bounds
    if limit.holds(most):
        of = "is" if least == most else "is at most"
        return _doubted(evidence, limit) or (Result.PASSED, f"{limit.name} {of} {_figure(evidence, limit, most)}")
    if limit.holds(least):
        return _open(evidence, limit, least, most)
    told = f"{limit.name} {'is' if least == most else 'is at least'} {_figure(evidence, limit, least)}"
    if limit.name == "drain":
        return _not_drained(evidence, told, most)
    if evidence.sender_too_late:
        return Result.INCONCLUSIVE, f"{told}; but {evidence.lateness}, so that this may be its own doing"
    if limit.name.startswith("ack_") and limit.holds(sure := _sure(evidence, limit.name)):
        own = f"{limit.spelled(sure)} is certain without what the sender itself was late"
        return Result.INCONCLUSIVE, f"{told}; but only {own}"
    return Result.FAILED, told


def _bounds(evidence: Evidence, name: str) -> tuple[float, float] | None:
    """The least and the most that a figure can have been, as readings tell; None where it was not measured."""
    if name == "drain":
        read = evidence.read
        if read is None or (read.not_after is None and not read.missing):
            return None
        return (read.drain.not_before, read.drain.not_after) if read.drain else (read.not_before, math.inf)
    of, _, share = name.partition("_")
    if of == "effect":
        least, most = evidence.effect.at_least, evidence.effect.at_most
        return (getattr(least, share), getattr(most, share)) if most.number else None
    measured = figure(name, evidence.result)
    return None if measured is None else (measured, measured)


def _sure(evidence: Evidence, name: str) -> float:
    """How much of the time of answers is certainly the receiver's.

    In a closed model the sender reads late where it is late. In an open one it begins late, which is known of each; of
    the longest nobody knows whether it was read late, too.
    """
    share, late = name.partition("_")[2], evidence.result.late
    if evidence.result.model == "closed":
        return float(getattr(evidence.result.ack, share) - getattr(late, share))
    return float(getattr(evidence.ack_begun, share)) - (late.max if share == "max" else 0.0)


def _figure(evidence: Evidence, limit: Threshold, seconds: float) -> str:
    return limit.spelled(seconds) + (evidence.sampled if limit.name == "drain" else "")


def _doubted(evidence: Evidence, limit: Threshold) -> Found | None:
    """Why a limit that was kept to is worth nothing; None when it is."""
    if limit.name == "drain":
        return not_shown(evidence, "lost") or not_read(evidence, "lost")
    if limit.name.startswith("effect_") and evidence.book.left_over.number:
        return Result.INCONCLUSIVE, known_before(evidence)
    return None


def _open(evidence: Evidence, limit: Threshold, least: float, most: float) -> Found:
    """Why nobody knows whether a limit was kept to, and what would tell."""
    name, low = limit.name, limit.spelled(least)
    told = f"{name} is between {low} and {limit.spelled(most)}" if most < math.inf else f"{name} is at least {low}"
    if name != "drain":
        why = evidence.result.not_shown or "an export is read from its answer on, now and then: no reading tells more"
        return Result.INCONCLUSIVE, f"{told}: {why}"
    if doubt := _doubted(evidence, limit):
        return doubt
    if sample := _sampled_in_time(evidence, limit, most):
        return Result.PASSED, sample
    told += evidence.sampled
    if most == math.inf:
        told += ": some did not show in the end"
    elif not least:
        until = limit.spelled(most)
        told += f": all showed at the first look, which came to its end {until} after the last answer"
    return Result.INCONCLUSIVE, told + long_look(evidence, max(limit.limit, 1.0))


def _sampled_in_time(evidence: Evidence, limit: Threshold, most: float) -> str:
    """What a first look at a great many ids comes to that takes longer than the limit; "" where it proves nothing.

    Its order is nobody's: what was read within the limit stands for the rest, where that is enough and no reading says
    otherwise.
    """
    read = evidence.read
    if read is None or read.drain is None or not limit.holds(read.caught_up):
        return ""
    by_then = sum(limit.holds(one) for one in read.at_once)
    if by_then < _ENOUGH * len(read.at_once):
        return ""
    sample = f"{by_then:,} of {len(read.at_once):,} exports were read by then, and showed"
    rest = f"the rest did so when they were read, at most {limit.spelled(most)} after the last answer"
    return f"drain is at most {limit.spelled(limit.limit)}, by a sample: {sample}; {rest}{evidence.sampled}"


def _not_drained(evidence: Evidence, told: str, most: float) -> Found:
    """What did not show in time is the receiver's, unless nobody knows what it is to show."""
    if math.isfinite(most):
        return Result.FAILED, told
    if doubt := not_shown(evidence, "lost"):
        return doubt
    short = evidence.book.lost.number + evidence.book.stale.number
    if not short:
        return not_read(evidence, "lost") or (Result.INCONCLUSIVE, f"{told}: some could not be read in the end")
    return Result.FAILED, f"{told}: {short:,} exports did not show what they should in the end"


def long_look(evidence: Evidence, seconds: float) -> str:
    """What is to be said where a single look at all ids took as long as that."""
    read = evidence.read
    if read is None or read.look < seconds:
        return ""
    return f" (one look at all of them took {duration(read.look)}: read fewer with --sample)"


def _not_measured(evidence: Evidence, limit: Threshold) -> Found:
    if limit.name == "drain" and (doubt := not_shown(evidence, "lost")):
        return doubt
    if limit.name.startswith("ack_"):
        return Result.INCONCLUSIVE, "nothing that has no fault on the wire was acknowledged"
    if limit.name == "drain":
        return Result.INCONCLUSIVE, "drain was not measured"
    followed = "a few exports a second are followed, those whose first notification is to be acknowledged, and was"
    return Result.INCONCLUSIVE, f"{limit.name} was not measured: {followed}"
