"""The player: who leaves when, what is written first, what is tried again."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import JumpClock, Scale
from simulator.errors import StorageError
from simulator.journal import Journal, JournalWriter
from simulator.model import Delivery, EndWriting, Exchange, Outcome
from simulator.provider import Retry
from simulator.receiver import Receiver
from simulator.runner.play import Pace, Player
from simulator.runner.probing import Prober
from simulator.runner.stop import Stop
from simulator.scenario import Scenario
from simulator.wire import Request
from tests import making


def delivery(number: int, due: float) -> Delivery:
    return making.delivery(number, run=number, id=str(number), at=due, due=due, body=b'{"n":%d}' % number)


class Receiving:
    """A receiver in the place of the wire: it notes who came when, and answers when told, or at once."""

    def __init__(self, clock: JumpClock, journal: Path, answers: Sequence[int] = (), *, held: bool = False) -> None:
        self.clock = clock
        self.arrived: list[tuple[float, bytes]] = []
        self.intents_seen: list[int] = []
        self.fresh: list[bool] = []
        self.waiting: list[tuple[float, Callable[[Exchange], None]]] = []
        self._journal = journal
        self._answers = list(answers)
        self._held = held

    def __call__(self, request: Request, done: Callable[[Exchange], None]) -> None:
        self.arrived.append((self.clock.now(), request.data.partition(b"\r\n\r\n")[2]))
        self.fresh.append(request.fresh)
        self.intents_seen.append(self._journal.read_bytes().count(b'"kind":"intent"'))
        if self._held:
            self.waiting.append((self.clock.now(), done))
        else:
            done(self.answered(self.clock.now()))

    def answered(self, sent: float) -> Exchange:
        status = self._answers.pop(0) if self._answers else 200
        return Exchange(Outcome.ANSWERED, status=status, sent=sent, done=self.clock.now(), connection=1)

    def answer_all(self) -> None:
        waiting, self.waiting = self.waiting, []
        for sent, done in waiting:
            done(self.answered(sent))

    def hang_up(self) -> None:
        """The partner does, on all that wait."""
        waiting, self.waiting = self.waiting, []
        for sent, done in waiting:
            done(Exchange(Outcome.CLOSED, sent=sent, done=self.clock.now(), hung_up=True))

    async def close(self) -> None:
        """Nothing to let go of."""


class Interrupted(JumpClock):
    """A clock of a machine that may sleep: what it `slept` passed without anybody waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.slept = 0.0

    def now(self) -> float:
        return super().now() + self.slept

    async def until(self, moment: float) -> None:
        await super().until(moment - self.slept)

    def alarm(self, moment: float, ring: Callable[[], None]) -> Callable[[], None]:
        return super().alarm(moment - self.slept, ring)


class Played:
    """A player with everything round it."""

    def __init__(self, folder: Path, scale: str, *, attempts: int = 1, delay: float = 0.0, held: bool = False,
                 answers: Sequence[int] = (), **pace: Any) -> None:  # fmt: skip
        self.clock = Interrupted()
        self.stop = Stop()
        self.journal = JournalWriter(folder / "run.ndjson", {}, lambda text: text)
        self.receiving = Receiving(self.clock, self.journal.path, answers, held=held)
        prober = Prober(
            (),
            Scenario(title="", provider="", source="", text=""),
            Receiver(name="r", endpoints={}),
            "clevertap",
            self.receiving,
            self.clock,
            self.journal,
        )
        self.player = Player(
            retry=Retry(attempts=attempts, delay=delay, timeout=5.0),
            acknowledged_by=("200",),
            pace=Pace(scale=Scale.parse(scale), **pace),
            send=self.receiving,
            clock=self.clock,
            journal=self.journal,
            prober=prober,
            stop=self.stop,
            progress=lambda _, __: None,
        )

    def attempts(self) -> list[Any]:
        self.journal.flush()
        return list(Journal.open(self.journal.path).attempts())


