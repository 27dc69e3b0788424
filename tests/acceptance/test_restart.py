"""A receiver that is killed in the middle of a story and started again: what it acknowledged, it is to know still."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from simulator.sample import receiver_file
from tests.acceptance.conftest import Answering, Command, clean_environment, gone
from tests.ports import free_port

SERVICE = """\
import http.server, json, os, pathlib, sys, threading, time
port, keeps, again = int(sys.argv[1]), sys.argv[2], sys.argv[3]
here, file = pathlib.Path(__file__).parent, pathlib.Path(__file__).with_name("state.json")
starts = len(list(here.glob("started-*"))) + 1
(here / f"started-{starts}").write_text(str(os.getpid()))
if starts > 1 and again == "ends":
    print("the lock is still there", flush=True)
    sys.exit(7)
if starts > 1 and again == "hangs":
    time.sleep(60)
known = json.loads(file.read_text()) if file.exists() else {}
lock = threading.Lock()

def store(id_, status):
    with lock:
        one = known.setdefault(id_, {"id": id_, "status": status, "effects": 0})
        if one["effects"] == 0:
            one["status"] = status
            one["effects"] = 0 if status == "Initiated" else 1
        if keeps != "in memory":
            written = file.with_name("new.json")
            written.write_text(json.dumps(known))
            written.replace(file)

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        with lock:
            one = known.get(self.path.rpartition("/")[2])
            self.answer(200 if one or self.path == "/ready" else 404, json.dumps(one).encode())
    def do_POST(self):
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        id_, status = str(told.get("Export Request Id") or told["id"]), told.get("Status") or told["status"]
        if keeps == "later":
            threading.Timer(0.2, store, (id_, status)).start()
        else:
            store(id_, status)
        self.answer(200, b"{}")
    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass

class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64

Server(("127.0.0.1", port), Handler).serve_forever()
"""
PLAYED = """\
scenario: Killed, and started again
provider: clevertap
clock: {scale: instant}
exports:
  before: {takes: 9m20s}
  after: {at: 1h, takes: 9m20s}
restart: {at: 30m}
then:
  - invariant: acknowledged-is-kept
