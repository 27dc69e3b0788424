"""The schemas that ship: one validator decides fast, another finds what to explain.

No `$ref` reads a file or the network: it leads to a shipped schema, by its `$id`, or nowhere.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from simulator import resources, shown
from simulator.documents.formats import FORMATS, fits
from simulator.errors import UsageError

_SUFFIX: Final = ".schema.json"
_NAME: Final = re.compile(r"[a-z0-9_-]{1,100}(?:/[a-z0-9_-]{1,100}){0,3}")
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_ROLE: Final = "x-partnersim-value"
"""Beside a property of a payload: which of a delivery's values it is."""


class Schema:
    """One JSON Schema of draft 2020-12, ready to judge any number of values."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content
        self._fast = jsonschema_rs.Draft202012Validator(
            dict(content),
            validate_formats=True,
            formats={name: partial(fits, name) for name in FORMATS},
            ignore_unknown_formats=False,
            retriever=_shipped,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
        self.accepts = self._fast.is_valid
        """Whether a JSON value fits: half a microsecond for a payload."""

    def explain(self, value: Any) -> list[str]:
        """What is wrong with a JSON value, in sentences with the place first; empty when it fits."""
        from simulator.documents.explaining import explain, spelled_path

        sentences = []
        for problem in explain(self.errors(value), self.content):
            place = f"{spelled_path(problem.path)}: " if problem.path and not problem.key else ""
            remedy = f" ({problem.remedy})" if problem.remedy.startswith("e.g.") else ""
            sentences.append(f"{place}{problem.message}{remedy}")
        return sentences or [shown.line(error.message) for error in self.fast_errors(value)]

    def roles(self) -> dict[str, str]:
        """Which properties hold which of a delivery's values: property → id, status, time or definition_id."""
        return {name: one[_ROLE] for name, one in self._properties() if _ROLE in one}

    def words(self, role: str) -> frozenset[str]:
        """All texts that the property with that role may have, where the schema lists them."""
        told = [one for _, one in self._properties() if one.get(_ROLE) == role]
        listed = [word for one in told for word in (*one.get("enum", ()), one.get("const"))]
        return frozenset(word for word in listed if isinstance(word, str))

    def _properties(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Those whose schema says anything."""
        return [(name, one) for name, one in self.content.get("properties", {}).items() if isinstance(one, Mapping)]

    def fast_errors(self, value: Any) -> Iterator[jsonschema_rs.ValidationError]:
        """What the fast validator finds wrong."""
        return self._fast.iter_errors(value)

    def errors(self, value: Any) -> Iterator[Any]:
        """What is wrong, as `jsonschema.ValidationError`s with schema and cause, for `explaining`."""
        return iter(self._slow.iter_errors(value))

    @cached_property
    def _slow(self) -> Any:
        import jsonschema
        import referencing

        library: Any = jsonschema
        checker = library.FormatChecker(formats=())
        for name, check in FORMATS.items():
            checker.checks(name, raises=ValueError)(partial(_raises, check))
        made = library.validators.extend(library.Draft202012Validator, {"pattern": _pattern})
        resources_by_id = [(one["$id"], referencing.Resource.from_contents(one)) for one in map(_read, schema_names())]
        registry: Any = referencing.Registry().with_resources(resources_by_id)  # retrieves nothing besides
        return made(self.content, format_checker=checker, registry=registry)


@cache
def schema(name: str) -> Schema:
    """The shipped schema of that name: `scenario`, `payloads/clevertap/completed`. Built once.

    Raises:
        UsageError: there is none.
    """
    if not _NAME.fullmatch(name) or not _file(name).is_file():
        raise UsageError(f"there is no schema {name!r}", f"there are: {', '.join(schema_names())}")
    return Schema(_read(name))


def payload_schema(told: str | Mapping[str, Any], what: str) -> Schema:
    """The schema that a partner says payloads fit: the name of a shipped one below `payloads/`, or a schema's content.

    `what` names it in errors.

    Raises:
        UsageError: none of that name ships, or the content is no JSON Schema, or refers to one that does not ship.
    """
    if isinstance(told, str):
        return schema(f"payloads/{told}")
    try:
        if told.get("$schema", _DRAFT) != _DRAFT:
            raise ValueError(f"its $schema is {told['$schema']}")
        return Schema(told)
    except (TypeError, ValueError) as error:
        reason = shown.line(str(error).partition("\n")[0])
        remedy = (
            "it is to be one of draft 2020-12 that refers to no other, and whose patterns look neither ahead nor back"
        )
        raise UsageError(f"{what} is no JSON Schema that can be used: {reason}", remedy) from error


@cache
def schema_names() -> tuple[str, ...]:
    """The names of all schemas that ship, in order."""
    root = resources.folder("schemas")
    return tuple(sorted(file.relative_to(root).as_posix().removesuffix(_SUFFIX) for file in root.rglob(f"*{_SUFFIX}")))


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_file(name).read_bytes())
    return content


def _file(name: str) -> Path:
    return resources.folder("schemas") / f"{name}{_SUFFIX}"


def _shipped(uri: str) -> Any:
    """A shipped schema by its `$id`: all that a `$ref` may lead to."""
    for content in map(_read, schema_names()):
        if content["$id"] == uri:
            return content
    raise ValueError("only shipped schemas are referred to")


def _raises(check: Any, value: Any) -> bool:
    """A format's check as jsonschema calls it: the ValueError becomes the error's cause."""
    if isinstance(value, str):
        check(value)
    return True


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    r"""The keyword `pattern` as ECMA 262 reads it: `$` is the very end, `\d` and `\w` are ASCII."""
    from jsonschema import ValidationError

    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", pattern), flags=re.ASCII)
