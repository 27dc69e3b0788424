"""Receiver files become receivers: URLs taken apart, the environment filled in, secrets known."""

from pathlib import Path
from typing import Any

import pytest

from simulator.authoring import load_receiver, parse_url, receiver_at
from simulator.errors import DocumentError, UsageError
from simulator.model import Url
from simulator.receiver import Endpoint, Probe, Receiver, Tls
from simulator.redaction import MARK, Scrub

CONTRACT = """
receiver: my service
ready: http://127.0.0.1:8000/healthz
start: python receiver.py
authorization: Bearer ${env:RECEIVER_TOKEN}
acknowledges: 2xx
endpoints:
  clevertap: {url: "http://127.0.0.1:8000/hooks/clevertap", timeout: 5s, headers: {X-Env: ci}}
  reachfive: {url: "http://127.0.0.1:8000/hooks/reachfive", timeout: 10s}
probes:
  export:
    get: "http://127.0.0.1:8000/exports/{provider}/{id}"
    headers: {}
    absent: 404
    select: {status: "$.status", effects: "$.effects", total_failed: "$.total_failed", at: "$.at"}
words: {Completed: [done, finished], SUCCESS: done}
supports: {separate_runs: true, test_body: false}
"""


def receiver(tmp_path: Path, text: str, **env: str) -> Receiver:
    file = tmp_path / "receiver.yaml"
    file.write_text(text, encoding="utf-8")
    return load_receiver(str(file), env)


def test_the_contracts_own_example_is_read_to_the_letter(tmp_path: Path) -> None:
    made = receiver(tmp_path, CONTRACT, RECEIVER_TOKEN="t-4711")
    assert made == Receiver(
        name="my service",
        source=str(tmp_path / "receiver.yaml"),
        ready=Url("http", "127.0.0.1", 8000, "/healthz"),
        start="python receiver.py",
        authorization="Bearer t-4711",
        acknowledges=("2xx",),
        endpoints={
            "clevertap": Endpoint(
                url=Url("http", "127.0.0.1", 8000, "/hooks/clevertap"), timeout=5.0, headers=(("X-Env", "ci"),)
            ),
            "reachfive": Endpoint(url=Url("http", "127.0.0.1", 8000, "/hooks/reachfive"), timeout=10.0),
        },
        probes={
            "export": Probe(
                name="export",
                get="http://127.0.0.1:8000/exports/{provider}/{id}",
                select={
                    "status": "$.status",
                    "effects": "$.effects",
                    "total_failed": "$.total_failed",
                    "at": "$.at",
                },
            )
        },
        words={"Completed": ("done", "finished"), "SUCCESS": ("done",)},
        supports={"separate_runs": True, "test_body": False},
        secrets=("Bearer t-4711", "t-4711"),
        in_shell="Bearer $RECEIVER_TOKEN",
    )


@pytest.mark.parametrize(
    ("written", "in_shell"),
    [
        ("Bearer ${env:A}", "Bearer $A"),
        ("basic ${env:A_1}", "basic $A_1"),
        ("${env:A}", "$A"),
        ("hunter ${env:A}", ""),  # no scheme that anybody knows: it may be a secret
        ("Bearer x${env:A}", ""),
        ("Bearer ${env:A}${env:A_1}", ""),
        ("Bearer hunter2", ""),
    ],
)
def test_credentials_of_the_environment_are_spelled_for_a_shell_where_nothing_of_them_is_in_the_file(
    written: str, in_shell: str, tmp_path: Path
) -> None:
    url = '"http://127.0.0.1/"'
    texts = [
        f"receiver: r\nauthorization: {written}\nendpoints: {{'*': {{url: {url}}}}}\n",
        f"receiver: r\nendpoints:\n  '*':\n    url: {url}\n    authorization: {written}\n",
    ]
    for text in texts:
        facts = receiver(tmp_path, text, A="a-secret", A_1="another").facts()
        assert facts["endpoints"]["*"].get("authorization", "") == in_shell


