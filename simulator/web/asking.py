"""Holds a request against the document: parameters and body, all mistakes at once. Knows nothing of Flask."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

import orjson

from simulator import shown
from simulator.documents import Schema
from simulator.documents.explaining import explain
from simulator.web.bodies import decode
from simulator.web.document import Place, document, places, resolved
from simulator.web.operations import JSON, Call
from simulator.web.problems import Mistake, Problem

_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,18})", re.ASCII)
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_PLACES: Final = ("path", "query", "header")
_NOT_OURS: Final = frozenset(("accept", "content-type", "authorization"))  # OpenAPI: such parameters mean nothing
_REFERENCE: Final = re.compile(r'"#/components/schemas/([^"/]+)')
_CHARSETS: Final = frozenset(("", "utf-8", "utf8"))


class Parameter(NamedTuple):
    """One parameter; `kind` is its JSON type, `each` that of a list's items; `commas`: the list is one value."""

    name: str
    kind: str
    each: str
    commas: bool
    default: Any


class Form(NamedTuple):
    """What the requests of one operation are to be like. `links` are names of the query that belong to the guard."""

    parameters: Mapping[str, Mapping[str, Parameter]]  # place → name → parameter
    schemas: Mapping[str, Schema]  # of each place, and "body"
    body_wanted: bool
    links: frozenset[str]


class Asked(NamedTuple):
    """A request as it came: header names in lower case, all values as they were sent."""

    path: Mapping[str, str]
    query: bytes
    headers: Mapping[str, str]
    body: bytes


@cache
def forms() -> Mapping[str, Form]:
    """The form of every operation of the document, by operationId."""
    whole = document()
    return {place.operation["operationId"]: form(whole, place) for place in places(whole)}


def form(whole: Mapping[str, Any], place: Place) -> Form:
    """The form of one operation of the document; its schemas are built here, once."""
    told: dict[str, dict[str, Any]] = {name: {} for name in _PLACES}
    item = whole["paths"][place.path]
    for one in (*item.get("parameters", ()), *place.operation.get("parameters", ())):
        parameter = resolved(whole, one)
        name = parameter["name"].lower() if parameter["in"] == "header" else parameter["name"]
        if parameter["in"] != "header" or name not in _NOT_OURS:
            told[parameter["in"]][name] = parameter
    schemas = {where: _schema(whole, _together(where, of)) if of else _nothing(where) for where, of in told.items()}
    body = resolved(whole, place.operation.get("requestBody", {}))
    if body:
        schemas["body"] = _schema(whole, body["content"][JSON]["schema"])
    named = (name for one in place.operation.get("security", ()) for name in one)
    schemes = (whole["components"]["securitySchemes"][name] for name in named)
    return Form(
        parameters={
            where: {name: _parameter(whole, name, one) for name, one in of.items()} for where, of in told.items()
        },
        schemas=schemas,
        body_wanted=bool(body.get("required", False)),
        links=frozenset(one["name"] for one in schemes if one["type"] == "apiKey" and one["in"] == "query"),
    )


def _schema(whole: Mapping[str, Any], content: Mapping[str, Any]) -> Schema:
    """Ready to judge, with those of the document's schemas that it refers to, and no others: it is quicker made."""
    known = whole["components"].get("schemas", {})
    wanted: dict[str, Any] = {}
    waiting = [content]
    while waiting:
        for name in _REFERENCE.findall(orjson.dumps(waiting.pop()).decode()):
            if name not in wanted and name in known:
                wanted[name] = known[name]
                waiting.append(known[name])
    return Schema({**content, "components": {"schemas": wanted}})


@cache
def _nothing(where: str) -> Schema:
    """No parameter at all is taken in that place."""
    return Schema(_together(where, {}))


def _together(where: str, of: Mapping[str, Any]) -> dict[str, Any]:
    """One schema for all parameters of a place, so that unknown and missing ones are found with the others."""
    return {
        "type": "object",
        "x-partnersim-noun": f"the {where} here",
        "properties": {name: one["schema"] for name, one in of.items()},
        "required": [name for name, one in of.items() if one.get("required")],
        "additionalProperties": False,
    }


def _parameter(whole: Mapping[str, Any], name: str, told: Mapping[str, Any]) -> Parameter:
    content = resolved(whole, told["schema"])
    items = resolved(whole, content.get("items", {}))
    default = told["schema"].get("default", content.get("default"))
    return Parameter(name, _kind(content), _kind(items), commas=not told.get("explode", True), default=default)


def _kind(content: Mapping[str, Any]) -> str:
    kinds = content.get("type", "string")
    return str(next(one for one in ([kinds] if isinstance(kinds, str) else kinds) if one != "null"))


