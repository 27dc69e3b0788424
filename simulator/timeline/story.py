"""When a story begins, and what all its parts share: partner, chosen readings, dice, and ids to count from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from hashlib import blake2b
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from simulator.documents import Schema
from simulator.errors import UsageError
from simulator.provider import Provider, Retry
from simulator.providers import provider
from simulator.scenario import Scenario

EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC).timestamp()
LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_DAY: Final = 86_400
_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, kw_only=True)
class Story:
    """What every payload of a timeline is made of, besides its own export. Moments are epoch seconds, UTC."""

    provider: Provider
    readings: Mapping[str, str]
    choices: Mapping[str, Any]
    seed: int
    start: datetime
    base: int  # the second that ids count from

    @cached_property
    def epoch(self) -> float:
        """The moment of the start."""
        return self.start.timestamp()

    @cached_property
    def retry(self) -> Retry:
        """What the partner does when a delivery is not acknowledged."""
        return self.provider.retry(self.choices)

    def dice(self, name: str, number: int = 0) -> bytes:
        """16 bytes chosen by the seed, a name and a number."""
        return _dice(self.seed, name, number)

    def random(self, name: str) -> Random:
        """A generator seeded the same way."""
        return Random(int.from_bytes(self.dice(name), "big"))

    def schema(self, event: str) -> Schema:
        """What the payloads of an event must fit."""
        return self.provider.events[event].payload

    def later(self, seconds: float) -> "Story":
        """The same story, begun so much later; its ids count from where they did.

        Raises:
            UsageError: that is beyond what partners can write.
        """
        if not self.tells(seconds):
            raise _untellable(f"{seconds:g} s after {self.start.isoformat()}")
        moment = self.start.astimezone(UTC) + timedelta(seconds=seconds)  # a local clock jumps in some nights
        return replace(self, start=moment.astimezone(self.start.tzinfo))

    def tells(self, at: float) -> bool:
        """Whether a moment, in seconds from the start, is one that partners can write."""
        return EARLIEST <= self.epoch + at < LATEST


def tell(scenario: Scenario, seed: int, start: datetime) -> Story:
    """The story of a scenario from `start` on.

    Raises:
        UsageError: a reading that does not exist, or a start that no partner can write.
    """
    partner, choices = _choices(scenario)
    if start.tzinfo is None or not EARLIEST <= start.timestamp() < LATEST:
        raise _untellable(start.isoformat())
    chosen = {name: scenario.readings.get(name, one.options[0].name) for name, one in partner.readings.items()}
    return Story(
        provider=partner,
        readings=chosen,
        choices=choices,
        seed=seed,
        start=start.astimezone(_zone(choices)),
        base=_base(seed, int(start.timestamp())),
    )


def _base(seed: int, second: int) -> int:
    """The second that ids count from, so that stories do not meet: 30 days to 5 years before the start.

    It is chosen by seed and start together: the same seed a second later counts from somewhere else.
    """
    dice = _dice(seed, f"base {second}", 0)
    return second - 30 * _DAY - int.from_bytes(dice[:8], "big") % (5 * 365 * _DAY)


def _untellable(moment: str) -> UsageError:
    return UsageError(f"the story cannot start at {moment}", "give a time with zone in the years 1980 to 9998")


def _dice(seed: int, name: str, number: int) -> bytes:
    hashed = _seeded(seed).copy()
    hashed.update(f"{number} {name}".encode())
    return hashed.digest()


@lru_cache(maxsize=16)
def _seeded(seed: int) -> blake2b:
    """A hash that was given the seed. Kept, since dice are thrown for each run: to copy it costs half of a new one."""
    return blake2b(f"{seed} ".encode(), digest_size=16)


def story_start(scenario: Scenario, now: datetime) -> datetime:
    """When the story begins, aware, in the zone of the partner's account.

    That is the scenario's own `start`, read in that zone when it has no offset (of two equal local times the first is
    meant), else `now` (aware) cut to the second.

    Raises:
        UsageError: the start is no time, or no clock of that zone ever shows it.
    """
    zone = _zone(_choices(scenario)[1])
    if scenario.start is None:
        return now.astimezone(zone).replace(microsecond=0)
    try:
        written = datetime.fromisoformat(scenario.start)
    except ValueError as error:
        raise UsageError(
            f"{scenario.source}: clock.start {scenario.start!r} is no time", "write it like 2026-01-05T00:00:00+05:30"
        ) from error
    start = (written if written.tzinfo else written.replace(tzinfo=zone)).astimezone(UTC).astimezone(zone)
    if written.tzinfo is None and start.replace(tzinfo=None, fold=0) != written:
        raise UsageError(
            f"{scenario.source}: clock.start {scenario.start} is a time that clocks in {zone} skip",
            "write it with its offset, like 2026-01-05T00:00:00+05:30",
        )
    return start


def _zone(choices: Mapping[str, Any]) -> ZoneInfo:
    """The account's zone; UTC where the partner leaves no question of it."""
    zone = choices.get("zone", _UTC)
    return zone if isinstance(zone, ZoneInfo) else _UTC


def _choices(scenario: Scenario) -> tuple[Provider, dict[str, Any]]:
    partner = provider(scenario.provider)
    try:
        return partner, partner.choices(scenario.readings)
    except ValueError as error:
        raise UsageError(
            f"{scenario.source}: readings: {error}", f"`partnersim list readings` shows those of {partner.name}"
        ) from error
