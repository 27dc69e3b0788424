"""The OpenAPI document: what is served is what stands in it. Put together of the files in `schemas/api/`, once.

What the partners send stands under `webhooks`, with the documented samples. Nothing is fetched: every `$ref` leads to a
place in the document itself.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from simulator.documents import schema
from simulator.documents.reading import read, text_of
from simulator.errors import DocumentError, PartnersimError
from simulator.provider import Event, Provider
from simulator.providers import PROVIDERS
from simulator.resources import folder
from simulator.version import __version__
from simulator.web.consoles import CONSOLES

PARTS: Final = (*CONSOLES, "control")
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ANYWHERE: Final = {
    "400": "BadRequest",
    "401": "Unauthorized",
    "403": "Forbidden",
    "422": "Unfit",
    "500": "Fault",
    "503": "Unavailable",
}
"""What any operation can answer: it is in no operation's own hands."""
_WITH_BODY: Final = {"413": "TooLarge", "415": "Unsupported"}


class Place(NamedTuple):
    """One operation: `part` is its first tag."""

    path: str
    method: str  # in capitals
    part: str
    operation: Mapping[str, Any]


@cache
def document() -> dict[str, Any]:
    """The whole document; nobody changes it.

    Raises:
        PartnersimError: the files contradict each other.
        DocumentError: a file is no YAML.
    """
    root = folder("schemas") / "api"
    whole = _read(root / "openapi.yaml")
    whole["info"]["version"] = __version__
    for part in PARTS:
        _merge(whole, _read(root / f"{part}.yaml"), part)
    for place in places(whole):
        _complete(place)
    whole["webhooks"] = {
        f"{name}.{event}": _webhook(whole, PROVIDERS[name], PROVIDERS[name].events[event])
        for name, console in CONSOLES.items()
        for event in console.sends
    }
    return whole


def places(whole: Mapping[str, Any]) -> Iterator[Place]:
    """Every operation that is served, in the document's order."""
    for path, item in whole["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                yield Place(path, method.upper(), operation["tags"][0], operation)


def resolved(whole: Mapping[str, Any], value: Any) -> Any:
    """What a `$ref` leads to, if `value` is one.

    Raises:
        PartnersimError: nowhere.
    """
    while isinstance(value, Mapping) and "$ref" in value:
        told = value["$ref"]
        value = whole
        for step in told.removeprefix("#/").split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            if not told.startswith("#/") or key not in value:
                raise PartnersimError(f"the API document has no {told}")
            value = value[key]
    return value


def _read(file: Path) -> dict[str, Any]:
    source = f"schemas/api/{file.name}"
    found = read(text_of(file.read_bytes(), source), source)
    if found.mistakes:
        raise DocumentError(source, found.mistakes)
    value: dict[str, Any] = found.value
    return value


def _merge(whole: dict[str, Any], part: Mapping[str, Any], name: str) -> None:
    for path, item in part.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                item[method].setdefault("tags", [name])
        _add(whole["paths"], path, item, name)
    for section, entries in part.get("components", {}).items():
        for key, value in entries.items():
            _add(whole["components"].setdefault(section, {}), key, value, name)


def _add(into: dict[str, Any], key: str, value: Any, part: str) -> None:
    if key in into and into[key] != value:
        raise PartnersimError(f"schemas/api/{part}.yaml has {key}, which stands elsewhere already")
    into[key] = value


def _complete(place: Place) -> None:
    """Add what is answered before an operation is asked, unless it has words of its own for it."""
    usual = dict(_ANYWHERE)
    if place.operation.get("security") == []:
        del usual["401"]
    if "requestBody" in place.operation:
        usual |= _WITH_BODY
    if "{" in place.path:
        usual["404"] = "NotFound"
    responses = place.operation["responses"]
    for status, name in usual.items():
        responses.setdefault(status, {"$ref": f"#/components/responses/Problem{name}"})


def _webhook(whole: dict[str, Any], provider: Provider, event: Event) -> dict[str, Any]:
    """What a receiver gets, as an operation of its own."""
    name = "".join(word.capitalize() for word in re.split(r"\W", f"{provider.name} {event.name}"))
    payload = _inlined(event, f"#/components/schemas/{name}")
    whole["components"]["schemas"][name] = payload
    sample = provider.examples.get(event.name)
    documented = payload["examples"][0] if sample is None else sample
    media = {
        "schema": {"$ref": f"#/components/schemas/{name}"},
        "examples": {"documented": {"summary": "The documented sample", "value": documented}},
    }
    return {
        "post": {
            "summary": f"{provider.title}: {event.title}",
            "description": f"{event.fact.says} ({event.fact.grade}: {event.fact.source})",
            "tags": [provider.name],
            "security": [],
            "requestBody": {"required": True, "content": {"application/json": media}},
            "responses": {
                status.upper(): {"description": "It counts as acknowledged"} for status in provider.acknowledged_by
            },
        }
    }


def _inlined(event: Event, place: str) -> dict[str, Any]:
    """The schema of an event's payload as a part of this document."""
    told = event.schema if not isinstance(event.schema, str) else schema(f"payloads/{event.schema}").content
    content: dict[str, Any] = _opened(_moved(deepcopy(dict(told)), place))
    return {key: value for key, value in content.items() if key not in {"$id", "$schema"}}


def _opened(value: Any) -> Any:
    """The same with room for keys that nobody knows yet: partners add some, and a receiver leaves them be.

    What is sent stays held against the closed schema.
    """
    if isinstance(value, dict):
        return {key: _opened(one) for key, one in value.items() if (key, one) != ("additionalProperties", False)}
    return [_opened(one) for one in value] if isinstance(value, list) else value


def _moved(value: Any, place: str) -> Any:
    """The same with every `$ref` within it leading to its new place."""
    if isinstance(value, dict):
        return {
            key: one.replace("#", place, 1) if key == "$ref" and str(one).startswith("#") else _moved(one, place)
            for key, one in value.items()
        }
    return [_moved(one, place) for one in value] if isinstance(value, list) else value
