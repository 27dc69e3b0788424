import base64
import html
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from simulator.journal import Journal, JournalWriter
from simulator.model import Delivery, Lateness, Observation, Report, Result, Url, Verdict
from simulator.redaction import MARK, Scrub, answer_head, everywhere, header_line, url
from simulator.reporting import REPORTERS
from tests.making import delivery, exchange, made_play, route

CANARIES = {
    "bearer": "Bearer mF_9.B5f-4.1JqM",
    "basic": "Basic " + base64.b64encode(b"export-bot:p@ss:w\"ord\\x'").decode(),
    "bare token": "c4n4ry+bare/token==",
    "header": 'key "with" quotes & <signs>',
    "header of letters": "ABCDEFGHIJKLMNOPQRSTUVWX",
    "query": "q-7d1f:9$%&/=?",
    "url password": "s3cr3t/pass~word",
    "env": "line one\nline two \\ end",
    "env beyond ASCII": "grünes-Geheimnis-☃-😀",
    "env of digits": "918273645546372819",
    "probe header": "Token  two  spaces  inside",
    "short": "k3y!",
}
"""Twelve values that no output may show."""


def told(secret: str) -> set[str]:
    """What of a secret must not be seen: the value, and what follows its scheme word."""
    parts = {secret, secret.partition(" ")[2].strip()}
    if secret.startswith("Basic "):
        parts |= {base64.b64decode(secret[6:]).decode(), base64.b64decode(secret[6:]).decode().partition(":")[2]}
    return {one for one in parts if len(one) >= 4}


def spellings(secret: str) -> dict[str, str]:
    """A value as receivers are known to echo it."""
    raw = secret.encode()
    ascii_json, plain_json = json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]
    return {
        "plain": secret,
        "lower": secret.lower(),
        "upper": secret.upper() if secret.upper().lower() == secret.lower() else secret,
        "base64": base64.b64encode(raw).decode(),
        "base64 without padding": base64.b64encode(raw).decode().rstrip("="),
        "base64 for URLs": base64.urlsafe_b64encode(raw).decode(),
        "percent": quote(secret, safe=""),
        "percent, lower": "".join(one.lower() if one[0] == "%" else one for one in _triplets(quote(secret, safe=""))),
        "percent, twice": quote(quote(secret, safe=""), safe=""),
        "form": quote_plus(secret),
        "every octet percent-encoded that is no letter": "".join(
            chr(octet) if chr(octet).isalnum() and octet < 128 else f"%{octet:02X}" for octet in raw
        ),
        "JSON": plain_json,
        "JSON, ASCII": ascii_json,
        "JSON, slashes escaped": ascii_json.replace("/", "\\/"),
        "JSON, signs escaped": "".join(
            one if one.isalnum() and one.isascii() else "".join(rf"\u{unit:04X}" for unit in _units(one))
            for one in secret
        ),
        "JSON in JSON": json.dumps(ascii_json)[1:-1],
        "JSON in JSON in JSON": json.dumps(json.dumps(ascii_json)[1:-1])[1:-1],
        "HTML": html.escape(secret),
        "HTML, numbered": "".join(one if one.isalnum() and one.isascii() else f"&#{ord(one)};" for one in secret),
        "repr": repr(secret)[1:-1] if secret.isascii() and "'" not in secret else secret,
        "UTF-8 read as Latin-1": raw.decode("latin-1"),
    }


def _triplets(text: str) -> list[str]:
    parts, at = [], 0
    while at < len(text):
        size = 3 if text[at] == "%" else 1
        parts.append(text[at : at + size])
        at += size
    return parts


def _units(character: str) -> list[int]:
    units = character.encode("utf-16-be")
    return [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]


HOW = list(spellings("any"))


@pytest.mark.parametrize("name", CANARIES)
@pytest.mark.parametrize("how", HOW)
def test_a_known_secret_is_found_in_every_spelling(name: str, how: str) -> None:
    scrub = Scrub([CANARIES[name]])
    for value in told(CANARIES[name]):
        spelled = spellings(value)[how]
        shown = scrub(f"before {spelled} after")
        assert shown.startswith("before ")
        assert shown.endswith(" after")
        assert set(shown.removeprefix("before ").removesuffix(" after").split()) <= {
            MARK,
            *secret_words(CANARIES[name]),
        }, shown


