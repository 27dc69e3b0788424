"""Environments nobody plans for: streams that are closed or full, folders that are gone, signals at odd moments."""

import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Answering, Command, clean_environment, gone, unmeasured_environment

ONE = "scenario: One\nprovider: clevertap\nclock: {scale: instant}\nexports: {one: {}}\n"
SLOW = ONE.replace("instant", "1h=1s").replace("one: {}", "one: {frequency: every 4 hours, runs: 60}")
PARTNERSIM = f"{shlex.quote(sys.executable)} -m simulator"

Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Run a line of shell in an empty folder; `partnersim` stands for the command."""

    def call(line: str, env: dict[str, str] | None = None) -> Any:
        return subprocess.run(
            ["bash", "-c", line.replace("partnersim", PARTNERSIM)],
            capture_output=True, text=True, timeout=60, cwd=tmp_path, env=clean_environment(env), check=False,
        )  # fmt: skip

    return call


@pytest.fixture
def one(tmp_path: Path, answering: Answering) -> str:
    """The words of a run that passes."""
    (tmp_path / "one.yaml").write_text(ONE)
    return f"run one.yaml --to {answering.url}"


# Streams


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_closed_stream_changes_nothing_about_the_verdict(shell: Shell, one: str, closed: str) -> None:
    ended = shell(f"partnersim {one} {closed}")
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""


@pytest.mark.parametrize("words", ["list faults", "list faults --json", "plan one.yaml", "--version", "--help"])
def test_output_that_cannot_be_written_is_exit_6(shell: Shell, one: str, words: str) -> None:
    del one
    ended = shell(f"partnersim {words} >/dev/full")
    assert ended.returncode == 6
    assert "No space left on device" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "fault of partnersim" not in ended.stderr


def test_so_it_is_for_a_run(shell: Shell, one: str) -> None:
    for line in (f"partnersim {one} >/dev/full", f"partnersim {one} --json >/dev/full"):
        ended = shell(line)
        assert ended.returncode == 6, ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_pipe_that_nobody_reads_is_exit_6(shell: Shell, unbuffered: str) -> None:
    for words in ("list faults", "--version", "--help"):
        for both in ("", "2>&1"):
            line = f"(sleep 0.3; exec partnersim {words}) {both} | true; exit ${{PIPESTATUS[0]}}"
            ended = shell(line, {"PYTHONUNBUFFERED": unbuffered})
            assert ended.returncode == 6, (words, both, ended.stderr)
            assert "Traceback" not in ended.stderr


def test_words_that_nobody_takes_do_not_turn_into_a_verdict(shell: Shell, one: str) -> None:
    assert shell("partnersim run nope --to http://127.0.0.1:1/ 2>/dev/full").returncode == 2
    ended = shell(f"partnersim {one} --json 2>/dev/full")
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["outcome"] == "passed"


def test_escapes_in_a_file_name_do_not_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "x\x1b]0;title\x07.yaml").write_text(ONE)
    (tmp_path / "y\x1b]0;title\x07.yaml").write_text("scenario: One\n")
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "validate", "."],
        cwd=tmp_path, env=clean_environment(), stdout=slave, stderr=slave, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(slave)
    said = b""
    try:
        while block := os.read(master, 65536):
            said += block
    except OSError:
        pass  # so a terminal ends
    os.close(master)
    assert process.wait(30) == 2
    assert b"title" in said
    assert b"\x1b" not in said


# Folders, files, limits


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("list faults", 0),
        ("doctor", 4),
        ("run one --to http://[::1]:1/", 2),
        ("trigger clevertap.test --to http://[::1]:1/", 6),
        ("judge x", 6),
    ],
)
def test_a_folder_that_is_gone(shell: Shell, words: str, code: int) -> None:
    ended = shell(f"mkdir gone; cd gone; rmdir ../gone; partnersim {words}")
    assert ended.returncode == code, ended.stderr
    assert "fault of partnersim" not in ended.stderr


def test_too_few_open_files_is_no_fault_of_partnersim(shell: Shell, one: str) -> None:
    said = [shell(f"ulimit -n {number}; partnersim {one}") for number in (13, 14)]
    assert {ended.returncode for ended in said} <= {0, 3, 4, 6}
    assert not any("fault of partnersim" in ended.stderr for ended in said)


def test_names_that_no_file_can_have(partnersim: Command) -> None:
    for word in ("", "x" * 300):
        for words in (["run", word, "--to", "http://127.0.0.1:1/"], ["validate", word]):
            ended = partnersim(*words)
            assert ended.returncode == 2, ended.stderr


@pytest.mark.parametrize("option", ["--journal", "--wait-for", "--allow-target"])
def test_an_empty_value_is_a_mistake(partnersim: Command, one: str, option: str) -> None:
    ended = partnersim(*one.split(), option, "")
    assert ended.returncode == 2
    assert option in ended.stderr


@pytest.mark.parametrize("host", ["http://example.com/", "example.com:80", "*"])
def test_a_target_that_could_never_match_is_a_mistake(partnersim: Command, one: str, host: str) -> None:
    ended = partnersim(*one.split(), "--allow-target", host)
    assert ended.returncode == 2
    assert "not a host" in ended.stderr


def test_a_wrong_url_to_wait_for_is_exit_2(partnersim: Command, one: str, answering: Answering) -> None:
    ended = partnersim(*one.split(), "--wait-for", "localhost:8000")
    assert ended.returncode == 2
    assert "localhost:8000" in ended.stderr
    assert answering.requests == []


def test_a_key_without_its_certificate_is_a_mistake(partnersim: Command, one: str) -> None:
    ended = partnersim(*one.split(), "--key", "key.pem")
    assert ended.returncode == 2
    assert "--cert" in ended.stderr


def test_the_sample_receiver_does_not_listen_everywhere_by_an_empty_host(partnersim: Command) -> None:
    ended = partnersim("receive", "--host", "", "--port", "0")
    assert ended.returncode == 2
    assert "host" in ended.stderr


@pytest.mark.parametrize("value", ["[" * 5000, '"\\ud800"', os.fsdecode(b"\xff")])
def test_odd_values_of_a_key(partnersim: Command, answering: Answering, value: str) -> None:
    ended = partnersim("trigger", "clevertap.completed", "--to", answering.url, "--set", f"Export Request Id={value}")
    assert ended.returncode in {0, 2}, ended.stderr


def test_json_that_is_nested_too_deep_is_a_mistake_with_its_place(partnersim: Command, tmp_path: Path) -> None:
    (tmp_path / "deep.yaml").write_text('{"a":' * 100_000)
    ended = partnersim("validate", "deep.yaml")
    assert ended.returncode == 2, ended.stderr
    assert "deep.yaml:1:321: nested deeper" in ended.stderr


def test_a_mistake_outside_of_any_line_names_its_file(partnersim: Command, tmp_path: Path) -> None:
    (tmp_path / "early.yaml").write_text(ONE.replace("instant", 'instant, start: "0001-01-01T00:00:00Z"'))
    ended = partnersim("validate", "early.yaml")
    assert ended.returncode == 2
    assert "early.yaml" in ended.stderr


def test_many_at_once_in_one_folder_keep_their_journals_apart(shell: Shell, one: str, tmp_path: Path) -> None:
    ended = shell(f"for n in 1 2 3 4 5; do partnersim {one} -q & done; wait")
    assert ended.stderr == ""
    assert len([*tmp_path.glob(".partnersim/*/*.ndjson")]) == 5


def without_seed(header: dict[str, Any]) -> None:
    del header["seed"]


def without_title(header: dict[str, Any]) -> None:
    header["scenario"]["title"] = None


@pytest.mark.parametrize("spoil", [without_seed, without_title])
def test_a_journal_that_says_what_none_says_is_exit_6(
    partnersim: Command, one: str, tmp_path: Path, spoil: Callable[[dict[str, Any]], None]
) -> None:
    partnersim(*one.split(), "--journal", "j")
    (path,) = (tmp_path / "j").glob("*.ndjson")
    first, *rest = path.read_text().splitlines(keepends=True)
    header = json.loads(first)
    spoil(header)
    path.write_text("".join([f"{json.dumps(header)}\n", *rest]))
    ended = partnersim("judge", path, "--json")
    assert ended.returncode == 6, ended.stderr
    assert "line 1" in ended.stderr
    assert json.loads(ended.stdout)["exit_code"] == 6
    assert partnersim("report", path).returncode == 6


# Environment and project


def test_errors_are_json_however_json_was_asked_for(partnersim: Command, tmp_path: Path) -> None:
    wrong = ["run", "nope", "--to", "http://127.0.0.1:1/"]
    for word, wanted in (("1", True), ("yes", True), ("no", False), ("", False)):
        ended = partnersim(*wrong, env={"PARTNERSIM_JSON": word})
        assert bool(ended.stdout) == wanted, word
    (tmp_path / "pyproject.toml").write_text("[tool.partnersim]\njson = true\n")
    ended = partnersim(*wrong)
    assert ended.returncode == 2
    assert json.loads(ended.stdout)["exit_code"] == 2


@pytest.mark.parametrize(
    "table",
    ["quiet = [1]", "report = [['json', 'x']]", "start = 2026-01-05", "journal = [1]", "seed = 1.5", "seed = true",
     "wait-timeout = [5]", "\xff", "[tool.partnersim.run]\njobs = [[[]]]"],
)  # fmt: skip
def test_a_default_of_the_wrong_kind_is_exit_2(partnersim: Command, one: str, tmp_path: Path, table: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(f"[tool.partnersim]\n{table}\n".encode("latin-1"))
    ended = partnersim(*one.split())
    assert ended.returncode == 2, ended.stderr
    assert "fault of partnersim" not in ended.stderr


@pytest.mark.parametrize(
    "text", ["tool = 5 # tool.partnersim", "[tool]\npartnersim = 5", "[tool.partnersim]\nheader = 'X-Env: ci'"]
)
def test_odd_ways_to_write_the_table(partnersim: Command, one: str, tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert partnersim(*one.split()).returncode == (2 if "partnersim = 5" in text else 0)


def test_defaults_are_found_however_the_table_is_written(partnersim: Command, one: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\npartnersim = {seed = 7}\n")
    assert "seed 7," in partnersim(*one.split()).stdout


def test_a_receiver_that_was_typed_wins_over_one_that_was_not(
    partnersim: Command, one: str, tmp_path: Path, answering: Answering
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.partnersim]\nreceiver = 'none.yaml'\n")
    assert partnersim(*one.split()).returncode == 0
    assert partnersim("run", "one.yaml", env={"PARTNERSIM_TO": answering.url}).returncode == 0
    assert partnersim("plan", "one.yaml", "--to", answering.url).returncode == 0
    ended = partnersim(*one.split(), "--receiver", "other.yaml")
    assert ended.returncode == 2
    assert "exclude" in ended.stderr


# Signals


def interrupted(words: list[str], folder: Path, number: int, after: Callable[[], bool]) -> tuple[int, float, str]:
    """Exit code, seconds from the signal to the end, and what was said on stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", *words],
        cwd=folder, env=unmeasured_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until = time.monotonic() + 20
    while not after() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(number)
    began = time.monotonic()
    _, said = process.communicate(timeout=30)
    return process.returncode, time.monotonic() - began, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nobody_waits_for_a_receiver_any_more_when_the_run_is_not_wanted(
    tmp_path: Path, one: str, answering: Answering, number: int
) -> None:
    asked: list[str] = []

    def not_yet(path: str) -> tuple[int, bytes]:
        asked.append(path)
        return 503, b""

    answering.state = not_yet
    words = [*one.split(), "--wait-for", f"{answering.url}/ready", "--wait-timeout", "15s"]
    code, took, said = interrupted(words, tmp_path, number, lambda: len(asked) > 1)
    assert code == 128 + number, said
    assert took < 10  # of the 15 s it might have waited
    assert answering.requests == []


