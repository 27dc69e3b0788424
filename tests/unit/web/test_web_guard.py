"""Who is let in: the names of the service, the sites that ask, the token, the size."""

import hmac
from collections.abc import Mapping
from typing import Any

import pytest

from simulator.web.guard import BODY_LIMIT, Door, authorities, check
from simulator.web.problems import Problem

TOKEN = "0123456789-abcdefghij"
PORT = 8790
DOOR = Door(
    token=TOKEN.encode(),
    authorities=authorities(["mock.example.test", "10.1.2.3", "fd00::7", "outside.test:443"], PORT),
    open=frozenset(("/healthz",)),
    linked=frozenset(("/",)),
)


def environ(
    method: str = "GET", path: str = "/control/state", query: str = "", **headers: str | None
) -> dict[str, Any]:
    """A request that is let in, but for what is given: headers as `HOST="…"`, None for one that is not sent."""
    usual: dict[str, str | None] = {"HOST": f"127.0.0.1:{PORT}", "AUTHORIZATION": f"Bearer {TOKEN}"}
    sent = {f"HTTP_{name}": value for name, value in (usual | headers).items() if value is not None}
    target = f"{path}?{query}" if query else path
    return {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_URI": target, **sent}


def refused(request: Mapping[str, Any], door: Door = DOOR) -> str:
    """The kind of problem a request is; "" when it is let in."""
    try:
        check(door, dict(request))
    except Problem as problem:
        return problem.slug
    return ""


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8790",
        "localhost:8790",
        "LOCALHOST:8790",
        "LocalHost:8790",
        "localhost.:8790",
        "[::1]:8790",
        "mock.example.test:8790",
        "MOCK.example.TEST:8790",
        "mock.example.test.:8790",
        "10.1.2.3:8790",
        "[fd00::7]:8790",
        "[FD00::7]:8790",
        "outside.test:443",
    ],
)
def test_the_services_own_names_are_let_in(host: str) -> None:
    assert refused(environ(HOST=host)) == ""


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "evil.example:8790",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:80",
        "127.0.0.1:08790",
        "127.0.0.1.:8790",
        "127.0.0.2:8790",
        "127.1:8790",
        "0.0.0.0:8790",
        "0:8790",
        "2130706433:8790",
        "0x7f000001:8790",
        "localhost",
        "localhost..:8790",
        "localhost.evil.example:8790",
        "evil.localhost:8790",
        "localhost:8790@evil.example",
        "user@localhost:8790",
        "::1:8790",
        "[::1]",
        "[::ffff:127.0.0.1]:8790",
        "[0:0:0:0:0:0:0:1]:8790",
        "[::1%lo]:8790",
        "127.0.0.1:8790, 127.0.0.1:8790",
        "127.0.0.1:8790,evil.example",
        "127.0.0.1:8790 ",
        "127.0.0.1:8790/",
        "http://127.0.0.1:8790",
        "mock.example.test",
        "outside.test:8790",
        "١٢٧.0.0.1:8790",
        "ｌocalhost:8790",
    ],
)
def test_any_other_host_is_a_wrong_one(host: str | None) -> None:
    assert refused(environ(HOST=host)) == "wrong-host"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST.", "[::1]", "mock.test", "localhost:80"])
def test_the_usual_port_may_be_left_out(host: str) -> None:
    door = DOOR._replace(authorities=authorities(["mock.test"], 80))
    assert refused(environ(HOST=host), door) == ""
    assert refused(environ(HOST=host + "0"), door) == "wrong-host"


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ä.test", "a..b", "evil,mock", "x:y", "*", "[x]"])
def test_what_is_no_host_cannot_be_a_name_of_the_service(name: str) -> None:
    with pytest.raises(ValueError, match=r"not the name of a host|does not appear to be"):
        authorities([name], PORT)


