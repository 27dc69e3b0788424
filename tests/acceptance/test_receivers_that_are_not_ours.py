"""Debian's `webhook` (adnanh/webhook) and nginx as receivers: software that knows nothing of partnersim."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.conftest import Command
from tests.ports import free_port

AUTHORIZATION = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="

CLEVERTAP = """\
scenario: A day of four-hourly exports, with wrong credentials in between
provider: clevertap
clock: {scale: instant}
exports:
  nightly: {partner: Amazon S3, frequency: every 4 hours, runs: 6}
timeline:
  wrong:  {event: initiated, export: nightly, at: 1h, credentials: wrong}
  absent: {event: initiated, export: nightly, at: 2h, credentials: absent}
  prefix: {event: initiated, export: nightly, at: 3h, credentials: prefix}
expect:
  each: {status: ack, within: 2s}
  wrong: {status: refused}
  absent: {status: refused}
  prefix: {status: 401}
"""

REACHFIVE = """\
scenario: Jobs of every ending
provider: reachfive
clock: {scale: instant}
exports:
  good: {definition: "Kundendaten für Köln", result: success}
  partial: {at: 1h, result: partial failure}
  bad: {at: 2h, result: failed}
timeline:
  empty: {event: finished, export: good, at: 3h, credentials: empty}
expect:
  each: {status: ack}
  empty: {status: refused}
"""


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The server while inside; it must listen within ten seconds."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        patience = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < patience, log.read_text()
                time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(10)


def hook(name: str, first: str, second: str) -> dict[str, object]:
    """A hook that wants our credentials and writes down two values of the payload."""
    payload = [{"source": "payload", "name": key} for key in (first, second)]
    return {
        "id": name,
        "execute-command": "./note.sh",
        "command-working-directory": ".",
        "http-methods": ["POST"],
        "include-command-output-in-response": True,
        "pass-arguments-to-command": payload,
        "trigger-rule": {
            "match": {
                "type": "value",
                "value": AUTHORIZATION,
                "parameter": {"source": "header", "name": "Authorization"},
            }
        },
        "trigger-rule-mismatch-http-response-code": 401,
    }


@pytest.fixture
def webhook(tmp_path: Path) -> Iterator[tuple[str, Path, subprocess.Popen[bytes]]]:
    """Its URL, the file its hooks write to, and its process."""
    if not shutil.which("webhook"):
        pytest.skip("Debian's package `webhook` is not installed")
    noted = tmp_path / "noted.txt"
    script = tmp_path / "note.sh"
    script.write_text(f'#!/bin/sh\nprintf "%s|%s\\n" "$1" "$2" >> {noted}\n')
    script.chmod(0o755)
    hooks = [hook("clevertap", "Export Request Id", "Status"), hook("reachfive", "id", "definition_name")]
    for one in hooks:
        one["execute-command"] = str(script)
        one["command-working-directory"] = str(tmp_path)
    (tmp_path / "hooks.json").write_text(json.dumps(hooks))
    port = free_port()
    command = ["webhook", "-hooks", str(tmp_path / "hooks.json"), "-ip", "127.0.0.1", "-port", str(port), "-verbose"]
    with running(command, port, tmp_path / "webhook.log") as process:
        yield f"http://127.0.0.1:{port}/hooks", noted, process


def receiver_file(folder: Path, url: str) -> Path:
    path = folder / "receiver.yaml"
    path.write_text(
        "receiver: adnanh/webhook\n"
        "authorization: ${env:HOOK_AUTHORIZATION}\n"
        "endpoints:\n"
        f"  clevertap: {{url: {url}/clevertap}}\n"
        f"  reachfive: {{url: {url}/reachfive}}\n"
    )
    return path


def test_webhook_takes_both_partners_and_is_seen_to_refuse_wrong_credentials(
    partnersim: Command, tmp_path: Path, webhook: tuple[str, Path, subprocess.Popen[bytes]]
) -> None:
    url, noted, _ = webhook
    (tmp_path / "clevertap.yaml").write_text(CLEVERTAP)
    (tmp_path / "reachfive.yaml").write_text(REACHFIVE)
    file = receiver_file(tmp_path, url)
    ended = partnersim(
        "run", "clevertap.yaml", "reachfive.yaml", "--receiver", file, "--report", "json=report.json",
        env={"HOOK_AUTHORIZATION": AUTHORIZATION},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert {verdict["rule"]: verdict["outcome"] for verdict in report["verdicts"]} == {
        "expect/each": "passed",
        "expect/wrong": "passed",
        "expect/absent": "passed",
        "expect/prefix": "passed",
        "expect/empty": "passed",
    }
    lines = noted.read_text().splitlines()
    statuses = [line.partition("|")[2] for line in lines[:12]]
    assert statuses == ["Initiated", "Completed"] * 6  # the four with wrong credentials started nothing
    assert lines[12].endswith("|Kundendaten für Köln")
    assert len(lines) == 15
    assert "Aladdin" not in ended.stdout
    assert AUTHORIZATION.partition(" ")[2] not in ended.stdout


def test_webhook_that_has_the_wrong_secret_fails_and_shows_what_it_answered(
    partnersim: Command, tmp_path: Path, webhook: tuple[str, Path, subprocess.Popen[bytes]]
) -> None:
    (tmp_path / "reachfive.yaml").write_text(REACHFIVE)
    file = receiver_file(tmp_path, webhook[0])
    ended = partnersim("run", "reachfive.yaml", "--receiver", file, env={"HOOK_AUTHORIZATION": "Bearer another"})
    assert ended.returncode == 1
    assert "401" in ended.stdout


def test_a_stopped_webhook_was_never_reached(
    partnersim: Command, tmp_path: Path, webhook: tuple[str, Path, subprocess.Popen[bytes]]
) -> None:
    url, _, process = webhook
    process.terminate()
    process.wait(10)
    (tmp_path / "clevertap.yaml").write_text(CLEVERTAP)
    ended = partnersim(
        "run", "clevertap.yaml", "--receiver", receiver_file(tmp_path, url), env={"HOOK_AUTHORIZATION": AUTHORIZATION}
    )
    assert ended.returncode == 3


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[str]:
    """Its URL: /204 answers 204, all else 200; wrong credentials are answered with 401."""
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not binary:
        pytest.skip("nginx is not installed")
    port = free_port()
    (tmp_path / "nginx.conf").write_text(
        f"""\
