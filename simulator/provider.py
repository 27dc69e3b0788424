"""What a partner is: how it names, encodes, sends and gives up. Frozen data and pure functions, every fact graded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from simulator.model import Pairs

if TYPE_CHECKING:
    from simulator.documents import Schema

Grade = Literal["documented", "inferred", "assumed"]
"""documented: the partner's own page says it; inferred: follows from that; assumed: nobody says."""


class Fact(NamedTuple):
    """One thing the code relies on, with how sure we are and who says so."""

    says: str
    grade: Grade
    source: str


class Option(NamedTuple):
    """One way to read what the partner leaves open; `value` is what the provider's functions are given."""

    name: str
    value: Any
    grade: Grade
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A question the partner's documents leave open, and the answers a scenario can choose by name.

    The first option is the default. `other`, where there is one, makes an option of a name that is not listed (any
    IANA zone) and raises ValueError with what it takes.
    """

    name: str
    question: str
    options: tuple[Option, ...]
    other: Callable[[str], Option] | None = None

    def choose(self, name: str) -> Option:
        """The option of that name.

        Raises:
            ValueError: there is none; the message lists those there are.
        """
        for option in self.options:
            if option.name == name:
                return option
        if self.other:
            return self.other(name)
        known = ", ".join(option.name for option in self.options)
        raise ValueError(f"reading {self.name} has no option {name!r}; it has {known}")


@dataclass(frozen=True, kw_only=True)
class Event:
    """A kind of notification.

    `schema` is what its payloads must fit: the name of a schema that ships, below `schemas/payloads/`, or the content
    of a JSON Schema of draft 2020-12, for a partner that comes from another package.
    """

    name: str
    title: str
    schema: str | Mapping[str, Any]
    end: bool  # whether it ends the run it speaks of
    fact: Fact

    @cached_property
    def payload(self) -> "Schema":
        """The schema, ready to judge payloads; built once.

        Raises:
            UsageError: none of that name ships, or the content is no JSON Schema.
        """
        from simulator.documents import payload_schema  # late: the table of partners is to load fast

        return payload_schema(self.schema, f"the schema of the event {self.name}")


class Retry(NamedTuple):
    """What the partner does when a delivery is not acknowledged. `attempts` counts the first; times in seconds."""

    attempts: int
    delay: float
    timeout: float


class Run(NamedTuple):
    """One run of one export at planning time: all a payload may be made of. Moments are epoch seconds, UTC."""

    export: str  # the export's name in the scenario
    about: Any  # what `Provider.about` made of the export's own settings
    number: int  # from 1
    serial: int  # counts what must have an id of its own in this scenario, from 0
    base: float  # epoch second, long before the start, chosen by the seed: ids made of times count from here
    dice: bytes  # 16 bytes chosen by seed, export and run: ids made of random bits take theirs here
    started: float
    ended: float
    id: str | int | None  # given by the author instead of made


class Payload(NamedTuple):
    """A body before it is encoded, and what probes and checks ask of it."""

    fields: Mapping[str, Any]
    id: str
    status: str
    time: str
    definition_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """How one company sends.

    `about` reads the partner's own keys of an export (a mapping the scenario schema has accepted). `emits` gives, for
    a run, the events it makes and the seconds after its start at which each happens. `render` makes the payload of an
    event that happens at `moment` (epoch seconds). `choices` are the values of the chosen readings by name.
    """

    name: str
    title: str
    documentation: str  # URL of the page the facts are from
    events: Mapping[str, Event]
    readings: Mapping[str, Reading]
    facts: tuple[Fact, ...]
    headers: Pairs  # besides Host, Authorization and Content-Length; in the order they are sent
    acknowledged_by: tuple[str, ...]  # the partner's success rule: "200", "2xx"
    about: Callable[[Mapping[str, Any]], Any]
    interval: Callable[[Any], float]  # seconds between two runs of a recurring export; 0.0 for one-time
    emits: Callable[[Any, int, float], tuple[tuple[str, float], ...]]  # (about, run, takes) → (event, offset) …
    shares_id: Callable[[Mapping[str, Any]], bool]  # whether all runs of an export have one id, by the chosen readings
    render: Callable[[str, Run, float, Mapping[str, Any]], Payload]
    retry: Callable[[Mapping[str, Any]], Retry]
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # event → the documented sample

    def choices(self, chosen: Mapping[str, str]) -> dict[str, Any]:
        """Reading name → value, the default where nothing was chosen.

        Raises:
            ValueError: a reading or an option that does not exist.
        """
        for name in chosen:
            if name not in self.readings:
                raise ValueError(f"{self.name} has no reading {name!r}; it has {', '.join(self.readings)}")
        return {
            name: (reading.choose(chosen[name]) if name in chosen else reading.options[0]).value
            for name, reading in self.readings.items()
        }
