"""Keeps secrets out of everything that is written or shown: headers by allow-list, known values wherever they turn up."""

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HARMLESS = frozenset(
    "accept accept-encoding connection content-encoding content-length content-type date expect host keep-alive"
    " server te trailer transfer-encoding user-agent vary".split()
)
"""Header names, in lower case, whose values may be shown."""

MARK = "[redacted]"
_SHORTEST = 4  # a known value shorter than this is not searched for: it would redact half of every text


def header_line(name: str, value: str) -> str:
    """`Name: value`, the value only where the name is known to be harmless.

    >>> header_line("Host", "127.0.0.1:80"), header_line("Authorization", "Basic QWxh")
    ('Host: 127.0.0.1:80', 'Authorization: [redacted]')
    """
    return f"{name}: {value if name.strip().lower() in HARMLESS else MARK}"


def answer_head(head: bytes) -> str:
    """An answer's status line and headers as text, one header a line, values by the same allow-list."""
    first, *rest = head.decode("latin-1").split("\r\n")
    lines = [first]
    for line in rest:
        name, colon, value = line.partition(":")
        lines.append(header_line(name, value.strip()) if colon else line)
    return "\r\n".join(lines)


def url(text: str) -> str:
    """A URL without user, password and query values: these hold tokens more often than not.

    >>> url("https://me:pw@example.test/hook?token=abc&x=1")
    'https://example.test/hook?token=[redacted]&x=[redacted]'
    """
    scheme, slashes, rest = text.partition("://")
    authority, slash, tail = rest.partition("/")
    path, question, query = (slash + tail).partition("?")
    pairs = (f"{part.partition('=')[0]}={MARK}" if "=" in part else MARK for part in query.split("&"))
    return f"{scheme}{slashes}{authority.rpartition('@')[2]}{path}{question}{'&'.join(pairs) if query else ''}"


class Scrub:
    """Replaces known secret values, plain or encoded, in any text: `scrub(text)`."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets for form in _forms(secret) if len(form) >= _SHORTEST}
        # The longest first, so that no part of one is left when a shorter one is inside it.
        alternatives = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
        self._find = re.compile(alternatives).sub if forms else None

    def __call__(self, text: str) -> str:
        return self._find(MARK, text) if self._find else text


def _forms(secret: str) -> Iterable[str]:
    """A value as it is, without its scheme word, in base64, percent-encoded and JSON-escaped."""
    values = {secret, secret.partition(" ")[2]} - {""}
    scheme, _, rest = secret.partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
            values |= {f"{user}:{password}", password} - {"", ":"}
        except ValueError:
            pass  # not base64: then it hides nothing
    for value in values:
        raw = value.encode()
        yield from (value, quote(value, safe=""), quote_plus(value), value.replace("\\", "\\\\").replace('"', '\\"'))
        yield base64.b64encode(raw).decode()
        yield base64.urlsafe_b64encode(raw).decode().rstrip("=")
