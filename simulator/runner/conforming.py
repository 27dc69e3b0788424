"""Rules become plays, and the verdicts of a play one verdict for its rule."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final, Literal, NamedTuple

from simulator.authoring import all_of, receiver_at
from simulator.clock import fresh_seed, utc_now
from simulator.errors import DocumentError
from simulator.journal import Journal
from simulator.model import Play, Report, Result, Verdict, unplayed
from simulator.receiver import Receiver
from simulator.rule import Judged, Rule
from simulator.runner.lacking import lacking
from simulator.runner.prepare import Settings, prepare
from simulator.runner.session import Session, perform
from simulator.scenario import Scenario
from simulator.version import __version__

_RACES: Final = 3  # plays of copies that leave together before the rule passes: a race is not lost every time
_LINES: Final = 2  # journal lines of each part that stand first in the evidence: an attempt has two


class Pair(NamedTuple):
    """A rule and the partner that it is played with."""

    rule: Rule
    partner: str

    @property
    def scenario(self) -> Scenario:
        """What is played."""
        return self.rule.played[self.partner]

    @property
    def source(self) -> str:
        """The name that it is played by alone: `rules/auth/absent@clevertap`."""
        return self.scenario.source


def pairs(rules: Iterable[Rule], receiver: Receiver, partners: Sequence[str] = ()) -> tuple[Pair, ...]:
    """Each rule with each partner that the receiver has an endpoint for; only those `partners`, if any are named."""
    return tuple(
        Pair(rule, partner)
        for rule in rules
        for partner in rule.played
        if receiver.endpoint(partner) and (not partners or partner in partners)
    )


def conform(
    chosen: Sequence[Pair], session: Session, *, fail_on: Literal["must", "should"] = "must"
) -> tuple[Report, tuple[Judged, ...]]:
    """Play those that can be, several at once, and give one verdict for each.

    `session` has the scenarios of all that was chosen. With `fail_on` should, one that is broken counts as a must.

    Raises:
        DocumentError: every mistake of every rule; nothing was sent.
        UsageError: a rule cannot be played; nothing was sent.
        NeverReached: the receiver was not ready in time, or nobody is there; nothing was played.
        StorageError: a journal could not be written.
    """
    missing = _missing(chosen, session.settings, session.receiver)
    places = [place for place, pair in enumerate(chosen) if pair.source not in missing]
    played = replace(
        session,
        scenarios=[chosen[place].scenario for place in places],
        names=[session.names[place] for place in places],
        settings=replace(session.settings, races=_RACES),
        knock=True,
        alone=frozenset(index for index, place in enumerate(places) if chosen[place].rule.alone),
    )
    report = perform(played) if places else _nothing(session.settings)
    by_source = {play.source: play for play in report.plays}
    judged: list[Judged] = []
    for pair in chosen:
        if why := missing.get(pair.source):
            judged.append(_unplayed(pair, why, report))
        elif play := by_source.get(pair.source):
            judged.append(judged_play(pair, play, fail_on, session.receiver))
    return replace(report, plays=tuple(one.play for one in judged)), tuple(judged)


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


def _missing(chosen: Sequence[Pair], settings: Settings, receiver: Receiver) -> dict[str, str]:
    """Source → what keeps it from being played; whatever is wrong with the rules themselves is raised, all of it."""
    missing: dict[str, str] = {}
    wrong: list[DocumentError] = []
    plain = receiver_at("http://127.0.0.1:8000/", authorization="Bearer placeholder")
    for pair in chosen:
        try:
            prepare(pair.scenario, plain, settings, seed=0)
        except DocumentError as error:
            wrong.append(DocumentError(pair.rule.origin, error.mistakes))
            continue
        if why := unmet(pair, receiver):
            missing[pair.source] = why
            continue
        try:
            prepare(pair.scenario, receiver, settings, seed=0)
        except DocumentError as error:  # not the rule's fault: elsewhere it can be played
            missing[pair.source] = "; ".join(one.message for one in error.mistakes)
    if wrong:
        raise all_of(wrong)
    return missing


def unmet(pair: Pair, receiver: Receiver) -> str:
    """The fact that the rule needs and nothing says of the receiver, with what would; "" when it has all."""
    endpoint = receiver.endpoint(pair.partner)
    known = {
        "authorization": bool((endpoint and endpoint.authorization) or receiver.authorization),
        "start": receiver.start is not None,
        "probe": bool(receiver.probes),
        "separate_urls": len({one.url for one in receiver.endpoints.values()}) > 1,
    }
    for need in pair.rule.needs:
        if not known.get(need, receiver.supports.get(need, False)):
            return lacking(need, from_file=bool(receiver.source))
    return ""


def _unplayed(pair: Pair, why: str, report: Report) -> Judged:
    """One that nothing was sent for."""
    source, rule = pair.source, pair.rule
    verdict = Verdict(
        check=rule.name,
        result=Result.NOT_APPLICABLE,
        because=why,
        level=rule.level,
        sentence=rule.sentence,
        scenario=source,
    )
    play = unplayed(verdict, source=source, provider=pair.partner, seed=report.seed, start=report.started)
    return Judged(rule, pair.partner, verdict, play)


def _nothing(settings: Settings) -> Report:
    """A run in which no rule could be played."""
    seed = fresh_seed() if settings.seed is None else settings.seed
    return Report(version=__version__, started=utc_now().isoformat(timespec="seconds"), seed=seed, plays=())
