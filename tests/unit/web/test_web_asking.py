"""Requests are held against the document: parameters, bodies, all mistakes at once."""

from typing import Any

import pytest

from simulator.web.asking import Asked, call, form
from simulator.web.document import places
from simulator.web.operations import Call
from simulator.web.problems import Problem

JSON = {"content-type": "application/json"}
WHOLE: dict[str, Any] = {
    "paths": {
        "/things/{number}": {
            "parameters": [
                {"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
            ],
            "post": {
                "tags": ["things"],
                "operationId": "changeThing",
                "parameters": [
                    {"$ref": "#/components/parameters/limit"},
                    {"name": "loud", "in": "query", "schema": {"type": "boolean"}},
                    {"name": "pace", "in": "query", "schema": {"type": "number", "exclusiveMinimum": 0}},
                    {
                        "name": "kinds",
                        "in": "query",
                        "explode": False,
                        "schema": {"$ref": "#/components/schemas/Kinds"},
                    },
                    {"name": "each", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}},
                    {"name": "X-Role", "in": "header", "schema": {"enum": ["Developer", "Manager"]}},
                    {"name": "Authorization", "in": "header", "schema": {"type": "string"}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                },
                "responses": {},
            },
            "get": {"tags": ["things"], "operationId": "showThing", "security": [{"link": []}], "responses": {}},
        },
        "/wanted": {
            "put": {
                "tags": ["things"],
                "operationId": "want",
                "parameters": [{"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {}}}},
                "responses": {},
            },
        },
    },
    "components": {
        "parameters": {
            "limit": {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
            }
        },
        "schemas": {
            "Kinds": {"type": "array", "items": {"enum": ["delivery", "run"]}, "uniqueItems": True},
            "Thing": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "maxLength": 5},
                    "a/b~c": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
                    "secret": {"type": "string", "pattern": "^x+$", "writeOnly": True},
                    "size": {"type": "integer", "default": 3},
                },
                "required": ["name"],
                "additionalProperties": False,
            },
            "Part": {"type": "object", "properties": {"x": {"type": "integer"}}, "additionalProperties": False},
        },
        "securitySchemes": {"link": {"type": "apiKey", "in": "query", "name": "token"}},
    },
}
FORMS = {place.operation["operationId"]: form(WHOLE, place) for place in places(WHOLE)}


def ask(
    name: str = "changeThing",
    *,
    number: str = "1",
    query: bytes = b"",
    headers: dict[str, str] | None = None,
    body: bytes = b'{"name": "a"}',
) -> Call:
    path = {} if name == "want" else {"number": number}
    return call(FORMS[name], Asked(path, query, JSON if headers is None else headers, body))


def mistakes(**asked: Any) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as raised:
        ask(**asked)
    assert raised.value.slug == "unfit"
    return sorted((one.place, one.path) for one in raised.value.mistakes)


def refused(**asked: Any) -> str:
    with pytest.raises(Problem) as raised:
        ask(**asked)
    return raised.value.slug


def test_the_querys_defaults_are_filled_in_and_the_bodys_are_not() -> None:
    assert ask() == Call({"number": "1"}, {"limit": 100}, {}, {"name": "a"})


def test_values_come_in_the_types_of_their_schemas() -> None:
    asked = ask(query=b"limit=7&loud=false&pace=2.5e-1&kinds=run,delivery&each=1&each=-2")
    assert asked.query == {"limit": 7, "loud": False, "pace": 0.25, "kinds": ["run", "delivery"], "each": [1, -2]}


def test_declared_headers_come_by_lower_case_name_and_no_others() -> None:
    assert ask(headers=JSON | {"x-role": "Manager", "x-other": "1", "authorization": "Bearer x"}).headers == {
        "x-role": "Manager"
    }


def test_escapes_in_a_query_are_read_as_utf_8() -> None:
    assert ask("want", query=b"q=a+b%2Bc%26%C3%A9=", body=b"").query == {"q": "a b+c&é="}
    assert refused(name="want", query=b"q=%FF", body=b"") == "bad-request"
    assert refused(name="want", query=b"q=%ED%A0%80", body=b"") == "bad-request"


@pytest.mark.parametrize(
    "value",
    ["1.0", "1e2", "+1", " 1", "1 ", "01", "0x1", "1_0", "", "%D9%A3", "%EF%BC%91", "0", "1001", "-1", "9" * 30, "NaN"],
)
def test_a_whole_number_is_written_in_one_way(value: str) -> None:
    assert mistakes(query=f"limit={value}".encode().replace(b"+", b"%2B").replace(b" ", b"%20")) == [
        ("query", "/limit")
    ]


