"""Tells which of the values a person configured no output may show."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote, unquote_plus

from simulator.documents import REFERENCE
from simulator.model import Pairs
from simulator.redaction import HARMLESS

_TELLING: Final = re.compile(r"(?i)auth|token|secret|passw|cookie|credential|signature|key|session|sid")
_SCHEMED: Final = re.compile(rf"((?i:basic|bearer|token|apikey|digest) )?{REFERENCE.pattern}")
_WORD: Final = re.compile(r"[A-Za-z][a-z]{0,15}(?:[-_. ][A-Za-z][a-z]{0,15}){0,3}|\d{1,8}|true|false")
"""A value like `ci`, `staging`, `12`: hiding every such word would hide the evidence, and it hides nothing."""


def in_shell(written: str) -> str:
    """Credentials as a shell says them, where they are a variable, behind a scheme perhaps; else "".

    >>> in_shell("Bearer ${env:TOKEN}"), in_shell("Bearer hunter2")
    ('Bearer $TOKEN', '')
    """
    found = _SCHEMED.fullmatch(written)
    return f"{found[1] or ''}${found[2]}" if found else ""


def of_headers(headers: Pairs) -> Iterable[str]:
    """The values of headers that are to be hidden: all but those of harmless names and those that are plain words.

    >>> list(of_headers((("X-Env", "ci"), ("X-Api-Key", "blue"), ("X-Tenant", "t-93kdj2"), ("Accept", "a/b; q=1"))))
    ['blue', 't-93kdj2']
    """
    for name, value in headers:
        if value and name.lower() not in HARMLESS and (_TELLING.search(name) or not _WORD.fullmatch(value)):
            yield value


def of_url(text: str) -> Iterable[str]:
    """The values in a URL's query, as written and decoded; placeholders and plain words under plain names are none.

    >>> list(of_url("http://h/x?token=a%2Fb&format=json&id={id}"))
    ['a%2Fb', 'a/b']
    """
    for pair in text.partition("?")[2].split("&"):
        name, equals, value = pair.partition("=")
        value = value if equals else name
        plain = _WORD.fullmatch(value) and not _TELLING.search(name if equals else "")
        if value and "{" not in value and not plain:
            yield from dict.fromkeys((value, unquote(value), unquote_plus(value)))


def of_environment(written: str, env: Mapping[str, str], *, url: bool = False) -> Iterable[str]:
    """The values that a text's references stand for. In a URL, scheme, host and port are known to all anyway.

    >>> env = {"HOST": "http://10.0.0.7:8000", "KEY": "s3cr3t"}
    >>> list(of_environment("${env:HOST}/hooks/${env:KEY}", env, url=True))
    ['s3cr3t']
    """
    before = ""
    last = 0
    for match in REFERENCE.finditer(written):
        before += written[last : match.start()]
        last = match.end()
        value = env.get(match[1], "")
        if value and not (url and before.count("/") < 3 and "?" not in before):
            yield from dict.fromkeys((value, unquote(value), unquote_plus(value))) if url else (value,)
        before += value
