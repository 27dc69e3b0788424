"""What an author wrote, read and found right: the types of a scenario. `simulator.authoring` reads the files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.clock import Scale
from simulator.model import Pairs

Credentials = Literal["right", "wrong", "absent", "empty", "prefix", "suffix", "other-case", "twice"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """The same bytes `count` times in all, `spacing` story seconds apart."""

    count: int = 1
    spacing: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
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


@dataclass(frozen=True, slots=True, kw_only=True)
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
