"""The service's event stream: what happens, as it happens."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Self

from simulator.client.lines import Lines
from simulator.client.parsing import record
from simulator.client.problem import Unreadable
from simulator.client.records.service import Happened


class Events:
    """What happens, as it happens: an iterator that waits for the next, and ends when the service ends.

    Close it, or use it in a `with` block: the service has few streams to give.
    """

    def __init__(self, lines: Lines, source: str) -> None:
        self._lines = lines
        self._events = _events(lines, source)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Happened:
        return next(self._events)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._lines.close()


def _events(lines: Iterable[str], source: str) -> Iterator[Happened]:
    """Events out of the lines of a stream (HTML Living Standard, 9.2: the fields `id`, `event` and `data`)."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name:
            value = value.removeprefix(" ")
            fields[name] = f"{fields[name]}\n{value}" if name == "data" and name in fields else value
        elif not line and "data" in fields:
            yield _event(fields, source)
            fields = {}


def _event(fields: Mapping[str, str], source: str) -> Happened:
    try:
        told = {"number": int(fields["id"]), "kind": fields["event"], "data": json.loads(fields["data"])}
    except (KeyError, ValueError):
        raise Unreadable(f"{source}: an event has no number, no kind or no JSON", "compare both versions") from None
    return record(Happened, told, source)
