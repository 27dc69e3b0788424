"""Counts one id by what the receiver's state shows of it, beside what it was told."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from simulator.check import History, Sent
from simulator.check.state import count, shown, value
from simulator.load.demands import Demand
from simulator.load.judging.book import UNTOLD, Book
from simulator.load.judging.kinds import kinds, may_act_again, may_undo
from simulator.load.judging.meaning import (
    acknowledged_ends,
    ended,
    may_be_undone,
    newest,
    unclear,
    undoing,
)
from simulator.load.judging.parts import Part, Told, Wanted, may_be_in, step_of
from simulator.load.judging.piles import Example
from simulator.load.mix import STEPS
from simulator.model import Observation
from simulator.model.load import OF_STATE

_TAKEN: Final = "it may come of what is to be refused"
_BESIDES: Final = "what its author broke, or what it refused by a 4xx, may have been acted on, too"
_FREE: Final = (
    "its scenario lets a receiver refuse some of it, and so put it aside, or act on it all the same: say `status: ack` "
    "or `refused` where it may not"
)


def count_unread(book: Book, told: Told, want: Wanted, last: Observation | None) -> None:
    """What is open of one that could not be read is only what a reading would have been asked for."""
    book.unread += 1
    why = last.detail if last else "it was not asked for"
    example = Example(f"{told.whole.name} could not be read: {why}", (last.line,) if last else ())
    if want.promised:
        book.doubt(example, *(OF_STATE if want.known else ["twice"]))
    if told.unwanted or not want.promised:
        book.doubt(example, "accepted_wrong")


def count_state(book: Book, part: Part, told: Told, want: Wanted, last: Observation) -> None:
    """Count one id by its last reading."""
    book.checked += want.known
    book.there += want.known and bool(last.present)
    if not told.allowed.sent:
        _there(book, told, last)
        return
    status = _unwanted_status(part, told, want, last)
    number = _unwanted_number(part, told, want, last) and (status or told.took_unwanted or not want.most)
    if (status or number) and not told.took_unwanted:  # what was acknowledged is counted already
        words = f"{told.whole.name} shows {shown(last)}, which is of what is to be refused"
        example = Example(words, (*_lines(told.unwanted), last.line))
        if _may_be_free(part, told, want, last, status=status, number=number):
            book.doubt(example.but(_FREE), "accepted_wrong")
        else:
            book.blame(told.whole.id, "accepted_wrong", example)
    if want.known:
        came = tuple((kind, one) for kind, one in kinds(told.whole) if one.outcome.reached)
        book.tried["repeat"] += bool(last.present) and may_act_again(came, part.counts)
        book.tried["stale"] += bool(last.present) and may_undo(came)
        _known(book, part, told, want, last, explained=status)
    _twice(book, part, told.allowed, want, last, explained=number)


def _there(book: Book, told: Told, last: Observation) -> None:
    """Where all that was sent is to be refused there is to be nothing; what was acknowledged is counted already."""
    if last.present and not told.took_unwanted:
        what = step_of(told.unwanted[0]) if step_of(told.unwanted[0]) in STEPS else "to be refused"
        words = f"{told.whole.name} is there ({shown(last)}), though all that was sent of it was {what}"
        book.blame(told.whole.id, "accepted_wrong", Example(words, (*_lines(told.unwanted[:1]), last.line)))


def _unwanted_status(part: Part, told: Told, want: Wanted, last: Observation) -> bool:
    """Whether it shows a status that only what is to be refused says, or that it acknowledged of what is."""
    if not (part.shows_status and last.present) or (want.known and part.fits_status(want, last)):
        return False
    if not part.saying(told.unwanted, last):
        return False
    return told.took_unwanted or not part.saying((one for one in told.allowed.sent if may_be_in(one)), last)


def _unwanted_number(part: Part, told: Told, want: Wanted, last: Observation) -> bool:
    """Whether it was acted on more often than is right, and what is to be refused may be why."""
    number = count(last.values.get(part.counts)) if last.present else None
    ends = {one.notification for one in told.unwanted if one.end or not one.genuine or part.counts == "runs"}
    return number is not None and want.most < number <= want.most + len(ends)


def _may_be_free(part: Part, told: Told, want: Wanted, last: Observation, *, status: bool, number: bool) -> bool:
    """Whether what may come to anything can have brought about what shows of what is to be refused."""
    free = [one for one in told.allowed.sent if part.may_refuse(one)]
    shows_it = not status or bool(part.saying(free, last))
    acted = count(last.values.get(part.counts)) if number else None
    return shows_it and (acted is None or acted <= want.most + want.perhaps)


def _overtook(part: Part, told: Told, last: Observation) -> bool:
    """Whether what is to be refused is alone in what it says, and later than all else: taken in, it stands rightly."""
    latest = max((one.at, one.end) for one in told.allowed.sent if one.genuine and one.acknowledged)
    alone = not part.saying(told.allowed.sent, last)
    return alone and any((one.at, one.end) >= latest for one in part.saying(told.unwanted, last))


def _known(book: Book, part: Part, told: Told, want: Wanted, last: Observation, *, explained: bool) -> None:
    """Count what does not show what it acknowledged; `explained`: what is to be refused may be why its status differs.

    What it might have refused as well as acknowledged it may have put aside, or acted on: neither says anything.
    """
    history = told.allowed
    if doubt := unclear(part, last, want):
        book.doubt(Example(f"{history.name} {doubt}", (newest(history), last.line)), *OF_STATE)
        return
    short = _short(part, history, want, last)
    if short is None:
        if behind := _behind(part, told, last):
            shows = f"shows {shown(last, ('status',))}" if part.shows_status else "is there"
            words = f"{history.name} {shows}, whether or not {behind.name} was taken in"
            book.hidden.add(Example(words, (behind.outcome_line, last.line)))
        return
    if short.of_status and explained:
        if not _overtook(part, told, last):
            book.doubt(short.example.but(_TAKEN), "lost", "stale")
        return
    must = part.wanted(told, free=True)
    if must != want:
        found = _short(part, history, must, last) if must.known else None
        if found is None:
            book.doubt(short.example.but(_FREE), short.name)
            return
        short = found
    if not short.shown:
        book.piles[short.name].add(short.example)
    elif short.of_status and history.id in book.untold:
        book.doubt(short.example.but(UNTOLD), "lost", "stale")
    else:
        book.add_shown(short.name, short.example)


def _behind(part: Part, told: Told, last: Observation) -> Sent | None:
    """An end it acknowledged and is to keep that may be lost all the same, as something else may be what shows."""
    if part.counts == "effects":
        return None
    inside = [one for one in told.whole.sent if one.acknowledged or (one.genuine and may_be_in(one))]
    says_so = part.saying(inside, last) if part.shows_status else inside
    for end in inside:
        if end.end and end.genuine and end.acknowledged and part.demanded(end) is Demand.YES:
            later = (one for one in inside if (one.at, one.end) > (end.at, end.end))
            if any(_which(one) != _which(end) for one in (*says_so, *later)):
                return end
    return None


def _which(one: Sent) -> tuple[str | float, str]:
    """What copies of one notification share, as `Wanted.least` counts ends."""
    return one.time or one.at, one.status


class _Short(NamedTuple):
    """One that does not show what it acknowledged: of which count, and whether what it shows instead says so."""

    name: str
    example: Example
    shown: bool = False
    of_status: bool = False


def _short(part: Part, history: History, want: Wanted, last: Observation) -> _Short | None:
    lines = (newest(history), last.line)
    number = count(last.values.get(part.counts))
    if not last.present:
        return _Short("lost", Example(f"{history.name} is not there", lines))
    if not part.fits_id(history.id, last):
        other = value(last.values.get("id"))
        return _Short("lost", Example(f"{history.name} is kept under another id: {other}", lines), shown=True)
    if number is not None and number < want.least:
        words = f"{history.name} shows {part.counts} {number} where it acknowledged {_ends(want.least)}"
        return _Short("lost", Example(words, (*acknowledged_ends(history), last.line)))
    if not part.shows_status or part.fits_status(want, last):
        return None
    should = " or ".join(f'"{one}"' for one in sorted(want.statuses))
    words = f"{history.name} shows {shown(last, ('status',))} where the latest it acknowledged says {should}"
    acted = part.counts == "effects" and number is not None
    undone = (acted and ended(history, want)) or may_be_undone(part, history, want, last)
    by = [one.outcome_line for one in undoing(part, history, want, last)][-1:] if undone else []
    example = Example(words, (newest(history), *by, last.line))
    return _Short("stale" if undone else "lost", example, shown=True, of_status=True)


def _twice(book: Book, part: Part, history: History, want: Wanted, last: Observation, *, explained: bool) -> None:
    """Count what was acted on too often; `explained`: what is to be refused may be why."""
    number = count(last.values.get(part.counts)) if last.present else None
    if want.promised and number is not None and number > want.most:
        sent = f"{_ends(want.most)} {'was' if want.most == 1 else 'were'} sent"
        if any(one.end and not may_be_in(one) for one in history.sent):
            sent += " and not refused"
        words = f"{history.name} shows {part.counts} {number} where {sent}"
        acted = [one.line for one in history.sent if one.end or part.counts == "runs"]
        example = Example(words, (*acted[-4:], last.line))
        if explained and want.most:
            book.doubt(example.but(_TAKEN), "twice")
        elif explained:
            return  # no end but those may be why, and that is counted already
        elif number <= want.most + want.perhaps:
            book.doubt(example.but(_BESIDES), "twice")
        else:
            book.blame(history.id, "twice", example)


def _lines(sent: Sequence[Sent]) -> tuple[int, ...]:
    return tuple(one.line for one in sent[:2])


def _ends(number: int) -> str:
    return f"{number} end{'' if number == 1 else 's'}"
