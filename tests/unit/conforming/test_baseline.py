"""A baseline is held against the verdicts by the day, renewed by them, and told as it is read."""

from datetime import date

import pytest

from simulator.authoring import Baseline, Entry, parse_baseline, parse_rule
from simulator.conforming.baseline import applied, rendered, renewed
from simulator.model import Known, Level, Result, Verdict
from simulator.rule import Judged, Rule
from tests.making import made_play

PASSED, FAILED, UNCLEAR, NOT = Result.PASSED, Result.FAILED, Result.INCONCLUSIVE, Result.NOT_APPLICABLE
TODAY = date(2026, 11, 21)
BOTH = frozenset({"clevertap", "reachfive"})


def rule(name: str, level: Level = "must") -> Rule:
    head = f"rule: {name}\nlevel: {level}\nsentence: It is so\nsource: s\nwhy: w\nbroken: b\nmend: m\nplayed:\n"
    jobs = "  reachfive:\n    exports: {b: {}}\n" if name != "one/partner" else ""
    return parse_rule(f"{head}  clevertap:\n    exports: {{a: {{}}}}\n{jobs}", name)


RULES = {one.name: one for one in (rule("one/rule"), rule("one/other"), rule("one/partner"), rule("one/may", "may"))}


def read(text: str) -> Baseline:
    return parse_baseline(text, "b.yaml", RULES, RULES.__getitem__)


def judged(name: str, result: Result, partner: str = "clevertap", because: str = "it came back 500") -> Judged:
    verdict = Verdict(check=name, result=result, because=because, level=RULES[name].level)
    play = made_play(verdict, source=f"rules/{name}@{partner}", provider=partner)
    return Judged(RULES[name], partner, verdict, play)


def hold(*entries: Entry, today: date = TODAY, **of: Result) -> dict[str, Known | None]:
    """Partner → what is known of `one/rule` with it."""
    made = applied(entries, [judged("one/rule", result, partner) for partner, result in of.items()], today)
    assert all(one.play.verdicts == (one.verdict,) for one in made)
    return {one.partner: one.verdict.known for one in made}


def test_what_is_known_of_a_partner_is_not_known_of_another() -> None:
    found = hold(Entry("one/rule", "reachfive", "r"), clevertap=FAILED, reachfive=FAILED)
    assert found == {"clevertap": None, "reachfive": Known("r")}


def test_what_is_known_without_a_partner_is_known_of_all() -> None:
    assert set(hold(Entry("one/rule", "", "r"), clevertap=FAILED, reachfive=FAILED).values()) == {Known("r")}
    assert hold(Entry("one/other", "", "r"), clevertap=FAILED) == {"clevertap": None}


@pytest.mark.parametrize("result", [UNCLEAR, NOT])
def test_what_was_not_judged_is_neither_known_nor_drifted(result: Result) -> None:
    assert hold(Entry("one/rule", "", "r", "2020-01-01"), clevertap=result) == {"clevertap": None}


@pytest.mark.parametrize(("until", "expired"), [("2026-11-22", False), ("2026-11-21", True), ("2026-11-20", True)])
def test_from_its_day_on_a_failure_counts_again_and_says_so(until: str, expired: bool) -> None:
    (one,) = applied((Entry("one/rule", "", "not yet", until),), [judged("one/rule", FAILED)], TODAY)
    assert one.verdict.known == Known("not yet", until, expired)
    assert one.verdict.excused is not expired
    over = f"it came back 500; it was known until {until}, which is over: not yet"
    assert one.verdict.because == (over if expired else "it came back 500")


def test_what_passes_is_taken_out_and_all_else_is_kept() -> None:
    known = (Entry("one/rule", "clevertap", "a"), Entry("one/other", "clevertap", "b"), Entry("one/partner", "", "c"))
    found = [judged("one/rule", PASSED), judged("one/other", FAILED), judged("one/partner", UNCLEAR)]
    made = applied(known, found, TODAY)
    assert renewed(known, made, BOTH, more=False) == known[1:]


def test_an_entry_for_all_keeps_the_partners_that_did_not_pass() -> None:
    known = (Entry("one/rule", "", "a", "2027-01-31"),)
    for result in (FAILED, UNCLEAR):
        made = applied(known, [judged("one/rule", PASSED), judged("one/rule", result, "reachfive")], TODAY)
        assert renewed(known, made, BOTH, more=False) == (Entry("one/rule", "reachfive", "a", "2027-01-31"),)
    alone = applied(known, [judged("one/rule", PASSED)], TODAY)
    assert renewed(known, alone, {"clevertap"}, more=False) == ()
    neither = applied(known, [judged("one/rule", FAILED), judged("one/rule", UNCLEAR, "reachfive")], TODAY)
    assert renewed(known, neither, BOTH, more=False) == known


def test_failures_that_it_does_not_know_are_added_only_when_asked() -> None:
    known = (Entry("one/other", "", "a", "2020-01-01"),)
    found = [judged("one/rule", FAILED), judged("one/other", FAILED), judged("one/may", FAILED),
             judged("one/partner", PASSED)]  # fmt: skip
    made = applied(known, found, TODAY)
    assert renewed(known, made, BOTH, more=False) == known
    assert renewed(known, made, BOTH, more=True) == (*known, Entry("one/rule", "clevertap", "to be said"))


ODD = "a: 'b' \"c\" # d ##[error]x \\ \t\n😀 ☃ \x1b[31m\u2028\u202e null"


@pytest.mark.parametrize("reason", ["plain", "null", "2027-01-31", "- x", "{", "&a", ODD])
def test_what_is_written_reads_back_as_it_was(reason: str) -> None:
    known = (Entry("one/rule", "clevertap", reason, "2027-01-31"), Entry("one/other", "", reason))
    text = rendered(known)
    assert read(text) == known
    assert all(one.isprintable() for line in text.split("\n") for one in line)
    assert "##" not in text


def test_a_baseline_of_nothing_is_one_too() -> None:
    assert read(rendered(())) == ()
