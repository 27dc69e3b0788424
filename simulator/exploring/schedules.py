"""Random schedules of one partner: repeats, delays, other orders, faults, wrong credentials, retries. Pure, and seeded.

What each expects is what any right receiver keeps: genuine deliveries and requests that are unusual but correct are
acknowledged, forged ones refused, what did not come whole, or only asks, has no effect; and the invariants that the
schedule gives something to be judged by. A schedule has an order to change only where one id has several notifications,
which ReachFive's jobs never have. Some exports are told of side by side: all of it, or copies of it, at one moment.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from random import Random
from typing import Any, Final

from simulator.errors import UsageError
from simulator.exploring.ties import side_by_side
from simulator.exploring.wire_faults import open_either_way, takes_effect, without_effect
from simulator.exploring.writing import written

_MINUTE: Final = 60
_DAY: Final = 86_400
_FORGED: Final = ("wrong", "absent", "empty", "prefix", "suffix")
_MOST: Final = 4  # exports, and odd deliveries of each
_OFTEN: Final = 0.5  # how often there is an export besides that is told of by one odd request alone
_SIDE_BY_SIDE: Final = ("0s", "1s", "10s")  # spacings of copies that do not wait for one another's answers
_ANSWERS: Final[Mapping[str, str]] = {"forged": "refused", "unusual": "ack"}  # by what it is
_NAME: Final = "Überprüfung – профили 利用者 🚀"

Keys = dict[str, Any]


def schedule(partner: str, seed: int, *, authorized: bool, shown: Collection[str]) -> str:
    """The text of a scenario: the same for the same arguments.

    `authorized`: whether the receiver asks for credentials, so that wrong ones can be told from right ones. `shown` are
    the names that its probe selects: nothing is claimed of others.

    Raises:
        UsageError: nothing is known of how that partner's deliveries may be mixed.
    """
    if partner not in _MIXERS:
        raise UsageError(f"there are no random schedules of {partner!r}", f"there are of {', '.join(_MIXERS)}")
    dice = Random(f"{partner} {seed} {authorized}")
    mix = _Mix(dice, authorized=authorized, shown=shown)
    _MIXERS[partner](mix)
    mix.dice = Random(f"{partner} {seed} side by side")
    for _ in range(mix.dice.randrange(_MOST)):
        mix.tied(*_EVENTS[partner])
    return written(mix.document(partner, seed), [f"Made by `partnersim explore --partner {partner}` of seed {seed}."])


class _Mix:
    """A schedule being put together. Times are story seconds."""

    def __init__(self, dice: Random, *, authorized: bool, shown: Collection[str]) -> None:
        self.dice = dice
        self.authorized = authorized
        self.shown = shown
        self.readings: dict[str, str] = {}
        self.exports: dict[str, Keys] = {}
        self.steps: dict[str, Keys] = {}
        self.expect: dict[str, Keys] = {"each": {"status": "ack"}}
        self.claims: list[Keys] = []
        self.repeated: dict[str, None] = {}  # exports
        self.crowded = False
        self._taken: set[int] = set()  # minutes
        self.reordered = False

    def export(self, keys: Keys) -> str:
        """One more, begun at the same instant as another or at any time within two days; gives its name."""
        starts = [one["at"] for one in self.exports.values()]
        at = self.dice.choice(starts) if starts and self.dice.random() < 0.4 else f"{self.dice.randrange(48 * 60)}m"
        name = f"export-{len(self.exports) + 1}"
        self.exports[name] = {"at": at, **keys}
        return name

    def step(self, what: str, keys: Keys, status: str | list[str] | None = None) -> None:
        """One more delivery of its own; `status` is how it may be answered, where that is not the usual."""
        name = f"{what}-{len(self.steps) + 1}"
        self.steps[name] = keys
        if status := status or _ANSWERS.get(what):
            self.expect[name] = {"status": status}

    @property
    def latest(self) -> int:
        """The story second at which the latest export begins that was put in."""
        return int(next(reversed(self.exports.values()))["at"].rstrip("m")) * _MINUTE

    def later(self, than: float) -> str:
        """A time of delivery after that story second: a minute to two days later, so that it surely comes after.

        Nothing else is delivered then.
        """
        minute = int(than) // _MINUTE + 1 + self.dice.choice((1, 2, 15, 60, 6 * 60, 24 * 60)) + self.dice.randrange(60)
        while minute in self._taken:
            minute += 1
        self._taken.add(minute)
        return f"{minute}m"

    def copy(self, event: str, export: str, run: int, moment: float) -> None:
        """The same bytes again, long afterwards: once, several at once, or one after another.

        Of several side by side all but one may be refused: nobody had said yet that it is known.
        """
        self.repeated[export] = None
        keys: Keys = {"event": event, "export": export, "run": run, "deliver_at": self.later(moment)}
        spacing = ""
        if self.dice.random() < 0.7:
            spacing = self.dice.choice(("0s", "0s", "1s", "10s", "20m"))
            keys["repeat"] = {"count": self.dice.randint(2, 4), "spacing": spacing}
        self.step("copy", keys, "any" if spacing in _SIDE_BY_SIDE else None)

    def forged(self, event: str, export: str, run: int, moment: float) -> None:
        """With credentials that are wrong."""
        if self.authorized:
            how = self.dice.choice(_FORGED)
            keys = {"event": event, "export": export, "run": run, "deliver_at": self.later(moment), "credentials": how}
            self.step("forged", keys)

    def faulty(self, event: str, export: str, run: int, moment: float, *, letters: bool = False) -> None:
        """Once more or at last, with a fault of the wire: it takes effect, or has none, or that is open."""
        ways: tuple[tuple[str, Keys], ...] = (
            ("unusual", takes_effect(self.dice, letters=letters)),
            ("no-effect", without_effect(self.dice)),
            ("either", open_either_way(self.dice)),
        )
        what, fault = self.dice.choice(ways)
        self._on_the_wire(what, event, export, run, moment, fault)

    def carried(self, event: str, export: str, status: str, moment: float, *, letters: bool = False) -> None:
        """The only notification of an export, by a request that is unusual and correct: it takes effect."""
        self._on_the_wire("unusual", event, export, 1, moment, takes_effect(self.dice, letters=letters))
        wanted = {"status": status} | ({"name": _NAME} if letters else {})
        if wanted := {name: value for name, value in wanted.items() if name in self.shown}:
            self.claims.append({"eventually": {"of": export, **wanted, "within": "2s"}})

    def lost(self, event: str, export: str, moment: float) -> None:
        """The only notification of an export, by a request that has no effect."""
        self._on_the_wire("no-effect", event, export, 1, moment, without_effect(self.dice))
        if self.shown:
            self.claims.append({"eventually": {"of": export, "absent": True, "within": "1s"}})

    def _on_the_wire(self, what: str, event: str, export: str, run: int, moment: float, fault: Keys) -> None:
        keys = {"event": event, "export": export, "run": run, "deliver_at": self.later(moment), "fault": fault}
        self.step(what, keys)

    def tied(self, start: str, end: str, status: str) -> None:
        """An export of which everything is told at one moment: it has ended, and was acted on once."""
        takes = self.dice.choice((0, 40))
        export = self.export({"takes": f"{takes}s", "emits": []})
        told = side_by_side(self.dice, start, end, self.later(self.latest + takes))
        for one in told:
            self.step(one.what, {"export": export, **one.keys}, one.status)
        self.crowded = self.crowded or any("repeat" in one.keys for one in told)
        self.reordered = self.reordered or (takes > 0 and told[0].what == "end" and len(told) > 1)
        wanted = {"status": status, "effects": 1}
        if wanted := {name: value for name, value in wanted.items() if name in self.shown}:
            self.claims.append({"eventually": {"of": export, **wanted, "within": "2s"}})

    def document(self, partner: str, seed: int) -> Keys:
        """The whole."""
        claims = ["acknowledged-is-kept", "ends-stay-ended"]
        claims += ["order-changes-nothing"] if self.reordered else []
        whose = [{"of": one} for one in self.repeated] if self.crowded else [{}] if self.repeated else []
        parts: Keys = {
            "scenario": f"Random schedule {seed}",
            "provider": partner,
            "clock": {"scale": "instant"},
            "readings": self.readings,
            "exports": self.exports,
            "timeline": self.steps,
            "expect": self.expect,
            "then": [
                *self.claims,
                *({"invariant": one} for one in claims),
                *({"invariant": "repeats-change-nothing"} | of for of in whose),
            ],
        }
        return {key: value for key, value in parts.items() if value}


def _clevertap(mix: _Mix) -> None:
    dice = mix.dice
    retry = dice.choice(("none", "none", *_retries()))
    mix.readings = {"recurring_id": dice.choice(("same", "new"))} | ({"retry": retry} if retry != "none" else {})
    for _ in range(dice.randint(1, _MOST)):
        hours = dice.choice((0, 0, 4, 24))
        runs = dice.randint(2, 3) if hours else 1
        takes = dice.choice((40, 560, 3000))
        keys: Keys = {"frequency": f"every {hours} hours", "runs": runs} if hours else {}
        keys |= {"takes": f"{takes}s"} | ({"partner": "Amazon S3"} if dice.random() < 0.5 else {})
        emits = dice.choice((None, None, ["completed"]))
        name = mix.export(keys | ({"emits": emits} if emits else {}))
        started = mix.latest
        for _ in range(dice.randrange(_MOST)):
            run = dice.randint(1, runs)
            start = started + (run - 1) * hours * 3600
            event, moment = dice.choice((("initiated", start), ("completed", start + takes)))
            if event == "initiated" and dice.random() < 0.6:
                mix.reordered = True
                mix.step("late", {"event": event, "export": name, "run": run, "deliver_at": mix.later(start + takes)})
            elif event == "initiated" and emits:  # the only one of its kind: not a copy of anything
                mix.faulty(event, name, run, start + takes)
            else:
                dice.choice((mix.copy, mix.copy, mix.forged, mix.faulty))(event, name, run, moment)
    if dice.random() < _OFTEN:
        mix.carried("completed", mix.export({"takes": "40s", "emits": []}), "Completed", mix.latest + 40)
    if dice.random() < _OFTEN:
        mix.lost("completed", mix.export({"takes": "40s", "emits": []}), mix.latest + 40)


def _reachfive(mix: _Mix) -> None:
    dice = mix.dice
    for _ in range(dice.randint(1, _MOST)):
        runs = dice.choice((1, 1, 2, 3))
        takes = dice.choice((5, 90, 1500))
        keys: Keys = {"takes": f"{takes}s", "result": dice.choice(("success", "partial failure", "failed"))}
        keys |= {"runs": runs, "every": "1d"} if runs > 1 else {}
        letters = dice.random() < 0.3
        keys |= {"total": dice.randint(2, 500)} | _job(letters=letters)
        delayed = dice.random() < 0.4
        name = mix.export(keys | ({"emits": []} if delayed else {}))
        ended = mix.latest + takes
        for run in range(1, runs + 1) if delayed else ():
            mix.step("late", {"event": "finished", "export": name, "run": run, "deliver_at": mix.later(ended)})
        for _ in range(dice.randrange(_MOST)):
            run = dice.randint(1, runs)
            moment = ended + (run - 1) * _DAY
            dice.choice((mix.copy, mix.copy, mix.forged, partial(mix.faulty, letters=letters)))(
                "finished", name, run, moment
            )
    if dice.random() < _OFTEN:
        letters = dice.random() < 0.5
        name = mix.export(_job(letters=letters) | {"takes": "5s", "emits": []})
        mix.carried("finished", name, "SUCCESS", mix.latest + 5, letters=letters)
    if dice.random() < _OFTEN:
        mix.lost("finished", mix.export({"takes": "5s", "emits": []}), mix.latest + 5)


def _job(*, letters: bool) -> Keys:
    """A job's own keys; `letters`: of a definition whose name has characters of more than one byte."""
    return {"definition": _NAME} if letters else {}


def _retries() -> tuple[str, ...]:
    """The ways in which CleverTap may try again."""
    from simulator.providers import provider

    return tuple(option.name for option in provider("clevertap").readings["retry"].options[1:])


_EVENTS: Final = {"clevertap": ("initiated", "completed", "Completed"), "reachfive": ("", "finished", "SUCCESS")}
"""What a partner tells of a start ("" for nothing) and of a good end, and the status of that end."""

_MIXERS: Final[Mapping[str, Callable[[_Mix], None]]] = {"clevertap": _clevertap, "reachfive": _reachfive}
"""What mixes the deliveries of a partner."""

PARTNERS: Final = tuple(_MIXERS)
"""Whose deliveries can be mixed."""