def test_credentials_of_an_endpoint_that_stand_in_the_file_hide_those_of_all(tmp_path: Path) -> None:
    text = (
        "receiver: r\nauthorization: Bearer ${env:A}\nendpoints:\n"
        "  clevertap: {url: 'http://127.0.0.1/a', authorization: Bearer hunter2}\n"
        "  reachfive: {url: 'http://127.0.0.1/b'}\n"
    )
    endpoints = receiver(tmp_path, text, A="a-secret").facts()["endpoints"]
    assert "authorization" not in endpoints["clevertap"]
    assert endpoints["reachfive"]["authorization"] == "Bearer $A"


def test_tls_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    for name in ("ca.pem", "client.pem", "client.key"):
        (tmp_path / name).write_text("-")
    text = "receiver: a\nendpoints: {'*': {url: 'https://h/'}}\ntls: {ca: ca.pem, certificate: client.pem, key: %s}\n"
    made = receiver(tmp_path, text % (tmp_path / "client.key"))
    assert made.tls == Tls(
        ca=str(tmp_path / "ca.pem"), certificate=str(tmp_path / "client.pem"), key=str(tmp_path / "client.key")
    )


def test_absent_and_acknowledges_may_be_lists(tmp_path: Path) -> None:
    made = receiver(
        tmp_path,
        "receiver: a\nacknowledges: [200, '202', 3xx]\nendpoints: {'*': {url: 'http://h/'}}\n"
        "probes: {export: {get: 'http://h/{id}?of={definition_id}', absent: [404, 410]}}\n",
    )
    assert made.acknowledges == ("200", "202", "3xx")
    assert made.probes["export"].absent == (404, 410)


def test_every_secret_is_known_and_plain_words_are_none(tmp_path: Path) -> None:
    made = receiver(
        tmp_path,
        """
receiver: a
start: run --token ${env:START_TOKEN}
authorization: Basic dXNlcjpwYXNz
ready: http://${env:HOST}:${env:PORT}/ready?key=q-ready
endpoints:
  clevertap:
    url: ${env:BASE}/hooks/${env:PATH_TOKEN}?sig=q%2Fsig&format=json
    headers: {X-Env: ci, X-Api-Key: blue, X-Tenant: t-93kdj2, X-Mixed: "a-${env:MIXED}"}
    authorization: Bearer endpoint-token
  reachfive: {url: "http://127.0.0.1/"}
probes:
  export: {get: "http://h/{id}?token=q-probe&id={id}&verbose", headers: {Authorization: Bearer probe-token}}
""",
        START_TOKEN="s-start",
        HOST="127.0.0.1",
        PORT="8000",
        BASE="http://receiver.test:9000",
        PATH_TOKEN="p-path",
        MIXED="m-mixed",
        UNUSED="not-this-one",
    )
    assert str(made.endpoints["clevertap"].url) == "http://receiver.test:9000/hooks/p-path?sig=q%2Fsig&format=json"
    assert set(made.secrets) == {
        "s-start", "Basic dXNlcjpwYXNz", "q-ready", "p-path", "q%2Fsig", "q/sig", "blue", "t-93kdj2",
        "m-mixed", "Bearer endpoint-token", "q-probe", "Bearer probe-token",
    }  # fmt: skip
    scrub = Scrub(made.secrets)
    assert scrub("dXNlcjpwYXNz user:pass endpoint-token") == f"{MARK} {MARK} {MARK}"
    assert scrub("ci json 8000 receiver.test 127.0.0.1") == "ci json 8000 receiver.test 127.0.0.1"


def test_a_value_of_the_environment_is_not_read_again(tmp_path: Path) -> None:
    made = receiver(
        tmp_path,
        "receiver: a\nauthorization: 'Bearer ${env:A}'\nendpoints: {'*': {url: 'http://h/'}}\n",
        A="a${env:B}$",
    )
    assert made.authorization == "Bearer a${env:B}$"


