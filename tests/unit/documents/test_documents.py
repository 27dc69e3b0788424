"""YAML 1.2 is read as YAML 1.2, text where the schema wants text, and places stay findable."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator import limits
from simulator.documents import parse
from simulator.documents.reading import read, text_of
from simulator.documents.scalars import plain
from simulator.errors import DocumentError

SCENARIO = "scenario: s\nprovider: clevertap\nexports: {nightly: {}}\n"


def complaint(text: str | bytes, name: str = "scenario", env: dict[str, str] | None = None) -> str:
    with pytest.raises(DocumentError) as caught:
        parse(text, "a.yaml", name, env=env)
    return str(caught.value)


def refusal(text: str, name: str) -> DocumentError | None:
    try:
        parse(text, "a.yaml", name, env={})
    except DocumentError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12:30:00", "12:30:00"),
        ("yes", "yes"),
        ("on", "on"),
        ("NO", "NO"),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("2026-01-05", "2026-01-05"),
        ("1e3", 1000.0),
        ("+.5", 0.5),
        ("-0", 0),
        ("True", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("~", None),
        ("", None),
        ("Null", None),
        ("-", "-"),
        (".", "."),
        ("1.2.3", "1.2.3"),
        ("=", "="),
    ],
)
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


def test_quoted_scalars_are_text() -> None:
    assert read('["1", \'true\', "~", |-\n 5\n]'.replace("|-\n 5\n", "'5'"), "a").value == ["1", "true", "~", "5"]
    assert read("a: |\n  12\n", "a").value == {"a": "12\n"}


def test_text_is_taken_as_written_where_the_schema_wants_text() -> None:
    text = SCENARIO + "webhook: {headers: {X-Env: 1, X-On: true, X-Nothing: null, X-Octal: 0o17, X-Long: 007.50}}\n"
    headers = parse(text, "a.yaml", "scenario").value["webhook"]["headers"]
    assert headers == {"X-Env": "1", "X-On": "true", "X-Nothing": "null", "X-Octal": "0o17", "X-Long": "007.50"}


def test_a_value_left_out_is_not_taken_for_an_empty_text() -> None:
    assert "`X-Env` has no value" in complaint(SCENARIO + "webhook: {headers: {X-Env: }}\n")


def test_a_bare_number_is_a_duration_in_seconds() -> None:
    document = parse(SCENARIO + "timeline: {done: {event: completed, at: 5, deliver_at: 7.5}}\n", "a.yaml", "scenario")
    assert document.value["timeline"]["done"] == {"event": "completed", "at": 5, "deliver_at": 7.5}


def test_values_of_the_payload_keep_their_types() -> None:
    text = SCENARIO + "timeline: {a: {event: completed, set: {A: 1, B: '1', C: true, D: null, E: 1.5}}}\n"
    assert parse(text, "a.yaml", "scenario").value["timeline"]["a"]["set"] == {
        "A": 1,
        "B": "1",
        "C": True,
        "D": None,
        "E": 1.5,
    }


def test_json_is_read_as_it_is() -> None:
    value = {"scenario": 'JSON with "quotes", \\ and é', "provider": "clevertap", "exports": {"nightly": {"runs": 1}}}
    assert parse(json.dumps(value, ensure_ascii=False), "a.json", "scenario").value == value
    assert parse(json.dumps(value, indent="\t"), "a.json", "scenario").value == value


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    document = parse(b"\xef\xbb\xbf" + SCENARIO.replace("\n", "\r\n").encode(), "a.yaml", "scenario")
    assert document.value == parse(SCENARIO, "a.yaml", "scenario").value
    assert document.mistake(("provider",), "x").line == 2
    assert document.mistake(("provider",), "x").column == 11


def test_an_alias_is_a_value_of_its_own_with_the_place_of_its_anchor() -> None:
    text = SCENARIO + "timeline:\n  a: {event: completed, set: &new {Type: 5}}\n  b: {event: completed, set: *new}\n"
    document = parse(text, "a.yaml", "scenario")
    one, other = (document.value["timeline"][name]["set"] for name in "ab")
    assert one == other
    assert one is not other
    assert document.mistake(("timeline", "b", "set", "Type"), "x").line == 5
    assert document.mistake(("timeline", "b", "set"), "x").line == 6


def test_text_wanted_at_an_alias_does_not_change_the_anchor() -> None:
    text = "scenario: s\nprovider: clevertap\ntimeline:\n  a: {event: completed, set: &one {Type: 5}}\n"
    text += "webhook: {headers: *one}\n"
    value = parse(text, "a.yaml", "scenario").value
    assert value["timeline"]["a"]["set"] == {"Type": 5}
    assert value["webhook"]["headers"] == {"Type": "5"}


def test_a_mistake_is_placed_at_value_key_or_nearest_parent() -> None:
    text = "scenario: s\nprovider: clevertap\nexports:\n  nightly: {runs: 2}\nthen:\n  - never: {goes: [A, B]}\n"
    document = parse(text, "a.yaml", "scenario")
    places = {
        (("exports", "nightly", "runs"), False): (4, 19),
        (("exports", "nightly", "runs"), True): (4, 13),
        (("exports", "nightly", "frequency"), False): (4, 3),
        (("then", 0, "never", "goes", 1), False): (6, 23),
        (("load", "rate"), False): (1, 1),
    }
    for (path, key), place in places.items():
        mistake = document.mistake(path, "x", key=key)
        assert (mistake.line, mistake.column) == place, path
    assert document.mistake(("then", 0, "never", "goes", 1), "x").path == "then[0].never.goes[1]"
    assert document.mistake(("exports", "nightly"), "x").source_line == "  nightly: {runs: 2}"


def test_the_first_of_two_equal_keys_counts_for_all_that_follows() -> None:
    said = complaint(SCENARIO + "provider: reachfive\ntimeline: {a: {event: completed}}\n")
    assert said.count("a.yaml:") == 1
    assert "a.yaml:4:1: `provider` stands here twice" in said


def test_all_mistakes_come_at_once_in_the_order_of_the_file() -> None:
    said = complaint("scenario: s\nprovider: clevertap\nseed: x\nseed: 1\nexports: {a: {runs: no}}\nmore: 1\n")
    assert [line.split(":")[1] for line in said.splitlines() if line.startswith("a.yaml:")] == ["3", "4", "5", "6"]


def test_no_more_than_a_hundred_mistakes_are_told() -> None:
    steps = "".join(f"  s{number}: {{evnt: completed}}\n" for number in range(3000))
    assert 100 <= complaint(SCENARIO + "timeline:\n" + steps).count("a.yaml:") <= 205


def test_the_path_of_a_mistake_cannot_command_a_terminal() -> None:
    document = parse(SCENARIO, "a.yaml", "scenario")
    path = document.mistake(("exports", "a\x1b[31m\u202e"), "x").path
    assert path.isprintable()
    assert path.startswith('exports["a')


def test_a_name_of_a_file_cannot_command_a_terminal() -> None:
    with pytest.raises(DocumentError) as caught:
        parse("a: [", "a\x1b[31m.yaml", "scenario")
    assert "\x1b" not in str(caught.value)


SECRET = "canary-4711"


@pytest.mark.parametrize(
    "line",
    [
        f"authorization: Bearer {SECRET}",
        f"authorization: [{SECRET}]",
        f"Authorisation: {SECRET}",
        f"X-Api-Key: '{SECRET}",
        f'webhook: {{headers: {{X-A: {SECRET}, X-B: "{SECRET}"}}, timout: 5s}}',
        f'"authorization":"{SECRET}",',
        f"webhook: {{authorization: {SECRET}, timout: 5s}}",
        f"ready: http://me:{SECRET}@h/?a={SECRET}&b={SECRET}",
        f"webhook:\n  headers:\n    X-Anything: [{SECRET}]",
        f"webhook:\n  headers:\n    X-Anything: {SECRET}: x",
        f"webhook:\n  authorization: |\n    {SECRET}\n   {SECRET}: x",
        f"start: run --with Bearer {SECRET}\nstart: 1",
    ],
)
@pytest.mark.parametrize("name", ["scenario", "receiver"])
def test_no_secret_of_a_file_with_mistakes_is_shown(name: str, line: str) -> None:
    said = complaint(f"{line}\n", name)
    assert "4711" not in said, said


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        (b"a: \xff\n", "1:4", "0xff"),
        (b"\xff\xfea\x00", "", "UTF-16"),
        ("a: b\0c", "1:5", "U+0000"),
        ("a: b\nc: d\x1b", "2:5", "U+001B"),
        ("a: b\u2028c", "1:5", "U+2028"),
        ("a: \ud800", "1:4", "U+D800"),
        ("a:\n\tb: 1", "2:1", "tab"),
    ],
)
def test_a_file_of_other_characters_is_refused(text: str | bytes, where: str, words: str) -> None:
    said = complaint(text)
    assert said.startswith(f"a.yaml:{where}")
    assert words in said.splitlines()[0]


def test_line_numbers_agree_with_pyyaml_on_every_place() -> None:
    """The same file through PyYAML's own composer: every key and value stands where it says."""
    text = (
        "\n".join(f"k{i}:\n  - {{a: {i}, 'b b': [1, \"é\"]}}\n  - |\n    text\n  - &x{i} y" for i in range(50)) + "\n"
    )
    root = read(text, "a", places=True).root
    waiting: list[tuple[Any, Any]] = [(root, yaml.compose(text, Loader=yaml.SafeLoader))]
    seen = 0
    while waiting:
        place, node = waiting.pop()
        assert place[2:4] == (node.start_mark.line, node.start_mark.column)
        seen += 1
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = place[5][key.value]
                assert inner[:2] == (key.start_mark.line, key.start_mark.column)
                waiting.append((inner, value))
        elif isinstance(node, yaml.SequenceNode):
            waiting += zip(place[5], node.value, strict=True)
    assert seen == 1 + 50 * 9 - 50


