"""Plays random schedules against a receiver, and cuts down those that fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from simulator.authoring import parse_scenario
from simulator.exploring.schedules import schedule
from simulator.exploring.shrinking import INTERRUPTED, Shrunk, Steady, shrink
from simulator.exploring.trials import Effort, Enough, Reference, Spent, Trials
from simulator.model import Result, Verdict
from simulator.receiver import Receiver

_AT_ONCE: Final = 4


class Found(NamedTuple):
    """A schedule that failed: its seed, its text, and what became of it."""

    seed: int
    text: str
    check: str
    because: str
    shrunk: Shrunk | Steady | None  # None: another schedule that failed in the same way was cut down


@dataclass(frozen=True, kw_only=True)
class Explored:
    """What came of it. `inconclusive` are promises that could not be judged, of all schedules."""

    seed: int
    schedules: int
    deliveries: int
    passed: int  # promises
    found: tuple[Found, ...]
    inconclusive: tuple[Verdict, ...]
    stopped: str = ""

    @property
    def failed(self) -> bool:
        """Whether the receiver broke a promise, and did so again when it was looked at closely."""
        return any(isinstance(one.shrunk, Shrunk) for one in self.found)

    @property
    def exit_code(self) -> int:
        """1 when it failed, 4 when there is doubt, else 0."""
        if self.failed:
            return 1
        return 4 if self.found or self.inconclusive or not self.passed or self.stopped else 0


def explore(
    receiver: Receiver,
    partner: str,
    *,
    count: int,
    seed: int,
    environment: Mapping[str, str] | None = None,
    allow: frozenset[str] = frozenset(),
    effort: Effort = Effort(),  # noqa: B008 (frozen)
    progress: Callable[[str], None] = lambda _: None,
    reference: Reference | None = None,
) -> Explored:
    """Play `count` schedules of the seeds from `seed` on; of those that break the same promise the first is cut down.

    `effort` bounds each such search; `within` bounds the playing besides.

    Raises:
        UsageError: there are no schedules of that partner, or the receiver takes none of its notifications.
        NeverReached: nothing got to the receiver.
        StorageError: a journal could not be written.
    """
    authorized = receiver.authorization_for(partner) is not None
    probe = receiver.probes.get("export")
    shown = frozenset(probe.select if probe else ())
    found: list[Found] = []
    inconclusive: list[Verdict] = []
    played = deliveries = passed = 0
    stopped = ""
    wide = replace(effort, at_once=max(effort.at_once, _AT_ONCE), tries=None)
    with Trials(receiver=receiver, environment=environment or {}, allow=allow, effort=wide) as trials:
        try:
            while played < count:
                seeds = [seed + one for one in range(played, min(played + trials.at_once, count))]
                texts = [schedule(partner, one, authorized=authorized, shown=shown) for one in seeds]
                progress(f"{played:,} of {count:,} schedules, {len(found):,} failed")
                scenarios = [parse_scenario(text, f"schedule {one}") for one, text in zip(seeds, texts, strict=True)]
                for one, text, seen in zip(seeds, texts, trials.play(scenarios, short=False), strict=True):
                    played += 1
                    deliveries += seen.deliveries
                    passed += sum(verdict.result is Result.PASSED for verdict in seen.verdicts)
                    inconclusive += [v for v in seen.verdicts if v.result is Result.INCONCLUSIVE and v.level == "must"]
                    found += [Found(one, text, v.check, v.because, None) for v in seen.failed[:1]]
        except Enough as enough:
            stopped = str(enough)
        except KeyboardInterrupt:
            stopped = INTERRUPTED
    looked_at = set[str]()
    for place, failed in enumerate(found):
        if stopped != INTERRUPTED and _kind(failed.check) not in looked_at:
            smaller = _smaller(failed, receiver, environment or {}, allow, effort, progress, reference)
            found[place] = failed._replace(shrunk=smaller)
            if isinstance(smaller, Shrunk):
                looked_at.add(_kind(failed.check))
                stopped = INTERRUPTED if smaller.stopped == INTERRUPTED else stopped
    return Explored(
        seed=seed, schedules=played, deliveries=deliveries, passed=passed, found=tuple(found),
        inconclusive=tuple(inconclusive), stopped=stopped,
    )  # fmt: skip


def _smaller(
    found: Found,
    receiver: Receiver,
    environment: Mapping[str, str],
    allow: frozenset[str],
    effort: Effort,
    progress: Callable[[str], None],
    reference: Reference | None,
) -> Shrunk | Steady:
    def tell(spent: Spent) -> None:
        progress(f"schedule of seed {found.seed}: {spent.tries:,} tries, down to {spent.deliveries:,} deliveries")

    scenario = parse_scenario(found.text, f"schedule {found.seed}")
    return shrink(
        scenario, receiver, environment=environment, allow=allow, effort=effort, progress=tell, reference=reference
    )


def _kind(check: str) -> str:
    """The check without its number: schedules have different claims before it."""
    kind, _, rest = check.partition("/")
    return kind if kind == "expect" else rest.partition("-")[2]
