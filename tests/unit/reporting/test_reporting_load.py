"""A load in every format: figures for people, closed keys for programs, and one page that needs nothing else."""

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from html import unescape
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import fromstring

import jsonschema
import pytest

from simulator.load.curves import SHAPES
from simulator.model import (
    Drain,
    Kinds,
    Ledger,
    LoadResult,
    Play,
    Report,
    Result,
    Second,
    Share,
    Spread,
    Unshown,
    Verdict,
)
from simulator.model.load import KEPT, TIMES, WRONG, GivenUp
from simulator.reporting import REPORTERS
from simulator.reporting.html.charts import WIDE, Series, chart, mean
from simulator.reporting.text import render
from simulator.resources import folder

SCHEMA = json.loads((folder("schemas") / "report.schema.json").read_text("utf-8"))
SPREAD = Spread(6000, 0.0041, 0.0123, 0.0312, 0.3123)
LOAD = LoadResult(
    model="open",
    shape="steady",
    rate=100.0,
    seconds=60.0,
    workers=2,
    planned=6000,
    sent=5800,
    acknowledged=5700,
    given_up={GivenUp.NO_CONNECTION: 20},
    unsent=180,
    ledger=Ledger(known=2900, checked=2890, unread=10, lost=3, twice=1, accepted_wrong=2),
    ack=SPREAD,
    service=SPREAD,
    effect=Spread(),
    late=SPREAD,
    held=SPREAD,
    drain=Drain(0.0, 1.234),
    unshown=Unshown(12, 4.376, 8.291),
    kinds=Kinds(first=5400, repeat=250, stale=0, malformed=120, unauthorized=18),
    shares=(Share(0, 3000, 3000), Share(1, 3000, 2800, "was killed by SIGKILL after 31s")),
    timeline=tuple(Second(at, 100, 97, 95, 2, 0.004, 0.02, 0.003) for at in range(60)),
)
Plays = Callable[..., Play]
Reports = Callable[..., Report]
Judges = Callable[..., Verdict]


@pytest.fixture
def report(a_play: Plays, a_report: Reports, a_verdict: Judges) -> Report:
    kept = a_verdict(Result.FAILED, "load/kept", because="3 were lost: <nightly-3> (1767551400)", evidence=(4, 9))
    sent = a_verdict(Result.INCONCLUSIVE, "load/all-sent", because="180 were never sent")
    return a_report(a_play(kept, sent, title="A fleet & <more>", journal="gone.ndjson"), load=LOAD)


def shown(report: Report, form: str = "text") -> str:
    return REPORTERS[form](report)


def test_people_are_told_what_was_sent_how_long_it_took_and_what_was_kept(report: Report) -> None:
    text = shown(report)
    assert "rate      100 a second, for 1m\n" in text
    given_up = "20 dropped: no connection was free before the time was over; 180 not known to be sent"
    assert f"sent 5,800, 5,700 acknowledged; {given_up}" in " ".join(text.split())
    assert "  ack          4.1ms    12.3ms    31.2ms     312ms  from when it was due" in text
    assert "2,890 of 2,900 exports with something acknowledged were looked at; 10 could not be read" in text
    assert re.search(r"^  lost +3  acknowledged, and not there or not acted on$", text, re.MULTILINE)
    assert "1 was killed by SIGKILL after 31s; 200 of its 3,000 notifications not known to be sent" in text
    assert "1 load, 2 deliveries: 0 passed, 1 failed, 1 inconclusive" in text


@pytest.mark.parametrize("form", ["text", "html"])
def test_every_page_has_the_same_words_for_the_same_figures(report: Report, form: str) -> None:
    page = " ".join(unescape(shown(report, form)).split())
    for words in (
        *TIMES.values(),
        *(KEPT[name] for name in WRONG),
        *LOAD.not_sent,
        LOAD.pace,
        LOAD.by_kind,
        LOAD.not_shown,
    ):
        assert words in page


def test_of_many_reasons_why_some_were_not_sent_the_most_frequent_are_told() -> None:
    whole = replace(
        LOAD, given_up={GivenUp.NO_CONNECTION: 1000, "no port": 2, "no memory": 3, "stopped": 1, "no room": 1}
    )
    assert whole.dropped == 1007
    assert whole.reasons == (
        "1,000 dropped: no connection was free before the time was over; 3 dropped: no memory; 2 dropped: no port; "
        "2 dropped for other reasons"
    )


