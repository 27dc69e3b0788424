"""What an earlier load of the same seed left: only what it cannot have brought about is held against the receiver."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.journal import JournalWriter
from simulator.load.judging.merging import FOLLOWED
from simulator.model import Delivery, Observation, Report
from tests.unit.load.told_load import Model, Told, results, verdict


def again(folder: Path, model: Model, second: Model | None = None, **how: Any) -> Report:
    """A load that follows another one, as `model` kept that; its first export was seen to be there before."""
    for name in ("first", "second"):
        (folder / name).mkdir()
    Told(folder=folder / "first", model=model).send()
    later = second or model
    later.kept = model.kept
    one = Told(folder=folder / "second", model=later, **how)
    one.send()
    first = next(iter(one.planned.share(0, 1)))
    writer = JournalWriter(one.folder / FOLLOWED, {}, str)
    writer.observation(
        Observation(
            line=0,
            probe="export",
            export=first.export,
            run=1,
            id=first.id,
            moment="before",
            asked=0.0,
            done=0.0,
            present=True,
            values={},
            status=200,
            detail="",
        )
    )
    writer.flush()
    return one.judged()


def ends_of(count: int) -> Callable[[Delivery], bool]:
    return lambda one: one.end and one.number < count * 1000


class _KeepsAnother(Model):
    def told(self, id_: str, shown: Any) -> dict[str, Any]:
        return super().told(id_, shown) | {"id": "another"}


class _Undoes(Model):
    """Shows what was told first, where no count of effects says that the end was taken in."""

    def told(self, id_: str, shown: Any) -> dict[str, Any]:
        return super().told(id_, shown) | {"status": "Initiated", "effects": 1}


@pytest.mark.parametrize(
    ("model", "how"),
    [
        (Model(), {"drops": ends_of(10)}),
        (_KeepsAnother(), {}),
        (_Undoes(), {}),
    ],
)
def test_a_state_that_it_may_have_left_is_no_failure(tmp_path: Path, model: Model, how: dict[str, Any]) -> None:
    report = again(tmp_path, model, **how)
    assert "failed" not in results(report).values(), results(report)
    for check in ("kept", "once", "latest"):
        assert "state is left from an earlier load: " in verdict(report, check).because
    assert report.exit_code == 4


def test_the_verdict_on_it_says_what_was_seen(tmp_path: Path) -> None:
    because = verdict(again(tmp_path, Model(), drops=ends_of(10)), "latest").because
    assert "Send with another seed, or empty the receiver first; " in because
    assert "another state than the latest says: " in because


def test_nor_is_that_what_was_wrong_is_there(tmp_path: Path) -> None:
    report = again(tmp_path, Model(), malformed=0.3)
    assert report.load is not None
    assert report.load.ledger.accepted_wrong
    assert verdict(report, "refuses").result == "inconclusive"


class _LosesAll(Model):
    def show(self, id_: str, at: float) -> None:
        return None


class _ActsOnNothing(Model):
    def effects(self, shown: Any) -> int:
        return 0


@pytest.mark.parametrize("second", [_LosesAll(), _ActsOnNothing()])
def test_what_is_not_there_or_was_not_acted_on_is_lost_all_the_same(tmp_path: Path, second: Model) -> None:
    report = again(tmp_path, Model(), second)
    assert verdict(report, "kept").result == "failed"


def test_a_threshold_is_broken_by_those_alone(tmp_path: Path) -> None:
    class LosesOne(Model):
        def show(self, id_: str, at: float) -> dict[str, Any] | None:
            shown = super().show(id_, at)
            if shown is None or id_ == gone:
                return None
            return shown | {"id": "another"}

    gone = next(iter(Told(folder=tmp_path).planned.share(0, 1))).id
    assert verdict(again(tmp_path, Model(), LosesOne(), limits=["lost<5"]), "threshold/lost").result == "inconclusive"
    (tmp_path / "b").mkdir()
    broken = again(tmp_path / "b", Model(), LosesOne(), limits=["lost<1"])
    assert verdict(broken, "threshold/lost").result == "failed"