def call(wanted: Form, asked: Asked) -> Call:
    """The request in the types of its schemas, defaults of the query filled in.

    Raises:
        Problem: bad-request, when it cannot be read; unsupported, for a body that is not declared as JSON; not-found,
            when its path is none that anything could have; unfit, with every mistake in the rest of it.
    """
    if wrong := _mistakes("path", wanted.schemas["path"], _typed(wanted, "path", asked.path)):
        raise Problem("not-found", "nothing can have such a path", mistakes=wrong)
    pairs = [pair for pair in _pairs(asked.query) if pair[0] not in wanted.links]
    query, wrong = _query(wanted, pairs)
    headers = {name: asked.headers[name] for name in wanted.parameters["header"] if name in asked.headers}
    wrong += _mistakes("query", wanted.schemas["query"], query)
    wrong += _mistakes("header", wanted.schemas["header"], _typed(wanted, "header", headers))
    body = _body(wanted, asked)
    if asked.body:
        wrong += _mistakes("body", wanted.schemas["body"], body)
    elif wanted.body_wanted:
        wrong.append(Mistake("body", "", "the body is missing", "send a JSON value"))
    if wrong:
        more = len(wrong) - 1
        beside = f", and {more} more mistake{'' if more == 1 else 's'}" if more else ""
        raise Problem("unfit", f"{wrong[0].message}{beside}", wrong[0].remedy, mistakes=wrong)
    defaults = {one.name: one.default for one in wanted.parameters["query"].values() if one.default is not None}
    return Call(dict(asked.path), {**defaults, **query}, headers, body)


def _body(wanted: Form, asked: Asked) -> Any:
    if not asked.body:
        return None
    if "body" not in wanted.schemas:
        raise Problem("bad-request", "no body is taken here", "send it without one")
    media_type, *rest = (part.strip().lower() for part in asked.headers.get("content-type", "").split(";"))
    charset = next((one.partition("=")[2].strip('"') for one in rest if one.startswith("charset=")), "")
    if media_type != JSON or charset not in _CHARSETS:
        raise Problem("unsupported", "the body is not declared as JSON", f"send `Content-Type: {JSON}`")
    if asked.headers.get("content-encoding", "identity").lower() not in {"", "identity"}:
        raise Problem("unsupported", "a Content-Encoding is not read here", "send the JSON as it is")
    return decode(asked.body)


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        parts = [part.partition(b"=") for part in query.split(b"&") if part]
        return [(_unquoted(name), _unquoted(value)) for name, _, value in parts]
    except UnicodeDecodeError:
        raise Problem("bad-request", "the query is not UTF-8", "percent-encode it as UTF-8") from None


def _unquoted(text: bytes) -> str:
    return unquote_to_bytes(text.replace(b"+", b" ")).decode("utf-8")


def _query(wanted: Form, pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, Any], list[Mistake]]:
    """Name → value in its type, where it has that type; and what stands there twice."""
    texts: dict[str, list[str]] = {}
    for name, value in pairs:
        texts.setdefault(name, []).append(value)
    read: dict[str, Any] = {}
    wrong = []
    for name, values in texts.items():
        one = wanted.parameters["query"].get(name)
        if one and one.kind == "array":
            items = values[0].split(",") if one.commas else values
            read[name] = [_READ[one.each](item) for item in items]
        else:
            read[name] = _READ[one.kind](values[0]) if one else values[0]
        if len(values) > 1 and not (one and one.kind == "array" and not one.commas):
            wrong.append(Mistake("query", _pointer((name,)), f"`{shown.line(name)}` stands there twice", "keep one"))
    return read, wrong


def _typed(wanted: Form, where: str, values: Mapping[str, str]) -> dict[str, Any]:
    return {name: _READ[wanted.parameters[where][name].kind](value) for name, value in values.items()}


def _whole(text: str) -> Any:
    return int(text) if _WHOLE.fullmatch(text) else text


def _number(text: str) -> Any:
    return float(text) if _NUMBER.fullmatch(text) else text


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "integer": _whole,
    "number": _number,
    "boolean": lambda text: {"true": True, "false": False}.get(text, text),
    "string": str,
    "array": str,
    "object": str,
}
"""JSON type → how a text of it is read; what is none stays a text, which the schema refuses."""


def _mistakes(where: str, schema: Schema, value: Any) -> list[Mistake]:
    if schema.accepts(value):
        return []
    found = [
        Mistake(where, _pointer(one.path), one.message.replace("the file", f"the {where}"), one.remedy)
        for one in explain(schema.errors(value), schema.content)
    ]
    return found or [
        Mistake(where, _pointer(tuple(one.instance_path)), shown.line(one.message)) for one in schema.fast_errors(value)
    ]


def _pointer(path: Iterable[str | int]) -> str:
    """RFC 6901."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
