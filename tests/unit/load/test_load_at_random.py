"""Loads of scenarios made up by dice: no right receiver fails, and no flaw that certainly shows passes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import pytest

from simulator.load.mix import STEPS
from simulator.model import Delivery, Outcome, Report
from tests.unit.load.told_load import SELECT, Model, Told, model_receiver, results

YES: Final = ("ack", "2xx")
NO: Final = ("refused", "4xx", "'503'", "['400', refused]")
EITHER: Final[Mapping[str, Sequence[int | Outcome]]] = {
    "any": (200, 400, 409, 500, Outcome.CLOSED, Outcome.TIMEOUT_HEADERS),
    "[2xx, refused]": (200, 400, 409, Outcome.CLOSED),
    "[ack, '503']": (200, 503),
}
BAD: Final[Sequence[int | Outcome]] = (500, Outcome.RESET, Outcome.TIMEOUT_HEADERS)
REFUSING: Final[Sequence[int | Outcome]] = (400, 401, 409, 500, 503, Outcome.CLOSED, Outcome.RESET, Outcome.REDIRECTED)
CHECKS: Final = {
    "loses": "kept",
    "loses ends": "kept",
    "acts again": "once",
    "stale": "latest",
    "refuses": "accepted",
    "takes": "refuses",
}
OF_STATE: Final = {"loses": {"kept"}, "loses ends": {"kept", "latest"}, "acts again": {"once"}, "stale": {"latest"}}
LESS: Final = ({"id", "status"}, {"id"}, {"runs"}, {"status", "runs"}, {"status"})


class Story(NamedTuple):
    """A scenario, and what its author expects by name: of a step, an export, an event of one, or `each`."""

    text: str
    expected: Mapping[str, str]

    def word(self, one: Delivery) -> str:
        """What its answer is to be."""
        step, export = (name.partition("#")[0] for name in (one.step, one.export))
        if step in STEPS:
            return "refused"
        if step.startswith("step") and step in self.expected:
            return self.expected[step]
        if not one.genuine:
            return "any"
        names = (f"{export}.{one.event}", export, "each")
        return next((self.expected[name] for name in names if name in self.expected), "ack")


def story(dice: Random) -> Story:
    """One to three exports, and up to three steps more: late, sent again, forged, broken, slow or cut off."""
    partner, ends = dice.choice([("clevertap", "completed"), ("reachfive", "finished")])
    clevertap = partner == "clevertap"
    exports = [f"export-{number}" for number in range(dice.randint(1, 3))]
    lines = [f"scenario: Made up\nprovider: {partner}"]
    if clevertap:
        lines.append(f"readings: {{recurring_id: {dice.choice(['same', 'new'])}}}")
    lines.append("exports:")
    for name in exports:
        often = dice.choice(["", ", frequency: every 4 hours, runs: 2"]) or ", frequency: one time"
        results_ = dice.choice(["result: success, total: 9", "result: failed, total: 9"])
        emits = dice.choice(["", "", ", emits: []"])
        lines.append(
            f"  {name}: {{takes: {dice.choice(['9m20s', '1h'])}{often if clevertap else f', {results_}'}{emits}}}"
        )
    steps = [f"step-{number}" for number in range(dice.randint(1, 3))]
    lines.append("timeline:")
    for name in steps:
        event = dice.choice(["initiated", ends]) if clevertap else ends
        looks = [f"event: {event}", f"export: {dice.choice(exports)}"]
        looks += [dice.choice(["at: 5m", "at: 9h", "deliver_at: 14h", "at: 3h, deliver_at: 20h"])]
        looks += dice.choice([[], [], [f"repeat: {{count: 2, spacing: {dice.choice(['0s', '1h'])}}}"]])
        looks += dice.choice(
            [
                [],
                [],
                [],
                ["set: {Extra: 1}, valid: false"],
                ["credentials: wrong"],
                ["fault: {drip: {part: body, bytes: 1, every: 1ms}}"],
                ["fault: {hang-up: {after: 20ms}}"],
            ]
        )
        lines.append(f"  {name}: {{{', '.join(looks)}}}")
    expected = {"each": "ack"}
    for name in (*steps, *exports, *(f"{one}.{ends}" for one in exports)):
        if dice.random() < (0.6 if name in steps else 0.15):
            expected[name] = dice.choice([*YES, *NO, *EITHER])
    lines.append("expect:")
    lines += [f"  {name}: {{status: {word}}}" for name, word in expected.items()]
    return Story("\n".join(lines) + "\n", expected)


class Came(NamedTuple):
    """What came, what its answer was to be, which it had, and whether it was kept."""

    delivery: Delivery
    word: str
    answer: int | Outcome
    kept: bool


@dataclass(kw_only=True)
class MadeUp(Model):
    """Right, but for one `flaw` now and then; what may come to either it answers, and keeps, as the dice fall."""

    story: Story
    dice: Random
    flaw: str = ""
    came: list[Came] = field(default_factory=list)

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        word = self.story.word(delivery)
        answer: int | Outcome
        if word in YES:
            answer, kept = 200, True
        elif word in NO:
            answer, kept = self.dice.choice(REFUSING), False
        else:
            answer, kept = self.dice.choice(EITHER[word]), self.dice.random() < 0.5
        if self.dice.random() < 0.2:
            if self.flaw == "refuses" and word in YES:
                answer = self.dice.choice(BAD)
            if self.flaw == "takes" and word in NO:
                answer, kept = 200, self.dice.random() < 0.5
        if self.flaw == "loses" and sum(delivery.id.encode()) % 4 == 0:
            kept = False
        if self.flaw == "loses ends" and delivery.end and int(delivery.at) % 3 == 0:
            kept = False
        self.came.append(Came(delivery, word, answer, kept))
        if kept:
            self.keep(delivery, at + self.lag)
        return answer

    def told(self, id_: str, shown: Sequence[Delivery]) -> dict[str, Any]:
        told = super().told(id_, shown) | {"runs": len({one.run for one in shown})}
        return told | {"status": shown[-1].status} if self.flaw == "stale" else told

    def effects(self, shown: Sequence[Delivery]) -> int:
        return sum(one.end for one in shown) if self.flaw == "acts again" else super().effects(shown)

    def certain(self) -> bool:
        """Whether its flaw certainly showed."""
        if self.flaw == "refuses":
            told = Counter(
                one.delivery.body for one in self.came
            )  # a copy may be turned away while another is answered
            wanted = [one for one in self.came if one.word in YES and not cut_off(one.delivery)]
            return any(one.answer != 200 and told[one.delivery.body] == 1 for one in wanted)
        if self.flaw == "takes":
            return any(one.answer == 200 for one in self.came if one.word in NO and not cut_off(one.delivery))
        return any(map(self._shows, self._plain()))

    def _plain(self) -> Iterator[Sequence[Came]]:
        """By export, where all that was sent has no more than a fault, and is to be acknowledged."""
        found: dict[str, list[Came]] = defaultdict(list)
        for one in self.came:
            found[one.delivery.id].append(one)
        return (all_ for all_ in found.values() if all(map(self._to_be_kept, all_)))

    @staticmethod
    def _to_be_kept(one: Came) -> bool:
        sound = one.delivery.valid and one.delivery.credentials == "right" and not cut_off(one.delivery)
        return sound and one.word in YES

    def _shows(self, came: Sequence[Came]) -> bool:
        deliveries = [one.delivery for one in came]
        if self.flaw == "loses":
            return not came[0].kept
        if self.flaw == "loses ends":
            return any(one.delivery.end and not one.kept for one in came)
        if self.flaw == "acts again":
            ends = [(one.body, one.at) for one in deliveries if one.end]
            return len(set(ends)) < len(ends)
        latest = max(one.at for one in deliveries)
        return deliveries[-1].status not in {one.status for one in deliveries if one.at == latest}


def cut_off(delivery: Delivery) -> bool:
    """Whether the partner itself hangs up."""
    return bool(delivery.script) and "HangUp" in repr(delivery.script)


def played(folder: Path, seed: int, flaw: str = "", probe: Iterable[str] = SELECT) -> tuple[MadeUp, Report]:
    """`probe`: what it shows of a flaw."""
    dice = Random(seed)
    one = story(dice)
    model = MadeUp(story=one, dice=dice, flaw=flaw, lag=dice.choice([0.0, 0.5]))
    select = dice.choice([SELECT, SELECT, {"id": "$.id", "status": "$.status"}, {"effects": "$.effects"}])
    how: dict[str, Any] = {share: dice.choice([0.0, 0.3]) for share in ("repeat", "stale", "malformed", "unauthorized")}
    how |= {"rate": 20.0, "seconds": 2.0, "life": dice.choice([0.2, 2.0]), "workers": dice.choice([1, 2])}
    with TemporaryDirectory(dir=folder) as own:
        scenario = Path(own, "own.yaml")
        scenario.write_text(one.text)
        receiver = model_receiver({name: f"$.{name}" for name in probe} if flaw else select)
        load = Told(folder=Path(own), model=model, scenarios=(str(scenario),), receiver=receiver, **how)
        return model, load.report()


def no_right_one_fails(folder: Path, seeds: range) -> None:
    for seed in seeds:
        _, report = played(folder, seed)
        assert "failed" not in results(report).values(), f"seed {seed}: {results(report)}"


def no_flaw_passes(folder: Path, flaw: str, seeds: range) -> int:
    """Gives how many loads certainly showed the flaw."""
    shown = 0
    for seed in seeds:
        model, report = played(folder, seed, flaw)
        if model.certain():
            shown += 1
            assert results(report).get(CHECKS[flaw]) == "failed", f"seed {seed}: {results(report)}"
    return shown


def no_flaw_passes_unseen(folder: Path, flaw: str, seeds: range) -> int:
    """Gives how many loads certainly had the flaw, whether or not the probe shows it."""
    had = 0
    for seed in seeds:
        model, report = played(folder, seed, flaw, Random(seed).choice(LESS))
        if model.certain():
            had += 1
            assert results(report).keys() & OF_STATE[flaw], f"seed {seed}: {results(report)}"
    return had


def test_no_right_receiver_fails(tmp_path: Path) -> None:
    no_right_one_fails(tmp_path, range(150))


@pytest.mark.parametrize("flaw", CHECKS)
def test_no_flaw_that_certainly_shows_passes(tmp_path: Path, flaw: str) -> None:
    assert no_flaw_passes(tmp_path, flaw, range(60)) > 3


@pytest.mark.parametrize("flaw", OF_STATE)
def test_no_flaw_passes_where_the_probe_shows_less(tmp_path: Path, flaw: str) -> None:
    assert no_flaw_passes_unseen(tmp_path, flaw, range(60)) > 3


@pytest.mark.deep
def test_no_right_receiver_fails_in_a_great_many_loads(tmp_path: Path) -> None:
    no_right_one_fails(tmp_path, range(1_000, 7_000))


@pytest.mark.deep
@pytest.mark.parametrize("flaw", CHECKS)
def test_no_flaw_that_certainly_shows_passes_in_a_great_many_loads(tmp_path: Path, flaw: str) -> None:
    assert no_flaw_passes(tmp_path, flaw, range(1_000, 3_000)) > 200


@pytest.mark.deep
@pytest.mark.parametrize("flaw", OF_STATE)
def test_no_flaw_passes_where_the_probe_shows_less_in_a_great_many_loads(tmp_path: Path, flaw: str) -> None:
    assert no_flaw_passes_unseen(tmp_path, flaw, range(1_000, 2_000)) > 100
