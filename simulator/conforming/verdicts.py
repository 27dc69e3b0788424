"""The verdicts of a play become one verdict for its rule."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Final, Literal

from simulator.conforming.pairs import Pair
from simulator.journal import Journal
from simulator.model import Play, Result, Verdict
from simulator.receiver import Receiver
from simulator.rule import Judged

_LINES: Final = 2  # journal lines of each part that stand first in the evidence: an attempt has two


def judged_play(
    pair: Pair, play: Play, fail_on: Literal["must", "should"] = "must", receiver: Receiver | None = None
) -> Judged:
    """One verdict made of those of the play.

    Failed if any failed, controls aside; a failed control makes it not applicable. Else inconclusive if any is, not
    applicable if all are, and passed only when something that was promised was kept. What may be is tolerated when its
    effect is there; an answer alone is not enough where the rule looks further. Claims that the `receiver` file
    cannot show are left out of a rule that counts them only where they are shown.
    """
    rule = pair.rule
    controls = {f"expect/{name}" for name in rule.control}
    parts = tuple(one for one in play.verdicts if one.check not in controls)
    unseen = _unseen(pair, receiver) if rule.where_shown and receiver else {}
    answers = tuple(one for one in parts if one.check not in unseen)
    without = "; ".join(dict.fromkeys(unseen.values())) if answers else ""
    parts = answers or parts
    asked = [one for one in play.verdicts if one.check in controls]
    result, told = _made_of(asked, [one for one in parts if one.level != "may"])
    because = _because(result, told, controlled=bool(told) and told[0] in asked)
    if rule.level == "may" and result is Result.FAILED:
        because = f"{_ignored(parts)}{because}"
    if result is Result.PASSED and without:
        because = f"the answers were right; effects were not looked at: {without}"
    if result is Result.INCONCLUSIVE and not play.complete and (lost := Journal.open(play.journal).lost):
        because = lost
    elif result is Result.INCONCLUSIVE and not play.reached:
        because = "nothing of it reached the receiver"
    verdict = Verdict(
        check=rule.name,
        result=result,
        because=because,
        evidence=_evidence(told),
        level=rule.level,
        sentence=rule.sentence,
        scenario=play.source,
        reproduce=next((one.reproduce for one in play.verdicts), ""),
        strictly=rule.level == fail_on == "should" and result is Result.FAILED,
    )
    return Judged(rule, pair.partner, verdict, replace(play, verdicts=(verdict,)), parts, without)


def _ignored(parts: Sequence[Verdict]) -> str:
    """What was answered, where every answer is as it may be and only the effect is not there; else ""."""
    answers = [one for one in parts if one.check.startswith("expect/")]
    if not answers or not all(one.passed for one in answers):
        return ""
    return f"answered and ignored: {'; '.join(one.because for one in answers)}, but "


def _unseen(pair: Pair, receiver: Receiver) -> dict[str, str]:
    """Verdict of a claim → the probe, or the names under its `select`, that the receiver file would have to declare."""
    found: dict[str, str] = {}
    for claim in pair.scenario.claims:
        probe = receiver.probes.get(claim.probe)
        if probe is None:
            found[claim.check] = f"no probe {claim.probe!r}"
        elif lacks := [name for name in claim.wants if name != "absent" and name not in probe.select]:
            names = ", ".join(f"`{name}`" for name in lacks)
            found[claim.check] = f"the probe {claim.probe!r} does not select {names}"
    return found


def _made_of(controls: Sequence[Verdict], parts: Sequence[Verdict]) -> tuple[Result, list[Verdict]]:
    """The result, and the verdicts that it rests on."""
    broken = [one for one in controls if one.failed]
    if broken:
        return Result.NOT_APPLICABLE, broken
    failed = [one for one in parts if one.failed]
    if failed:
        return Result.FAILED, failed
    unclear = [one for one in (*controls, *parts) if one.result is Result.INCONCLUSIVE]
    if unclear or not parts:
        return Result.INCONCLUSIVE, unclear
    passed = [one for one in parts if one.result is Result.PASSED]
    return (Result.PASSED, passed) if passed else (Result.NOT_APPLICABLE, list(parts))


def _because(result: Result, told: Sequence[Verdict], *, controlled: bool) -> str:
    if result is Result.NOT_APPLICABLE and controlled:  # how it was answered instead, the evidence shows
        return "the plain delivery is not acknowledged, so nothing else shows anything"
    words = "; ".join(dict.fromkeys(one.because for one in told if one.because))
    return words or ("" if result is Result.PASSED else "nothing was promised that could be judged")


def _evidence(told: Sequence[Verdict]) -> tuple[int, ...]:
    """The first lines of each, then the others: what is shown in full is something of all of them."""
    first = chain.from_iterable(one.evidence[:_LINES] for one in told)
    rest = chain.from_iterable(one.evidence[_LINES:] for one in told)
    return tuple(dict.fromkeys([*first, *rest]))
