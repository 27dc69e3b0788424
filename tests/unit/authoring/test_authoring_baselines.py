"""A baseline file is read with all its mistakes, each where it stands."""

from typing import Any

import pytest

from simulator.authoring import Baseline, Entry, load_baseline, parse_baseline, parse_rule
from simulator.errors import DocumentError, UsageError
from simulator.model import Level
from simulator.rule import Rule


def rule(name: str, level: Level = "must") -> Rule:
    head = f"rule: {name}\nlevel: {level}\nsentence: It is so\nsource: s\nwhy: w\nbroken: b\nmend: m\nplayed:\n"
    jobs = "  reachfive:\n    exports: {b: {}}\n" if name != "one/partner" else ""
    return parse_rule(f"{head}  clevertap:\n    exports: {{a: {{}}}}\n{jobs}", name)


RULES = {one.name: one for one in (rule("one/rule"), rule("one/other"), rule("one/partner"), rule("one/may", "may"))}


def read(text: str) -> Baseline:
    return parse_baseline(text, "b.yaml", RULES, RULES.__getitem__)


def mistakes(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        read(text)
    return [f"{one.line}:{one.column}: {one.message}" for one in caught.value.mistakes]


def test_a_baseline_is_what_its_file_says() -> None:
    text = "known:\n  - {rule: one/rule, partner: clevertap, reason: not yet, until: 2027-01-31}\n"
    assert read(text + "  - {rule: one/other, reason: never}\n") == (
        Entry("one/rule", "clevertap", "not yet", "2027-01-31"),
        Entry("one/other", "", "never", ""),
    )
    assert read("known: []") == ()
    assert read('{"known": [{"rule": "one/rule", "reason": "as JSON"}]}') == (Entry("one/rule", "", "as JSON"),)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{rule: one/rul, reason: r}", "2:12: there is no rule `one/rul`; did you mean `one/rule`?"),
        ("{rule: one/may, reason: r}", "2:12: `one/may` is what a receiver may do: it never fails a run"),
        ("{rule: one/partner, partner: reachfive, reason: r}", "2:34: `one/partner` has nothing for `reachfive`"),
        ("{rule: one/rule, partner: clevrtap, reason: r}",
         "2:31: `one/rule` has nothing for `clevrtap`; did you mean `clevertap`?"),
        ("{rule: one/rule, reason: r, until: 2026-02-30}", "2:40: `2026-02-30` is not in the calendar"),
        ("{rule: one/rule, reason: r, until: soon}", "2:40: `soon` is not a day such as 2027-01-31"),
        ("{rule: one/rule, reason: r, until: 20270131}", "2:40: `20270131` is not a day such as 2027-01-31"),
        ("{rule: one/rule}", "2:5: `reason` is missing"),
        ('{rule: one/rule, reason: " "}', "2:30: ` ` is no reason"),
        ("{rule: one/rule, reason: r, untl: 2027-01-31}", "2:33: `untl` is not a key of a known failure"),
        ("{rule: One, reason: r}", "2:12: `One` is not the name of a rule"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_stands(entry: str, said: str) -> None:
    (mistake,) = mistakes(f"known:\n  - {entry}\n")
    assert mistake.startswith(said)


def test_all_mistakes_are_told_at_once() -> None:
    entries = ("{rule: no/such, reason: r, until: 2026-13-01}", "{rule: one/may, reason: r}")
    assert len(mistakes("known:\n" + "".join(f"  - {one}\n" for one in entries))) == 3


@pytest.mark.parametrize("first", ["", ", partner: clevertap"])
@pytest.mark.parametrize("second", ["", ", partner: clevertap"])
def test_nothing_is_known_twice(first: str, second: str) -> None:
    text = f"known:\n  - {{rule: one/rule, reason: r{first}}}\n  - {{rule: one/rule, reason: s{second}}}\n"
    assert mistakes(text) == ["3:12: `one/rule` with `clevertap` stands in line 2 already"]


def test_one_rule_can_be_known_with_each_partner_by_itself() -> None:
    lines = [f"  - {{rule: one/rule, partner: {one}, reason: r}}\n" for one in ("clevertap", "reachfive")]
    assert len(read("known:\n" + "".join(lines))) == 2


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Any) -> None:
    with pytest.raises(UsageError, match="there is no baseline"):
        load_baseline(tmp_path / "b.yaml", RULES, RULES.__getitem__)
