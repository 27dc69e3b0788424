"""Rule files become rules: each partner's block a scenario whose lines and columns count as in the file."""

from pathlib import Path
from typing import Any

import pytest

from simulator import resources
from simulator.authoring import kind_of, load_rule, load_scenario, parse_rule, parse_scenario, rules_in, shipped_rules
from simulator.errors import DocumentError, UsageError

TEXT = """\
# What it is about
rule: auth/absent
level: must
sentence: 'Nothing gets in "without" credentials: never'
source: "house rule: else anybody could"
why: It matters.
broken: The header is looked at only where there is one.
mend: Compare it always.
needs: [authorization, separate_runs]
control: [each]
alone: true
where_shown: true

played:
  clevertap:
    # the genuine one comes first
    clock: {scale: instant}
    exports:
      genuine: {emits: [completed]}
    timeline:
      absent: {event: completed, credentials: absent}
    expect:
      each: {status: ack}
      absent: {status: refused}

  reachfive:
      clock: {scale: instant}
      exports:
        genuine: {total: 3}
      expect:
        each: {status: ack}
"""


def complaints(text: str, source: str = "mine/auth/absent.yaml") -> list[tuple[int, int, str]]:
    with pytest.raises(DocumentError) as caught:
        parse_rule(text, source)
    assert caught.value.source == source
    return [(one.line, one.column, one.message) for one in caught.value.mistakes]


def place_of(words: str, text: str) -> tuple[int, int]:
    """Line and column, from 1, of the first place of some words."""
    before = text[: text.index(words)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_a_rule_is_read_to_the_letter() -> None:
    rule = parse_rule(TEXT, "mine/auth/absent.yaml")
    assert (rule.name, rule.family, rule.level, rule.alone) == ("auth/absent", "auth", "must", True)
    assert rule.where_shown
    assert (rule.needs, rule.control) == (("authorization", "separate_runs"), ("each",))
    assert (rule.why, rule.mend, rule.origin) == ("It matters.", "Compare it always.", "mine/auth/absent.yaml")
    assert list(rule.played) == ["clevertap", "reachfive"]
    clevertap, reachfive = rule.played.values()
    assert clevertap.title == reachfive.title == rule.sentence == 'Nothing gets in "without" credentials: never'
    assert [one.name for one in clevertap.steps] == ["absent"]
    assert [one.name for one in reachfive.expectations] == ["each"]
    assert clevertap.source == "mine/auth/absent.yaml@clevertap"


def test_what_may_be_left_out_may_be_left_out() -> None:
    optional = {"needs", "control", "alone", "where_shown"}
    lines = [one for one in TEXT.splitlines() if one.partition(":")[0] not in optional]
    rule = parse_rule("\n".join(lines), "absent.yaml")
    assert (rule.needs, rule.control, rule.alone, rule.where_shown) == ((), (), False, False)


def test_the_text_of_what_is_played_has_every_line_of_the_block_where_the_file_has_it() -> None:
    played, lines = parse_rule(TEXT, "absent.yaml").played, TEXT.splitlines()
    for partner in played:
        text = played[partner].text
        own = {number: line for number, line in enumerate(text.splitlines(), 1) if line.strip() and number > 2}
        assert own
        assert all(lines[number - 1] == line for number, line in own.items())
        assert parse_scenario(text, "again").steps == played[partner].steps
    assert "reachfive" not in played["clevertap"].text
    assert "absent" not in played["reachfive"].text


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("{total: 3}", "{total: many}"),
        ("event: completed, credentials", "event: kompleted, credentials"),
        ("emits: [completed]", "emits: [kompleted]"),
    ],
)
def test_a_mistake_in_a_block_is_told_with_the_line_and_column_of_the_file(right: str, wrong: str) -> None:
    text = TEXT.replace(right, wrong)
    ((line, column, _),) = complaints(text)
    assert (line, column) == place_of(wrong.split(": ", 1)[1].partition(",")[0].strip("{}[]"), text)


def test_all_mistakes_of_all_blocks_come_together_in_their_order() -> None:
    text = TEXT.replace("{total: 3}", "{total: many}").replace("{emits: [completed]}", "{frequency: now and then}")
    text = text.replace("rule: auth/absent", "rule: auth/missing")
    assert [line for line, _, _ in complaints(text)] == [2, place_of("now", text)[0], place_of("many", text)[0]]


def test_the_name_is_the_place_in_the_folder() -> None:
    assert "its file `auth/missing`" in complaints(TEXT, "rules/auth/missing.yaml")[0][2]
    assert "its file `missing`" in complaints(TEXT, "missing.yml")[0][2]
    assert parse_rule(TEXT, "absent.yml").name == "auth/absent"