def secret_words(secret: str) -> set[str]:
    """What may stay beside the mark: the scheme's word."""
    word = secret.partition(" ")[0]
    return {word, word.lower(), word.upper()} if word != secret else set()


@pytest.mark.parametrize("before", ["", "a", "ab", "Authorization: ", '{"token": "'])
@pytest.mark.parametrize("after", ["", "z", "zz", '", "x": 1}'])
@pytest.mark.parametrize("name", CANARIES)
def test_a_secret_inside_what_was_put_in_base64_is_found(name: str, before: str, after: str) -> None:
    scrub = Scrub([CANARIES[name]])
    for value in told(CANARIES[name]):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(f"{before}{value}{after}".encode()).decode()
            left = scrub(encoded).replace(MARK, "|").split("|")
            assert len(left) > 1
            # What is left holds no octet of the value: it decodes to what stood before and after it.
            assert len(left[0]) * 6 // 8 <= len(before)
            assert len(left[-1].rstrip("=")) * 6 // 8 <= len(after)


@pytest.mark.parametrize(
    ("wrong", "left"),
    [
        ("Bearer mF_9.B5f-4.1Jq", f"Bearer {MARK}"),
        ("Bearer mF_9.B5f-4.1", f"Bearer {MARK}"),
        ("Bearer mF_9.B5f-4.1JqMx", MARK),
        ("Bearer MF_9.b5F-4.1jQm", MARK),
    ],
)
def test_credentials_made_wrong_on_purpose_give_the_right_ones_away_no_more(wrong: str, left: str) -> None:
    shown = Scrub([CANARIES["bearer"]])(f"<{wrong}>")
    assert shown in {f"<{left}>", f"<{MARK}>", f"<{MARK}x>"}


def test_what_is_no_secret_stays_as_it_is() -> None:
    scrub = Scrub(CANARIES.values())
    for text in (
        '{"Export Request Id":1690283492,"Partner":"Google Cloud Storage","Status":"Completed"}',
        "Bearer of bad news; Basic rules; Token",
        "line one, line two",
        "",
    ):
        assert scrub(text) == text


def test_a_value_that_is_no_unicode_is_a_secret_too() -> None:
    assert Scrub(["pass\udcffword"])("<pass\udcffword>") == f"<{MARK}>"


def test_without_secrets_nothing_is_changed() -> None:
    assert Scrub([])("Bearer x") == "Bearer x"
    assert Scrub(["", "abc"])("abc") == "abc"  # too short: it would stand in every text


def test_of_two_secrets_one_inside_the_other_nothing_is_left() -> None:
    assert Scrub(["inner-value", "outer-inner-value-outer"])("outer-inner-value-outer") == MARK
    assert Scrub(["inner-value", "inner-value and more"])("inner-value and more") == MARK


@given(st.lists(st.text(min_size=4), max_size=3), st.text(), st.text())
def test_whatever_the_secret_is_it_does_not_stay(secrets: list[str], before: str, after: str) -> None:
    scrub = Scrub(secrets)
    for secret in secrets:
        shown = scrub(f"{before}{secret}{after}")
        value = secret.strip()
        if len(value) >= 4 and value not in f"{before}{after}" and value not in MARK and not set(value) & set(MARK):
            assert value not in shown


@pytest.mark.parametrize("text", ["\\" * 65536, "a" * 65536, "%25" * 20000, "\\u005c" * 10000, "&#92;" * 10000])
def test_no_answer_makes_the_search_slow(text: str) -> None:
    # Exponential or even quadratic time would not end here; the scrub of such a text takes some milliseconds.
    assert Scrub(["\\\\\\\\a\\\\\\\\b", "%%%%%%%%25", "aaaaaaaaaaaaaaaaaaaab", '\\"\\"\\"\\"x'])(text) is not None


def test_a_document_with_marks_in_it_still_reads() -> None:
    text = "webhook:\n  authorization: Bearer mF_9.B5f-4.1JqM\n  headers: {X: Bearer mF_9.B5f-4.1JqM, Y: 1}\n"
    shown = Scrub([CANARIES["bearer"]])(text)
    assert yaml.safe_load(shown) == {"webhook": {"authorization": MARK, "headers": {"X": MARK, "Y": 1}}}
    assert MARK.encode("latin-1").decode("ascii") == json.loads(json.dumps(MARK)) == MARK


