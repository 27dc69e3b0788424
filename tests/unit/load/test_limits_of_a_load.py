"""How long a load has patience with its processes is what README says, by a clock that jumps."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from simulator.cli.load_joining import meeting_of
from simulator.clock import Clock, JumpClock, spelled
from simulator.load import processes
from simulator.load.crew import Lost, Process, Running
from simulator.load.machines import joining
from simulator.load.machines.joining import Loan, lend
from simulator.load.machines.roll import Roll
from simulator.load.orders import Orders, shard_of
from simulator.load.processes import Meeting, send
from simulator.load.silence import sign_of
from simulator.runner.event_loop import run_on_a_loop
from simulator.runner.stop import Stop
from simulator.version import __version__

README = " ".join((Path(__file__).resolve().parents[3] / "README.md").read_text(encoding="utf-8").split())
IN_WORDS = {"a minute": 60.0, "five minutes": 300.0}
HANGS_AT = 5.0  # seconds after the beginning
END = 40.0
OTHERS = Meeting("127.0.0.1", 5557, 0)


def said(pattern: str) -> str:
    """The one place where README says so."""
    (found,) = re.findall(pattern, README)
    return str(found)


class Pretended:
    """A crew, of which worker 0 gives no sign of life any more from a moment on, and all others live to the end."""

    def __init__(self, folder: Path, environment: Mapping[str, str], clock: Clock) -> None:
        self.lost: list[Lost] = []
        self.given_up: dict[int | None, float] = {}
        self._folder = folder
        self._clock = clock
        self._all: list[Running] = []

    def start(self, planned: Sequence[Process]) -> None:
        nobody: Any = None
        self._all = [Running(one, nobody, self._folder / "log") for one in planned]
        for one in planned:
            if one.worker is not None:
                shard_of(self._folder, one.worker).touch()

    def look(self) -> Iterator[Running]:
        now = self._clock.now()
        for one in self._all:
            worker = one.process.worker
            if now < END and worker not in self.given_up:
                if worker != 0 or now < HANGS_AT:
                    sign_of(self._folder, worker).write_text(str(now))
                yield one

    def give_up(self, one: Running, why: str) -> None:
        self.given_up[one.process.worker] = self._clock.now()
        self.lost.append(Lost(one.process.worker, why))

    def tell(self, lost: Lost, name: str) -> None:
        self.lost.append(lost)

    async def end(self) -> None:
        """They are gone."""


@pytest.fixture
def crews(monkeypatch: pytest.MonkeyPatch) -> list[Pretended]:
    """Those that are started, on a clock that jumps."""
    clock, made = JumpClock(), list[Pretended]()

    def crew(folder: Path, environment: Mapping[str, str], _: Clock) -> Pretended:
        made.append(Pretended(folder, environment, clock))
        return made[-1]

    async def sleep(seconds: float) -> None:
        await clock.until(clock.now() + seconds)

    for module in (processes, joining):
        monkeypatch.setattr(module, "Crew", crew)
        monkeypatch.setattr(module, "RealClock", lambda: clock)
        monkeypatch.setattr(module, "asyncio", SimpleNamespace(sleep=sleep, run=asyncio.run))
    monkeypatch.setattr(joining, "check_locust", lambda: None)
    return made


def hangs_for() -> float:
    return float(said(r"hangs for (\d+) s\b"))


def test_a_worker_that_hangs_is_given_up_when_readme_says_so_and_no_other(
    crews: list[Pretended], tmp_path: Path
) -> None:
    orders = Orders(scenarios=("one",), to="x", rate=1.0, seconds=END, seed=1, start="", workers=3)
    lost = run_on_a_loop(send(tmp_path, orders, tmp_path / "orders.json", {}, Stop(), meeting=OTHERS))
    assert lost == [Lost(0, f"gave no sign of life for {spelled(hangs_for())}, and was ended")]
    assert hangs_for() <= crews[0].given_up[0] - HANGS_AT <= hangs_for() + 0.2


def test_so_is_one_of_a_machine_that_joined(crews: list[Pretended], tmp_path: Path) -> None:
    told: list[str] = []
    loan = Loan("127.0.0.1", 5557, 3, {}, tmp_path, told.append, lambda *_: None)
    assert lend(loan) == joining.NOT_ALL_SENT
    assert told == [f"a worker gave no sign of life for {spelled(hangs_for())}, and was ended"]
    assert list(crews[0].given_up) == [0]
    assert hangs_for() <= crews[0].given_up[0] - HANGS_AT <= hangs_for() + 0.2


def gathering() -> Meeting:
    """Where others join, when nobody says how long to wait for them."""
    options = dict.fromkeys(("cacert", "cert", "key", "to", "master_bind"))
    meeting = meeting_of({**options, "expect_workers": 2})
    assert meeting is not None
    return meeting


def test_others_are_waited_for_as_long_as_readme_says_and_so_long_do_they_knock() -> None:
    long = IN_WORDS[said(r"A waits up to (\w+ \w+) for all of them")]
    assert gathering().wait == long
    assert Loan("127.0.0.1", 5557, 1, {}, Path(), print, print).patience == long


def test_a_place_is_kept_as_long_as_readme_says() -> None:
    kept, meeting = IN_WORDS[said(r"left before the load began is kept for (\w+ \w+)\.")], gathering()
    roll = Roll(0, meeting.elsewhere, until=meeting.wait, again=meeting.again)
    for node in ("b", "c"):
        roll.asked(node, __version__)
    roll.here("c")
    roll.left("b", 10.0)
    for now, complete in [(10.0 + kept - 0.1, False), (10.0 + kept, True)]:
        roll.look(now)
        assert roll.complete is complete
