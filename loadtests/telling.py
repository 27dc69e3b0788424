"""Tells Locust of every attempt, by what it should have come to: its statistics then speak of the receiver."""

from collections.abc import Callable
from typing import Final

from locust.env import Environment

from simulator.load.orders import Planned
from simulator.model import Delivery, Exchange

Told = Callable[[Delivery, Exchange, float], None]
"""Is told of every attempt, and of how many seconds it took from when it was due."""


class Unexpected(Exception):
    """Not the answer that a delivery should have."""


class Judge:
    """Says what is wrong with the answer to a delivery of any of the scenarios."""

    def __init__(self, planned: Planned) -> None:
        self._demands = [(one.last_number, one.demands(planned.receiver)) for one in planned.loads]

    def fault(self, delivery: Delivery, exchange: Exchange) -> str:
        """It, in words; "" for nothing."""
        demands = next(one for last, one in self._demands if delivery.number <= last)
        return demands.fault(delivery, exchange)


def teller(environment: Environment, judge: Judge) -> Told:
    """Tells it as requests, of which those that came to something else failed."""
    fire: Final = environment.events.request.fire

    def tell(delivery: Delivery, exchange: Exchange, took: float) -> None:
        fault = judge.fault(delivery, exchange)
        fire(
            request_type="POST",
            name=f"{delivery.route.endpoint}.{delivery.event}",
            response_time=took * 1000,
            response_length=exchange.size,
            exception=Unexpected(fault) if fault else None,
            context={},
            response=None,
        )

    return tell
