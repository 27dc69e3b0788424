"""Tells Locust of every attempt, by what it should have come to: its statistics then speak of the receiver."""

from collections.abc import Callable
from typing import Final

from locust.env import Environment

from loadtests.shard import Judge
from simulator.model import Delivery, Exchange


class Unexpected(Exception):
    """Not the answer that a delivery should have."""


def teller(environment: Environment, judge: Judge) -> Callable[[Delivery, Exchange, float], None]:
    """Takes a delivery, what it came to, and how many seconds that took from when it was due."""
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
