"""A receiver in this process, and a session that plays rules against it with a clock that jumps."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from simulator.clock import JumpClock
from simulator.conforming.pairs import Pair
from simulator.receiver import Receiver
from simulator.runner.prepare import Settings
from simulator.runner.session import Session
from simulator.wire.in_process import Wsgi
from tests.unit.conforming.rules_made import receiver


class App:
    """A receiver in this process that remembers what it was told and answers 200, or as it is made to."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.status: Callable[[dict[str, Any]], str] = lambda _: "200 OK"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        self.ids.append(body["Export Request Id"])
        start_response(self.status(body), [("Content-Length", "0")])
        return [b""]


def session_of(chosen: Iterable[Pair], folder: Path, app: App, target: Receiver | None = None, **more: Any) -> Session:
    scenarios = [one.scenario for one in chosen]
    settings = Settings(
        journals=folder, make_send=lambda now: Wsgi(app, now), make_clock=JumpClock, seed=more.pop("seed", 7)
    )
    names = [str(number) for number in range(len(scenarios))]
    return Session(scenarios=scenarios, names=names, receiver=target or receiver(), settings=settings, **more)
