"""What a load's receiver acknowledged against what its state shows at the end."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from simulator.check import History, Sent, side_by_side
from simulator.check.answers import HUNG_UP, told
from simulator.check.answers import evidence as lines_of
from simulator.check.state import count, shown, value
from simulator.load.demands import Demand
from simulator.load.judging.figures import TIMED_OUT
from simulator.load.judging.kinds import kind_without_id, kinds, may_act_again, may_undo
from simulator.load.judging.meaning import acknowledged_ends, ended, may_be_undone, newest, unclear, undoing
from simulator.load.judging.parts import Part, Wanted, step_of, wanted
from simulator.load.judging.piles import Example, Pile
from simulator.load.mix import STEPS
from simulator.model import Attempt, Ledger, Observation, Outcome
from simulator.model.load import OF_STATE, WRONG, GivenUp

OF_AN_AUTHOR: Final = "of an author"
"""The kind, in what was tried, of what the mix did not make and its author says is to be refused."""

_UNTOLD = "its worker was lost, and what it sent last is not known"
_OURS = frozenset({Outcome.BLOCKED, Outcome.DNS, Outcome.SKIPPED, Outcome.IN_DOUBT})


@dataclass(kw_only=True)
class Book:
    """Takes in every attempt and every id of a load, each of them once.

    The last reading of an id counts. `doubtful` are ids of which it cannot be said whether they belong to a count, by
    its name: they could not be read (`unread` so many), or nobody knows what their state means. Of the ids of `untold`
    more may have been sent than the journal tells. `left_over` are those that were there before anything was sent;
    `aged` deliveries whose connection ended without an answer, as one that had carried another may for its age;
    `unseen` those of which nobody saw the end, or that never came as far as the receiver for a reason of ours.
    `sent` are those that came to the receiver, by kind. `tried` is what verdicts rest on, by kind: exports that were
    read and of which a repeat could show twice, or something stale could undo an end; and wrong deliveries that came
    to a receiver which can tell them. `shown` are how many of each pile are in it for what the state shows: an earlier
    load may have left that.
    """

    untold: frozenset[str] = frozenset()
    acknowledged: int = 0  # genuine deliveries
    known: int = 0
    checked: int = 0
    wrong: int = 0  # deliveries that are to be refused: malformed, unauthorized, or by their author's word
    answered_wrong: int = 0  # of these, those that had an answer
    timed_out: int = 0  # of those refused, which had no answer in time
    repeated: int = 0  # ids of which an acknowledged notification was sent more than once
    several: int = 0  # ids of which more than one status was sent
    sent: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    lost: Pile = field(default_factory=Pile)
    twice: Pile = field(default_factory=Pile)
    stale: Pile = field(default_factory=Pile)
    refused: Pile = field(default_factory=Pile)
    accepted_wrong: Pile = field(default_factory=Pile)
    left_over: Pile = field(default_factory=Pile)
    unread: int = 0
    doubtful: Mapping[str, Pile] = field(default_factory=lambda: {name: Pile() for name in WRONG})
    aged: Pile = field(default_factory=Pile)
    unseen: Pile = field(default_factory=Pile)

    @property
    def piles(self) -> Mapping[str, Pile]:
        """Those that are to be empty, by the names of a ledger."""
        return {name: getattr(self, name) for name in WRONG}

    def sure(self, name: str) -> int:
        """How many of a pile are in it whatever an earlier load has left."""
        return self.piles[name].number - (self.shown[name] if self.left_over.number else 0)

    @property
    def ledger(self) -> Ledger:
        """The counts alone."""
        numbers = {name: pile.number for name, pile in self.piles.items()}
        return Ledger(known=self.known, checked=self.checked, unread=self.unread, **numbers)

    def attempt(self, one: Attempt, demand: Demand, *, acknowledged: bool) -> None:
        """Count one attempt at a delivery by its answer, and by what that was to be."""
        if one.outcome.reached and not one.id:
            self.sent[kind_without_id(one)] += 1  # what has an id is counted beside its copies, see `history`
        if one.genuine and demand is not Demand.NO:
            self.acknowledged += acknowledged
        if demand is Demand.YES and one.final and not (acknowledged or one.hung_up):
            self._unacknowledged(one)
        elif demand is Demand.NO:
            self.wrong += 1
            self.tried[one.step if one.step in STEPS else OF_AN_AUTHOR] += one.outcome.reached
            self.answered_wrong += one.outcome is Outcome.ANSWERED
            if acknowledged:
                words = f"{one.name} (id {one.id}), which was {_wrong(one)}, came back {one.answer}"
                self.accepted_wrong.add(Example(words, lines_of(one)))

    def _unacknowledged(self, one: Attempt) -> None:
        example = Example(f"{told(one)} (id {one.id})", lines_of(one))
        if one.outcome is Outcome.SKIPPED and one.detail in tuple(GivenUp):
            return  # said elsewhere, and no fault of the receiver alone
        if one.outcome in _OURS:
            self.unseen.add(example)
        elif one.reused and one.outcome in HUNG_UP:
            self.aged.add(example)
        elif (
            one.outcome is not Outcome.ANSWERED or not one.id
        ):  # what was answered is looked at beside its copies, see `history`
            self.refused.add(example)
            self.timed_out += one.outcome in TIMED_OUT

    def _turned_away(self, part: Part, history: History) -> None:
        """Deliveries that were answered, and not as they are to be; of copies side by side all but one may be."""
        for one in history.sent:
            if not one.final or one.acknowledged or one.outcome is not Outcome.ANSWERED:
                continue
            if part.demanded(one) is not Demand.YES:
                continue
            alike = (one.genuine, one.notification)
            copies = [other for other in history.sent if (other.genuine, other.notification) == alike]
            if not side_by_side(one, copies):
                example = Example(f"{one.name} came back {one.answer} (id {history.id})", one.lines)
                (self.unseen if _may_be_side_by_side(one, copies) else self.refused).add(example)

    def history(self, part: Part, history: History, *, asked: bool) -> None:
        """Count one id by its last reading; not `asked`, it was left out of a sample."""
        self._turned_away(part, history)
        want = wanted(history, part.counts)
        self.known += want.known
        self.several += len({one.status for one in history.sent if one.genuine}) > 1
        seen_twice = [one.notification for one in history.sent if one.genuine]
        self.repeated += len(set(seen_twice)) < len(seen_twice)
        came = tuple((kind, one) for kind, one in kinds(history) if one.outcome.reached)
        self.sent.update(kind for kind, _ in came)
        readings = sorted((one for one in history.seen if one.moment == "end"), key=lambda one: (one.asked, one.line))
        if (early := next((one for one in history.seen if one.moment == "before" and one.present), None)) is not None:
            self.left_over.add(Example(f"{history.name} was there before anything was sent of it", (early.line,)))
        if part.probe is None or not asked:
            return
        last = readings[-1] if readings else None
        if last is None or last.present is None:
            self._unread(part, want, history, last)
            return
        self.checked += want.known
        if want.known:
            self.tried["repeat"] += may_act_again(came, part.counts)
            self.tried["stale"] += may_undo(came)
            self._known(part, want, history, last)
        elif not want.genuine:
            self._wrong(part, history, last)
        self._twice(part, want, history, last)

    def _unread(self, part: Part, want: Wanted, history: History, last: Observation | None) -> None:
        """What is open of one that could not be read is only what a reading would have been asked for."""
        self.unread += 1
        why = last.detail if last else "it was not asked for"
        example = Example(f"{history.name} could not be read: {why}", (last.line,) if last else ())
        self._doubt(example, *(OF_STATE if want.known else ["twice" if want.genuine else "accepted_wrong"]))

    def _doubt(self, example: Example, *names: str) -> None:
        for name in names:
            self.doubtful[name].add(example)

    def _blame(self, id_: str, name: str, example: Example) -> None:
        """Count one for what its state shows, unless what nobody told of may have brought that about."""
        if id_ in self.untold:
            self._doubt(example.but(_UNTOLD), name)
        else:
            self._add_shown(name, example)

    def _add_shown(self, name: str, example: Example) -> None:
        self.piles[name].add(example)
        self.shown[name] += 1

    def _known(self, part: Part, want: Wanted, history: History, last: Observation) -> None:
        lines = (newest(history), last.line)
        if doubt := unclear(part, last, want):
            self._doubt(Example(f"{history.name} {doubt}", lines), *OF_STATE)
            return
        fits = not part.shows_status or part.fits_status(want, last)
        should = " or ".join(f'"{one}"' for one in sorted(want.statuses))
        number = count(last.values.get(part.counts))
        if not last.present:
            self.lost.add(Example(f"{history.name} is not there", lines))
        elif not part.fits_id(history.id, last):
            other = value(last.values.get("id"))
            self._add_shown("lost", Example(f"{history.name} is kept under another id: {other}", lines))
        elif number is not None and number < want.least:
            words = f"{history.name} shows {part.counts} {number} where it acknowledged {_ends(want.least)}"
            self.lost.add(Example(words, (*acknowledged_ends(history), last.line)))
        elif not fits:
            words = f"{history.name} shows {shown(last, ('status',))} where the latest it acknowledged says {should}"
            if history.id in self.untold:
                self._doubt(Example(words, lines).but(_UNTOLD), "lost", "stale")
                return
            undone = (number is not None and ended(history, want)) or may_be_undone(part, history, want, last)
            by = [one.outcome_line for one in undoing(part, history, want, last)][-1:] if undone else []
            self._add_shown("stale" if undone else "lost", Example(words, (newest(history), *by, last.line)))

    def _twice(self, part: Part, want: Wanted, history: History, last: Observation) -> None:
        number = count(last.values.get(part.counts)) if last.present else None
        if want.genuine and number is not None and number > want.most:
            sent = f"{_ends(want.most)} {'was' if want.most == 1 else 'were'} sent"
            words = f"{history.name} shows {part.counts} {number} where {sent}"
            acted = [one.line for one in history.sent if one.end or part.counts == "runs"]
            self._blame(history.id, "twice", Example(words, (*acted[-4:], last.line)))

    def _wrong(self, part: Part, history: History, last: Observation) -> None:
        """Where all that was sent is to be refused there is to be nothing; what was acknowledged is counted already."""
        if not last.present or not all(part.demanded(one) is Demand.NO for one in history.sent):
            return
        if not any(one.acknowledged for one in history.sent):
            first = history.sent[0]
            what = step_of(first) if step_of(first) in STEPS else "to be refused"
            words = f"{history.name} is there ({shown(last)}), though all that was sent of it was {what}"
            self._blame(history.id, "accepted_wrong", Example(words, (first.line, last.line)))


def book_of(parts: tuple[Part, ...], asked: frozenset[str] | None, untold: frozenset[str] = frozenset()) -> Book:
    """All ids of a load, by their histories; `asked` are those of a sample, None for all of them.

    Of the ids of `untold` more may have been sent than the journal tells.
    """
    book = Book(untold=untold)
    for part in parts:
        for history in part.histories():
            book.history(part, history, asked=asked is None or history.id in asked)
    return book


def _wrong(one: Attempt) -> str:
    if not one.valid:
        return "malformed"
    if one.credentials != "right":
        return f"sent with {one.credentials} credentials"
    return f"sent with {one.fault_name}" if one.fault else "to be refused, as its scenario says"


def _may_be_side_by_side(one: Sent, copies: Iterable[Sent]) -> bool:
    """Whether a copy of which nobody saw the end may have been taken in while this one was sent away."""
    return any(other.outcome is Outcome.IN_DOUBT and other.intended < one.done for other in copies)


def _ends(number: int) -> str:
    return f"{number} end{'' if number == 1 else 's'}"
