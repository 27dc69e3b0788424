"""What a load's ledger and figures come to: a verdict on each promise, and on each threshold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from simulator.check.state import duration
from simulator.load.ledger import Book, Pile
from simulator.load.orders import Orders
from simulator.load.parts import Part
from simulator.load.reading import LONGEST, Read
from simulator.load.thresholds import COUNTS, DURATIONS, Threshold, figure
from simulator.model import LoadResult, Result, Share, Verdict

TOO_LATE: Final = 0.1  # seconds: a sender whose own 99th percentile is later measures itself, unless somebody says more
LIST: Final[Mapping[str, str]] = {
    "lost": "load/kept",
    "twice": "load/once",
    "stale": "load/latest",
    "refused": "load/accepted",
    "accepted_wrong": "load/refuses",
    "unsent": "load/all-sent",
}
"""The count of a ledger → the check that wants it to be 0; a threshold on the count takes its place."""

_PROMISES: Final[Mapping[str, str]] = {
    "lost": "what was acknowledged is kept and acted on",
    "twice": "nothing is acted on twice",
    "stale": "the latest notification is the state",
    "refused": "what the partners send is acknowledged",
    "accepted_wrong": "what is malformed or unauthorized is not accepted",
    "unsent": "all that was planned is sent",
}

Found = tuple[Result, str]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that is known of a load at its end; `read` is None where the receiver's state was not read."""

    orders: Orders
    parts: tuple[Part, ...]
    shares: tuple[Share, ...]
    book: Book
    result: LoadResult
    read: Read | None
    window: float
    too_late: float = TOO_LATE

    @property
    def sender_too_late(self) -> bool:
        """Whether the sender's own lateness is more than what can be measured beside it."""
        return self.result.late.p99 > self.too_late

    @property
    def probe(self) -> str:
        """The name of the probe that is asked; "" for none."""
        return next((one.probe.name for one in self.parts if one.probe), "")

    @property
    def select(self) -> frozenset[str]:
        """What it shows."""
        return frozenset(name for one in self.parts if one.probe for name in one.probe.select)

    @property
    def sampled(self) -> str:
        """What is to be said beside every count where not all ids were read."""
        if self.read is None or self.read.asked == self.read.all:
            return ""
        return f" (a sample: {self.read.asked:,} of {self.read.all:,} exports were read)"


def verdicts(evidence: Evidence, thresholds: Sequence[Threshold]) -> Iterator[Verdict]:
    """Each promise, then each threshold; one on a count stands for the promise that it is 0."""
    limits = {one.name: one for one in thresholds}
    for name in COUNTS:
        yield _on_count(evidence, name, limits.get(name))
    yield _on_sender(evidence)
    for one in thresholds:
        if one.name in DURATIONS:
            yield _on_duration(evidence, one)


def _on_count(evidence: Evidence, name: str, limit: Threshold | None) -> Verdict:
    pile = _piles(evidence).get(name, Pile())
    number = int(figure(name, evidence.result) or 0)
    within = limit.holds(number) if limit else number == 0
    doubt = _doubt(evidence, name)
    told = f"{_said(evidence, name, number)}{evidence.sampled if name in {'lost', 'twice', 'stale'} else ''}"
    if number and pile.number:
        told += f": {pile.words}"
    if within and doubt:
        result, because = doubt[0], f"{doubt[1]}; otherwise {told}" if number else doubt[1]
    elif within:
        result, because = Result.PASSED, told
    else:
        result, because = _blamed(evidence, name, limit, told)
    verdict = Verdict(
        check=LIST[name],
        result=result,
        because=because,
        evidence=tuple(sorted(pile.lines)),
        sentence=_PROMISES[name],
    )
    if limit is None:
        return verdict
    return replace(verdict, check=f"load/threshold/{name}", sentence=f"{_PROMISES[name]}, but for {limit}")


def _piles(evidence: Evidence) -> dict[str, Pile]:
    book = evidence.book
    return {
        "lost": book.lost,
        "twice": book.twice,
        "stale": book.stale,
        "refused": book.refused,
        "accepted_wrong": book.accepted_wrong,
    }