def test_a_receiver_at_a_url_takes_every_partner() -> None:
    made = receiver_at("http://127.0.0.1:8000/x?token=q-secret", authorization="Bearer abc", headers=(("X-A", "b-1!"),))
    assert made.endpoint("clevertap") == made.endpoint("reachfive") == made.endpoints["*"]
    assert made.name == "http://127.0.0.1:8000/x"
    assert set(made.secrets) == {"Bearer abc", "q-secret", "b-1!"}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"url": "127.0.0.1:8000"}, "is not a URL that starts with http:// or https://"),
        ({"authorization": "canary\r\nX-Evil: 1"}, "the value of `Authorization` has a line break in it"),
        ({"authorization": ""}, "the value of `Authorization` is empty"),
        ({"headers": (("X Y", "a"),)}, "`X Y` is not the name of a header"),
        ({"headers": (("X-Y", "canary\n"),)}, "the value of `X-Y` has a line break in it"),
        ({"headers": (("Content-Length", "5"),)}, "`Content-Length` is set by the sender itself"),
        ({"headers": (("authorization", "canary"),)}, "credentials do not stand among headers"),
    ],
)
def test_what_cannot_be_sent_is_refused_on_the_command_line_too(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        receiver_at(**{"url": "http://h/", **keys})
    assert words in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://h", Url("http", "h", 80, "/")),
        ("https://h", Url("https", "h", 443, "/")),
        ("HTTP://LocalHost:8000/A/../b%2fC?x=%41&y", Url("http", "localhost", 8000, "/A/../b%2fC?x=%41&y")),
        ("http://h?x=1", Url("http", "h", 80, "/?x=1")),
        ("http://h/?u=a@b://c", Url("http", "h", 80, "/?u=a@b://c")),
        ("http://[::1]:80/", Url("http", "::1", 80, "/")),
        ("http://[2001:DB8:0::1]/", Url("http", "2001:db8::1", 80, "/")),
        ("http://bücher.example/", Url("http", "xn--bcher-kva.example", 80, "/")),
        ("http://BÜCHER.example./", Url("http", "xn--bcher-kva.example.", 80, "/")),
        ("http://my_service:65535/", Url("http", "my_service", 65535, "/")),
        ("http://h//evil.example/", Url("http", "h", 80, "//evil.example/")),
    ],
)
def test_a_url_is_taken_apart_and_its_target_kept(text: str, url: Url) -> None:
    assert parse_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "", "h", "//h/", "ftp://h/", "javascript:alert(1)", "http:/h", "http://", "http:///x", "http://:80/",
        "http://h:/", "http://h:0/", "http://h:65536/", "http://h:8x/", "http://h:-1/", "http://h:８０/", "http://h:000080/",
        "http://u@h/", "http://u:p@h/", "http://h/#a", "http://h#a", "http://h/a b", "http://h/\t", "http://h/\r\nX: 1",
        "http://h\r\n/", "http://h/\x00", "http://h/\u00a0", "http://h/\u202e", "http://h/é", "http://h\\@evil/",
        "http://[::1/", "http://[::1]x/", "http://[::g]/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[]/",
        "http://a..b/", "http://-a/", "http://a-/", "http://faß.de/", "http://%31/", f"http://{'a' * 64}/", "http://::1/",
        f"http://{'a.' * 127}aa/", "http://a,b/", "http://h;x/", "http://🦄.\u0000/", "http://h /",
    ],
)  # fmt: skip
def test_what_is_no_url_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - what it says is checked below
        parse_url(text)
    said = str(caught.value)
    assert len(said) > 15
    assert said.isprintable()
    assert "u:p" not in said


def test_a_missing_receiver_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no receiver file"):
        load_receiver(str(tmp_path / "none.yaml"), {})


def test_no_message_shows_what_the_environment_holds(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        receiver(
            tmp_path,
            """
receiver: a
ready: ${env:A}
start: ["${env:A}"]
acknowledges: ${env:A}
authorization: ${env:B}
endpoints:
  clevertap: {url: "${env:A}", timeout: "${env:A}", headers: {X-A: "${env:B}"}}
probes:
  export: {get: "${env:A}", absent: "${env:A}", select: {status: "${env:A}"}}
tls: {insecure: "${env:A}"}
words: {"Completed": [["${env:A}"]]}
""",
            A="canary canary",
            B="canary\ncanary",
        )
    assert "canary" not in str(caught.value)
    assert len(caught.value.mistakes) >= 8
