"""Keeps secrets out of all that is written or shown: headers by allow-list, known values wherever they turn up."""

import base64
import math
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

HARMLESS = frozenset(
    {
        "accept",
        "accept-encoding",
        "allow",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "expect",
        "host",
        "keep-alive",
        "retry-after",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "user-agent",
        "vary",
    }
)
"""Header names, in lower case, whose values may be shown."""

MARK = "(redacted)"
"""What stands for a secret: plain text to YAML, JSON, XML and Latin-1, so that a redacted document still reads."""

_SHORTEST = 4  # a known value shorter than this is not searched for: it would redact half of every text
_DEEPEST = 64  # levels of nesting that are looked into
_SHORTEST_CUT = 12  # of a value this long, the first two thirds alone are redacted too
_CUT_FOLLOWED = 40  # characters of its last third that are followed one by one
_PIECE = re.compile(r"\\+|.", re.DOTALL)  # a row of backslashes, or any other character
_GOES_ON = r"[\w+/=.~%-]*"  # what a token is made of: its rest, or what was added to it
_LINE_END = re.compile(r"\r\n|\r|\n")


def header_line(name: str, value: str) -> str:
    """`Name: value`, the value only where the name is known to be harmless; of a `Location`, what `url` leaves.

    >>> header_line("Host", "127.0.0.1:80"), header_line("Authorization", "Basic QWxh")
    ('Host: 127.0.0.1:80', 'Authorization: (redacted)')
    """
    known = name.strip().lower()
    if known == "location":
        return f"{name}: {url(value)}"
    return f"{name}: {value if known in HARMLESS else MARK}"


@lru_cache(maxsize=256)  # a receiver's answers are alike for a second or so
def answer_head(head: bytes) -> str:
    """An answer's status line and headers as text, one header a line, values by the same allow-list.

    A line that is no header (folded, or without a colon) shows nothing: it may go on with a value that is hidden.
    """
    first, *rest = _LINE_END.split(head.decode("latin-1"))
    name, colon, value = first.partition(":")
    lines = [header_line(name, value.strip()) if colon and not first.startswith("HTTP/") else first]
    for line in rest:
        name, colon, value = line.partition(":")
        if colon and not line[0].isspace():
            lines.append(header_line(name, value.strip()))
        else:
            lines.append(MARK if line else "")
    return "\r\n".join(lines)


def url(text: str) -> str:
    """A URL or request target without user, password, query values and fragment: these hold tokens more often than not.

    >>> url("https://me:pw@example.test/hook?token=abc&x=1"), url("/hook?token=abc")
    ('https://example.test/hook?token=(redacted)&x=(redacted)', '/hook?token=(redacted)')
    """
    whole, sharp, fragment = text.partition("#")
    place, question, query = whole.partition("?")
    scheme, slashes, rest = place.partition("//")
    if slashes and (not scheme or scheme.endswith(":")):
        authority, slash, path = rest.partition("/")
        place = f"{scheme}{slashes}{authority.rpartition('@')[2]}{slash}{path}"
    pairs = [f"{part.partition('=')[0]}={MARK}" if "=" in part else MARK for part in query.split("&") if part]
    return f"{place}{question}{'&'.join(pairs)}{sharp}{MARK if fragment else ''}"