def test_people_are_told_of_what_kinds_it_was(report: Report) -> None:
    told = (
        "of these 5,400 first sends, 250 repeats, 0 stale, 120 malformed, 18 unauthorized; 12 not known to have come to"
    )
    assert told in " ".join(shown(report).split())
    whole = replace(LOAD, kinds=LOAD.kinds._replace(first=5412))
    assert whole.by_kind == "5,412 first sends, 250 repeats, 0 stale, 120 malformed, 18 unauthorized"


@pytest.mark.parametrize("brief", [True, False])
def test_on_what_a_pass_rests_is_told_to_those_who_want_all(
    a_play: Plays, a_report: Reports, a_verdict: Judges, *, brief: bool
) -> None:
    kept = a_verdict(Result.PASSED, "load/kept", because="none is lost", sentence="what was acknowledged is kept")
    text = render(a_report(a_play(kept), load=LOAD), brief=brief)
    assert "what was acknowledged is kept" in text
    assert ("none is lost" in text) != brief


def test_what_a_ledger_counts_and_what_is_measured_has_words() -> None:
    assert set(KEPT) == {one.name for one in fields(Ledger)}
    assert set(TIMES) == {one.name for one in fields(LoadResult) if isinstance(getattr(LOAD, one.name), Spread)}


@pytest.mark.parametrize(
    ("drain", "words"),
    [
        (Drain(0.0, 3.7214), "all of it showed at the first look, at most 3.72s after the last answer"),
        (Drain(19.8, 20.1), "all of it showed between 19.8s and 20.1s after the last answer"),
    ],
)
@pytest.mark.parametrize("form", ["text", "html"])
def test_people_are_told_between_which_readings_all_of_it_showed(
    report: Report, form: str, drain: Drain, words: str
) -> None:
    page = shown(replace(report, load=replace(LOAD, drain=drain)), form)
    assert words in " ".join(unescape(page).split())


@pytest.mark.parametrize("form", ["text", "html"])
def test_people_are_told_of_what_had_not_shown_while_it_was_followed(report: Report, form: str) -> None:
    page = " ".join(unescape(shown(report, form)).split())
    told = "12 of the 12 exports that were followed had not shown while they were: the slowest took between"
    assert f"{told} 4.38s and 8.29s" in page
    never = replace(LOAD, unshown=Unshown(1, 4.376, None), effect=SPREAD, drain=None)
    page = " ".join(unescape(shown(replace(report, load=never), form)).split())
    told = "1 of the 6,001 exports that were followed had not shown while they were: the slowest took at least 4.38s"
    assert told in page
    assert "all of it showed" not in page
    assert "some of it did not show as it is to, or could not be read, in the end" in page


def test_programs_are_told_where_something_never_showed(report: Report) -> None:
    never = replace(report, load=replace(LOAD, unshown=Unshown(1, 4.376, None), drain=None))
    value = json.loads(shown(never, "json"))
    jsonschema.Draft202012Validator(SCHEMA).validate(value)
    assert (value["load"]["unshown"]["most"], value["load"]["drain"]) == (None, None)


def test_a_closed_model_keeps_no_rate(report: Report) -> None:
    closed = replace(report, load=replace(LOAD, model="closed"))
    assert "rate      as answers come, for 1m\n" in shown(closed)
    assert "<dd>as answers come, for 1m, 2 workers</dd>" in shown(closed, "html")


def test_what_nobody_looked_at_is_no_zero(report: Report) -> None:
    unseen = replace(report, load=replace(LOAD, ledger=Ledger(known=2900)))
    assert "nothing could be looked at" in shown(unseen)
    assert re.search(r"^  lost +–  ", shown(unseen), re.MULTILINE)
    assert re.search(r"^  refused +0  ", shown(unseen), re.MULTILINE)
    assert re.search(r"<td>lost</td><td><span[^>]*>&#8211;</span></td>", shown(unseen, "html"))