def _blamed(evidence: Evidence, name: str, limit: Threshold | None, told: str) -> Found:
    """The result of a count that is too high: the receiver's, where nothing else may have made it."""
    if name in {"lost", "stale"} and evidence.read is not None and evidence.read.working:
        still = f"the receiver was still working off what it took in {duration(LONGEST)} after the first look"
        return Result.INCONCLUSIVE, f"{still}; by then: {told}"
    if name == "refused" and evidence.sender_too_late and evidence.book.timed_out == evidence.book.refused.number:
        late = f"the sender itself was {duration(evidence.result.late.p99)} late in 1 of 100"
        return Result.INCONCLUSIVE, f"{told}; but {late}, and may have read the answers as late"
    if name == "twice" and evidence.book.left_over.number:
        return Result.INCONCLUSIVE, f"{_known_before(evidence)}; {told}"
    if name == "unsent" and limit is None:
        return Result.INCONCLUSIVE, told
    return Result.FAILED, told


def _doubt(evidence: Evidence, name: str) -> Found | None:
    """Why a count that is as it should be is worth nothing; None when it is."""
    book = evidence.book
    if name == "unsent":
        lost = _lost_workers(evidence)
        return (Result.INCONCLUSIVE, lost) if lost else None
    if name == "accepted_wrong":
        return _doubt_of_refusals(evidence)
    if not book.acknowledged:
        return Result.INCONCLUSIVE, "nothing was acknowledged"
    if name == "refused":
        if book.aged.number:
            words = f"{book.aged.number:,} had a kept connection ended, as it may be for its age: {book.aged.words}"
            return Result.INCONCLUSIVE, words
        if book.unseen.number:
            return Result.INCONCLUSIVE, f"{book.unseen.number:,} came to no end: {book.unseen.words}"
        return None
    return _not_shown(evidence, name) or _not_read(evidence)


def _doubt_of_refusals(evidence: Evidence) -> Found | None:
    book = evidence.book
    if not book.wrong:
        return Result.NOT_APPLICABLE, "nothing malformed or unauthorized was sent that could be told from the rest"
    if not book.acknowledged:
        return Result.INCONCLUSIVE, "nothing genuine was acknowledged, so that a refusal says nothing"
    if not book.answered_wrong:
        return Result.INCONCLUSIVE, f"none of {book.wrong:,} malformed or unauthorized deliveries had an answer"
    return None


def _not_shown(evidence: Evidence, name: str) -> Found | None:
    """What the receiver's probe does not tell."""
    if not evidence.probe:
        declare = "declare one under `probes` of a receiver file, with `get` and `select`"
        return Result.INCONCLUSIVE, f"the receiver has no probe, so that nothing could be checked: {declare}"
    if name == "twice" and not evidence.select & {"effects", "runs"}:
        if not evidence.book.repeated:
            return Result.NOT_APPLICABLE, "nothing was sent twice, and the probe does not show `effects`"
        because = f"not judged: the probe {evidence.probe!r} does not show how often an export was acted on"
        return Result.INCONCLUSIVE, f"{because}: declare `effects` under its `select`"
    if name == "stale" and "status" not in evidence.select:
        if not evidence.book.several:
            return Result.NOT_APPLICABLE, "no export was told of more than one status, and the probe shows none"
        because = f"not judged: the probe {evidence.probe!r} does not show an export's status"
        return Result.INCONCLUSIVE, f"{because}: declare `status` under its `select`"
    return None


def _not_read(evidence: Evidence) -> Found | None:
    book = evidence.book
    if book.left_over.number:
        return Result.INCONCLUSIVE, _known_before(evidence)
    if not book.checked:
        why = f": {book.unread.words}" if book.unread.number else ""
        return Result.INCONCLUSIVE, f"no reading of what was acknowledged worked{why}"
    if book.unread.number:
        return Result.INCONCLUSIVE, f"{book.unread.number:,} exports could not be read: {book.unread.words}"
    if book.unclear.number:
        return Result.INCONCLUSIVE, f"{book.unclear.number:,} exports could not be judged: {book.unclear.words}"
    return None


def _known_before(evidence: Evidence) -> str:
    """What stands there already can neither be lost nor shown to be acted on anew."""
    words = evidence.book.left_over.words
    return f"state is left from an earlier load: {words}. Send with another seed, or empty the receiver first"


