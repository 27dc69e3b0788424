"""Gives every worker of a load its connections, whoever else connects to the master or leaves it meanwhile."""

from collections.abc import Iterator
from typing import Any

from locust.dispatch import UsersDispatcher

from simulator.load.machines.roll import Roll


def dispatcher(roll: Roll, connections: int) -> type[UsersDispatcher]:
    """The class of it: Locust makes one of its own when a run starts."""

    class Dispatcher(UsersDispatcher):
        """Locust's own would take connections from workers for each stranger, and give them more for each lost one."""

        _users: Iterator[dict[str, dict[str, int]]] = iter(())

        def new_dispatch(self, target_user_count: int, spawn_rate: float, user_classes: Any = None) -> None:
            name = self._original_user_classes[0].__name__
            self._users = iter([{node: {name: connections} for node in sorted(roll.nodes)}])

        def __next__(self) -> dict[str, dict[str, int]]:
            return next(self._users)

        def add_worker(self, worker_node: Any) -> None:
            """Nothing changes."""

        def remove_worker(self, worker_node: Any) -> None:
            """Nothing changes."""

    return Dispatcher
