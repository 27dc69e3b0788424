"""Runs that were asked for: two at once, the others in turn; ended, forgotten, and found again after a restart."""

import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Lock, Thread

import pytest

from simulator.console.refusal import Refusal
from simulator.console.scenario_runs import job as scenario_job
from simulator.console.scenario_runs.request import RunRequest
from simulator.console.scenario_runs.run import KIND
from simulator.console.scenario_runs.runs import AT_ONCE, WAITING
from simulator.errors import NeverReached, StorageError
from simulator.model import Report, Result, Verdict
from simulator.runner.session import Session
from tests.making import made_play
from tests.runs_alone import PATIENCE, RunsAlone, runs_in

CANARY = "cn4ry-9f8e7d6c5b4a"
NEVER = frozenset({8123})
ASKED = RunRequest(scenario="clevertap/one-time-export", to="http://127.0.0.1:9/", authorization=f"Bearer {CANARY}")


def report(*verdicts: Verdict, interrupted: int = 0) -> Report:
    passed = Verdict(check="expect/each", result=Result.PASSED, because="it was")
    play = made_play(
        *(verdicts or (passed,)), start="2026-01-05T05:30:00+05:30", deliveries=2, attempts=2, complete=not interrupted
    )
    return Report(version="0", started="2026", seed=1, plays=(play,), interrupted=interrupted)


