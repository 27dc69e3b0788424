"""Tells Locust of every attempt, by what it should have come to: its statistics then speak of the receiver."""

from collections.abc import Callable, Mapping
from typing import Final

from locust.env import Environment

from simulator.check import status_fits
from simulator.load.orders import Planned
from simulator.model import Delivery, Exchange, Outcome
from simulator.receiver import Receiver
from simulator.timeline.lives import Lives

Told = Callable[[Delivery, Exchange, float], None]
"""Is told of every attempt, and of how many seconds it took from when it was due."""


class Unexpected(Exception):
    """Not the answer that a delivery should have."""


class Judge:
    """Says whether an answer is the one that a delivery should have."""

    def __init__(self, lives: Mapping[str, Lives], receiver: Receiver) -> None:
        self._accepted = {name: receiver.accepts(one.timeline.provider.acknowledged_by) for name, one in lives.items()}

    def fault(self, delivery: Delivery, exchange: Exchange) -> str:
        """What is wrong with the answer; "" when nothing is.

        What is malformed or unauthorized is to be refused by an answer; all else is to be acknowledged. A fault on the
        wire may come to anything.
        """
        if delivery.script is not None:
            return ""
        if exchange.outcome is not Outcome.ANSWERED:
            return f"{exchange.outcome}: {exchange.detail}" if exchange.detail else str(exchange.outcome)
        acknowledged = status_fits(exchange.status, self._accepted[delivery.route.endpoint])
        if delivery.genuine:
            return "" if acknowledged else f"answered {exchange.status}"
        return f"acknowledged, though {delivery.step}" if acknowledged else ""


def by_endpoint(planned: Planned) -> dict[str, Lives]:
    """The lives of each partner."""
    return {one.lives.timeline.provider.name: one.lives for one in planned.loads}


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
