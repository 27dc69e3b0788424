"""Every command as a user types it; exit codes have a file of their own."""

import json
import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from simulator.cli import COMMANDS, run
from simulator.providers import PROVIDERS
from simulator.resources import folder, shipped_scenarios
from tests.acceptance.conftest import Answering, Command, clean_environment

ONE = """\
scenario: One export
provider: clevertap
clock: {scale: instant}
exports:
  nightly: {frequency: one time}
"""


@pytest.fixture
def journal(partnersim: Command, tmp_path: Path, answering: Answering) -> Path:
    """The journal of a run in which Completed was answered with 500."""
    (tmp_path / "one.yaml").write_text(ONE)
    answering.rule = lambda body, _: 500 if b"Completed" in body else 200
    ended = partnersim("run", "one.yaml", "--to", answering.url, "--journal", "j", "--no-confirm")
    assert ended.returncode == 1
    (path,) = (tmp_path / "j").glob("*.ndjson")
    return path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(partnersim: Command, name: str) -> None:
    ended = partnersim(name, "--help")
    assert ended.returncode == 0
    assert f"partnersim {name}" in ended.stdout.partition("Options:")[0][6:]


def test_the_version_is_said_alike_by_both_ways_to_it(partnersim: Command) -> None:
    assert partnersim("--version").stdout == partnersim("--version", "--help").stdout


def test_judge_finds_from_the_journal_alone_what_the_run_found(
    partnersim: Command, journal: Path, tmp_path: Path
) -> None:
    (tmp_path / "one.yaml").unlink()
    ended = partnersim("judge", journal, "--json")
    assert ended.returncode == 1
    told = json.loads(ended.stdout)
    assert [one["outcome"] for one in told["verdicts"]] == ["failed"]
    assert told["deliveries"] == 2


def test_report_renders_a_journal_in_every_format(partnersim: Command, journal: Path, tmp_path: Path) -> None:
    ended = partnersim("report", journal, "--format", "text,json,junit", "--output", "reports")
    assert ended.returncode == 0, ended.stderr
    assert "500" in (tmp_path / "reports" / "report.txt").read_text()
    assert json.loads((tmp_path / "reports" / "report.json").read_text())["outcome"] == "failed"
    assert ET.parse(tmp_path / "reports" / "report.xml").getroot().find(".//failure") is not None
    assert partnersim("report", journal, "--format", "junit").stdout.startswith("<?xml")


def test_several_formats_need_a_folder(partnersim: Command, journal: Path) -> None:
    ended = partnersim("report", journal, "--format", "text,json")
    assert ended.returncode == 2
    assert "--output" in ended.stderr


def test_what_is_no_journal_is_said_to_be_none(partnersim: Command, tmp_path: Path) -> None:
    (tmp_path / "x.ndjson").write_text("hello\n")
    ended = partnersim("judge", "x.ndjson")
    assert ended.returncode == 6
    assert "x.ndjson" in ended.stderr


def test_the_curl_line_of_a_failure_sends_the_same_body_again(
    partnersim: Command, journal: Path, answering: Answering
) -> None:
    said = partnersim("judge", journal).stdout
    (line,) = re.findall(r"curl -q (?:.*\\\n)*.*", said)
    sent = answering.requests[-1]
    subprocess.run(["bash", "-c", line], check=True, capture_output=True, timeout=20)
    path, headers, body = answering.requests[-1]
    assert len(answering.requests) == 3
    assert (path, body) == (sent[0], sent[2])
    assert headers == sent[1]


