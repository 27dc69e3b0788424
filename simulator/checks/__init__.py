"""The catalogue of checks, one idea a file; `judge` lets them read a journal, `watches` says what they need to see."""

from collections.abc import Iterator, Mapping
from functools import cache

from simulator.authoring import parse_scenario
from simulator.check import Case, ClaimCheck, ExpectationCheck, Finding, Hint, Tally, Watch
from simulator.check.answers import doubt, evidence, told
from simulator.check.conclude import beforehand, on_answers, on_state
from simulator.check.history import AT_ONCE, histories
from simulator.check.showing import shown_after
from simulator.check.subject import forged_for_nothing
from simulator.checks import (
    acknowledged,
    acknowledged_is_kept,
    answered,
    ends_stay_ended,
    eventually,
    in_time,
    never,
    never_goes,
    order_changes_nothing,
    refused,
    repeats_change_nothing,
)
from simulator.errors import UsageError
from simulator.journal import Journal
from simulator.model import Attempt, Result, Verdict
from simulator.providers import provider
from simulator.scenario import Claim, Expectation, Scenario

ANSWERS: Mapping[str, ExpectationCheck] = {
    one.name: one for one in (acknowledged.CHECK, refused.CHECK, answered.CHECK, in_time.CHECK)
}

CLAIMS: Mapping[str, ClaimCheck] = {
    one.name: one
    for one in (
        eventually.CHECK,
        never.CHECK,
        never_goes.CHECK,
        acknowledged_is_kept.CHECK,
        repeats_change_nothing.CHECK,
        order_changes_nothing.CHECK,
        ends_stay_ended.CHECK,
    )
}

CHECKS: Mapping[str, ExpectationCheck | ClaimCheck] = {**ANSWERS, **CLAIMS}
"""Every check by name."""


def judge(journal: Journal) -> tuple[Verdict, ...]:
    """A verdict on every expectation and every claim of the scenario whose text stands in the journal's header.

    Raises:
        StorageError: the journal cannot be read.
        DocumentError: the scenario in it cannot.
    """
    return verdicts(case_of(journal))


def case_of(journal: Journal) -> Case:
    """The journal, with the scenario whose text stands in its header.

    Raises:
        StorageError: the journal cannot be read.
        DocumentError: the scenario in it cannot.
    """
    told = journal.header["scenario"]
    scenario = parse_scenario(told["text"], told["source"]).patient(journal.header["patience"])
    return Case(journal=journal, scenario=scenario, vocabulary=vocabulary(scenario.provider))


def hints(case: Case) -> Mapping[str, Hint]:
    """What a second play is worth to a verdict, by its check: which it cannot undo, and which it settles."""
    found = ((verdict.check, tally.hint(verdict.result)) for verdict, tally in _weighed(case, AT_ONCE))
    return {check: hint for check, hint in found if hint is not None}


def verdicts(case: Case, at_once: int = AT_ONCE) -> tuple[Verdict, ...]:
    """The same for a scenario at hand. `at_once`: bytes of journal whose exports are held in memory together."""
    return tuple(verdict for verdict, _ in _weighed(case, at_once))


def _weighed(case: Case, at_once: int) -> Iterator[tuple[Verdict, Tally]]:
    """Every verdict with the findings that it was made of."""
    yield from _on_answers(case)
    yield from _on_state(case, at_once)


def watches(scenario: Scenario) -> tuple[Watch, ...]:
    """What the runner must read so that the scenario's claims can be judged: one for each claim."""
    return tuple(_check(claim).watch(claim) for claim in scenario.claims)


def vocabulary(name: str) -> frozenset[str]:
    """The partner's words for status, as the schemas of its payloads list them; none for a partner not known here."""
    try:
        payloads = [event.payload for event in provider(name).events.values()]
    except UsageError:
        return frozenset()
    return frozenset(word for payload in payloads for word in payload.words("status"))


def _check(claim: Claim) -> ClaimCheck:
    return CLAIMS[claim.invariant or ("never-goes" if claim.goes else claim.kind)]


def _on_answers(case: Case) -> Iterator[tuple[Verdict, Tally]]:
    tallies = {name: Tally() for name in case.expectations}
    numbers: dict[str, int] = dict.fromkeys(tallies, 0)
    for attempt in _endings(case):
        name = case.entry(attempt)
        if name is not None:
            expectation = case.expectations[name]
            tallies[name].add(_found(case, expectation, attempt))
            numbers[name] += 1
    for name, expectation in case.expectations.items():
        tally = tallies[name]
        yield on_answers(case, expectation, tally, played=_played(case, name, numbers[name])), tally


def _endings(case: Case) -> Iterator[Attempt]:
    """The attempt that each delivery ended with: the final one, or the last there was where the run was cut short."""
    open_: dict[int, Attempt] = {}
    seen_to_end: set[int] = set()
    for attempt in case.journal.attempts():
        if not attempt.final:
            open_[attempt.number] = attempt
        elif attempt.number not in seen_to_end:
            open_.pop(attempt.number, None)
            if attempt.number in case.facts.in_doubt:
                seen_to_end.add(attempt.number)
            yield attempt
    yield from open_.values()


def _found(case: Case, expectation: Expectation, attempt: Attempt) -> Finding:
    """One delivery against one expectation: any of the named answers will do, and then its time."""
    if (nothing := doubt(case, attempt)) is not None:
        return nothing
    if not attempt.final:
        because = f"{told(attempt)}; the partner would have tried again, but the run was over"
        return Finding(Result.INCONCLUSIVE, because, evidence(attempt))
    found = {
        one.result: one for one in (check.judge(case, expectation, attempt) for check in _kinds(expectation.status))
    }
    kindest = (Result.PASSED, Result.INCONCLUSIVE, Result.NOT_APPLICABLE, Result.FAILED)
    finding = next(found[result] for result in kindest if result in found)
    if finding.result is not Result.PASSED:
        return finding
    timed = in_time.judge(case, expectation, attempt)
    return finding if timed.result is Result.PASSED else timed


@cache
def _kinds(words: tuple[str, ...]) -> tuple[ExpectationCheck, ...]:
    """The checks that an expectation's words stand for."""
    return tuple(ANSWERS[kind] for kind in sorted({one if one in ("ack", "refused") else "status" for one in words}))


def _played(case: Case, name: str, number: int) -> bool:
    """Whether every delivery that an expectation speaks of was made."""
    copies = next((step.repeat.count for step in case.scenario.steps if step.name == name), None)
    return case.journal.complete or (copies is not None and number >= copies)


def _on_state(case: Case, at_once: int) -> Iterator[tuple[Verdict, Tally]]:
    stopped = {claim.check: beforehand(case, claim, _check(claim)) for claim in case.scenario.claims}
    open_claims = [claim for claim in case.scenario.claims if stopped[claim.check] is None]
    tallies = {claim.check: Tally() for claim in open_claims}
    probes, lag = {claim.probe for claim in open_claims if _check(claim).watch(claim).settled is None}, 0.0
    for history in histories(case, at_once) if open_claims else ():
        lag = max(lag, *(shown_after(case, history.of(probe)) for probe in probes), 0.0)
        for claim in open_claims:
            finding = forged_for_nothing(case, claim, history) or _check(claim).judge(case, claim, history)
            if finding is not None:
                tallies[claim.check].add(finding)
    for claim in case.scenario.claims:
        tally = tallies.get(claim.check, Tally())
        yield stopped[claim.check] or on_state(case, claim, _check(claim), tally, lag), tally
