"""Rules become plays, and the verdicts of a play one verdict; several are played at once and never share an id."""

import asyncio
import json
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from simulator.authoring import load_rule, parse_receiver, parse_rule, parse_scenario, receiver_at
from simulator.clock import JumpClock
from simulator.errors import DocumentError, UsageError
from simulator.model import Level, Play, Report, Result, Verdict
from simulator.receiver import Receiver
from simulator.rule import Judged, Rule
from simulator.runner import session as sessions
from simulator.runner.conforming import Pair, conform, judged_play, pairs, unmet
from simulator.runner.prepare import Settings
from simulator.runner.session import Session, perform
from simulator.wire.in_process import Wsgi
from tests.making import made_play

PASSED, FAILED, UNCLEAR, NOT = Result.PASSED, Result.FAILED, Result.INCONCLUSIVE, Result.NOT_APPLICABLE
BOTH = "endpoints: {clevertap: {url: 'http://receiver.test/'}, reachfive: {url: 'http://receiver.test/'}}\n"


def rule(name: str = "ack/plain", more: str = "", level: Level = "must", scenario: str = "") -> Rule:
    scenario = scenario or "exports:\n      one: {frequency: one time, takes: 9m20s, emits: [completed]}"
    head = f"rule: {name}\nlevel: {level}\nsentence: It is so\nsource: house rule\nwhy: w\nbroken: b\nmend: m\n"
    return parse_rule(f"{head}{more}\nplayed:\n  clevertap:\n    clock: {{scale: instant}}\n    {scenario}\n", name)


def pair(**words: Any) -> Pair:
    return Pair(rule(**words), "clevertap")


def verdict(result: Result, check: str = "expect/each", **words: Any) -> Verdict:
    usual: dict[str, Any] = {"because": f"{check} {result}", "reproduce": "partnersim run x"}
    return Verdict(check=check, result=result, **(usual | words))


def played(*verdicts: Verdict, reached: bool = True) -> Play:
    return made_play(*verdicts, title="It is so", source="ack/plain@clevertap", reached=reached)


@pytest.mark.parametrize(
    ("results", "whole"),
    [
        ([PASSED, PASSED], PASSED),
        ([PASSED, NOT], PASSED),
        ([NOT, NOT], NOT),
        ([PASSED, UNCLEAR, NOT], UNCLEAR),
        ([UNCLEAR, PASSED, FAILED], FAILED),
        ([], UNCLEAR),
    ],
)
def test_a_rule_ends_as_the_gravest_of_its_parts(results: list[Result], whole: Result) -> None:
    made = judged_play(pair(), played(*(verdict(one, f"expect/{n}") for n, one in enumerate(results))))
    assert made.verdict.result is whole
    assert made.play.verdicts == (made.verdict,)
    assert (made.verdict.check, made.verdict.sentence, made.verdict.level) == ("ack/plain", "It is so", "must")
    assert bool(made.verdict.because) is True
    assert made.verdict.scenario == "ack/plain@clevertap"


def test_its_reason_and_evidence_are_those_of_the_parts_it_rests_on() -> None:
    parts = [
        verdict(PASSED, "expect/a", evidence=(1, 2)),
        verdict(FAILED, "expect/b", evidence=(3, 4, 9)),
        verdict(FAILED, "then/1-never", evidence=(4, 5)),
    ]
    made = judged_play(pair(), played(*parts)).verdict
    assert made.because == "expect/b failed; then/1-never failed"
    assert made.evidence == (3, 4, 5, 9)
    assert made.reproduce == "partnersim run x"


def test_a_control_that_fails_leaves_nothing_to_judge_however_the_rest_ended() -> None:
    controlled = pair(more="control: [each]")
    made = judged_play(controlled, played(verdict(FAILED), verdict(FAILED, "expect/absent")))
    assert made.verdict.result is NOT
    assert "the plain delivery is not acknowledged" in made.verdict.because
    assert [one.check for one in made.parts] == ["expect/absent"]


@pytest.mark.parametrize(("control", "whole"), [(UNCLEAR, UNCLEAR), (NOT, PASSED), (PASSED, PASSED)])
def test_a_control_that_does_not_fail_proves_nothing_by_itself(control: Result, whole: Result) -> None:
    controlled = pair(more="control: [each]")
    made = judged_play(controlled, played(verdict(control), verdict(PASSED, "expect/absent")))
    assert made.verdict.result is whole
    assert judged_play(controlled, played(verdict(PASSED))).verdict.result is UNCLEAR


def test_what_may_be_answered_in_any_way_is_no_evidence() -> None:
    assert judged_play(pair(), played(verdict(PASSED, level="may"))).verdict.result is UNCLEAR


def test_what_never_reached_the_receiver_says_so_in_the_same_words_everywhere() -> None:
    made = judged_play(pair(), played(verdict(UNCLEAR), reached=False))
    assert made.verdict.because == "nothing of it reached the receiver"


