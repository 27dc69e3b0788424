"""What a first play's verdicts are worth after a second, and how often what races is played."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from simulator.authoring import parse_receiver, parse_scenario
from simulator.clock import JumpClock
from simulator.model import Play, Report, Result, Verdict
from simulator.runner.from_journals import report_of
from simulator.runner.prepare import Settings
from simulator.runner.session import Session, perform
from simulator.wire.in_process import Wsgi

PASSED, FAILED, UNCLEAR = Result.PASSED, Result.FAILED, Result.INCONCLUSIVE
RECEIVER = """receiver: r
authorization: Bearer abcdefgh
endpoints: {clevertap: {url: 'http://receiver.test/'}}
probes: {export: {get: 'http://receiver.test/{id}', select: {status: $.status, effects: $.effects}}}
"""
HEAD = "scenario: s\nprovider: clevertap\nclock: {scale: instant}\nexports:\n"
COPIES = """  one: {frequency: one time, emits: []}
timeline:
  copies: {event: completed, export: one, repeat: {count: 3, spacing: %s}}
expect:
  copies: {status: ack}
then:
  - eventually: {of: one, effects: 1, within: 2s}
"""
FORGED = """  genuine: {frequency: one time, emits: [completed]}
  forged: {at: 1h, frequency: one time, emits: []}
timeline:
  absent: {event: completed, export: forged, credentials: absent}
expect:
  each: {status: ack}
  absent: {status: refused}
then:
  - never: {of: forged, status: Completed, for: 1s}
"""


class App:
    """A receiver in this process; what it makes of an end is for each test to say, by how many ids came before."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.effects: Callable[[int], int] = lambda _: 1
        self.answers: Callable[[int, bool], str] = lambda _, genuine: "200 OK" if genuine else "401 No"
        self.lets_in: Callable[[int], bool] = lambda _: False
        self._kept: set[str] = set()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET":
            return self._shown(environ["PATH_INFO"].strip("/"), start_response)
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        id_, genuine = str(body["Export Request Id"]), "HTTP_AUTHORIZATION" in environ
        if id_ not in self.ids:
            self.ids.append(id_)
        number = self.ids.index(id_)
        if genuine or self.lets_in(number):
            self._kept.add(id_)
        start_response(self.answers(number, genuine), [("Content-Length", "0")])
        return [b""]

    def _shown(self, id_: str, start_response: Callable[..., Any]) -> list[bytes]:
        if id_ not in self._kept:
            start_response("404 None", [("Content-Length", "0")])
            return [b""]
        body = json.dumps({"status": "Completed", "effects": self.effects(self.ids.index(id_))}).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]


def conducted(app: App, folder: Path, text: str, *, races: int = 1) -> Report:
    settings = Settings(
        journals=folder, make_send=lambda now: Wsgi(app, now), make_clock=JumpClock, seed=7, races=races
    )
    receiver = parse_receiver(RECEIVER, "receiver.yaml", {})
    scenario = parse_scenario(HEAD + text, "one.yaml")
    return perform(Session(scenarios=[scenario], names=["01-one"], receiver=receiver, settings=settings))


def verdict(report: Report, check: str) -> Verdict:
    return next(one for one in report.verdicts if one.check == check)


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def judged_again(report: Report, folder: Path) -> None:
    """The journals alone say the same, verdict for verdict."""
    again = report_of([folder])
    assert [_told(one) for one in again.plays] == [_told(one) for one in report.plays]


def _told(play: Play) -> list[tuple[str, Result, str]]:
    return [(one.check, one.result, one.because) for one in play.verdicts]


def test_an_effect_that_was_counted_twice_stands_though_the_second_play_counts_once(tmp_path: Path) -> None:
    app = App()
    app.effects = lambda number: 2 if number == 0 else 1
    report = conducted(app, tmp_path, COPIES % "0s")
    found = verdict(report, "then/1-eventually")
    assert (found.result, report.exit_code) == (FAILED, 1)
    assert found.because.startswith("seen in the first of 2 plays: one (id ")
    assert "01-one.confirm.ndjson" in found.because
    judged_again(report, tmp_path)


def test_an_effect_that_did_not_come_in_the_first_play_alone_is_flaky(tmp_path: Path) -> None:
    app = App()
    app.effects = lambda number: 0 if number == 0 else 1
    report = conducted(app, tmp_path, COPIES % "0s")
    found = verdict(report, "then/1-eventually")
    assert (found.result, report.exit_code) == (UNCLEAR, 4)
    assert found.because.startswith("flaky: failed, then passed in a second run with fresh ids")
    judged_again(report, tmp_path)


def test_what_failed_twice_is_confirmed_as_ever(tmp_path: Path) -> None:
    app = App()
    app.effects = lambda _: 2
    found = verdict(conducted(app, tmp_path, COPIES % "0s"), "then/1-eventually")
    assert found.because.endswith("(confirmed by a second run with fresh ids)")


