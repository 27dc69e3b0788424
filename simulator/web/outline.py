"""Makes of the document what its page shows: operations by part, with the fields of their requests, and a curl line."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from simulator.web.document import Place, places, resolved
from simulator.web.moments import LONGEST
from simulator.web.operations import JSON

_DEEPEST: Final = 4  # levels of nesting that are shown
_KINDS: Final = {"integer": "whole number", "boolean": "true or false", "array": "list", "string": "text"}
_CHOICES: Final = ("anyOf", "oneOf", "allOf")

Content = Mapping[str, Any]
"""A schema, or another mapping of the document."""


class Field(NamedTuple):
    """One parameter, or one value in a body: `name` is a path such as `auth.username`."""

    name: str
    where: str  # path, query, header, body, answer
    kind: str
    required: bool
    default: str
    description: str


class Sheet(NamedTuple):
    """One operation as the page shows it."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    fields: Sequence[Field]
    answers: Sequence[tuple[str, str, Sequence[Field]]]  # status, what it means, what is in it
    sample: str  # a body, as JSON
    curl: str


class Chapter(NamedTuple):
    """A part of the API, or what one partner sends."""

    name: str
    title: str
    sheets: Sequence[Sheet]


def chapters(whole: Content, address: str) -> list[Chapter]:
    """Every operation by its part, then what the partners send. `address` is the service's URL, for curl."""
    titles = {one["name"]: one["description"] for one in whole["tags"]}
    found: dict[str, list[Sheet]] = {name: [] for name in titles}
    for place in places(whole):
        found.setdefault(place.part, []).append(_sheet(whole, place, address))
    made = [Chapter(name, titles.get(name, name), sheets) for name, sheets in found.items() if sheets]
    sent = [_notification(whole, name, item["post"]) for name, item in whole["webhooks"].items()]
    return [*made, Chapter("sent", "What the partners send to a receiver", sent)]


def _sheet(whole: Content, place: Place, address: str) -> Sheet:
    operation = place.operation
    told = [*whole["paths"][place.path].get("parameters", ()), *operation.get("parameters", ())]
    parameters = [resolved(whole, one) for one in told]
    body = _json_of(whole, operation.get("requestBody", {}))
    sample = json.dumps(_sample(whole, body), ensure_ascii=False) if body else ""
    return Sheet(
        name=operation["operationId"],
        method=place.method,
        path=place.path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        fields=[*(_parameter(whole, one) for one in parameters), *_fields(whole, body.get("schema", {}), "body")],
        answers=[_answer(whole, status, one) for status, one in operation["responses"].items()],
        sample=sample,
        curl=_curl(place, address, sample, needs_token=operation.get("security") != []),
    )


def _notification(whole: Content, name: str, operation: Content) -> Sheet:
    body = _json_of(whole, operation["requestBody"])
    return Sheet(
        name=name,
        method="POST",
        path=name,
        summary=operation["summary"],
        description=operation["description"],
        fields=list(_fields(whole, body["schema"], "body")),
        answers=[_answer(whole, status, one) for status, one in operation["responses"].items()],
        sample=json.dumps(_sample(whole, body), ensure_ascii=False),
        curl="",
    )


def _json_of(whole: Content, told: Content) -> Content:
    """What a request or an answer is to be in JSON; nothing where it is of another kind."""
    content: Content = resolved(whole, told).get("content", {}).get(JSON, {})
    return content


def _parameter(whole: Content, told: Content) -> Field:
    return _field(whole, told["name"], told["schema"], told["in"], bool(told.get("required")), told.get("description"))


def _field(
    whole: Content, name: str, content: Content, where: str, required: bool, description: str | None = None
) -> Field:
    meant = resolved(whole, content)
    default = content.get("default", meant.get("default", ...))
    return Field(
        name=name,
        where=where,
        kind=_kind(whole, content),
        required=required,
        default="" if default is ... else json.dumps(default, ensure_ascii=False),
        description=description or content.get("description") or meant.get("description") or meant.get("title", ""),
    )