@pytest.mark.parametrize(
    ("level", "fail_on", "result", "counts"),
    [
        ("should", "must", FAILED, False),
        ("should", "should", FAILED, True),
        ("should", "should", UNCLEAR, False),
        ("may", "should", FAILED, False),
        ("must", "should", FAILED, True),
    ],
)
def test_a_broken_should_counts_as_a_must_only_when_asked_and_a_may_never(
    level: Level, fail_on: Literal["must", "should"], result: Result, counts: bool
) -> None:
    made = judged_play(pair(level=level), played(verdict(result)), fail_on).verdict
    assert (made.level, made.counts) == (level, counts)


def report_of(*levels_and_results: tuple[Level, Result]) -> Report:
    plays = [judged_play(pair(level=level), played(verdict(result))).play for level, result in levels_and_results]
    return Report(version="0", started="s", seed=1, plays=tuple(plays))


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([("must", PASSED), ("should", FAILED), ("may", FAILED)], 0),
        ([("should", PASSED)], 0),
        ([("should", FAILED)], 0),
        ([("must", NOT), ("should", PASSED)], 0),
        ([("must", UNCLEAR), ("should", PASSED)], 4),
        ([("must", FAILED), ("should", PASSED)], 1),
        ([("must", NOT)], 4),
        ([("should", UNCLEAR)], 4),
        ([("may", PASSED)], 4),
        ([("must", NOT), ("may", FAILED)], 4),
    ],
)
def test_a_run_without_evidence_of_any_rule_never_passes(found: list[tuple[Level, Result]], code: int) -> None:
    assert report_of(*found).exit_code == code


CLAIMED = """exports:
      one: {frequency: one time, takes: 9m20s, emits: [completed]}
    expect:
      each: {status: ack}
    then:
      - never: {status: Failed, for: 1s}
      - never: {effects: 2, for: 1s}"""


@pytest.mark.parametrize(
    ("probes", "why"),
    [
        ("", "no probe 'export'"),
        (
            "probes: {export: {get: 'http://receiver.test/{id}', select: {at: $.at}}}",
            "the probe 'export' does not select `status`; the probe 'export' does not select `effects`",
        ),
    ],
)
def test_what_cannot_be_shown_is_left_out_only_where_the_rule_says_so(probes: str, why: str) -> None:
    play = played(verdict(PASSED), verdict(UNCLEAR, "then/1-never"), verdict(UNCLEAR, "then/2-never"))
    mild = judged_play(pair(more="where_shown: true", scenario=CLAIMED), play, receiver=receiver(probes))
    assert mild.verdict.result is PASSED
    assert mild.verdict.because == f"the answers were right; effects were not looked at: {why}"
    assert (mild.unseen, [one.check for one in mild.parts]) == (why, ["expect/each"])
    strict = judged_play(pair(scenario=CLAIMED), play, receiver=receiver(probes))
    assert (strict.verdict.result, strict.unseen) == (UNCLEAR, "")


def test_what_can_be_shown_counts_as_it_does_for_any_rule() -> None:
    probe = "probes: {export: {get: 'http://receiver.test/{id}', select: {status: $.status}}}"
    shown = pair(more="where_shown: true", scenario=CLAIMED)
    for result in (FAILED, UNCLEAR):
        play = played(verdict(PASSED), verdict(result, "then/1-never"), verdict(UNCLEAR, "then/2-never"))
        assert judged_play(shown, play, receiver=receiver(probe)).verdict.result is result
    play = played(verdict(FAILED), verdict(UNCLEAR, "then/1-never"))
    assert judged_play(shown, play, receiver=receiver()).verdict.because == "expect/each failed"


def test_a_rule_of_which_nothing_can_be_shown_does_not_pass_by_that() -> None:
    play = played(verdict(UNCLEAR, "then/1-never"), verdict(UNCLEAR, "then/2-never"))
    made = judged_play(pair(more="where_shown: true", scenario=CLAIMED), play, receiver=receiver())
    assert (made.verdict.result, made.unseen) == (UNCLEAR, "")
    assert made.verdict.because == "then/1-never inconclusive; then/2-never inconclusive"


def test_answers_alone_are_enough_for_such_a_rule_when_it_is_played(tmp_path: Path) -> None:
    chosen = [pair(more="where_shown: true", scenario=CLAIMED), pair(name="ack/other", scenario=CLAIMED)]
    _, judged = conform(chosen, session_of(chosen, tmp_path, App()))
    assert outcomes(judged) == {"ack/plain": PASSED, "ack/other": UNCLEAR}


