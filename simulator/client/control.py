"""The service itself through the API: its state, a new beginning, what happens, and what it says of itself."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from simulator.client.connection import Connection
from simulator.client.events import Events
from simulator.client.problem import Problem, Unanswered
from simulator.client.records.service import Advanced, Health, State
from simulator.client.saying import Moment, Span, given
from simulator.client.story_clock import ADVANCING, StoryClock
from simulator.client.waiting import wait_for
from simulator.errors import NeverReached

_SILENCE: Final = 40.0  # seconds without a line of the event stream, which has one every 10


class Control:
    """The part of a client that is about the service itself. All methods raise what `Connection.ask` does."""

    clock: StoryClock
    _connection: Connection

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
