"""The command is run by a real shell, with a stand-in for curl that writes down what it was given."""

import base64
import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.curl import curl, shell_address, url_of
from simulator.model import Attempt, Outcome

STAND_IN = f"""#!{sys.executable}
import json, sys
stdin = "" if "@-" not in sys.argv else sys.stdin.buffer.read().hex()
print(json.dumps([sys.argv[1:], stdin]))
"""
ENDPOINT = "http://127.0.0.1:8000/hooks/clevertap"
HEAD = (
    "POST /hooks/clevertap HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAuthorization: (redacted)\r\n"
    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n"
)


def an_attempt(body: bytes = b"{}", **changes: Any) -> Attempt:
    usual: dict[str, Any] = {
        "line": 2,
        "outcome_line": 3,
        "number": 1,
        "attempt": 1,
        "step": "nightly",
        "copy": 0,
        "event": "completed",
        "export": "nightly",
        "run": 1,
        "id": "1",
        "status": "Completed",
        "time": "",
        "definition_id": "",
        "end": True,
        "valid": True,
        "credentials": "right",
        "fault": False,
        "at": 0.0,
        "due": 0.0,
        "timeout": 5.0,
        "endpoint": "*",
        "method": "POST",
        "url": "/hooks/clevertap",
        "head": HEAD,
        "body": body,
        "intended": 0.0,
        "outcome": Outcome.REFUSED,
    }
    return Attempt(**(usual | changes))


def run(command: list[str], folder: Path, **variables: str) -> tuple[list[str], bytes | None]:
    """The arguments that curl got, and the body: of its standard input where that is the source."""
    stand_in = folder / "curl"
    stand_in.write_text(STAND_IN, encoding="utf-8")
    stand_in.chmod(0o700)
    path = f"{folder}:{Path(sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(
        ["sh", "-eu", "-c", "\n".join(command)],
        capture_output=True,
        check=True,
        env={"PATH": path, **variables},
        cwd=folder,
        timeout=30,
    )
    arguments, stdin = json.loads(done.stdout)
    return arguments, bytes.fromhex(stdin)


def body_of(arguments: list[str], stdin: bytes | None) -> bytes | None:
    given = arguments[arguments.index("--data-binary") + 1]
    assert given == "@-" or not given.startswith("@"), "curl would send a file"
    return stdin if given == "@-" else given.encode()


def headers_of(arguments: list[str]) -> list[str]:
    return [value for option, value in itertools.pairwise(arguments) if option == "--header"]


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"",
        b"@/etc/passwd",
        b'it\'s "quoted" $HOME `id` $(id) \\ !! %s',
        "naïve ☃ 😀".encode(),
        b"line\nline\r\n",
        b"\xff\xfe\x00 not UTF-8",
        b"\x00",
        "\u202eevil".encode(),
        b"\x1b[2J",
        b"::error::x",
        b"--next",
    ],
)
def test_the_shell_hands_curl_the_very_bytes_of_the_body(body: bytes, tmp_path: Path) -> None:
    command = curl(an_attempt(body), ENDPOINT, "one.ndjson")
    assert body_of(*run(command, tmp_path, AUTHORIZATION="x")) == body


def test_a_terminal_without_utf8_gets_an_ascii_command_for_the_same_bytes(tmp_path: Path) -> None:
    command = curl(an_attempt("naïve".encode()), ENDPOINT, "one.ndjson", unicode=False)
    assert "\n".join(command).isascii()
    assert body_of(*run(command, tmp_path, AUTHORIZATION="x")) == "naïve".encode()


@pytest.mark.parametrize("kind", ["body", "body_base64"])
def test_a_long_body_is_taken_out_of_the_journal(kind: str, tmp_path: Path) -> None:
    body = ("ü" * 5000).encode() if kind == "body" else b"\xff" * 5000
    entry = {"kind": "intent", kind: body.decode() if kind == "body" else base64.b64encode(body).decode()}
    name = "it's a journal.ndjson"
    (tmp_path / name).write_text('{"kind": "header"}\n' + json.dumps(entry) + "\n", "utf-8")
    command = curl(an_attempt(body), ENDPOINT, name)
    assert all(len(line) < 250 for line in command)
    assert body_of(*run(command, tmp_path, AUTHORIZATION="x")) == body


def test_a_hidden_value_is_a_variable_and_the_others_are_as_they_were(tmp_path: Path) -> None:
    head = HEAD.replace("Content-Length", "X-Api-Key: (redacted)\r\nContent-Length")
    arguments, _ = run(
        curl(an_attempt(head=head), ENDPOINT, "one.ndjson"), tmp_path, AUTHORIZATION="Bearer a b", X_API_KEY="k'e\"y"
    )
    assert headers_of(arguments) == [
        "Authorization: Bearer a b",
        "Content-Type: application/json",
        "X-Api-Key: k'e\"y",
        "Accept:",
        "User-Agent:",
    ]


@pytest.mark.parametrize(
    ("credentials", "values"),
    [
        ("right", ["right"]),
        ("prefix", ["wrong"]),
        ("decoded-case", ["wrong"]),
        ("twice", ["right", "wrong"]),
        ("twice-wrong-first", ["wrong", "right"]),
    ],
)
def test_a_wrong_credential_is_a_variable_of_another_name_than_the_right_one(
    credentials: str, values: list[str], tmp_path: Path
) -> None:
    line = "Authorization: (redacted)\r\n"
    attempt = an_attempt(credentials=credentials, head=HEAD.replace(line, line * len(values)))
    arguments, _ = run(
        curl(attempt, ENDPOINT, "one.ndjson"), tmp_path, AUTHORIZATION="right", WRONG_AUTHORIZATION="wrong"
    )
    told = [one.removeprefix("Authorization: ") for one in headers_of(arguments) if one.startswith("Authorization:")]
    assert told == values


