"""The sample receiver on real sockets: what partners and networks do, many at once, and being killed."""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.authoring import load_receiver
from simulator.errors import UsageError
from simulator.sample import AUTHORIZATION_VARIABLE, close, create_app, receiver_file, running, serve
from tests.acceptance.conftest import until

ROOT = Path(__file__).resolve().parents[2]
SECRET = "Bearer mF_9.B5f-4.1JqM"
PATIENCE = 20.0  # seconds until something that never comes is called missing


def alert(number: int | str, status: str = "Completed", **changes: Any) -> dict[str, Any]:
    fields = {"Export Request Id": number, "Partner": "Amazon S3", "Type": "Events", "Status": status}
    return fields | {"Frequency": "One Time", "Date and Time": "05/01/2026 4:50:52 PM"} | changes


def request(body: bytes, *lines: str, path: str = "/hooks/clevertap", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    head = [f"POST {path} HTTP/1.1", "Host: receiver", *lines, f"Content-Length: {size}"]
    return "\r\n".join([*head, "", ""]).encode() + body


class Line:
    """One connection to the receiver, byte by byte."""

    def __init__(self, url: str) -> None:
        port = int(url.rpartition(":")[2])
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self.socket.makefile("rb")

    def send(self, data: bytes) -> "Line":
        self.socket.sendall(data)
        return self

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, body; status 0 for a connection that ended instead."""
        first = self._file.readline()
        if not first:
            return 0, {}, b""
        headers = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return int(first.split()[1]), headers, self._file.read(int(headers.get("content-length", 0)))

    def status(self) -> int:
        return self.answer()[0]

    def close(self, *, reset: bool = False) -> None:
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._file.close()
        self.socket.close()


def say(url: str, data: bytes) -> int:
    with closing(Line(url)) as line:
        return line.send(data).status()


def tell(url: str, fields: dict[str, Any], *lines: str, path: str = "/hooks/clevertap") -> int:
    return say(url, request(json.dumps(fields).encode(), *lines, path=path))


def shown(url: str, number: int | str, provider: str = "clevertap") -> dict[str, Any] | None:
    with closing(Line(url)) as line:
        status, _, body = line.send(f"GET /exports/{provider}/{number} HTTP/1.1\r\nHost: r\r\n\r\n".encode()).answer()
    assert status in {200, 404}
    return dict(json.loads(body)) if status == 200 else None


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = create_app(tmp_path_factory.mktemp("sample") / "sample.db")
    with running(app) as url:
        yield url
    close(app)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = create_app(tmp_path_factory.mktemp("guarded") / "sample.db", authorization=SECRET)
    with running(app) as url:
        yield url
    close(app)


# HTTP as partners and networks speak it


def test_a_chunked_body_is_read_whole(url: str) -> None:
    body = json.dumps(alert("chunked", Partner="Ünïcode ✓"), ensure_ascii=False).encode()
    cuts = [body[start : start + 7] for start in range(0, len(body), 7)]
    chunks = b"".join(b"%x;note=1\r\n%b\r\n" % (len(cut), cut) for cut in cuts)
    head = b"POST /hooks/clevertap HTTP/1.1\r\nHost: r\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert say(url, head + chunks + b"0\r\nTrailer: 1\r\n\r\n") == 200
    assert (shown(url, "chunked") or {})["partner"] == "Ünïcode ✓"


def test_who_expects_100_continue_gets_it_and_then_the_answer(url: str) -> None:
    body = json.dumps(alert("expecting")).encode()
    head, _, _ = request(body, "Expect: 100-continue").partition(b"\r\n\r\n")
    with closing(Line(url)) as line:
        assert line.send(head + b"\r\n\r\n").status() == 100
        assert line.send(body).status() == 200
    assert shown(url, "expecting")


def test_a_body_in_pieces_is_put_together_to_the_letter(url: str) -> None:
    data = request(json.dumps(alert("pieces", Partner="ü✓😀"), ensure_ascii=False).encode())
    with closing(Line(url)) as line:
        for byte in data:
            line.send(bytes([byte]))
        assert line.status() == 200
    assert (shown(url, "pieces") or {})["partner"] == "ü✓😀"


def test_the_case_of_header_names_and_a_charset_mean_nothing(url: str) -> None:
    lines = ("cOnTeNt-TyPe: Application/JSON; Charset=UTF-8", "ACCEPT: */*")
    assert tell(url, alert("cases"), *lines) == 200
    assert shown(url, "cases")


@pytest.mark.parametrize("reset", [False, True])
def test_a_body_that_was_cut_short_is_never_kept(url: str, reset: bool) -> None:
    whole = json.dumps(alert(f"cut-{reset}")).encode()
    line = Line(url)
    line.send(request(whole, length=len(whole) + 1))
    if reset:
        line.close(reset=True)
    else:
        line.socket.shutdown(socket.SHUT_WR)
        assert line.status() in {0, 400}
        line.close()
    assert tell(url, alert("after-cut")) == 200
    assert shown(url, f"cut-{reset}") is None


def test_slow_bodies_do_not_keep_others_waiting(url: str) -> None:
    body = json.dumps(alert("slow")).encode()
    lines = [Line(url).send(request(body[:20], length=len(body))) for _ in range(24)]
    assert tell(url, alert("meanwhile")) == 200
    assert shown(url, "slow") is None
    for line in lines:
        assert line.send(body[20:]).status() == 200
        line.close()
    assert (shown(url, "slow") or {})["effects"] == 1


def test_a_get_is_no_notification(url: str) -> None:
    with closing(Line(url)) as line:
        status, headers, _ = line.send(b"GET /hooks/clevertap HTTP/1.1\r\nHost: r\r\n\r\n").answer()
        assert (status, headers["allow"]) == (405, "POST")
        assert line.send(request(json.dumps(alert("after-get")).encode())).status() == 200


def test_a_connection_is_used_again_whatever_was_answered(guarded: str) -> None:
    right = f"Authorization: {SECRET}"
    good = json.dumps(alert("again")).encode()
    with closing(Line(guarded)) as line:
        for data, status in (
            (request(good), 401),
            (request(b"{", right), 400),
            (request(b"{}", right), 422),
            (request(b"x" * 2 * 1024 * 1024, right), 413),
            (request(good, right, "Content-Encoding: gzip"), 415),
            (request(good, right), 200),
            (request(good, right), 200),
        ):
            assert line.send(data).status() == status


def test_a_body_far_too_large_is_refused_before_it_is_sent(url: str) -> None:
    with closing(Line(url)) as line:
        assert line.send(request(b"", length=20 * 1024 * 1024)).status() == 413
        assert line.status() == 0
    assert tell(url, alert("after-large")) == 200


def test_two_authorization_headers_are_not_the_right_one(guarded: str) -> None:
    right, wrong = f"Authorization: {SECRET}", "Authorization: Bearer wrong"
    for lines in ((right, wrong), (wrong, right), (right, right), ("Authorization:", right)):
        assert tell(guarded, alert("twice"), *lines) == 401
    assert shown(guarded, "twice") is None
    assert tell(guarded, alert("twice"), right) == 200


@pytest.mark.parametrize("value", ["", SECRET[:-1], SECRET + "x", SECRET.swapcase(), f'"{SECRET}"', "Bearer"])
def test_wrong_credentials_have_no_effect(guarded: str, value: str) -> None:
    assert tell(guarded, alert("wrong"), f"Authorization: {value}") == 401
    assert shown(guarded, "wrong") is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 100 + b"\r\n\r\n",
        b"POST /hooks/clevertap HTTP/1.1\r\nHost: r\r\nContent-Length: -1\r\n\r\n",
        b"POST /hooks/clevertap HTTP/1.1\r\nHost: r\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /hooks/clevertap HTTP/1.1\r\nHost: r\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /hooks/clevertap HTTP/1.1\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    ],
    ids=["nul", "negative-length", "two-lengths", "bad-chunk", "huge-head"],
)
def test_what_is_no_http_is_refused_with_4xx(url: str, data: bytes) -> None:
    assert say(url, data) // 100 == 4
    assert tell(url, alert("after-bad-http")) == 200


# Many at once


def test_a_burst_of_fifty_is_acknowledged_to_the_last(url: str) -> None:
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda number: tell(url, alert(number)), range(5000, 5050)))
    assert answers == [200] * 50
    assert [(shown(url, number) or {})["effects"] for number in range(5000, 5050)] == [1] * 50


def test_eight_copies_at_the_same_instant_act_once(url: str) -> None:
    for round_ in range(15):
        data = request(json.dumps(alert(f"copies-{round_}")).encode())
        lines = [Line(url).send(data[:-1]) for _ in range(8)]
        for line in lines:
            line.send(data[-1:])
        assert [line.status() for line in lines] == [200] * 8
        for line in lines:
            line.close()
        assert ((seen := shown(url, f"copies-{round_}") or {})["effects"], seen["repeats"]) == (1, 7)


def test_four_hundred_connections_at_once_are_served(url: str) -> None:
    lines = [Line(url) for _ in range(400)]
    for number, line in enumerate(lines):
        line.send(request(json.dumps(alert(f"many-{number}")).encode()))
    assert {line.status() for line in lines} == {200}
    for line in lines:
        line.close()


@pytest.mark.parametrize("reset", [False, True])
def test_a_partner_that_hangs_up_after_the_body_loses_nothing(url: str, reset: bool) -> None:
    lines = [Line(url).send(request(json.dumps(alert(f"gone-{reset}-{one}")).encode())) for one in range(10)]
    if reset:  # a reset may overtake what the receiver has not read yet: then nobody began, and nothing was lost
        until(lambda: all(shown(url, f"gone-{reset}-{one}") for one in range(10)))
    for line in lines:
        line.close(reset=reset)
    until(lambda: all(shown(url, f"gone-{reset}-{one}") for one in range(10)))
    assert tell(url, alert("after-gone")) == 200


# Being stopped, killed and started again


SERVER = """
import sys
from pathlib import Path
from simulator.sample import create_app, serve
serve(create_app(Path(sys.argv[1])), "127.0.0.1", 0, lambda url: print(url, flush=True))
"""


@contextmanager
def process(database: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The receiver in a process of its own, and its URL; killed at the end if it still runs."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SERVER, str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as started:
        assert started.stdout
        try:
            yield started, started.stdout.readline().strip()
        finally:
            started.kill()


def test_whatever_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    acknowledged = list[str]()
    for life in range(3):
        with process(tmp_path / "sample.db") as (server, url):

            def work(worker: int, url: str = url, life: int = life) -> None:
                with suppress(OSError), closing(Line(url)) as line:
                    for number in range(10_000):
                        name = f"{life}-{worker}-{number}"
                        if line.send(request(json.dumps(alert(name)).encode())).status() != 200:
                            return
                        acknowledged.append(name)

            known = len(acknowledged)
            threads = [threading.Thread(target=work, args=(worker,)) for worker in range(12)]
            for thread in threads:
                thread.start()
            until(lambda enough=known + 150: len(acknowledged) > enough)  # type: ignore[misc]  # it has a default
            server.send_signal(signal.SIGKILL)
            for thread in threads:
                thread.join()
    with process(tmp_path / "sample.db") as (_, url):
        effects = {name: (shown(url, name) or {}).get("effects") for name in acknowledged}
        assert set(effects.values()) == {1}
        assert tell(url, alert(acknowledged[0])) == 200
        assert (shown(url, acknowledged[0]) or {})["effects"] == 1


def test_a_served_app_stops_when_told_and_keeps_what_it_took(tmp_path: Path) -> None:
    app = create_app(tmp_path / "sample.db")
    with running(app) as url:
        assert tell(url, alert("kept")) == 200
        idle = Line(url)
    try:
        assert idle.status() == 0
    except ConnectionResetError:
        pass  # it had not been taken yet: then the system ends it
    finally:
        idle.close()
    with pytest.raises(OSError, match="refused"):
        Line(url)
    with running(app) as second:
        assert shown(second, "kept")
    close(app)


def test_an_interrupt_ends_serving_cleanly_and_goes_on_to_the_caller(tmp_path: Path) -> None:
    app = create_app(tmp_path / "sample.db")
    urls = list[str]()

    def ready(url: str) -> None:
        urls.append(url)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve(app, "127.0.0.1", 0, ready)
    with pytest.raises(OSError, match="refused"):
        Line(urls[0])
    close(app)


def test_an_address_that_is_taken_is_a_usage_error(tmp_path: Path) -> None:
    app = create_app(tmp_path / "sample.db")
    with running(app) as url, pytest.raises(UsageError, match=r"cannot listen on 127\.0\.0\.1 port \d+"):
        serve(app, "127.0.0.1", int(url.rpartition(":")[2]), print)
    with pytest.raises(UsageError, match="cannot listen"), running(app, "203.0.113.1"):
        pass
    close(app)


def test_listening_everywhere_gives_a_url_that_works_here(tmp_path: Path) -> None:
    app = create_app(tmp_path / "sample.db")
    with running(app, "0.0.0.0") as url:
        assert url.startswith("http://127.0.0.1:")
        assert tell(url, alert(1)) == 200
    close(app)


def test_its_receiver_file_is_one(url: str, tmp_path: Path) -> None:
    file = tmp_path / "receiver.yaml"
    file.write_text(receiver_file(url, SECRET), encoding="utf-8")
    receiver = load_receiver(str(file), {AUTHORIZATION_VARIABLE: SECRET})
    assert receiver.authorization == SECRET
    assert str(receiver.ready) == f"{url}/healthz"
    assert {str(one.url) for one in receiver.endpoints.values()} == {f"{url}/hooks/clevertap", f"{url}/hooks/reachfive"}
    assert receiver.probes["export"].select["effects"] == "$.effects"
    assert receiver.supports["test_body"]


# Any notifications, any repeats, any order: the same state as a model that saw them in story order


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    made = create_app(tmp_path_factory.mktemp("model") / "sample.db")
    yield made
    close(made)


SERIAL = iter(range(1, 10**9))
MOMENTS = [f"0{day}/0{month}/2026 {hour}:00:00 {half}" for month in (2, 3) for day in (3, 2) for hour, half in
           ((12, "AM"), (1, "AM"), (12, "PM"), (1, "PM"))]  # fmt: skip
STORY_ORDER = sorted(MOMENTS, key=lambda text: (text[3:5], text[:2], text[-2:], int(text[11:-9]) % 12))


def model(events: set[tuple[str, str]]) -> tuple[str, int, int, str]:
    """Status, effects, runs and the latest time, from the distinct (status, time), all seen at once in story order."""
    told = sorted(events, key=lambda one: (STORY_ORDER.index(one[1]), one[0] == "Completed"))
    steps = [1 if status == "Initiated" else -1 for status, _ in told]
    heights = [sum(steps[:upto]) for upto in range(len(steps) + 1)]
    ends = steps.count(-1)
    return told[-1][0], ends, ends + heights[-1] - min(heights), told[-1][1]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_order_and_any_repeats_end_as_the_model_says(app: Flask, data: st.DataObject) -> None:
    event = st.tuples(st.sampled_from(["Initiated", "Completed"]), st.sampled_from(MOMENTS))
    events = data.draw(st.sets(event, min_size=1, max_size=6))
    copies = data.draw(st.lists(st.sampled_from(sorted(events)), max_size=5))
    deliveries = data.draw(st.permutations([*events, *copies]))
    client, number = app.test_client(), next(SERIAL)
    seen = dict[str, Any]()
    for done, (status, moment) in enumerate(deliveries, 1):
        body = json.dumps(alert(number, status, **{"Date and Time": moment}))
        assert client.post("/hooks/clevertap", data=body).status_code == 200
        seen = client.get(f"/exports/clevertap/{number}").json or {}
        assert (seen["status"], seen["effects"], seen["runs"]) == model(set(deliveries[:done]))[:3]
    assert seen["repeats"] == len(copies)
    day, month, hour = seen["at"][8:10], seen["at"][5:7], int(seen["at"][11:13])
    latest = model(events)[3]
    assert (day, month) == (latest[:2], latest[3:5])
    assert hour == int(latest[11:-9]) % 12 + (12 if latest.endswith("PM") else 0)
