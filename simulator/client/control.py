"""The service itself through the API: the history of what was sent, whole scenarios, what happens."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from simulator.client.connection import PAGE, Connection
from simulator.client.events import Events
from simulator.client.problem import Problem, Unanswered
from simulator.client.records import (
    Advanced,
    Delivery,
    Health,
    Scenario,
    ScenarioRun,
    State,
    WholeDelivery,
)
from simulator.client.saying import Moment, Span, given, part
from simulator.client.story_clock import ADVANCING, StoryClock
from simulator.client.waiting import wait_for
from simulator.errors import NeverReached

_SILENCE: Final = 40.0  # seconds without a line of the event stream, which has one every 10


class Control:
    """Every method asks the service once, lists once a page, waits excepted. All raise what `Connection.ask` does."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.clock = StoryClock(connection)

    def state(self) -> State:
        """Version, seed and start of the service, and where its journals are."""
        return self._connection.read(State, "GET", "/control/state")

    def reset(
        self,
        *,
        seed: int | None = None,
        start: Moment | None = None,
        scale: float | str | None = None,
        held: bool | None = None,
    ) -> State:
        """Forget everything: settings, exports, history. What is None is chosen as at the service's start."""
        return self._connection.read(
            State, "POST", "/control/reset", body=given(seed=seed, start=start, scale=scale, held=held)
        )

    def wait_until_ready(self, *, timeout: float = 30.0, pause: float = 0.1) -> State:
        """The service's state once it answers; asked every `pause` real seconds.

        Raises:
            NotInTime: nothing answered within `timeout` real seconds.
            Problem: the token is wrong.
        """
        last: list[Exception] = []

        def look() -> State | None:
            try:
                return self.state()
            except (NeverReached, Unanswered) as error:
                last[:] = [error]
            except Problem as error:
                if error.status != 503:
                    raise
                last[:] = [error]
            return None

        return wait_for("the service was not ready", look, lambda: last[0].args[0], timeout=timeout, pause=pause)

    def advance(self, by: Span | None = None, *, to: Moment | None = None, timeout: float = ADVANCING) -> Advanced:
        """The same as `clock.advance`."""
        return self.clock.advance(by, to=to, timeout=timeout)

    # --- what was sent

    def deliveries(
        self,
        *,
        partner: str | None = None,
        event: str | None = None,
        export: str | None = None,
        outcome: str | None = None,
        acknowledged: bool | None = None,
        newest: bool = False,
    ) -> Iterator[Delivery]:
        """What was sent, the oldest first, or (`newest`) the newest; what is None is any.

        `export` is the id of an export, a definition's `export`, or `webhook NAME` for its tests. Of the newest, one
        may come twice when others are sent while the list is read.

        Raises:
            Problem: 422, when there is no such event, outcome or export.
        """
        query = {"partner": partner, "event": event, "export": export, "outcome": outcome}
        order = "newest" if newest else None
        return self._connection.pages(
            Delivery, _DELIVERIES, query={**query, "acknowledged": acknowledged, "order": order}
        )

    def delivery(self, number: int) -> WholeDelivery:
        """One delivery with every attempt at it."""
        return self._connection.read(WholeDelivery, "GET", f"{_DELIVERIES}/{part(number)}")

    def last_number(self) -> int:
        """The number of the latest delivery, 0 before the first: for `wait_for_delivery(after=…)`."""
        _, latest = self._connection.page(Delivery, _DELIVERIES, query={"order": "newest"}, limit=1)
        return latest[0].number if latest else 0

    def resend(self, number: int, *, fresh: bool = False) -> Delivery:
        """Send a delivery again: the same bytes, or, `fresh`, with an id and times that nobody has had."""
        return self._connection.read(Delivery, "POST", f"{_DELIVERIES}/{part(number)}/resend", body=given(fresh=fresh))

    def wait_for_delivery(
        self,
        *,
        after: int = 0,
        timeout: float = 10.0,
        pause: float = 0.1,
        partner: str | None = None,
        event: str | None = None,
        export: str | None = None,
        outcome: str | None = None,
        acknowledged: bool | None = None,
    ) -> Delivery:
        """The first delivery with a number above `after` that fits, once it is known what came of it.

        The history is looked at every `pause` real seconds.

        Raises:
            NotInTime: there was none within `timeout` real seconds.
        """
        wanted = {
            "partner": partner,
            "event": event,
            "export": export,
            "outcome": outcome,
            "acknowledged": acknowledged,
        }
        query = {name: value for name, value in wanted.items() if value is not None}

        def look() -> Delivery | None:
            return next((one for one in self._later(query, after) if one.ended), None)

        def seen() -> str:
            number, clock = self.last_number(), self.clock.read()
            latest = f"the latest is number {number}" if number else "nothing was sent yet"
            due = f"next due {clock.next_due.isoformat()}" if clock.next_due else "nothing falls due"
            return f"{latest}; the clock {'is held' if clock.held else 'stands'} at {clock.now.isoformat()}, {due}"

        told = ", ".join(f"{name} {value}" for name, value in query.items())
        what = f"no delivery after number {after}{f' with {told}' if told else ''} came"
        return wait_for(what, look, seen, timeout=timeout, pause=pause)

    def _later(self, query: Mapping[str, Any], after: int) -> Iterator[Delivery]:
        """The deliveries above a number, the oldest first: read from the end of the history, which may be long."""
        if not after:
            yield from self._connection.pages(Delivery, _DELIVERIES, query=query)
            return
        offset, _ = self._connection.page(Delivery, _DELIVERIES, query=query, limit=1)
        found: list[Delivery] = []
        while offset and not (found and found[0].number <= after):
            limit = min(offset, PAGE)
            offset -= limit
            _, items = self._connection.page(Delivery, _DELIVERIES, query=query, offset=offset, limit=limit)
            found = items + found
        yield from (one for one in found if one.number > after)

    # --- scenarios

    def scenarios(self) -> Iterator[Scenario]:
        """Those that ship."""
        return self._connection.pages(Scenario, "/control/scenarios")

    def run_scenario(
        self,
        scenario: str | None = None,
        *,
        text: str | None = None,
        to: str | None = None,
        authorization: str | None = None,
        headers: Mapping[str, str] | None = None,
        receiver: Mapping[str, Any] | None = None,
        seed: int | None = None,
        start: Moment | None = None,
        time_scale: float | str | None = None,
        patience: Span | None = None,
        confirm: bool | None = None,
    ) -> ScenarioRun:
        """Play a scenario and judge the receiver; `wait_for_run` waits for its end.

        Args:
            scenario: the name of a shipped one.
            text: instead, a scenario as YAML.
            to: where everything goes.
            authorization: the Authorization header the partner sends (with `to`).
            headers: further headers (with `to`).
            receiver: instead of `to`, a receiver file as a JSON object; without both, the service's own.
            seed: fixes ids and dice.
            start: when the story begins; with the seed it fixes every byte.
            time_scale: a number, or `real`, `instant`, `60x`, `1h=1s`.
            patience: how long every claim waits at least, real time.
            confirm: whether a failure is played again (default: yes).
        """
        body = given(
            scenario=scenario,
            text=text,
            to=to,
            authorization=authorization,
            headers=headers,
            receiver=receiver,
            seed=seed,
            start=start,
            time_scale=time_scale,
            patience=patience,
            confirm=confirm,
        )
        return self._connection.read(ScenarioRun, "POST", "/control/runs", body=body)

    def runs(self) -> Iterator[ScenarioRun]:
        """All runs of scenarios, the oldest first."""
        return self._connection.pages(ScenarioRun, "/control/runs")

    def run(self, ident: str) -> ScenarioRun:
        """The run of that id."""
        return self._connection.read(ScenarioRun, "GET", f"/control/runs/{part(ident)}")

    def cancel_run(self, ident: str) -> ScenarioRun:
        """End a run early; what happened so far is reported."""
        return self._connection.read(ScenarioRun, "POST", f"/control/runs/{part(ident)}/cancel")

    def wait_for_run(self, ident: str, *, timeout: float = 60.0, pause: float = 0.2) -> ScenarioRun:
        """The run of that id once it has ended; looked at every `pause` real seconds.

        Raises:
            NotInTime: it had not ended after `timeout` real seconds.
        """
        last: list[ScenarioRun] = []

        def look() -> ScenarioRun | None:
            last[:] = [self.run(ident)]
            return last[0] if last[0].ended else None

        return wait_for(
            f"run {ident} did not end", look, lambda: f"it is {last[0].state}", timeout=timeout, pause=pause
        )

    def report(self, ident: str, form: str = "json") -> str:
        """The report of a run that has ended, as `json`, `text` or `junit`.

        Raises:
            Problem: 409 while it runs.
        """
        return self._connection.text(f"/control/runs/{part(ident)}/report", query={"format": form})

    # --- what happens

    def events(self, kinds: Iterable[str] = (), *, after: int | None = None, silence: float = _SILENCE) -> Events:
        """What happens from this moment on, or after the event of number `after`: the last 1,000 are kept.

        `kinds` are `delivery`, `run` and `clock`; none is all. The next event is waited for without end, as long as the
        service is heard from, which is every 10 real seconds; `wait_for_delivery` has a limit. After `silence` real
        seconds without a word it raises `Unanswered`.
        """
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        query = {"kinds": ",".join(kinds) or None}
        lines = self._connection.stream("/control/events", query=query, headers=headers, silence=silence)
        return Events(lines, f"GET {self._connection.url}/control/events")

    def health(self) -> Health:
        """Whether the service works; asked without regard to the token."""
        return self._connection.read(Health, "GET", "/healthz", besides=503)

    def document(self) -> Mapping[str, Any]:
        """The API, as an OpenAPI 3.1 document."""
        return dict(self._connection.ask("GET", "/openapi.json"))

    def metrics(self) -> str:
        """Figures in the text format of Prometheus."""
        return self._connection.text("/metrics")


_DELIVERIES: Final = "/control/deliveries"