def test_no_line_is_wider_than_the_page(report: Report) -> None:
    section = shown(report).partition("\nLoad\n")[2].partition("A fleet")[0]
    assert max(map(len, section.splitlines())) <= 100


def test_a_load_that_passed_is_told_with_all_its_promises_also_in_brief(
    a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    from simulator.reporting import text

    passed = a_report(a_play(a_verdict(Result.PASSED, "load/kept", sentence="all is kept")), load=LOAD)
    assert "load/kept  all is kept" in text.render(passed, brief=True)


def test_programs_find_it_under_closed_keys(report: Report) -> None:
    value = json.loads(shown(report, "json"))
    jsonschema.Draft202012Validator(SCHEMA).validate(value)
    assert value["load"]["ledger"]["lost"] == 3
    assert value["load"]["ack"] == {"number": 6000, "p50": 0.0041, "p95": 0.0123, "p99": 0.0312, "max": 0.3123}
    assert value["load"]["shares"][1]["lost"] == "was killed by SIGKILL after 31s"
    assert value["load"]["drain"] == {"not_before": 0.0, "not_after": 1.234}
    assert value["load"]["unshown"] == {"number": 12, "least": 4.376, "most": 8.291}


def test_programs_find_every_kind(report: Report) -> None:
    kinds = {"first": 5400, "repeat": 250, "stale": 0, "malformed": 120, "unauthorized": 18}
    assert json.loads(shown(report, "json"))["load"]["kinds"] == kinds


@pytest.mark.parametrize("place", [(), ("ledger",), ("kinds",), ("ack",), ("unshown",), ("drain",), ("shares", 0)])
def test_a_key_that_nobody_knows_is_refused_by_the_schema(report: Report, place: tuple[Any, ...]) -> None:
    value = json.loads(shown(report, "json"))
    into = value["load"]
    for key in place:
        into = into[key]
    into["unknown"] = 1
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(value))


def test_the_schema_names_every_shape_and_every_figure_of_a_spread_and_the_ledger() -> None:
    known = SCHEMA["$defs"]
    assert known["load"]["properties"]["shape"]["enum"] == list(SHAPES)
    assert set(known["spread"]["properties"]) == set(Spread._fields)
    assert set(known["ledger"]["properties"]) == set(Ledger.__slots__)
    assert set(known["kinds"]["properties"]) == set(Kinds._fields)
    assert set(known["share"]["properties"]) == set(Share._fields)


def test_a_run_that_is_no_load_has_no_such_key(report: Report) -> None:
    assert "load" not in json.loads(shown(replace(report, load=None), "json"))


def test_a_build_is_red_for_what_was_lost(report: Report) -> None:
    suite = fromstring(shown(report, "junit").encode())  # our own output is what is tested
    assert suite.attrib["failures"] == "1"
    assert suite.attrib["errors"] == "1"


