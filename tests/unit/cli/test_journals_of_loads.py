"""Journals of loads are told by what their heads say, and no others are taken for such."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from shutil import copyfile

import pytest

from simulator.cli.journals import from_journals
from simulator.clock import JumpClock
from simulator.errors import UsageError
from simulator.journal import Journal, JournalWriter
from simulator.load.judging import following
from simulator.load.judging.following import follow
from simulator.load.judging.merging import FOLLOWED
from simulator.load.orders import FILE
from simulator.model import Lateness, Report
from simulator.runner.journal_header import journal_header
from tests.unit.load.told_load import Asking, Told


def judged(path: Path) -> Sequence[str]:
    """The sources of all that was judged there."""

    def make(report: Report, _: object) -> Sequence[str]:
        return [one.source for one in report.plays]

    return from_journals([str(path)], make)


def played(path: Path) -> None:
    """The journal of a run in which nothing was sent."""
    told = Told(folder=path.parent)
    timeline = told.planned.loads[0].lives.timeline
    head = journal_header(
        timeline.scenario,
        timeline,
        told.receiver,
        text=timeline.scenario.text,
        sha256="",
        acknowledged_by=timeline.provider.acknowledged_by,
        authorized=True,
    )
    writer = JournalWriter(path, head, str)
    writer.close(0.0, deliveries=0, attempts=0, complete=True, reached=True, lateness=Lateness())


@pytest.mark.parametrize("orders", ["[]", '{"scenarios": ["load/clevertap"], "rate": 300.0}'])
def test_a_journal_beside_somebodys_orders_is_judged(tmp_path: Path, orders: str) -> None:
    played(tmp_path / "own.ndjson")
    (tmp_path / FILE).write_text(orders, encoding="utf-8")
    assert judged(tmp_path) == judged(tmp_path / "own.ndjson") == ["clevertap/one-time-export"]


def test_what_a_load_wrote_is_not_wherever_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told(folder=tmp_path / "load")
    monkeypatch.setattr(following, "Wire", lambda now, **_: Asking(told.model, now))
    monkeypatch.setattr(following, "RealClock", JumpClock)

    async def followed() -> None:
        ready = asyncio.Event()
        task = asyncio.create_task(follow(told.folder, told.orders, told.receiver, ready=ready.set))
        await ready.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(followed())
    assert told.planned.head["load_test"] is Journal.open(told.folder / FOLLOWED).header["load_test"] is True
    copyfile(told.folder / FOLLOWED, tmp_path / "elsewhere.ndjson")
    for path in (told.folder / FOLLOWED, tmp_path / "elsewhere.ndjson", tmp_path):
        with pytest.raises(UsageError, match="is of a load, which is judged when it is sent"):
            judged(path)
