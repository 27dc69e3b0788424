"""What a report offers to send a delivery again, sent by the real curl: the receiver gets the same request."""

import shutil
import socket
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.curl import curl
from simulator.journal import Journal, JournalWriter
from simulator.model import Lateness, Url
from simulator.redaction import Scrub
from tests.making import delivery, route

SECRET = "Bearer mF_9.B5f-4.1JqM"

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")


def receive_one(listener: socket.socket, received: list[bytes]) -> None:
    """Take one request whole, as its Content-Length says, and answer it with a redirect to nowhere good."""
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(10)
        data = b""
        while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < length_of(data):
            data += connection.recv(65536)
        received.append(data)
        connection.sendall(b"HTTP/1.1 307 No\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")


def length_of(data: bytes) -> int:
    lengths = [line[15:] for line in data.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return int(lengths[0])


@pytest.mark.parametrize(
    "body",
    [
        b'{"Export Request Id":1767551400,"Partner":"It\'s \\u00e9 $HOME `id`"}',
        "naïve ☃".encode(),
        b"\xff\x00\n",
        b"",
        b"@/etc/hostname",
        b'{"long": "' + b"x" * 5000 + b'"}',
        b"\xfe" * 5000,
        b" " * (1024 * 1024 + 10),
    ],
    ids=["json", "unicode", "binary", "empty", "at", "long", "long-binary", "huge"],
)
def test_curl_sends_the_same_request_again(body: bytes, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = Url("http", "127.0.0.1", listener.getsockname()[1], "/hooks/a[1]?token=abc")
        headers = (
            ("Host", address.authority),
            ("Authorization", SECRET),
            ("User-Agent", "CleverTap"),
            ("Accept", "*/*"),
            ("X-Empty", ""),
            ("Content-Type", "application/json"),
        )
        usual = route(address, headers)
        there = replace(usual, shown=usual.shown.replace("X-Empty: (redacted)", "X-Empty:"))
        sent_first = delivery(route=there, body=body)
        writer = JournalWriter(tmp_path / "one.ndjson", {}, Scrub([SECRET]))
        writer.intent(sent_first, 1, 0.0)
        writer.close(0.0, deliveries=1, attempts=1, complete=True, reached=True, lateness=Lateness())
        (attempt,) = Journal.open(writer.path).attempts()
        command = curl(attempt, str(address), str(writer.path))
        received: list[bytes] = []
        server = threading.Thread(target=receive_one, args=(listener, received))
        server.start()
        done = subprocess.run(
            ["sh", "-eu", "-c", "\n".join(command)],
            capture_output=True,
            check=False,
            timeout=30,
            env={
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "AUTHORIZATION": SECRET,
                "TOKEN": "abc",
                "http_proxy": "http://127.0.0.1:1/",
                "HOME": str(tmp_path),
            },
        )
        server.join(timeout=10)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.startswith(b"HTTP/1.1 307 No")
    got_head, _, got_body = received[0].partition(b"\r\n\r\n")
    sent_head, _, sent_body = sent_first.data.partition(b"\r\n\r\n")
    assert got_body == sent_body
    got, sent = got_head.split(b"\r\n"), sent_head.split(b"\r\n")
    assert got[0] == sent[0]
    assert sorted(line.rstrip() for line in got) == sorted(line.rstrip() for line in sent)
