"""Tokens of OAuth 2.0 client credentials: asked for once, kept while they live, and never told."""

import asyncio
import base64
import gc
import math
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from simulator.console.happening import OAuth
from simulator.console.oauth import TIMEOUT, Tokens
from simulator.console.refusal import Refusal
from simulator.model import Exchange, Outcome, Url
from simulator.wire import Request
from tests.making import exchange

OAUTH = OAuth(Url("https", "id.example", 443, "/token?tenant=t-9938"), "ci", "s3cr3t")
GOOD: dict[str, Any] = {"access_token": "mF_9.B5f-4.1JqM", "token_type": "Bearer", "expires_in": 3600}


class Server:
    """A token server: notes what is asked, answers when told to, or at once."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.waiting: list[Callable[[Exchange], None]] = []
        self.hold = False
        self.now = 100.0
        self.answer = json(GOOD)

    def __call__(self, request: Request, done: Callable[[Exchange], None]) -> None:
        self.asked.append(request)
        if self.hold:
            self.waiting.append(done)
        else:
            done(self.answer)

    async def close(self) -> None: ...

    def tokens(self) -> Tokens:
        return Tokens(self, lambda: self.now)


def json(value: Any, status: int = 200) -> Exchange:
    return exchange(status, orjson.dumps(value))


def refused(server: Server, oauth: OAuth = OAUTH) -> Refusal:
    with pytest.raises(Refusal) as caught:
        asyncio.run(server.tokens().token(oauth))
    return caught.value


def test_the_request_is_that_of_rfc_6749() -> None:
    server = Server()
    oauth = OAUTH._replace(client_id="c i:ö", client_secret="p&w%/+", scope="alerts.write alerts.read")
    assert asyncio.run(server.tokens().token(oauth)) == "mF_9.B5f-4.1JqM"
    (request,) = server.asked
    head, _, body = request.data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /token?tenant=t-9938 HTTP/1.1"
    client = base64.b64encode(b"c+i%3A%C3%B6:p%26w%25%2F%2B").decode()
    assert f"Authorization: Basic {client}" in lines
    assert "Host: id.example" in lines
    assert "Content-Type: application/x-www-form-urlencoded" in lines
    assert f"Content-Length: {len(body)}" in lines
    assert body == b"grant_type=client_credentials&scope=alerts.write+alerts.read"
    assert (request.url, request.method, request.timeout) == (oauth.token_url, "POST", TIMEOUT)


def test_without_a_scope_none_is_asked_for() -> None:
    server = Server()
    asyncio.run(server.tokens().token(OAUTH))
    assert server.asked[0].data.endswith(b"\r\n\r\ngrant_type=client_credentials")


@pytest.mark.parametrize(
    ("lives", "kept"), [(3600, 3570.0), (100, 90.0), (1, 0.9), (None, 54.0), (0, 0.0), (-5, 0.0), (0.5, 0.45)]
)
def test_a_token_is_kept_until_shortly_before_it_ends(lives: float | None, kept: float) -> None:
    server = Server()
    server.answer = json({name: value for name, value in (GOOD | {"expires_in": lives}).items() if value is not None})
    tokens = server.tokens()
    asyncio.run(tokens.token(OAUTH))
    if kept:
        server.now = 100.0 + kept - 0.01
        asyncio.run(tokens.token(OAUTH))
        assert len(server.asked) == 1
    server.now = 100.0 + kept
    asyncio.run(tokens.token(OAUTH))
    assert len(server.asked) == 2


def test_each_client_has_a_token_of_its_own() -> None:
    server = Server()
    tokens = server.tokens()
    for oauth in (OAUTH, OAUTH._replace(scope="x"), OAUTH._replace(client_secret="other"), OAUTH):
        asyncio.run(tokens.token(oauth))
    assert len(server.asked) == 3


def test_however_many_wait_one_request_is_under_way() -> None:
    server = Server()
    server.hold = True

    async def many() -> list[str]:
        tokens = server.tokens()
        waiting = [asyncio.ensure_future(tokens.token(OAUTH)) for _ in range(5)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting[0].cancel()  # whoever gives up takes nothing from the others
        await asyncio.sleep(0)
        (done,) = server.waiting
        done(server.answer)
        return await asyncio.gather(*waiting[1:])

    assert asyncio.run(many()) == ["mF_9.B5f-4.1JqM"] * 4
    assert len(server.asked) == 1


def test_all_who_wait_hear_of_a_failure_and_the_next_asks_anew() -> None:
    server = Server()
    server.hold = True

    async def many() -> list[Any]:
        tokens = server.tokens()
        waiting = [asyncio.ensure_future(tokens.token(OAUTH)) for _ in range(3)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        server.waiting[0](Exchange(Outcome.REFUSED))
        heard = await asyncio.gather(*waiting, return_exceptions=True)
        server.hold = False
        return [*heard, await tokens.token(OAUTH)]

    *heard, last = asyncio.run(many())
    assert [type(one) for one in heard] == [Refusal] * 3
    assert last == "mF_9.B5f-4.1JqM"
    assert len(server.asked) == 2


def test_a_token_that_was_forgotten_is_asked_for_again() -> None:
    server = Server()
    tokens = server.tokens()
    asyncio.run(tokens.token(OAUTH))
    assert list(tokens.secrets()) == ["mF_9.B5f-4.1JqM"]
    tokens.forget(OAUTH)
    assert list(tokens.secrets()) == []
    asyncio.run(tokens.token(OAUTH))
    assert len(server.asked) == 2
    tokens.forget(OAUTH._replace(scope="never seen"))


def test_a_token_that_was_forgotten_while_it_came_is_not_kept() -> None:
    server = Server()
    server.hold = True

    async def story() -> None:
        tokens = server.tokens()
        first = asyncio.ensure_future(tokens.token(OAUTH))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tokens.forget(OAUTH)
        second = asyncio.ensure_future(tokens.token(OAUTH))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        old, new = server.waiting
        new(json(GOOD | {"access_token": "new"}))
        old(json(GOOD | {"access_token": "old"}))
        assert (await first, await second) == ("old", "new")
        assert await tokens.token(OAUTH) == "new"

    asyncio.run(story())


@pytest.mark.parametrize("kind", ["bearer", "Bearer", "BEARER"])
def test_the_type_of_a_token_is_bearer_in_any_case(kind: str) -> None:
    server = Server()
    server.answer = json(GOOD | {"token_type": kind})
    assert asyncio.run(server.tokens().token(OAUTH)) == "mF_9.B5f-4.1JqM"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json({"error": "invalid_client"}, 401), "the answer was 401, invalid_client"),
        (json({"error": "s3cr3t", "error_description": "s3cr3t"}, 400), "the answer was 400"),
        (exchange(500, b"s3cr3t"), "the answer was 500"),
        (json(GOOD, 201), "the answer was 201"),
        (Exchange(Outcome.REDIRECTED, status=302), "it came to redirected"),
        (Exchange(Outcome.TIMEOUT_HEADERS), "it came to timeout.headers"),
        (Exchange(Outcome.DNS, detail="no such host"), "it came to dns (no such host)"),
        (exchange(200, b"<html>s3cr3t"), "without a text `access_token`"),
        (exchange(200, b""), "without a text `access_token`"),
        (exchange(200, b"[1]"), "without a text `access_token`"),
        (exchange(200, b'{"access_token": "s3cr3t", "token_type": "Bearer"}', capped=True), "without a text"),
        (json(GOOD | {"access_token": None}), "without a text `access_token`"),
        (json(GOOD | {"access_token": ""}), "without a text `access_token`"),
        (json(GOOD | {"access_token": 5}), "without a text `access_token`"),
        (json(GOOD | {"access_token": "s3cr3t\r\nX-Evil: 1"}), "access_token has a line break in it"),
        (json(GOOD | {"access_token": "s3cr3tü"}), "access_token has a letter beyond ASCII in it"),
        (json(GOOD | {"access_token": " s3cr3t"}), "access_token begins or ends with a blank"),
        (json(GOOD | {"token_type": "mac"}), "token_type is not `Bearer`"),
        (json({"access_token": "s3cr3t"}), "token_type is not `Bearer`"),
        (json(GOOD | {"token_type": ["Bearer"]}), "token_type is not `Bearer`"),
        (json(GOOD | {"expires_in": "3600"}), "expires_in is not a number of seconds"),
        (json(GOOD | {"expires_in": True}), "expires_in is not a number of seconds"),
        (json(GOOD | {"expires_in": math.inf}), "expires_in is not a number of seconds"),
    ],
)
def test_what_gives_no_token_is_named_without_a_secret(answer: Exchange, words: str) -> None:
    server = Server()
    server.answer = answer
    refusal = refused(server)
    assert refusal.reason == "unavailable"
    assert words in refusal.message
    assert "https://id.example/token?tenant=(redacted)" in refusal.message
    assert not {"s3cr3t", "t-9938", "mF_9"} & set(refusal.message.replace("=", " ").split())
    assert "s3cr3t" not in str(refusal)
    assert "t-9938" not in str(refusal)
    assert "mF_9" not in str(refusal)
    assert refusal.remedy


def test_a_failure_that_nobody_waits_for_any_more_is_silent() -> None:
    server = Server()
    server.hold = True
    said: list[dict[str, Any]] = []

    async def story() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
        tokens = server.tokens()
        waiting = asyncio.ensure_future(tokens.token(OAUTH))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.sleep(0)
        server.waiting[0](Exchange(Outcome.CLOSED))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()  # what nobody asked for is told of when it is collected

    asyncio.run(story())
    assert said == []
