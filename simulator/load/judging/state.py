"""Counts what the receiver's state shows of one id: what it acknowledged, and nothing else."""

from collections.abc import Sequence
from typing import Final

from simulator.check import History, Sent
from simulator.check.state import count, shown, value
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
from simulator.load.judging.parts import Part, Told, Wanted, step_of
from simulator.load.judging.piles import Example
from simulator.load.mix import STEPS
from simulator.model import Observation
from simulator.model.load import OF_STATE

_BROKEN: Final = "what its author broke, and does not want refused, may have been taken for an end, too"
_FREE: Final = "its scenario lets a receiver refuse some of it, and so put it aside: say `status: ack` where it may not"


def count_unread(book: Book, told: Told, want: Wanted, last: Observation | None) -> None:
    """What is open of one that could not be read is only what a reading would have been asked for."""
    book.unread += 1
    why = last.detail if last else "it was not asked for"
    example = Example(f"{told.whole.name} could not be read: {why}", (last.line,) if last else ())
    if want.genuine:
        book.doubt(example, *(OF_STATE if want.known else ["twice"]))
    if told.unwanted or not want.genuine:
        book.doubt(example, "accepted_wrong")


def count_state(book: Book, part: Part, told: Told, want: Wanted, last: Observation) -> None:
    """Count one id by its last reading."""
    book.checked += want.known
    if not told.rightful.sent:
        _there(book, told, last)
        return
    came = tuple((kind, one) for kind, one in kinds(told.rightful) if one.outcome.reached)
    repeated = may_act_again(came, part.counts)
    status, number = _unwanted_status(part, told, want, last), _unwanted_number(part, told, want, last)
    number = number and (told.took_unwanted or not repeated)  # else it is more likely what was sent again
    if (status or number) and not told.took_unwanted:  # what was acknowledged is counted already
        words = f"{told.whole.name} shows {shown(last)}, which is of what is to be refused"
        book.blame(told.whole.id, "accepted_wrong", Example(words, (*_lines(told.unwanted), last.line)))
    if want.known:
        book.tried["repeat"] += repeated
        book.tried["stale"] += may_undo(came)
        _known(book, part, told.rightful, want, last, explained=status)
    if not number:
        _twice(book, part, told.rightful, want, last)


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
    return told.took_unwanted or not part.saying(told.rightful.sent, last)


def _unwanted_number(part: Part, told: Told, want: Wanted, last: Observation) -> bool:
    """Whether it was acted on more often than is right, and what is to be refused may be why."""
    number = count(last.values.get(part.counts)) if last.present else None
    ends = {one.notification for one in told.unwanted if one.end or not one.genuine or part.counts == "runs"}
    return number is not None and want.most < number <= want.most + len(ends)


def _known(book: Book, part: Part, history: History, want: Wanted, last: Observation, *, explained: bool) -> None:
    """What was acknowledged is there; `explained`: why it shows another status is counted already."""
    lines = (newest(history), last.line)
    if doubt := unclear(part, last, want):
        book.doubt(Example(f"{history.name} {doubt}", lines), *OF_STATE)
        return
    fits = explained or not part.shows_status or part.fits_status(want, last)
    should = " or ".join(f'"{one}"' for one in sorted(want.statuses))
    number = count(last.values.get(part.counts))
    if not last.present:
        _short(book, part, history, "lost", Example(f"{history.name} is not there", lines))
    elif not part.fits_id(history.id, last):
        other = value(last.values.get("id"))
        example = Example(f"{history.name} is kept under another id: {other}", lines)
        _short(book, part, history, "lost", example, is_shown=True)
    elif number is not None and number < want.least:
        words = f"{history.name} shows {part.counts} {number} where it acknowledged {_ends(want.least)}"
        _short(book, part, history, "lost", Example(words, (*acknowledged_ends(history), last.line)))
    elif not fits:
        words = f"{history.name} shows {shown(last, ('status',))} where the latest it acknowledged says {should}"
        if history.id in book.untold:
            book.doubt(Example(words, lines).but(UNTOLD), "lost", "stale")
            return
        undone = (number is not None and ended(history, want)) or may_be_undone(part, history, want, last)
        by = [one.outcome_line for one in undoing(part, history, want, last)][-1:] if undone else []
        example = Example(words, (newest(history), *by, last.line))
        _short(book, part, history, "stale" if undone else "lost", example, is_shown=True)


def _short(book: Book, part: Part, history: History, name: str, example: Example, *, is_shown: bool = False) -> None:
    """Count one that does not show what it acknowledged, unless it was free not to take that in."""
    if part.was_free(history):
        book.doubt(example.but(_FREE), name)
    elif is_shown:
        book.add_shown(name, example)
    else:
        book.piles[name].add(example)


def _twice(book: Book, part: Part, history: History, want: Wanted, last: Observation) -> None:
    number = count(last.values.get(part.counts)) if last.present else None
    if want.genuine and number is not None and number > want.most:
        sent = f"{_ends(want.most)} {'was' if want.most == 1 else 'were'} sent"
        words = f"{history.name} shows {part.counts} {number} where {sent}"
        acted = [one.line for one in history.sent if one.end or part.counts == "runs"]
        example = Example(words, (*acted[-4:], last.line))
        if number <= want.most + want.perhaps:
            book.doubt(example.but(_BROKEN), "twice")
        else:
            book.blame(history.id, "twice", example)


def _lines(sent: Sequence[Sent]) -> tuple[int, ...]:
    return tuple(one.line for one in sent[:2])


def _ends(number: int) -> str:
    return f"{number} end{'' if number == 1 else 's'}"
