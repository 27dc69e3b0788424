import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from simulator.model import Lateness, Play, Report, Result, Verdict
from simulator.reporting import json_report
from simulator.resources import folder

SNAPSHOTS = Path(__file__).parent / "snapshots"
SCHEMA = json.loads((folder("schemas") / "report.schema.json").read_text("utf-8"))
Plays = Callable[..., Play]
Reports = Callable[..., Report]
Judges = Callable[..., Verdict]


def fits(value: Any) -> bool:
    """Both validators must say the same."""
    explained = not list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(value))
    assert jsonschema_rs.validator_for(SCHEMA).is_valid(value) is explained
    return explained


def test_a_full_report_is_this_text(full_report: Report) -> None:
    assert json_report.render(full_report) == (SNAPSHOTS / "full.json").read_text("utf-8")


def test_other_programs_find_what_was_promised_to_them(full_report: Report) -> None:
    value = json.loads(json_report.render(full_report))
    promised = ["partnersim", "seed", "started", "scenarios", "deliveries", "attempts", "outcome", "exit_code"]
    assert [value[name] for name in promised] == [
        "0.1.0",
        42,
        "2026-01-05T09:00:00.000000Z",
        2,
        4,
        6,
        "failed",
        1,
    ]
    assert {"rule", "level", "outcome", "because", "evidence", "scenario", "reproduce"} <= set(value["verdicts"][0])


def test_the_schema_is_a_schema_and_its_example_fits() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert all(fits(example) for example in SCHEMA["examples"])


@pytest.mark.parametrize("result", list(Result))
@pytest.mark.parametrize("level", ["must", "should", "may"])
@pytest.mark.parametrize("interrupted", [0, 130, 143])
def test_every_report_fits_the_schema(
    result: Result, level: str, interrupted: int, a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    play = a_play(a_verdict(result, level=level, evidence=(1, 2)))
    value = json.loads(json_report.render(a_report(play, interrupted=interrupted)))
    assert fits(value)


def test_a_report_of_nothing_fits_too_and_does_not_pass(a_report: Reports) -> None:
    value = json.loads(json_report.render(a_report()))
    assert fits(value)
    assert (value["outcome"], value["exit_code"], value["verdicts"]) == ("inconclusive", 4, [])


def objects(value: Any) -> list[dict[str, Any]]:
    """Every object in a JSON value."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return ([value] if isinstance(value, dict) else []) + [one for each in inside for one in objects(each)]


def test_no_key_can_be_missing_and_none_can_be_added(full_report: Report) -> None:
    def fresh() -> Any:
        return json.loads(json_report.render(full_report))

    for number, one in enumerate(objects(fresh())):
        for key in one:
            value = fresh()
            del objects(value)[number][key]
            assert not fits(value), key
        value = fresh()
        objects(value)[number]["more"] = 1
        assert not fits(value), one


def test_every_key_is_explained() -> None:
    for name in SCHEMA["$defs"]:
        for key, what in SCHEMA["$defs"][name].get("properties", {}).items():
            assert {"description", "$ref", "enum"} & set(what), (name, key)
    assert all("description" in what for what in SCHEMA["properties"].values())


def test_lateness_is_that_of_the_worst_play(a_play: Plays, a_report: Reports) -> None:
    early, late = Lateness(p50=0.1, p99=0.2, max=0.9), Lateness(p50=0.2, p99=0.3, max=0.4)
    value = json.loads(json_report.render(a_report(a_play(lateness=early), a_play(lateness=late))))
    assert value["lateness"] == {"p50": 0.2, "p99": 0.3, "max": 0.9}


def test_it_is_ascii_and_no_order_to_a_build_yet_says_the_very_characters(
    a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    hostile = 'a"\\\n\x1b[2J\x7f\x9b\u202e\ud800 ##[error]### ::error:: 😀'
    shown = json_report.render(a_report(a_play(a_verdict(Result.FAILED, because=hostile), title=hostile)))
    assert shown.isascii()
    assert shown.replace("\n", "").isprintable()
    assert "##" not in shown
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    value = json.loads(shown)
    assert value["verdicts"][0]["because"] == hostile
    assert value["plays"][0]["title"] == hostile


def test_each_play_and_each_verdict_has_a_line(full_report: Report) -> None:
    lines = json_report.render(full_report).splitlines()
    assert sum(line.startswith('    {"rule": ') for line in lines) == len(full_report.verdicts)
    assert sum(line.startswith('    {"title": ') for line in lines) == len(full_report.plays)
