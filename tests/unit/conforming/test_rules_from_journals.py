"""A journal says of its rule all that its verdict needs: judged again, it is that of the run."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from simulator.authoring import Entry
from simulator.clock import utc_now
from simulator.conforming.baseline import applied
from simulator.conforming.from_journals import folded
from simulator.conforming.pairs import Pair
from simulator.conforming.playing import conform
from simulator.model import Report
from simulator.rule import Judged
from simulator.runner.from_journals import report_of
from simulator.runner.session import perform
from tests.unit.conforming.rules_made import CLAIMED, FAILED, NOT, PASSED, UNCLEAR, pair, receiver
from tests.unit.conforming.rules_played import App, session_of

PROBED = "probes: {export: {get: 'http://receiver.test/{id}', select: {at: $.at}}}"


def told(judged: Sequence[Judged]) -> list[object]:
    """All that reports make use of; of the rule without what only playing it needs."""
    return [
        (one.verdict, one.play, one.parts, one.unseen, replace(one.rule, played={}, needs=(), alone=False))
        for one in judged
    ]


def again(folder: Path) -> tuple[Report, tuple[Judged, ...]]:
    return folded(report_of([folder]))


@pytest.mark.parametrize("fail_on", ["must", "should"])
def test_a_rules_verdict_follows_from_its_journal_alone(tmp_path: Path, fail_on: Literal["must", "should"]) -> None:
    shown = pair(name="ack/shown", more="where_shown: true", scenario=CLAIMED)
    unshown = pair(name="ack/unshown", scenario=CLAIMED)
    refused = "exports: {one: {frequency: one time, emits: [completed]}}\n    expect:\n      each: {status: refused}"
    levels = [pair(name=f"ack/{one}", level=one, scenario=refused) for one in ("may", "should")]
    controlled = pair(name="ack/controlled", more="control: [each]", scenario=refused)
    chosen: list[Pair] = [shown, unshown, *levels, controlled]
    played = session_of(chosen, tmp_path, App(), receiver(PROBED))
    report, judged = conform(chosen, played, fail_on=fail_on)
    assert [one.verdict.result for one in judged] == [PASSED, UNCLEAR, FAILED, FAILED, NOT]
    assert "does not select" in judged[0].unseen
    assert [one.verdict.counts for one in judged] == [True, True, False, fail_on == "should", True]
    second, found = again(tmp_path)
    assert told(found) == told(judged)
    assert (second.exit_code, second.seed, second.plays) == (report.exit_code, report.seed, report.plays)
    assert [one.rule.played[one.partner].claims for one in found] == [one.scenario.claims for one in chosen]


@pytest.mark.parametrize(("until", "code"), [("", 5), ("2020-01-01", 5)])
def test_what_was_known_to_fail_and_passed_is_told_again(tmp_path: Path, until: str, code: int) -> None:
    baseline = (Entry("ack/plain", "", "mended on Monday", until),)
    _, judged = conform([pair()], session_of([pair()], tmp_path, App()), baseline=baseline)
    assert judged[0].verdict.known is None, "whoever has the baseline holds it against them"
    report, found = again(tmp_path)
    assert told(found) == told(applied(baseline, judged, utc_now().date()))
    assert (found[0].verdict.drifted, report.exit_code) == (True, code)


def test_what_is_known_of_one_partner_is_not_known_of_another(tmp_path: Path) -> None:
    conform([pair()], session_of([pair()], tmp_path, App()), baseline=(Entry("ack/plain", "reachfive", "r"),))
    assert again(tmp_path)[1][0].verdict.known is None


def test_what_was_played_for_itself_stays_as_it_was(tmp_path: Path) -> None:
    perform(session_of([pair()], tmp_path, App()))
    plain = report_of([tmp_path])
    assert folded(plain) == (plain, ())
    assert plain.plays[0].verdicts[0].check != "ack/plain"


def test_beside_such_a_rule_counts_as_a_rule(tmp_path: Path) -> None:
    perform(session_of([pair()], tmp_path / "a", App()))
    conform([pair(level="may")], session_of([pair(level="may")], tmp_path / "b", App()))
    report, judged = folded(report_of([tmp_path / "a", tmp_path / "b"]))
    assert [one.rule.level for one in judged] == ["may"]
    assert report.plays[1] == judged[0].play
    assert report.plays[0].verdicts[0].check != "ack/plain"


def test_a_run_that_a_signal_ended_in_a_further_play_of_a_rule_ends_with_its_code(tmp_path: Path) -> None:
    conform([pair()], session_of([pair()], tmp_path, App()))
    assert again(tmp_path)[0].exit_code == 0
    lines = (tmp_path / "0.ndjson").read_text().splitlines(keepends=True)
    lines.insert(-1, '{"kind":"note","wall":1.0,"what":"interrupted","detail":"SIGINT"}\n')
    (tmp_path / "0.again1.ndjson").write_text("".join(lines))
    report, judged = again(tmp_path)
    assert (report.exit_code, len(judged)) == (130, 1)
