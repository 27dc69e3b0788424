"""One run as checks see it: the journal, the scenario it played, and what holds for the run as a whole."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from simulator import limits
from simulator.check.expected import Named, entry, expectations
from simulator.clock import spelled
from simulator.journal import Journal
from simulator.model import Attempt, Outcome
from simulator.scenario import Expectation, Scenario


def status_fits(status: int, accepted: Sequence[str]) -> bool:
    """Whether an HTTP status is among codes and classes.

    >>> status_fits(204, ["2xx"]), status_fits(201, ["200"])
    (True, False)
    """
    code = str(status)
    return code in accepted or (len(code) == 3 and f"{code[0]}xx" in accepted)


def means(shown: Any, wanted: str, words: Mapping[str, Sequence[str]]) -> bool:
    """Whether what a probe shows as a status is the partner's word, or one of the receiver's own `words` for it.

    Letters' case makes no difference; what is no text is nobody's word.

    >>> means("done", "Completed", {"Completed": ["Done"]}), means(200, "200", {})
    (True, False)
    """
    own = words.get(wanted, ())
    return isinstance(shown, str) and shown.casefold() in {wanted.casefold(), *(word.casefold() for word in own)}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What one reading of the whole journal tells."""

    attempts: int
    reached: frozenset[str]  # endpoints that at least one attempt got as far as
    controls: frozenset[str]  # endpoints at which a delivery as the partner sends it was acknowledged
    statuses: frozenset[str]  # the partner's words for status that were sent
    in_doubt: frozenset[int]  # numbers of deliveries with an attempt whose end nobody saw
    shown: Mapping[str, frozenset[str]]  # probe → the select names it had a value for, once something was sent
    hollow: frozenset[str]  # probes that answered 200 with none of the names of their `select`


@dataclass(frozen=True, kw_only=True)
class Case:
    """Everything a check may know: the journal, the scenario it played, and the receiver as the journal names it.

    `vocabulary` holds the partner's words for status, beyond those that were sent in this run.
    """

    journal: Journal
    scenario: Scenario
    vocabulary: frozenset[str] = frozenset()

    @cached_property
    def acknowledged_by(self) -> Sequence[str]:
        """Statuses that count as acknowledged, by the receiver file or the provider's rule."""
        return tuple(self.journal.header["acknowledged_by"])

    @property
    def authorized(self) -> bool:
        """Whether the partner was given credentials to send, so that wrong ones can be told from right ones."""
        return bool(self.journal.header["receiver"]["authorization"])

    @cached_property
    def probes(self) -> Mapping[str, Mapping[str, Any]]:
        """The receiver's probes: name → select and absent."""
        return dict(self.journal.header["receiver"]["probes"])

    @cached_property
    def expectations(self) -> Mapping[str, Expectation]:
        """By name; `each: ack` where the author expected nothing in particular."""
        return expectations(self.scenario)

    @cached_property
    def lateness(self) -> Mapping[str, float] | None:
        """How late the sender was; None where the run did not come to its end."""
        footer = self.journal.footer
        return None if footer is None else dict(footer["lateness"])

    @cached_property
    def unconfirmed(self) -> str:
        """Why no second play with other ids settles what this one left open; "" when one does."""
        footer = self.journal.footer
        if footer is not None and footer["wall"] > limits.WORTH_CONFIRMING:
            return "failures not confirmed: the run was too long to play twice"
        if any(export.id is not None for export in self.scenario.exports):
            return "failures not confirmed: the scenario fixes its ids"
        return ""

    @property
    def sender_too_late(self) -> bool:
        """Whether this machine was too late for its own measurements to be trusted (in real time only)."""
        real = self.journal.header["clock"]["scale"] == "real"
        return real and self.lateness is not None and self.lateness["p99"] > limits.LATE_TRUSTED

    @property
    def lateness_in_words(self) -> str:
        """For beside every verdict about time."""
        if self.lateness is None:
            return "how late the sender itself was is not known"
        p99, most = (spelled(round(self.lateness[one], 4)) for one in ("p99", "max"))
        return f"the sender itself was at most {p99} late in 99 of 100, {most} at worst"

    @cached_property
    def facts(self) -> Facts:
        """What one reading of the whole journal tells."""
        attempts, reached, controls, statuses, in_doubt = 0, set(), set(), set(), set()
        for attempt in self.journal.attempts():
            attempts += 1
            if attempt.outcome.reached:
                reached.add(attempt.endpoint)
            if attempt.genuine and self.acknowledged(attempt):
                controls.add(attempt.endpoint)
            if attempt.status:
                statuses.add(attempt.status)
            if attempt.outcome is Outcome.IN_DOUBT:
                in_doubt.add(attempt.number)
        shown: dict[str, set[str]] = defaultdict(set)
        hollow = set()
        for seen in self.journal.observations():
            if seen.present is False and seen.status == 200 and not seen.values:
                hollow.add(seen.probe)
            if seen.present and seen.moment != "before":
                shown[seen.probe].update(seen.values)
        return Facts(
            attempts=attempts,
            reached=frozenset(reached),
            controls=frozenset(controls),
            statuses=frozenset(statuses),
            in_doubt=frozenset(in_doubt),
            shown={probe: frozenset(names) for probe, names in shown.items()},
            hollow=frozenset(hollow),
        )

    def acknowledged(self, attempt: Attempt) -> bool:
        """Whether the receiver said that it has it."""
        return attempt.outcome is Outcome.ANSWERED and status_fits(attempt.answer_status, self.acknowledged_by)

    def same_status(self, shown: Any, wanted: str) -> bool:
        """Whether what a probe shows means the partner's word, in that word or in the receiver's own for it."""
        return means(shown, wanted, self.journal.header["receiver"]["words"])

    def knows_word(self, shown: Any) -> bool:
        """Whether a shown status is a word of the partner's, one that the receiver file explains, or no word at all."""
        if isinstance(shown, str) and not shown.strip():
            return True
        known = self.vocabulary | self.facts.statuses | set(self.journal.header["receiver"]["words"])
        return any(self.same_status(shown, one) for one in known)

    def entry(self, one: Named) -> str | None:
        """The name of the expectation that speaks of a delivery; None when none does."""
        return entry(self.scenario, self.expectations, one)
