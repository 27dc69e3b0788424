"""Reading the receiver's state where a reading takes time: what is a look's own doing is nobody's fault."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from simulator.clock import JumpClock
from simulator.journal import Journal, JournalWriter
from simulator.load.judging.asked import Asked, sampled, subjects
from simulator.load.judging.draining import WORKING
from simulator.load.judging.parts import Part, parts
from simulator.load.judging.reading import Read, Reader, read_all
from simulator.model import Drain, Exchange, Observation, Outcome
from simulator.wire import Request
from tests.unit.load.told_load import Model, Told, verdict

WINDOW = 2.0
NEVER = 1e9


@dataclass
class Probe:
    """Shows an id, whole, from some second on; each reading takes `cost` seconds, and the next one waits for it.

    `broken` says of a number of a reading, from 1, whether it does not work.
    """

    clock: JumpClock
    since: dict[str, float]
    status: str
    cost: float = 0.0
    broken: Callable[[int], bool] = lambda _: False
    asked: list[tuple[float, str]] = field(default_factory=list)

    def __call__(self, request: Request, done: Callable[[Exchange], None]) -> None:
        id_ = request.url.target.rpartition("/")[2]
        at = self.clock.now()
        self.asked.append((at, id_))
        asyncio.get_running_loop().create_task(self._answer(id_, at, done, broken=self.broken(len(self.asked))))

    async def _answer(self, id_: str, at: float, done: Callable[[Exchange], None], *, broken: bool) -> None:
        await self.clock.until(self.clock.now() + self.cost)
        shows = at >= self.since[id_]
        body = f'{{"id": "{id_}", "status": "{self.status}", "effects": 1}}'.encode() if shows else b""
        status = 503 if broken else 200 if shows else 404
        done(Exchange(Outcome.ANSWERED, status, body=body, size=len(body), sent=at, done=self.clock.now()))

    async def close(self) -> None:
        """There is nothing to close."""


@dataclass
class Reading:
    """Some exports, of which each is shown so many seconds after the last answer; `first`: when reading begins."""

    folder: Path
    lags: Sequence[float]
    cost: float = 0.0
    first: float = 0.0
    window: float = WINDOW
    broken: Callable[[int], bool] = lambda _: False
    told: list[tuple[int, int]] = field(default_factory=list)
    probe: Probe | None = None
    seen: Sequence[Observation] = ()

    def read(self) -> Read:
        told = Told(folder=self.folder, rate=len(self.lags) * 2.0, seconds=1.0)
        told.send()
        shard = next(self.folder.glob("*.ndjson"))
        part = parts(shard, told.planned.loads, told.receiver)[0]
        asked = list(subjects([part]))
        assert len(asked) >= len(self.lags)
        return asyncio.run(self._read(part, asked[: len(self.lags)]))

    async def _read(self, part: Part, asked: Sequence[Asked]) -> Read:
        clock = JumpClock()
        (status,) = {status for one in asked for status in one.wanted.statuses}
        since = {one.subject.id: lag for one, lag in zip(asked, self.lags, strict=True)}
        self.probe = Probe(clock, since, status, self.cost, self.broken)
        writer = JournalWriter(self.folder / "read.ndjson", {}, str)
        await clock.until(self.first)
        reader = Reader(send=self.probe, clock=clock, writer=writer)
        read = await read_all(
            asked,
            reader,
            of=len(asked),
            answered=0.0,
            window=self.window,
            progress=lambda shown, known: self.told.append((shown, known)),
        )
        writer.flush()
        self.seen = list(Journal.open(writer.path).observations())
        return read


def test_what_all_shows_at_the_first_look_may_have_shown_at_any_moment_before(tmp_path: Path) -> None:
    read = Reading(tmp_path, [0.0] * 5, first=3.7).read()
    assert read.drain == Drain(0.0, 3.7)
    assert read.drain.words == "at the first look, at most 3.7s after the last answer"
    assert not read.missing


def test_what_is_missed_had_not_shown_when_it_was_asked_for_and_had_when_that_was_answered(tmp_path: Path) -> None:
    reading = Reading(tmp_path, [0.0, 1.5], cost=0.1)
    read = reading.read()
    assert read.drain is not None
    assert reading.probe is not None
    late = [at for at, id_ in reading.probe.asked if reading.probe.since[id_] == 1.5]
    missed, showed = max(at for at in late if at < 1.5), min(at for at in late if at >= 1.5)
    assert read.drain.not_before == pytest.approx(missed)
    assert read.drain.not_after == pytest.approx(showed + 0.1)


def test_how_long_a_look_at_all_of_them_takes_is_not_held_against_the_receiver(tmp_path: Path) -> None:
    """A hundred readings of a second, one after another: what showed after one second is read again after all."""
    read = Reading(tmp_path, [1.5] * 100, cost=1.0).read()
    assert read.drain is not None
    assert read.drain.not_before <= 1.5
    assert read.drain.not_after > 90.0
    assert read.look > 90.0


def test_readings_that_do_not_work_tell_of_no_lag(tmp_path: Path) -> None:
    read = Reading(tmp_path, [0.0, 0.0], cost=0.1, broken=lambda number: number <= 8).read()
    assert read.drain is not None
    assert read.drain.not_before == 0.0
    assert read.drain.not_after > 0.1


def test_what_never_shows_has_no_end_and_is_given_up_when_nothing_came_for_a_window(tmp_path: Path) -> None:
    read = Reading(tmp_path, [0.0, 1.5, NEVER]).read()
    assert read.drain is None
    assert read.missing == 1
    assert not read.working
    assert 1.5 + WINDOW <= read.not_before < WORKING


def test_a_look_that_takes_longer_than_the_limit_makes_nothing_of_what_is_lost(tmp_path: Path) -> None:
    read = Reading(tmp_path, [0.0] * 100 + [NEVER] * 5, cost=2 * WORKING / 100).read()
    assert read.look > WORKING
    assert read.missing == 5
    assert not read.working


def test_nor_does_one_that_finds_nothing_new(tmp_path: Path) -> None:
    """When the second look ends, time is over, and the first came to its end less than a window before it began."""
    read = Reading(tmp_path, [0.0] * 10 + [NEVER] * 150, cost=5.0).read()
    assert read.missing == 150
    assert not read.working


def test_one_that_goes_on_working_is_given_up_after_a_limit_that_counts_from_the_end_of_the_first_look(
    tmp_path: Path,
) -> None:
    reading = Reading(tmp_path, [one * 1.5 for one in range(500)] + [NEVER] * 500, cost=0.1)
    read = reading.read()
    assert read.working
    assert read.limit == WORKING
    assert reading.probe is not None
    assert reading.probe.asked[-1][0] > read.look + WORKING
    assert read.look > 50.0


def test_a_long_window_makes_the_limit_longer_and_it_is_told(tmp_path: Path) -> None:
    assert Reading(tmp_path, [0.0, 900.0, NEVER], window=950.0).read().limit == 1900.0


def test_what_shows_in_the_very_last_look_when_time_is_over_was_still_worked_on(tmp_path: Path) -> None:
    """Nothing shows for a window; then, while all are read a last time, which takes longer than the limit, one does."""
    read = Reading(tmp_path, [0.0] * 200 + [700.0, NEVER], cost=3.0).read()
    assert read.working
    assert read.drain is None


def test_what_was_missed_in_a_long_first_look_is_soon_seen_and_the_rest_when_it_is_read(tmp_path: Path) -> None:
    """Of 1,200 readings of 50 ms the first 500 miss some, which are read again behind these."""
    read = Reading(tmp_path, ([20.0] + [0.0] * 9) * 120, cost=0.05, window=30.0).read()
    assert read.look > 60.0
    assert 1080 < len(read.at_once) < 1200
    assert read.at_once == sorted(read.at_once)
    assert read.at_once[-1] == pytest.approx(read.not_after)
    assert read.caught_up < 40.0


def test_a_first_look_at_what_all_is_missing_is_made_once(tmp_path: Path) -> None:
    reading = Reading(tmp_path, [80.0] * 1200, cost=0.05, window=100.0)
    reading.read()
    assert reading.probe is not None
    assert len({id_ for _, id_ in reading.probe.asked[-2400:]}) == 1200
    assert len([at for at, _ in reading.probe.asked if at < 80.0]) < 1200 * 2


def test_the_last_reading_that_missed_is_written_before_the_first_that_showed(tmp_path: Path) -> None:
    reading = Reading(tmp_path, [0.0, 1.5], cost=0.1)
    read = reading.read()
    assert reading.probe is not None
    late = next(id_ for id_, since in reading.probe.since.items() if since)
    found = [(one.present, one.asked) for one in reading.seen if one.id == late]
    assert [present for present, _ in found] == [False, False, True, True]
    assert found[1][1] == pytest.approx(read.not_before)
    assert found[2][1] == pytest.approx(read.not_after - 0.1 if read.not_after else 0.0)


def test_who_watches_is_told_how_many_show(tmp_path: Path) -> None:
    reading = Reading(tmp_path, [0.0, 1.5, NEVER])
    reading.read()
    assert reading.told[0] in {(0, 3), (1, 3)}
    assert reading.told[-1] == (2, 3)


def test_a_sample_has_so_many_and_the_same_ones_for_a_seed() -> None:
    ids = [Asked(None, None, number) for number in range(100)]  # type: ignore[arg-type]  # they are not looked into
    assert sampled(ids, None, 1) == ids
    assert len(sampled(ids, 10, 1)) == 10
    assert sampled(ids, 10, 1) == sampled(ids, 10, 1) != sampled(ids, 10, 2)


# What follows for a limit


@pytest.fixture
def slow_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes 0.2 s, and the next one waits for it."""
    once = Reader.once

    async def slowly(self: Reader, one: Asked) -> Observation:
        seen = await once(self, one)
        await self.clock.until(self.clock.now() + 0.2)
        return replace(seen, done=self.clock.now())

    monkeypatch.setattr(Reader, "once", slowly)


