"""Small receivers with a probe: one that is right, and for each of five failures one that has it and no other."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import sleep
from typing import Any, Final

FAILURES: Final = ("copy", "late", "second-run", "three-at-once", "truncated")

_HELD = 0.03  # seconds for which one that counts its requests holds each of them


class SmallReceiver:
    """What one receiver keeps. `flaw` is one of `FAILURES`, or "" for none; `copies` how many deliveries came."""

    def __init__(self, flaw: str = "") -> None:
        self.flaw = flaw
        self.deliveries = 0
        self._told: dict[str, list[tuple[datetime, bool, str]]] = {}
        self._inside = 0
        self._lock = Lock()

    def take(self, body: bytes, *, whole: bool) -> int:
        with self._lock:
            self.deliveries += 1
            self._inside += 1
            crowded = self._inside >= 3
        try:
            if self.flaw == "three-at-once":
                sleep(_HELD)
                if crowded:
                    return 200
            return self._keep(body, whole=whole)
        finally:
            with self._lock:
                self._inside -= 1

    def _keep(self, body: bytes, *, whole: bool) -> int:
        if whole:
            try:
                told = json.loads(body)
            except ValueError:
                return 400
        elif self.flaw == "truncated" and (cut := re.search(rb'"Export Request Id":(\d+)', body)):
            told = {"Export Request Id": int(cut[1]), "Status": "Completed", "Date and Time": "01/01/2020 1:00:00 AM"}
        else:
            return 400
        at = datetime.strptime(told["Date and Time"], "%d/%m/%Y %I:%M:%S %p")
        status = told["Status"]
        with self._lock:
            kept = self._told.setdefault(str(told["Export Request Id"]), [])
            if self.flaw == "second-run" and any(end and at > before for before, end, _ in kept):
                return 200
            one = (at, status == "Completed", status)
            if one not in kept or self.flaw in {"copy", "late"}:
                kept.append(one)
        return 200

    def show(self, id_: str) -> dict[str, Any] | None:
        with self._lock:
            kept = list(self._told.get(id_, ()))
        if not kept:
            return None
        ends = [one for one in kept if one[1]]
        effects = len(ends) if self.flaw == "copy" else len(set(ends))
        return {"id": id_, "status": (kept[-1] if self.flaw == "late" else max(kept))[2], "effects": effects}


@contextmanager
def small_receiver(flaw: str = "") -> Iterator[tuple[SmallReceiver, str]]:
    """One that listens while the block lasts: what it keeps, and the text of its receiver file."""
    keeps = SmallReceiver(flaw)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            if "chunked" in self.headers.get("Transfer-Encoding", ""):
                body, whole = self._chunks(), True
            else:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                whole = len(body) == length
            self._answer(keeps.take(body, whole=whole), b"{}")

        def _chunks(self) -> bytes:
            body = b""
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                """Trailers."""
            return body

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            shown = keeps.show(self.path.rpartition("/")[2])
            self._answer(200 if shown else 404, json.dumps(shown).encode())

        def _answer(self, status: int, body: bytes) -> None:
            head = f"HTTP/1.1 {status} .\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            """A partner that hangs up is no trouble of ours."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield keeps, _FILE.format(url=url)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_FILE = """\
receiver: small
endpoints:
  clevertap: {{url: "{url}/hook"}}
probes:
  export:
    get: "{url}/exports/{{id}}"
    absent: 404
    select: {{id: "$.id", status: "$.status", effects: "$.effects"}}
"""
