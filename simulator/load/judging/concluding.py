"""What a load's ledger and figures come to: a verdict on each promise, and on each threshold."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from simulator.check.state import duration
from simulator.load.judging.book import OF_AN_AUTHOR
from simulator.load.judging.doubts import doubt_of, known_before
from simulator.load.judging.evidence import Evidence
from simulator.load.judging.lasting import Found, long_look, on_duration
from simulator.load.judging.piles import Pile
from simulator.load.judging.promises import PROMISES, SENDER, THRESHOLDS
from simulator.load.judging.thresholds import COUNTS, Threshold, figure
from simulator.load.mix import STEPS
from simulator.model import Result, Verdict
from simulator.model.load import DURATIONS, GivenUp

_MORE = "take more --connections, or less --rate"


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
    pile = evidence.book.piles.get(name, Pile())
    number = int(figure(name, evidence.result) or 0)
    within = _holds(limit, number)
    doubt = doubt_of(evidence, name)
    told = _said(evidence, name, number) + ("" if name in {"refused", "unsent"} else evidence.sampled)
    if number and pile.number:
        told += f": {pile.words}"
    if within and doubt:
        result, because = doubt[0], f"{doubt[1]}; otherwise {told}" if number else doubt[1]
    elif within:
        result, because = Result.PASSED, told
    else:
        result, because = _blamed(evidence, name, limit, told + _beside(evidence, name))
    verdict = Verdict(
        check=PROMISES[name].check,
        result=result,
        because=because,
        evidence=tuple(pile.lines),  # in the order of the examples that are named
        sentence=PROMISES[name].sentence,
    )
    if limit is None:
        return verdict
    return replace(verdict, check=THRESHOLDS + name, sentence=f"{PROMISES[name].sentence}, but for {limit}")


def _beside(evidence: Evidence, name: str) -> str:
    """How many nobody could judge besides."""
    book = evidence.book
    number = book.doubtful[name].number if name in book.doubtful else 0
    if name == "refused":
        number = book.aged.number + book.unseen.number
    if name == "lost":
        number += book.hidden.number
    return f"; {number:,} more could not be judged" if number else ""


def _holds(limit: Threshold | None, number: int) -> bool:
    """Whether a count is as it is to be; without a limit, none."""
    return limit.holds(number) if limit else number == 0


def _blamed(evidence: Evidence, name: str, limit: Threshold | None, told: str) -> Found:
    """The result of a count that is too high: the receiver's, where nothing else may have made it."""
    if name in {"lost", "stale"} and evidence.read is not None and evidence.read.working:
        read = evidence.read
        still = f"the receiver was still working off what it took in {duration(read.limit)} after the first look"
        return Result.INCONCLUSIVE, f"{still}{long_look(evidence, read.limit)}; by then: {told}"
    if name == "refused" and evidence.sender_too_late and evidence.book.timed_out == evidence.book.refused.number:
        return Result.INCONCLUSIVE, f"{told}; but {evidence.lateness}, and may have read the answers as late"
    if name in evidence.book.piles and _holds(limit, evidence.book.sure(name)):
        return Result.INCONCLUSIVE, f"{known_before(evidence)}; {told}"
    if name == "unsent" and limit is None:
        return Result.INCONCLUSIVE, told
    return Result.FAILED, told