def test_everywhere_goes_into_keys_values_and_numbers_that_are_secrets() -> None:
    scrub = Scrub(["918273645546372819", "hidden-word"])
    value = {"hidden-word": [918273645546372819, 3, 1.5, True, None, {"x": "a hidden-word b"}], "n": (1, "2")}
    assert everywhere(scrub, [[[1]]], depth=2) == [["..."]]
    assert everywhere(scrub, value) == {MARK: [MARK, 3, 1.5, True, None, {"x": f"a {MARK} b"}], "n": [1, "2"]}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:pw@example.test/hook?token=abc&x=1", "https://example.test/hook?token=(redacted)&x=(redacted)"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("/hook?token=abc", "/hook?token=(redacted)"),
        ("http://host?token=abc", "http://host?token=(redacted)"),
        ("//me:pw@host/x", "//host/x"),
        ("/login?next=http://u:p@host/x?y=z", "/login?next=(redacted)"),
        ("/a//b@c/d", "/a//b@c/d"),
        ("http://host/#token=abc", "http://host/#(redacted)"),
        ("/x?abc", "/x?(redacted)"),
        ("/x?", "/x?"),
        ("", ""),
    ],
)
def test_a_url_shows_where_and_not_with_what(text: str, shown: str) -> None:
    assert url(text) == shown
    assert url(shown) == shown


@pytest.mark.parametrize(
    "name", ["Authorization", "X-Api-Key", "Cookie", "Set-Cookie", "WWW-Authenticate", "X-Host", ""]
)
def test_a_header_nobody_knows_to_be_harmless_hides_its_value(name: str) -> None:
    assert header_line(name, "secret") == f"{name}: {MARK}"


@pytest.mark.parametrize("name", ["Host", "content-type", "CONTENT-LENGTH", " Server ", "Retry-After"])
def test_a_harmless_header_shows_its_value(name: str) -> None:
    assert header_line(name, "value") == f"{name}: value"


def test_a_redirect_shows_where_to_without_its_query() -> None:
    assert header_line("Location", "https://a@host/x?code=1") == "Location: https://host/x?code=(redacted)"


@pytest.mark.parametrize(
    ("head", "shown"),
    [
        (
            b"HTTP/1.1 200 OK\r\nServer: x\r\nSet-Cookie: a=b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nServer: x\r\nSet-Cookie: (redacted)\r\n\r\n",
        ),
        (
            b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b;\r\n  c=d\r\n\te: f\r\n",
            "HTTP/1.1 200 OK\r\nSet-Cookie: (redacted)\r\n(redacted)\r\n(redacted)\r\n",
        ),
        (
            b"HTTP/1.1 200 OK\r\nServer: x\nSet-Cookie: a=b\rX: y",
            "HTTP/1.1 200 OK\r\nServer: x\r\nSet-Cookie: (redacted)\r\nX: (redacted)",
        ),
        (b"Set-Cookie: a=b\r\n", "Set-Cookie: (redacted)\r\n"),
        (b"SSH-2.0-OpenSSH_9.2", "SSH-2.0-OpenSSH_9.2"),
        (b"HTTP/1.1 200 a: b\r\n", "HTTP/1.1 200 a: b\r\n"),
        (b"", ""),
        (b"\xff\xfe", "\xff\xfe"),
    ],
)
def test_of_an_answers_head_only_harmless_values_are_shown(head: bytes, shown: str) -> None:
    assert answer_head(head) == shown


# The canaries, planted wherever they can come from, looked for in all that is written.


def echo(sent: Delivery, how: str) -> bytes:
    """What a debugging receiver answers: all it was sent, in one spelling."""
    values = [value for secret in CANARIES.values() for value in told(secret)]
    return "\n".join(spellings(value)[how] for value in values).encode() + sent.head