daemon off;
error_log {tmp_path}/error.log;
pid {tmp_path}/nginx.pid;
events {{}}
http {{
  access_log off;
  client_body_temp_path {tmp_path}; proxy_temp_path {tmp_path}; fastcgi_temp_path {tmp_path};
  uwsgi_temp_path {tmp_path}; scgi_temp_path {tmp_path};
  server {{
    listen 127.0.0.1:{port};
    if ($http_authorization != "{AUTHORIZATION}") {{ return 401; }}
    location /204 {{ return 204; }}
    location / {{ return 200; }}
  }}
}}
"""
    )
    with running([binary, "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)], port, tmp_path / "nginx.log"):
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(("partner", "text"), [("clevertap", CLEVERTAP), ("reachfive", REACHFIVE)])
def test_nginx_answering_200_passes_for_both_partners(
    partnersim: Command, tmp_path: Path, nginx: str, partner: str, text: str
) -> None:
    (tmp_path / f"{partner}.yaml").write_text(text)
    ended = partnersim("run", f"{partner}.yaml", "--to", f"{nginx}/hook", "--authorization", AUTHORIZATION)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_204_is_success_to_reachfive_and_undefined_to_clevertap(
    partnersim: Command, tmp_path: Path, nginx: str
) -> None:
    codes = {}
    for partner, text in (("clevertap", CLEVERTAP), ("reachfive", REACHFIVE)):
        (tmp_path / f"{partner}.yaml").write_text(text)
        ended = partnersim("run", f"{partner}.yaml", "--to", f"{nginx}/204", "--authorization", AUTHORIZATION)
        codes[partner] = ended.returncode
    assert codes == {"clevertap": 1, "reachfive": 0}
