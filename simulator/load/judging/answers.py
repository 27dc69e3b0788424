"""Counts what was answered: what is to be acknowledged was, and what is to be refused was not."""

from simulator.check import History, side_by_side
from simulator.check.answers import HUNG_UP, told
from simulator.check.answers import evidence as lines_of
from simulator.load.demands import Demand, rightful, takes
from simulator.load.judging.book import OF_AN_AUTHOR, Book
from simulator.load.judging.kinds import kind_without_id
from simulator.load.judging.meaning import may_be_side_by_side, what_is_wrong
from simulator.load.judging.parts import Part
from simulator.load.judging.piles import Example
from simulator.load.mix import STEPS
from simulator.model import Attempt, Outcome
from simulator.model.load import GivenUp

_OURS = frozenset({Outcome.BLOCKED, Outcome.DNS, Outcome.SKIPPED, Outcome.IN_DOUBT})


def count_attempt(book: Book, one: Attempt, demand: Demand, *, acknowledged: bool, unmet: bool) -> None:
    """Count one attempt at a delivery by its answer, and by what that was to be; `unmet`: it may not be that."""
    if one.outcome.reached and not one.id:
        book.sent[kind_without_id(one)] += 1  # what has an id is counted beside its copies, see `ledger`
    if rightful(one, demand) and demand is not Demand.NO:
        book.acknowledged += acknowledged
    book.as_demanded += acknowledged and demand is Demand.YES
    if demand is Demand.YES and one.final and not (acknowledged or unmet):
        book.otherwise.add(Example(f"{told(one)} (id {one.id})", lines_of(one)))
    if unmet and one.hung_up:
        book.unseen.add(_cut_off(one))
    elif unmet and one.final:
        _unacknowledged(book, one, either=demand is Demand.EITHER)
    elif demand is Demand.NO:
        _to_be_refused(book, one, acknowledged=acknowledged)


def _to_be_refused(book: Book, one: Attempt, *, acknowledged: bool) -> None:
    book.wrong += 1
    book.tried[one.step if one.step in STEPS else OF_AN_AUTHOR] += one.outcome.reached
    unanswered = one.outcome.timed_out or one.hung_up or one.outcome is Outcome.IN_DOUBT
    book.answered_wrong += one.outcome.reached and not unanswered
    if takes(one.answer_status, acknowledged=acknowledged):
        words = f"{one.name} (id {one.id}), which was {what_is_wrong(one)}, came back {one.answer}"
        book.accepted_wrong.add(Example(words, lines_of(one)))
    elif unanswered:
        book.unanswered.add(_cut_off(one) if one.hung_up else Example(f"{told(one)} (id {one.id})", lines_of(one)))


def _cut_off(one: Attempt) -> Example:
    """Who hangs up sees no answer, whatever it would have been."""
    return Example(f"{one.name} (id {one.id}) was cut off by the partner on purpose", lines_of(one))


def _unacknowledged(book: Book, one: Attempt, *, either: bool) -> None:
    example = Example(f"{told(one)} (id {one.id})", lines_of(one))
    if one.outcome is Outcome.SKIPPED and one.detail in tuple(GivenUp):
        return  # said elsewhere, and no fault of the receiver alone
    if one.outcome in _OURS:
        book.unseen.add(example)
    elif one.reused and one.outcome in HUNG_UP:
        book.aged.add(example)
    elif one.outcome is not Outcome.ANSWERED or not one.id:  # else it is looked at beside its copies, see `turned_away`
        book.refused.add(example)
        book.either += either
        book.timed_out += one.outcome.timed_out


def turned_away(book: Book, part: Part, history: History) -> None:
    """Count what was answered, and not as it is to be; of copies side by side all but one may be turned away."""
    for one in history.sent:
        if not one.final or one.acknowledged or one.outcome is not Outcome.ANSWERED:
            continue
        if not part.unmet(one):
            continue
        alike = (one.genuine, one.notification)
        copies = [other for other in history.sent if (other.genuine, other.notification) == alike]
        example = Example(f"{one.name} came back {one.answer} (id {history.id})", one.lines)
        if side_by_side(one, copies):
            book.turned_away += 1
        elif may_be_side_by_side(one, copies):
            book.unseen.add(example)
        else:
            book.refused.add(example)
            book.either += part.may_refuse(one)
