"""Why a count that is as it should be may be worth nothing: what the receiver does not show, or was not asked."""

from collections.abc import Mapping
from typing import Final

from simulator.load.judging.evidence import Evidence
from simulator.model import Result
from simulator.model.load import KINDS

Doubt = tuple[Result, str]

_TESTS: Final[Mapping[str, tuple[str, ...]]] = {
    "twice": ("repeat",),
    "stale": ("stale",),
    "accepted_wrong": ("malformed", "unauthorized"),
}
"""The count of a ledger → the kinds of a mix that put it to the test."""


def doubt_of(evidence: Evidence, name: str) -> Doubt | None:
    """Why a count that is as it should be is worth nothing; None when it is."""
    book = evidence.book
    if name == "unsent":
        lost = evidence.lost_workers
        return (Result.INCONCLUSIVE, lost) if lost else None
    if name == "accepted_wrong":
        return _doubt_of_refusals(evidence)
    if book.otherwise.number and name in {"lost", "refused"}:
        words = f"{book.otherwise.number:,} had an answer that their scenario allows and the partner takes for no"
        say = "say `acknowledges: 2xx` in the receiver file, or `ack` in the scenario"
        return Result.INCONCLUSIVE, f"{words}: {book.otherwise.words}: {say}"
    if not book.acknowledged:
        wrong = book.accepted_wrong.number
        return Result.INCONCLUSIVE, f"nothing was acknowledged{' but what is to be refused' if wrong else ''}"
    if name == "refused":
        if book.aged.number:
            words = f"{book.aged.number:,} had a kept connection ended, as it may be for its age: {book.aged.words}"
            return Result.INCONCLUSIVE, words
        if book.unseen.number:
            return Result.INCONCLUSIVE, f"{book.unseen.number:,} came to no end: {book.unseen.words}"
        if not (book.as_demanded or book.refused.number):
            return Result.NOT_APPLICABLE, "nothing that was sent is to be acknowledged, whatever else it may come to"
        return None
    return not_shown(evidence, name) or not_read(evidence, name) or _not_tried(evidence, name)


def _not_tried(evidence: Evidence, name: str) -> Doubt | None:
    """What was asked for to put a promise to the test, and nothing of it did; None where none was asked for."""
    for kind in _TESTS.get(name, ()):
        if getattr(evidence.mix, kind) and not evidence.book.tried[kind] and _possible(evidence, kind):
            return Result.INCONCLUSIVE, _missing(evidence, kind)
    return None


def _possible(evidence: Evidence, kind: str) -> bool:
    """Whether more of the same load could have it: not of what partners tell once, nor without credentials."""
    if kind == "stale":
        return evidence.can_be_stale
    return kind != "unauthorized" or any(one.case.authorized for one in evidence.parts)


def _missing(evidence: Evidence, kind: str) -> str:
    sent = evidence.book.sent[kind]
    asked = f"a share of {getattr(evidence.mix, kind) * 100:.6g}% {KINDS[kind]} was asked for"
    faster = "with more --users" if evidence.result.model == "closed" else "at a higher --rate"
    more = f"send for longer, {faster}, or with a larger --{kind}"
    if not sent:
        return f"{asked}, and none came to the receiver: {more}"
    larger = ", and read a larger --sample" if evidence.sampled else ""
    could = "could show an effect more" if kind == "repeat" else "could show"
    return f"{asked}, and {sent:,} came to the receiver, but none that {could} in what was read: {more}{larger}"


def _doubt_of_refusals(evidence: Evidence) -> Doubt | None:
    book = evidence.book
    if not book.wrong:
        if missing := _not_tried(evidence, "accepted_wrong"):
            return missing
        return Result.NOT_APPLICABLE, "nothing was sent that is to be refused and could be told from the rest"
    if not book.acknowledged:
        return Result.INCONCLUSIVE, "nothing genuine was acknowledged, so that a refusal says nothing"
    if not book.answered_wrong:
        return Result.INCONCLUSIVE, f"none of {book.wrong:,} deliveries that are to be refused had an answer"
    if book.unanswered.number:
        words = f"{book.unanswered.number:,} that are to be refused had no answer: {book.unanswered.words}"
        return Result.INCONCLUSIVE, words
    return _doubtful(evidence, "accepted_wrong") or _not_tried(evidence, "accepted_wrong")


def not_shown(evidence: Evidence, name: str) -> Doubt | None:
    """What the receiver's probe does not tell."""
    if not evidence.probe:
        declare = "declare one under `probes` of a receiver file, with `get` and `select`"
        return Result.INCONCLUSIVE, f"the receiver has no probe, so that nothing could be checked: {declare}"
    hidden = evidence.book.hidden
    if name == "lost" and hidden.number:
        exports = "export" if hidden.number == 1 else "exports"
        words = f"{hidden.number:,} {exports} may have lost an end: {hidden.words}"
        return Result.INCONCLUSIVE, f"{words}: declare `effects` under the `select` of the probe {evidence.probe!r}"
    if name == "twice" and "effects" not in evidence.select:
        if not evidence.book.repeated and not evidence.mix.repeat:
            return Result.NOT_APPLICABLE, "nothing was sent twice, and the probe does not show `effects`"
        because = f"not judged: the probe {evidence.probe!r} does not show how often an export was acted on"
        return Result.INCONCLUSIVE, f"{because}: declare `effects` under its `select`"
    if name == "stale" and "status" not in evidence.select:
        if not evidence.book.several and not (evidence.mix.stale and evidence.can_be_stale):
            return Result.NOT_APPLICABLE, "no export was told of more than one status, and the probe shows none"
        because = f"not judged: the probe {evidence.probe!r} does not show an export's status"
        return Result.INCONCLUSIVE, f"{because}: declare `status` under its `select`"
    return None


def not_read(evidence: Evidence, name: str) -> Doubt | None:
    """What of a count of the receiver's state nobody could read, or could make nothing of."""
    book = evidence.book
    if book.left_over.number:
        return Result.INCONCLUSIVE, known_before(evidence)
    if not book.checked:
        why = f": {book.doubtful[name].words}" if book.doubtful[name].number else ""
        return Result.INCONCLUSIVE, f"no reading of what was acknowledged worked{why}"
    if name in {"twice", "stale"} and not book.there:
        return Result.INCONCLUSIVE, "nothing that was acknowledged is there, so that nothing could show"
    return _doubtful(evidence, name)


def _doubtful(evidence: Evidence, name: str) -> Doubt | None:
    pile = evidence.book.doubtful[name]
    if not pile.number:
        return None
    exports = "export" if pile.number == 1 else "exports"
    return Result.INCONCLUSIVE, f"{pile.number:,} {exports} could not be judged: {pile.words}"


def known_before(evidence: Evidence) -> str:
    """What stands there already can neither be lost nor shown to be acted on anew."""
    words = evidence.book.left_over.words
    return f"state is left from an earlier load: {words}. Send with another seed, or empty the receiver first"