def test_a_block_is_written_as_a_block() -> None:
    at = TEXT.index("  reachfive:")
    for block in ("reachfive: {exports: {one: {}}}", "reachfive:\n    {exports: {one: {}}}"):
        ((line, _, message),) = complaints(f"{TEXT[:at]}  {block}\n")
        assert line == TEXT[:at].count("\n") + 1 + block.count("\n")
        assert "in braces" in message


@pytest.mark.parametrize("key", ["scenario: x", "provider: clevertap", "seed: 1", "load: {rate: 1/s}"])
def test_a_block_is_a_scenario_without_title_partner_seed_and_load(key: str) -> None:
    text = TEXT.replace("    clock: {scale: instant}\n    exports", f"    {key}\n    exports")
    ((line, _, message),) = complaints(text)
    assert line == place_of(key, text)[0]
    assert key.partition(":")[0] in message


def test_a_control_is_an_expectation_of_every_partner() -> None:
    ((line, _, message),) = complaints(TEXT.replace("control: [each]", "control: [eech]"))
    assert (line, message) == (10, "no expectation is named `eech`; did you mean `each`?")
    ((_, _, message),) = complaints(TEXT.replace("control: [each]", "control: [absent]"))
    assert message == "none of these is expected of `reachfive`"


def test_a_partner_that_there_is_not_is_no_partner() -> None:
    text = TEXT.replace("  reachfive:", "  reachfiev:")
    messages = [message for _, _, message in complaints(text)]
    assert "there is no partner `reachfiev`; did you mean `reachfive`?" in messages


def test_keys_and_levels_are_closed() -> None:
    ((line, _, message),) = complaints(TEXT.replace("level: must", "level: shall"))
    assert line == 3
    assert "shall" in message
    assert complaints(TEXT.replace("mend: ", "remedy: "))


def test_a_folder_of_rules_is_read_in_order_and_all_its_mistakes_are_told(tmp_path: Path) -> None:
    for name in ("auth/absent", "ack/zebra", "ack/ape"):
        file = tmp_path / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(TEXT.replace("rule: auth/absent", f"rule: {name}"))
    assert [one.name for one in rules_in(tmp_path)] == ["ack/ape", "ack/zebra", "auth/absent"]
    for name in ("ack/ape", "ack/zebra"):
        (tmp_path / f"{name}.yaml").write_text(TEXT)
    with pytest.raises(DocumentError) as caught:
        rules_in(tmp_path)
    assert f"{tmp_path}/ack/ape.yaml:2:7" in caught.value.message
    assert f"{tmp_path}/ack/zebra.yaml:2:7" in caught.value.message


def test_a_folder_that_is_none_or_empty_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        rules_in(tmp_path / "gone")
    with pytest.raises(UsageError, match="has no rules"):
        rules_in(tmp_path)


def test_rules_that_ship_are_no_scenarios_and_are_found_by_name() -> None:
    assert "auth/absent" in shipped_rules()
    assert not [name for name in resources.shipped_scenarios() if name.startswith("rules/")]
    assert resources.shipped_scenario("rules/auth/absent") is None
    assert load_rule("auth/absent") == load_rule("rules/auth/absent")
    with pytest.raises(UsageError, match="did you mean `auth/absent`"):
        load_rule("auth/absnt")
    for odd in ("../auth/absent", "auth", "", "auth/absent@clevertap"):
        with pytest.raises(UsageError):
            load_rule(odd)


def test_what_a_rule_plays_has_a_name_that_run_knows(tmp_path: Path) -> None:
    shipped = load_scenario("rules/auth/absent@reachfive")
    assert (shipped.provider, shipped.source) == ("reachfive", "rules/auth/absent@reachfive")
    file = tmp_path / "auth" / "absent.yaml"
    file.parent.mkdir()
    file.write_text(TEXT)
    own = load_scenario(f"{file}@clevertap")
    assert (own.provider, own.source) == ("clevertap", f"{file}@clevertap")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rules/auth/absent", "plays several"),
        ("rules/auth/absent@clevrtap", "did you mean `clevertap`"),
        ("rules/auth/absnt@clevertap", "did you mean `auth/absent`"),
        ("auth/absent@clevertap", "did you mean `rules/auth/absent@clevertap`"),
    ],
)
def test_a_name_that_is_none_gets_the_one_that_may_be_meant(name: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_scenario(name)
    assert words in str(caught.value)


def test_a_file_tells_that_it_is_a_rule(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    kinds: list[Any] = []
    for text in (TEXT, "scenario: s\nprovider: clevertap\n", "receiver: r\nendpoints: {}\n", "played:\n"):
        file.write_text(text)
        kinds.append(kind_of(str(file)))
    assert kinds == ["rule", "scenario", "receiver", "rule"]