def test_the_name_in_the_target_counts_as_well() -> None:
    assert refused(environ() | {"REQUEST_URI": "http://evil.example/control/state"}) == "wrong-host"
    assert refused(environ() | {"REQUEST_URI": "http://evil.example?x=/"}) == "wrong-host"
    assert refused(environ() | {"REQUEST_URI": f"http://LOCALHOST:{PORT}/control/state"}) == ""


CROSS = [
    {"SEC_FETCH_SITE": "cross-site"},
    {"SEC_FETCH_SITE": "same-site"},
    {"SEC_FETCH_SITE": ""},
    {"SEC_FETCH_SITE": "same-origin, cross-site"},
    {"SEC_FETCH_SITE": "SAME-ORIGIN"},
    {"ORIGIN": "null"},
    {"ORIGIN": ""},
    {"ORIGIN": "http://evil.example"},
    {"ORIGIN": f"https://127.0.0.1:{PORT}"},
    {"ORIGIN": "http://127.0.0.1"},
    {"ORIGIN": f"http://localhost:{PORT}"},
    {"ORIGIN": f"http://127.0.0.1:{PORT}.evil.example"},
    {"ORIGIN": f"http://127.0.0.1:{PORT}, http://evil.example"},
    {"SEC_FETCH_SITE": "same-origin", "ORIGIN": "http://evil.example"},
    {"SEC_FETCH_SITE": "cross-site", "ORIGIN": f"http://127.0.0.1:{PORT}"},
]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("shape", CROSS, ids=str)
def test_another_sites_page_changes_nothing(shape: dict[str, str], method: str) -> None:
    assert refused(environ(method, **shape)) == "cross-site"


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"SEC_FETCH_SITE": "same-origin"},
        {"SEC_FETCH_SITE": "none"},
        {"ORIGIN": f"http://127.0.0.1:{PORT}"},
        {"SEC_FETCH_SITE": "same-origin", "ORIGIN": f"http://127.0.0.1:{PORT}"},
    ],
    ids=str,
)
def test_programs_and_pages_of_our_own_may_change_things(shape: dict[str, str]) -> None:
    assert refused(environ("POST", **shape)) == ""


def test_the_page_itself_can_be_reached_from_a_link_elsewhere() -> None:
    assert refused(environ(SEC_FETCH_SITE="cross-site")) == ""


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        TOKEN,
        f"Basic {TOKEN}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN.upper()}",
        f"Bearer {TOKEN}, Bearer {TOKEN}",
        f'Bearer "{TOKEN}"',
        "Bearer ÿ€",
    ],
)
def test_without_the_very_token_nobody_is_let_in(value: str | None) -> None:
    assert refused(environ(AUTHORIZATION=value)) == "unauthorized"


@pytest.mark.parametrize("value", [f"bearer {TOKEN}", f"BEARER {TOKEN}", f"Bearer  {TOKEN}"])
def test_the_scheme_is_known_in_any_case(value: str) -> None:
    assert refused(environ(AUTHORIZATION=value)) == ""


def test_who_is_refused_learns_the_scheme() -> None:
    with pytest.raises(Problem) as raised:
        check(DOOR, environ(AUTHORIZATION=None))
    assert raised.value.headers["WWW-Authenticate"].startswith("Bearer ")
    assert TOKEN not in f"{raised.value.detail}{raised.value.remedy}{raised.value.headers}"


