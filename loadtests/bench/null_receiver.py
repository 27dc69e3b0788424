"""A receiver that does nothing, for what is measured: nginx, answering 200 to everything."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from loadtests.bench.cores import cores, held_to
from loadtests.bench.programs import program

MISSING: Final = "nginx is not installed"
_PATIENCE = 10.0  # seconds in which it comes up


class Nothing(NamedTuple):
    """Where it listens, and the file of the authority that signed its certificate; "" for one without TLS."""

    url: str
    ca: str = ""


@contextmanager
def null_receiver(*, tls: bool = False) -> Iterator[Nothing | None]:
    """An nginx that answers 200 to everything, on the last core; None where nginx is not installed.

    With `tls` it shows a certificate for 127.0.0.1, made for this once.
    """
    nginx = program("nginx")
    if nginx is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as name, socket.socket() as probe:
        folder = Path(name)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        (folder / "nginx.conf").write_text(_settings(folder, port, tls=tls), encoding="utf-8")
        with held_to(cores()[-1]):
            process = subprocess.Popen([nginx, "-c", str(folder / "nginx.conf"), "-p", str(folder)])
        try:
            _wait_for(port, process)
            scheme, ca = ("https", str(folder / "ca.pem")) if tls else ("http", "")
            yield Nothing(f"{scheme}://127.0.0.1:{port}/hook", ca)
        finally:
            process.terminate()
            process.wait(10)


def _settings(folder: Path, port: int, *, tls: bool) -> str:
    temporary = " ".join(f"{kind}_temp_path {folder};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    listen = f"listen 127.0.0.1:{port};"
    if tls:
        pem = _certified(folder)
        listen = f"listen 127.0.0.1:{port} ssl; ssl_certificate {pem}; ssl_certificate_key {pem};"
    return (
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log crit; worker_processes 1; events {{}}\n"
        f"http {{ access_log off; keepalive_requests 100000000; {temporary}\n"
        f"server {{ {listen} location / {{ return 200; }} }} }}\n"
    )


def _certified(folder: Path) -> Path:
    """One file with key and certificate; the authority's own is `ca.pem` beside it."""
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    return folder / "server.pem"


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _PATIENCE
    while process.poll() is None:
        if time.monotonic() > until:
            raise SystemExit(f"nginx runs, and does not listen on 127.0.0.1:{port} within {_PATIENCE:.0f} s")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"nginx did not start, it ended with {process.returncode}")
