"""Takes an http or https URL apart, strictly: what is refused here never reaches a request line."""

import ipaddress
import re
from typing import Final

from simulator.documents.showing import quoted
from simulator.model import Url

_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?")
_UNCLEAR: Final = frozenset("ßς\u200c\u200d")  # IDNA 2003 and 2008 make different hosts of these


def parse_url(text: str) -> Url:
    """A URL's parts; path and query stay exactly as written.

    >>> parse_url("http://LOCALHOST:8000/hooks?x=%2F")
    Url(scheme='http', host='localhost', port=8000, target='/hooks?x=%2F')

    Raises:
        ValueError: it is no URL that requests can be sent to; a sentence that begins with the URL, never with a
            password that stands in it.
    """
    if fault := _fault(text):
        raise ValueError(fault)
    scheme, _, rest = text.partition("://")
    scheme = scheme.lower()
    if scheme not in _PORTS:
        raise ValueError(f"{_shown(text)} is not a URL that starts with http:// or https://")
    cut = min((place for mark in "/?" if (place := rest.find(mark)) >= 0), default=len(rest))
    authority, target = rest[:cut], rest[cut:]
    if "@" in authority:
        raise ValueError("the URL holds a user or a password; put credentials under `authorization`")
    host, port = _host_and_port(authority, _shown(text))
    target = target if target.startswith("/") else f"/{target}"
    return Url(scheme, host, port or _PORTS[scheme], target)


def _fault(text: str) -> str:
    """Why a text is no URL whatever its parts are; empty when it may be one."""
    if not text:
        return "the URL is empty"
    if bad := next((one for one in text if not one.isprintable() or one.isspace()), ""):
        return f"the URL has {'a space' if bad == ' ' else 'a control character'} in it; write it percent-encoded"
    if "#" in text:
        return f"{_shown(text)} has a fragment (`#…`), which is never sent"
    if "\\" in text:
        return f"{_shown(text)} has a backslash in it"
    path = text.partition("://")[2].partition("/")[2]
    return "" if path.isascii() else f"{_shown(text)} has letters beyond ASCII in its path; write them percent-encoded"


def _host_and_port(authority: str, shown: str) -> tuple[str, int]:
    """Host in lower case, in the letters of the wire, and port; 0 where none is written."""
    host, colon, port = authority, "", ""
    if authority.startswith("["):
        inside, bracket, tail = authority[1:].partition("]")
        if not bracket or (tail and not tail.startswith(":")):
            raise ValueError(f"{shown}: an IPv6 address stands in brackets, like http://[::1]:8000/")
        host, colon, port = _ipv6(inside, shown), tail[:1], tail[1:]
    else:
        host, colon, port = authority.partition(":")
        host = _name(host, shown)
    if colon and not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        raise ValueError(f"{shown}: a port is a number from 1 to 65535")
    return host, int(port) if port else 0


def _ipv6(text: str, shown: str) -> str:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        address = None
    if address is None or address.scope_id:
        raise ValueError(f"{shown}: {quoted(text)} is not an IPv6 address")
    return str(address)


def _name(text: str, shown: str) -> str:
    if not text:
        raise ValueError(f"{shown} names no host")
    if _UNCLEAR & set(text):
        raise ValueError(f"{shown}: the host can be read in two ways; write it in its xn-- form")
    host = text.lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            host = ""
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise ValueError(f"{shown}: {quoted(text)} is not the name of a host")
    return host


def _shown(text: str) -> str:
    """The URL without user, password and query."""
    scheme, slashes, rest = text.partition("://")
    authority, slash, tail = rest.partition("/")
    return quoted(f"{scheme}{slashes}{authority.rpartition('@')[2]}{slash}{tail}".partition("?")[0])
