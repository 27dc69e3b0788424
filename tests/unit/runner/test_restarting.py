"""A receiver killed in the middle of a story: nothing is under way then, and the story waits until it is back."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.authoring import parse_receiver, parse_scenario
from simulator.check import Watch
from simulator.clock import JumpClock, Scale
from simulator.errors import NeverReached, StorageError, UsageError
from simulator.journal import JournalWriter
from simulator.model import Delivery, Exchange, Outcome
from simulator.provider import Retry
from simulator.runner.direct import play
from simulator.runner.play import Pace, Player
from simulator.runner.prepare import Settings
from simulator.runner.probing import Prober
from simulator.runner.restarting import Restart, Running
from simulator.runner.session import Session, perform
from simulator.runner.stop import Stop
from simulator.wire import Request
from tests import making

SCENARIO = "scenario: Killed\nprovider: clevertap\nclock: {scale: instant}\nexports: {one: {}}\nrestart: {at: 1m}\n"
RECEIVER = """\
receiver: mine
endpoints: {clevertap: {url: http://127.0.0.1:8000/hook}}
probes: {export: {get: "http://127.0.0.1:8000/exports/{id}", absent: 404, select: {status: $.status}}}
"""


class Story:
    """A player with a receiver that answers after a tenth of a second, and everything that happened, in order."""

    def __init__(self, folder: Path, *, scale: str = "instant", at: float = 60.0, watched: bool = True) -> None:
        self.happened: list[str] = []
        self.clock = JumpClock()
        self.stop = Stop()
        self.stops = False
        self.hangs = False  # whether nothing is read from the first answer on, until it is killed
        self.gone: Exception | None = None
        journal = JournalWriter(folder / "run.ndjson", {}, lambda text: text)
        scenario = parse_scenario(SCENARIO, "killed.yaml")
        watch = Watch(probe="export", of="", run=None, window=1.0, settled=None)
        prober = Prober(
            (watch,) if watched else (),
            scenario,
            parse_receiver(RECEIVER, "", {}),
            "clevertap",
            self,
            self.clock,
            journal,
        )
        self.player = Player(
            retry=Retry(attempts=1, delay=0.0, timeout=5.0),
            acknowledged_by=("200",),
            pace=Pace(scale=Scale.parse(scale)),
            send=self,
            clock=self.clock,
            journal=journal,
            prober=prober,
            stop=self.stop,
            progress=lambda _, __: None,
            restart=Restart(at, self.restart),
        )

    def __call__(self, request: Request, done: Callable[[Exchange], None]) -> None:
        if request.method == "GET":
            self.happened.append(f"read {request.url.target.rpartition('/')[2]}")
            if not self.hangs or "answered 1" not in self.happened or "killed" in self.happened:
                self.clock.alarm(self.clock.now() + 0.05, lambda: done(self.answered(404)))
            return
        body = request.data.partition(b"\r\n\r\n")[2].decode()
        self.happened.append(f"sent {body}")
        sent = self.clock.now()

        def answer() -> None:
            self.happened.append(f"answered {body}")
            if self.stops:
                self.stop.ask()
            done(self.answered(200, sent))

        self.clock.alarm(sent + 0.1, answer)

    def answered(self, status: int, sent: float = 0.0) -> Exchange:
        return Exchange(Outcome.ANSWERED, status=status, sent=sent, done=self.clock.now(), connection=1)

    async def close(self) -> None:
        """Nothing to let go of."""

    async def restart(self) -> None:
        self.happened.append("killed")
        if self.gone:
            raise self.gone
        await self.clock.until(self.clock.now() + 3.0)
        self.happened.append("back")

    def play(self, *dues: float) -> bool:
        def one(number: int, due: float) -> Delivery:
            return making.delivery(number, run=number, id=str(number), at=due, due=due, body=b"%d" % number)

        async def whole() -> bool:
            return await asyncio.wait_for(self.player.play(one(*each) for each in enumerate(dues, 1)), 5)

        return asyncio.run(whole())

    def told(self) -> list[str]:
        return [one for one in self.happened if not one.startswith("read")]


def test_all_that_is_due_up_to_then_is_answered_first_and_the_rest_leaves_when_it_is_back(tmp_path: Path) -> None:
    story = Story(tmp_path)
    assert story.play(0.0, 60.0, 60.5)
    assert story.told() == ["sent 1", "answered 1", "sent 2", "answered 2", "killed", "back", "sent 3", "answered 3"]


def test_no_reading_stands_between_the_last_answer_and_the_end(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.play(0.0, 60.0, 3600.0)
    killed = story.happened.index("killed")
    assert story.happened[killed - 1] == "answered 2"
    assert "read 1" in story.happened[story.happened.index("answered 1") : killed], "what came long before is read"
    assert "read 3" in story.happened[story.happened.index("answered 3") :], "and what comes afterwards"


def test_a_reading_under_way_is_given_up(tmp_path: Path) -> None:
    story = Story(tmp_path, scale="real")
    story.hangs = True
    story.play(0.0, 0.02, 61.0)
    assert story.told()[-4:] == ["killed", "back", "sent 3", "answered 3"]


def test_in_real_time_it_comes_at_its_moment(tmp_path: Path) -> None:
    story = Story(tmp_path, scale="real")
    story.play(0.0, 100.0)
    assert story.clock.now() == pytest.approx(100.0, abs=6.0)
    assert story.told() == ["sent 1", "answered 1", "killed", "back", "sent 2", "answered 2"]


def test_whatever_becomes_late_meanwhile_is_not_the_senders_fault(tmp_path: Path) -> None:
    story = Story(tmp_path, scale="real", watched=False)
    story.play(59.99, 61.0)
    assert story.player.lateness.max < 0.01


@pytest.mark.parametrize("at", [0.0, 7200.0])
def test_it_may_come_after_all_or_before_nearly_all(tmp_path: Path, at: float) -> None:
    story = Story(tmp_path, at=at)
    assert story.play(0.0, 3600.0)
    assert story.told().count("killed") == story.told().count("back") == 1
    assert story.told().index("killed") == (2 if at == 0.0 else 4)


def test_one_that_does_not_come_back_ends_the_play(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.gone = NeverReached("the receiver was killed, and did not come back: code 7")
    with pytest.raises(NeverReached, match="did not come back"):
        story.play(0.0, 3600.0)
    assert story.told() == ["sent 1", "answered 1", "killed"]


def test_a_run_that_is_to_end_kills_nothing_any_more(tmp_path: Path) -> None:
    story = Story(tmp_path, scale="real")
    story.stops = True
    assert story.play(0.0, 100.0) is False
    assert story.told() == ["sent 1", "answered 1"]


class Process:
    """A receiver's process that is only told of."""

    def __init__(self, told: list[str], *trouble: Exception | None) -> None:
        self.told = told
        self.trouble = list(trouble)
        self.ended: NeverReached | None = None

    def check(self) -> None:
        if self.ended:
            raise self.ended

    def kill(self) -> None:
        self.told.append("kill")

    async def gone(self) -> None:
        self.told.append("gone")

    async def start(self) -> None:
        self.told.append("start")
        if error := self.trouble.pop(0) if self.trouble else None:
            raise error


def running(process: Process, stop: Stop | None = None) -> tuple[Running, list[tuple[str, str]]]:
    notes: list[tuple[str, str]] = []

    async def vacant() -> None:
        process.told.append("vacant")

    async def ready() -> None:
        process.told.append("ready")

    child: Any = process
    return Running(child, vacant, ready, stop or Stop()), notes


def test_it_is_killed_gone_started_and_waited_for_in_this_order() -> None:
    process = Process([])
    made, notes = running(process)
    asyncio.run(made.restart(lambda *one: notes.append(one)))
    assert process.told == ["kill", "gone", "vacant", "start", "ready"]
    assert [what for what, _ in notes] == ["killed", "started again"]


def test_why_it_did_not_come_back_is_said_and_the_next_who_needs_it_starts_it() -> None:
    process = Process([], NeverReached("it ended with code 7", "mend it"))
    made, notes = running(process)
    with pytest.raises(NeverReached, match="killed, and did not come back: it ended with code 7") as caught:
        asyncio.run(made.restart(lambda *one: notes.append(one)))
    assert caught.value.remedy == "mend it"
    assert [what for what, _ in notes] == ["killed"]
    process.told.clear()
    asyncio.run(made.there(lambda *one: notes.append(one)))
    assert process.told == ["vacant", "start", "ready"]
    process.told.clear()
    asyncio.run(made.there(lambda *one: notes.append(one)))
    assert process.told == [], "it is there"


def test_one_that_had_ended_before_it_was_killed_is_told_apart() -> None:
    process = Process([])
    process.ended = NeverReached("the receiver's command 'x' ended with code 1")
    made, notes = running(process)
    with pytest.raises(NeverReached, match="before it was to be killed, the receiver"):
        asyncio.run(made.restart(lambda *one: notes.append(one)))
    assert (process.told, notes) == ([], [])


def test_a_full_disk_is_not_the_receivers_fault() -> None:
    made, notes = running(Process([], StorageError("no room")))
    with pytest.raises(StorageError):
        asyncio.run(made.restart(lambda *one: notes.append(one)))


def test_a_run_that_is_to_end_starts_nothing_again() -> None:
    process, stop = Process([]), Stop()
    made, notes = running(process, stop)
    stop.ask()
    asyncio.run(made.restart(lambda *one: notes.append(one)))
    assert "start" not in process.told


def test_without_start_nothing_is_sent_and_the_remedy_is_said(tmp_path: Path) -> None:
    session = Session(
        scenarios=[parse_scenario(SCENARIO, "killed.yaml")],
        names=["one"],
        receiver=parse_receiver(RECEIVER, "", {}),
        settings=Settings(journals=tmp_path / "journals"),
    )
    with pytest.raises(UsageError, match="no receiver file says how") as caught:
        perform(session)
    assert "`start` to a receiver file" in caught.value.remedy
    assert not (tmp_path / "journals").exists()


def test_a_receiver_in_this_process_cannot_be_killed(tmp_path: Path) -> None:
    (tmp_path / "killed.yaml").write_text(SCENARIO)
    with pytest.raises(UsageError, match="this very process") as caught:
        play(tmp_path / "killed.yaml", lambda _, __: [b""], journals=tmp_path / "journals")
    assert "partnersim run" in caught.value.remedy
    assert not (tmp_path / "journals").exists()