def test_the_intent_is_on_the_file_before_the_request_leaves(tmp_path: Path) -> None:
    played = Played(tmp_path, "instant")
    assert asyncio.run(played.player.play([delivery(number, number * 10.0) for number in range(1, 5)]))
    assert all(seen >= position for position, seen in enumerate(played.receiving.intents_seen, start=1))
    assert [attempt.outcome for attempt in played.attempts()] == [Outcome.ANSWERED] * 4


def test_in_real_time_each_leaves_at_its_moment_though_nobody_answers(tmp_path: Path) -> None:
    played = Played(tmp_path, "real", held=True)

    async def story() -> None:
        playing = asyncio.ensure_future(played.player.play([delivery(1, 0.0), delivery(2, 60.0), delivery(3, 61.0)]))
        while len(played.receiving.arrived) < 3:
            await asyncio.sleep(0)
        played.receiving.answer_all()
        assert await playing

    asyncio.run(story())
    assert [moment for moment, _ in played.receiving.arrived] == [0.0, 60.0, 61.0]


def test_at_sixty_times_the_story_an_hour_takes_a_minute(tmp_path: Path) -> None:
    played = Played(tmp_path, "60x")
    asyncio.run(played.player.play([delivery(1, 0.0), delivery(2, 3600.0)]))
    assert [moment for moment, _ in played.receiving.arrived] == [0.0, 60.0]


def test_in_compressed_time_an_effect_never_overtakes_its_cause(tmp_path: Path) -> None:
    played = Played(tmp_path, "instant", held=True)

    async def story() -> list[int]:
        playing = asyncio.ensure_future(played.player.play([delivery(1, 0.0), delivery(2, 600.0)]))
        for _ in range(20):
            await asyncio.sleep(0)
        before = len(played.receiving.arrived)
        while not playing.done():
            played.receiving.answer_all()
            await asyncio.sleep(0)
        return [before, len(played.receiving.arrived)]

    assert asyncio.run(story()) == [1, 2]


def test_in_compressed_time_what_lies_within_the_timeout_leaves_side_by_side(tmp_path: Path) -> None:
    played = Played(tmp_path, "instant", held=True)

    async def story() -> int:
        playing = asyncio.ensure_future(
            played.player.play([delivery(1, 0.0), delivery(2, 5.0), delivery(3, 5.5)])  # 5.0 is the timeout
        )
        for _ in range(20):
            await asyncio.sleep(0)
        side_by_side = len(played.receiving.arrived)
        while not playing.done():
            played.receiving.answer_all()
            await asyncio.sleep(0)
        return side_by_side

    assert asyncio.run(story()) == 2


