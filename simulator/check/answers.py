"""How a delivery ended, in words, and when its end says nothing about the receiver."""

from simulator.check.case import Case
from simulator.check.finding import Finding
from simulator.check.state import duration
from simulator.model import Attempt, Outcome, Result

HUNG_UP = frozenset({Outcome.CLOSED, Outcome.RESET})
_OURS = frozenset({Outcome.BLOCKED, Outcome.DNS})
_LONGEST = 120


def hung_up(attempt: Attempt) -> bool:
    """Whether the receiver ended the connection without an answer."""
    return attempt.outcome in HUNG_UP


def evidence(attempt: Attempt) -> tuple[int, ...]:
    """The journal lines of an attempt."""
    return (attempt.line,) if attempt.outcome_line == attempt.line else (attempt.line, attempt.outcome_line)


def told(attempt: Attempt) -> str:
    """What became of it: `nightly[2].completed came back 500 after 3.1ms`."""
    again = f" (attempt {attempt.attempt})" if attempt.attempt > 1 else ""
    return f"{attempt.name}{again} {_end(attempt)}"


def _end(attempt: Attempt) -> str:
    after = f"after {duration(attempt.took)}"
    detail = f": {attempt.detail[:_LONGEST]}" if attempt.detail else ""
    match attempt.outcome:
        case Outcome.ANSWERED:
            return f"came back {attempt.answer_status} {after}"
        case Outcome.REDIRECTED:
            return f"came back {attempt.answer_status}, a redirect, which the partner does not follow, {after}"
        case Outcome.CLOSED | Outcome.RESET:
            how = "closed" if attempt.outcome is Outcome.CLOSED else "reset"
            before = ", which had carried a request before" if attempt.reused else ""
            return f"had its connection{before}{',' if before else ''} {how} without an answer {after}"
        case Outcome.REFUSED:
            return "found nobody listening: the connection was refused"
        case Outcome.IN_DOUBT:
            return f"was sent, and nobody saw what came of it{detail}"
        case Outcome.SKIPPED:
            return f"was not sent{detail}"
        case Outcome.BLOCKED | Outcome.DNS | Outcome.TLS:
            return f"did not reach the receiver ({attempt.outcome}{detail})"
        case Outcome.MALFORMED | Outcome.TRUNCATED:
            return f"had no whole HTTP answer ({attempt.outcome}{detail}) {after}"
        case _:
            return f"had no answer in its {duration(attempt.timeout)} ({attempt.outcome})"


def no_credentials(case: Case, name: str, credentials: str, lines: tuple[int, ...]) -> Finding | None:
    """Without credentials of its own, what a partner sends with wrong ones is what it sends with right ones.

    `name` is what was sent, `credentials` how they were wrong, `lines` where the journal tells of it; None when the
    partner has some, or sent right ones.
    """
    if credentials == "right" or case.authorized:
        return None
    because = (
        f"{name} is about wrong credentials, and neither a receiver file nor --authorization names any that they "
        "could differ from"
    )
    return Finding(Result.NOT_APPLICABLE, because, lines)


def doubt(case: Case, attempt: Attempt) -> Finding | None:
    """Why the end of a delivery says nothing about what was expected of the receiver; None when it does."""
    if (nothing := no_credentials(case, attempt.name, attempt.credentials, evidence(attempt))) is not None:
        return nothing
    if attempt.hung_up:
        because = f"{attempt.name} was cut off by the partner on purpose, so that there was no answer to judge"
        return Finding(Result.INCONCLUSIVE, f"{because}: only a probe tells what became of it", evidence(attempt))
    ours = attempt.outcome in _OURS or attempt.outcome in (Outcome.IN_DOUBT, Outcome.SKIPPED)
    if ours or (not attempt.outcome.reached and attempt.endpoint not in case.facts.reached):
        return Finding(Result.INCONCLUSIVE, told(attempt), evidence(attempt))
    return None


def aged(case: Case, attempt: Attempt) -> Finding | None:
    """A kept connection may have ended without an answer for its age; None where a second play settles that."""
    if not (attempt.reused and hung_up(attempt) and case.unconfirmed):
        return None
    because = (
        f"{told(attempt)}; it may have ended for its age, and this is not played again on a connection of its own. "
        "A receiver that ends connections should say so, with Connection: close"
    )
    return Finding(Result.INCONCLUSIVE, because, evidence(attempt))


def no_control(case: Case, attempt: Attempt) -> Finding | None:
    """A refusal means something only from a receiver that takes what it should; None when this one does.

    Without that nothing is known: a run that could not judge a refusal has not passed.
    """
    if attempt.endpoint in case.facts.controls:
        return None
    because = (
        f"no delivery as the partner sends it was acknowledged at {attempt.endpoint} in this run, so that a refusal "
        f"says nothing; {told(attempt)}"
    )
    return Finding(Result.INCONCLUSIVE, because, evidence(attempt))