def test_any_mutilated_file_is_read_or_refused_with_a_place() -> None:
    folder = Path(__file__).resolve().parents[2] / "invalid"
    texts = [file.read_bytes().decode(errors="replace") for file in sorted(folder.glob("*.yaml"))]
    pieces = [
        "{",
        "}",
        "[",
        "]",
        ": ",
        "- ",
        "\n",
        "\t",
        '"',
        "'",
        "&a ",
        "*a",
        "!t ",
        "<<: ",
        "|",
        "\0",
        "? ",
        "%",
        "${",
    ]
    dice, refused = random.Random(1), 0
    for _ in range(2000):
        text = dice.choice(texts)
        for _ in range(dice.randint(1, 5)):
            place = dice.randrange(len(text) + 1)
            text = text[:place] + dice.choice(pieces) + text[place + dice.choice((0, 1, 5)) :]
        error = refusal(text, dice.choice(("scenario", "receiver")))
        if error is not None:
            assert all(mistake.line and mistake.column and mistake.message for mistake in error.mistakes)
            assert all(one.isprintable() or one == "\n" for one in str(error))
            refused += 1
    assert refused > 1000


def test_the_bytes_of_a_file_are_bounded() -> None:
    with pytest.raises(DocumentError, match="larger than 16 MiB"):
        text_of(b"#" * (limits.DOCUMENT_BYTES + 1), "a.yaml")


def test_a_character_that_json_writes_as_two_escapes_is_read_as_one() -> None:
    text = r'{"a": "\ud83d\ude80\uD83D\uDE80", "b": "\\ud83d\\ude80", "c": ["\\\ud83d\ude80"]}'
    assert read(text, "x.json").value == json.loads(text) == {"a": "🚀🚀", "b": r"\ud83d\ude80", "c": ["\\🚀"]}


@pytest.mark.parametrize("text", [r'{"a": "\ud83d"}', r'{"a": "\ude80\ud83d"}', r'a: "\ud83d\ude80"'])
def test_half_a_character_is_none_nor_are_two_halves_in_yaml(text: str) -> None:
    with pytest.raises(DocumentError, match="half a character"):
        read(text, "x.yaml")
