"""What an author wrote, read and found right: the types of a scenario. `simulator.authoring` reads the files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple

from simulator.clock import Scale
from simulator.model import Pairs

Credentials = Literal[
    "right",
    "wrong",
    "absent",
    "empty",
    "prefix",
    "suffix",
    "other-case",
    "decoded-case",
    "other-user",
    "twice",
    "twice-wrong-first",
]

_LONGEST_NUMBER: Final = 9  # digits in the name of one among many alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One of the partner's own export objects, or `count` of a kind. Times are story seconds from the start.

    `traits` are the partner's own keys (partner, frequency; definition, result …) for `Provider.about`.
    """

    name: str
    at: float = 0.0  # when the first run starts
    runs: int = 1
    takes: float = 560.0
    emits: tuple[str, ...] | None = None  # which events go out by themselves; None: all the partner makes
    count: int = 1  # how many alike: name-1, name-2 … when above 1
    apart: float = 0.0  # seconds between the starts of two of them
    id: str | int | None = None
    traits: Mapping[str, Any] = field(default_factory=dict)

    def names(self) -> Iterator[str]:
        """What each of those alike is called in deliveries, in order."""
        return map(self.name_of, range(self.count))

    def name_of(self, index: int) -> str:
        """The name of one of those alike, from 0: its own where it is alone, else `fleet-1` and so on."""
        return self.name if self.count == 1 else f"{self.name}-{index + 1}"

    def index(self, name: str) -> int | None:
        """Which of those alike has that name, from 0; None when none has. `fleet` alone names none of several."""
        if self.count == 1:
            return 0 if name == self.name else None
        stem, _, number = name.rpartition("-")
        if stem != self.name or not (number.isascii() and number.isdecimal()) or len(number) > _LONGEST_NUMBER:
            return None
        index = int(number) - 1
        return index if 0 <= index < self.count and name == self.name_of(index) else None


def export_named(exports: Mapping[str, Export], name: str) -> tuple[Export, int] | None:
    """The export of that name, and which of those alike: the one place that says that `fleet-3` is of `fleet`.

    `exports` are by the name the author gave.
    """
    for stem in (name, name.rpartition("-")[0]):
        export = exports.get(stem)
        if export is not None and (index := export.index(name)) is not None:
            return export, index
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """The same bytes `count` times in all, `spacing` story seconds apart."""

    count: int = 1
    spacing: float = 0.0


class Body(NamedTuple):
    """What an author put in the place of the payload: these very bytes."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One delivery of the author's own. Times are story seconds from the start.

    `at` is when the event happens, None for the natural moment of its export's run; `deliver_at` is when it is sent,
    None for when it happens.
    """

    name: str
    event: str
    export: str = ""
    run: int = 1
    at: float | None = None
    deliver_at: float | None = None
    repeat: Repeat = Repeat()
    set: Mapping[str, Any] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    body: Body | None = None
    valid: bool = True  # False: the author says that this payload is broken on purpose
    credentials: Credentials = "right"
    fault: Mapping[str, Any] = field(default_factory=dict)  # name in FAULTS → its setting; at most one
    timeout: float | None = None  # real seconds; None for that of all deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """What the partner's console would hold; the receiver file's word comes before it."""

    timeout: float | None = None
    headers: Pairs = ()
    authorization: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is expected of the answers to the deliveries of one step or export, or of `each`.

    `status` is `ack`, `any`, `refused` (4xx or a closed connection) or status codes and classes: ("200", "4xx").
    """

    name: str
    status: tuple[str, ...] = ("ack",)
    within: float | None = None  # real seconds from first byte sent to the whole answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One item of `then`: what the receiver's state shows at the end, never, or whatever happens.

    `wants` maps select names to the values they should show (`status`, `effects`, …; `absent: True` for no such
    export). `goes` is a pair of statuses that must not follow one another. `window` is in real seconds.
    """

    kind: Literal["eventually", "never", "invariant"]
    number: int  # from 1, its place under `then`
    invariant: str = ""
    probe: str = "export"
    of: str = ""  # an export's name; "" for all
    run: int | None = None  # None: every run
    wants: Mapping[str, Any] = field(default_factory=dict)
    goes: tuple[str, str] | None = None
    window: float = 2.0

    @property
    def check(self) -> str:
        """Its name among the verdicts: `then/1-eventually`, `then/2-repeats-change-nothing`."""
        return f"then/{self.number}-{self.invariant or self.kind}"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What a partner sends and when, and what is expected of the receiver."""

    title: str
    provider: str
    source: str  # the file's path, or the name of a shipped scenario
    text: str  # the file's own words: the journal keeps them, so that it can be judged alone
    seed: int | None = None
    start: str | None = None  # ISO 8601; without a zone it is the partner account's
    scale: Scale | None = None
    readings: Mapping[str, str] = field(default_factory=dict)
    webhook: Webhook = Webhook()
    exports: tuple[Export, ...] = ()
    steps: tuple[Step, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    claims: tuple[Claim, ...] = ()
    load: Mapping[str, Any] = field(default_factory=dict)
    restart: float | None = None  # story seconds after which the receiver is killed and started again, once

    @cached_property
    def exports_by_name(self) -> Mapping[str, Export]:
        """The exports by the name the author gave."""
        return {export.name: export for export in self.exports}

    def export_named(self, name: str) -> tuple[Export, int] | None:
        """The export that deliveries call by that name, and which of those alike, from 0; None when there is none."""
        return export_named(self.exports_by_name, name)

    def patient(self, seconds: float) -> "Scenario":
        """The same with no window of a claim shorter than that."""
        return replace(self, claims=tuple(replace(one, window=max(one.window, seconds)) for one in self.claims))
