import dataclasses
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.journal import JournalWriter
from simulator.model import Exchange, Lateness, Observation, Outcome, Play, Report, Result, Verdict
from simulator.reporting import REPORTERS, text
from tests.making import delivery, exchange

SNAPSHOTS = Path(__file__).parent / "snapshots"
Writes = Callable[..., list[int]]
Plays = Callable[..., Play]
Reports = Callable[..., Report]
Judges = Callable[..., Verdict]


def observed(**changes: object) -> Observation:
    usual = Observation(
        line=0, probe="export", export="nightly", run=1, id="7", moment="before", asked=0.5, done=0.6, present=False
    )
    return dataclasses.replace(usual, **changes)  # type: ignore[arg-type]  # the changes are those of a test


def test_a_full_report_reads_like_this(full_report: Report) -> None:
    assert text.render(full_report) == (SNAPSHOTS / "full.txt").read_text("utf-8")


def test_in_80_columns_and_ascii_it_reads_like_this(full_report: Report) -> None:
    narrow = text.render(full_report, encoding="ascii", width=80)
    assert narrow == (SNAPSHOTS / "narrow.txt").read_text("ascii")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8", "no-such-encoding"])
def test_whatever_the_terminal_can_print_it_can_print_the_report(encoding: str, full_report: Report) -> None:
    shown = text.render(full_report, encoding=encoding)
    shown.encode(
        "ascii" if encoding == "no-such-encoding" else encoding,
        "strict" if encoding != "no-such-encoding" else "replace",
    )
    assert "expect/each" in shown


def test_all_but_commands_fits_its_width(full_report: Report) -> None:
    for width in (60, 80, 100):
        lines = text.render(full_report, width=width).splitlines()
        long = [one for one in lines if len(one) > width and not one.startswith("        ")]
        assert long == []


