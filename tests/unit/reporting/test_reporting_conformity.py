"""What people read after `conform`: failures with what to do about them, a table, and what is open by its reason."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from simulator.authoring import parse_rule
from simulator.model import Level, Play, Report, Result, Verdict
from simulator.reporting.text.conformity import render
from simulator.rule import Judged
from tests.making import delivery, exchange

Plays = Callable[..., Play]
Reports = Callable[..., Report]

PASSED, FAILED, UNCLEAR, NOT = Result.PASSED, Result.FAILED, Result.INCONCLUSIVE, Result.NOT_APPLICABLE


def judged(
    a_play: Plays, name: str, result: Result, partner: str = "clevertap", level: Level = "must", **more: Any
) -> Judged:
    head = f"rule: {name}\nlevel: {level}\nsentence: {name} is kept\nsource: RFC 9112\n"
    text = f"{head}why: It matters.\nbroken: By haste.\nmend: Take time.\n"
    text += "played:\n  clevertap:\n    exports: {a: {}}\n"
    verdict = Verdict(
        check=name,
        result=result,
        because=more.pop("because", f"so it was with {name}"),
        level=more.pop("counted", level),
        sentence=f"{name} is kept",
    )
    play = a_play(verdict, source=f"rules/{name}@{partner}", provider=partner, title=f"{name} is kept")
    return Judged(parse_rule(text, name), partner, verdict, play, **more)


def told(a_report: Reports, *those: Judged, **more: Any) -> str:
    report = a_report(*(one.play for one in those))
    return render(report, those, **more)


def test_what_passed_is_a_line_of_its_own_only_in_full(a_play: Plays, a_report: Reports) -> None:
    one = judged(a_play, "auth/absent", PASSED)
    assert "✓ auth/absent  auth/absent is kept (clevertap)\n" in told(a_report, one)
    brief = told(a_report, one, brief=True)
    assert "auth/absent" not in brief
    assert "auth     1/1 must\n" in brief


def test_a_failure_says_why_it_matters_how_it_comes_and_how_to_mend_it(a_play: Plays, a_report: Reports) -> None:
    shown = told(a_report, judged(a_play, "auth/absent", FAILED), brief=True)
    assert re.search(r"✗ auth/absent +auth/absent is kept\n +because   so it was with auth/absent\n", shown)
    for words in ("why       It matters.", "usually   By haste.", "mend      Take time.", "source    RFC 9112"):
        assert f"      {words}\n" in shown


def test_families_are_a_table_with_a_column_for_each_partner(a_play: Plays, a_report: Reports) -> None:
    shown = told(
        a_report,
        judged(a_play, "auth/absent", PASSED),
        judged(a_play, "auth/wrong", FAILED),
        judged(a_play, "auth/two", PASSED, level="should"),
        judged(a_play, "auth/absent", PASSED, "reachfive"),
        judged(a_play, "order/late", UNCLEAR),
        judged(a_play, "order/late", NOT, "reachfive"),
        brief=True,
    )
    assert "family   clevertap               reachfive\n" in shown
    assert "auth     1/2 must · 1/1 should   1/1 must\n" in shown
    assert "order    0/1 must (1 ?)          –\n" in shown


def test_what_is_inconclusive_does_not_look_like_what_failed(a_play: Plays, a_report: Reports) -> None:
    results = {"auth": [PASSED, FAILED, UNCLEAR, UNCLEAR, NOT], "http": [UNCLEAR], "runs": [FAILED]}
    those = [judged(a_play, f"{family}/n{n}", one) for family, of in results.items() for n, one in enumerate(of)]
    shown = told(a_report, *those, judged(a_play, "http/s", UNCLEAR, level="should"), brief=True)
    assert "auth     1/4 must (2 ?)\n" in shown
    assert "http     0/1 must (1 ?) · 0/1 should (1 ?)\n" in shown
    assert "runs     0/1 must\n" in shown
    plain = told(a_report, *those, brief=True, encoding="ascii")
    assert "auth     1/4 must (2 ?)\n" in plain


def test_a_should_that_is_counted_as_a_must_stays_a_should_in_the_table(a_play: Plays, a_report: Reports) -> None:
    shown = told(a_report, judged(a_play, "ack/soon", FAILED, level="should", counted="must"))
    assert "ack      0/1 should\n" in shown


def test_what_is_open_stands_together_by_what_would_settle_it(a_play: Plays, a_report: Reports) -> None:
    probe = "the receiver file has no probe"
    shown = told(
        a_report,
        judged(a_play, "runs/a", UNCLEAR, because=probe),
        judged(a_play, "runs/b", UNCLEAR, because="flaky"),
        judged(a_play, "runs/a", UNCLEAR, "reachfive", because=probe),
        judged(a_play, "auth/absent", NOT, because="no `authorization`"),
    )
    shown = re.sub(r" +journal .+\n", "", shown)
    assert f"  ? {probe}\n      runs/a (clevertap, reachfive)\n  ? flaky\n      runs/b (clevertap)\n" in shown
    assert "Not applicable\n  – no `authorization`\n      auth/absent (clevertap)\n" in shown
    assert "3 rules with clevertap, 1 with reachfive" in shown


def unsure(a_play: Plays, number: int, because: str = "flaky") -> Judged:
    """One of whose play there is a journal, and a line that plays it again."""
    one = judged(a_play, f"runs/n{number}", UNCLEAR, because=because)
    verdict = replace(one.verdict, evidence=(2, 3), reproduce=f"partnersim run rules/runs/n{number}@clevertap")
    return one._replace(verdict=verdict, play=replace(one.play, journal=f"j/{number}.ndjson", verdicts=(verdict,)))


def test_what_is_open_names_its_journal_and_how_to_play_it_again(a_play: Plays, a_report: Reports) -> None:
    shown = told(a_report, unsure(a_play, 1), unsure(a_play, 2, "late"), brief=True)
    assert (
        "  ? flaky\n      runs/n1 (clevertap)\n        journal   j/1.ndjson:2\n"
        "        again     partnersim run rules/runs/n1@clevertap\n  ? late\n"
    ) in shown
    assert "        again     partnersim run rules/runs/n2@clevertap\n" in shown


def test_of_many_that_are_open_for_one_reason_the_first_are_told_and_in_full_all(
    a_play: Plays, a_report: Reports
) -> None:
    those = [unsure(a_play, number) for number in range(5)]
    shown = told(a_report, *those, brief=True)
    assert re.findall(r"journal +(\S+)", shown) == ["j/0.ndjson:2", "j/1.ndjson:2", "j/2.ndjson:2"]
    assert "        and 2 more so (-v tells of all)\n" in shown
    whole = told(a_report, *those)
    assert re.findall(r"run rules/runs/(n\d)", whole) == [f"n{number}" for number in range(5)]
    assert "more so" not in whole


def test_in_full_what_is_open_shows_what_was_sent(
    a_play: Plays, a_report: Reports, journal: Callable[..., list[int]]
) -> None:
    lines = journal((delivery(1), exchange()))
    one = judged(a_play, "runs/n1", UNCLEAR)
    verdict = replace(one.verdict, evidence=tuple(lines))
    one = one._replace(verdict=verdict, play=replace(one.play, verdicts=(verdict,)))
    assert "      > POST " in told(a_report, one)
    assert "      > POST " not in told(a_report, one, brief=True)


def test_what_nothing_was_sent_for_names_no_journal(a_play: Plays, a_report: Reports) -> None:
    one = unsure(a_play, 1)
    verdict = replace(one.verdict, reproduce="")
    gone = one._replace(verdict=verdict, play=replace(one.play, journal="", verdicts=(verdict,)))
    shown = told(a_report, gone)
    assert "journal  " not in shown
    assert "again  " not in shown


def test_what_passed_though_its_effects_were_not_looked_at_is_named(a_play: Plays, a_report: Reports) -> None:
    because = "the answers were right; effects were not looked at: no probe 'export'"
    shown = told(
        a_report,
        judged(a_play, "auth/absent", PASSED, because=because, unseen="no probe 'export'"),
        judged(a_play, "auth/wrong", PASSED),
        judged(a_play, "auth/empty", FAILED, unseen="no probe 'export'"),
        brief=True,
    )
    assert f"\nPassed by their answers alone\n  ✓ {because}\n      auth/absent (clevertap)\n" in shown
    assert "auth/wrong" not in shown
    assert "Passed by" not in told(a_report, judged(a_play, "auth/wrong", PASSED), brief=True)


def test_what_may_be_is_a_table_of_variants_and_no_failure(a_play: Plays, a_report: Reports) -> None:
    parts = (
        Verdict(check="expect/none", result=PASSED, because=""),
        Verdict(check="expect/form", result=FAILED, because=""),
    )
    tolerated = judged(a_play, "payload/types", FAILED, level="may", parts=parts)
    shown = told(a_report, judged(a_play, "ack/x", PASSED), tolerated, brief=True)
    assert "  payload/types  clevertap  ✓ none  ✗ form\n" in shown
    assert "mend" not in shown
    assert "2 rules with clevertap, 1 of them may (never counted), 4 deliveries: 1 passed, 0 failed" in shown
    assert shown.endswith("every promise that must be kept was kept.\n")
    assert "payload  " not in shown.partition("Tolerated")[0]


def test_whether_a_variant_had_an_effect_stands_beside_it_once(a_play: Plays, a_report: Reports) -> None:
    parts = (
        Verdict(check="expect/form", result=PASSED, because=""),
        Verdict(check="then/1-eventually", result=PASSED, because=""),
        Verdict(check="then/2-eventually", result=FAILED, because=""),
    )
    shown = told(a_report, judged(a_play, "payload/types", FAILED, level="may", parts=parts), brief=True)
    assert "  payload/types  clevertap  ✓ form  ✗ its effect\n" in shown


def test_what_could_not_be_told_is_explained_in_full_and_marked_in_brief(a_play: Plays, a_report: Reports) -> None:
    parts = (
        Verdict(check="expect/form", result=FAILED, because="answered 415"),
        Verdict(check="then/1-eventually", result=UNCLEAR, because="the probe was not there"),
        Verdict(check="then/2-eventually", result=UNCLEAR, because="the probe was not there"),
    )
    tolerated = judged(a_play, "payload/types", FAILED, level="may", parts=parts)
    row = "  payload/types  clevertap  ✗ form  ? its effect\n"
    assert f"{row}    ?         the probe was not there\n\n" in told(a_report, tolerated)
    assert f"{row}  ? could not be told (-v says why)\n\n" in told(a_report, tolerated, brief=True)
    gone = Verdict(check="then/3-eventually", result=FAILED, because="it was not there")
    for clear in (parts[:1], (*parts, gone)):
        settled = judged(a_play, "payload/types", FAILED, level="may", parts=clear)
        assert "could not be told" not in told(a_report, settled, brief=True)
        assert "the probe" not in told(a_report, settled)


@pytest.mark.parametrize("result", [PASSED, FAILED, UNCLEAR])
def test_where_only_what_may_be_was_played_it_says_that_there_was_nothing_to_decide(
    result: Result, a_play: Plays, a_report: Reports
) -> None:
    may = judged(a_play, "payload/gzip", result, level="may")
    words = "Exit code 4: only rules that may be kept (may) were played, so there is nothing to decide.\n"
    assert told(a_report, may, judged(a_play, "payload/gzip", NOT, "reachfive", "may")).endswith(words)
    assert not told(a_report, may, judged(a_play, "ack/x", UNCLEAR)).endswith(words)
    assert not told(a_report, judged(a_play, "payload/gzip", NOT, level="may")).endswith(words)


def test_what_was_not_played_any_more_is_counted(a_play: Plays, a_report: Reports) -> None:
    assert "1 rule with clevertap, 12 not played" in told(a_report, judged(a_play, "a/b", PASSED), unplayed=12)


def test_it_ends_with_the_exit_code_as_a_run_does(a_play: Plays, a_report: Reports) -> None:
    assert told(a_report, judged(a_play, "a/b", FAILED)).endswith(
        "Exit code 1: the receiver broke a promise that must be kept.\n"
    )


def test_nothing_in_it_is_longer_than_the_page_or_coloured_unasked(a_play: Plays, a_report: Reports) -> None:
    those = [judged(a_play, f"family-{n}/{'long-' * 9}{n}", PASSED if n % 2 else UNCLEAR) for n in range(12)]
    shown = told(a_report, *those, width=80, encoding="ascii")
    assert max(map(len, shown.splitlines())) <= 80
    shown.encode("ascii")
    coloured = told(a_report, *those, colour=True)
    assert "\x1b" in coloured
    assert re.sub(r"\x1b\[\d*m", "", coloured) == told(a_report, *those)


def test_what_an_author_wrote_commands_no_terminal(a_play: Plays, a_report: Reports) -> None:
    one = judged(a_play, "a/b", FAILED, because="\x1b[2J")
    hostile = replace(one.rule, why="\x1b[2J", mend="##[error]x")
    assert "\x1b" not in told(a_report, one._replace(rule=hostile))
