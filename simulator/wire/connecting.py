"""From a URL to a connected socket: looks the name up once, checks every address, connects to one that was checked."""

import asyncio
import contextlib
import errno
import os
import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from simulator.model import Outcome, Url
from simulator.wire.addresses import Address, literal, objection, plain
from simulator.wire.failure import Failure

_LOCALHOST: Sequence[Address] = (IPv6Address("::1"), IPv4Address("127.0.0.1"))
_OURS = {  # what stops us before anything is sent, through no doing of the receiver
    errno.EMFILE: "too many open files: raise `ulimit -n`, or send fewer at once",
    errno.ENFILE: "this machine has too many open files",
    errno.ENOBUFS: "this machine has no buffer left for another connection",
    errno.ENOMEM: "this machine has no memory left for another connection",
    errno.EADDRNOTAVAIL: "this machine has no port or address left to connect from",
}


class Names:
    """Looks names up, never in the way of the loop or of an exit; requests for one name share one lookup."""

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Future[list[Address] | Failure]] = {}

    async def addresses(self, host: str) -> Sequence[Address]:
        """All addresses of a host, in the system's order; literal addresses and localhost without asking anybody.

        Raises:
            Failure: `dns` or `blocked`.
        """
        if not host.isascii():
            host = _ascii(host)
        if (address := literal(host)) is not None:
            return (address,)
        name = plain(host)
        if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, 6.3: always loopback
            return _LOCALHOST
        found = await asyncio.shield(self._asked.get(host) or self._ask(host))
        if isinstance(found, Failure):
            raise Failure(found.outcome, found.detail)
        return found

    def _ask(self, host: str) -> asyncio.Future[list[Address] | Failure]:
        loop = asyncio.get_running_loop()
        answer = self._asked[host] = loop.create_future()

        def settle(found: list[Address] | Failure) -> None:
            del self._asked[host]
            if not answer.done():
                answer.set_result(found)

        def ask() -> None:
            found = _lookup(host)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(settle, found)

        # Not the loop's own threads: a name server that never answers would hold up the end of the process.
        threading.Thread(target=ask, name=f"lookup {host}", daemon=True).start()
        return answer


async def connect(url: Url, names: Names, allow: frozenset[str], rest: Callable[[], float]) -> socket.socket:
    """A connected socket, not blocking. `rest`: seconds until the deadline, which is the caller's to keep.

    Addresses are tried in turn; one that stays silent gets its share of the time, the last all that is left.

    Raises:
        Failure: `dns`, `blocked`, `refused`, `reset`, or `skipped` when it is this machine that cannot.
    """
    addresses = await names.addresses(url.host)
    allowed = plain(url.host) in allow
    for address in addresses:
        if found := objection(address, allowed=allowed):
            raise Failure(Outcome.BLOCKED, f"{url.host}: {found}" if str(address) != url.host else found)
    failures = []
    for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        try:
            async with asyncio.timeout(rest() / left if left > 1 else None):
                return await _connect(address, url.port)
        except (OSError, OverflowError) as error:
            failures.append(_failure(address, url.port, error))
    told = [one for one in failures if one.outcome is not Outcome.SKIPPED] or failures
    raise Failure(told[0].outcome, "; ".join(one.detail for one in told))


async def _connect(address: Address, port: int) -> socket.socket:
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(made, (str(address), port))
    except BaseException:  # a cancellation too: the deadline is over
        made.close()
        raise
    return made


def _failure(address: Address, port: int, error: OSError | OverflowError) -> Failure:
    place = f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"
    if isinstance(error, OverflowError):
        return Failure(Outcome.SKIPPED, f"{place}: a port is 1 to 65535")
    if isinstance(error, TimeoutError) and error.errno is None:
        return Failure(Outcome.TIMEOUT_CONNECT, f"{place}: no answer")
    number = error.errno or 0
    if number in _OURS:
        return Failure(Outcome.SKIPPED, f"{place}: {_OURS[number]}")
    outcome = Outcome.RESET if number == errno.ECONNRESET else Outcome.REFUSED
    return Failure(outcome, f"{place}: {os.strerror(number).lower() if number else 'connection failed'}")


def _lookup(host: str) -> list[Address] | Failure:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return Failure(Outcome.DNS, f"{host}: {error.strerror or error}".lower())
    except (OSError, ValueError) as error:
        return Failure(Outcome.DNS, f"{host}: {error}")
    texts = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)  # a zone adds nothing to the check
    return [ip_address(text) for text in texts] or Failure(Outcome.DNS, f"{host}: no address")


def _ascii(host: str) -> str:
    """A name with letters beyond ASCII as the DNS has it."""
    try:
        return host.encode("idna").decode("ascii")
    except ValueError:
        raise Failure(Outcome.DNS, f"{host!a} is not a host name") from None
