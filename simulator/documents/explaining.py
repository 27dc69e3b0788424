"""Says what a schema found wrong in words a person would use: one message for each mistake."""

import re
import zoneinfo
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from simulator import shown
from simulator.documents.showing import quoted
from simulator.documents.suggesting import did_you_mean, suggestion

_TYPES: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}
_MOST: Final = 100  # mistakes of one file that are explained
_PLAIN: Final = re.compile(r"[A-Za-z0-9$/][^{}\[\],#\"]*(?:\$\{[\w:]+\})?[^{}\[\],#\"]*")
_VERBS: Final = ("is ", "has ", "begins ")
_WORD: Final = re.compile(r"[\w-]+")


class Problem(NamedTuple):
    """One thing wrong with a value: `key` says that the key at `path` is meant and not its value."""

    path: tuple[str | int, ...]
    message: str
    remedy: str = ""
    key: bool = False


class _Found(NamedTuple):
    """One error of jsonschema, and how the place and the value are named in a message."""

    error: Any
    path: tuple[str | int, ...]
    schema: Mapping[str, Any]
    label: str
    value: str  # in backquotes; a general word where it may be secret
    root: Mapping[str, Any]  # the whole schema, for what `$ref` leads to


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
        if len(problems) >= _MOST:
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
    found = _Found(error, path, schema, _label(path), shown, root)
    if error.parent is None and "propertyNames" in error.absolute_schema_path:
        return [Problem((*path, error.instance), _about_key(found), key=True)]
    if error.validator == "additionalProperties":
        return _unknown_keys(found)
    if error.validator == "type":
        return [_wrong_type(found)]
    if said := schema.get("errorMessage"):
        example = "" if "such as" in said or "none of" in said else _example(found, schema)
        return [Problem(path, _with_value(found, said), example, key=error.validator == "not")]
    if error.validator in {"anyOf", "oneOf"} and error.context:
        return _alternatives(found, hidden)
    say = _SAY.get(error.validator)
    return [say(found)] if say else [Problem(path, f"{_subject(found)} is not written right", _example(found, schema))]


def _alternatives(found: _Found, hidden: frozenset[tuple[str | int, ...]]) -> list[Problem]:
    """What is wrong with the alternative that is of the value's own type; when none is, all the types there are."""
    branches: dict[int, list[Any]] = {}
    for error in found.error.context:
        branches.setdefault(error.relative_schema_path[0], []).append(error)
    for errors in branches.values():
        if not any(error.validator == "type" and not error.relative_path for error in errors):
            return _problems(errors[0], found.root, hidden)
    types = (str(error.validator_value) for error in found.error.context if error.validator == "type")
    wanted = " or ".join(dict.fromkeys(_TYPES.get(one, one) for one in types))
    return [Problem(found.path, f"{found.label} is to be {wanted}, not {found.value}")]


def _with_value(found: _Found, said: str) -> str:
    """A sentence of the schema's own; one that begins with a verb goes on after the value."""
    if not said.startswith(_VERBS):
        return said
    options = [option for branch in found.schema.get("anyOf", ()) for option in branch.get("enum", ())]
    return f"{_subject(found)} {said}{_near(found, options)}"


def _about_key(found: _Found) -> str:
    said = found.schema.get("errorMessage")
    if said is None and found.error.validator == "format":
        said = str(found.error.cause)
    return f"{quoted(found.error.instance)} {said or 'cannot be a key here'}"


def _unknown_keys(found: _Found) -> list[Problem]:
    known = list(found.schema.get("properties", ()))
    whole = f"is not a key of {_noun(found.schema) or 'this mapping'}"
    problems = []
    for key in found.error.instance:
        if key not in known:
            near = did_you_mean(key, known)
            remedy = "" if near else f"it takes {_listed(known)}" if known else ""
            problems.append(Problem((*found.path, key), f"{quoted(key)} {whole}{near}", remedy, key=True))
        if len(problems) == _MOST:
            break
    return problems


def _wrong_type(found: _Found) -> Problem:
    wanted = found.error.validator_value
    names = [wanted] if isinstance(wanted, str) else wanted
    noun = _noun(found.schema)
    if not noun or noun.partition(" ")[2] in found.label:  # "`fault` is to be a fault" says nothing
        noun = " or ".join(_TYPES[name] for name in names)
    if not found.path and found.error.instance is None:
        return Problem((), f"the file is empty; it is to be {noun}", _example(found, found.schema))
    if found.error.instance is None:
        bare = names == ["object"] and "required" not in found.schema
        remedy = "write {} to leave everything at its default" if bare else _example(found, found.schema)
        return Problem(found.path, f"{found.label} has no value; it is to be {noun}", remedy)
    return Problem(found.path, f"{found.label} is to be {noun}, not {found.value}", _example(found, found.schema))


