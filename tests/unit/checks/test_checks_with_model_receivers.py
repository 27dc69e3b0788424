"""Receivers in miniature: correct ones are never said to have failed, flawed ones always are.

Partners here send in any order, repeat, try again and let deliveries overlap; receivers act when they like, up to two
seconds after they answered. What they do is drawn by Hypothesis.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from simulator.checks import verdicts
from simulator.model import Outcome, Result, Verdict
from simulator.scenario import Claim, Export
from tests.unit.checks.told_run import Moment, Told

WINDOW = 2.0
LAG = 1.8
INVARIANTS = ("acknowledged-is-kept", "repeats-change-nothing", "order-changes-nothing", "ends-stay-ended")


@dataclass(frozen=True)
class Note:
    """One notification, as a receiver reads it."""

    id: str
    run: int
    at: float
    end: bool


@dataclass(frozen=True)
class Applied:
    """A receiver took one in."""

    moment: float
    note: Note


@dataclass(frozen=True)
class Shown:
    status: str
    effects: int
    runs: int


Show = Callable[[Sequence[Note]], Shown | None]
"""What a receiver shows of one id, from all it has taken in so far, in the order it did."""


def correct(taken: Sequence[Note]) -> Shown | None:
    """The latest by the partner's clock; one act for each different end."""
    if not taken:
        return None
    latest = max(taken, key=lambda one: (one.at, one.end))
    different = sorted(set(taken), key=lambda one: (one.at, one.end))
    runs, open_ = 0, False
    for one in different:
        runs += not (one.end and open_)
        open_ = not one.end
    return Shown("Completed" if latest.end else "Initiated", sum(one.end for one in different), runs)


def last_write_wins(taken: Sequence[Note]) -> Shown | None:
    right = correct(taken)
    return right and Shown("Completed" if taken[-1].end else "Initiated", right.effects, right.runs)


def counts_copies(taken: Sequence[Note]) -> Shown | None:
    right = correct(taken)
    return right and Shown(right.status, sum(one.end for one in taken), right.runs)


def drops_second_runs(taken: Sequence[Note]) -> Shown | None:
    return correct([one for one in taken if one.run == taken[0].run])


@dataclass
class Play:
    """A partner, a receiver and a runner, all of them dice."""

    dice: Random
    show: Show
    told: Told
    lag: float = LAG

    def send(self, notes: Sequence[Note], *, unreliable: bool, shuffled: bool, repeated: bool) -> list[Note]:
        """Send all, perhaps again and in another order; gives those that were acknowledged."""
        order = list(notes)
        if repeated:
            order += self.dice.choices(order, k=self.dice.randint(1, 4))
        if shuffled:
            self.dice.shuffle(order)
        else:
            order.sort(key=lambda one: (one.at, one.end))
        now, acknowledged = 1.0, []
        self.applied: list[Applied] = []
        self.answers: list[tuple[float, str]] = []
        copies: dict[Note, int] = {}
        for note in order:
            copy = copies[note] = copies.get(note, -1) + 1
            bad: Sequence[int | Outcome] = (500, Outcome.TIMEOUT_HEADERS)
            trouble = self.dice.choice(bad) if unreliable and self.dice.random() < 0.3 else None
            number = None
            if trouble is not None:
                number = self.attempt(note, now, copy, trouble, retried=self.dice.random() < 0.7)
                now += 0.4
            if number is not None or trouble is None:
                self.attempt(note, now, copy, 200, number=number)
                acknowledged.append(note)
            now += self.dice.choice([0.0, 0.005, 0.3, 2.5])
        return acknowledged

    def attempt(
        self,
        note: Note,
        t: float,
        copy: int,
        answer: int | Outcome,
        *,
        retried: bool = False,
        number: int | None = None,
    ) -> int | None:
        """One attempt; what is not acknowledged may have been taken in all the same, at any time."""
        took = self.dice.uniform(0.001, 0.3)
        made = self.told.send(
            "completed" if note.end else "initiated",
            t,
            took=took,
            answer=answer,
            at=note.at,
            run=note.run,
            id=note.id,
            copy=copy,
            number=number,
            attempt=1 if number is None else 2,
            final=not retried,
        )
        if answer == 200 or self.dice.random() < 0.5:
            self.applied.append(Applied(t + self.dice.uniform(0, took + self.lag), note))
        if not retried:
            self.answers.append((t + took, note.id))
        return made if retried else None

    def read(self) -> None:
        """As the runner does: before, after each answer, and at the end every quarter of a second."""
        self.applied.sort(key=lambda one: one.moment)
        over = max((t for t, _ in self.answers), default=1.0)
        for id_ in sorted({one.note.id for one in self.applied} | {id_ for _, id_ in self.answers}):
            self.told.see(0.5, "before", id=id_, present=False)
            for t, of in self.answers:
                if of == id_:
                    self.reading(t + self.dice.choice([0.0, 0.01]), "after", id_)
            t = over
            while t <= over + WINDOW + 0.05:
                self.reading(t, "end", id_)
                t += 0.25

    def reading(self, t: float, moment: Moment, id_: str) -> None:
        took = self.dice.uniform(0.0005, 0.1)
        looked = t + self.dice.uniform(0, took)
        shown = self.show([one.note for one in self.applied if one.moment <= looked and one.note.id == id_])
        values = vars(shown) if shown else {}
        self.told.see(t, moment, took=took, id=id_, present=shown is not None, **values)


