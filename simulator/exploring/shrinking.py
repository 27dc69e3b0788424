"""Cuts a scenario that fails against a receiver down to the fewest deliveries that still break the same promise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from simulator.documents import parse
from simulator.errors import NeverReached
from simulator.exploring import passes
from simulator.exploring.draft import Draft, Target, normal
from simulator.exploring.search import Search
from simulator.exploring.trials import Effort, Enough, Reference, Seen, Spent, Trials
from simulator.exploring.writing import written
from simulator.receiver import Receiver
from simulator.scenario import Scenario

INTERRUPTED: Final = "interrupted"
"""Why a search ended that a signal ended."""

GONE: Final = "the receiver could no longer be reached"


@dataclass(frozen=True, kw_only=True)
class Shrunk:
    """A scenario that fails by itself. `text` is its file; `check` and `because` are what its last play showed."""

    text: str
    check: str
    because: str
    was: str  # the check's name in the scenario it was made from
    before: int  # deliveries
    spent: Spent
    sure: bool  # whether it failed as often as was asked for, with the windows as they are written
    stopped: str = ""  # why the search ended before nothing more could be left out; `INTERRUPTED` for a signal

    @property
    def after(self) -> int:
        """How many deliveries are left."""
        return self.spent.deliveries


@dataclass(frozen=True, kw_only=True)
class Steady:
    """A scenario that does not fail often enough to be cut down. `failed` says how often which check did."""

    plays: int
    fails: int  # how often one and the same check would have had to
    failed: Mapping[str, int]
    stopped: str = ""  # why it was not played as often as is asked for; "" when it was


def shrink(
    scenario: Scenario,
    receiver: Receiver,
    *,
    environment: Mapping[str, str] | None = None,
    allow: frozenset[str] = frozenset(),
    effort: Effort = Effort(),  # noqa: B008 (frozen)
    progress: Callable[[Spent], None] = lambda _: None,
    reference: Reference | None = None,
) -> Shrunk | Steady:
    """The smallest scenario found that breaks the promise that this one breaks first, each time with fresh ids.

    Deliveries and faults are left out first, then whatever has a default. It ends early where the bounds of `effort`
    are met, or with KeyboardInterrupt once there is something to show; what was found until then is given.

    With a `reference`, nothing is left out without which even that one would break the promise: what is left shows
    what is wrong with this receiver, not with the question.

    Raises:
        UsageError: it cannot be played.
        NeverReached: nothing got to the receiver.
        StorageError: a journal could not be written.
    """
    with Trials(
        receiver=receiver,
        environment=environment or {},
        allow=allow,
        effort=effort,
        progress=progress,
        reference=reference,
    ) as trials:
        document = parse(scenario.text, scenario.source, "scenario").value
        search = Search(trials=trials, scenario=scenario, best=Draft(normal(document), Target()))
        return _begin(search) or _shrunk(search)


def _begin(search: Search) -> Steady | None:
    """Play the whole until one promise was broken as often as is asked for: the first such one is the target."""
    trials, effort, document = search.trials, search.trials.effort, search.best.document
    scenario = search.parsed(document)
    trials.deliveries = trials.size(scenario)
    failed: dict[str, int] = {}
    showed: dict[str, Seen] = {}
    enough: list[str] = []
    plays = 0
    while not enough:
        if max(failed.values(), default=0) + effort.plays - plays < effort.fails:
            return Steady(plays=plays, fails=effort.fails, failed=failed)
        try:
            (seen,) = trials.play([scenario], short=False)
        except Enough as why:
            return Steady(plays=plays, fails=effort.fails, failed=failed, stopped=str(why))
        plays += 1
        for one in seen.failed:
            failed[one.check] = failed.get(one.check, 0) + 1
            showed[one.check] = seen
        enough = [one.check for one in seen.verdicts if failed.get(one.check, 0) >= effort.fails]
    search.best = Draft(document, Target.of(enough[0]))
    if enough[0] in trials.wrongly_asked(scenario):
        trials.reference = None  # the author asks for more than the reference keeps
    search.learn(showed[enough[0]])
    return None


def _shrunk(search: Search) -> Shrunk:
    """Cut it down, make sure, and write what is left."""
    whole, was, before = search.best, search.verdict.check, search.trials.deliveries
    stopped, sure = "", False
    try:
        for short in (True, False):
            search.anew(whole, before)
            stopped = _cut_down(search, short=short)
            sure = _sure(search)
            if sure or search.best == whole or not search.short:  # else a slow effect looked like none
                break
    except KeyboardInterrupt:
        stopped = INTERRUPTED
    except NeverReached:
        stopped = GONE
    shrunk = Shrunk(
        text="",
        check=search.verdict.check,
        because=search.verdict.because,
        was=was,
        before=before,
        spent=search.trials.spent,
        sure=sure,
        stopped=stopped,
    )
    title = search.scenario.title.removesuffix(" (shrunk)")[:480]
    document = {**search.best.document, "scenario": f"{title} (shrunk)"}
    return replace(shrunk, text=written(document, _remarks(search.scenario, shrunk, search.trials.effort)))


def _cut_down(search: Search, *, short: bool) -> str:
    """Leave out what can be; why that ended early, "" when it did not."""
    search.trials.bounded = True
    timed = next((one for one in search.scenario.expectations if one.name == search.best.target.name), None)
    search.width = 1 if timed is not None and timed.within is not None else search.trials.at_once
    search.short = short and search.best.target.place >= 0
    try:
        passes.hurry(search)
        if not passes.focus(search) and search.short:
            (seen,) = search.trials.play([search.parsed(search.best.document)], short=True)
            search.short = search.learn(seen)
        passes.promises(search)
        before = None
        while search.best != before:  # what was tried before is not tried again
            before = search.best
            for one in (passes.numbers, passes.units, passes.emits, passes.details):
                one(search)
        passes.times(search)
        passes.names(search)
    except Enough as enough:
        return str(enough)
    return ""


def _sure(search: Search) -> bool:
    """Whether what is left fails as often as is asked for, with its windows as they are written."""
    search.trials.bounded = False
    effort, scenario = search.trials.effort, search.parsed(search.best.document)
    fails = plays = 0
    while fails < effort.fails and plays - fails <= effort.plays - effort.fails:
        (seen,) = search.trials.play([scenario], short=False)
        plays += 1
        fails += search.learn(seen)
    return fails >= effort.fails


def _remarks(scenario: Scenario, shrunk: Shrunk, effort: Effort) -> list[str]:
    """What stands at the top of the file."""
    tries, plays, seconds, deliveries = shrunk.spent
    remarks = [
        f"Made by `partnersim shrink` from {scenario.source}; left are {deliveries:,} of {shrunk.before:,} deliveries. "
        f"What fails is {shrunk.check}" + (f", there {shrunk.was}." if shrunk.was != shrunk.check else "."),
        f"{shrunk.check}: {shrunk.because}",
        f"It took {tries:,} tries, {plays:,} plays, {seconds:.0f} s.",
    ]
    if shrunk.sure:
        remarks.append(f"What is left failed in {effort.fails} of at most {effort.plays} plays, each with fresh ids.")
    if shrunk.stopped:
        remarks.append(f"The search ended early ({shrunk.stopped}): it may become smaller still.")
    if not shrunk.sure:
        remarks.append("It was not made sure of in the end: play it before you rely on it.")
    return remarks