def _enum(found: _Found) -> Problem:
    options = found.error.validator_value
    if found.error.instance is None:
        return Problem(found.path, f"{found.label} has no value; it is one of: {_plain_list(options)}")
    if len(options) == 1:
        return Problem(found.path, f"{found.label} can only be {quoted(options[0])}, not {found.value}")
    return Problem(found.path, f"{_subject(found)} is none of: {_plain_list(options)}{_near(found, options)}")


def _near(found: _Found, options: Iterable[Any]) -> str:
    return did_you_mean(found.error.instance, map(str, options)) if isinstance(found.error.instance, str) else ""


def _format(found: _Found) -> Problem:
    said = str(found.error.cause)
    if said.startswith(_VERBS):
        said = f"{_subject(found)} {said}"
        if found.error.validator_value == "iana-zone":
            near = suggestion(found.error.instance, zoneinfo.available_timezones(), cutoff=0.85)
            said += f"; did you mean {quoted(near)}?" if near else ""
    elif found.value == "this value" and "writeOnly" not in found.schema:
        said = f"{found.label}, once the environment's values are in it, is not {_noun(found.schema) or 'right'}"
    return Problem(found.path, said)


def _required(found: _Found) -> Problem:
    missing = next(name for name in found.error.validator_value if found.error.message.startswith(f"{name!r} "))
    of = _noun(found.schema) or (found.label if found.path else "")
    example = _example(found, found.schema.get("properties", {}).get(missing, {}), f"{missing}: ")
    return Problem(found.path, f"{quoted(missing)} is missing{f': {of} needs it' if of else ''}", example)


def _dependent(found: _Found) -> Problem:
    has, needs = next(
        (key, [name for name in names if name not in found.error.instance])
        for key, names in found.error.validator_value.items()
        if key in found.error.instance and any(name not in found.error.instance for name in names)
    )
    return Problem((*found.path, has), f"{quoted(has)} stands only beside {_listed(needs)}", key=True)


def _bound(words: str) -> Callable[[_Found], Problem]:
    """A sentence on the limit of a number."""

    def say(found: _Found) -> Problem:
        limit = found.error.validator_value
        return Problem(found.path, f"{found.label} is {found.value}; it is to be {words} {limit:,}")

    return say


def _size(words: str, unit: str, other: str) -> Callable[[_Found], Problem]:
    """A sentence on how many there are; `other` is the keyword for the other limit."""

    def say(found: _Found) -> Problem:
        limit, have = found.error.validator_value, len(found.error.instance)
        exact = found.schema.get(other) == limit
        wanted = f"{'' if exact else f'{words} '}{limit:,} {unit}{'' if limit == 1 else 's'}"
        has = f"has {have:,} {unit}{'' if have == 1 else 's'}" if have else "is empty"
        return Problem(found.path, f"{found.label} {has}; it takes {wanted}", _example(found, found.schema))

    return say


_SAY: Final[Mapping[str, Callable[[_Found], Problem]]] = {
    "enum": _enum,
    "const": lambda found: Problem(found.path, f"{found.label} can only be {quoted(found.error.validator_value)}"),
    "format": _format,
    "pattern": lambda found: Problem(
        found.path, f"{_subject(found)} is not {_noun(found.schema) or 'written right'}", _example(found, found.schema)
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
_WEAK: Final = frozenset(("required", "oneOf", "minProperties"))


def _subject(found: _Found) -> str:
    """What a sentence on a value begins with: the value, or its key where the value is not to be shown."""
    return f"the value of {found.label}" if found.value == "this value" else found.value


def _label(path: Sequence[str | int]) -> str:
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of {_label(path[:-1])}"
    return quoted(path[-1])


def _noun(schema: Mapping[str, Any]) -> str:
    """What the schema calls such a value, with its article: a timeline step, an export."""
    return str(schema.get("x-partnersim-noun", ""))


def _listed(words: Iterable[Any]) -> str:
    return ", ".join(quoted(word) for word in words)


def _plain_list(words: Iterable[Any]) -> str:
    return ", ".join(str(word) for word in words)


def _example(found: _Found, schema: Mapping[str, Any], before: str = "") -> str:
    """The first example a schema gives, as YAML."""
    if "$ref" in schema and "examples" not in schema:
        schema = found.root.get("$defs", {}).get(schema["$ref"].rpartition("/")[2], {})
    examples = schema.get("examples", ())
    return f"e.g. {before}{_flow(examples[0])}" if examples else ""


def _flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and ": " not in value:
        return value
    return orjson.dumps(value).decode()