def notes_of(runs: int, *, shared: bool, together: bool) -> list[Note]:
    """Start and end of each run; `together`: in one moment of the partner's clock."""
    made = []
    for run in range(1, runs + 1):
        start, id_ = run * 14400.0, "1" if shared else str(run)
        made += [Note(id_, run, start, end=False), Note(id_, run, start + (0 if together else 560), end=True)]
    return made


def claims(*names: str) -> list[Claim]:
    """The named invariants, then what authors claim."""
    made = [Claim(kind="invariant", number=n, invariant=name) for n, name in enumerate(names, start=1)]
    n = len(names)
    return [
        *made,
        Claim(kind="eventually", number=n + 1, wants={"status": "Completed"}),
        Claim(kind="never", number=n + 2, goes=("Completed", "Initiated")),
        Claim(kind="never", number=n + 3, wants={"absent": True}),
    ]


def play(
    dice: Random,
    show: Show,
    notes: Sequence[Note],
    lag: float = LAG,
    *,
    unreliable: bool = False,
    shuffled: bool = True,
    repeated: bool = True,
    lost: bool = False,
) -> tuple[dict[str, Verdict], list[Note], Play]:
    """Verdicts by name of claim, what was acknowledged, and how it went."""
    with TemporaryDirectory() as folder:
        told = Told(
            folder=Path(folder),
            select={"status": "$", "effects": "$", "runs": "$"},
            exports=(Export(name="nightly", runs=9),),
        )
        one = Play(dice=dice, show=show, told=told, lag=lag)
        acknowledged = one.send(notes, unreliable=unreliable, shuffled=shuffled, repeated=repeated)
        if lost and acknowledged:
            gone = dice.choice(acknowledged)
            one.applied = [other for other in one.applied if other.note.id != gone.id]
        one.read()
        found = state(told)
    return found, acknowledged, one


def state(told: Told) -> dict[str, Verdict]:
    """Verdicts on all claims, by name."""
    found = verdicts(told.case(*claims(*INVARIANTS)))
    names = [
        verdict.check.partition("-")[2] if verdict.check != "then/7-never" else "never-absent" for verdict in found
    ]
    return {name: verdict for name, verdict in zip(names, found, strict=True) if verdict.check != "expect/each"}


RUNS = st.integers(1, 3)
DICE = st.integers(0, 2**32).map(Random)


