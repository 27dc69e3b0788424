"""Rules become plays; several are played at once and never share an id, and one report tells of all."""

import asyncio
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.authoring import load_rule, parse_receiver, parse_scenario, receiver_at
from simulator.conforming.pairs import pairs
from simulator.conforming.playing import conform
from simulator.errors import DocumentError, UsageError
from simulator.model import Play, Result
from simulator.rule import Judged
from simulator.runner import session as sessions
from simulator.runner.session import perform
from tests.unit.conforming.rules_made import (
    CLAIMED,
    NOT,
    PASSED,
    UNCLEAR,
    pair,
    played,
    receiver,
    verdict,
)
from tests.unit.conforming.rules_played import App, session_of


def test_answers_alone_are_enough_for_such_a_rule_when_it_is_played(tmp_path: Path) -> None:
    chosen = [pair(more="where_shown: true", scenario=CLAIMED), pair(name="ack/other", scenario=CLAIMED)]
    _, judged = conform(chosen, session_of(chosen, tmp_path, App()))
    assert outcomes(judged) == {"ack/plain": PASSED, "ack/other": UNCLEAR}


def test_each_rule_is_played_with_each_partner_that_the_receiver_takes() -> None:
    shipped = [load_rule("auth/absent"), load_rule("repeats/one-after-another")]
    only = parse_receiver("receiver: r\nendpoints: {reachfive: {url: 'http://r.test/'}}", "r.yaml", {})
    names = [(one.rule.name, one.partner) for one in pairs(shipped, only)]
    assert names == [("auth/absent", "reachfive"), ("repeats/one-after-another", "reachfive")]
    assert len(pairs(shipped, receiver())) == 4
    assert {one.partner for one in pairs(shipped, receiver(), ["clevertap"])} == {"clevertap"}


def outcomes(judged: Iterable[Judged]) -> dict[str, Result]:
    return {one.rule.name: one.verdict.result for one in judged}


def test_one_report_tells_of_all_in_their_order_played_or_not(tmp_path: Path) -> None:
    chosen = [
        pair(name="ack/first", more="alone: true"),
        pair(name="ack/second", more="needs: [start]"),
        pair(name="ack/third"),
    ]
    app = App()
    report, judged = conform(chosen, session_of(chosen, tmp_path, app, at_once=6))
    assert outcomes(judged) == {"ack/first": PASSED, "ack/second": NOT, "ack/third": PASSED}
    assert [play.source for play in report.plays] == [one.source for one in chosen]
    assert [len(play.verdicts) for play in report.plays] == [1, 1, 1]
    assert report.exit_code == 0
    assert len(app.ids) == 2
    assert report.seed == 7
    assert sorted(file.name for file in tmp_path.iterdir()) == ["0.ndjson", "2.ndjson"]


def test_where_nothing_can_be_played_nothing_passes(tmp_path: Path) -> None:
    chosen = [pair(more="needs: [start]")]
    app = App()
    report, judged = conform(chosen, session_of(chosen, tmp_path, app))
    assert outcomes(judged) == {"ack/plain": NOT}
    assert (report.exit_code, report.seed, app.ids) == (4, 7, [])


def test_a_failure_is_confirmed_before_it_counts(tmp_path: Path) -> None:
    app = App()
    app.status = lambda _: "500 Oh" if len(app.ids) == 1 else "200 OK"
    report, judged = conform([pair()], session_of([pair()], tmp_path, app))
    assert report.exit_code == 4
    assert "flaky" in judged[0].verdict.because
    assert len(set(app.ids)) == 2


def test_what_races_is_played_three_times_before_the_rule_passes(tmp_path: Path) -> None:
    copies = "exports: {one: {frequency: one time, emits: []}}\n    timeline:\n      copies: {event: completed, "
    chosen = [pair(scenario=f"{copies}export: one, repeat: {{count: 2, spacing: {gap}}}}}") for gap in ("0s", "1m")]
    for one, ids in zip(chosen, (3, 1), strict=True):
        (tmp_path / str(ids)).mkdir()
        app = App()
        report, judged = conform([one], session_of([one], tmp_path / str(ids), app))
        assert (report.exit_code, len(judged), len(set(app.ids))) == (0, 1, ids)


def test_whatever_is_wrong_with_any_rule_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    wrong = "exports:\n      one: {}\n    timeline:\n      odd: {event: completed, export: one, set: {Status: No}}"
    chosen = [pair(name="ack/a", scenario=wrong), pair(name="ack/b"), pair(name="ack/c", scenario=wrong)]
    app = App()
    with pytest.raises(DocumentError) as caught:
        conform(chosen, session_of(chosen, tmp_path, app))
    assert "ack/a:" in caught.value.message
    assert "ack/c:" in caught.value.message
    assert app.ids == []