STUBBORN = """\
import http.server, os, pathlib, signal, sys

signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path("pid").write_text(str(os.getpid()))

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"])); self.send_response(200); self.end_headers()
        pathlib.Path("asked").touch()
    def log_message(self, *args): pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.mark.parametrize(
    "script", ["exec {python} stubborn.py {port}", "{python} stubborn.py {port} & wait"], ids=["itself", "its child"]
)
def test_no_process_is_left_of_a_receiver_that_ignores_sigterm(tmp_path: Path, closed_port: str, script: str) -> None:
    port = closed_port.rpartition(":")[2]
    (tmp_path / "slow.yaml").write_text(SLOW)
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    (tmp_path / "script.sh").write_text(script.format(python=shlex.quote(sys.executable), port=port))
    (tmp_path / "receiver.yaml").write_text(
        f"receiver: mine\nstart: bash script.sh\nendpoints: {{clevertap: {{url: {closed_port}/}}}}\n"
    )
    words = ["run", "slow.yaml", "--receiver", "receiver.yaml", "--journal", "j"]
    code, took, said = interrupted(words, tmp_path, signal.SIGINT, (tmp_path / "asked").exists)
    assert code == 130, said
    assert took < 20
    assert gone((tmp_path / "pid").read_text())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_receiver_of_the_demo_ends_with_it(tmp_path: Path, number: int) -> None:
    began = tmp_path / "keep" / "receiver.yaml"
    code, _, said = interrupted(["demo", "--keep", "keep"], tmp_path, number, began.exists)
    assert code == 128 + number, said
    port = began.read_text().partition("--port ")[2].split()[0]
    listening = f":{int(port):04X} 00000000:0000 0A"
    assert not any(listening in line for line in Path("/proc/net/tcp").read_text().splitlines())


def test_an_interruption_at_the_start_is_a_word_and_not_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n")
    ended = subprocess.run(
        [sys.executable, "-m", "simulator", "list", "faults"],
        cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 130
    assert ended.stderr == "partnersim: interrupted\n"


def test_one_that_a_library_swallowed_is_heard_all_the_same(tmp_path: Path, one: str, answering: Answering) -> None:
    (tmp_path / "swallow.py").write_text(
        "import os, signal, sys\n"
        "import simulator.timeline as timeline\n"
        "planned = timeline.plan\n"
        "def plan(*args, **more):\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    except KeyboardInterrupt:\n"
        "        pass\n"
        "    return planned(*args, **more)\n"
        "timeline.plan = plan\n"
        "from simulator.cli import run\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    ended = subprocess.run(
        [sys.executable, "swallow.py", *one.split()],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=clean_environment({"PYTHONPATH": str(Path.cwd())}),
        check=False,
    )
    assert ended.returncode == 130, ended.stderr
    assert answering.requests == []


@pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed: pip install '.[load]'")
def test_a_load_hears_one_that_a_library_swallowed_too(tmp_path: Path, one: str, answering: Answering) -> None:
    (tmp_path / "swallow.py").write_text(
        "import os, signal, sys\n"
        "import simulator.cli.loading as loading\n"
        "made = loading.orders_of\n"
        "def orders_of(*args):\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "    except KeyboardInterrupt:\n"
        "        pass\n"
        "    return made(*args)\n"
        "loading.orders_of = orders_of\n"
        "from simulator.cli import run\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    words = ["load", *one.split()[1:], "--rate", "60/s", "--for", "1s", "--window", "0s"]
    ended = subprocess.run(
        [sys.executable, "swallow.py", *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=clean_environment({"PYTHONPATH": str(Path.cwd())}),
        check=False,
    )
    assert ended.returncode == 143, ended.stdout + ended.stderr
    assert "interrupted by SIGTERM before anything was sent" in ended.stdout
    assert answering.requests == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_that_comes_while_a_class_is_made_ends_it_with_its_own_code(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "making.py").write_text(
        "import os, sys, simulator.cli as cli\n"
        f"cli.import_module = lambda _: exec('os.kill(os.getpid(), {int(number)})')\n"  # as an import does, for classes
        "sys.exit(cli.run(['load']))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-m", "making"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=clean_environment({"PYTHONPATH": str(Path.cwd())}),
        check=False,
    )
    assert ended.returncode == 128 + number
    assert ended.stderr == "partnersim: interrupted\n"
