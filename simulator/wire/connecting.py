"""From a URL to a connection: looks the name up once, checks every address, tries those that were checked."""

import asyncio
import contextlib
import errno
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from simulator.model import Outcome, Url
from simulator.wire.addresses import Address, is_this_machine, literal, objection, plain
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
            host = ascii_name(host)
        if known := without_asking(host):
            return known
        found = await asyncio.shield(self._asked.get(host) or self._ask(host))
        if isinstance(found, Failure):
            raise Failure(found.outcome, found.detail)
        return found

    def _ask(self, host: str) -> asyncio.Future[list[Address] | Failure]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Address] | Failure] = loop.create_future()

        def settle(found: list[Address] | Failure) -> None:
            del self._asked[host]
            if not answer.done():
                answer.set_result(found)

        def ask() -> None:
            found = look_up(host)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(settle, found)

        # Not the loop's own threads: a name server that never answers would hold up the end of the process.
        try:
            threading.Thread(target=ask, name=f"lookup {host}", daemon=True).start()
        except RuntimeError:
            raise Failure(Outcome.SKIPPED, "this machine has no thread left to look a name up") from None
        self._asked[host] = answer
        return answer


async def connect(
    url: Url,
    names: Names,
    attempt: Callable[[str, int], Awaitable[object]],
    *,
    allow: frozenset[str],
    never: frozenset[int],
) -> None:
    """Make `attempt` with each address of the URL's host in turn, until one does not refuse; none twice.

    `allow` names hosts that are public on purpose; `never` has ports of this machine that are our own.

    The addresses are literal, so that nobody looks anything up again. The deadline is the caller's to keep.

    Raises:
        Failure: `dns`, `blocked`, `refused`, `reset`, or `skipped` when it is this machine that cannot.
    """
    if not 1 <= url.port <= 65535:  # loops differ: one raises, one connects to what is left of it
        raise Failure(Outcome.SKIPPED, f"{url.port} is no port: 1 to 65535")
    addresses = await names.addresses(url.host)
    allowed = plain(url.host) in allow
    for address in addresses:
        if found := objection(address, allowed=allowed):
            raise Failure(Outcome.BLOCKED, found if str(address) == url.host else f"{url.host}: {found}")
        if url.port in never and is_this_machine(address):
            raise Failure(Outcome.BLOCKED, f"port {url.port} of this machine is partnersim's own: never a target")
    failures = []
    for address in addresses:
        try:
            await attempt(str(address), url.port)
        except OSError as error:
            failures.append(_failure(address, url.port, error))
        else:
            return
    told = [one for one in failures if one.outcome is not Outcome.SKIPPED] or failures
    raise Failure(told[0].outcome, "; ".join(one.detail for one in told))


def _failure(address: Address, port: int, error: OSError) -> Failure:
    place = f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"
    number = error.errno or 0
    if number in _OURS:
        return Failure(Outcome.SKIPPED, f"{place}: {_OURS[number]}")
    outcome = Outcome.RESET if number == errno.ECONNRESET else Outcome.REFUSED
    return Failure(outcome, f"{place}: {os.strerror(number).lower() if number else 'connection failed'}")


def without_asking(host: str) -> Sequence[Address]:
    """The addresses of a literal address or of localhost; of any other host none.

    Raises:
        Failure: `dns` or `blocked`.
    """
    if (address := literal(host)) is not None:
        return (address,)
    name = plain(host)
    return _LOCALHOST if name == "localhost" or name.endswith(".localhost") else ()  # RFC 6761, 6.3: always loopback


def look_up(host: str) -> list[Address] | Failure:
    """What the system says of a name; it may take its time."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return Failure(Outcome.DNS, f"{host}: {error.strerror or error}".lower())
    except (OSError, ValueError) as error:
        return Failure(Outcome.DNS, f"{host}: {error}")
    texts = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)  # a zone adds nothing to the check
    return [ip_address(text) for text in texts] or Failure(Outcome.DNS, f"{host}: no address")


def ascii_name(host: str) -> str:
    """A name with letters beyond ASCII as the DNS has it.

    Raises:
        Failure: `dns`.
    """
    try:
        return host.encode("idna").decode("ascii")
    except ValueError:
        raise Failure(Outcome.DNS, f"{host!a} is not a host name") from None
