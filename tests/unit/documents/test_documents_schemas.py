"""The fast validator and the one that explains agree, and neither reads files or the network."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from simulator import resources
from simulator.documents import Schema, schema, schema_names
from simulator.documents.formats import FORMATS
from simulator.documents.reading import read
from simulator.errors import UsageError

NAMES = schema_names()


def subschemas(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key not in {"examples", "enum", "const", "default"}:
                yield from subschemas(value)
    elif isinstance(node, list):
        for value in node:
            yield from subschemas(value)


def seeds(name: str) -> list[Any]:
    """Right values to start from: the schema's own examples, and every scenario that ships."""
    values = list(schema(name).content.get("examples", ()))
    if name == "scenario":
        texts = (file.read_text(encoding="utf-8") for file in resources.shipped_scenarios().values())
        values += [read(text, "a").value for text in texts]
    return values


STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1.0, 1.5, 2**31, 2**53 + 1, 2**63, 10**39, 1e308, "", " ", "a", "5s", "1 day", "60%",
    "200", "2xx", "٣", "a\n", "é", "\U0001f600", "http://h/", "http://h/\n", "$.a", "$[", "UTC", "Asia/Kolkata",
    "2026-01-05T00:00:00", "25/07/2023 4:50:52 PM", "2020-11-21T14:26:10.345Z", [], [1, 1], [1, True], [1, 1.0], {},
    {"a": 1}, ["x", "x"],
)  # fmt: skip


def mutated(value: Any, dice: random.Random) -> Any:
    """The same with one thing changed somewhere: replaced, taken out, added, doubled, or its letters changed."""
    value = copy.deepcopy(value)
    root: Any = {"root": value}
    into: Any = root
    key: Any = "root"
    while isinstance(into[key], dict | list) and into[key] and dice.random() < 0.8:
        into = into[key]
        key = dice.choice(list(into)) if isinstance(into, dict) else dice.randrange(len(into))
    match dice.randrange(5):
        case 0:
            into[key] = dice.choice(STRANGE)
        case 1 if into is not root:
            del into[key]
        case 2 if isinstance(into[key], dict):
            into[key][dice.choice(("extra", "status", "at", "id", "", "X Y"))] = dice.choice(STRANGE)
        case 3 if isinstance(into[key], str):
            place = dice.randrange(len(into[key]) + 1)
            into[key] = into[key][:place] + dice.choice("\n\t 0aZé%:{$") + into[key][place + dice.randrange(2) :]
        case _:
            into[key] = [into[key], into[key]]
    return root["root"]


@pytest.mark.parametrize("name", NAMES)
def test_both_validators_agree_on_hundreds_of_values(name: str) -> None:
    dice = random.Random(name)
    starts = seeds(name)
    assert starts, f"{name} gives no examples to start from"
    accepted = refused = 0
    for value in starts:
        assert schema(name).accepts(value), schema(name).explain(value)
    for _ in range(400):
        value = mutated(dice.choice(starts), dice)
        if dice.random() < 0.3:
            value = mutated(value, dice)
        fast, sentences = schema(name).accepts(value), schema(name).explain(value)
        assert fast is (not sentences), (value, sentences)
        assert all(sentence.strip() for sentence in sentences)
        accepted, refused = accepted + fast, refused + (not fast)
    assert refused > 50


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_right_and_says_who_it_is(name: str) -> None:
    content = schema(name).content
    jsonschema.Draft202012Validator.check_schema(content)
    assert content["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert content["$id"] == f"urn:partnersim:{name}"
    assert content["title"]
    assert {node["format"] for node in subschemas(content) if isinstance(node.get("format"), str)} <= set(FORMATS)


@pytest.mark.parametrize("name", ["scenario", "receiver"])
def test_a_schema_for_editors_stands_alone_and_describes_every_key(name: str) -> None:
    content: Any = schema(name).content
    for node in subschemas(content):
        if "$ref" in node:
            assert node["$ref"].startswith("#/$defs/"), node
            assert node["$ref"].removeprefix("#/$defs/") in content["$defs"]
        if node.get("type") == "object" and "properties" in node:
            for key, value in node["properties"].items():
                target = content["$defs"][value["$ref"].removeprefix("#/$defs/")] if "$ref" in value else value
                assert {**target, **value}.keys() & {"description", "not"}, key
    assert content["examples"]


@pytest.mark.parametrize("name", ["scenario", "receiver"])
def test_every_example_in_a_schema_fits_where_it_stands(name: str) -> None:
    content = dict(schema(name).content)
    for node in subschemas(content):
        for example in node.get("examples", ()):
            part = Schema({"$schema": content["$schema"], "$defs": content["$defs"], **node})
            assert part.accepts(example), (node, example, part.explain(example))


@pytest.mark.parametrize(
    "reference", ["file:///etc/hostname", "http://127.0.0.1:9/x", "https://json.test/x", "ftp://x/y"]
)
def test_no_reference_reads_a_file_or_the_network(reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("something was looked up")

    monkeypatch.setattr("socket.socket.connect", no_network)
    monkeypatch.setattr("socket.getaddrinfo", no_network)
    with pytest.raises(jsonschema_rs.ValidationError, match="only shipped schemas"):
        Schema({"$ref": reference})
    harmless = Schema({"type": "object"})
    harmless.content = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": reference}
    with pytest.raises(Exception, match="Unresolvable"):
        harmless.explain({})


def test_a_reference_to_a_shipped_schema_is_followed_by_both() -> None:
    made = Schema({"$ref": "urn:partnersim:payloads/clevertap/completed"})
    sample = schema("payloads/clevertap/completed").content["examples"][0]
    assert made.accepts(sample)
    assert made.explain(sample) == []
    assert not made.accepts({**sample, "Status": "Initiated"})
    assert made.explain({**sample, "Status": "Initiated"}) == ["Status: `Status` can only be `Completed`"]


def test_a_pattern_that_takes_exponential_time_elsewhere_is_quick() -> None:
    assert not Schema({"pattern": "^(a+)+$"}).accepts("a" * 5000 + "b")


def test_a_pattern_that_cannot_be_matched_in_linear_time_is_refused() -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        Schema({"pattern": "^(a)\\1$"})


def test_a_dollar_is_the_very_end_for_both() -> None:
    made = Schema({"pattern": "^\\d$"})
    for text, fits in (("1", True), ("1\n", False), ("٣", False)):
        assert made.accepts(text) is fits
        assert (made.explain(text) == []) is fits


def test_a_schema_that_does_not_exist_is_named() -> None:
    with pytest.raises(UsageError, match="there is no schema 'payloads/none'"):
        schema("payloads/none")


def test_a_format_nobody_knows_is_refused() -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        Schema({"format": "e-mail-or-so"})


def test_sentences_name_places_and_examples() -> None:
    sample = dict(schema("payloads/clevertap/completed").content["examples"][0])
    sample |= {"Export Request Id": [], "Date and Time": "25/07/2023 16:50:52"}
    del sample["Type"]
    assert schema("payloads/clevertap/completed").explain(sample) == [
        '["Export Request Id"]: `Export Request Id` is to be a whole number or a text, not a list',
        '["Date and Time"]: `25/07/2023 16:50:52` is not written right (e.g. 25/07/2023 4:50:52 PM)',
        "`Type` is missing (e.g. Type: Events)",
    ]


def test_the_text_of_a_schema_is_json_that_editors_can_read() -> None:
    for name in NAMES:
        text = (resources.folder("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")
        assert json.loads(text) == schema(name).content
