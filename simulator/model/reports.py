"""What a command has to say at its end: plays, their verdicts, and the exit code that follows."""

from dataclasses import dataclass

from simulator.model.load import LoadResult
from simulator.model.verdicts import Result, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """How late the sender itself was: seconds between when a first byte was due and when it left."""

    p50: float = 0.0
    p99: float = 0.0
    max: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One scenario played once and judged."""

    title: str
    source: str  # the file, or the name of a shipped scenario
    provider: str
    seed: int
    start: str  # ISO 8601 with zone
    journal: str  # path
    deliveries: int
    attempts: int
    lateness: Lateness
    verdicts: tuple[Verdict, ...]
    reached: bool  # whether any attempt got as far as the receiver
    complete: bool  # whether all that was planned was played
    note: str = ""  # what a reader should know: "interrupted by SIGINT", "TLS was not verified"


def unplayed(
    verdict: Verdict, *, source: str, provider: str, seed: int, start: str, title: str = "", complete: bool = True
) -> Play:
    """A play of which nothing was sent, and what is said of it all the same; "" for the verdict's own title."""
    return Play(
        title=title or verdict.sentence,
        source=source,
        provider=provider,
        seed=seed,
        start=start,
        journal="",
        deliveries=0,
        attempts=0,
        lateness=Lateness(),
        verdicts=(verdict,),
        reached=False,
        complete=complete,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a command has to say at its end."""

    version: str
    started: str  # ISO 8601, UTC
    seed: int
    plays: tuple[Play, ...]
    interrupted: int = 0  # the exit code of the signal that ended it: 130, 143; 0 for none
    load: LoadResult | None = None  # what a load came to, where this was one

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All verdicts, in order of play."""
        return tuple(verdict for play in self.plays for verdict in play.verdicts)

    @property
    def exit_code(self) -> int:
        """0, 1, 3, 4, 5, 130 or 143; zero evidence is 4. Only a must fails; what only may be is no evidence.

        The gravest is said: 5 (what is known to fail passed) only where nothing else is wrong, so that whoever lets it
        pass lets nothing else pass with it. A failure that is known counts as one that was looked at, and found so.
        """
        results = [one.result for one in self.verdicts if one.counts and not one.excused]
        shown = {(one.level, one.result) for one in self.verdicts if one.level != "may"}
        if self.interrupted:
            return self.interrupted
        if self.plays and not any(play.reached for play in self.plays if play.attempts):
            return 3 if any(play.attempts for play in self.plays) else 4
        if Result.FAILED in results:
            return 1
        found = shown & {(level, result) for level in ("must", "should") for result in (Result.PASSED, Result.FAILED)}
        if Result.INCONCLUSIVE in results or not found or not all(play.complete for play in self.plays):
            return 4
        return 5 if any(one.drifted for one in self.verdicts) else 0

    @property
    def outcome(self) -> Result:
        """passed, failed or inconclusive."""
        return {0: Result.PASSED, 1: Result.FAILED}.get(self.exit_code, Result.INCONCLUSIVE)
