"""Whole scenarios through the API: asked for, waited for, judged."""

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.client.connection import Connection
from simulator.client.records.scenario_runs import Scenario, ScenarioRun
from simulator.client.saying import Moment, Span, given, part
from simulator.client.waiting import wait_for


class ScenarioRuns:
    """The part of a client that has scenarios played. All methods raise what `Connection.ask` does."""

    _connection: Connection

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
