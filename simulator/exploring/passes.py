"""What is tried to make a scenario smaller, one kind of thing after another; each leaves its best in the search."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Final

from simulator.authoring.partners import export_events
from simulator.exploring import pieces
from simulator.exploring.draft import Draft, Path, changed, shorter_names, without
from simulator.exploring.reducing import least, smallest
from simulator.exploring.search import Search

_FEW: Final = 3  # as few runs, exports and copies are tried before others


def hurry(search: Search) -> None:
    """Not to wait between deliveries."""
    if search.best.document.get("clock", {}).get("scale", "real") != "instant":
        hurried = deepcopy(search.best.document)
        hurried["clock"] = {**hurried.get("clock", {}), "scale": "instant"}
        search.confirm(search.best._replace(document=hurried))


def promises(search: Search) -> None:
    """Without what else is expected and claimed."""
    search.leave_out(pieces.other_promises(search.best))


def focus(search: Search) -> bool:
    """Only what the evidence speaks of, or the rest of those exports besides, and nothing else promised."""
    exports = [search.best.family(export) for _, export in search.touched if export]
    steps = {step for step, _ in search.touched}
    parts = pieces.units(search.best)

    def about(named: set[str], only: set[str] | None) -> Draft | None:
        kept = {("exports", name) for name in named}
        kept |= {
            ("timeline", name)
            for name, keys in search.best.steps.items()
            if search.best.family(keys.get("export", "")) in named and (only is None or name in only)
        }
        spare = [unit for unit in parts if unit[0] not in kept]
        return without(search.best, [*spare, *pieces.other_promises(search.best)])

    first = set(exports[:1])
    return search.first([about(first, steps), about(first, None), about(set(exports), None)]) if exports else False


def units(search: Search) -> None:
    """Without exports and steps."""
    search.leave_out(pieces.units(search.best))


def emits(search: Search) -> None:
    """Without what exports send by themselves, or with one event of it.

    Of one whose state is claimed to become something all stays, or nothing: with a part of it it would not, with any
    receiver.
    """
    silent = [name for name, keys in search.best.exports.items() if keys.get("emits") != []]
    base = search.best

    def emitting(kept: Sequence[str]) -> Draft:
        quiet = {name: {**keys, "emits": []} for name, keys in base.exports.items() if name in set(silent) - {*kept}}
        return base._replace(document={**base.document, "exports": {**base.exports, **quiet}})

    loud = smallest(
        silent, lambda parts: search.scout(map(emitting, parts)), lambda part: search.confirm(emitting(part))
    )
    for name in loud:
        if pieces.counted_on(search.best, name):
            continue
        options = [[event] for event in export_events(search.scenario.provider)]
        path: Path = ("exports", name, "emits")
        search.first([made for one in options if search.smaller(made := search.with_(path, one))])


def numbers(search: Search) -> None:
    """With fewer runs, exports alike, copies."""
    for path, number in pieces.numbers(search.best):
        if path not in dict(pieces.numbers(search.best)):
            continue
        few = [changed(search.best, path, one) for one in range(1, min(_FEW + 1, number))]
        if not search.first(few) and number > _FEW + 1:
            least(_FEW + 1, number, _with_fewer(search, path))


def _with_fewer(search: Search, path: Path) -> Callable[[int], bool]:
    return lambda number: search.confirm(changed(search.best, path, number))


def details(search: Search) -> None:
    """Without whatever has a default."""
    search.leave_out(pieces.details(search.best))


def times(search: Search) -> None:
    """With round times."""
    for path, options in pieces.times(search.best):
        search.first([search.with_(path, one) for one in options])


def names(search: Search) -> None:
    """With short names."""
    search.confirm(shorter_names(search.best))