class Scrub:
    """Replaces known secret values in any text: `scrub(text)`.

    A value is found as it is, in another case, without its scheme word (`Bearer`), cut short, percent-encoded, escaped
    for JSON or HTML, and in the base64 of any text that holds it.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        values = {value for secret in secrets for value in _parts(secret) if len(value) >= _SHORTEST}
        ways = dict.fromkeys(way for value in sorted(values, key=lambda one: (-len(one), one)) for way in _ways(value))
        # A search for every spelling is slow, one for a plain piece that each of them contains is not.
        self._needles = tuple(dict.fromkeys(needle for needle, _ in ways))
        # Whole values before cut ones, longer before shorter: no part of one is left when another is inside it.
        self._replace = re.compile("|".join(pattern for _, pattern in ways), re.IGNORECASE).sub

    def __call__(self, text: str) -> str:
        lowered = text.lower()
        return self._replace(MARK, text) if any(needle in lowered for needle in self._needles) else text


def everywhere(scrub: Callable[[str], str], value: Any, depth: int = _DEEPEST) -> Any:
    """A JSON value with every text in it scrubbed, keys too, and every number that is itself a secret.

    What is nested deeper than `depth` becomes `...`.
    """
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict | list | tuple) and not depth:
        return "..."
    if isinstance(value, dict):
        return {scrub(str(key)): everywhere(scrub, one, depth - 1) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [everywhere(scrub, one, depth - 1) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool) and scrub(str(value)) == MARK:
        return MARK
    return value


def _parts(secret: str) -> set[str]:
    """A value, also without its scheme word; of Basic credentials the password too."""
    scheme, _, rest = secret.strip().partition(" ")
    parts = {secret.strip(), rest.strip()}
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
            parts |= {f"{user}:{password}", password}
        except ValueError:
            pass  # not base64: then it hides nothing
    return parts


def _ways(value: str) -> Iterator[tuple[str, str]]:
    """Each way a value may be written: a piece in lower case that is always there, and a pattern for the whole."""
    yield _needle(value), _spelled(value)
    octets = value.encode(errors="surrogatepass")
    for shift in range(3):
        # In the base64 of any text that holds the value, these characters depend on the value alone; the one before
        # and the one after carry the rest of its bits.
        encoded = base64.b64encode(b"\0" * shift + octets).decode().rstrip("=")
        inner = encoded[math.ceil(shift * 8 / 6) : (shift + len(octets)) * 8 // 6]
        if len(inner) >= _SHORTEST:
            pattern = re.escape(inner).replace(r"\+", "[+-]").replace("/", "[/_]")
            before = "[A-Za-z0-9+/_-]?" if shift else ""
            yield _needle(inner), f"(?-i:{before}{pattern}[A-Za-z0-9+/_-]?={{0,2}})"
    if len(value) >= _SHORTEST_CUT:
        kept = math.ceil(len(value) * 2 / 3)
        rest = ""
        for piece in reversed(_PIECE.findall(value[kept : kept + _CUT_FOLLOWED])):
            rest = f"(?:{_spelling(piece)}{rest})?"
        yield _needle(value[:kept]), f"{_spelled(value[:kept])}{rest}{_GOES_ON}"


def _needle(value: str) -> str:
    """The longest piece of a value that no encoding changes but for its case; "" is in every text."""
    return max(re.findall(r"[A-Za-z0-9]+", value), key=len, default="").lower()


def _spelled(value: str) -> str:
    """A pattern for the value in all its spellings."""
    return "".join(map(_spelling, _PIECE.findall(value)))


def _spelling(character: str) -> str:
    """A pattern for one character, or one row of backslashes, plain or escaped up to three times over."""
    if character.isascii() and character.isalnum():
        return character
    if character[0] == "\\":
        plain = rf"\\{{{len(character)},{len(character) * 8}}}"
        others = ["%5c", r"\\{1,7}u005c", "&#92;", "&#x5c;"]
        return f"(?:{plain}|(?:{'|'.join(others)}){{{len(character)}}})"
    units = character.encode("utf-16-be", "surrogatepass")
    octets = character.encode("utf-8", "surrogatepass")
    forms = [
        rf"\\{{0,7}}{re.escape(character)}",
        "".join(f"%(?:25)*{octet:02x}" for octet in octets),
        "".join(rf"\\{{1,7}}u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)),
        f"&#0*{ord(character)};",
        f"&#x0*{ord(character):x};",
    ]
    if ord(character) < 256:
        forms += [rf"\\{{1,7}}x{ord(character):02x}", f"%{ord(character):02x}"]
    if not character.isascii():
        forms.append(re.escape(octets.decode("latin-1")))  # UTF-8 that was read as Latin-1
    import html  # late: only secrets are spelled out, and few commands have any

    if (entity := html.escape(character)) != character:
        forms.append(entity)
    if character in _NAMED:
        forms.append(_NAMED[character])
    return f"(?:{'|'.join(dict.fromkeys(forms))})"


_NAMED = {" ": r"\+", "\n": r"\\{1,7}n", "\r": r"\\{1,7}r", "\t": r"\\{1,7}t", "'": "&apos;"}