@pytest.mark.parametrize(
    ("lag", "limit", "result", "says"),
    [
        (
            0.0,
            "10s",
            "passed",
            "by a sample: N of 100 exports were read by then, and showed; the rest did so when they",
        ),
        (
            0.0,
            "1s",
            "inconclusive",
            "all showed at the first look, which came to its end 20s after the last answer (one",
        ),
        (0.0, "30s", "passed", "drain is at most 20s"),
        (5.0, "10s", "inconclusive", "(one look at all of them took 20s: read fewer with --sample)"),
        (15.0, "10s", "failed", "drain is at least 1"),
    ],
)
def test_a_look_that_takes_longer_than_a_limit_on_drain_is_a_sample_of_it(
    tmp_path: Path, slow_readings: None, lag: float, limit: str, result: str, says: str
) -> None:
    report = Told(
        folder=tmp_path, model=Model(lag=lag), seconds=10.0, rate=20.0, limits=[f"drain<{limit}"], window=30.0
    ).report()
    found = verdict(report, "threshold/drain")
    assert str(found.result) == result
    because = re.sub(r"(\d)\.\d+s", r"\1s", found.because)
    assert says in re.sub(r"\d+ of", "N of", because)


@pytest.mark.parametrize(("seconds", "result"), [(10.0, "passed"), (20.0, "inconclusive")])
def test_less_than_a_tenth_is_no_sample(tmp_path: Path, slow_readings: None, seconds: float, result: str) -> None:
    """Fourteen are read within the limit: of 100, or of 200."""
    report = Told(folder=tmp_path, seconds=seconds, rate=20.0, limits=["drain<6s"], window=30.0).report()
    assert str(verdict(report, "threshold/drain").result) == result