def _fields(whole: Content, content: Content, where: str, before: str = "", depth: int = 0) -> Iterator[Field]:
    """What stands in an object, and in the objects in it; of alternatives all of them."""
    content = resolved(whole, content)
    if depth >= _DEEPEST:
        return
    if "items" in content:
        yield from _fields(whole, content["items"], where, f"{before.removesuffix('.')}[].", depth + 1)
    wanted = content.get("required", ())
    for name, one in content.get("properties", {}).items():
        yield _field(whole, f"{before}{name}", one, where, name in wanted)
        yield from _fields(whole, one, where, f"{before}{name}.", depth + 1)
    for branch in (one for keyword in _CHOICES for one in content.get(keyword, ())):
        yield from _fields(whole, branch, where, before, depth + 1)


def _kind(whole: Content, content: Content) -> str:
    """What kind of value a schema means, in words."""
    content = resolved(whole, content)
    if "const" in content:
        return json.dumps(content["const"], ensure_ascii=False)
    if "enum" in content:
        return ", ".join(json.dumps(one, ensure_ascii=False) for one in content["enum"])
    for keyword in _CHOICES:
        if keyword in content:
            return " or ".join(dict.fromkeys(_kind(whole, one) for one in content[keyword]))
    kinds = content.get("type", "anything")
    words = " or ".join(_KINDS.get(one, one) for one in ([kinds] if isinstance(kinds, str) else kinds))
    low, high = content.get("minimum"), content.get("maximum")
    if low is not None or high is not None:
        words += f", {low:,} or more" if high is None else f", {low or 0:,} to {_most(high)}"
    elif "exclusiveMinimum" in content:
        words += f", above {content['exclusiveMinimum']:,}"
    return f"{words} of {_kind(whole, content['items'])}" if "items" in content else words


def _most(high: float) -> str:
    """A limit as people write it."""
    return f"100 years ({high:,.0f} seconds)" if high == LONGEST else f"{high:,}"


def _answer(whole: Content, status: str, told: Content) -> tuple[str, str, Sequence[Field]]:
    """A problem's members are told once, not with every operation."""
    answer = resolved(whole, told)
    content = _json_of(whole, answer).get("schema", {})
    return status, answer["description"], list(_fields(whole, content, "answer"))


def _sample(whole: Content, media: Content) -> Any:
    """A body for a curl line: the document's own example, else one made of what has to be there."""
    if "example" in media:
        return media["example"]
    for one in media.get("examples", {}).values():
        return resolved(whole, one)["value"]
    return _made_up(whole, media.get("schema", {}))


def _made_up(whole: Content, content: Content, depth: int = 0) -> Any:
    content = resolved(whole, content)
    if content.get("examples"):
        return content["examples"][0]
    for keyword in ("default", "const"):
        if keyword in content:
            return content[keyword]
    if "enum" in content:
        return content["enum"][0]
    if "properties" in content and depth < _DEEPEST:
        wanted = content.get("required", ())
        return {name: _made_up(whole, one, depth + 1) for name, one in content["properties"].items() if name in wanted}
    for keyword in _CHOICES:
        if content.get(keyword):
            return _made_up(whole, content[keyword][0], depth)
    kinds = content.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    simple: dict[str, Any] = {"string": "…", "integer": 1, "number": 1, "boolean": False, "array": []}
    return simple.get(kind, {})


def _curl(place: Place, address: str, sample: str, *, needs_token: bool) -> str:
    words = ["curl", *(["-N"] if "text/event-stream" in str(place.operation["responses"].get("200")) else [])]
    if place.method != "GET":
        words += ["-X", place.method]
    if needs_token:
        words.append('-H "Authorization: Bearer $PARTNERSIM_TOKEN"')
    if sample:
        words += ["-H", f"'Content-Type: {JSON}'", "-d", shlex.quote(sample)]
    return " ".join([*words, shlex.quote(f"{address}{place.path}")])