def a_delivery(number: int, body: bytes) -> Delivery:
    address = Url("http", "127.0.0.1", 8000, f"/hook/{CANARIES['env of digits']}?token={quote(CANARIES['query'])}")
    headers = [
        ("Host", address.authority),
        ("Authorization", CANARIES["bearer"]),
        ("Authorization", CANARIES["basic"]),
        ("X-Api-Key", CANARIES["header"]),
        ("X-Letters", CANARIES["header of letters"]),
        ("User-Agent", f"me ({CANARIES['bare token']})"),
        ("Content-Type", "application/json"),
    ]
    return delivery(
        number, step=f"step-{number}", export="", run=0, id=str(number), route=route(address, tuple(headers)), body=body
    )


HEADER: dict[str, Any] = {
    "scenario": {"text": f"webhook:\n  authorization: {CANARIES['bare token']}\n", "source": "one.yaml"},
    "receiver": {
        "endpoints": {"*": {"url": f"http://127.0.0.1:8000/{CANARIES['env of digits']}/hook", "timeout": 5.0}},
        "name": CANARIES["env beyond ASCII"],
    },
}


def everything_written(folder: Path) -> dict[str, bytes]:
    """Journal and reports of a run against a receiver that echoes all it knows, in every spelling."""
    path = folder / "one.ndjson"
    journal = JournalWriter(path, HEADER, Scrub(CANARIES.values()))
    evidence = []
    for number, how in enumerate(HOW, start=1):
        plain = a_delivery(number, b"{}")
        body = echo(plain, how)
        answer = exchange(
            500,
            head=b"HTTP/1.1 500 No\r\nServer: " + body.replace(b"\n", b" ") + b"\r\nX-Echo: " + body + b"\r\n\r\n",
            body=body + (b"\xff" if number % 2 else b""),
            detail=body.decode("latin-1"),
        )
        sent = plain._replace(body=body) if number % 3 == 0 else plain
        evidence.append(journal.intent(sent, 1, 0.0))
        journal.outcome(evidence[-1], sent, answer, late=0.0, final=True)
    values = {
        f"k{at}": value for at, secret in enumerate(CANARIES.values()) for value in [secret, [secret], {secret: 1}]
    }
    seen = Observation(
        line=0,
        probe="p",
        export="",
        run=0,
        id="1",
        moment="end",
        asked=0.0,
        done=0.0,
        present=True,
        values=values,
        detail=CANARIES["probe header"],
    )
    evidence.append(journal.observation(seen))
    journal.note(0.0, "restarted", f"by {CANARIES['env']} {CANARIES['url password']} {CANARIES['short']}")
    journal.close(0.0, deliveries=1, attempts=1, complete=True, reached=True, lateness=Lateness())
    verdicts = tuple(
        Verdict(check=f"v{line}", result=Result.FAILED, because="no", evidence=(line,)) for line in evidence
    )
    play = made_play(*verdicts, provider="p", journal=str(path))
    report = Report(version="0", started="", seed=1, plays=(play,))
    written = {name: render(report).encode() for name, render in REPORTERS.items()}
    return {"journal": path.read_bytes(), **written}


def test_not_one_of_twelve_canaries_gets_into_a_journal_or_a_report(tmp_path: Path) -> None:
    written = everything_written(tmp_path)
    assert len(CANARIES) == 12
    found = [
        (where, name, how)
        for where, data in written.items()
        for name, secret in CANARIES.items()
        for value in told(secret)
        for how, spelled in spellings(value).items()
        if spelled.encode() in data or json.dumps(spelled)[1:-1].encode() in data
    ]
    assert found == []
    binary = [
        entry["body_base64"] for entry in map(json.loads, written["journal"].splitlines()) if "body_base64" in entry
    ]
    assert binary
    decoded = b"".join(map(base64.b64decode, binary))
    assert [name for name, secret in CANARIES.items() for value in told(secret) if value.encode() in decoded] == []


def test_the_search_for_canaries_would_find_one(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path / "open.ndjson", HEADER, lambda text: text)
    journal.close(0.0, deliveries=0, attempts=0, complete=True, reached=True, lateness=Lateness())
    assert CANARIES["bare token"].encode() in (tmp_path / "open.ndjson").read_bytes()
    assert Journal.open(tmp_path / "open.ndjson").complete


def test_basic_credentials_that_are_no_base64_are_hidden_as_they_are() -> None:
    assert Scrub(["Basic not:base64!"])("Basic not:base64! not:base64!") == f"{MARK} {MARK}"