@settings(max_examples=400)
@given(DICE, RUNS, st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_a_correct_receiver_is_never_said_to_have_failed(
    dice: Random,
    runs: int,
    shared: bool,
    together: bool,
    unreliable: bool,
    shuffled: bool,
    repeated: bool,
) -> None:
    notes = notes_of(runs, shared=shared, together=together)
    found, acknowledged, _ = play(dice, correct, notes, unreliable=unreliable, shuffled=shuffled, repeated=repeated)
    ends = {one.id for one in acknowledged if one.end and one.at == max(x.at for x in notes if x.id == one.id)}
    whole = {one.id for one in acknowledged} <= ends  # else an export may rightly stay begun for ever
    failed = {name: one.because for name, one in found.items() if one.failed and (whole or name != "eventually")}
    if unreliable and "a copy of what was acknowledged" in failed.get("repeats-change-nothing", ""):
        del failed["repeats-change-nothing"]  # an answer of 500 to a copy is a failure, whoever gave it
    assert failed == {}


@settings(max_examples=100)
@given(DICE, RUNS, st.booleans(), st.booleans())
def test_a_correct_receiver_that_was_seen_well_passes_all(
    dice: Random,
    runs: int,
    shared: bool,
    together: bool,
) -> None:
    found, _, one = play(dice, correct, notes_of(runs, shared=shared, together=together), lag=0.0)
    order = found.pop("order-changes-nothing")
    assert {verdict.check: verdict.because for verdict in found.values() if verdict.result is not Result.PASSED} == {}
    assert order.result in (Result.PASSED, Result.INCONCLUSIVE)
    assert one.applied


@settings(max_examples=100)
@given(DICE, RUNS)
def test_last_write_wins_is_found(dice: Random, runs: int) -> None:
    found, _, one = play(dice, last_write_wins, notes_of(runs, shared=True, together=False), lag=0.0)
    latest = max((other.note for other in one.applied), key=lambda note: note.at)
    assume(one.applied[-1].note.end is not latest.end)
    assert found["acknowledged-is-kept"].result is Result.FAILED
    assert found["eventually"].result is Result.FAILED
    sent = [line for line in ("order-changes-nothing",) if found[line].result is not Result.INCONCLUSIVE]
    assert [found[line].result for line in sent] == [Result.FAILED] * len(sent)


@settings(max_examples=100)
@given(DICE, RUNS)
def test_an_end_undone_by_a_late_start_is_found(dice: Random, runs: int) -> None:
    late = Note("1", 1, 14400.0, end=False)
    others = [one for one in notes_of(runs, shared=True, together=False) if one != late]
    with TemporaryDirectory() as folder:
        told = Told(
            folder=Path(folder), select={"status": "$", "effects": "$"}, exports=(Export(name="nightly", runs=9),)
        )
        one = Play(dice=dice, show=last_write_wins, told=told, lag=0.0)
        one.send(others, unreliable=False, shuffled=False, repeated=False)
        last = max(t for t, _ in one.answers)
        one.attempt(late, last + 0.5, 0, 200)
        one.read()
        found = state(told)
    for name in ("acknowledged-is-kept", "order-changes-nothing", "eventually"):
        assert found[name].result is Result.FAILED, found[name]
    for name in ("ends-stay-ended", "never"):
        assert found[name].result is Result.FAILED or "was never seen to" in found[name].because, found[name]


@settings(max_examples=100)
@given(DICE, RUNS, st.booleans(), st.booleans())
def test_counting_copies_is_found(dice: Random, runs: int, shared: bool, unreliable: bool) -> None:
    notes = notes_of(runs, shared=shared, together=False)
    found, acknowledged, one = play(dice, counts_copies, notes, unreliable=unreliable)
    ends = Counter(other.note.id for other in one.applied if other.note.end)
    assume(any(number > (runs if shared else 1) for number in ends.values()))  # fewer may be different ends
    assert acknowledged
    assert found["repeats-change-nothing"].result is Result.FAILED


@settings(max_examples=100)
@given(DICE, st.integers(2, 3), st.booleans())
def test_dropping_later_runs_of_one_id_is_found(dice: Random, runs: int, shuffled: bool) -> None:
    notes = notes_of(runs, shared=True, together=False)
    found, _, _ = play(dice, drops_second_runs, notes, shuffled=shuffled, repeated=False)
    assert found["acknowledged-is-kept"].result is Result.FAILED


@settings(max_examples=100)
@given(DICE, RUNS, st.booleans())
def test_losing_what_was_acknowledged_is_found(dice: Random, runs: int, unreliable: bool) -> None:
    notes = notes_of(runs, shared=False, together=False)
    found, acknowledged, _ = play(dice, correct, notes, unreliable=unreliable, lost=True)
    assume(acknowledged)
    assert found["acknowledged-is-kept"].result is Result.FAILED
    assert "is not there, though" in found["acknowledged-is-kept"].because
