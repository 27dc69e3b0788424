"""A sentence for each way in which a value can miss its schema, by the schema's keyword."""

import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from simulator.documents.found import TYPES, VERBS, Found, Problem
from simulator.documents.showing import quoted
from simulator.documents.suggesting import did_you_mean, suggestion

MOST: Final = 100  # mistakes of one file that are explained


def unknown_keys(found: Found) -> list[Problem]:
    """One for every key that the schema does not know, at most `MOST`."""
    known = list(found.schema.get("properties", ()))
    whole = f"is not a key of {found.noun or 'this mapping'}"
    problems = []
    for key in found.error.instance:
        if key not in known:
            higher = _at_the_top(found, key)
            near = "" if higher else did_you_mean(key, known)
            remedy = "" if near else higher or (f"it takes {_listed(known)}" if known else "")
            problems.append(Problem((*found.path, key), f"{quoted(key)} {whole}{near}", remedy, key=True))
        if len(problems) == MOST:
            break
    return problems


def _at_the_top(found: Found, key: str | int) -> str:
    """Where a key stands in such a file, when that is not so deep; else ""."""
    top = found.root.get("properties", {})
    if not found.path or key not in top:
        return ""
    beside = [one for one in top if one != key][:3]
    return f"{quoted(key)} stands at the top, beside {_listed(beside)}"


def wrong_type(found: Found) -> Problem:
    """The value is of another type, or there is none."""
    wanted = found.error.validator_value
    names = [wanted] if isinstance(wanted, str) else wanted
    noun = found.noun
    if not noun or noun.partition(" ")[2] in found.label:  # "`fault` is to be a fault" says nothing
        noun = " or ".join(TYPES[name] for name in names)
    if not found.path and found.error.instance is None:
        return Problem((), f"the file is empty; it is to be {noun}", found.example(found.schema))
    if found.error.instance is None:
        bare = names == ["object"] and "required" not in found.schema
        remedy = "write {} to leave everything at its default" if bare else found.example(found.schema)
        return Problem(found.path, f"{found.label} has no value; it is to be {noun}", remedy)
    return Problem(found.path, f"{found.label} is to be {noun}, not {found.value}", found.example(found.schema))


def _enum(found: Found) -> Problem:
    options = found.error.validator_value
    if found.error.instance is None:
        return Problem(found.path, f"{found.label} has no value; it is one of: {_plain_list(options)}")
    if len(options) == 1:
        return Problem(found.path, f"{found.label} can only be {quoted(options[0])}, not {found.value}")
    return Problem(found.path, f"{found.subject} is none of: {_plain_list(options)}{found.near(options)}")


def _format(found: Found) -> Problem:
    said = str(found.error.cause)
    if said.startswith(VERBS):
        said = f"{found.subject} {said}"
        if found.error.validator_value == "iana-zone":
            near = suggestion(found.error.instance, zoneinfo.available_timezones(), cutoff=0.85)
            said += f"; did you mean {quoted(near)}?" if near else ""
    elif found.value == "this value" and "writeOnly" not in found.schema:
        said = f"{found.label}, once the environment's values are in it, is not {found.noun or 'right'}"
    return Problem(found.path, said)


def _required(found: Found) -> Problem:
    missing = next(name for name in found.error.validator_value if found.error.message.startswith(f"{name!r} "))
    of = found.noun or (found.label if found.path else "")
    higher = _at_the_top(found, found.path[-1]) if len(found.path) > 1 else ""
    example = higher or found.example(found.schema.get("properties", {}).get(missing, {}), f"{missing}: ")
    return Problem(found.path, f"{quoted(missing)} is missing{f': {of} needs it' if of else ''}", example)


def _dependent(found: Found) -> Problem:
    has, needs = next(
        (key, [name for name in names if name not in found.error.instance])
        for key, names in found.error.validator_value.items()
        if key in found.error.instance and any(name not in found.error.instance for name in names)
    )
    return Problem((*found.path, has), f"{quoted(has)} stands only beside {_listed(needs)}", key=True)


def _bound(words: str) -> Callable[[Found], Problem]:
    """A sentence on the limit of a number."""

    def say(found: Found) -> Problem:
        limit = found.error.validator_value
        return Problem(found.path, f"{found.label} is {found.value}; it is to be {words} {limit:,}")

    return say


def _size(words: str, unit: str, other: str) -> Callable[[Found], Problem]:
    """A sentence on how many there are; `other` is the keyword for the other limit."""

    def say(found: Found) -> Problem:
        limit, have = found.error.validator_value, len(found.error.instance)
        exact = found.schema.get(other) == limit
        wanted = f"{'' if exact else f'{words} '}{limit:,} {unit}{'' if limit == 1 else 's'}"
        has = f"has {have:,} {unit}{'' if have == 1 else 's'}" if have else "is empty"
        return Problem(found.path, f"{found.label} {has}; it takes {wanted}", found.example(found.schema))

    return say


SAY: Final[Mapping[str, Callable[[Found], Problem]]] = {
    "enum": _enum,
    "const": lambda found: Problem(found.path, f"{found.label} can only be {quoted(found.error.validator_value)}"),
    "format": _format,
    "pattern": lambda found: Problem(
        found.path, f"{found.subject} is not {found.noun or 'written right'}", found.example(found.schema)
    ),
    "required": _required,
    "dependentRequired": _dependent,
    "minimum": _bound("at least"),
    "maximum": _bound("at most"),
    "exclusiveMinimum": _bound("above"),
    "exclusiveMaximum": _bound("below"),
    "minLength": _size("at least", "character", "maxLength"),
    "maxLength": _size("at most", "character", "minLength"),
    "minItems": _size("at least", "item", "maxItems"),
    "maxItems": _size("at most", "item", "minItems"),
    "minProperties": _size("at least", "key", "maxProperties"),
    "maxProperties": _size("at most", "key", "minProperties"),
    "uniqueItems": lambda found: Problem(found.path, f"{found.label} names something twice"),
}


def _listed(words: Iterable[Any]) -> str:
    return ", ".join(quoted(word) for word in words)


def _plain_list(words: Iterable[Any]) -> str:
    return ", ".join(str(word) for word in words)
