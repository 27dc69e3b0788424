"""Every exit code that a CI job can see, each from a real process."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import simulator.cli
from tests.acceptance.conftest import Answering, Command, clean_environment

SCENARIO = """\
scenario: One export
provider: clevertap
clock: {scale: instant}
exports:
  nightly: {frequency: one time}
"""

CLAIM = """\
then:
  - eventually: {of: nightly, status: Completed, within: 300ms}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.yaml"
    path.write_text(SCENARIO)
    return path


def test_0_when_every_promise_was_kept(partnersim: Command, scenario: Path, answering: Answering) -> None:
    ended = partnersim("run", scenario, "--to", answering.url)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert len(answering.requests) == 2
    assert ended.stderr == ""


def test_1_when_the_receiver_broke_a_promise(partnersim: Command, scenario: Path, answering: Answering) -> None:
    answering.rule = lambda body, _: 500 if b"Completed" in body else 200
    ended = partnersim("run", scenario, "--to", answering.url)
    assert ended.returncode == 1
    assert "500" in ended.stdout
    assert "curl" in ended.stdout
    assert "partnersim run" in ended.stdout


def test_1_is_confirmed_by_a_second_run_with_fresh_ids(
    partnersim: Command, scenario: Path, answering: Answering
) -> None:
    answering.rule = lambda body, _: 500 if b"Completed" in body else 200
    partnersim("run", scenario, "--to", answering.url)
    ids = [json.loads(body)["Export Request Id"] for _, _, body in answering.requests]
    assert len(ids) == 4
    assert ids[0] == ids[1] != ids[2] == ids[3]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "SCENARIO"),
        (["run", "no-such-scenario", "--to", "http://127.0.0.1:1/"], "no-such-scenario"),
        (["run", "clevertap/one-time-export"], "--receiver"),
        (["run", "clevertap/one-time-export", "--to", "ftp://x/"], "ftp"),
        (["run", "clevertap/one-time-export", "--to", "http://127.0.0.1:1/", "--time-scale", "fast"], "fast"),
        (["run", "clevertap/one-time-export", "--to", "http://127.0.0.1:1/", "--report", "pdf=x"], "pdf"),
        (["trigger", "clevertap.done", "--to", "http://127.0.0.1:1/"], "clevertap.completed"),
        (["trigger", "clevertap.completed", "--to", "http://127.0.0.1:1/", "--set", "Partnr=x"], "Partnr"),
        (["explain", "repeats-change-nothin"], "repeats-change-nothing"),
        (["rnu"], "run"),
        (["schema", "scenari"], "scenario"),
    ],
)
def test_2_when_the_command_is_wrong_and_it_says_what_would_be_right(
    partnersim: Command, words: list[str], said: str
) -> None:
    ended = partnersim(*words)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_2_when_a_file_is_wrong_and_nothing_was_sent(partnersim: Command, scenario: Path, answering: Answering) -> None:
    scenario.write_text(SCENARIO.replace("frequency", "frequnecy"))
    ended = partnersim("run", "clevertap/one-time-export", scenario, "--to", answering.url)
    assert ended.returncode == 2
    assert f"{scenario}:5:13" in ended.stderr
    assert "frequency" in ended.stderr
    assert answering.requests == []


def test_3_when_nobody_listens(partnersim: Command, scenario: Path, closed_port: str) -> None:
    ended = partnersim("run", scenario, "--to", closed_port)
    assert ended.returncode == 3
    assert "refused" in ended.stdout


def test_3_when_the_receiver_is_not_ready_in_time(partnersim: Command, scenario: Path, closed_port: str) -> None:
    ended = partnersim("run", scenario, "--to", closed_port, "--wait-for", closed_port, "--wait-timeout", "300ms")
    assert ended.returncode == 3
    assert "not ready" in ended.stderr


def test_4_when_there_is_no_probe_to_judge_a_claim_by(
    partnersim: Command, scenario: Path, answering: Answering
) -> None:
    scenario.write_text(SCENARIO + CLAIM)
    ended = partnersim("run", scenario, "--to", answering.url)
    assert ended.returncode == 4
    assert "probe" in ended.stdout


