"""Collects what is wrong with a scenario at planning, and tells all of it at once with places in its file."""

from collections.abc import Sequence
from typing import Any

from simulator import documents
from simulator.errors import DocumentError, Mistake, UsageError
from simulator.scenario import Scenario


class Mistakes:
    """The mistakes found so far in one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._found: list[tuple[tuple[Any, ...], str, str]] = []

    def add(self, path: Sequence[Any], message: str, remedy: str = "") -> None:
        """One more; `path` are the keys that lead to it, from the top of the scenario."""
        self._found.append((tuple(path), message, remedy))

    def settle(self) -> None:
        """Return when there are none.

        Raises:
            DocumentError: there are some.
        """
        if self._found:
            raise DocumentError(self._scenario.source or "scenario", self._placed())

    def _placed(self) -> list[Mistake]:
        """With line and column, where the scenario's text can be read again."""
        try:
            document = documents.parse(self._scenario.text, self._scenario.source, "scenario")
            return [document.mistake(*found) for found in self._found]
        except (UsageError, LookupError):  # no file stands behind it: it was made by a program
            return [
                Mistake(message=f"{'.'.join(map(str, path))}: {message}", remedy=remedy, path=".".join(map(str, path)))
                for path, message, remedy in self._found
            ]
