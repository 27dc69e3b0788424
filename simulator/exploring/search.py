"""A search for a smaller scenario: the best so far, and how another is tried: scouts side by side, then each alone."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from simulator.authoring import parse_scenario
from simulator.errors import UsageError
from simulator.exploring.draft import Document, Draft, Path, Piece, at, without
from simulator.exploring.reducing import smallest
from simulator.exploring.trials import Seen, Trials
from simulator.exploring.writing import written
from simulator.model import Verdict
from simulator.scenario import Scenario


@dataclass(kw_only=True)
class _Count:
    """How often a draft was played alone, and failed."""

    fails: int = 0
    plays: int = 0


@dataclass(kw_only=True)
class Search:
    """What was found so far. `short`: claims are watched for a short time only. `width` are played side by side.

    `verdict` and `touched` are what the last play of the best showed: why it failed, and of which steps and exports.
    """

    trials: Trials
    scenario: Scenario
    best: Draft
    short: bool = False
    width: int = 1
    verdict: Verdict = field(init=False)
    touched: tuple[tuple[str, str], ...] = ()
    _counts: dict[str, _Count] = field(default_factory=dict)
    _tried: set[str] = field(default_factory=set)
    _rejected: set[str] = field(default_factory=set)

    def anew(self, best: Draft, deliveries: int) -> None:
        """Begin again from there: what passed before may fail now."""
        self.best, self._counts, self._rejected = best, {}, set()
        self.trials.deliveries = deliveries

    def leave_out(self, pieces: Sequence[Piece]) -> None:
        """Without as many of the pieces as can be."""
        base = self.best

        def left(kept: Iterable[Piece]) -> Draft | None:
            stays = set(kept)
            return without(base, [piece for piece in pieces if piece not in stays])

        smallest(pieces, lambda parts: self.scout(map(left, parts)), lambda part: self.confirm(left(part)))

    def with_(self, path: Path, value: object) -> Draft:
        """The best with another value there."""
        document = deepcopy(self.best.document)
        at(document, path[:-1])[path[-1]] = value
        return self.best._replace(document=document)

    def smaller(self, draft: Draft) -> bool:
        """Whether it has fewer deliveries."""
        scenario = self.playable(draft)
        return scenario is not None and self.trials.size(scenario) < self.trials.deliveries

    def first(self, options: Sequence[Draft | None]) -> bool:
        """Take the first of them that fails; whether one did."""
        seems = self.scout(options)
        return any(self.confirm(one) for one, fails in zip(options, seems, strict=True) if fails)

    def scout(self, options: Iterable[Draft | None]) -> list[bool]:
        """Which of them fail in a play or so, several side by side."""
        made = list(options)
        ready = {place: found for place, one in enumerate(made) if (found := self.playable(one)) is not None}
        self._count(one.text for one in ready.values())
        effort = self.trials.effort
        often = effort.plays - effort.fails + 1  # so many times without a failure, and it cannot fail often enough
        plays = [one for one in ready.values() for _ in range(often)]
        seen = self.trials.play(plays, short=self.short, at_once=self.width) if plays else []
        seems = [False] * len(made)
        for number, (place, scenario) in enumerate(ready.items()):
            fails = sum(self.fails(made[place], one) for one in seen[number * often : (number + 1) * often])
            seems[place] = fails > 0
            if not fails:
                self._rejected.add(scenario.text)
            elif self.width == 1:  # it was alone
                self._counts[scenario.text] = _Count(fails=fails, plays=often)
        return seems

    def confirm(self, option: Draft | None) -> bool:
        """Whether it fails as often as is asked for, played alone; then it is the best there is."""
        scenario = self.playable(option)
        if scenario is None or option is None:
            return False
        self._count([scenario.text])
        if any(option.target.is_of(check) for check in self.trials.wrongly_asked(scenario)):
            self._rejected.add(scenario.text)
            return False
        effort, count = self.trials.effort, self._counts.pop(scenario.text, _Count())
        seen: Seen | None = None
        while count.fails < effort.fails:
            if count.plays - count.fails > effort.plays - effort.fails:
                self._rejected.add(scenario.text)
                return False
            (seen,) = self.trials.play([scenario], short=self.short)
            count.plays += 1
            count.fails += self.fails(option, seen)
        self.best = option
        self.trials.deliveries = self.trials.size(scenario)
        if seen is not None:
            self.learn(seen)
        return True

    def _count(self, texts: Iterable[str]) -> None:
        fresh = {text for text in texts if text not in self._tried}
        if fresh:
            self.trials.count(len(fresh))
            self._tried |= fresh

    def playable(self, draft: Draft | None) -> Scenario | None:
        """The scenario, where it can be played, is no larger than the best, and was not found to pass."""
        if draft is None:
            return None
        try:
            scenario = self.parsed(draft.document)
            fits = scenario.text not in self._rejected and 0 < self.trials.size(scenario) <= self.trials.deliveries
        except UsageError:
            return None
        return scenario if fits else None

    def parsed(self, document: Document) -> Scenario:
        """The scenario that a document is.

        Raises:
            DocumentError: it is none.
        """
        return parse_scenario(written(document), self.scenario.source)

    def fails(self, draft: Draft | None, seen: Seen) -> bool:
        """Whether a play of it broke the promise."""
        return draft is not None and any(draft.target.is_of(one.check) for one in seen.failed)

    def learn(self, seen: Seen) -> bool:
        """Keep what a play of the best showed of the broken promise; whether it was broken."""
        for one in seen.failed:
            if self.best.target.is_of(one.check):
                self.verdict, self.touched = one, seen.touched.get(one.check, ())
                return True
        return False
