"""How soon what was acknowledged shows: from readings made while the load ran, and from nothing else."""

from pathlib import Path
from typing import Any

import pytest

from simulator.journal import JournalWriter
from simulator.load.figures import Effects
from simulator.load.following import Tail
from simulator.load.merging import FOLLOWED
from simulator.load.orders import shard_of
from simulator.model import Observation
from tests.unit.load.test_load_figures import attempt
from tests.unit.load.told_load import Told, verdict


def seen(at: float, *, present: bool | None = True, **changes: Any) -> Observation:
    usual: dict[str, Any] = {"line": 9, "probe": "export", "export": "report-1", "run": 1, "id": "a", "moment": "after"}
    return Observation(**(usual | {"asked": at, "done": at, "present": present} | changes))


def effects(*observations: Observation, open_model: bool = True) -> Effects:
    return Effects(observations, open_model=open_model)


def test_an_effect_is_timed_to_the_first_reading_that_shows_it() -> None:
    found = effects(seen(1.2, present=False), seen(1.5), seen(9.0))
    found.add(attempt(id="a", due=1.0))
    assert found.spread.max == 0.5
    assert found.spread.number == 1


def test_of_many_deliveries_of_an_id_the_first_counts() -> None:
    found = effects(seen(1.5))
    found.add(attempt(id="a", due=1.4, intended=1.4))
    found.add(attempt(id="a", due=1.0, intended=1.0))
    assert found.spread.max == 0.5


def test_what_never_showed_took_at_least_as_long_as_it_was_followed() -> None:
    found = effects(seen(1.2, present=False), seen(11.0, present=False))
    found.add(attempt(id="a", due=1.0))
    assert found.spread.max == 10.0


def test_readings_at_the_end_and_those_that_did_not_work_tell_nothing() -> None:
    found = effects(seen(1.2, present=None), seen(50.0, moment="end"))
    found.add(attempt(id="a", due=1.0))
    assert found.spread.number == 0


def test_nor_is_anything_timed_from_what_was_broken() -> None:
    found = effects(seen(1.2))
    found.add(attempt(id="a", due=1.0, valid=False))
    assert found.spread.number == 0


def test_a_report_has_them_and_its_verdicts_stand_on_the_end_alone(tmp_path: Path) -> None:
    one = Told(folder=tmp_path, limits=["effect_p99<1s"])
    one.send()
    first = next(iter(one.planned.share(0, 1)))
    writer = JournalWriter(tmp_path / FOLLOWED, {}, str)
    writer.observation(seen(first.due + 0.1, present=False, id=first.id))
    writer.observation(seen(first.due + 0.25, id=first.id, values={"status": "Nonsense", "effects": 99}))
    writer.flush()
    report = one.judged()
    assert report.exit_code == 0
    assert report.load is not None
    assert report.load.effect.number == 1
    assert report.load.effect.max == pytest.approx(0.25, abs=0.001)


def test_what_was_there_before_proves_nothing(tmp_path: Path) -> None:
    one = Told(folder=tmp_path)
    one.send()
    first = next(iter(one.planned.share(0, 1)))
    writer = JournalWriter(tmp_path / FOLLOWED, {}, str)
    writer.observation(seen(0.0, id=first.id, moment="before"))
    writer.flush()
    report = one.judged()
    told = [verdict(report, check) for check in ("kept", "once", "latest")]
    assert {str(found.result) for found in told} == {"inconclusive"}
    assert all("left from an earlier load" in found.because for found in told)
    assert report.exit_code == 4


def test_a_shard_is_read_while_it_is_written_lines_whole(tmp_path: Path) -> None:
    tail = Tail(shard_of(tmp_path, 0))
    assert list(tail.entries()) == []
    path = shard_of(tmp_path, 0)
    path.write_bytes(b'{"kind":"header"}\n{"kind":')
    assert [line for line, _ in tail.entries()] == [1]
    with path.open("ab") as file:
        file.write(b'"intent"}\n{"kind":"outcome"}\n')
    assert [(line, told["kind"]) for line, told in tail.entries()] == [(2, "intent"), (3, "outcome")]
    tail.close()