def test_4_when_a_failure_does_not_come_again(partnersim: Command, scenario: Path, answering: Answering) -> None:
    answering.rule = lambda *_: 500 if len(answering.requests) == 2 else 200
    ended = partnersim("run", scenario, "--to", answering.url)
    assert ended.returncode == 4
    assert "flaky" in ended.stdout


def test_6_when_the_journal_cannot_be_written(partnersim: Command, scenario: Path, answering: Answering) -> None:
    in_the_way = scenario.with_name("journals")
    in_the_way.write_text("a file, no folder")
    ended = partnersim("run", scenario, "--to", answering.url, "--journal", in_the_way)
    assert ended.returncode == 6
    assert str(in_the_way) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert answering.requests == []


def test_6_when_the_disk_is_full_and_the_journal_stays_readable(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    long = tmp_path / "long.yaml"
    long.write_text(SCENARIO.replace("frequency: one time", "frequency: every 4 hours, runs: 200"))
    ended = partnersim(
        "run", long, "--to", answering.url, "--journal", tmp_path / "j",
        env={"COVERAGE_PROCESS_CONFIG": ""},  # a coverage file would be cut short as well
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )  # fmt: skip
    assert ended.returncode == 6
    assert "01-" in ended.stderr
    assert "Traceback" not in ended.stderr
    (journal,) = (tmp_path / "j").glob("*.ndjson")
    assert partnersim("judge", journal).returncode == 4


def test_6_when_a_report_cannot_be_written(partnersim: Command, scenario: Path, answering: Answering) -> None:
    ended = partnersim("run", scenario, "--to", answering.url, "--report", "json=/dev/null/report.json")
    assert ended.returncode == 6
    assert "/dev/null/report.json" in ended.stderr


def test_6_when_whoever_read_the_output_has_gone(scenario: Path, answering: Answering) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "run", str(scenario), "--to", answering.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=scenario.parent,
        env=clean_environment(),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(30) == 6
    assert "Traceback" not in said
    assert "Exception ignored" not in said


def test_70_when_the_fault_is_ours(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_: str) -> Any:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("simulator.authoring.load_scenario", broken)
    assert simulator.cli.run(["plan", "clevertap/one-time-export"]) == 70
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_130_and_143_when_interrupted_and_what_happened_is_reported(
    tmp_path: Path, answering: Answering, number: signal.Signals, code: int
) -> None:
    slow = tmp_path / "slow.yaml"
    slow.write_text(SCENARIO.replace("instant", "real").replace("{frequency: one time}", "{takes: 1h}"))
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "run", str(slow), "--to", answering.url, "--report", "json=report.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=clean_environment(),
    )
    patience = time.monotonic() + 20
    while not answering.requests and time.monotonic() < patience:
        time.sleep(0.02)
    asked = time.monotonic()
    os.kill(process.pid, number)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == code
    assert time.monotonic() - asked < 10.0
    assert b"interrupted" in said
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["exit_code"] == code
    assert report["deliveries"] == 1


@pytest.mark.parametrize("words", [["run", "nothing", "--json"], ["rnu", "--json"], ["run", "--json"]])
def test_with_json_stdout_is_one_value_also_on_failure(partnersim: Command, words: list[str]) -> None:
    ended = partnersim(*words)
    told = json.loads(ended.stdout)
    assert told["exit_code"] == ended.returncode == 2
    assert told["error"]["message"]


def test_with_json_a_run_is_one_value_and_words_go_to_stderr(
    partnersim: Command, scenario: Path, answering: Answering
) -> None:
    ended = partnersim("run", scenario, "--to", answering.url, "--json")
    assert json.loads(ended.stdout)["outcome"] == "passed"
    assert "One export" in ended.stderr


def test_a_long_run_that_is_interrupted_is_reported_at_once_and_judged_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simulator import limits, play

    monkeypatch.setattr(limits, "JUDGED_AT_ONCE", 5)
    (tmp_path / "long.yaml").write_text(SCENARIO.replace("frequency: one time", "frequency: every 4 hours, runs: 50"))
    told = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        told.append(1)
        if len(told) == 20:
            os.kill(os.getpid(), signal.SIGINT)
        start_response("200 OK", [])
        return []

    report = play(tmp_path / "long.yaml", app, journals=tmp_path / "j")
    assert report.exit_code == 130
    assert report.verdicts == ()
    assert "partnersim judge" in report.plays[0].note