@pytest.mark.parametrize("value", ["True", "1", "yes", "", "TRUE"])
def test_true_and_false_are_written_in_one_way(value: str) -> None:
    assert mistakes(query=f"loud={value}".encode()) == [("query", "/loud")]


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "0", "-1", "1,5", ".5", "1."])
def test_a_number_is_one_that_json_has(value: str) -> None:
    assert mistakes(query=f"pace={value}".encode()) == [("query", "/pace")]


def test_what_is_not_declared_is_refused() -> None:
    assert mistakes(query=b"limt=1&x=2") == [("query", "/limt"), ("query", "/x")]
    assert mistakes(query=b"Limit=1") == [("query", "/Limit")]


def test_a_near_miss_gets_a_suggestion() -> None:
    with pytest.raises(Problem) as raised:
        ask(query=b"limt=1")
    assert "did you mean `limit`?" in raised.value.detail


def test_a_parameter_stands_there_once() -> None:
    assert mistakes(query=b"limit=1&limit=2") == [("query", "/limit")]
    assert mistakes(query=b"kinds=run&kinds=run") == [("query", "/kinds")]


def test_a_parameter_that_is_needed_is_missed() -> None:
    assert mistakes(name="want", body=b"") == [("query", "")]


def test_the_guards_own_parameter_is_none_of_ours() -> None:
    assert ask("showThing", query=b"token=x", headers={}, body=b"").query == {}
    assert mistakes(query=b"token=x") == [("query", "/token")]


@pytest.mark.parametrize("number", ["0", "x", "1.0", "-1", "٣", "1" * 30])
def test_a_path_that_nothing_can_have_is_not_found(number: str) -> None:
    assert refused(number=number) == "not-found"


def test_every_mistake_is_told_at_once_with_its_place() -> None:
    body = b'{"a/b~c": [{"x": 1}, {"x": "y", "z": 1}], "size": "3", "colour": 1}'
    assert mistakes(query=b"limit=0&loud=1", headers=JSON | {"x-role": "Boss"}, body=body) == [
        ("body", ""),
        ("body", "/a~1b~0c/1/x"),
        ("body", "/a~1b~0c/1/z"),
        ("body", "/colour"),
        ("body", "/size"),
        ("header", "/x-role"),
        ("query", "/limit"),
        ("query", "/loud"),
    ]


@pytest.mark.parametrize(
    ("query", "said"),
    [(b"limt=1", ""), (b"limt=1&x=2", ", and 1 more mistake"), (b"limt=1&x=2&y=3", ", and 2 more mistakes")],
)
def test_beside_the_first_mistake_it_is_said_how_many_more_there_are(query: bytes, said: str) -> None:
    with pytest.raises(Problem) as raised:
        ask(query=query)
    assert raised.value.detail == f"{raised.value.mistakes[0].message}{said}"


def test_a_secret_is_not_said_back() -> None:
    with pytest.raises(Problem) as raised:
        ask(body=b'{"name": "a", "secret": "hunter2-hunter2"}')
    assert "hunter2" not in repr((raised.value.detail, raised.value.remedy, raised.value.mistakes))


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"x"', b"true"])
def test_a_body_of_another_kind_is_a_mistake_at_its_root(body: bytes) -> None:
    assert mistakes(body=body) == [("body", "")]


def test_the_sentences_speak_of_a_body_not_of_a_file() -> None:
    for body in (b"null", b"[]", b"{}"):
        with pytest.raises(Problem) as raised:
            ask(body=body)
        assert "file" not in raised.value.detail


def test_a_body_that_is_needed_is_missed() -> None:
    assert mistakes(body=b"", headers={}) == [("body", "")]


def test_a_body_that_is_not_needed_may_be_left_out() -> None:
    assert ask("want", query=b"q=1", headers={}, body=b"").body is None


def test_where_no_body_is_taken_none_is_read() -> None:
    assert refused(name="showThing", body=b"{}") == "bad-request"


@pytest.mark.parametrize(
    "value",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json; x=y",
    ],
)
def test_json_may_say_that_it_is_utf_8(value: str) -> None:
    assert ask(headers={"content-type": value}).body == {"name": "a"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": ""},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/jsonp"},
        {"content-type": "application/problem+json"},
        {"content-type": "application/json, text/plain"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
    ids=str,
)
def test_a_body_is_declared_as_json_as_it_is(headers: dict[str, str]) -> None:
    assert refused(headers=headers) == "unsupported"


def test_broken_json_is_a_bad_request() -> None:
    assert refused(body=b'{"name": "a", "name": "b"}') == "bad-request"