class Playing:
    """Takes the place of the runner: each session goes on until it is stopped, or all are let go."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self.comes: Report | Exception = report()
        self.most = 0
        self.began = Event()  # the first has told of its progress
        self._at_once = 0
        self._lock = Lock()
        self._free = False
        self._ends: list[Event] = []

    def let_go(self) -> None:
        with self._lock:
            self._free = True
            for end in self._ends:
                end.set()

    def __call__(self, session: Session) -> Report:
        end = Event()
        with self._lock:
            self.sessions.append(session)
            self._ends.append(end)
            self._at_once += 1
            self.most = max(self.most, self._at_once)
            if self._free:
                end.set()
        session.stop.listen(end.set)
        with session.watching("title") as progress:
            progress(1, 12.5)
        self.began.set()
        assert end.wait(PATIENCE)
        with self._lock:
            self._at_once -= 1
        if session.stop.asked:
            return report(interrupted=session.stop.exit_code)
        if isinstance(self.comes, Exception):
            raise self.comes
        return self.comes


@pytest.fixture
def playing(monkeypatch: pytest.MonkeyPatch) -> Playing:
    double = Playing()
    monkeypatch.setattr(scenario_job, "perform", double)
    return double


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunsAlone]:
    with runs_in(tmp_path, NEVER) as made:
        yield made


def test_a_run_is_played_with_what_it_was_asked_with(service: RunsAlone, playing: Playing) -> None:
    run = service.runs.start(ASKED)
    playing.let_go()
    ended = service.ended(run.id)
    assert (ended.state, ended.outcome, ended.exit_code, ended.deliveries) == ("done", "passed", 0, 2)
    assert ended.start == 1767571200.0
    (session,) = playing.sessions
    assert session.settings.never == NEVER
    assert session.settings.environment == {}
    assert session.settings.seed == run.seed == ended.seed
    assert session.settings.journals == service.journals / run.id


def test_the_seed_is_the_one_asked_for_then_the_scenarios_own_then_a_fresh_one(
    service: RunsAlone, playing: Playing
) -> None:
    text = "scenario: One\nprovider: clevertap\nseed: 7\nexports: {nightly: {partner: Amazon S3}}\n"
    to = "http://127.0.0.1:9/"
    seeds = [service.runs.start(RunRequest(text=text, to=to, seed=seed)).seed for seed in (0, None)]
    assert seeds == [0, 7]


def test_what_the_receiver_broke_is_told_with_the_run_and_in_the_feed(service: RunsAlone, playing: Playing) -> None:
    broken = Verdict(check="expect/each", result=Result.FAILED, because=f"it said {CANARY}", sentence="each is acked")
    playing.comes = report(broken)
    run = service.runs.start(ASKED)
    playing.let_go()
    told = service.told(run.id, "done")
    because = "it said (redacted)"
    failed = [{"rule": "expect/each", "level": "must", "sentence": "each is acked", "because": because}]
    assert (told["outcome"], told["exit_code"], told["failed"]) == ("failed", 1, failed)
    assert service.runs.get(run.id).failed == failed


def test_its_progress_shows_while_it_goes_on(service: RunsAlone, playing: Playing) -> None:
    run = service.runs.start(ASKED)
    service.told(run.id, "running")
    assert playing.began.wait(PATIENCE)
    now = service.runs.get(run.id)
    assert (now.state, now.deliveries, now.story) == ("running", 1, 12.5)
    assert service.runs.page() == (1, [now])
    with pytest.raises(Refusal, match="made at its end"):
        service.runs.report(run.id, "json")


def test_two_are_played_at_once_and_the_others_in_turn(service: RunsAlone, playing: Playing) -> None:
    runs = [service.runs.start(ASKED) for _ in range(AT_ONCE + 3)]
    for run in runs[:AT_ONCE]:
        service.told(run.id, "running")
    assert {service.runs.get(run.id).state for run in runs[AT_ONCE:]} == {"queued"}
    playing.let_go()
    assert [service.ended(run.id).state for run in runs] == ["done"] * len(runs)
    assert playing.most == AT_ONCE


def test_when_too_many_wait_no_more_are_taken(service: RunsAlone, playing: Playing) -> None:
    for _ in range(AT_ONCE + WAITING):
        service.runs.start(ASKED)
    with pytest.raises(Refusal) as caught:
        service.runs.start(ASKED)
    assert caught.value.reason == "unavailable"
    service.runs.cancel(f"run-{AT_ONCE + WAITING}")
    assert service.runs.start(ASKED).id == f"run-{AT_ONCE + WAITING + 1}"


def test_one_that_waits_is_canceled_at_once_and_never_played(service: RunsAlone, playing: Playing) -> None:
    for _ in range(AT_ONCE):
        service.runs.start(ASKED)
    waiting = service.runs.start(ASKED)
    assert service.runs.cancel(waiting.id).state == "canceled"
    playing.let_go()
    service.ended("run-1")
    service.ended("run-2")
    assert len(playing.sessions) == AT_ONCE
    with pytest.raises(Refusal, match="sent nothing") as caught:
        service.runs.report(waiting.id, "text")
    assert caught.value.reason == "not-found"


def test_one_that_goes_on_is_ended_and_still_has_an_outcome(service: RunsAlone, playing: Playing) -> None:
    run = service.runs.start(ASKED)
    service.told(run.id, "running")
    ended = service.runs.cancel(run.id)
    assert (ended.state, ended.exit_code, ended.outcome, ended.error) == ("canceled", 130, "inconclusive", None)
    with pytest.raises(Refusal) as caught:
        service.runs.cancel(run.id)
    assert caught.value.reason == "conflict"


@pytest.mark.parametrize("ident", ["run-1", "../state.sqlite", "", "\0"])
def test_what_is_not_there_is_not_found(service: RunsAlone, ident: str) -> None:
    for ask in (service.runs.get, service.runs.cancel, lambda one: service.runs.report(one, "json")):
        with pytest.raises(Refusal) as caught:
            ask(ident)
        assert caught.value.reason == "not-found"


@pytest.mark.parametrize(
    "error", [NeverReached(f"nobody at {CANARY}", f"look at {CANARY}"), StorageError(f"no room for {CANARY}")]
)
def test_a_run_that_cannot_be_played_has_failed_and_says_why(
    service: RunsAlone, playing: Playing, error: Exception
) -> None:
    playing.comes = error
    run = service.runs.start(ASKED)
    playing.let_go()
    ended = service.ended(run.id)
    assert ended.state == "failed"
    assert ended.error is not None
    assert "(redacted)" in ended.error["message"]
    assert CANARY not in str(ended)


def test_a_fault_of_ours_ends_one_run_and_no_other(service: RunsAlone, playing: Playing) -> None:
    playing.comes = ZeroDivisionError(CANARY)
    run = service.runs.start(ASKED)
    (service.journals / run.id).mkdir(parents=True)
    playing.let_go()
    assert service.ended(run.id).error == {
        "message": "a fault of partnersim: ZeroDivisionError",
        "remedy": "fault.txt lies beside the journals",
    }
    told = (service.journals / run.id / "fault.txt").read_text()
    assert "ZeroDivisionError" in told
    assert CANARY not in told
    playing.comes = report()
    assert service.ended(service.runs.start(ASKED).id).state == "done"


def test_a_run_that_cannot_be_written_down_is_not_begun(service: RunsAlone, playing: Playing) -> None:
    service.store.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError):
        service.runs.start(ASKED)
    service.store.connection.execute("PRAGMA query_only = OFF")
    assert not playing.sessions
    assert service.runs.page() == (0, [])
    for _ in range(AT_ONCE + WAITING):  # it takes nobody's place
        service.runs.start(ASKED)


def test_after_a_restart_all_are_still_listed_and_what_was_under_way_has_failed(
    tmp_path: Path, playing: Playing
) -> None:
    with runs_in(tmp_path) as first:
        playing.let_go()
        done = first.ended(first.runs.start(ASKED).id)
        for ident, state in (("run-2", "running"), ("run-3", "queued")):
            first.store.put(KIND, ident, done._replace(id=ident, state=state, ended=None)._asdict())
    with runs_in(tmp_path) as second:
        total, runs = second.runs.page()
        assert (total, runs[0]) == (3, done)
        assert [(one.state, one.error and one.error["message"]) for one in runs[1:]] == [
            ("failed", "the service ended")
        ] * 2
        assert second.runs.page(offset=1, limit=1) == (3, [runs[1]])


def test_a_folder_of_journals_is_never_used_twice(tmp_path: Path, playing: Playing) -> None:
    for name in ("run-41", "run-7", "run-x", "other"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    with runs_in(tmp_path) as service:
        assert service.runs.start(ASKED).id == "run-42"


def test_when_all_is_forgotten_nothing_of_them_is_written_any_more(service: RunsAlone, playing: Playing) -> None:
    runs = [service.runs.start(ASKED) for _ in range(AT_ONCE + 1)]
    for run in runs[:AT_ONCE]:
        service.told(run.id, "running")

    def begin_anew() -> None:
        service.runs.forget()
        service.store.empty()

    last = service.feed.last
    service.do(begin_anew)
    fresh = service.runs.start(ASKED)
    assert fresh.id == f"run-{AT_ONCE + 2}"
    service.told(fresh.id, "running")  # so the others have made room for it
    service.runs.cancel(fresh.id)
    assert service.runs.page()[0] == 1
    assert {entry.data["id"] for entry in service.feed.after(last, 0)} == {fresh.id}


def test_at_the_end_of_the_service_all_are_ended_and_none_is_begun(tmp_path: Path, playing: Playing) -> None:
    with runs_in(tmp_path) as service:
        runs = [service.runs.start(ASKED) for _ in range(AT_ONCE + 1)]
        for run in runs[:AT_ONCE]:
            service.told(run.id, "running")
        service.runs.close()
        assert {session.stop.exit_code for session in playing.sessions} == {128 + signal.SIGTERM}
        told = [service.runs.get(run.id) for run in runs]
        assert {one.state for one in told} == {"failed"}
        assert {one.error and one.error["message"] for one in told} == {"the service ended"}
        with pytest.raises(Refusal) as caught:
            service.runs.start(ASKED)
        assert caught.value.reason == "unavailable"


def test_no_secret_is_kept_in_what_is_told_or_stored(tmp_path: Path, playing: Playing) -> None:
    text = f"scenario: About {CANARY}\nprovider: clevertap\nexports: {{nightly: {{partner: Amazon S3}}}}\n"
    described = {
        "receiver": f"staging {CANARY}",
        "endpoints": {"*": {"url": f"http://127.0.0.1:9/?key={CANARY}", "headers": {"X-Key": CANARY}}},
    }
    with runs_in(tmp_path) as service:
        playing.let_go()
        run = service.runs.start(RunRequest(text=text, receiver=described))
        ended = service.ended(run.id)
        assert ended.title == "About (redacted)"
        assert CANARY not in str([ended, service.feed.after(0, 0), service.store.things(KIND)])


def test_many_threads_may_ask_at_once(service: RunsAlone, playing: Playing) -> None:
    playing.let_go()
    told: list[str] = []
    threads = [Thread(target=lambda: told.append(service.runs.start(ASKED).id)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told, key=lambda one: int(one[4:])) == [f"run-{number}" for number in range(1, 21)]
    assert {service.ended(ident).state for ident in told} == {"done"}