def test_the_token_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    original = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return original(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert refused(environ(AUTHORIZATION="Bearer wrong")) == "unauthorized"
    assert compared == [(b"wrong", TOKEN.encode())]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_link_opens_the_page(method: str) -> None:
    assert refused(environ(method, "/", f"token={TOKEN}", AUTHORIZATION=None)) == ""


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", "/control/state", f"token={TOKEN}"),
        ("GET", "/openapi.json", f"token={TOKEN}"),
        ("GET", "/metrics", f"token={TOKEN}"),
        ("GET", "//", f"token={TOKEN}"),
        ("GET", "/x", f"token={TOKEN}"),
        ("POST", "/", f"token={TOKEN}"),
        ("OPTIONS", "/", f"token={TOKEN}"),
        ("GET", "/", "token=wrong"),
        ("GET", "/", "token="),
        ("GET", "/", f"token={TOKEN}&token={TOKEN}"),
        ("GET", "/", f"Token={TOKEN}"),
        ("GET", "/", f"token={TOKEN}%00"),
        ("GET", "/", f"x=token={TOKEN}"),
    ],
)
def test_the_token_in_an_address_opens_nothing_else(method: str, path: str, query: str) -> None:
    assert refused(environ(method, path, query, AUTHORIZATION=None)) == "unauthorized"


@pytest.mark.parametrize("path", ["/healthz/", "/healthz/../control/state", "/Healthz", "//healthz", "/healthz%00", ""])
def test_only_the_very_path_of_health_is_open(path: str) -> None:
    assert refused(environ(path="/healthz", AUTHORIZATION=None)) == ""
    assert refused(environ(path=path, AUTHORIZATION=None)) == "unauthorized"


@pytest.mark.parametrize("host", [None, "", "10.42.0.17:8790", "pod-7", "evil.example"])
def test_health_is_told_whatever_name_it_is_asked_by(host: str | None) -> None:
    assert refused(environ(path="/healthz", HOST=host, AUTHORIZATION=None)) == ""
    assert refused(environ("POST", "/healthz", HOST=host, AUTHORIZATION=None)) == "wrong-host"


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("mock.test:8791", "--public-host mock.test:8791"),
        ("MOCK.test", "--public-host mock.test:80"),
        ("10.1.2.4:8790", "--public-host 10.1.2.4:8790"),
        ("[fd00::8]:8790", "--public-host '[fd00::8]:8790'"),
        ("[fd00::8]", "--public-host '[fd00::8]:80'"),
        ("a$(id).test", ""),
        ("a b", ""),
        ("a.test, b.test", ""),
        ("x" * 300, ""),
        ("", ""),
    ],
)
def test_who_asks_for_another_name_learns_how_to_make_it_one(host: str, named: str) -> None:
    with pytest.raises(Problem) as raised:
        check(DOOR, environ(HOST=host))
    assert raised.value.slug == "wrong-host"
    assert len(raised.value.detail) < 150
    assert raised.value.remedy.partition("start it with ")[2] == named
    if named:
        given = named.partition(" ")[2].strip("'")
        assert refused(environ(HOST=host), DOOR._replace(authorities=authorities([given], PORT))) == ""


def test_an_absolute_target_without_a_host_is_a_wrong_one() -> None:
    assert refused(environ() | {"REQUEST_URI": "http:///control/state"}) == "wrong-host"


@pytest.mark.parametrize("length", ["", "0", str(BODY_LIMIT)])
def test_a_body_of_a_mebibyte_is_taken(length: str) -> None:
    assert refused(environ("POST") | {"CONTENT_LENGTH": length}) == ""


@pytest.mark.parametrize("length", [str(BODY_LIMIT + 1), "-1", "1e9", "9" * 30])
def test_a_larger_one_is_not(length: str) -> None:
    assert refused(environ("POST") | {"CONTENT_LENGTH": length}) == "too-large"


def test_the_order_is_host_site_token_size() -> None:
    wrong = environ("POST", HOST="evil.example", ORIGIN="null", AUTHORIZATION=None) | {"CONTENT_LENGTH": "9999999"}
    right = environ()
    found = []
    for key in ("HTTP_HOST", "HTTP_ORIGIN", "HTTP_AUTHORIZATION", "CONTENT_LENGTH"):
        found.append(refused(wrong))
        wrong = {name: value for name, value in wrong.items() if name != key} | (
            {key: right[key]} if key in right else {}
        )
    assert [*found, refused(wrong)] == ["wrong-host", "cross-site", "unauthorized", "too-large", ""]
