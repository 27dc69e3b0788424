"""Connections: how many, which are used again, where they may go; every request is told its end exactly once."""

import asyncio
import contextlib
import errno
import os
import resource
import socket
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from simulator import limits
from simulator.clock import RealClock
from simulator.model import Exchange, HangUp, Outcome, Pause, Url
from simulator.wire import Request, once
from simulator.wire.sockets import Wire
from tests.receivers.byte_server import LOOPS, NO_CONTENT, Behave, Peer, post, run, serving, wired

pytestmark = pytest.mark.parametrize("loop", LOOPS)


async def good(peer: Peer) -> None:
    while await peer.request():
        await peer.send(NO_CONTENT)


def thinks(seconds: float) -> Behave:
    async def behave(peer: Peer) -> None:
        while await peer.request():
            await asyncio.sleep(seconds)
            await peer.send(NO_CONTENT)

    return behave


# The pool


def test_there_are_never_more_connections_than_allowed_and_the_rest_wait_in_order(loop: str) -> None:
    async def main() -> tuple[list[int], int, int]:
        open_now = most = 0
        order: list[int] = []

        async def counts(peer: Peer) -> None:
            nonlocal open_now, most
            open_now += 1
            most = max(most, open_now)
            while request := await peer.request():
                order.append(int(request.partition(b"\r\n\r\n")[2]))
                await asyncio.sleep(0.002)
                await peer.send(NO_CONTENT)
            open_now -= 1

        async with serving(counts) as server, wired(connections=3) as wire:
            waiting = [once(wire, post(server.url(), body=b"%d" % number)) for number in range(30)]
            exchanges = await asyncio.gather(*waiting)
            assert {one.outcome for one in exchanges} == {Outcome.ANSWERED}
            return order, most, len(server.peers)

    order, most, connections = run(loop, main())
    assert (most, connections) == (3, 3)
    assert [sorted(order[at : at + 3]) for at in range(0, 30, 3)] == [[n, n + 1, n + 2] for n in range(0, 30, 3)]


def test_an_idle_connection_is_used_again_and_numbers_tell_which(loop: str) -> None:
    async def main() -> list[Exchange]:
        async with serving(good) as server, wired() as wire:
            return [await once(wire, post(server.url(), fresh=number == 2)) for number in range(4)]

    exchanges = run(loop, main())
    assert [one.connection for one in exchanges] == [1, 1, 2, 1]
    assert [one.reused for one in exchanges] == [False, True, False, True]


def test_a_fresh_connection_is_made_even_when_all_places_are_taken(loop: str) -> None:
    async def main() -> list[Exchange]:
        async with serving(good) as server, wired(connections=1) as wire:
            asked = [post(server.url(), fresh=number % 2 == 1) for number in range(6)]
            return list(await asyncio.gather(*(once(wire, one) for one in asked)))

    exchanges = run(loop, main())
    assert [one.reused for one in exchanges] == [False] * 6
    assert len({one.connection for one in exchanges}) == 6


