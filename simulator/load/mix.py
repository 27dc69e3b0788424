"""What of a load is not plain: sent again, late, broken, or with wrong credentials. Pure, and seeded."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import orjson

from simulator.model import Delivery
from simulator.timeline.lives import Lives

AGAIN: Final = (0.05, 1.0)  # real seconds after which a copy comes that does not come at once
AFTER: Final = (0.05, 0.5)  # real seconds after the end that a stale notification comes

STEPS: Final = frozenset({"malformed", "unauthorized"})
"""The steps that a mix makes itself, named as their shares: no scenario of a load has one of that name."""


@dataclass(frozen=True, kw_only=True)
class Mix:
    """Shares of the notifications, from 0.0 to 1.0.

    `repeat`: of genuine ones, sent once more, the same bytes, half of them at the same moment; later where a scenario
    sends copies at that moment itself. `stale`: delivered after the end that overtook them, with their own time
    (partners that tell of the end alone have none, see `can_be_stale`).
    `malformed`: broken JSON, no JSON, or without what it speaks of. `unauthorized`: with wrong credentials. The
    last two are made of the first genuine one of a life, and nothing else of that life is sent, so that whatever the
    receiver makes of them can be seen; of a story without any there are none.
    """

    repeat: float = 0.0
    stale: float = 0.0
    malformed: float = 0.0
    unauthorized: float = 0.0


def group_of(one: Delivery) -> tuple[object, ...]:
    """What copies that leave at one moment have in common, and nothing else has."""
    return one.id, one.export, one.run, one.step, one.event, one.due, one.together


def per_life(mix: Mix, life: Sequence[Delivery]) -> float:
    """How many notifications a life comes to, on an average, of a story like this one."""
    other = _other(mix, life)
    return other + (1.0 - other) * len(life) * (1.0 + mix.repeat)


def mixed(lives: Lives, mix: Mix, life: Sequence[Delivery], dice: Random) -> list[Delivery]:
    """One life as it is sent: its deliveries in order of due time, whose `at` and `due` are real seconds already."""
    other = _other(mix, life)
    if other and (cast := dice.random()) < other:
        broken = cast < other * mix.malformed / (mix.malformed + mix.unauthorized)
        example = next(one for one in life if one.genuine)._replace(copy=0, together=1)
        return [_broken(lives, example, dice) if broken else _unauthorized(lives, example)]
    late = _late(mix, life, dice)
    made = [_repeated(mix, one, dice) for one in late]
    return sorted((one for copies in made for one in copies), key=lambda one: (one.due, one.copy))


def can_be_stale(life: Sequence[Delivery]) -> bool:
    """Whether something of a life may come after the end that overtakes it: not where ends alone are told."""
    return bool(_early(life))


def _ends(life: Sequence[Delivery]) -> dict[tuple[str, int], Delivery]:
    """What ends the runs; of several, the last."""
    return {(one.export, one.run): one for one in life if one.end and one.genuine}


def _early(life: Sequence[Delivery]) -> list[int]:
    """The places of those that the end of their run overtakes when they come after it."""
    ends = _ends(life)
    return [
        place
        for place, one in enumerate(life)
        if one.genuine and not one.end and (end := ends.get((one.export, one.run))) and one.at <= end.at
    ]


def _other(mix: Mix, life: Sequence[Delivery]) -> float:
    """The share of lives that are one notification that is broken or wrongly authorized."""
    wrong = mix.malformed + mix.unauthorized if any(one.genuine for one in life) else 0.0
    plain = max(1.0 - wrong, 0.0)
    weight = wrong * len(life) * (1.0 + mix.repeat)
    return weight / (weight + plain) if weight else 0.0


def _late(mix: Mix, life: Sequence[Delivery], dice: Random) -> list[Delivery]:
    """The same with one notification, perhaps, moved behind the end of its run."""
    ends, early = _ends(life), _early(life)
    made = list(life)
    if not mix.stale or not early or dice.random() >= mix.stale * len(life):
        return made
    place = dice.choice(early)
    one = life[place]
    made = [each._replace(together=one.together - 1) if _leaves_with(one, each) else each for each in life]
    due = max(ends[one.export, one.run].due, one.due) + dice.uniform(*AFTER)
    made[place] = one._replace(due=due, together=1)
    return made


def _leaves_with(one: Delivery, other: Delivery) -> bool:
    """Whether both are copies that a scenario sends at one moment."""
    return one.together > 1 and group_of(one) == group_of(other)


def _repeated(mix: Mix, one: Delivery, dice: Random) -> list[Delivery]:
    if not one.genuine or dice.random() >= mix.repeat:
        return [one]
    at_once = dice.random() < 0.5
    if at_once and one.together == 1:
        return [one._replace(together=2), one._replace(copy=one.copy + 1, together=2)]
    later = one._replace(copy=one.copy + one.together, due=one.due + dice.uniform(*AGAIN), together=1)
    return [one, later]


def _broken(lives: Lives, one: Delivery, dice: Random) -> Delivery:
    """Nobody can tell what it says: half of its JSON, no JSON, or none of its ids."""
    roles = lives.timeline.story.schema(one.event).roles()
    fields = orjson.loads(one.body)
    nameless = {key: value for key, value in fields.items() if roles.get(key) != "id"}
    bodies = (one.body[: len(one.body) * 6 // 10], b"status=" + one.status.encode(), orjson.dumps(nameless))
    return one._replace(step="malformed", body=bodies[dice.randrange(len(bodies))], valid=False)


def _unauthorized(lives: Lives, one: Delivery) -> Delivery:
    return one._replace(step="unauthorized", credentials="wrong", route=lives.routes.with_credentials("wrong"))