class _Page(HTMLParser):
    """What stands in a page: its elements, attributes, and words."""

    VOID = frozenset({"meta", "br", "link", "img"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_runs_nothing_and_fetches_nothing(report: Report) -> None:
    page = _Page(shown(report, "html"))
    assert not {"script", "link", "img", "iframe", "object", "a", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in {"src", "href", "style"} or name.startswith("on")]
    assert not re.search(r"url\(|@import|https?:", shown(report, "html"))
    assert shown(report, "html").isascii()


def test_the_page_escapes_what_others_wrote(report: Report) -> None:
    text = shown(report, "html")
    assert "A fleet &amp; &lt;more&gt;" in text
    assert "<nightly-3>" not in text
    assert "3 were lost: <nightly-3> (1767551400)" in _Page(text).words


def test_the_page_has_a_chart_of_rates_answers_and_lateness_that_says_what_it_shows(report: Report) -> None:
    page = shown(report, "html")
    figures = [fromstring(one) for one in re.findall(r"<figure>.*?</figure>", page, re.DOTALL)]  # our own output
    charts = [one for figure in figures for one in figure.iter("svg") if "role" in one.attrib]
    assert [one.attrib["aria-label"].partition(":")[0] for one in charts] == [
        "Notifications in each second of the load",
        "From when one was due to its whole answer, in each second",
        "The sender's own lateness, in each second",
    ]
    assert "acknowledged, at most 95" in charts[0].attrib["aria-label"]
    for one in charts:
        wide, high = map(float, one.attrib["viewBox"].split()[2:])
        for line in one.iter("polyline"):
            places = [tuple(map(float, place.split(","))) for place in line.attrib["points"].split()]
            assert all(0 <= x <= wide and 0 <= y <= high for x, y in places)


def test_the_page_of_a_load_without_seconds_has_no_chart(report: Report) -> None:
    bare = replace(report, load=replace(LOAD, timeline=()))
    assert "<figure" not in shown(bare, "html")


def test_a_page_of_a_run_that_is_no_load_has_its_verdicts(report: Report) -> None:
    words = _Page(shown(replace(report, load=None), "html")).words
    assert "load/kept" in words
    assert "lines 4, 9 of gone.ndjson" in words


def test_a_long_load_is_drawn_with_few_points_and_keeps_its_peaks() -> None:
    values = [0.0] * 7200
    values[4000] = 9.0
    drawn = str(chart("t", [Series("worst", values), Series("rate", [6.0] * 7200, mean)], str))
    worst, rate, *_ = re.findall(r'points="([^"]*)"', drawn)
    assert len(worst.split()) <= 400
    assert min(float(place.split(",")[1]) for place in worst.split()) < min(
        float(place.split(",")[1]) for place in rate.split()
    )


def test_one_second_is_a_line_as_long_as_it() -> None:
    drawn = str(chart("t", [Series("one", [5.0])], str))
    assert 'points="0.0,' in drawn
    assert f" {WIDE}.0," in drawn


@pytest.mark.parametrize(
    ("seconds", "moments"),
    [
        (1, "0s 1s"),
        (7, "0s 1s 2s 3s 4s 5s 6s 7s"),
        (8, "0s 2s 4s 6s 8s"),
        (62, "0s 10s 20s 30s 40s 50s 1m 1m10s"),
        (3600, "0s 10m 20m 30m 40m 50m 1h"),
        (8 * 86400, "0s 1d3h25m43s"),
    ],
)
def test_the_moments_below_a_chart_are_easy_to_read_and_those_of_its_lines(seconds: int, moments: str) -> None:
    drawn = str(chart("t", [Series("one", [5.0] * seconds)], str))
    told = re.findall(r"<span>([^<]*[smhd])</span>", drawn)
    assert " ".join(told).startswith(moments)
    points = re.findall(r'points="([^"]*)"', drawn)[0].split()
    assert 0 <= float(points[0].partition(",")[0]) < float(points[-1].partition(",")[0]) <= WIDE


@pytest.mark.parametrize("started", ["2026-01-05T09:00:00.966305+00:00", "2026-01-05T14:30:00+05:30"])
def test_the_page_says_when_it_began_in_utc(report: Report, started: str) -> None:
    assert "started 2026-01-05 09:00:00 UTC" in shown(replace(report, started=started), "html")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0s"), (0.0000439, "0.04ms"), (0.0312345, "31.2ms"), (4.9812, "4.98s"), (3725.4, "1h2m5s")],
)
def test_a_duration_has_three_figures_at_most(report: Report, seconds: float, words: str) -> None:
    page = shown(replace(report, load=replace(LOAD, ack=Spread(9, seconds, seconds, seconds, seconds))), "html")
    assert f"<td>ack</td><td>9</td>{f'<td>{words}</td>' * 4}" in page


def test_one_worker_is_one_worker(report: Report) -> None:
    assert "for 1m, 1 worker<" in shown(replace(report, load=replace(LOAD, workers=1)), "html")


def test_the_top_of_the_page_names_what_was_tested_and_what_came_of_it(
    report: Report, a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    assert "<title>failed: load of A fleet &amp; &lt;more&gt;</title>" in shown(report, "html")
    assert "<p>1 failed, 1 inconclusive</p>" in shown(report, "html")
    many = a_report(*(a_play(a_verdict(Result.PASSED), title=title) for title in "ABCDE"))
    assert "<title>passed: A, B, C and 2 more</title>" in shown(many, "html")
    assert "started 2026-01-05 09:00:00 UTC" in shown(many, "html")
    assert "<title>inconclusive: nothing</title>" in shown(a_report(), "html")