def _said(evidence: Evidence, name: str, number: int) -> str:
    """A count in words."""
    book, result = evidence.book, evidence.result
    of = f"of {book.checked:,} exports that were acknowledged and read"
    match name:
        case "lost":
            return f"{number:,} {of} {_are(number)} lost" if number else f"none {of} is lost{_looked_at(evidence)}"
        case "twice":
            return (
                f"{number:,} {of} {_were(number)} acted on too often" if number else f"none {of} was acted on too often"
            )
        case "stale":
            shows = "show" if number != 1 else "shows"
            wrong = "another state than the latest says"
            return f"{number:,} {of} {shows} {wrong}" if number else f"none {of} shows {wrong}"
        case "refused":
            told = f"{book.acknowledged:,} deliveries of partners were acknowledged"
            return f"{told}, {number:,} {_were(number)} not" if number else f"all {told}"
        case "accepted_wrong":
            told = f"{book.wrong:,} malformed or unauthorized deliveries"
            read = "" if evidence.read else "; what the receiver keeps of them was not read"
            return f"of {told} {number:,} {_were(number)} accepted" if number else f"none of {told} was accepted{read}"
        case _:
            told = f"{result.sent:,} of {result.planned:,} deliveries were sent"
            dropped = f"; {result.dropped:,} found no free connection until the time was over" if result.dropped else ""
            gone = _lost_workers(evidence)
            unsent = f"; {result.unsent:,} were never begun" if result.unsent else ""
            return f"{told}{dropped}{unsent}{f' ({gone})' if gone else ''}"


def _looked_at(evidence: Evidence) -> str:
    """By what it is known that nothing is lost."""
    shown = [name for name in ("status", "effects", "runs") if name in evidence.select]
    by = f"; the probe shows {' and '.join(shown)}" if shown else "; the probe shows that they are there, and no more"
    read = evidence.read
    drained = ""
    if read is not None and read.drain is not None:
        drained = f"; all showed {duration(read.drain)} after the last answer" if read.drain else "; all showed at once"
    return by + drained


def _on_sender(evidence: Evidence) -> Verdict:
    late = evidence.result.late
    told = (
        f"a connection being free, deliveries left at most {duration(late.p99)} late in 99 of 100, "
        f"{duration(late.max)} at worst"
    )
    if not late.number:
        result, told = Result.INCONCLUSIVE, "nothing was sent"
    elif evidence.sender_too_late:
        result = Result.INCONCLUSIVE
        told += f": more than {duration(evidence.too_late)}, so that figures tell of the sender: take more --workers, "
        told += "or less --rate"
    else:
        result = Result.PASSED
    return Verdict(check="load/sender", result=result, because=told, sentence="the sender keeps its times")


def _on_duration(evidence: Evidence, limit: Threshold) -> Verdict:
    result, because = _duration(evidence, limit)
    return Verdict(check=f"load/threshold/{limit.name}", result=result, because=because, sentence=str(limit))


def _duration(evidence: Evidence, limit: Threshold) -> Found:
    measured = figure(limit.name, evidence.result)
    if measured is None:
        return _not_measured(evidence, limit)
    told = f"{limit.name} is {limit.spelled(measured)}"
    if limit.name == "drain":
        told += evidence.sampled
    if limit.holds(measured):
        if limit.name == "drain" and (doubt := _not_shown(evidence, "lost") or _not_read(evidence)):
            return doubt
        return Result.PASSED, told
    if limit.name != "drain" and evidence.sender_too_late:
        late = f"the sender itself was {duration(evidence.result.late.p99)} late in 1 of 100"
        return Result.INCONCLUSIVE, f"{told}; but {late}, so that this may be its own doing"
    return Result.FAILED, told


def _not_measured(evidence: Evidence, limit: Threshold) -> Found:
    if limit.name == "drain" and (doubt := _not_shown(evidence, "lost")):
        return doubt
    short = evidence.book.lost.number + evidence.book.stale.number
    if limit.name == "drain" and evidence.read is not None and evidence.read.missing and short:
        watched = evidence.read.watched
        told = f"{short:,} exports did not show {duration(watched)} after the last answer"
        return (Result.INCONCLUSIVE if limit.holds(watched) else Result.FAILED), told
    if limit.name.startswith("ack_"):
        return Result.INCONCLUSIVE, "nothing was acknowledged"
    return Result.INCONCLUSIVE, f"{limit.name} was not measured"


def _lost_workers(evidence: Evidence) -> str:
    """Who was lost on the way, and why; "" for nobody."""
    lost = [f"worker {one.worker}: {one.lost}" for one in evidence.shares if one.lost]
    return f"lost on the way: {'; '.join(lost)}" if lost else ""


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
