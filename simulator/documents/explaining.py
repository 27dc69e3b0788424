"""Says what a schema found wrong in words a person would use: one message for each mistake."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import orjson

from simulator import shown
from simulator.documents.found import TYPES, VERBS, Found, Problem, label_of
from simulator.documents.sentences import MOST, SAY, unknown_keys, wrong_type
from simulator.documents.showing import quoted

_WORD: Final = re.compile(r"[\w-]+")
_WEAK: Final = frozenset(("required", "oneOf", "minProperties"))


def explain(
    errors: Iterable[Any], root: Mapping[str, Any], hidden: frozenset[tuple[str | int, ...]] = frozenset()
) -> list[Problem]:
    """Every problem once, in no order; at most a hundred. Values at `hidden` paths are not quoted.

    `errors` are jsonschema's on the schema `root`.
    """
    problems: dict[tuple[Any, ...], Problem] = {}
    weak: list[Problem] = []  # what a misspelt key beside it already explains
    for error in errors:
        for problem in _problems(error, root, hidden):
            if error.validator in _WEAK:
                weak.append(problem)
            else:
                problems.setdefault((problem.path, problem.key), problem)
        if len(problems) >= MOST:
            break
    misspelt = {problem.path[:-1] for problem in problems.values() if problem.key and "did you mean" in problem.message}
    found = list(problems.values())
    return found + [one for one in dict.fromkeys(weak) if one.path not in misspelt]


def spelled_path(path: Sequence[str | int]) -> str:
    """A path as people write it.

    >>> spelled_path(["then", 0, "never", "goes"]), spelled_path(["set", "Export Request Id"])
    ('then[0].never.goes', 'set["Export Request Id"]')
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _WORD.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{orjson.dumps(part).decode()}]"
    return shown.line(text)


def _problems(error: Any, root: Mapping[str, Any], hidden: frozenset[tuple[str | int, ...]]) -> list[Problem]:
    path = tuple(error.absolute_path)
    schema = error.schema if isinstance(error.schema, dict) else {}
    secret = path in hidden or schema.get("writeOnly") is True
    shown = "this value" if secret else quoted(error.instance)
    found = Found(error, path, schema, label_of(path), shown, root)
    if error.parent is None and "propertyNames" in error.absolute_schema_path:
        return [Problem((*path, error.instance), _about_key(found), key=True)]
    if error.validator == "additionalProperties":
        return unknown_keys(found)
    if error.validator == "type":
        return [wrong_type(found)]
    if said := schema.get("errorMessage"):
        example = "" if "such as" in said or "none of" in said else found.example(schema)
        return [Problem(path, _with_value(found, said), example, key=error.validator == "not")]
    if error.validator in {"anyOf", "oneOf"} and error.context:
        return _alternatives(found, hidden)
    say = SAY.get(error.validator)
    return [say(found)] if say else [Problem(path, f"{found.subject} is not written right", found.example(schema))]


def _alternatives(found: Found, hidden: frozenset[tuple[str | int, ...]]) -> list[Problem]:
    """What is wrong with the alternative that is of the value's own type; when none is, all the types there are."""
    branches: dict[int, list[Any]] = {}
    for error in found.error.context:
        branches.setdefault(error.relative_schema_path[0], []).append(error)
    for errors in branches.values():
        if not any(error.validator == "type" and not error.relative_path for error in errors):
            return _problems(errors[0], found.root, hidden)
    types = (str(error.validator_value) for error in found.error.context if error.validator == "type")
    wanted = " or ".join(dict.fromkeys(TYPES.get(one, one) for one in types))
    return [Problem(found.path, f"{found.label} is to be {wanted}, not {found.value}")]


def _with_value(found: Found, said: str) -> str:
    """A sentence of the schema's own; one that begins with a verb goes on after the value."""
    if not said.startswith(VERBS):
        return said
    options = [option for branch in found.schema.get("anyOf", ()) for option in branch.get("enum", ())]
    return f"{found.subject} {said}{found.near(options)}"


def _about_key(found: Found) -> str:
    said = found.schema.get("errorMessage")
    if said is None and found.error.validator == "format":
        said = str(found.error.cause)
    return f"{quoted(found.error.instance)} {said or 'cannot be a key here'}"