def test_colour_comes_only_when_asked_for(full_report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain, coloured = text.render(full_report), text.render(full_report, colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d*m", "", coloured) == plain
    assert "\x1b[31m  ✗\x1b[0m expect/each" in coloured


def test_no_color_is_heard(full_report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert text.render(full_report, colour=True) == text.render(full_report)


def test_without_its_journal_the_report_says_so_and_stands(a_play: Plays, a_report: Reports, a_verdict: Judges) -> None:
    play = a_play(a_verdict(Result.FAILED, evidence=(4, 7)), journal="nowhere/gone.ndjson")
    shown = text.render(a_report(play))
    assert "nowhere/gone.ndjson:4\n" in shown
    assert "cannot read the journal nowhere/gone.ndjson: No such file or directory" in shown
    assert "1 failed" in shown


def test_a_journal_that_is_none_is_no_reason_to_stop(
    a_play: Plays, a_report: Reports, a_verdict: Judges, tmp_path: Path
) -> None:
    path = tmp_path / "odd.ndjson"
    path.write_text('{"kind":"header","format":1,"receiver":{}}\n{"kind":"outcome","of":1}\n', "utf-8")
    shown = text.render(a_report(a_play(a_verdict(Result.FAILED, evidence=(2,)), journal=str(path))), width=400)
    assert "line 2 is no journal entry" in shown


def test_a_journal_nobody_needs_is_not_read(a_play: Plays, a_report: Reports, a_verdict: Judges) -> None:
    shown = text.render(a_report(a_play(a_verdict(Result.PASSED, evidence=(2,)), journal="gone.ndjson")))
    assert "cannot read" not in shown


def test_three_pieces_of_evidence_are_shown_and_the_rest_counted(
    journal: Writes, a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    lines = journal(*((delivery(n, step=f"step-{n}"), exchange(500)) for n in range(1, 21)))
    shown = text.render(a_report(a_play(a_verdict(Result.FAILED, evidence=tuple(lines)))))
    assert [n for n in range(1, 21) if f"      step-{n}, runs/one.ndjson:" in shown] == [1, 2, 3]
    assert "      and 17 lines more in runs/one.ndjson\n" in shown


def test_how_late_the_sender_was_is_told_only_where_it_was_measured(
    a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    failed = a_verdict(Result.FAILED)
    assert "sender    late by" in text.render(a_report(a_play(failed)))
    assert "sender" not in text.render(a_report(a_play(failed, lateness=Lateness())))


def test_a_line_of_the_command_to_play_it_again_stands_once_a_play(
    a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    verdicts = [a_verdict(Result.FAILED, f"expect/{n}") for n in range(3)]
    shown = text.render(a_report(a_play(*verdicts)))
    assert shown.count(verdicts[0].reproduce) == 1


def test_a_megabyte_of_answer_is_cut(journal: Writes, a_play: Plays, a_report: Reports, a_verdict: Judges) -> None:
    (line,) = journal((delivery(), exchange(500, b"y" * 1_000_000)))
    shown = text.render(a_report(a_play(a_verdict(Result.FAILED, evidence=(line,)))), width=3000)
    assert "< " + "y" * 2048 + "... (cut: 2,048 of 1,000,000 characters)\n" in shown
    assert len(shown) < 6000


HOSTILE = (
    "\x1b]0;title\x07\x1b[2J\u202e\u2066\u200b\ufeff\x00\r\x9b31m"
    " ]]> </testcase> ##[error]x\n::error::y\n  ::warning::z"
)


def test_nothing_a_receiver_says_commands_a_terminal_or_a_build(
    journal: Writes, a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    head = b"HTTP/1.1 500 \x1b[2J\r\nServer: \x9b31m\r\n::error: x\r\n\r\n"
    line, other, third = journal(
        (delivery(step=HOSTILE), exchange(500, HOSTILE.encode(), head=head)),
        (delivery(2, body=HOSTILE.encode()), Exchange(outcome=Outcome.MALFORMED, detail=HOSTILE, sent=1.0)),
        observed(present=True, values={HOSTILE: HOSTILE}),
    )
    verdict = a_verdict(
        Result.FAILED,
        HOSTILE,
        because=HOSTILE,
        sentence=HOSTILE,
        reproduce=HOSTILE,
        evidence=(line, other, third),
    )
    play = a_play(verdict, title=HOSTILE, source=HOSTILE, note=HOSTILE, provider=HOSTILE, start=HOSTILE)
    shown = text.render(a_report(play, version=HOSTILE, started=HOSTILE))
    hidden = {one for one in shown if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert hidden == {"\n"}
    assert [one for one in shown.splitlines() if one.lstrip().startswith("::")] == []
    assert "##[" not in shown


def test_what_a_probe_showed_is_told_in_words(
    journal: Writes, a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    lines = journal(
        observed(status=404),
        observed(present=None, detail="the name was not found", moment="after", run=0),
        observed(present=True, moment="end"),
    )
    shown = text.render(a_report(a_play(a_verdict(Result.INCONCLUSIVE, evidence=tuple(lines)))), width=200)
    assert (
        "      runs/one.ndjson:2\n"
        "      * probe export of nightly[1], id 7, before anything was sent, 500ms in: no such export (answered 404)\n"
        "\n"
        "      runs/one.ndjson:3\n"
        "      * probe export of nightly, id 7, after a delivery, 500ms in: the probe did not work: the name was not"
        " found\n"
        "\n"
        "      runs/one.ndjson:4\n"
        "      * probe export of nightly[1], id 7, at the end, 500ms in: it is there\n"
    ) in shown


def test_a_note_can_be_evidence(tmp_path: Path, a_play: Plays, a_report: Reports, a_verdict: Judges) -> None:
    path = tmp_path / "noted.ndjson"
    writer = JournalWriter(path, {"receiver": {}}, str)
    line = writer.note(1.0, "restarted", "by partnersim")
    writer.close(1.0, deliveries=0, attempts=0, complete=True, reached=True, lateness=Lateness())
    play = a_play(a_verdict(Result.INCONCLUSIVE, evidence=(line,)), journal=str(path))
    assert f"      {path}:2\n      * restarted by partnersim\n" in text.render(a_report(play), width=400)


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.ANSWERED])
def test_every_outcome_without_an_answer_is_told_in_words(
    outcome: Outcome,
    journal: Writes,
    a_play: Plays,
    a_report: Reports,
    a_verdict: Judges,
) -> None:
    (line,) = journal((delivery(), Exchange(outcome=outcome, sent=1.0, done=6.0, detail="the detail")))
    shown = text.render(a_report(a_play(a_verdict(Result.FAILED, evidence=(line,)))))
    name = "0, not followed" if outcome is Outcome.REDIRECTED else outcome
    assert re.search(rf"^      \* {re.escape(name)} after 5s: [A-Za-z ;,]+: the detail$", shown, re.MULTILINE)


def test_an_attempt_in_doubt_is_told_without_a_time(
    journal: Writes, a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    (line,) = journal((delivery(), None))
    shown = text.render(a_report(a_play(a_verdict(Result.INCONCLUSIVE, evidence=(line,)))))
    assert "      * in-doubt: nobody saw what came of it: the run ended before an answer was seen\n" in shown


def test_the_line_for_curl_names_the_variable_that_the_receiver_file_names(
    journal: Writes, a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    endpoints = {"*": {"url": "http://127.0.0.1:8000/hook", "timeout": None, "authorization": "Bearer $MY_TOKEN"}}
    (line,) = journal((delivery(), exchange(500)), header={"receiver": {"endpoints": endpoints, "insecure": False}})
    shown = text.render(a_report(a_play(a_verdict(Result.FAILED, evidence=(line,)))))
    assert '--header "Authorization: Bearer $MY_TOKEN"' in shown


def test_wrong_credentials_are_named_where_they_must_be_filled_in(
    journal: Writes, a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    (line,) = journal((delivery(credentials="prefix"), exchange(200)))
    shown = text.render(a_report(a_play(a_verdict(Result.FAILED, evidence=(line,)))))
    words = "its credentials were prefix: $WRONG_AUTHORIZATION is not the right value"
    assert f"      to send it again ({words}):\n" in shown


@pytest.mark.parametrize(
    ("credentials", "said"), [("right", ""), ("absent", ""), ("empty", " (its credentials were empty)")]
)
def test_no_variable_is_named_where_the_command_has_none(
    credentials: str, said: str, journal: Writes, a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    (line,) = journal((delivery(credentials=credentials), exchange(200)))
    shown = text.render(a_report(a_play(a_verdict(Result.FAILED, evidence=(line,)))))
    assert f"      to send it again{said}:\n" in shown


@pytest.mark.parametrize(
    ("results", "changes", "last"),
    [
        ([Result.PASSED], {}, "Exit code 0: every promise that must be kept was kept."),
        ([Result.FAILED], {}, "Exit code 1: the receiver broke a promise that must be kept."),
        ([Result.FAILED], {"reached": False}, "Exit code 3: the receiver was never reached: nothing is known of it."),
        ([Result.INCONCLUSIVE], {}, "Exit code 4: there is not enough evidence for a verdict."),
        ([], {}, "Exit code 4: nothing was judged, and zero evidence never passes."),
        (
            [Result.PASSED],
            {"complete": False},
            "Exit code 4: there is not enough evidence for a verdict: not all that was planned was played.",
        ),
    ],
)
def test_the_last_line_says_what_the_exit_code_means(
    results: list[Result],
    changes: dict[str, bool],
    last: str,
    a_play: Plays,
    a_report: Reports,
    a_verdict: Judges,
) -> None:
    play = a_play(*(a_verdict(one) for one in results), **changes)
    assert text.render(a_report(play)).splitlines()[-1] == last


def test_an_interrupted_run_still_reports(a_play: Plays, a_report: Reports, a_verdict: Judges) -> None:
    shown = text.render(a_report(a_play(a_verdict(Result.PASSED), complete=False), interrupted=130))
    assert "not all that was planned was played" in shown
    assert shown.endswith("Exit code 130: interrupted; this is what happened so far.\n")


def test_a_should_that_was_not_kept_is_told_though_the_run_passes(
    a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    play = a_play(a_verdict(Result.PASSED), a_verdict(Result.FAILED, "ack/exactly-200", level="should"))
    shown = text.render(a_report(play))
    assert "✗ ack/exactly-200  every notification is acknowledged (should)" in shown
    assert shown.endswith("kept was kept; 1 that should be kept was not.\n")


def test_what_any_answer_keeps_is_counted_neither_as_passed_nor_as_anything_else(
    a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    free = [
        a_verdict(result, f"expect/{name}", level="may")
        for name, result in (("one", Result.PASSED), ("two", Result.INCONCLUSIVE))
    ]
    report = a_report(a_play(a_verdict(Result.PASSED), *free, deliveries=3, attempts=3))
    shown = text.render(report, width=200)
    counted = "1 passed, 0 failed, 0 inconclusive, 2 not counted (any answer will do)\n"
    assert f"1 scenario, 3 deliveries: {counted}" in shown
    assert report.exit_code == 0
    assert "<p>1 passed, 2 not counted (any answer will do)</p>" in REPORTERS["html"](report)


def test_where_any_answer_would_do_for_all_nothing_is_shown_as_passed(
    a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    report = a_report(a_play(a_verdict(Result.PASSED, level="may"), journal="gone.ndjson"))
    shown = text.render(report, brief=True, width=200)
    assert "✓ scenarios/one.yaml" not in shown  # the line of a play that passed
    assert ": 0 passed, 0 failed, 0 inconclusive, 1 not counted (any answer will do)\n" in shown
    assert shown.endswith("Exit code 4: any answer would have done, so there is nothing to decide.\n")


def test_numbers_and_words_agree(a_play: Plays, a_report: Reports, a_verdict: Judges) -> None:
    one = text.render(a_report(a_play(a_verdict(Result.PASSED), deliveries=1, attempts=1)))
    assert "1 delivery in 1 attempt\n" in one
    assert "1 scenario, 1 delivery: 1 passed, 0 failed, 0 inconclusive\n" in one
    assert "0 scenarios, 0 deliveries: 0 passed" in text.render(a_report())


def test_a_very_long_name_of_a_check_gets_a_line_of_its_own(
    a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    shown = text.render(a_report(a_play(a_verdict(Result.PASSED, "expect/" + "x" * 40))))
    assert f"  ✓ expect/{'x' * 40}\n{' ' * 38}every notification is acknowledged\n" in shown


def test_every_format_is_in_the_table_and_ends_with_one_line_end(full_report: Report) -> None:
    assert list(REPORTERS) == ["text", "json", "junit", "html"]
    for render in REPORTERS.values():
        shown = render(full_report)
        assert shown == render(full_report)
        assert shown.endswith("\n")
        assert not shown.endswith("\n\n")


def test_no_two_empty_lines_follow_one_another(full_report: Report) -> None:
    assert "\n\n\n" not in text.render(full_report)


def test_in_brief_what_passed_is_a_line_and_the_rest_is_told_in_full(
    a_play: Plays, a_report: Reports, a_verdict: Judges
) -> None:
    good = a_play(a_verdict(Result.PASSED), source="clevertap/one", title="One goes well", journal="gone.ndjson")
    bad = a_play(a_verdict(Result.FAILED), source="clevertap/two", title="Two does not", journal="gone.ndjson")
    cut = a_play(
        a_verdict(Result.PASSED), source="clevertap/three", title="Three was cut", complete=False, journal="gone.ndjson"
    )
    told = text.render(a_report(good, bad, cut), brief=True).splitlines()
    assert "✓ clevertap/one    One goes well" in told
    assert "Two does not" in told
    assert "Three was cut" in told
    assert "One goes well" in text.render(a_report(good)).splitlines()