@pytest.mark.parametrize(
    ("lag", "limit", "result"),
    [
        (0.0, "10s", "passed"),
        (3.0, "10s", "passed"),
        (20.0, "10s", "failed"),
        (20.0, "19s", "failed"),
        (20.0, "30s", "passed"),
    ],
)
def test_drain_is_held_against_single_readings(tmp_path: Path, lag: float, limit: str, result: str) -> None:
    report = Told(
        folder=tmp_path, model=Model(lag=lag), seconds=40.0, rate=10.0, limits=[f"drain<{limit}"], window=WINDOW
    ).report()
    assert str(verdict(report, "threshold/drain").result) == result
    assert report.load is not None
    assert report.load.drain is not None


def test_a_probe_that_answers_nobody_is_given_up_after_a_minute_whatever_there_is_to_ask(tmp_path: Path) -> None:
    reading = Reading(tmp_path, [0.0] * 2000, cost=1.0, broken=lambda _: True)
    read = reading.read()
    assert reading.probe is not None
    assert reading.probe.clock.now() < 100.0
    assert read.missing == 2000
    assert read.drain is None


def test_a_probe_that_is_away_for_less_than_a_minute_is_asked_for_all_of_them(tmp_path: Path) -> None:
    reading = Reading(tmp_path, [0.0] * 500, cost=0.05, broken=lambda number: 50 < number < 1000)
    read = reading.read()
    assert not read.missing
    assert {one.id for one in reading.seen if one.present} == {id_ for _, id_ in reading.probe.asked}  # type: ignore[union-attr]  # it was made by `read`