def test_what_this_receivers_credentials_cannot_be_made_into_is_not_applicable(tmp_path: Path) -> None:
    cased = "timeline:\n      cased: {event: completed, credentials: other-case}"
    chosen = [pair(name="auth/case", scenario=cased), pair(name="ack/plain")]
    target = receiver("authorization: '12345'")
    _, judged = conform(chosen, session_of(chosen, tmp_path, App(), target))
    assert outcomes(judged) == {"auth/case": NOT, "ack/plain": PASSED}
    assert "nothing to make other-case of" in judged[0].verdict.because


def test_a_receiver_without_the_partner_is_a_mistake_of_the_command(tmp_path: Path) -> None:
    other = parse_receiver("receiver: r\nendpoints: {reachfive: {url: 'http://r.test/'}}", "r.yaml", {})
    with pytest.raises(UsageError, match="clevertap"):
        conform([pair()], session_of([pair()], tmp_path, App(), other))


def test_those_that_are_played_at_once_never_share_an_id(tmp_path: Path) -> None:
    text = "scenario: s\nprovider: clevertap\nseed: 5\nclock: {start: '2026-01-05T00:00:00Z', scale: instant}\n"
    same = [parse_scenario(f"{text}exports: {{e: {{count: 20}}}}\n", f"{name}.yaml") for name in "abcd"]
    app = App()
    whole = session_of([], tmp_path, app)
    whole = replace(
        whole, scenarios=same, names=["a", "b", "c", "d"], settings=replace(whole.settings, seed=None), at_once=4
    )
    assert perform(whole).exit_code == 0
    assert len(app.ids) == 160
    assert len(set(app.ids)) == 80
    app.ids.clear()
    perform(replace(whole, at_once=1, names=["e", "f", "g", "h"]))
    assert len(set(app.ids)) == 20, "the seed of a scenario is its own where nothing else is played beside it"


class Watched:
    """Counts how many are played at the same time; each waits until as many as may come have come."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now: list[str] = []
        self.seen: list[tuple[str, ...]] = []
        monkeypatch.setattr(sessions, "conduct", self._conduct)

    async def _conduct(self, planned: Any, *_: Any) -> Play:
        name = planned.scenario.source
        self.now.append(name)
        self.seen.append(tuple(self.now))
        await asyncio.sleep(0)
        self.now.remove(name)
        return replace(played(verdict(PASSED)), source=name)


def test_no_more_than_asked_for_at_once_and_those_that_want_to_be_alone_last_and_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(monkeypatch)
    chosen = [pair(name=f"ack/r{n}", more="alone: true" if n in (0, 3) else "") for n in range(7)]
    report, _ = conform(chosen, session_of(chosen, tmp_path, App(), at_once=3))
    assert max(map(len, watched.seen)) == 3
    assert watched.seen[-2:] == [("ack/r0@clevertap",), ("ack/r3@clevertap",)]
    assert [play.source for play in report.plays] == [one.source for one in chosen]


def test_the_report_of_a_session_keeps_the_order_of_its_scenarios(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Watched(monkeypatch)
    chosen = [pair(name=f"ack/r{n}") for n in range(4)]
    report = perform(session_of(chosen, tmp_path, App(), at_once=2, alone=frozenset((0, 2))))
    assert [play.source for play in report.plays] == [one.source for one in chosen]


def test_one_after_another_is_what_a_session_does_unless_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(monkeypatch)
    chosen = [pair(name=f"ack/r{n}") for n in range(3)]
    perform(session_of(chosen, tmp_path, App()))
    assert watched.seen == [(one.source,) for one in chosen]


def test_when_it_is_interrupted_what_was_played_is_told_and_the_rest_is_left_out(tmp_path: Path) -> None:
    chosen = [pair(name=f"ack/r{n}") for n in range(5)]
    whole = session_of(chosen, tmp_path, App(), at_once=1)
    begun: list[str] = []

    @contextmanager
    def watching(title: str) -> Iterator[Callable[[int, float], None]]:
        begun.append(title)
        if len(begun) == 3:
            whole.stop.ask(signal.SIGINT)
        yield lambda _, __: None

    report, judged = conform(chosen, replace(whole, watching=watching))
    assert report.exit_code == 130
    assert [one.rule.name for one in judged] == ["ack/r0", "ack/r1", "ack/r2"]
    assert [one.verdict.result for one in judged[:2]] == [PASSED, PASSED]


def test_a_journal_that_cannot_be_written_ends_all_of_it(tmp_path: Path) -> None:
    from simulator.errors import StorageError

    chosen = [pair(name=f"ack/r{n}") for n in range(4)]
    (tmp_path / "1.ndjson").write_text("something")
    with pytest.raises(StorageError):
        conform(chosen, session_of(chosen, tmp_path, App(), at_once=4))


def test_everything_goes_to_one_url_where_only_one_is_named(tmp_path: Path) -> None:
    assert len(pairs([load_rule("auth/absent")], receiver_at("http://receiver.test/"))) == 2