"""


def written(folder: Path, keeps: str = "at once", again: str = "comes", command: str = "") -> Path:
    """A receiver file whose receiver stores what it gets at once, later, or only in memory."""
    port, file = free_port(), folder / "receiver.yaml"
    (folder / "service.py").write_text(SERVICE)
    (folder / "killed.yaml").write_text(PLAYED)
    run = f"{sys.executable} service.py {port} '{keeps}' {again}"
    (folder / "start.sh").write_text(f"{run} &\nwait\n")
    at = f"http://127.0.0.1:{port}"
    file.write_text(
        f"receiver: mine\nstart: {json.dumps(command or run)}\nready: {at}/ready\n"
        f"endpoints: {{clevertap: {{url: {at}/hook}}, reachfive: {{url: {at}/hook}}}}\n"
        f'probes: {{export: {{get: "{at}/exports/{{id}}", absent: 404, '
        "select: {id: $.id, status: $.status, effects: $.effects}}}\n"
    )
    return file


def pids(folder: Path) -> list[str]:
    return [one.read_text() for one in sorted(folder.glob("started-*"))]


def notes(folder: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for one in folder.glob("*.ndjson") for line in one.read_text().splitlines()]
    return [one for one in lines if one["kind"] == "note"]


def test_the_sample_receiver_knows_what_it_acknowledged_when_it_was_killed(partnersim: Command, tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "receiver.yaml"
    command = f"{sys.executable} -m simulator receive --port {port} --database kept.sqlite"
    file.write_text(receiver_file(f"http://127.0.0.1:{port}", None) + f"start: {command}\n")
    ended = partnersim("conform", "--receiver", file, "--select", "cut/restart", "--journal", "j", "--json")
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)["verdicts"]
    assert [(one["rule"], one["outcome"]) for one in told] == [("cut/restart", "passed")] * 2
    assert [one["what"] for one in notes(tmp_path / "j")] == ["killed", "started again"] * 2
    assert (tmp_path / "j" / "receiver.log").read_text().count("listening on") == 3


@pytest.mark.parametrize("command", [pytest.param("", marks=pytest.mark.deep), "sh start.sh"])
def test_every_process_of_it_is_killed_and_the_story_goes_on_with_new_ones(
    partnersim: Command, tmp_path: Path, command: str
) -> None:
    ended = partnersim("run", "killed.yaml", "--receiver", written(tmp_path, command=command), "--journal", "j")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert len(set(pids(tmp_path))) == 2
    assert all(map(gone, pids(tmp_path)))
    (journal,) = (tmp_path / "j").glob("*.ndjson")
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    kinds = [one.get("what") or one["kind"] for one in lines if one["kind"] != "observation"]
    deliveries = ["intent", "outcome"] * 2
    assert kinds == ["header", *deliveries, "killed", "started again", *deliveries, "footer"]
    killed = next(number for number, one in enumerate(lines) if one.get("what") == "killed")
    assert lines[killed - 1]["kind"] == "outcome", "nothing was asked between the last answer and the end"


@pytest.mark.parametrize("keeps", [pytest.param("in memory", marks=pytest.mark.deep), "later"])
def test_one_that_acknowledges_before_it_stores_fails_by_exactly_that(
    partnersim: Command, tmp_path: Path, keeps: str
) -> None:
    file = written(tmp_path, keeps)
    words = ["--receiver", file, "--no-confirm", "--json"]
    ended = partnersim("conform", *words, "--select", "cut/restart", "--fail-on", "should")
    assert ended.returncode == 1, ended.stderr
    told = json.loads(ended.stdout)["verdicts"]
    assert [one["outcome"] for one in told] == ["failed", "failed"]
    ended = partnersim("run", "rules/cut/restart@clevertap", *words)
    told = json.loads(ended.stdout)["verdicts"]
    assert [one["rule"] for one in told if one["outcome"] != "passed"] == ["then/1-acknowledged-is-kept"]
    (because,) = [one["because"] for one in told if one["outcome"] == "failed"]
    assert "acknowledged" in because


def test_one_that_does_not_come_back_is_inconclusive_and_says_why(partnersim: Command, tmp_path: Path) -> None:
    file = written(tmp_path, again="ends")
    ended = partnersim("conform", "--receiver", file, "--select", "cut", "--json", "--journal", "j")
    assert ended.returncode == 4, ended.stderr
    told = {one["scenario"]: one for one in json.loads(ended.stdout)["verdicts"]}
    assert told["rules/cut/after-body@clevertap"]["outcome"] == "passed", "what was played before stays"
    for partner in ("clevertap", "reachfive"):
        verdict = told[f"rules/cut/restart@{partner}"]
        assert verdict["outcome"] == "inconclusive"
        for words in ("was killed, and did not come back", "ended with code 7, and said: the lock is still there"):
            assert verdict["because"].count(words) == 1
    ended = partnersim("run", "killed.yaml", "--receiver", file)
    assert ended.returncode == 3, "it does not come at all"


def test_one_whose_restart_hangs_is_given_up_after_the_wait_timeout(partnersim: Command, tmp_path: Path) -> None:
    file = written(tmp_path, again="hangs")
    ended = partnersim("run", "killed.yaml", "--receiver", file, "--wait-timeout", "1s")
    assert ended.returncode == 4
    assert "did not come back" in ended.stdout
    assert "not ready within 1 s" in " ".join(ended.stdout.split())
    assert all(map(gone, pids(tmp_path)))


def test_ctrl_c_while_it_comes_back_leaves_no_process(tmp_path: Path) -> None:
    file = written(tmp_path, again="hangs")
    words = [sys.executable, "-m", "simulator", "run", "killed.yaml", "--receiver", str(file)]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=clean_environment()
    )
    patience = time.monotonic() + 20
    while len(pids(tmp_path)) < 2 and time.monotonic() < patience:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"interrupted" in said
    assert len(pids(tmp_path)) == 2
    assert all(map(gone, pids(tmp_path)))


def test_without_start_in_the_receiver_file_nothing_is_sent_and_the_rule_does_not_apply(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    (tmp_path / "killed.yaml").write_text(PLAYED)
    ended = partnersim("run", "killed.yaml", "clevertap/one-time-export", "--to", answering.url)
    assert ended.returncode == 2
    assert "`start`" in ended.stderr
    both = ("--partner", "clevertap", "--partner", "reachfive")
    ended = partnersim("conform", "--to", answering.url, *both, "--select", "cut/restart", "--json")
    assert [one["outcome"] for one in json.loads(ended.stdout)["verdicts"]] == ["not-applicable"] * 2
    assert answering.requests == []