@pytest.mark.parametrize(("together", "most"), [(1, 3), (2, 2), (5, 3)])
def test_jobs_bound_what_is_in_flight_in_compressed_time(together: int, most: int, tmp_path: Path) -> None:
    played = Played(tmp_path, "instant", held=True, jobs=3)
    told = [delivery(number, 0.0)._replace(run=number // together, id="1") for number in range(10)]

    async def story() -> int:
        playing = asyncio.ensure_future(played.player.play(told))
        most = 0
        while not playing.done():
            for _ in range(10):
                await asyncio.sleep(0)
            most = max(most, len(played.receiving.waiting))
            played.receiving.answer_all()
        return most

    assert asyncio.run(story()) == most
    assert len(played.receiving.arrived) == 10


def test_a_partner_that_retries_sends_the_same_bytes_after_its_delay_until_acknowledged(tmp_path: Path) -> None:
    played = Played(tmp_path, "real", attempts=4, delay=15.0, answers=(500, 503, 200))
    asyncio.run(played.player.play([delivery(1, 0.0)]))
    assert played.receiving.arrived == [(0.0, b'{"n":1}'), (15.0, b'{"n":1}'), (30.0, b'{"n":1}')]
    assert [(one.attempt, one.answer_status, one.final) for one in played.attempts()] == [
        (1, 500, False),
        (2, 503, False),
        (3, 200, True),
    ]


def test_a_partner_that_fires_and_forgets_sends_once(tmp_path: Path) -> None:
    played = Played(tmp_path, "real", answers=(500,))
    asyncio.run(played.player.play([delivery(1, 0.0)]))
    assert len(played.receiving.arrived) == 1


def test_what_closes_its_side_has_a_connection_that_cannot_have_ended_for_its_age(tmp_path: Path) -> None:
    played = Played(tmp_path, "instant")
    ends: list[tuple[bytes | EndWriting, ...] | None] = [None, (b"POST",), (b"POST", EndWriting())]
    told = [delivery(n, 60.0 * n)._replace(script=script) for n, script in enumerate(ends, start=1)]
    assert asyncio.run(played.player.play(told))
    assert played.receiving.fresh == [False, False, True]


def test_a_stopped_run_sends_nothing_more_and_says_that_it_is_incomplete(tmp_path: Path) -> None:
    played = Played(tmp_path, "real")

    def deliveries() -> Any:
        yield delivery(1, 0.0)
        yield delivery(2, 1.0)  # looked at before the first leaves: it might be of the same moment
        played.stop.ask()
        yield delivery(3, 2.0)

    assert asyncio.run(played.player.play(deliveries())) is False
    assert [body for _, body in played.receiving.arrived] == [b'{"n":1}']


def test_a_delivery_the_sender_is_too_late_for_is_skipped_when_a_tolerance_is_set(tmp_path: Path) -> None:
    played = Played(tmp_path, "real", tolerance=2.0)

    def deliveries() -> Any:
        yield delivery(1, 0.0)
        yield delivery(2, 10.0)
        yield delivery(3, 12.0)
        played.clock.slept += 5.0  # until 15.0, when the second is about to leave
        yield delivery(4, 13.0)

    asyncio.run(played.player.play(deliveries()))
    assert [one.outcome for one in played.attempts()] == [
        Outcome.ANSWERED,
        Outcome.SKIPPED,
        Outcome.SKIPPED,
        Outcome.ANSWERED,
    ]


def test_lateness_is_the_senders_own_and_not_the_receivers(tmp_path: Path) -> None:
    played = Played(tmp_path, "60x", held=True)

    async def story() -> None:
        playing = asyncio.ensure_future(played.player.play([delivery(1, 0.0), delivery(2, 60.0)]))
        for _ in range(20):
            await asyncio.sleep(0)
        await played.clock.until(played.clock.now() + 4.0)  # the receiver takes its time
        while not playing.done():
            played.receiving.answer_all()
            await asyncio.sleep(0)

    asyncio.run(story())
    assert played.player.lateness.max == 0.0


def test_a_full_disk_ends_the_run_with_a_storage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(tmp_path, "instant")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("simulator.journal.writer.os.write", full)
    with pytest.raises(StorageError, match=r"run\.ndjson: No space left on device"):
        asyncio.run(played.player.play([delivery(1, 0.0)]))
    assert played.receiving.arrived == []


@pytest.mark.parametrize(("gives_up", "waits"), [(True, 0.25), (False, 0.0)])
def test_compressed_time_leaves_a_receiver_a_moment_for_what_was_given_up(
    tmp_path: Path, *, gives_up: bool, waits: float
) -> None:
    """It may still be working on it; in the story an hour passes."""
    played = Played(tmp_path, "instant", held=True)

    async def story() -> None:
        playing = asyncio.ensure_future(played.player.play([delivery(1, 0.0), delivery(2, 3600.0)]))
        while not played.receiving.arrived:
            await asyncio.sleep(0)
        began = played.clock.now()
        (played.receiving.hang_up if gives_up else played.receiving.answer_all)()
        while len(played.receiving.arrived) < 2:
            await asyncio.sleep(0)
        assert played.receiving.arrived[1][0] - began == waits
        played.receiving.answer_all()
        assert await playing

    asyncio.run(story())
