"""Figures for Prometheus, read from the desk when they are asked for; nothing is counted twice."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from simulator.web.operations import Call, Operation, Reply

if TYPE_CHECKING:
    from simulator.console.desk import Desk

Figure = tuple[str, str, str, Iterable[tuple[dict[str, str], float]]]
"""Name, help, type (counter or gauge), and the values with their labels."""
_PREFIX: Final = "partnersim_"


class _Desk(Collector):
    """A desk's figures, and those of the service."""

    def __init__(self, desk: "Desk", own: Callable[[], Iterable[Figure]]) -> None:
        self._desk = desk
        self._own = own

    def describe(self) -> Iterable[Metric]:
        """Nothing: so that registering asks the desk for nothing."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every figure, as it is now."""
        for name, words, kind, values in (*self._desk.figures(), *self._own()):
            bare = name.removeprefix(_PREFIX)
            family = Metric(_PREFIX + (bare.removesuffix("_total") if kind == "counter" else bare), words, kind)
            for labels, value in values:
                family.add_sample(_sample_name(family.name, kind), labels, value)
            yield family


def _sample_name(name: str, kind: str) -> str:
    return f"{name}_total" if kind == "counter" else name


def operation(desk: "Desk", own: Callable[[], Iterable[Figure]]) -> Operation:
    """The operation that shows a desk's figures and `own`, those of the service."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Desk(desk, own))

    def show(_desk: "Desk", _call: Call) -> Reply:
        return Reply(200, generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return show
