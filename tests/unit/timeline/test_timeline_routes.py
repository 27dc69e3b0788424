"""The constant part of a request: whose word counts, what is sent, what is shown."""

from datetime import UTC, datetime
from typing import Any

import pytest

from simulator import __version__
from simulator.errors import UsageError
from simulator.model import Pairs, Route, Url
from simulator.receiver import Endpoint, Receiver
from simulator.scenario import Scenario, Step, Webhook
from simulator.timeline import Timeline, plan

URL = Url("http", "127.0.0.1", 8000, "/hook?token=abc")
OWN = f"Content-Type: application/json\r\nUser-Agent: partnersim/{__version__}\r\nAccept: */*\r\n"


def planned(
    endpoint: Endpoint | None = None,
    webhook: Webhook | None = None,
    authorization: str | None = None,
    provider: str = "clevertap",
    steps: tuple[Step, ...] = (),
) -> Timeline:
    scenario = Scenario(title="t", provider=provider, source="", text="", webhook=webhook or Webhook(), steps=steps)
    receiver = Receiver(name="r", endpoints={"*": endpoint or Endpoint(url=URL)}, authorization=authorization)
    return plan(scenario, receiver, seed=1, start=datetime(2026, 1, 5, tzinfo=UTC))


def route(*arguments: Any, **settings: Any) -> Route:
    return planned(*arguments, **settings).route


def head(headers: Pairs = (), above: Pairs = ()) -> str:
    return route(Endpoint(url=URL, headers=above), Webhook(headers=headers)).head.decode()


def test_a_plain_request_has_host_and_the_partners_own_headers() -> None:
    assert head() == f"POST /hook?token=abc HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n{OWN}"


def test_authorization_comes_before_extra_headers_and_these_before_the_partners_own() -> None:
    made = route(Endpoint(url=URL, headers=(("X-Env", "ci"),), authorization="Bearer a"), None)
    assert made.head.decode().split("\r\n", 2)[2] == f"Authorization: Bearer a\r\nX-Env: ci\r\n{OWN}"


def test_what_is_shown_hides_query_values_and_headers_not_known_to_be_harmless() -> None:
    made = route(Endpoint(url=URL, headers=(("X-Api-Key", "hush-hush"),), authorization="Bearer s3cr3t"))
    for secret in ("abc", "hush-hush", "s3cr3t"):
        assert secret in made.head.decode()
        assert secret not in made.shown
    assert made.shown.startswith("POST /hook?token=")
    assert "\r\nHost: 127.0.0.1:8000\r\n" in made.shown
    assert made.shown.count("\r\n") == made.head.count(b"\r\n")


@pytest.mark.parametrize(
    ("url", "line", "host"),
    [
        (Url("http", "::1", 80, "/"), "POST / HTTP/1.1", "[::1]"),
        (Url("https", "example.test", 443, "/a/b"), "POST /a/b HTTP/1.1", "example.test"),
        (Url("http", "example.test", 8443, "/a?x=http://b/c"), "POST /a?x=http://b/c HTTP/1.1", "example.test:8443"),
    ],
)
def test_request_line_and_host_follow_the_url(url: Url, line: str, host: str) -> None:
    made = route(Endpoint(url=url))
    assert made.head.decode().split("\r\n")[:2] == [line, f"Host: {host}"]
    assert made.shown.split("\r\n")[0].split("?")[0] == line.removesuffix(" HTTP/1.1").split("?")[0] or "?" not in line
    assert (made.method, made.url, made.endpoint) == ("POST", url, "clevertap")


def test_a_header_of_one_name_is_replaced_whatever_its_case() -> None:
    made = head((("X-Env", "low"), ("X-Other", "kept")), (("x-env", "high"), ("x-env", "again")))
    assert made.split("\r\n", 2)[2] == f"X-Other: kept\r\nx-env: high\r\nx-env: again\r\n{OWN}"


def test_the_partners_own_headers_can_be_replaced() -> None:
    made = head((("content-type", "text/plain"),))
    assert "content-type: text/plain\r\n" in made
    assert "Content-Type" not in made


@pytest.mark.parametrize(
    ("endpoint", "receiver", "webhook", "value"),
    [("e", "r", "w", "e"), (None, "r", "w", "r"), (None, None, "w", "w"), (None, None, None, None)],
)
def test_credentials_are_the_endpoints_then_the_receivers_then_the_webhooks(
    endpoint: str | None, receiver: str | None, webhook: str | None, value: str | None
) -> None:
    stream = planned(Endpoint(url=URL, authorization=endpoint), Webhook(authorization=webhook), receiver)
    lines = [line for line in stream.route.head.decode().split("\r\n") if line.lower().startswith("authorization")]
    assert lines == ([f"Authorization: {value}"] if value else [])
    assert stream.authorized is (value is not None)


@pytest.mark.parametrize(
    ("endpoint", "webhook", "timeout"), [(1.0, 2.0, 1.0), (None, 2.0, 2.0), (None, None, 10.0), (0.5, None, 0.5)]
)
def test_the_timeout_is_the_endpoints_then_the_webhooks_then_the_partners(
    endpoint: float | None, webhook: float | None, timeout: float
) -> None:
    stream = planned(Endpoint(url=URL, timeout=endpoint), Webhook(timeout=webhook), provider="reachfive")
    assert stream.route.timeout == timeout


def test_a_receiver_without_an_endpoint_for_the_partner_is_refused_with_a_way_out() -> None:
    receiver = Receiver(name="mine", source="receiver.yaml", endpoints={"reachfive": Endpoint(url=URL)})
    scenario = Scenario(title="t", provider="clevertap", source="", text="")
    with pytest.raises(
        UsageError, match=r"'mine' has no endpoint for clevertap(?s:.*)endpoints\.clevertap\.url to receiver"
    ):
        plan(scenario, receiver, seed=1, start=datetime(2026, 1, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "1\r\nX-B: 2"),
        ("X-A", "1\n"),
        ("X-A", "\0"),
        ("X A", "1"),
        ("X-A:", "1"),
        ("", "1"),
        ("X-Ä", "1"),
        ("Content-Length", "5"),
        ("transfer-encoding", "chunked"),
        ("HOST", "other.test"),
        ("Connection", "close"),
        ("authorization", "Bearer abc"),
        ("X-A", "é"),
        ("X-A", " 1"),
    ],
)
def test_headers_that_would_break_the_request_are_refused(name: str, value: str) -> None:
    for headers, above in ((((name, value),), ()), ((), ((name, value),))):
        with pytest.raises(UsageError, match=r"header|set by the sender|credentials do not stand|begins or ends"):
            head(headers, above)


@pytest.mark.parametrize("target", ["hook", "/a b", "/a\r\nX: 1", "/ä", ""])
def test_targets_that_would_break_the_request_line_are_refused(target: str) -> None:
    with pytest.raises(UsageError, match="cannot stand on a request line"):
        route(Endpoint(url=URL._replace(target=target)))


def test_twice_sends_two_headers_the_right_one_first() -> None:
    steps = (Step(name="s", event="test", credentials="twice"),)
    (delivery,) = planned(authorization="Bearer abc", steps=steps)
    first, second = (line for line in delivery.head.split(b"\r\n") if line.startswith(b"Authorization"))
    assert first == b"Authorization: Bearer abc"
    assert second != first
    assert delivery.route.shown.count("Authorization: ") == 2


def test_steps_with_the_same_wrong_credentials_share_a_route() -> None:
    steps = tuple(Step(name=name, event="test", credentials="wrong") for name in "ab")
    first, second = planned(authorization="Bearer abc", steps=steps)
    assert first.route is second.route
