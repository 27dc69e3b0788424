"""Rules become plays: those that can be are played, several at once, and each gets its verdict."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from simulator.authoring import Baseline, all_of, receiver_at
from simulator.clock import fresh_seed, utc_now
from simulator.conforming.from_journals import in_header
from simulator.conforming.needs import unmet
from simulator.conforming.pairs import Pair
from simulator.conforming.verdicts import judged_play
from simulator.errors import DocumentError
from simulator.model import Report, Result, Verdict, unplayed
from simulator.receiver import Receiver
from simulator.rule import Judged
from simulator.runner.prepare import Settings, prepare
from simulator.runner.session import Session, perform
from simulator.version import __version__

_RACES: Final = 3  # plays of copies that leave together before the rule passes: a race is not lost every time


def conform(
    chosen: Sequence[Pair],
    session: Session,
    *,
    fail_on: Literal["must", "should"] = "must",
    baseline: Baseline = (),
) -> tuple[Report, tuple[Judged, ...]]:
    """Play those that can be, several at once, and give one verdict for each.

    `session` has the scenarios of all that was chosen. With `fail_on` should, one that is broken counts as a must.
    What the `baseline` says of them is written into their journals; the verdicts are without it.

    Raises:
        DocumentError: every mistake of every rule; nothing was sent.
        UsageError: a rule cannot be played; nothing was sent.
        NeverReached: the receiver was not ready in time, or nobody is there; nothing was played.
        StorageError: a journal could not be written.
    """
    missing = _missing(chosen, session.settings, session.receiver)
    places = [place for place, pair in enumerate(chosen) if pair.source not in missing]
    rules = {pair.source: in_header(pair, fail_on, baseline) for pair in chosen}
    played = replace(
        session,
        scenarios=[chosen[place].scenario for place in places],
        names=[session.names[place] for place in places],
        settings=replace(session.settings, races=_RACES, rules=rules),
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
