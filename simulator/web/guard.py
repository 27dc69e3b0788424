"""Who is let in: by the Host header, the site that asks, the token and the size, in this order, before anything else.

A page of a foreign site can make a browser send requests here, and by rebinding its own name even read the answers.
Such requests carry that site's name as Host, or say by Sec-Fetch-Site or Origin where they are from; none of them can
carry the token, which no cookie holds. What needs no token may be read by any name: who looks after a machine's health
asks for its address.
"""

import hmac
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl

from simulator.documents import quoted
from simulator.web.problems import Problem

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

BODY_LIMIT: Final = 1024 * 1024  # bytes
_HERE: Final = ("localhost", "127.0.0.1", "[::1]")
_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.ASCII)
_WITH_PORT: Final = re.compile(r"([^:\[\]]+|\[[0-9a-f:.]+\]):([0-9]{1,5})", re.ASCII)
_LONGEST_NAME: Final = 260  # characters, the port among them
_READING: Final = frozenset(("GET", "HEAD"))
_OWN_SITE: Final = frozenset(("same-origin", "none"))  # none: the address bar, a bookmark, a program
CHALLENGE: Final = 'Bearer realm="partnersim"'


class Door(NamedTuple):
    """What is let in. `authorities` are the values of Host that mean this service, in lower case."""

    token: bytes
    authorities: frozenset[str]
    open: frozenset[str] = frozenset()  # paths that need no token, and may be read by any name
    linked: frozenset[str] = frozenset()  # paths that may be read with the token in the address


def authorities(names: Iterable[str], port: int) -> frozenset[str]:
    """Every value of Host that means this service: this machine's own names and `names`, with the port.

    Without the port too where it is the usual one, 80. A name is known in any letter case, also with the dot that ends
    a full name; an IPv6 address with or without brackets. One of `names` may have a port of its own, behind a colon:
    that of whoever passes requests on.

    Raises:
        ValueError: one of `names` is none.

    >>> sorted(authorities(["Mock.Test.", "outside.test:80"], 8790))[2:6]
    ['localhost.:8790', 'localhost:8790', 'mock.test.:8790', 'mock.test:8790']
    """
    return frozenset(one for name in (*_HERE, *names) for one in _spellings(name, port))


def _spellings(name: str, port: int) -> Iterator[str]:
    name = name.lower()
    if match := _WITH_PORT.fullmatch(name):
        name, port = match[1], int(match[2])
    if ":" in name:
        name = f"[{ip_address(name.strip('[]')).compressed}]"
    elif not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a host")
    name = name.removesuffix(".")
    for one in (name, f"{name}."):
        if one == name or not _is_address(name):
            yield f"{one}:{port}"
            if port == 80:
                yield one


def _is_address(name: str) -> bool:
    return name.startswith("[") or name.replace(".", "").isdecimal()


def check(door: Door, environ: "WSGIEnvironment") -> None:
    """Let a request in, or not.

    Raises:
        Problem: wrong-host, cross-site, unauthorized or too-large; the first that fits.
    """
    if not (environ.get("PATH_INFO", "") in door.open and environ["REQUEST_METHOD"] in _READING):
        _check_site(_check_host(door, environ), environ)
        _check_token(door, environ)
    _check_size(environ)


def _check_host(door: Door, environ: "WSGIEnvironment") -> str:
    """The authority that was asked for. Two Host headers come joined by a comma, and so are none of ours."""
    host: str = environ.get("HTTP_HOST", "").lower()
    target: str = environ.get("REQUEST_URI", "/")
    scheme, slashes, rest = target.partition("://")
    asked = rest.partition("/")[0].partition("?")[0].lower() if slashes and scheme.isalpha() else host
    for one in (host, asked):
        if not one:
            raise Problem("wrong-host", "the request does not say which host it asks", "send a Host header")
        if one not in door.authorities:
            raise Problem("wrong-host", f"{quoted(one)} is not one of this service's names", _named(one))
    return host


def _named(asked: str) -> str:
    """What helps whoever asked for a name that the service does not know it has."""
    here = "use the address that was printed at the start"
    name = asked if _WITH_PORT.fullmatch(asked) else f"{asked}:80"  # the port of whoever names none
    try:
        meant = len(name) <= _LONGEST_NAME and asked in authorities([name], 80)
    except ValueError:
        meant = False
    return f"{here}; if this name is yours, start it with --public-host {shlex.quote(name)}" if meant else here


def _check_site(host: str, environ: "WSGIEnvironment") -> None:
    """Whatever can change something comes from a program, or from a page of our own."""
    if environ["REQUEST_METHOD"] in _READING:
        return
    site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    if (site is not None and site not in _OWN_SITE) or (origin is not None and origin != f"http://{host}"):
        raise Problem("cross-site", "another site's page asks for this", "ask from a program, not from a page")


def _check_token(door: Door, environ: "WSGIEnvironment") -> None:
    """Compared in a time that tells nothing. An absent token is a wrong one."""
    path: str = environ.get("PATH_INFO", "")
    if path in door.open:
        return
    if path in door.linked and environ["REQUEST_METHOD"] in _READING and _fits(door, _of_link(environ)):
        return
    scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if not _fits(door, given.strip() if scheme.lower() == "bearer" else ""):
        raise Problem(
            "unauthorized",
            "the token is missing or wrong",
            "send `Authorization: Bearer TOKEN` with the token that was printed at the start",
            headers={"WWW-Authenticate": CHALLENGE},
        )


def _fits(door: Door, given: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), door.token)


def _of_link(environ: Mapping[str, Any]) -> str:
    """The only `token` of the query; none where it stands there twice."""
    pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True, encoding="latin-1", max_num_fields=None)
    given = [value for name, value in pairs if name == "token"]
    return given[0] if len(given) == 1 else ""


def _check_size(environ: "WSGIEnvironment") -> None:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > BODY_LIMIT:
        raise Problem("too-large", f"the body is larger than {BODY_LIMIT} bytes", "send less at once")
