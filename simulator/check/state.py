"""What a probe showed, compared with what a claim wants, and told in words."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from simulator.check.case import Case
from simulator.clock import spelled
from simulator.model import Observation
from simulator.scenario import Claim

COUNTED = frozenset({"effects", "runs"})
"""Select names whose value is a number, or a list that counts by its length."""

_LONGEST = 80


def count(value: Any) -> int | float | None:
    """How many: a number itself, or the length of a list; None when it is neither.

    >>> count(2), count(["a", "b", "c"]), count(True), count("2")
    (2, 3, None, None)
    """
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def equal(shown: Any, wanted: Any) -> bool:
    """The same value: numbers as numbers, to the last digit; texts to the letter; nothing is cut or turned.

    >>> equal(2, 2.0), equal("2", 2), equal(True, 1), equal(9007199254740993, 9007199254740992.0)
    (True, False, False, False)
    """
    if isinstance(shown, bool) or isinstance(wanted, bool):
        return shown is wanted
    if isinstance(shown, list) and isinstance(wanted, list | tuple):
        return len(shown) == len(wanted) and all(map(equal, shown, wanted))
    if isinstance(shown, Mapping) and isinstance(wanted, Mapping):
        return shown.keys() == wanted.keys() and all(equal(shown[key], wanted[key]) for key in shown)
    return bool(shown == wanted)


def fits(case: Case, name: str, shown: Any, wanted: Any) -> bool:
    """Whether a shown value of this select name is the wanted one, by the name's own measure."""
    if name == "status":
        return case.same_status(shown, str(wanted))
    if name in COUNTED and not isinstance(wanted, list | tuple):
        return count(shown) is not None and equal(count(shown), wanted)
    if name == "at" and (moments := _moments(shown, wanted)):
        return moments[0] == moments[1]
    return equal(shown, wanted)


def holds(case: Case, wants: Mapping[str, Any], seen: Observation) -> bool:
    """Whether a reading that worked shows all that is wanted."""
    if "absent" in wants:
        return seen.present is not bool(wants["absent"])
    return bool(seen.present) and all(
        name in seen.values and fits(case, name, seen.values[name], wanted) for name, wanted in wants.items()
    )


def unexplained(case: Case, shown: Any) -> str:
    """What a shown status is when nobody knows what it says; "" when it is a known word, or none at all."""
    if isinstance(shown, str) and not case.knows_word(shown):
        return "a word that the receiver file does not explain under `words`"
    return ""


def unclear(case: Case, claim: Claim, seen: Observation) -> str | None:
    """Why what a reading shows cannot be compared with what is wanted; None when it can.

    A count or a status that no export showed in the whole run is a matter of the probe's `select`; one that others
    showed and this one does not is the receiver's.
    """
    if not seen.present:
        return None
    for name in claim.wants:
        shown_here = seen.values.get(name)
        if name in COUNTED | {"status"} and name not in case.facts.shown.get(claim.probe, ()):
            return f"the probe {claim.probe!r} never showed any {name} in this run: look at its `select`"
        if name == "status" and (odd := unexplained(case, shown_here)):
            return f"that is {odd}"
        if name in COUNTED and shown_here is not None and count(shown_here) is None:
            return f"{name} is neither a number nor a list"
        if name == "at" and shown_here is not None:
            moment = _moment(shown_here)
            if moment is None:
                return "a time that is not ISO 8601 cannot be compared"
            if moment.tzinfo is None:
                return "a time without its zone cannot be compared"
    return None


def shown(seen: Observation, names: tuple[str, ...] = ()) -> str:
    """A reading in words: `status "Completed", effects 2`, `no such export`."""
    if not seen.present:
        return "no such export" if seen.present is False else f"nothing: {seen.detail}"
    picked = {name: seen.values[name] for name in names or seen.values if name in seen.values}
    missing = [f"no {name}" for name in names if name not in seen.values]
    return ", ".join([*(f"{name} {value(one)}" for name, one in picked.items()), *missing]) or "the export"


def value(one: Any) -> str:
    """A value as JSON writes it, cut when long."""
    text = json.dumps(one, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def wanted(wants: Mapping[str, Any]) -> str:
    """A claim's values in words: `status Completed and effects 1`, `no such export`."""
    if "absent" in wants:
        return "no such export" if wants["absent"] else "the export"
    return " and ".join(f"{name} {one if isinstance(one, str) else value(one)}" for name, one in wants.items())


def duration(seconds: float) -> str:
    """A measured time for people, to a tenth of a millisecond."""
    return spelled(round(max(seconds, 0.0), 4))


def _moments(*texts: Any) -> tuple[datetime, ...] | None:
    """Moments in time, when all are ISO 8601 with a zone."""
    found = [_moment(text) for text in texts]
    with_zone = tuple(one for one in found if one is not None and one.tzinfo is not None)
    return with_zone if len(with_zone) == len(texts) else None


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
