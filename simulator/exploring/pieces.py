"""What may be left out of a scenario document, and what may be smaller or rounder in it. Pure."""

from collections.abc import Iterator
from typing import Final

from simulator.clock import seconds
from simulator.exploring.draft import Draft, Path, Piece, at

_TOGETHER: Final = (("set", "remove", "body", "valid"), ("runs", "every"), ("result", "total", "failed"))
_KEPT: Final = frozenset(("event", "export", "emits", "id"))
_WINDOWS: Final = frozenset(("within", "for", "probe", "goes"))
_TIMES: Final = ("at", "deliver_at", "takes", "apart", "every")
_ROUND: Final = ("1s", "1m", "1h", "1d")


def units(draft: Draft) -> list[Piece]:
    """Every export, with all that speaks of it, and every step."""
    return [*((("exports", name),) for name in draft.exports), *((("timeline", name),) for name in draft.steps)]


def other_promises(draft: Draft) -> list[Piece]:
    """All that is expected and claimed besides what is broken."""
    expected = [(("expect", name),) for name in draft.document.get("expect", {}) if name != draft.target.name]
    return [*expected, *((("then", place),) for place in range(len(draft.claims)) if place != draft.target.place)]


def details(draft: Draft) -> list[Piece]:
    """Everything else that has a default: the keys of exports, steps, clock, readings, webhook and the claim itself."""
    found: list[Piece] = []
    for kind, named in (("exports", draft.exports), ("timeline", draft.steps)):
        for name, keys in named.items():
            found += [((kind, name, key),) for key in keys if key not in _KEPT]
            found += [
                tuple((kind, name, key) for key in group if key in keys)
                for group in _TOGETHER
                if len(keys.keys() & set(group)) > 1
            ]
            found += [((kind, name, "set", key),) for key in keys.get("set", {}) if len(keys["set"]) > 1]
            removed = keys.get("remove", ())
            found += [((kind, name, "remove", place),) for place in range(len(removed)) if len(removed) > 1]
            found += [((kind, name, "repeat", "spacing"),)] if "spacing" in keys.get("repeat", {}) else []
    found += [(("clock", "start"),)] if "start" in draft.document.get("clock", {}) else []
    for kind in ("readings", "webhook"):
        found += [((kind, key),) for key in draft.document.get(kind, {})]
    return found + list(_of_claim(draft)) + list(_of_expectation(draft))


def _of_claim(draft: Draft) -> Iterator[Piece]:
    if draft.target.place < 0:
        return
    claim, at = draft.claims[draft.target.place], ("then", draft.target.place)
    if "invariant" in claim:
        yield from [((*at, "of"),)] if "of" in claim else []
        return
    ((kind, keys),) = claim.items()
    yield from (((*at, kind, key),) for key in keys if key not in _WINDOWS)


def _of_expectation(draft: Draft) -> Iterator[Piece]:
    entry = draft.document.get("expect", {}).get(draft.target.name, {})
    if {"within", "status"} <= set(entry):
        yield (("expect", draft.target.name, "within"),)


def counted_on(draft: Draft, name: str) -> bool:
    """Whether the broken claim says what this export's state becomes: it counts on all that this one sends."""
    if draft.target.place < 0 or "eventually" not in (claim := draft.claims[draft.target.place]):
        return False
    keys = claim["eventually"]
    return not keys.get("absent") and ("of" not in keys or draft.family(keys["of"]) == name)


def numbers(draft: Draft) -> list[tuple[Path, int]]:
    """How many there are of something, where there is more than one: runs, exports alike, copies."""
    found: list[tuple[Path, int]] = []
    for name, keys in draft.exports.items():
        found += [(("exports", name, key), int(keys[key])) for key in ("count", "runs") if int(keys.get(key, 1)) > 1]
    for name, keys in draft.steps.items():
        if "repeat" in keys and int(keys["repeat"]["count"]) > 1:
            found.append((("timeline", name, "repeat", "count"), int(keys["repeat"]["count"])))
    return sorted(found, key=lambda one: -one[1])


def times(draft: Draft) -> list[tuple[Path, list[str]]]:
    """Every explicit time that is not round, and the round ones below it, the shortest first."""
    places: list[Path] = [
        (kind, name, key)
        for kind, named in (("exports", draft.exports), ("timeline", draft.steps))
        for name, keys in named.items()
        for key in _TIMES
        if key in keys
    ]
    places += [
        ("timeline", name, "repeat", "spacing")
        for name, keys in draft.steps.items()
        if "spacing" in keys.get("repeat", {})
    ]
    found = []
    for path in places:
        value = at(draft.document, path)
        try:
            long = seconds(value)
        except ValueError:  # a date and time
            continue
        rounder = [one for one in _ROUND if seconds(one) < long]
        found += [(path, rounder)] if rounder and value not in _ROUND else []
    return found