@pytest.mark.parametrize(
    ("level", "answer", "because"),
    [
        ("may", PASSED, "answered and ignored: expect/each passed, but then/1-never failed"),
        ("may", FAILED, "expect/each failed; then/1-never failed"),
        ("must", PASSED, "then/1-never failed"),
    ],
)
def test_what_may_be_is_not_tolerated_when_it_is_answered_and_ignored(
    level: Level, answer: Result, because: str
) -> None:
    probe = "probes: {export: {get: 'http://receiver.test/{id}', select: {status: $.status}}}"
    play = played(verdict(answer), verdict(FAILED, "then/1-never"))
    shown = pair(more="where_shown: true", level=level, scenario=CLAIMED)
    made = judged_play(shown, play, receiver=receiver(probe)).verdict
    assert (made.result, made.because) == (FAILED, because)
    answers = played(verdict(PASSED), verdict(UNCLEAR, "then/1-never"))
    assert judged_play(shown, answers, receiver=receiver()).verdict.result is PASSED, "no probe: nothing is known of it"


def receiver(more: str = "") -> Receiver:
    return parse_receiver(f"receiver: r\n{BOTH}{more}", "receiver.yaml", {})


@pytest.mark.parametrize(
    ("need", "given"),
    [
        ("authorization", "authorization: Bearer abcdef"),
        ("start", "start: python receiver.py"),
        ("probe", "probes: {export: {get: 'http://receiver.test/{id}'}}"),
        ("test_body", "supports: {test_body: true}"),
    ],
)
def test_a_rule_needs_what_it_says_and_names_it_where_it_lacks(need: str, given: str) -> None:
    needy = pair(more=f"needs: [{need}]")
    assert need in unmet(needy, receiver())
    assert unmet(needy, receiver(given)) == ""
    assert unmet(needy, receiver("supports: {test_body: false, other: true}")) != ""
    assert unmet(pair(), receiver()) == ""


@pytest.mark.parametrize(
    ("need", "remedy"),
    [
        ("authorization", "give one with --authorization"),
        ("start", "--receiver"),
        ("probe", "declares one under `probes`, with `get` and `select`"),
        ("separate_urls", "one for each under `endpoints`"),
        ("test_body", "`supports: {test_body: true}`"),
    ],
)
def test_without_a_receiver_file_none_is_spoken_of_as_if_there_were_and_what_helps_is_said(
    need: str, remedy: str
) -> None:
    bare = unmet(pair(more=f"needs: [{need}]"), receiver_at("http://receiver.test/"))
    assert "the receiver file" not in bare
    assert remedy in bare
    assert ("--receiver" in bare) == (need != "authorization")
    assert "the receiver file" in unmet(pair(more=f"needs: [{need}]"), receiver())


def test_urls_are_separate_where_two_partners_have_two() -> None:
    one, two = (
        parse_receiver(
            f"receiver: it\nendpoints: {{clevertap: {{url: 'http://r.test/a'}}, reachfive: {{url: '{url}'}}}}", "r", {}
        )
        for url in ("http://r.test/a", "http://r.test/b")
    )
    assert "one URL for all partners" in unmet(pair(more="needs: [separate_urls]"), one)
    assert unmet(pair(more="needs: [separate_urls]"), two) == ""


def test_credentials_of_the_one_endpoint_are_enough() -> None:
    one = parse_receiver(
        "receiver: r\nendpoints: {clevertap: {url: 'http://r.test/', authorization: Bearer abcdef}}", "r.yaml", {}
    )
    assert unmet(pair(more="needs: [authorization]"), one) == ""


def test_each_rule_is_played_with_each_partner_that_the_receiver_takes() -> None:
    shipped = [load_rule("auth/absent"), load_rule("repeats/one-after-another")]
    only = parse_receiver("receiver: r\nendpoints: {reachfive: {url: 'http://r.test/'}}", "r.yaml", {})
    names = [(one.rule.name, one.partner) for one in pairs(shipped, only)]
    assert names == [("auth/absent", "reachfive"), ("repeats/one-after-another", "reachfive")]
    assert len(pairs(shipped, receiver())) == 4
    assert {one.partner for one in pairs(shipped, receiver(), ["clevertap"])} == {"clevertap"}


class App:
    """A receiver in this process that remembers what it was told and answers 200, or as it is made to."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.status: Callable[[dict[str, Any]], str] = lambda _: "200 OK"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        self.ids.append(body["Export Request Id"])
        start_response(self.status(body), [("Content-Length", "0")])
        return [b""]


def session_of(chosen: Iterable[Pair], folder: Path, app: App, target: Receiver | None = None, **more: Any) -> Session:
    scenarios = [one.scenario for one in chosen]
    settings = Settings(
        journals=folder, make_send=lambda now: Wsgi(app, now), make_clock=JumpClock, seed=more.pop("seed", 7)
    )
    names = [str(number) for number in range(len(scenarios))]
    return Session(scenarios=scenarios, names=names, receiver=target or receiver(), settings=settings, **more)


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
