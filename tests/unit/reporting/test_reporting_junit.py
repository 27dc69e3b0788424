import itertools
import unicodedata
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from simulator.model import Play, Report, Result, Verdict
from simulator.reporting import junit

SNAPSHOTS = Path(__file__).parent / "snapshots"
Plays = Callable[..., Play]
Reports = Callable[..., Report]
Judges = Callable[..., Verdict]

KNOWN = {  # element → attributes and children, as the schema of Jenkins' xUnit plugin allows them
    "testsuites": ({"name", "time", "tests", "failures", "errors", "disabled"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
        {"properties", "testcase", "system-out"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time"}, {"failure", "error", "skipped", "system-out"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "skipped": ({"message", "type"}, set()),
    "system-out": (set(), set()),
}


def parsed(report: Report) -> Element:
    """The XML as a reader sees it, its elements, attributes and numbers checked."""
    root = fromstring(junit.render(report).encode())  # our own output is what is tested
    for element in root.iter():
        attributes, children = KNOWN[element.tag]
        assert set(element.attrib) <= attributes
        assert {child.tag for child in element} <= children
    for suite in [root, *root.iter("testsuite")]:
        counts = {name: str(len(list(suite.iter(tag)))) for name, tag in COUNTED if name in suite.attrib}
        assert counts == {name: suite.attrib[name] for name, _ in COUNTED if name in suite.attrib}
    return root


COUNTED = [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]


def test_a_full_report_is_this_text(full_report: Report) -> None:
    assert junit.render(full_report) == (SNAPSHOTS / "full.xml").read_text("utf-8")
    parsed(full_report)


@pytest.mark.parametrize(
    ("result", "level", "tags"),
    [
        (Result.PASSED, "must", ["system-out"]),
        (Result.FAILED, "must", ["failure"]),
        (Result.INCONCLUSIVE, "must", ["error"]),
        (Result.NOT_APPLICABLE, "must", ["skipped", "system-out"]),
        (Result.FAILED, "should", ["skipped", "system-out"]),
        (Result.INCONCLUSIVE, "may", ["skipped", "system-out"]),
    ],
)
def test_a_verdict_is_a_test_case(
    result: Result, level: str, tags: list[str], a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    root = parsed(a_report(a_play(a_verdict(result, level=level))))
    case = next(root.iter("testcase"))
    assert case.attrib["classname"] == "scenarios/one"
    assert case.attrib["name"] == "expect/each: every notification is acknowledged"
    assert [child.tag for child in case] == tags
    assert next(iter(case)).attrib.get("type", f"{level}.{result}") == f"{level}.{result}"
    assert "was answered 500" in "".join(case.itertext())


@pytest.mark.parametrize(
    ("check", "tags"), [("expect/one", ["skipped", "system-out"]), ("payload/bom", ["system-out"])]
)
def test_what_any_answer_keeps_is_skipped_and_what_is_tolerated_is_not(
    check: str, tags: list[str], a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    root = parsed(a_report(a_play(a_verdict(Result.PASSED), a_verdict(Result.PASSED, check, level="may"))))
    _, case = root.iter("testcase")
    assert [child.tag for child in case] == tags
    if "skipped" in tags:
        assert case[0].get("message", "").startswith("not counted (any answer will do): ")


@pytest.mark.parametrize(("provider", "seed", "told"), [("", 0, []), ("", 7, ["7"]), ("clevertap", 0, ["0"])])
def test_a_seed_stands_there_where_one_was_given_or_drawn(
    provider: str, seed: int, told: list[str], a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    root = parsed(a_report(a_play(a_verdict(Result.PASSED), provider=provider, seed=seed)))
    assert [one.attrib["value"] for one in root.iter("property") if one.attrib["name"] == "seed"] == told


PLAYS = [
    {},
    {"complete": False},
    {"reached": False},
    {"attempts": 0, "deliveries": 0, "reached": False},
]


@pytest.mark.parametrize("changes", PLAYS)
@pytest.mark.parametrize("interrupted", [0, 143])
def test_a_build_is_red_exactly_when_the_exit_code_is_not_0(
    changes: dict[str, object], interrupted: int, a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    kinds = [a_verdict(result, level=level) for result in Result for level in ("must", "should")]
    greens = 0
    for some in itertools.chain([()], itertools.combinations(kinds, 1), itertools.combinations(kinds, 2)):
        report = a_report(a_play(*some, **changes), interrupted=interrupted)
        root = parsed(report)
        green = root.attrib["failures"] == root.attrib["errors"] == "0"
        assert green is (report.exit_code == 0)
        assert root.attrib["tests"] != "0"
        greens += green
    assert (greens > 0) is (not interrupted and changes == {})


def test_a_run_of_nothing_is_red(a_report: Reports) -> None:
    (case,) = parsed(a_report()).iter("testcase")
    assert case.find("error") is not None


def test_an_interrupted_run_says_so_in_its_error(a_play: Plays, a_report: Reports) -> None:
    error = parsed(a_report(a_play(note="interrupted by SIGTERM", complete=False), interrupted=143)).find(".//error")
    assert error is not None
    assert error.attrib == {
        "type": "exit.143",
        "message": "inconclusive, exit code 143: interrupted by SIGTERM",
    }


def test_only_what_xml_and_a_terminal_allow_is_left(a_play: Plays, a_report: Reports, a_verdict: Judges) -> None:
    hostile = "]]> </testcase> & <!-- \x00\x1b[2J\x0b\ufffe\ud800\u202e ##[error]x\n::error::y"
    verdict = a_verdict(Result.FAILED, hostile, because=hostile, sentence=hostile, reproduce=hostile)
    report = a_report(a_play(verdict, title=hostile, source=hostile, note=hostile), started=hostile)
    shown = junit.render(report)
    assert shown.isascii()
    root = parsed(report)
    text = "".join(root.itertext()) + "".join(value for one in root.iter() for value in one.attrib.values())
    assert {one for one in text if unicodedata.category(one) in {"Cc", "Cf", "Cs"}} == {"\n"}
    assert "##[" not in shown
    assert [one for one in text.splitlines() if one.lstrip().startswith("::")] == []
    assert "]]> </testcase> & <!-- " in text


def test_text_beyond_ascii_reads_the_same_in_whatever_encoding_it_is_written(
    a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    root = parsed(a_report(a_play(a_verdict(Result.PASSED, because="naïve ☃ 😀"))))
    assert "naïve ☃ 😀" in "".join(root.itertext())


def test_a_megabyte_of_reason_is_cut(a_play: Plays, a_report: Reports, a_verdict: Judges) -> None:
    report = a_report(a_play(a_verdict(Result.FAILED, because="x" * 1_000_000, evidence=tuple(range(1, 30_000)))))
    assert len(junit.render(report)) < 12_000
    assert "20 and 29,979 more of runs/one.ndjson" in "".join(parsed(report).itertext())


def test_a_suite_takes_as_long_as_its_journal_says(
    journal: Callable[..., list[int]], a_play: Plays, a_report: Reports
) -> None:
    journal()
    root = parsed(a_report(a_play(), a_play(journal="gone.ndjson"), a_play()))
    assert [suite.attrib["time"] for suite in root.iter("testsuite")][:3] == ["12.500", "0.000", "12.500"]
    assert root.attrib["time"] == "25.000"
