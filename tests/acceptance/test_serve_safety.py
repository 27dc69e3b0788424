"""`partnersim serve` on real sockets: who is let in, what is refused, and that nobody can starve it."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any

import pytest

from simulator.serving import Room, listening, running, serve
from simulator.web.stream import MOST
from tests.acceptance.served import Served, serving

PATIENCE = 20.0  # seconds until something that never comes is called missing


def raw(port: int, data: bytes) -> tuple[int, bytes]:
    """Status and body of what bytes are answered with; 0 when they are not."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(data)
        answer = b""
        with suppress(ConnectionResetError):
            while piece := line.recv(65536):
                answer += piece
                head, _, body = answer.partition(b"\r\n\r\n")
                length = [one for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:")]
                if length and len(body) >= int(length[0].split(b":")[1]):
                    break
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]) if head else 0, body


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("serve"), "--hold", token=None) as service:
        yield service


@contextmanager
def stream(service: Served, last: str = "") -> Iterator[HTTPResponse]:
    """An event stream, begun; closed at the end."""
    line = HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
    with closing(line):
        line.request("GET", "/control/events", headers=service.bearer | ({"Last-Event-ID": last} if last else {}))
        with line.getresponse() as answer:
            yield answer


def within(seconds: float, look: Callable[[], bool]) -> bool:
    """Whether it comes to be so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if look():
            return True
        time.sleep(0.05)
    return False


def test_what_is_said_at_the_start_is_where_it_is(service: Served) -> None:
    assert set(service.told) == {"url", "token", "link", "state", "pid"}
    assert service.told["pid"] == service.process.pid
    assert len(service.token) >= 40
    with closing(HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)) as line:
        line.request("GET", service.told["link"].partition(str(service.port))[2])
        answer = line.getresponse()
        assert (answer.status, answer.getheader("Content-Type")) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["Host: 127.0.0.1:{port}"], 200),
        (["host:LOCALHOST:{port}"], 200),
        (["Host: [::1]:{port}"], 200),
        (["Host: localhost.:{port}"], 200),
        ([], 403),
        (["Host:"], 403),
        (["Host: evil.example"], 403),
        (["Host: evil.example:{port}"], 403),
        (["Host: 127.0.0.2:{port}"], 403),
        (["Host: 127.0.0.1"], 403),
        (["Host: 127.0.0.1:{port}", "Host: 127.0.0.1:{port}"], 403),
        (["Host: 127.0.0.1:{port}", "Host: evil.example"], 403),
        (["X-Forwarded-Host: 127.0.0.1:{port}", "Host: evil.example"], 403),
        (["Host_: 127.0.0.1:{port}"], 403),
    ],
    ids=str,
)
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_only_one_of_its_own_names_is_let_in(service: Served, lines: list[str], status: int, version: str) -> None:
    head = [f"GET /control/clock HTTP/{version}", *lines, f"Authorization: Bearer {service.token}", "", ""]
    found, body = raw(service.port, "\r\n".join(head).format(port=service.port).encode())
    assert found == status
    assert status == 200 or json.loads(body)["type"] == "urn:partnersim:wrong-host"


def test_the_name_in_an_absolute_target_counts(service: Served) -> None:
    for name, status in (("evil.example", 403), (f"127.0.0.1:{service.port}", 200)):
        lines = [f"GET http://{name}/control/clock HTTP/1.1", f"Host: 127.0.0.1:{service.port}"]
        head = [*lines, f"Authorization: Bearer {service.token}", "", ""]
        assert raw(service.port, "\r\n".join(head).encode())[0] == status


@pytest.mark.parametrize("lines", [["Host: 10.42.0.17:8080"], ["Host: evil.example"], []], ids=str)
def test_whoever_looks_after_its_health_may_ask_by_any_name(service: Served, lines: list[str]) -> None:
    status, body = raw(service.port, "\r\n".join(["GET /healthz HTTP/1.0", *lines, "", ""]).encode())
    assert (status, json.loads(body)["status"]) == (200, "ok")


def test_a_browsers_request_from_elsewhere_changes_nothing(service: Served) -> None:
    before = service.ask("GET", "/control/clock").body
    for shape in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        answer = service.ask("PATCH", "/control/clock", {"held": False}, **shape)
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert service.ask("GET", "/control/clock").body == before


def test_without_the_token_nothing_is_told(service: Served) -> None:
    for path in ("/", "/control/state", "/openapi.json", "/metrics", "/nothing", "/control/events"):
        answer = service.ask("GET", path, Authorization="Bearer wrong")
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="partnersim"')
        assert service.ask("GET", f"{path}?token=wrong", Authorization="").status == 401
    assert service.ask("GET", f"/control/state?token={service.token}", Authorization="").status == 401


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"what is this\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_what_is_no_request_is_a_problem_too(service: Served, data: bytes, status: int) -> None:
    found, body = raw(service.port, data)
    assert found == status
    told = json.loads(body)
    assert told["status"] == status
    assert told["type"].startswith("urn:partnersim:")
    assert b"waitress" not in body
    assert b"Traceback" not in body


def test_a_body_above_the_limit_is_refused_and_the_connection_used_again(service: Served) -> None:
    with closing(HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)) as line:
        for body in (b"x" * (1024 * 1024 + 1), iter([b"x" * (600 * 1024)] * 2)):
            line.request("POST", "/control/runs", body, service.bearer | {"Content-Type": "application/json"})
            answer = line.getresponse()
            assert (answer.status, json.loads(answer.read())["type"]) == (413, "urn:partnersim:too-large")
        line.request("GET", "/healthz")
        assert line.getresponse().status == 200


def test_events_come_as_they_happen(service: Served) -> None:
    with stream(service) as answer:
        assert (answer.status, answer.getheader("Content-Type")) == (200, "text/event-stream")
        assert answer.readline() == b": open\n"
        service.ask("PATCH", "/control/clock", {"scale": 60})
        lines = [answer.readline() for _ in range(4)]
    number = int(lines[1].removeprefix(b"id: "))
    assert lines[2] == b"event: clock\n"
    assert json.loads(lines[3].removeprefix(b"data: "))["scale"] == 60
    with stream(service, last=str(number - 1)) as answer:
        assert [answer.readline() for _ in range(5)][2:] == lines[1:]


def test_a_ninth_stream_waits_until_a_client_has_gone(service: Served) -> None:
    with ExitStack() as stack:
        answers = [stack.enter_context(stream(service)) for _ in range(MOST)]
        with stream(service) as answer:
            assert answer.status == 503
            assert int(answer.getheader("Retry-After") or 0) > 0
            assert json.loads(answer.read())["type"] == "urn:partnersim:unavailable"
        answers[0].close()

        def another() -> bool:
            return stack.enter_context(stream(service)).status == 200

        assert within(5, another)
    assert within(5, lambda: "streams_open 0.0" in service.ask("GET", "/metrics").text)


def test_neither_streams_nor_slow_clients_keep_health_waiting(service: Served) -> None:
    slowest: list[float] = []
    enough = Event()

    def watch() -> None:
        while not enough.is_set():
            began = time.monotonic()
            answer = service.ask("GET", "/healthz", Authorization="")
            slowest.append(time.monotonic() - began if answer.status == 200 else PATIENCE)

    watching = Thread(target=watch)
    address = ("127.0.0.1", service.port)
    with ExitStack() as stack:
        stack.callback(watching.join)
        stack.callback(enough.set)
        watching.start()
        head = f"Host: 127.0.0.1:{service.port}\r\nAuthorization: Bearer {service.token}\r\n"
        for number in range(200):
            line = stack.enter_context(socket.create_connection(address, timeout=PATIENCE))
            if number % 2:
                line.sendall(f"GET /control/state HTTP/1.1\r\n{head[: number % 40]}".encode())
            else:
                sent = f"POST /control/runs HTTP/1.1\r\n{head}Content-Type: application/json\r\n"
                line.sendall(f"{sent}Content-Length: 500000\r\n\r\n{{".encode())
        for _ in range(50):
            line = stack.enter_context(socket.create_connection(address, timeout=PATIENCE))
            line.sendall(f"GET /control/events HTTP/1.1\r\n{head}\r\n".encode())
        before = len(slowest)
        assert within(PATIENCE, lambda: len(slowest) >= before + 100)
        assert service.ask("GET", "/control/clock").status == 200
    assert sorted(slowest)[-4] < 0.5, sorted(slowest)[-8:]  # three may have met a moment at which the machine was busy


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_and_keeps_everything(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path, "--hold", "--seed", "7") as service, ExitStack() as stack:
        kept = service.ask("GET", "/control/state").body
        answers = [stack.enter_context(stream(service)) for _ in range(MOST)]
        began = time.monotonic()
        service.process.send_signal(number)
        assert service.process.wait(PATIENCE) == 0
        assert time.monotonic() - began < 10  # an open stream would last until its reader goes
        assert [answer.read() for answer in answers] == [b": open\n\n"] * MOST
    with serving(tmp_path) as service:
        assert service.ask("GET", "/control/clock").body["held"]
        again = service.ask("GET", "/control/state").body
    assert again["seed"] == kept["seed"] == 7
    assert again["start"] == kept["start"]


def test_a_token_of_ones_own_comes_from_the_environment(tmp_path: Path) -> None:
    token = "chosen-by-the-team-42"
    with serving(tmp_path, token=None, env={"PARTNERSIM_TOKEN": token}) as service:
        assert service.ask("GET", "/control/state", Authorization=f"Bearer {token}").status == 200


def test_a_public_name_is_let_in_and_its_port(tmp_path: Path) -> None:
    with serving(tmp_path, "--public-host", "mock.test", "--public-host", "outside.test:443") as service:
        assert service.ask("GET", "/control/state", Host=f"Mock.Test:{service.port}").status == 200
        assert service.ask("GET", "/control/state", Host="outside.test:443").status == 200
        assert service.ask("GET", "/control/state", Host=f"outside.test:{service.port}").status == 403


def test_another_address_of_this_machine_is_known_by_its_number(tmp_path: Path) -> None:
    with (
        serving(tmp_path, "--host", "127.0.0.2") as service,
        socket.create_connection(("127.0.0.2", service.port), timeout=PATIENCE) as line,
    ):
        line.sendall(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.2:{service.port}\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--host", "0.0.0.0"], "can be reached from elsewhere"),
        (["--host", "::"], "can be reached from elsewhere"),
        (["--host", "203.0.113.1"], "can be reached from elsewhere"),
        (["--host", "mock.test"], "can be reached from elsewhere"),
        (["--host", "203.0.113.1", "--token", "chosen-by-the-team"], "cannot listen on 203.0.113.1"),
        (["--host", ""], "host is empty"),
        (["--token", ""], "16 or more printable"),
        (["--token", "fifteen-letters"], "--token or PARTNERSIM_TOKEN) is not 16 or more printable"),
        (["--token", "sixteen or spaces"], "16 or more printable"),
        (["--token", "sixteen-lettérs-é"], "16 or more printable"),
        (["--public-host", "a/b"], "not the name of a host"),
        (["--time-scale", "instant"], "not for a clock that goes"),
        (["--time-scale", "2000000x"], "faster than"),
        (["--start", "2026-01-05T00:00:00"], "of which zone"),
        (["--key", "x.pem"], "--key goes with --cert"),
        (["--receiver", "nothing.yaml"], "nothing.yaml"),
        (["--port", "70000"], "--port"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_at_the_start(
    partnersim: Callable[..., "subprocess.CompletedProcess[str]"], words: list[str], reason: str
) -> None:
    ended = partnersim("serve", "--port", "0", *words)
    assert ended.returncode == 2
    assert reason in ended.stderr
    assert ended.stdout == ""


def test_a_port_that_is_taken_is_a_usage_error(
    partnersim: Callable[..., "subprocess.CompletedProcess[str]"], service: Served
) -> None:
    ended = partnersim("serve", "--port", service.port)
    assert ended.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {service.port}" in ended.stderr
    assert "--port 0 takes any that is free" in ended.stderr


def test_a_state_in_use_is_nobody_elses(
    partnersim: Callable[..., "subprocess.CompletedProcess[str]"], service: Served
) -> None:
    ended = partnersim("serve", "--port", "0", "--state", service.told["state"])
    assert ended.returncode == 6
    assert service.told["state"] in ended.stderr


def test_any_application_can_be_served_with_words_of_its_own() -> None:
    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [environ["PATH_INFO"].encode()]

    room = Room(threads=1, words=lambda status, reason: ("text/x", f"{status} {reason}".encode()))
    with running(app, room=room) as url:
        port = int(url.rpartition(":")[2])
        assert raw(port, b"GET /x HTTP/1.0\r\n\r\n") == (200, b"/x")
        assert raw(port, b"GET /x\x00 HTTP/1.9\r\nx\r\n\r\n") == (400, b"400 Invalid header")
    with listening("127.0.0.1", 0) as taken:
        assert taken.getsockname()[1] > 0


def test_while_it_ends_nobody_new_is_kept_waiting_and_who_is_being_answered_is_answered() -> None:
    begun, may_end, stop = Event(), Event(), Event()
    urls: Queue[str] = Queue()

    def slow(_: dict[str, Any], start: Any) -> list[bytes]:
        begun.set()
        may_end.wait(PATIENCE)
        start("200 OK", [("Content-Length", "4")])
        return [b"done"]

    def refused() -> bool:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return False
        return True

    server = Thread(target=serve, args=(slow, "127.0.0.1", 0, urls.put), kwargs={"stop": stop})
    server.start()
    port = int(urls.get(timeout=PATIENCE).rpartition(":")[2])
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as line:
        line.request("GET", "/")
        assert begun.wait(PATIENCE)
        stop.set()
        gone = within(PATIENCE, refused)
        may_end.set()
        assert (gone, line.getresponse().read()) == (True, b"done")
    server.join(PATIENCE)