def test_an_idle_connection_grows_too_old_and_is_closed(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < limits.IDLE_REUSED < 2  # receivers close theirs from 2 s
    monkeypatch.setattr(limits, "IDLE_REUSED", 0.1)
    head = b"HTTP/1.1 204 No Content\r\nX-Idle: a tenth of a second\r\n\r\n"  # heads that were seen before are known

    async def answers(peer: Peer) -> None:
        while await peer.request():
            await peer.send(head)

    async def main() -> tuple[bool, Exchange]:
        async with serving(answers) as server, wired() as wire:
            await once(wire, post(server.url()))
            await asyncio.sleep(0.2)
            left = server.peers[0].reader.at_eof()
            return left, await once(wire, post(server.url()))

    left, second = run(loop, main())
    assert left
    assert (second.outcome, second.reused) == (Outcome.ANSWERED, False)


@pytest.mark.parametrize("more", [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"\r\n", b"\x00"])
@pytest.mark.parametrize("blocked", [False, True], ids=["loop runs", "loop stands still"])
def test_a_connection_on_which_something_came_unasked_is_not_used_again(more: bytes, blocked: bool, loop: str) -> None:
    async def main() -> list[Exchange]:
        async def chatters(peer: Peer) -> None:
            await peer.request()
            await peer.send(NO_CONTENT)
            await asyncio.sleep(0.01)
            await peer.send(more)
            await peer.forever()

        async with serving(chatters) as server, wired() as wire:
            first = await once(wire, post(server.url()))
            if blocked:  # the bytes are in the socket, the loop has not told anybody yet
                chatter = server.peers[0].writer.get_extra_info("socket")
                with contextlib.suppress(OSError), socket.socket(fileno=os.dup(chatter.fileno())) as raw:
                    raw.send(more)
                _stand_still(0.01)
            else:
                await asyncio.sleep(0.05)
            return [first, await once(wire, post(server.url()))]

    first, second = run(loop, main())
    assert (first.status, second.status) == (204, 204)
    assert not second.reused


def test_a_connection_that_the_receiver_closed_meanwhile_is_not_used_again(loop: str) -> None:
    async def closes(peer: Peer) -> None:
        await peer.request()
        await peer.send(NO_CONTENT)

    async def main() -> list[Exchange]:
        async with serving(closes) as server, wired() as wire:
            exchanges = []
            for number in range(6):
                exchanges.append(await once(wire, post(server.url())))
                await asyncio.sleep(0.004 * number)
            return exchanges[1:]

    for one in run(loop, main())[1:]:
        assert (one.outcome, one.reused) == (Outcome.ANSWERED, False)


def test_a_receiver_that_closes_as_the_next_request_leaves_is_told_apart(loop: str) -> None:
    async def one_each(peer: Peer) -> None:
        await peer.request()
        await peer.send(NO_CONTENT)
        await peer.request()

    async def main() -> list[Exchange]:
        async with serving(one_each) as server, wired() as wire:
            return [await once(wire, post(server.url())) for _ in range(2)]

    second = run(loop, main())[1]
    assert (second.outcome, second.reused) == (Outcome.CLOSED, True)
    assert "had carried a request before" in second.detail


def test_requests_that_wait_go_on_when_connections_die(loop: str) -> None:
    async def dies(peer: Peer) -> None:
        await peer.request()
        peer.reset()

    async def main() -> list[Outcome]:
        async with serving(dies) as server, wired(connections=2) as wire:
            return [one.outcome for one in await asyncio.gather(*(once(wire, post(server.url())) for _ in range(20)))]

    assert run(loop, main()) == [Outcome.RESET] * 20


def test_endpoints_have_pools_of_their_own(loop: str) -> None:
    async def main() -> list[Outcome]:
        async with serving(thinks(30)) as busy, serving(good) as idle, wired(connections=1) as wire:
            ended: list[Exchange] = []
            wire(post(busy.url()), ended.append)
            wire(post(busy.url()), ended.append)
            exchange = await once(wire, post(idle.url(), timeout=1.0))
            assert not ended
            return [exchange.outcome]

    assert run(loop, main()) == [Outcome.ANSWERED]


# Where to


class Tries:
    """The running loop, but for connections: it writes them down and fails with the given errors."""

    def __init__(self, errors: list[int]) -> None:
        self.tried: list[str] = []
        self._errors = errors
        self._loop = asyncio.get_running_loop()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    async def create_connection(self, _: object, host: str, port: int) -> None:
        self.tried.append(f"{host}:{port}")
        raise OSError(self._errors.pop(0), "")


def test_localhost_is_tried_on_both_families(loop: str) -> None:
    async def main() -> list[Exchange]:
        async with serving(good) as four, serving(good, host="::1") as six, wired() as wire:
            hosts = (four.url(host="localhost"), six.url(host="localhost"), six.url(host="::1"))
            return [await once(wire, post(url)) for url in hosts]

    assert [one.outcome for one in run(loop, main())] == [Outcome.ANSWERED] * 3


def test_a_port_without_a_receiver_is_refused(loop: str) -> None:
    async def main() -> list[Exchange]:
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            port = bound.getsockname()[1]
            async with wired() as wire:
                urls = [Url("http", host, port, "/") for host in ("127.0.0.1", "localhost")]
                return [await once(wire, post(url)) for url in urls]

    literal, name = run(loop, main())
    assert (literal.outcome, literal.connection, literal.sent) == (Outcome.REFUSED, 0, 0.0)
    assert literal.detail.endswith("connection refused")
    assert name.detail.count("connection refused") == 2


@pytest.mark.parametrize(
    ("host", "outcome"),
    [
        ("169.254.169.254", Outcome.BLOCKED),
        ("8.8.8.8", Outcome.BLOCKED),
        ("::ffff:169.254.169.254", Outcome.BLOCKED),
        ("0.0.0.0", Outcome.BLOCKED),
        ("127.1", Outcome.BLOCKED),
        ("2130706433", Outcome.BLOCKED),
        ("0x7f.1", Outcome.BLOCKED),
        ("::1%lo", Outcome.BLOCKED),
        ("１２７.1", Outcome.BLOCKED),
        ("a b", Outcome.DNS),
        ("", Outcome.DNS),
        ("a" * 64 + ".example", Outcome.DNS),
        ("ü" * 64, Outcome.DNS),
        ("a\x00.example", Outcome.DNS),
    ],
)
def test_no_connection_is_even_tried_to_what_is_no_target(
    host: str, outcome: Outcome, loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("it was looked up"))

    async def main() -> Exchange:
        async with wired() as wire:
            wire.loop = Tries([])  # type: ignore[assignment]  # what the wire needs of a loop
            return await once(wire, post(Url("http", host, 80, "/")))

    exchange = run(loop, main())
    assert exchange.outcome is outcome
    assert exchange.detail


def _resolves(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Make the system's lookup answer so, one after another; gives the names that it is asked."""
    asked: list[str] = []
    turn = iter(answers)

    def lookup(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        found = next(turn)
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def test_a_name_is_looked_up_once_and_the_checked_address_is_the_one_connected_to(
    loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _resolves(
        monkeypatch, ["127.0.0.1"], ["169.254.169.254"], ["8.8.8.8"], ["127.0.0.1", "10.0.0.1", "0.0.0.0"], []
    )

    async def main() -> list[Exchange]:
        async with serving(good) as server, wired() as wire:
            return [await once(wire, post(server.url(host="rebinding.example"), fresh=True)) for _ in range(5)]

    exchanges = run(loop, main())
    assert asked == ["rebinding.example"] * 5
    assert [one.outcome for one in exchanges] == [Outcome.ANSWERED] + [Outcome.BLOCKED] * 3 + [Outcome.DNS]
    assert "--allow-target" in exchanges[2].detail
    assert "name or service not known" in exchanges[4].detail


def test_a_public_name_is_a_target_when_it_is_named(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _resolves(monkeypatch, ["8.8.8.8"], ["8.8.8.8"])

    async def main() -> tuple[list[Outcome], list[str]]:
        async with wired(allow=frozenset({"Named.Example."})) as wire:
            tries = Tries([errno.ECONNREFUSED])
            wire.loop = tries  # type: ignore[assignment]  # what the wire needs of a loop
            hosts = ("named.example", "other.example")
            return [(await once(wire, post(Url("http", host, 80, "/")))).outcome for host in hosts], tries.tried

    assert run(loop, main()) == ([Outcome.REFUSED, Outcome.BLOCKED], ["8.8.8.8:80"])


def test_requests_to_one_name_share_a_lookup(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _resolves(monkeypatch, *[["127.0.0.1"]] * 9)

    async def main() -> set[Outcome]:
        async with serving(good) as server, wired() as wire:
            waiting = (once(wire, post(server.url(host="one.example"))) for _ in range(9))
            return {one.outcome for one in await asyncio.gather(*waiting)}

    assert run(loop, main()) == {Outcome.ANSWERED}
    assert asked == ["one.example"]


@pytest.mark.parametrize(
    ("number", "outcome", "words"),
    [
        (errno.EHOSTUNREACH, Outcome.REFUSED, "no route to host"),
        (errno.ENETUNREACH, Outcome.REFUSED, "network is unreachable"),
        (errno.ETIMEDOUT, Outcome.REFUSED, "timed out"),
        (errno.ECONNRESET, Outcome.RESET, "reset"),
        (errno.EADDRNOTAVAIL, Outcome.SKIPPED, "no port or address left"),
        (errno.EMFILE, Outcome.SKIPPED, "ulimit -n"),
        (errno.EPERM, Outcome.REFUSED, "not permitted"),
    ],
)
def test_errors_of_the_network_have_their_outcome_and_reason(
    number: int, outcome: Outcome, words: str, loop: str
) -> None:
    async def main() -> Exchange:
        async with wired() as wire:
            wire.loop = Tries([number])  # type: ignore[assignment]  # what the wire needs of a loop
            return await once(wire, post(Url("http", "127.0.0.1", 80, "/")))

    exchange = run(loop, main())
    assert exchange.outcome is outcome
    assert words in exchange.detail


def test_a_port_that_is_none_is_no_fault_of_the_receiver(loop: str) -> None:
    async def main() -> list[Outcome]:
        async with wired() as wire:
            ports = (0, -1, 65536, 70000)
            return [(await once(wire, post(Url("http", "127.0.0.1", port, "/")))).outcome for port in ports]

    assert run(loop, main()) == [Outcome.SKIPPED] * 4


def test_a_process_out_of_files_says_so_and_recovers(loop: str) -> None:
    async def main() -> list[Exchange]:
        async with serving(good) as server, wired() as wire:
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            free = os.dup(0)
            os.close(free)
            resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
            try:
                first = await once(wire, post(server.url()))
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            return [first, await once(wire, post(server.url()))]

    first, second = run(loop, main())
    assert (first.outcome, second.outcome) == (Outcome.SKIPPED, Outcome.ANSWERED)
    assert "ulimit -n" in first.detail


# Ends


def test_close_tells_everybody_what_became_of_them(loop: str) -> None:
    async def main() -> list[Exchange]:
        async with serving(thinks(30)) as server, wired(connections=2) as wire:
            ended: list[Exchange] = []
            for _ in range(5):
                wire(post(server.url()), ended.append)
            await asyncio.sleep(0.05)
            wire(post(Url("http", "127.0.0.1", 9, "/")), ended.append)
            assert not ended
            await wire.close()
            wire(post(server.url()), ended.append)
            await wire.close()
            return ended

    exchanges = run(loop, main())
    found = Counter(one.outcome for one in exchanges)
    assert found == {Outcome.IN_DOUBT: 2, Outcome.SKIPPED: 5}
    assert all(one.sent for one in exchanges if one.outcome is Outcome.IN_DOUBT)
    assert all(one.detail for one in exchanges)


def test_a_loop_that_ends_its_tasks_and_a_fault_of_ours_are_told_too(loop: str) -> None:
    class Faulty(Tries):
        async def create_connection(self, *_: object) -> None:
            raise RuntimeError("not foreseen")

    class Stuck(Tries):
        async def create_connection(self, *_: object) -> None:
            await self._loop.create_future()

    async def main() -> list[Exchange]:
        ended: list[Exchange] = []
        async with wired() as wire:
            for kind in (Faulty, Stuck):
                wire.loop = kind([])  # type: ignore[assignment]  # what the wire needs of a loop
                wire(post(Url("http", "127.0.0.1", 80, "/"), fresh=True), ended.append)
                await asyncio.sleep(0.01)
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0.01)
            assert len(ended) == 2
        return ended

    faulty, stuck = run(loop, main())
    assert (faulty.outcome, stuck.outcome) == (Outcome.SKIPPED, Outcome.SKIPPED)
    assert "not foreseen" in faulty.detail


def open_files() -> int:
    """How many descriptors this process has; 0 where nobody tells."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def test_closing_leaves_no_connection_and_no_task_behind(loop: str) -> None:
    async def main() -> tuple[int, int]:
        async with serving(good) as server:
            before = open_files()
            wire = Wire(RealClock().now)
            await asyncio.gather(*(once(wire, post(server.url())) for _ in range(20)))
            wire(post(server.url()), lambda _: None)
            wire(post(server.url(), fresh=True), lambda _: None)
            await wire.close()
            await asyncio.sleep(0.05)
            after = open_files()
            tasks = [task for task in asyncio.all_tasks() if "Connection" in repr(task)]
            return after - before, len(tasks)

    assert run(loop, main()) == (0, 0)


def test_what_done_raises_goes_to_the_loop_and_harms_nobody(loop: str) -> None:
    async def main() -> tuple[int, list[Outcome]]:
        raised: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))

        def fails(_: Exchange) -> None:
            raise RuntimeError("the caller's own")

        async with serving(good) as server, serving(thinks(9)) as slow, wired() as wire:
            for _ in range(3):
                wire(post(server.url()), fails)
                wire(post(slow.url(), timeout=0.05), fails)
            async with asyncio.timeout(5):
                while len(raised) < 6:
                    await asyncio.sleep(0.005)
            later = [(await once(wire, post(server.url()))).outcome for _ in range(3)]
        return len(raised), later

    assert run(loop, main()) == (6, [Outcome.ANSWERED] * 3)


MOODS = (
    NO_CONTENT,
    NO_CONTENT,
    NO_CONTENT + NO_CONTENT,
    b"nonsense\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort",
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
    b"",
)
SCRIPTS = (None, None, None, (b"POST /", Pause(0.01), HangUp()), (b"POST /", HangUp(reset=True)))


@pytest.mark.parametrize("seed", range(3))
def test_every_request_is_told_its_end_exactly_once_whatever_happens(seed: int, loop: str) -> None:
    dice = Random(seed)

    async def moody(peer: Peer) -> None:
        while await peer.request():
            await asyncio.sleep(dice.choice([0, 0, 0.001, dice.random() * 0.1]))
            await peer.send(dice.choice(MOODS))
            if dice.random() < 0.2:
                if dice.random() < 0.5:
                    peer.reset()
                return

    async def main() -> Counter[int]:
        told: Counter[int] = Counter()
        async with serving(moody) as server, wired(connections=8) as wire:
            for number in range(300):
                url = server.url(host=dice.choice(["127.0.0.1", "localhost", "::1"]))
                timeout = dice.choice([0.0, 0.0001, 0.02, 0.06, 5.0])
                request = post(url, timeout=timeout, script=dice.choice(SCRIPTS), fresh=dice.random() < 0.2)
                wire(request, lambda _, number=number: told.update([number]))  # type: ignore[misc]  # it has a default
                if number % 20 == 0:
                    await asyncio.sleep(0.02)
            await wire.close()
        return told

    assert run(loop, main()) == Counter(range(300))


def test_done_may_send_again_at_once(loop: str) -> None:
    async def main() -> tuple[int, int]:
        async with serving(good) as server, wired() as wire:
            finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            count = 0

            def again(exchange: Exchange) -> None:
                nonlocal count
                count += 1
                assert exchange.outcome is Outcome.ANSWERED
                if count < 500:
                    wire(post(server.url()), again)
                else:
                    finished.set_result(None)

            wire(post(server.url()), again)
            await finished
            return count, len(server.peers)

    assert run(loop, main()) == (500, 1)


def test_an_answer_to_head_has_no_body_and_the_connection_goes_on(loop: str) -> None:
    async def heads(peer: Peer) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while await peer.reader.readuntil(b"\r\n\r\n"):
                await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async def main() -> list[Exchange]:
        async with serving(heads) as server, wired() as wire:
            asked = Request(server.url(), b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 1.0, method="HEAD")
            return [await once(wire, asked) for _ in range(2)]

    assert [(one.status, one.reused) for one in run(loop, main())] == [(200, False), (200, True)]


def _stand_still(seconds: float) -> None:
    """Keep the loop from running, as a busy machine does."""
    clock = RealClock()
    while clock.now() < seconds:
        pass