def test_the_partnersim_line_of_a_failure_sends_the_same_bytes_again(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    (tmp_path / "one.yaml").write_text(ONE)
    answering.rule = lambda *_: 500
    said = partnersim("run", "one.yaml", "--to", answering.url, "--no-confirm").stdout
    (line,) = set(re.findall(r"(partnersim run one\.yaml .*)$", said, flags=re.MULTILINE))
    first = [body for _, _, body in answering.requests]
    again = [sys.executable, "-m", "simulator", *line.split()[1:], "--no-confirm"]
    subprocess.run(again, cwd=tmp_path, capture_output=True, timeout=30, check=False, env=clean_environment())
    assert [body for _, _, body in answering.requests] == first * 2


def test_trigger_sends_one_delivery_with_what_was_set(partnersim: Command, answering: Answering) -> None:
    ended = partnersim(
        "trigger", "clevertap.completed", "--to", f"{answering.url}/hook", "--set", "Partner=Amazon S3",
        "--set", "Export Request Id=17", "--header", "X-Env: ci", "--authorization", "Bearer very-secret-value",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    ((path, headers, body),) = answering.requests
    assert path == "/hook"
    assert headers["X-Env"] == "ci"
    assert headers["Authorization"] == "Bearer very-secret-value"
    assert json.loads(body)["Partner"] == "Amazon S3"
    assert json.loads(body)["Export Request Id"] == 17
    assert "very-secret-value" not in ended.stdout


def test_trigger_says_when_what_was_set_breaks_the_payload(partnersim: Command, answering: Answering) -> None:
    answering.rule = lambda *_: 422
    ended = partnersim(
        "trigger", "reachfive.finished", "--to", answering.url, "--set", "status=RUNNING", "--remove", "id"
    )
    assert ended.returncode == 1
    ((_, _, body),) = answering.requests
    assert json.loads(body)["status"] == "RUNNING"
    assert "id" not in json.loads(body)


@pytest.mark.parametrize("event", [f"{name}.{event}" for name, one in PROVIDERS.items() for event in one.events])
def test_every_event_can_be_triggered(partnersim: Command, answering: Answering, event: str) -> None:
    assert partnersim("trigger", event, "--to", answering.url).returncode == 0
    assert len(answering.requests) == 1


def test_trigger_takes_readings(partnersim: Command, answering: Answering) -> None:
    partnersim("trigger", "reachfive.finished", "--to", answering.url, "--reading", "time_digits=microseconds")
    assert re.search(rb'"updated_at":"[^"]+\.\d{6}Z"', answering.requests[0][2])


@pytest.mark.parametrize("what", ["providers", "events", "readings", "scenarios", "faults", "checks"])
def test_list_says_the_same_to_people_and_programs(partnersim: Command, what: str) -> None:
    told = json.loads(partnersim("list", what, "--json").stdout)
    words = partnersim("list", what).stdout
    assert told
    assert all(one["name"] in words for one in told)


def test_every_fact_event_and_reading_is_listed_with_grade_and_source(partnersim: Command) -> None:
    for what in ("providers", "events", "readings"):
        for one in json.loads(partnersim("list", what, "--json").stdout):
            assert one["grade" if what != "providers" else "name"] in {"documented", "inferred", "assumed"}
            assert one["source"]


def test_every_check_is_explained(partnersim: Command, capsys: pytest.CaptureFixture[str]) -> None:
    checks = json.loads(partnersim("list", "checks", "--json").stdout)
    assert checks
    for one in checks:
        assert run(["explain", one["name"]]) == 0
        said = capsys.readouterr().out
        assert said.startswith(one["name"])
        assert len(said.splitlines()) >= 4


def test_every_schema_is_printed_as_it_is(partnersim: Command, capsys: pytest.CaptureFixture[str]) -> None:
    names = partnersim("schema").stdout.split()
    assert len(names) >= 6
    for name in names:
        assert run(["schema", name]) == 0
        assert capsys.readouterr().out.strip() == (folder("schemas") / f"{name}.schema.json").read_text("utf-8").strip()


def test_validate_tells_of_all_files_what_they_are_and_what_is_wrong(partnersim: Command, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(ONE)
    (tmp_path / "receiver.yaml").write_text("receiver: mine\nendpoints: {clevertap: {url: http://127.0.0.1:1/}}\n")
    (tmp_path / "bad.yaml").write_text(ONE.replace("provider", "provder"))
    (tmp_path / "broken.yaml").write_text(
        ONE + "timeline:\n  x: {event: completed, export: nightly, set: {Status: No}}\n"
    )
    ended = partnersim("validate", ".", "--json")
    assert ended.returncode == 2
    told = {Path(one["file"]).name: one for one in json.loads(ended.stdout)["files"]}
    assert {name: one["valid"] for name, one in told.items()} == {
        "good.yaml": True,
        "receiver.yaml": True,
        "bad.yaml": False,
        "broken.yaml": False,
    }
    assert told["good.yaml"]["kind"] == "scenario"
    assert told["receiver.yaml"]["kind"] == "receiver"
    assert "valid: false" in json.dumps(told["broken.yaml"])


def test_all_shipped_scenarios_are_valid(partnersim: Command) -> None:
    ended = partnersim("validate", *shipped_scenarios().values())
    assert ended.returncode == 0, ended.stderr


def test_defaults_come_from_pyproject_then_environment_then_flags(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    (tmp_path / "one.yaml").write_text(ONE)
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.partnersim]\nseed = 1\n[tool.partnersim.run]\nto = "{answering.url}"\n'
    )
    seeds = [
        json.loads(partnersim("run", "one.yaml", "--json", *words, env=env).stdout)["seed"]
        for words, env in (((), {}), ((), {"PARTNERSIM_SEED": "2"}), (("--seed", "3"), {"PARTNERSIM_SEED": "2"}))
    ]
    assert seeds == [1, 2, 3]


def test_a_default_that_no_option_has_is_refused(partnersim: Command, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.partnersim]\nsede = 1\n")
    ended = partnersim("plan", "clevertap/one-time-export")
    assert ended.returncode == 2
    assert "sede" in ended.stderr


def test_plan_shows_no_more_than_asked(partnersim: Command) -> None:
    ended = partnersim("plan", "clevertap/month-of-exports", "--limit", "3", "--brief")
    assert ended.returncode == 0
    assert len([line for line in ended.stdout.splitlines() if line.startswith("#")]) == 3


def test_receive_prints_a_receiver_file_that_is_valid_and_works(partnersim: Command, tmp_path: Path) -> None:
    (tmp_path / "receiver.yaml").write_text(partnersim("receive", "--print-receiver-file", "--port", "8123").stdout)
    assert partnersim("validate", "receiver.yaml").returncode == 0


def test_receive_stops_when_asked_and_keeps_what_it_has(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "receive", "--port", "0", "--database", "kept.sqlite"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=clean_environment(),
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"listening on http://127.0.0.1:")
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert (tmp_path / "kept.sqlite").stat().st_size > 0


def test_receive_says_when_its_port_is_taken(partnersim: Command, answering: Answering) -> None:
    ended = partnersim("receive", "--port", answering.url.rpartition(":")[2])
    assert ended.returncode == 2
    assert "choose another port with --port; --port 0 takes any that is free" in ended.stderr


def test_receive_says_when_its_address_is_none_of_this_machine(partnersim: Command) -> None:
    ended = partnersim("receive", "--port", "0", "--host", "203.0.113.1")
    assert ended.returncode == 2
    assert "--host" in ended.stderr
    assert "--port" not in ended.stderr


def test_doctor_looks_at_the_machine_and_the_receiver(
    partnersim: Command, tmp_path: Path, answering: Answering, closed_port: str
) -> None:
    (tmp_path / "there.yaml").write_text(f"receiver: there\nendpoints: {{clevertap: {{url: {answering.url}/}}}}\n")
    (tmp_path / "gone.yaml").write_text(f"receiver: gone\nendpoints: {{clevertap: {{url: {closed_port}/}}}}\n")
    assert partnersim("doctor").returncode == 0
    there = partnersim("doctor", "--receiver", "there.yaml", "--json")
    assert there.returncode == 0
    assert "answered 404; so the host is there, the hook itself is not tried" in there.stdout
    gone = partnersim("doctor", "--receiver", "gone.yaml")
    assert gone.returncode == 4
    assert "refused" in gone.stdout
    assert answering.requests == []  # no notification was sent


def test_the_demo_passes_and_leaves_its_reports(partnersim: Command, tmp_path: Path) -> None:
    ended = partnersim("demo", "--keep", tmp_path / "kept")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    report = json.loads((tmp_path / "kept" / "report.json").read_text())
    assert report["scenarios"] >= 6
    assert {one["outcome"] for one in report["verdicts"]} == {"passed"}
    assert {one["provider"] for one in report["plays"]} == {"clevertap", "reachfive"}
    assert (tmp_path / "kept" / "report.txt").exists()
    assert ET.parse(tmp_path / "kept" / "report.xml").getroot().tag == "testsuites"


def test_judge_comes_to_the_verdict_of_the_run_also_where_a_second_run_had_to_confirm(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    (tmp_path / "one.yaml").write_text(ONE)
    answering.rule = lambda *_: 500 if len(answering.requests) == 2 else 200
    ran = partnersim("run", "one.yaml", "--to", answering.url, "--journal", "j")
    assert ran.returncode == 4
    judged = partnersim("judge", tmp_path / "j" / "01-one.ndjson", "--json")
    assert judged.returncode == 4
    assert "flaky" in json.loads(judged.stdout)["verdicts"][0]["because"]
    both = partnersim("judge", *(tmp_path / "j").glob("*.ndjson"), "--json")
    assert both.returncode == 4
    assert json.loads(both.stdout)["scenarios"] == 1


def test_a_journal_knows_the_line_that_plays_it_again(partnersim: Command, journal: Path) -> None:
    assert "partnersim run one.yaml --to http://127.0.0.1:" in partnersim("judge", journal).stdout


def test_explain_takes_the_names_that_reports_print(partnersim: Command) -> None:
    assert partnersim("explain", "then/3-ends-stay-ended").stdout.startswith("ends-stay-ended")
    assert "refused" in partnersim("explain", "expect/forged").stdout


def test_credentials_of_the_environment_do_not_stand_in_the_way_of_a_receiver_file(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    (tmp_path / "one.yaml").write_text(ONE)
    (tmp_path / "r.yaml").write_text(f"receiver: r\nendpoints: {{clevertap: {{url: {answering.url}/}}}}\n")
    same = ["run", "one.yaml", "--receiver", "r.yaml"]
    assert partnersim(*same, env={"PARTNERSIM_AUTHORIZATION": "Bearer of-others"}).returncode == 0
    assert "Authorization" not in answering.requests[0][1]
    assert partnersim(*same, "--authorization", "Bearer mine").returncode == 2


def test_trigger_has_no_options_that_mean_nothing_to_it(partnersim: Command) -> None:
    for option in ("--jobs", "--tolerance"):
        assert partnersim("trigger", "clevertap.completed", "--to", "http://127.0.0.1:1/", option, "3").returncode == 2


def test_a_load_block_that_run_does_not_play_is_spoken_of(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    (tmp_path / "one.yaml").write_text(ONE + "load: {rate: 5/s, for: 1s}\n")
    assert "`load` was not played" in partnersim("run", "one.yaml", "--to", answering.url).stdout


def test_a_receiver_named_by_the_project_gives_way_to_one_that_is_typed(
    partnersim: Command, tmp_path: Path, answering: Answering, closed_port: str
) -> None:
    (tmp_path / "r.yaml").write_text(f"receiver: r\nendpoints: {{clevertap: {{url: {closed_port}/}}}}\n")
    (tmp_path / "pyproject.toml").write_text('[tool.partnersim]\nreceiver = "r.yaml"\n')
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "one.yaml").write_text(ONE)
    assert partnersim("run", "one.yaml", cwd=tmp_path / "below").returncode == 3  # found beside pyproject.toml
    assert partnersim("run", "one.yaml", "--to", answering.url, cwd=tmp_path / "below").returncode == 0
    both = partnersim("run", "one.yaml", "--to", answering.url, "--receiver", "x", cwd=tmp_path / "below")
    assert both.returncode == 2
    assert "exclude" in both.stderr


def test_judge_and_report_take_the_folder_of_a_run(partnersim: Command, journal: Path, tmp_path: Path) -> None:
    assert partnersim("judge", journal.parent).returncode == 1
    assert "500" in partnersim("report", journal.parent).stdout
    (tmp_path / "empty").mkdir()
    assert partnersim("judge", "empty").returncode == 6


def test_a_journal_of_another_making_is_a_matter_of_files_and_no_fault_of_ours(
    partnersim: Command, journal: Path
) -> None:
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join([lines[0].replace('"reproduce"', '"reprodce"'), *lines[1:]]))
    ended = partnersim("judge", journal)
    assert ended.returncode == 6
    assert journal.name in ended.stderr


def test_the_curl_line_keeps_https(partnersim: Command, closed_port: str) -> None:
    said = partnersim("trigger", "clevertap.completed", "--to", closed_port.replace("http:", "https:")).stdout
    assert closed_port.replace("http:", "https:") in said.partition("curl -q")[2].partition("play it again")[0]


def test_plan_tells_what_a_fault_makes_of_a_delivery(partnersim: Command, tmp_path: Path) -> None:
    steps = "timeline:\n  slow: {event: completed, export: nightly, fault: {pause: {after: 60%, for: 1s}}}\n"
    steps += "  cut: {event: completed, export: nightly, fault: {truncate: 60%}}\n"
    (tmp_path / "odd.yaml").write_text(ONE + steps)
    said = partnersim("plan", "odd.yaml", "--brief").stdout
    assert re.search(r"on the wire: \d+ bytes, rest 1s, \d+ bytes\)", said)
    assert re.search(r"on the wire: \d+ bytes, hang up\)", said)


def test_a_pipe_among_the_files_of_a_folder_is_passed_over(partnersim: Command, tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "one.yaml").write_text(ONE)
    os.mkfifo(tmp_path / "all" / "two.yaml")
    assert partnersim("run", "all", "--to", "http://127.0.0.1:1/").returncode == 3
