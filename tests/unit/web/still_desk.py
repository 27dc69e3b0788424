"""A desk on which nothing happens, for tests of the web: no thread, no file; it writes down what it is asked.

The one stand-in for `simulator.console.desk.Desk`. Its consoles know some names; tests of a console's own operations
put a real one in their place, whose story passes only when they say so.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

from simulator.console.advance import Advanced
from simulator.console.feed import Feed
from simulator.console.ledger import Sent, Wanted, Whole
from simulator.console.refusal import Refusal, not_found
from simulator.console.scenario_runs.request import RunRequest, wanted_scenario
from simulator.console.scenario_runs.run import ScenarioRun
from simulator.console.story_clock import ClockReading
from simulator.model import Attempt, Outcome

T = TypeVar("T")
TOKEN = "a-token-of-the-tests-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NOW = 1767571200.5
CLOCK = ClockReading(NOW, 60.0, held=True, next_due=None)

SENT = Sent(
    number=7,
    partner="clevertap",
    export="export-1",
    run=2,
    event="completed",
    id="1690283492",
    status="Completed",
    at=NOW,
    due=NOW,
    url="http://127.0.0.1:8000/hook",
    origin="schedule",
    again=0,
    journal="clevertap.ndjson",
    outcome="",
    answer=0,
    acknowledged=False,
    attempts=0,
    late=0.0,
    took=0.0,
    detail="",
)
"""A delivery that is under way."""
ANSWERED = SENT._replace(outcome="answered", answer=200, acknowledged=True, attempts=1, late=0.001, took=0.02)
ATTEMPT = Attempt(
    line=0,
    outcome_line=0,
    number=7,
    attempt=1,
    step="export-1",
    copy=0,
    event="completed",
    export="export-1",
    run=2,
    id="1690283492",
    status="Completed",
    time="",
    definition_id="",
    end=True,
    valid=True,
    credentials="right",
    fault=False,
    at=0.0,
    due=0.0,
    timeout=5.0,
    endpoint="*",
    method="POST",
    url="http://127.0.0.1:8000/hook",
    head="POST /hook HTTP/1.1\r\nAuthorization: (redacted)\r\n",
    body=b'{"Status":"Completed"}',
    intended=1.0,
    outcome=Outcome.ANSWERED,
    answer_status=200,
    answer_head="HTTP/1.1 200 OK\r\n",
    answer_body=b"\xff\x00",
    late=0.001,
    sent=1.0,
    done=1.02,
)
RUN = ScenarioRun(
    id="run-1",
    scenario="clevertap/one-time-export",
    title="One",
    provider="clevertap",
    receiver="staging",
    seed=7,
    start=None,
    time_scale=None,
    patience=0.0,
    confirm=True,
    created=NOW,
)
"""A run that waits."""
ENDED = RUN._replace(
    id="run-2",
    scenario="",
    state="done",
    start=NOW,
    time_scale="instant",
    began=NOW,
    ended=NOW + 1,
    deliveries=2,
    story=560.0,
    outcome="failed",
    exit_code=1,
    failed=[{"rule": "expect/each", "level": "must", "sentence": "each is acked", "because": "it was not"}],
    journals=["/j/run-2/01.ndjson"],
    error={"message": "m", "remedy": "r"},
)
REPORT = (
    '{"partnersim": "0", "seed": 1, "started": "s", "scenarios": 1, "deliveries": 2, "attempts": 2,'
    ' "outcome": "failed", "exit_code": 1, "lateness": {}, "plays": [], "verdicts": []}'
)


class StillRuns:
    """Runs of which there are two: one that waits, and one that has ended."""

    def __init__(self) -> None:
        self.asked: list[RunRequest] = []

    def start(self, request: RunRequest) -> ScenarioRun:
        self.asked.append(request)
        wanted_scenario(request)
        return RUN

    def get(self, ident: str) -> ScenarioRun:
        found = {one.id: one for one in (RUN, ENDED)}.get(ident)
        if found is None:
            raise not_found("run", ident)
        return found

    def page(self, offset: int, limit: int) -> tuple[int, list[ScenarioRun]]:
        return 2, [RUN, ENDED][offset:][:limit]

    def cancel(self, ident: str) -> ScenarioRun:
        if not self.get(ident).open:
            raise Refusal("conflict", f"{ident} has ended")
        return RUN._replace(state="canceled")

    def report(self, ident: str, form: str) -> str:
        if self.get(ident).open:
            raise Refusal("conflict", f"{ident} goes on")
        return {"json": REPORT, "text": "text\n", "junit": "<testsuites/>\n"}[form]


class Named(NamedTuple):
    """An export, a definition or a webhook."""

    id: str = ""
    key: str = ""
    name: str = ""


class StillConsoles:
    """Both consoles: one has an export and a webhook, the other a definition."""

    @property
    def account(self) -> "StillConsoles":
        return self

    def exports(self) -> tuple[int, list[Named]]:
        return 1, [Named(id="export-9")]

    def definitions(self) -> tuple[int, list[Named]]:
        return 1, [Named(id="AWstKc0mPq3Zqw5seX89", key="definition-1")]

    def webhooks(self) -> tuple[int, list[Named]]:
        return 1, [Named(name="exports")]

    def hook(self, export: str) -> None:
        if export == "definition-1":
            raise Refusal("conflict", "its End Job Notification is not enabled")
        if export not in {"export-9", "webhook exports"}:
            raise not_found("export", export)


class StillDesk:
    """Everything on the caller's thread. `sent` is its history, `asked` what it was asked to do, `told` its figures."""

    def __init__(self, *sent: Sent) -> None:
        self.feed = Feed()
        self.alive = True
        self.sent = list(sent)
        self.told: list[Any] = []
        self.asked: list[Any] = []
        self.runs = StillRuns()
        self.clevertap: Any = StillConsoles()
        self.reachfive: Any = self.clevertap

    @property
    def ledger(self) -> "StillDesk":
        return self

    def do(self, work: Callable[[], T]) -> T:
        if not self.alive:
            raise Refusal("unavailable", "the service has stopped", "start it again")
        return work()

    def await_(self, make: Callable[[], Awaitable[T]]) -> T:
        async def wait() -> T:
            return await make()

        return asyncio.run(wait())

    def state(self) -> dict[str, Any]:
        told = {"version": "0", "seed": 7, "start": NOW, "misfire": "send", "folder": "/<state>", "journals": ["/f/j"]}
        return {**told, "began": False, "missed": 3}

    def figures(self) -> list[Any]:
        return self.told

    def clock(self) -> ClockReading:
        return CLOCK

    def set_clock(self, held: bool | None = None, scale: float | None = None) -> ClockReading:
        self.asked.append((held, scale))
        return CLOCK._replace(next_due=NOW + 1)

    async def advance(self, to: float | None = None, *, by: float = 0.0) -> Advanced:
        self.asked.append((to, by))
        if to == 1767225600.0:
            raise Refusal("conflict", "it is being moved already")
        return Advanced(NOW, 2, {"answered": 2})

    async def reset(
        self, seed: int | None = None, start: float | None = None, scale: float | None = None, held: bool | None = None
    ) -> None:
        self.asked.append((seed, start, scale, held))

    async def resend(self, number: int, *, fresh: bool) -> Sent:
        self.asked.append((number, fresh))
        if number != SENT.number:
            raise not_found("delivery", str(number))
        return SENT._replace(number=8, origin="resend", again=number)

    def page(self, wanted: Wanted, offset: int, limit: int, *, newest: bool = False) -> tuple[int, list[Sent]]:
        self.asked.append((wanted, offset, limit, newest))
        found = [one for one in self.sent if wanted.export in {None, one.export}]
        return len(found), (found[::-1] if newest else found)[offset:][:limit]

    def whole(self, number: int) -> Whole | None:
        """That delivery with two attempts at it: one answered, one refused."""
        refused = {"attempt": 2, "outcome": Outcome.REFUSED, "answer_status": 0, "answer_head": "", "answer_body": b""}
        closed = Attempt(**{**vars(ATTEMPT), **refused, "detail": "nobody listens"})
        return next((Whole(one, (ATTEMPT, closed)) for one in self.sent if one.number == number), None)
