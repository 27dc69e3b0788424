"""The sample receiver: a small Flask and SQLite service that takes both partners' notifications as a good one does.

Start reading at `app.py` (what is answered), then `parsing.py` (what is accepted), then `store.py` (what is kept, and
why nothing is done twice). Flask is imported when `create_app` or `serve` is first asked for, not before.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.sample.app import close, create_app
    from simulator.serving import running, serve

AUTHORIZATION_VARIABLE = "PARTNERSIM_SAMPLE_AUTHORIZATION"
"""The environment variable that holds the whole Authorization value, where the hooks ask for one."""

__all__ = ["AUTHORIZATION_VARIABLE", "close", "create_app", "receiver_file", "running", "serve"]

_HOMES = {"create_app": "sample.app", "close": "sample.app", "serve": "serving", "running": "serving"}


def __getattr__(name: str) -> Any:
    """Import what needs Flask or waitress when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"simulator.{_HOMES[name]}"), name)


def receiver_file(url: str, authorization: str | None, zone: str = "Asia/Kolkata") -> str:
    """The text of a receiver file for a sample receiver at `url` (`http://127.0.0.1:8000`).

    The credential itself is not written: with `authorization` set, the file asks the environment for it. `zone` is the
    one that the receiver takes CleverTap's times in: what only an account in India shows is asked of no other.
    """
    root = url.rstrip("/")
    in_india = str(zone in {"Asia/Kolkata", "Asia/Calcutta"}).lower()
    credential = f"authorization: ${{env:{AUTHORIZATION_VARIABLE}}}\n" if authorization is not None else ""
    return f"""\
receiver: partnersim's sample receiver
ready: "{root}/healthz"
{credential}endpoints:
  clevertap: {{url: "{root}/hooks/clevertap"}}
  reachfive: {{url: "{root}/hooks/reachfive"}}
probes:
  export:
    get: "{root}/exports/{{provider}}/{{id}}"
    absent: 404
    select:
      id: "$.id"
      status: "$.status"
      effects: "$.effects"
      runs: "$.runs"
      at: "$.at"
      name: "$.name"
      total_succeeded: "$.total_succeeded"
      total_failed: "$.total_failed"
      total_operations: "$.total_operations"
supports: {{test_body: true, account_in_india: {in_india}}}
"""
