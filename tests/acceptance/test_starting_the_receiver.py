"""A receiver file with `start`: partnersim starts the receiver, waits until it is ready, and ends it."""

import sys
from pathlib import Path

from tests.acceptance.conftest import Answering, Command
from tests.ports import free_port

RECEIVER = """\
import http.server, os, pathlib, sys
pathlib.Path("pid").write_text(str(os.getpid()))
print("hello from the receiver", flush=True)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"])); self.send_response(200); self.end_headers()
    def log_message(self, *args): pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def written(folder: Path, command: str, port: int) -> Path:
    (folder / "service.py").write_text(RECEIVER)
    (folder / "one.yaml").write_text(
        "scenario: One\nprovider: clevertap\nclock: {scale: instant}\nexports: {one: {}}\n"
    )
    path = folder / "receiver.yaml"
    path.write_text(
        f"receiver: mine\nstart: {command}\nready: http://127.0.0.1:{port}/\n"
        f"endpoints: {{clevertap: {{url: http://127.0.0.1:{port}/hook}}}}\n"
    )
    return path


def test_it_is_started_waited_for_and_ended(partnersim: Command, tmp_path: Path) -> None:
    port = free_port()
    file = written(tmp_path, f"{sys.executable} service.py {port}", port)
    ended = partnersim("run", "one.yaml", "--receiver", file, "--journal", "j")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (tmp_path / "j" / "receiver.log").read_text() == "hello from the receiver\n"
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text()}").exists()


def test_a_command_that_does_not_exist_is_exit_2(partnersim: Command, tmp_path: Path) -> None:
    ended = partnersim("run", "one.yaml", "--receiver", written(tmp_path, "no-such-command", free_port()))
    assert ended.returncode == 2
    assert "no-such-command" in ended.stderr


def test_one_that_never_gets_ready_is_exit_3_and_is_ended_all_the_same(partnersim: Command, tmp_path: Path) -> None:
    file = written(tmp_path, f"{sys.executable} service.py {free_port()}", free_port())
    ended = partnersim("run", "one.yaml", "--receiver", file, "--wait-timeout", "2s")
    assert ended.returncode == 3
    assert "not ready" in ended.stderr
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text()}").exists()


def test_one_that_is_there_already_is_waited_for(partnersim: Command, tmp_path: Path, answering: Answering) -> None:
    answering.state = lambda _: (204, b"")
    written(tmp_path, "true", 1)
    ended = partnersim("run", "one.yaml", "--to", answering.url, "--wait-for", f"{answering.url}/healthz")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_one_that_ends_at_once_is_exit_3_at_once_with_its_last_words(partnersim: Command, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import sys; print('no database'); sys.exit(7)")
    file = written(tmp_path, f"{sys.executable} broken.py", free_port())
    ended = partnersim("run", "one.yaml", "--receiver", file, "--wait-timeout", "60s")
    assert ended.returncode == 3
    assert "code 7" in ended.stderr
    assert "no database" in ended.stderr


def test_what_runs_there_already_is_not_taken_for_what_was_to_be_started(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    answering.state = lambda _: (200, b"")
    port = int(answering.url.rpartition(":")[2])
    ended = partnersim("run", "one.yaml", "--receiver", written(tmp_path, f"{sys.executable} service.py {port}", port))
    assert ended.returncode == 2
    assert "already" in ended.stderr
    assert answering.requests == []


def test_without_ready_its_port_is_waited_for_and_its_command_runs_beside_its_file(
    partnersim: Command, tmp_path: Path
) -> None:
    port = free_port()
    file = written(tmp_path, f"{sys.executable} service.py {port}", port)
    file.write_text("".join(line for line in file.read_text().splitlines(keepends=True) if "ready" not in line))
    (tmp_path / "elsewhere").mkdir()
    ended = partnersim("run", "../one.yaml", "--receiver", "../receiver.yaml", cwd=tmp_path / "elsewhere")
    assert ended.returncode == 0, ended.stdout + ended.stderr
