"""Drives `partnersim serve` from a CI script or a test: typed calls over its HTTP API.

    from simulator.client import Basic, Client

    with Client("http://127.0.0.1:8790", token) as partner:
        partner.clevertap.create_webhook("exports", "http://127.0.0.1:8000/hooks/clevertap", auth=Basic("me", "secret"))
        partner.clevertap.enable_alerts("exports")
        export = partner.clevertap.create_export(partner="Amazon S3", frequency="every 4 hours")
        partner.clock.hold()
        partner.advance("3d")
        assert all(one.acknowledged for one in partner.deliveries(export=export.id))

Every error is a PartnersimError; `simulator.client.problem` names them. Importing this imports requests, which
`import simulator` does not.
"""

import os
from collections.abc import Mapping
from typing import Self

from simulator.client.clevertap import Clevertap
from simulator.client.connection import TIMEOUT, Connection
from simulator.client.control import Control
from simulator.client.history import History
from simulator.client.problem import NotInTime, Problem, Unanswered, Unreadable
from simulator.client.reachfive import Reachfive
from simulator.client.records.clevertap import Basic, OAuth2
from simulator.client.records.reachfive import Ending, Notification, Schedule
from simulator.client.scenario_runs import ScenarioRuns
from simulator.client.story_clock import StoryClock
from simulator.errors import NeverReached, PartnersimError, UsageError

__all__ = [
    "Basic",
    "Client",
    "Ending",
    "NeverReached",
    "NotInTime",
    "Notification",
    "OAuth2",
    "PartnersimError",
    "Problem",
    "Schedule",
    "Unanswered",
    "Unreadable",
]


class Client(Control, History, ScenarioRuns):
    """The service at a URL, for one thread. Close it, or use it in a `with` block.

    `clevertap` and `reachfive` are the partners' consoles, `clock` is the story's; the rest is the service's own. Every
    method asks the service once, lists once a page, waits excepted.
    """

    def __init__(self, url: str, token: str, *, timeout: float = TIMEOUT, cacert: str | None = None) -> None:
        """`url` and `token` are those that `partnersim serve` prints.

        Args:
            url: with a path, where a proxy in front of the service adds one.
            token: is in no error and no repr.
            timeout: real seconds without a byte of an answer after which a request is given up.
            cacert: a PEM file with the certificate authorities to trust, where the URL is https.

        Raises:
            UsageError: the URL or the token cannot be used.
        """
        self._connection = Connection(url, token, timeout=timeout, cacert=cacert)
        self.clock = StoryClock(self._connection)
        self.clevertap = Clevertap(self._connection)
        self.reachfive = Reachfive(self._connection)

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> Self:
        """A client for PARTNERSIM_URL with PARTNERSIM_TOKEN; `env` instead of the process's environment.

        Raises:
            UsageError: one of them is missing, or cannot be used.
        """
        env = os.environ if env is None else env
        missing = [name for name in ("PARTNERSIM_URL", "PARTNERSIM_TOKEN") if not env.get(name)]
        if missing:
            raise UsageError(
                f"the environment has no {' and no '.join(missing)}",
                "set PARTNERSIM_URL and PARTNERSIM_TOKEN to what `partnersim serve` printed",
            )
        return cls(env["PARTNERSIM_URL"], env["PARTNERSIM_TOKEN"])

    def __repr__(self) -> str:
        return f"Client({self._connection.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._connection.close()
