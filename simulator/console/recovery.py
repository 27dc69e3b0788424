"""What an earlier process left: ends that only its journals know of, and deliveries that were never begun."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from simulator.check import status_fits
from simulator.console.course import Course
from simulator.console.ledger import Ledger, Sent, Tried
from simulator.console.refusal import Refusal
from simulator.console.seat import Seat
from simulator.errors import StorageError
from simulator.model import Outcome

_DIED = "the service ended before an answer was seen"

Acknowledges = Callable[[str, int], bool]
"""(partner, HTTP status) → whether the partner takes such an answer for success."""


def pick_up(folder: Path, ledger: Ledger, seats: Mapping[str, Seat], course: Course) -> None:
    """Ends go from the journals into history; what was never begun falls due again.

    Raises:
        StorageError: a journal cannot be read.
    """

    def acknowledges(partner: str, status: int) -> bool:
        return status_fits(status, seats[partner].story().provider.acknowledged_by)

    left = ledger.open()
    known = ends(folder, left, acknowledges)
    ledger.tried(one for attempts in known.values() for one in attempts)
    for sent in left:
        if sent.number not in known:
            _due_again(sent, ledger, seats[sent.partner], course)


def _due_again(sent: Sent, ledger: Ledger, seat: Seat, course: Course) -> None:
    """A delivery that was never begun; one that somebody waited for is not made, for nobody does any more."""
    try:
        hook = seat.console.hook(sent.export)
    except Refusal:
        hook = None
    if hook is None or sent.origin != "schedule":
        ledger.withdraw(sent.number)
        return
    ledger.begin_again(sent.number, seat.sender.journal.name)
    course.due_again(sent.partner, seat.kept(sent, hook), hook)


def ends(folder: Path, deliveries: Iterable[Sent], acknowledges: Acknowledges) -> dict[int, list[Tried]]:
    """Number → every attempt that was begun, in order; of a delivery that never was, nothing.

    An attempt whose answer is not in the journal is in doubt: it may have arrived, and it is not made again. Nor is a
    delivery that the partner would have tried once more: what its last attempt came to is its end.

    Raises:
        StorageError: a journal cannot be read.
    """
    by_journal: dict[str, dict[int, str]] = {}
    for one in deliveries:
        by_journal.setdefault(one.journal, {})[one.number] = one.partner
    found: dict[int, list[Tried]] = {}
    for name, partners in by_journal.items():
        found |= _ends_in(folder / name, partners, acknowledges)
    return found


def _ends_in(path: Path, partners: Mapping[int, str], acknowledges: Acknowledges) -> dict[int, list[Tried]]:
    begun: dict[int, list[tuple[int, int, int]]] = {}  # number → line, attempt, place of each intent
    ended: dict[int, tuple[Mapping[str, Any], int]] = {}  # line of the intent → outcome, and its place
    for line, place, entry in _lines(path):
        if entry.get("n") not in partners:
            continue
        if entry["kind"] == "intent":
            begun.setdefault(entry["n"], []).append((line, entry["attempt"], place))
        elif entry["kind"] == "outcome":
            ended[entry["of"]] = entry, place
    return {
        number: [
            _end(number, attempt, place, ended.get(line), partial(acknowledges, partners[number]))
            for line, attempt, place in intents
        ]
        for number, intents in begun.items()
    }


def _end(
    number: int,
    attempt: int,
    place: int,
    outcome: tuple[Mapping[str, Any], int] | None,
    acknowledges: Callable[[int], bool],
) -> Tried:
    if outcome is None:
        return Tried(number, Outcome.IN_DOUBT, 0, False, attempt, 0.0, 0.0, _DIED, place, -1)
    entry, at = outcome
    took = max(entry["done"] - entry["sent"], 0.0) if entry["sent"] else 0.0
    return Tried(
        number=number,
        outcome=entry["outcome"],
        answer=entry["status"],
        acknowledged=entry["outcome"] == Outcome.ANSWERED and acknowledges(entry["status"]),
        attempt=attempt,
        late=entry["late"],
        took=round(took, 6),
        detail=entry.get("detail", ""),
        intent_at=place,
        outcome_at=at,
    )


def _lines(path: Path) -> Iterable[tuple[int, int, Mapping[str, Any]]]:
    """Number, first byte and entry of every whole line; nothing where there is no journal."""
    try:
        with path.open("rb") as file:
            place = 0
            for number, line in enumerate(file, start=1):
                if line.endswith(b"\n"):  # the last one may have been cut short
                    yield number, place, orjson.loads(line)
                place += len(line)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"cannot read the journal {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise StorageError(f"{path} is no journal: {error}", "name another folder with --state") from error