def _said(evidence: Evidence, name: str, number: int) -> str:
    """A count in words."""
    book, result = evidence.book, evidence.result
    of = f"of {book.checked:,} exports that were acknowledged and read"
    match name:
        case "lost":
            return f"{number:,} {of} {_are(number)} lost" if number else f"none {of} is lost{_looked_at(evidence)}"
        case "twice":
            rests = _rests(book.tried["repeat"], "something sent again", book.sent["repeat"], "nothing was sent again")
            often = "acted on too often"
            return f"{number:,} {of} {_were(number)} {often}" if number else f"none {of} was {often}{rests}"
        case "stale":
            shows = "show" if number != 1 else "shows"
            wrong = "another state than the latest says"
            behind = ", but for what load/kept names" if book.lost.number or book.doubtful["lost"].number else ""
            none = f"none {of} shows {wrong}{behind}{_on_stale(evidence)}"
            return f"{number:,} {of} {shows} {wrong}" if number else none
        case "refused":
            told = f"{book.as_demanded:,} deliveries that are to be acknowledged were"
            return f"{told}{_not_so(evidence, number)}" if number else f"all {told}{_turned_away(evidence)}"
        case "accepted_wrong":
            told = _wrong(evidence)
            read = "" if evidence.read else "; what the receiver keeps of them was not read"
            return f"of {told} {number:,} {_were(number)} accepted" if number else f"none of {told} was accepted{read}"
        case _:
            told = f"{result.sent:,} of {result.planned:,} deliveries were sent"
            dropped = f"; {result.reasons}" if result.reasons else ""
            more = f"; {_MORE}" if GivenUp.NO_CONNECTION in result.given_up else ""
            gone = evidence.lost_workers
            begun = "are not known to be sent" if gone else "were never begun"
            unsent = f"; {result.unsent:,} {begun}" if result.unsent else ""
            return f"{told}{dropped}{unsent}{f' ({gone})' if gone else ''}{more}"


def _not_so(evidence: Evidence, number: int) -> str:
    """How many were not answered as they are to be, by what that is."""
    either = evidence.book.either
    told = f", {number - either:,} {_were(number - either)} not" if number > either else ""
    return told + (f"; {either:,} had none of the answers that their scenario names" if either else "")


def _turned_away(evidence: Evidence) -> str:
    """What else became of those that need not be."""
    number = evidence.book.turned_away
    return f", but for {number:,} copies, turned away while another was being answered" if number else ""


def _wrong(evidence: Evidence) -> str:
    """How many came that are to be refused, by who wants that."""
    tried = evidence.book.tried
    author = tried[OF_AN_AUTHOR]
    told = " and ".join(f"{tried[kind]:,} {kind}" for kind in sorted(STEPS)) + " deliveries"
    if author and not any(tried[kind] for kind in STEPS):
        return f"{author:,} deliveries that are to be refused by the scenario"
    return f"{told}, and {author:,} that are to be refused by the scenario," if author else told


def _rests(tried: int, what: str, sent: int, nothing: str) -> str:
    """On how much it rests that nothing is wrong."""
    return f"; {tried:,} of these had {what}" if tried or sent else f"; {nothing}"


def _on_stale(evidence: Evidence) -> str:
    book = evidence.book
    if evidence.mix.stale and not evidence.can_be_stale:
        return "; no notification of it can be stale: nothing is told of a run before its end"
    shown = "a stale notification behind the end it acknowledged"
    return _rests(book.tried["stale"], shown, book.sent["stale"], "nothing stale was sent")


def _looked_at(evidence: Evidence) -> str:
    """By what it is known that nothing is lost."""
    shown = [name for name in ("status", "effects", "runs") if name in evidence.select]
    by = f"; the probe shows {' and '.join(shown)}" if shown else "; the probe shows that they are there, and no more"
    read = evidence.read
    drained = ""
    if read is not None and read.drain:
        drained = f"; all showed {read.drain.words}"
    return by + drained


def _on_sender(evidence: Evidence) -> Verdict:
    late = evidence.result.late
    closed = evidence.result.model == "closed"
    free = "their users" if closed else "a connection"
    told = f"{free} being free, deliveries left at most {duration(late.p99)} late in 99 of 100, "
    told += f"{duration(late.max)} at worst"
    if not late.number:
        result, told = Result.INCONCLUSIVE, "nothing was sent"
    elif evidence.sender_too_late:
        result = Result.INCONCLUSIVE
        told += f": more than {duration(evidence.too_late)}, so that figures tell of the sender: take more --workers, "
        told += "or fewer --users" if closed else "or less --rate"
    else:
        result = Result.PASSED
    return Verdict(check=SENDER.check, result=result, because=told, sentence=SENDER.sentence)


def _on_duration(evidence: Evidence, limit: Threshold) -> Verdict:
    result, because = on_duration(evidence, limit)
    return Verdict(check=THRESHOLDS + limit.name, result=result, because=because, sentence=str(limit))


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
