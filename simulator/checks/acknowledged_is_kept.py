"""`acknowledged-is-kept`: what the receiver said it has, it has."""

from simulator.check import Case, ClaimCheck, Finding, History, Sent, whole_window
from simulator.check.order import final_statuses
from simulator.check.state import count, duration, unexplained, value
from simulator.check.subject import left_over, subject, unseen, unwatched
from simulator.model import Observation, Result
from simulator.scenario import Claim


def judge(case: Case, claim: Claim, history: History) -> Finding | None:
    """Every export of which a delivery was acknowledged is there at the end, in its last state, and was acted on.

    There: the probe shows it; where it shows `id`, with that very id, text or number. In its last state, where the
    probe shows `status`: that of the latest acknowledged event by the partner's clock, an end before anything else of
    the same time; or of whatever was sent and is later still.
    Acted on, where it shows `effects`, or else `runs`: at least as often as acknowledged ends with different times.
    It fails when the whole window was watched.
    """
    speaks = subject(case, claim, history)
    told = [one for one in speaks.sent if one.genuine and one.acknowledged and one.status] if speaks else []
    if speaks is None or not told:
        return None
    if (doubt := left_over(case, speaks) or unseen(speaks)) is not None:
        return doubt
    last = speaks.at_rest[-1]
    lines = (max(told, key=lambda one: (one.at, one.end)).outcome_line, last.line)
    lost = (
        _lost(speaks, told, last)
        or _other_id(speaks, last)
        or _wrong_status(case, claim, speaks, told, last)
        or _too_few(case, claim, speaks, told, last)
    )
    if lost is None:
        took = max(_since(speaks, last).done - speaks.answered, 0.0)
        because = f"{speaks.name} is kept, and was so {duration(took)} after its last answer"
        return Finding(Result.PASSED, because, lines, took)
    result, because = lost
    if result is Result.FAILED and (doubt := unwatched(speaks, claim.window)) is not None:
        return doubt
    if result is Result.FAILED:
        because += f", {duration(speaks.watched)} after its last answer (window {duration(claim.window)})"
    return Finding(result, because, lines)


def _lost(history: History, told: list[Sent], last: Observation) -> tuple[Result, str] | None:
    if last.present:
        return None
    return Result.FAILED, f"{history.name} is not there, though {told[-1].name} was acknowledged ({told[-1].answer})"


def _other_id(history: History, last: Observation) -> tuple[Result, str] | None:
    """An id that was cut, rounded or spelled in other letters is another export's id tomorrow."""
    shown = last.values.get("id")
    if shown is None or isinstance(shown, bool) or (isinstance(shown, str | int) and str(shown) == history.id):
        return None
    return Result.FAILED, f"{history.name} is kept under another id: {value(shown)}"


def _wrong_status(
    case: Case, claim: Claim, history: History, told: list[Sent], last: Observation
) -> tuple[Result, str] | None:
    if "status" not in case.probes[claim.probe]["select"]:
        return None
    fine = final_statuses(history, told)
    if any(case.same_status(last.values.get("status"), one) for one in fine):
        return None
    if "status" not in case.facts.shown.get(claim.probe, ()):
        return Result.INCONCLUSIVE, f"the probe {claim.probe!r} never showed a status: look at its `select`"
    seen = last.values.get("status")
    if odd := unexplained(case, seen):
        return Result.INCONCLUSIVE, f"{history.name} shows status {value(seen)}, {odd}"
    should = " or ".join(f'"{one}"' for one in sorted(fine))
    return Result.FAILED, f"{history.name} shows status {value(seen)} where the latest it acknowledged says {should}"


def _too_few(
    case: Case, claim: Claim, history: History, told: list[Sent], last: Observation
) -> tuple[Result, str] | None:
    select = case.probes[claim.probe]["select"]
    name = next((one for one in ("effects", "runs") if one in select), None)
    ends = {one.time or one.at for one in told if one.end}
    if name is None or not ends:
        return None
    number = count(last.values.get(name))
    if number is None and name not in case.facts.shown.get(claim.probe, ()):
        return Result.INCONCLUSIVE, f"the probe {claim.probe!r} never showed {name}: look at its `select`"
    if number is None:
        return Result.INCONCLUSIVE, f"{history.name} shows {name} {value(last.values.get(name))}, which counts nothing"
    if number >= len(ends):
        return None
    return Result.FAILED, f"{history.name} shows {name} {number} where it acknowledged {len(ends)} ends"


def _since(history: History, last: Observation) -> Observation:
    """The first of the readings at rest that are all like the last."""
    since = last
    for one in reversed(history.at_rest):
        if (one.present, one.values) != (last.present, last.values):
            break
        since = one
    return since


CHECK = ClaimCheck(
    name="acknowledged-is-kept",
    judge=judge,
    watch=whole_window,
    promise=lambda claim: f"what was acknowledged of {claim.of or 'any export'} is kept",
    nothing=lambda claim: f"nothing of {claim.of or 'any export'} was acknowledged, so there is nothing to keep",
    needs=lambda _: (),
)