@pytest.mark.parametrize(
    ("spelled", "value"), [("Bearer $MY_TOKEN", "Bearer a 'b\""), ("$MY_TOKEN", "a 'b\""), ("", "usual")]
)
def test_the_right_credentials_are_spelled_as_the_receiver_file_takes_them(
    spelled: str, value: str, tmp_path: Path
) -> None:
    line = "Authorization: (redacted)\r\n"
    attempt = an_attempt(credentials="twice", head=HEAD.replace(line, line * 2))
    command = curl(attempt, ENDPOINT, "one.ndjson", authorization=spelled)
    arguments, _ = run(command, tmp_path, MY_TOKEN="a 'b\"", AUTHORIZATION="usual", WRONG_AUTHORIZATION="wrong")
    told = [one.removeprefix("Authorization: ") for one in headers_of(arguments) if one.startswith("Authorization:")]
    assert told == [value, "wrong"]


@pytest.mark.parametrize(
    "spelled", ["$(touch boo)", "$A`touch boo`", "$A $(touch boo)", "Bearer", '$A" boo "', "$A\nb"]
)
def test_a_journal_cannot_name_credentials_that_run_a_command(spelled: str, tmp_path: Path) -> None:
    command = curl(an_attempt(), ENDPOINT, "one.ndjson", authorization=spelled)
    arguments, _ = run(command, tmp_path, AUTHORIZATION="usual", A="a")
    assert "Authorization: usual" in headers_of(arguments)
    assert not (tmp_path / "boo").exists()


def test_an_author_cannot_name_a_header_that_runs_a_command(tmp_path: Path) -> None:
    head = "POST / HTTP/1.1\r\nX-`touch${IFS}boo`: (redacted)\r\nX-$(touch boo): a (redacted) b\r\n\r\n"
    command = curl(an_attempt(head=head), ENDPOINT, "one.ndjson")
    arguments, _ = run(command, tmp_path, X_TOUCH_IFS_BOO="1", X_TOUCH_BOO="2")
    assert not (tmp_path / "boo").exists()
    assert headers_of(arguments)[:2] == ["X-`touch${IFS}boo`: 1", "X-$(touch boo): a 2 b"]


def test_query_values_and_hidden_parts_of_the_path_are_variables_too(tmp_path: Path) -> None:
    url = "/hooks/(redacted)/x?token=(redacted)&n=(redacted)"
    arguments, _ = run(
        curl(an_attempt(url=url), ENDPOINT, "one.ndjson"), tmp_path, AUTHORIZATION="x", SECRET="s", TOKEN="t&'", N="1"
    )
    assert arguments[-1] == "http://127.0.0.1:8000/hooks/s/x?token=t&'&n=1"


def test_it_reads_no_settings_follows_nothing_and_ends_in_time(tmp_path: Path) -> None:
    arguments, _ = run(curl(an_attempt(timeout=2.5), ENDPOINT, "one.ndjson"), tmp_path, AUTHORIZATION="x")
    assert arguments[0] == "-q"  # only as the first argument does it keep .curlrc out
    assert arguments[arguments.index("--noproxy") + 1] == "*"
    assert arguments[arguments.index("--max-time") + 1] == "2.5"
    assert not {"-L", "--location"} & set(arguments)


def test_what_curl_would_add_or_change_by_itself_is_switched_off(tmp_path: Path) -> None:
    bare = an_attempt(head="GET /a[1]/../{b} HTTP/1.1\r\nHost: other\r\n\r\n", method="GET", url="/a[1]/../{b}")
    arguments, _ = run(curl(bare, "https://127.0.0.1:8443/", "one.ndjson", insecure=True), tmp_path)
    assert headers_of(arguments) == ["Host: other", "Accept:", "Content-Type:", "User-Agent:"]
    assert {"--http1.1", "--insecure", "--globoff", "--path-as-is"} < set(arguments)
    assert arguments[arguments.index("--request") + 1] == "GET"
    assert arguments[-1] == "https://127.0.0.1:8443/a[1]/../{b}"


def test_a_body_above_a_mebibyte_goes_out_without_asking_first(tmp_path: Path) -> None:
    assert "  --header Expect: \\" in curl(an_attempt(b"x" * (1024 * 1024 + 1)), ENDPOINT, "one.ndjson")
    assert "  --header Expect: \\" not in curl(an_attempt(b"x" * 1024), ENDPOINT, "one.ndjson")


def test_a_header_without_a_value_stays(tmp_path: Path) -> None:
    attempt = an_attempt(head="POST / HTTP/1.1\r\nAuthorization:\r\n\r\n")
    arguments, _ = run(curl(attempt, ENDPOINT, "one.ndjson"), tmp_path)
    assert headers_of(arguments)[0] == "Authorization;"


def test_where_nobody_knows_the_endpoint_the_host_header_does() -> None:
    assert url_of(an_attempt(), "") == "http://127.0.0.1:8000/hooks/clevertap"
    assert url_of(an_attempt(), "https://[::1]:8443/x?y") == "https://[::1]:8443/hooks/clevertap"


def test_an_address_in_a_command_keeps_its_secrets() -> None:
    assert shell_address("http://me:pw@host/x?token=a'b&n=1") == """'http://host/x?token='"$TOKEN"'&n='"$N\""""
    assert shell_address("http://127.0.0.1:8000/hook") == "http://127.0.0.1:8000/hook"
