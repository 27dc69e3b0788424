"""The document is what is served: valid, whole, and one function for each operation."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jschon import JSON, URI, JSONSchema, create_catalog
from openapi_spec_validator import validate

from simulator.errors import PartnersimError
from simulator.providers import PROVIDERS
from simulator.version import __version__
from simulator.web import app
from simulator.web import document as module
from simulator.web.app import create_app
from simulator.web.document import document, places, resolved
from tests.unit.web.still_desk import BEARER, TOKEN, StillDesk

OWN = {"showPage", "showDocument", "showHealth", "showMetrics", "streamEvents"}
PLACES = {place.operation["operationId"]: place for place in places(document())}
DRAFT = URI("https://json-schema.org/draft/2020-12/schema")


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in it."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from mappings(one)


def test_it_is_openapi_3_1() -> None:
    assert document()["openapi"].startswith("3.1.")
    validate(document())


def test_it_is_served_as_it_is() -> None:
    client = create_app(StillDesk(), token=TOKEN, port=80).test_client()  # type: ignore[arg-type]  # a stand-in
    assert client.get("/openapi.json", headers=BEARER).get_json() == json.loads(json.dumps(document()))


def test_it_has_the_version_of_the_package() -> None:
    assert document()["info"]["version"] == __version__


def test_every_operation_has_a_function_and_every_function_an_operation() -> None:
    assert len(PLACES) == len(list(places(document())))
    assert set(app.OPERATIONS) | OWN == set(PLACES)
    assert not set(app.OPERATIONS) & OWN


def test_one_word_stands_for_each_kind_of_operation() -> None:
    words = {"GET": "show|list|stream", "PATCH": "change", "PUT": "enable", "DELETE": "delete|disable"}
    words["POST"] = "create|run|start|stop|cancel|resend|advance|reset"
    odd = [name for name, place in PLACES.items() if not re.match(rf"({words[place.method]})([A-Z]|$)", name)]
    assert odd == []


def test_every_reference_leads_to_a_place_in_it() -> None:
    references = [one["$ref"] for one in mappings(document()) if isinstance(one.get("$ref"), str)]
    assert len(references) > 100
    for reference in references:
        assert reference.startswith("#/")
        assert resolved(document(), {"$ref": reference})


def test_nothing_in_it_names_another_document() -> None:
    for one in mappings(document()):
        assert not {"$id", "$schema", "$dynamicRef", "externalDocs", "externalValue"} & set(one)


def test_a_reference_to_nowhere_is_an_error() -> None:
    for reference in ("#/components/schemas/Nothing", "other.yaml#/x", "https://example.test/x"):
        with pytest.raises(PartnersimError, match="has no"):
            resolved(document(), {"$ref": reference})


@pytest.mark.parametrize("name", PLACES)
def test_every_operation_declares_what_is_answered_before_it_is_asked(name: str) -> None:
    place = PLACES[name]
    responses = place.operation["responses"]
    assert {"400", "403", "422", "500", "503"} <= set(responses)
    assert ("401" in responses) == (name != "showHealth")
    if "requestBody" in place.operation:
        assert {"413", "415"} <= set(responses)
    if "{" in place.path:
        assert "404" in responses


@pytest.mark.parametrize("name", PLACES)
def test_every_operation_says_what_it_is_for(name: str) -> None:
    operation = PLACES[name].operation
    assert operation["summary"]
    assert operation["tags"][0] in {"clevertap", "reachfive", "control", "service"}


def test_every_object_of_a_request_is_closed() -> None:
    """What nobody knows is refused: a misspelt name would be passed over otherwise."""

    def objects(content: Any, above: str) -> Iterator[str]:
        content = resolved(document(), content)
        if "properties" in content and content.get("additionalProperties") is not False:
            yield above
        for name, one in content.get("properties", {}).items():
            yield from objects(one, f"{above}/{name}")
        for keyword in ("anyOf", "oneOf", "allOf"):
            for one in content.get(keyword, ()):
                yield from objects(one, above)

    found = [
        where
        for name, place in PLACES.items()
        if "requestBody" in place.operation
        for where in objects(
            resolved(document(), place.operation["requestBody"])["content"]["application/json"]["schema"], name
        )
    ]
    assert found == []


def samples() -> Iterator[tuple[str, Any, Any]]:
    """Every example in the document that has a schema beside it: its name, the value, the schema."""
    for name, item in [*document()["paths"].items(), *document()["webhooks"].items()]:
        for one in mappings(item):
            for media in one.get("content", {}).values() if isinstance(one.get("content"), dict) else ():
                for key, example in media.get("examples", {}).items():
                    yield f"{name} {key}", resolved(document(), example)["value"], media["schema"]
                if "example" in media:
                    yield name, media["example"], media["schema"]
    for name, content in document()["components"]["schemas"].items():
        for value in content.get("examples", ()):
            yield name, value, {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.filterwarnings("ignore:Please use rfc3986:DeprecationWarning")  # jschon asks for it
def test_every_example_fits_its_schema_in_the_eyes_of_another_validator() -> None:
    create_catalog("2020-12")
    found = list(samples())
    assert len(found) > 5
    for name, value, content in found:
        text = json.dumps({**content, "$defs": document()["components"]["schemas"]})
        whole = JSONSchema(json.loads(text.replace('"#/components/schemas/', '"#/$defs/')), metaschema_uri=DRAFT)
        assert whole.evaluate(JSON(value)).valid, name


def test_what_the_partners_send_stands_under_webhooks_with_the_documented_sample() -> None:
    webhooks = document()["webhooks"]
    assert list(webhooks) == ["clevertap.initiated", "clevertap.completed", "clevertap.test", "reachfive.finished"]
    for name, item in webhooks.items():
        provider, _, event = name.partition(".")
        media = item["post"]["requestBody"]["content"]["application/json"]
        sample = media["examples"]["documented"]["value"]
        assert sample == PROVIDERS[provider].examples.get(event, sample)
        assert PROVIDERS[provider].events[event].payload.accepts(sample)
        assert "documented" in item["post"]["description"]


@pytest.mark.filterwarnings("ignore:Please use rfc3986:DeprecationWarning")  # jschon asks for it
def test_what_the_partners_send_may_get_keys_that_nobody_knows_yet() -> None:
    create_catalog("2020-12")
    for item in document()["webhooks"].values():
        media = item["post"]["requestBody"]["content"]["application/json"]
        name = media["schema"]["$ref"].rpartition("/")[2]
        text = json.dumps(document()["components"]["schemas"][name]).replace(f'"#/components/schemas/{name}', '"#')
        whole = JSONSchema(json.loads(text), metaschema_uri=DRAFT)
        more = {**media["examples"]["documented"]["value"], "Added Later": 1}
        assert whole.evaluate(JSON(more)).valid, name
        assert not whole.evaluate(JSON({"Added Later": 1})).valid, name


def test_a_payloads_own_references_lead_to_where_it_stands_now() -> None:
    moved = module._moved({"$ref": "#/$defs/x", "a": [{"$ref": "#"}], "b": "#/c", "$defs": {"x": {}}}, "#/k/N")
    assert moved == {"$ref": "#/k/N/$defs/x", "a": [{"$ref": "#/k/N"}], "b": "#/c", "$defs": {"x": {}}}


def test_parts_that_contradict_each_other_are_an_error() -> None:
    whole = {"paths": {"/a": {"get": {"x": 1}}}, "components": {"schemas": {"A": {"type": "string"}}}}
    module._merge(whole, {"components": {"schemas": {"A": {"type": "string"}}}}, "same")
    with pytest.raises(PartnersimError, match="stands elsewhere already"):
        module._merge(whole, {"paths": {"/a": {"get": {"x": 2}}}}, "other")
    with pytest.raises(PartnersimError, match="stands elsewhere already"):
        module._merge(whole, {"components": {"schemas": {"A": {"type": "integer"}}}}, "other")
