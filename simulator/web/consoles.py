"""The partners' consoles that the service offers: one row for each.

A new partner adds a row here, and beside this file a module with its operations; `schemas/api/NAME.yaml`, its part of
the document; its tag in `openapi.yaml`; its name and events among the filters of `control.yaml` (a test misses them);
the console itself in `simulator/console/`, where `era.py` makes those there are and `desk.py` hands them out; and a
module in `simulator/client/`.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.web import clevertap, reachfive
from simulator.web.operations import Operations

if TYPE_CHECKING:
    from simulator.console.desk import Desk
    from simulator.console.happening import Console


class Offered(NamedTuple):
    """One partner's console.

    `of` takes it from the desk; `export_names` gives what its deliveries can have as `export`, by every name that
    people may take for it. Both are for the desk's thread.
    """

    operations: Operations
    sends: tuple[str, ...]  # the events that it sends by itself
    of: Callable[["Desk"], "Console"]
    export_names: Callable[["Desk"], Mapping[str, str]]


CONSOLES: Final[Mapping[str, Offered]] = {
    "clevertap": Offered(
        operations=clevertap.OPERATIONS,
        sends=("initiated", "completed", "test"),
        of=lambda desk: desk.clevertap,
        export_names=clevertap.export_names,
    ),
    "reachfive": Offered(
        operations=reachfive.OPERATIONS,
        sends=("finished",),
        of=lambda desk: desk.reachfive,
        export_names=reachfive.export_names,
    ),
}
"""Partner → its console; the names are those of its provider, its part of the document and its paths."""
