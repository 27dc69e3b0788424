"""A desk on which nothing happens, for tests of the web: no thread, no file, only what the service's own routes ask."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from simulator.console.feed import Feed
from simulator.console.ledger import Sent, Wanted
from simulator.console.refusal import Refusal

T = TypeVar("T")
TOKEN = "a-token-of-the-tests-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}

SENT = Sent(
    number=7,
    partner="clevertap",
    export="export-1",
    run=1,
    event="completed",
    id="1690283492",
    status="Completed",
    at=1767571200.5,
    due=1767571200.5,
    url="http://127.0.0.1:8000/hook",
    origin="schedule",
    again=0,
    journal="x.ndjson",
    outcome="",
    answer=0,
    acknowledged=False,
    attempts=0,
    late=0.0,
    took=0.0,
    detail="",
)


class Reading(NamedTuple):
    now: float = 1767571200.5
    scale: float = 1.0
    held: bool = True
    next_due: float | None = None


class StillDesk:
    """Everything on the caller's thread."""

    def __init__(self) -> None:
        self.feed = Feed()
        self.alive = True
        self.sent: list[Sent] = []
        self.told: list[Any] = []

    def do(self, work: Callable[[], T]) -> T:
        if not self.alive:
            raise Refusal("unavailable", "the service has stopped", "start it again")
        return work()

    def clock(self) -> Reading:
        return Reading()

    def state(self) -> dict[str, Any]:
        return {"version": "0", "seed": 7, "start": 0.0, "misfire": "send", "folder": "/<state>", "journals": []}

    def figures(self) -> list[Any]:
        return self.told

    @property
    def ledger(self) -> "StillDesk":
        return self

    def page(self, _: Wanted, offset: int, limit: int, *, newest: bool = False) -> tuple[int, list[Sent]]:
        return len(self.sent), (self.sent[::-1] if newest else self.sent)[offset:][:limit]