def test_a_forgery_that_was_acknowledged_once_stands(tmp_path: Path) -> None:
    app = App()
    app.answers = lambda number, genuine: "200 OK" if genuine or number == 1 else "401 No"
    report = conducted(app, tmp_path, FORGED)
    assert verdict(report, "expect/absent").result is FAILED
    assert verdict(report, "expect/absent").because.startswith("seen in the first of 2 plays: absent came back 200")
    judged_again(report, tmp_path)


def test_an_error_in_the_place_of_a_refusal_has_to_come_again(tmp_path: Path) -> None:
    app = App()
    app.answers = lambda number, genuine: "200 OK" if genuine else "500 Oh" if number == 1 else "401 No"
    assert verdict(conducted(app, tmp_path, FORGED), "expect/absent").result is UNCLEAR


def test_what_only_the_second_play_saw_counts_as_well(tmp_path: Path) -> None:
    app = App()
    app.answers = lambda number, genuine: "200 OK" if genuine else "500 Oh" if number == 1 else "401 No"
    app.lets_in = lambda number: number == 3
    report = conducted(app, tmp_path, FORGED)
    found = verdict(report, "then/1-never")
    assert (found.result, found.evidence) == (FAILED, ())
    assert found.because.startswith("seen in the second of 2 plays: forged (id ")
    judged_again(report, tmp_path)


@pytest.mark.parametrize("races", [1, 3])
def test_copies_that_leave_together_are_played_as_often_as_is_said_before_they_pass(tmp_path: Path, races: int) -> None:
    app = App()
    report = conducted(app, tmp_path, COPIES % "0s", races=races)
    assert (report.exit_code, len(report.plays), len(app.ids)) == (0, 1, races)
    assert files(tmp_path) == ["01-one.again1.ndjson", "01-one.again2.ndjson", "01-one.ndjson"][-races:]
    assert report.plays[0].journal.endswith("01-one.ndjson")
    judged_again(report, tmp_path)


def test_copies_one_after_another_race_with_nothing(tmp_path: Path) -> None:
    app = App()
    conducted(app, tmp_path, COPIES % "1m", races=3)
    assert len(app.ids) == 1


@pytest.mark.parametrize(("takes", "times"), [("0s", 3), ("1m", 1)])
def test_different_notifications_of_one_export_at_one_moment_race_as_well(
    tmp_path: Path, takes: str, times: int
) -> None:
    app = App()
    report = conducted(app, tmp_path, f"  one: {{frequency: one time, takes: {takes}}}\n", races=3)
    assert (report.exit_code, len(app.ids)) == (0, times)


def test_what_races_with_many_exports_at_once_is_played_once(tmp_path: Path) -> None:
    app = App()
    conducted(app, tmp_path, "  many: {frequency: one time, takes: 0s, count: 3}\n", races=3)
    assert len(app.ids) == 3


@pytest.mark.parametrize(("credentials", "times"), [("right", 3), ("absent", 1)])
def test_only_what_leaves_together_is_a_race(tmp_path: Path, credentials: str, times: int) -> None:
    app = App()
    app.answers = lambda _, genuine: "200 OK"
    step = f"timeline:\n  other: {{event: initiated, export: one, at: 10m, credentials: {credentials}}}\n"
    conducted(app, tmp_path, "  one: {frequency: one time, takes: 10m, emits: [completed]}\n" + step, races=3)
    assert len(app.ids) == times


def test_a_doubt_in_one_of_several_plays_keeps_the_whole_from_passing(tmp_path: Path) -> None:
    app = App()
    app.effects = lambda number: 0 if number == 1 else 1
    report = conducted(app, tmp_path, COPIES % "0s", races=3)
    found = verdict(report, "then/1-eventually")
    assert (found.result, report.exit_code) == (UNCLEAR, 4)
    assert found.because.startswith("flaky")
    judged_again(report, tmp_path)


@pytest.mark.parametrize("lost", [0, 1, 3])
def test_the_play_that_lost_the_race_is_the_one_that_is_told(tmp_path: Path, lost: int) -> None:
    app = App()
    app.effects = lambda number: 2 if number == lost else 1
    report = conducted(app, tmp_path, COPIES % "0s", races=3)
    found = verdict(report, "then/1-eventually")
    if lost == 3:  # no such play
        assert (found.result, report.exit_code) == (PASSED, 0)
        return
    assert (found.result, report.exit_code) == (FAILED, 1)
    assert len(app.ids) == lost + 2, "what has failed and was confirmed is not played again"
    assert app.ids[lost] in found.because
    assert report.plays[0].journal.endswith(["01-one.ndjson", "01-one.again1.ndjson"][lost])
    judged_again(report, tmp_path)


def test_ids_that_are_fixed_are_sent_once(tmp_path: Path) -> None:
    app = App()
    fixed = COPIES.replace("emits: []", "emits: [], id: 1690283492")
    conducted(app, tmp_path, fixed % "0s", races=3)
    assert files(tmp_path) == ["01-one.ndjson"]
