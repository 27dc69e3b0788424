"""Webhooks of CleverTap's console: tried when they are created, kept on 200, and careful with what they are told."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.console.clevertap import Clevertap
from simulator.console.refusal import Refusal
from simulator.model import Exchange, Outcome
from tests.making import exchange
from tests.unit.console.clevertap_made import START, WEBHOOK, Made, failing

OAUTH = {
    "type": "oauth2",
    "token_url": "https://id.example/token?tenant=t-9938",
    "client_id": "ci",
    "client_secret": "s3cr3t-of-oauth",
}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    one = Made(tmp_path)
    yield one
    one.store.close()


def refused(made: Made, **changes: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        asyncio.run(made.webhook(**changes))
    return caught.value


def test_a_webhook_is_tried_with_the_partners_test_body(made: Made) -> None:
    asyncio.run(made.webhook())
    (tested,) = made.tested
    fields = made.fields(tested)
    assert (fields["is_test"], fields["targetId"], fields["key_values"]) == (True, 1234, {"key": "value"})
    assert len(fields["profiles"]) == 5
    assert (tested.event, tested.at, tested.hook.method, tested.hook.timeout) == ("test", START, "POST", None)
    webhook = made.console.account.webhook("ci")
    assert (webhook.url, webhook.created, webhook.in_use) == (WEBHOOK["url"], START, False)
    assert webhook.auth == {"type": "none"}


@pytest.mark.parametrize("status", [201, 202, 204, 400, 404, 500])
def test_a_webhook_is_kept_only_on_200(made: Made, status: int) -> None:
    made.answers = lambda notice: exchange(status, b"no" * 2000)
    refusal = refused(made)
    assert refusal.reason == "not-kept"
    assert refusal.details["answer"] == {"outcome": "answered", "status": status, "body": "no" * 1000, "detail": ""}
    assert made.console.account.webhooks() == (0, [])
    made.answers = lambda notice: exchange(200)
    asyncio.run(made.webhook())  # its name is free
    assert made.console.account.webhooks()[0] == 1


@pytest.mark.parametrize(
    "came",
    [
        Exchange(Outcome.REDIRECTED, status=302),
        Exchange(Outcome.TRUNCATED, status=200),
        Exchange(Outcome.REFUSED, detail="nobody listens"),
        Exchange(Outcome.BLOCKED, detail="10.0.0.1 is not allowed"),
        Exchange(Outcome.TIMEOUT_HEADERS),
    ],
)
def test_what_is_no_whole_200_keeps_nothing(made: Made, came: Exchange) -> None:
    made.answers = lambda notice: came
    refusal = refused(made)
    assert refusal.details["answer"]["outcome"] == came.outcome
    assert refusal.details["answer"]["detail"] == came.detail
    assert made.console.account.webhooks() == (0, [])


@pytest.mark.parametrize(
    ("came", "remedy"),
    [
        (Exchange(Outcome.REFUSED), "is the receiver running"),
        (Exchange(Outcome.TIMEOUT_CONNECT), "is the receiver running"),
        (Exchange(Outcome.DNS), "no such host"),
        (Exchange(Outcome.TLS), "--cacert"),
        (Exchange(Outcome.TIMEOUT_HEADERS), "took longer than 5s"),
        (Exchange(Outcome.TIMEOUT_BODY), "took longer than 5s"),
        (Exchange(Outcome.REDIRECTED, status=302), "redirects are not followed"),
        (Exchange(Outcome.CLOSED), "the receiver hung up"),
        (Exchange(Outcome.MALFORMED), "https or http"),
        (
            Exchange(Outcome.BLOCKED, detail="8.8.8.8 is public: name the host with --allow-target"),
            "--allow-target h.test",
        ),
        (Exchange(Outcome.BLOCKED, detail="169.254.1.1 is link-local: never a target"), "never a target"),
        (exchange(401), "basic ones were given: set `auth`"),
        (exchange(403), "basic ones were given: set `auth`"),
        (exchange(404), "the path of the URL"),
        (exchange(204), "answer 200 to test bodies"),
        (exchange(500), "answer 200 to test bodies"),
    ],
    ids=lambda value: str(value.status or value.outcome) if isinstance(value, Exchange) else "",
)
def test_the_remedy_fits_what_came(made: Made, came: Exchange, remedy: str) -> None:
    made.answers = lambda notice: came
    auth = {"type": "basic", "username": "me", "password": "swordfish!"}
    assert remedy in refused(made, url="http://h.test/x", auth=auth).remedy


def test_a_receiver_that_wants_credentials_learns_that_there_were_none(made: Made) -> None:
    made.answers = lambda notice: exchange(401)
    assert "none were given" in refused(made).remedy


def test_the_remedy_of_a_missing_token_is_about_the_token(made: Made) -> None:
    made.answers = failing(Outcome.SKIPPED, "no token came from there")
    assert "access_token" in refused(made, auth=OAUTH).remedy


def test_an_answer_that_echoes_secrets_is_told_without_them(made: Made) -> None:
    made.answers = lambda notice: exchange(400, f"bad: {notice.hook.authorization}".encode())
    refusal = refused(made, auth={"type": "basic", "username": "me", "password": "swordfish!"})
    assert "(redacted)" in refusal.details["answer"]["body"]
    assert base64.b64encode(b"me:swordfish!").decode() not in refusal.details["answer"]["body"]


def test_no_token_no_webhook(made: Made) -> None:
    def unavailable(notice: Any) -> Exchange:
        raise Refusal("unavailable", "no token came")

    made.answers = unavailable
    assert refused(made, auth=OAUTH).reason == "unavailable"
    made.answers = lambda notice: exchange(200)
    asyncio.run(made.webhook(auth=OAUTH))


def test_of_two_creations_of_one_name_at_the_same_moment_one_wins(made: Made) -> None:
    async def both() -> list[Any]:
        two = (made.webhook(), made.webhook(url="http://other/"))
        return list(await asyncio.gather(*two, return_exceptions=True))

    first, second = asyncio.run(both())
    assert first is None
    assert isinstance(second, Refusal)
    assert second.reason == "conflict"
    assert made.console.account.webhook("ci").url == WEBHOOK["url"]


def test_a_name_that_is_taken_is_refused_before_anything_is_sent(made: Made) -> None:
    asyncio.run(made.webhook())
    assert refused(made).reason == "conflict"
    assert len(made.tested) == 1
    asyncio.run(made.webhook("CI"))  # names are told apart by the case of letters


def test_a_creation_that_the_process_did_not_survive_leaves_the_name_free(made: Made) -> None:
    made.store.put("clevertap.webhook being tried", "ci", {})
    made.console = Clevertap(made.house)
    asyncio.run(made.webhook())


def test_a_webhook_is_not_kept_when_all_was_forgotten_meanwhile(made: Made) -> None:
    made.while_sending = made.store.empty
    assert refused(made).reason == "unavailable"
    assert made.console.account.webhooks() == (0, [])


@pytest.mark.parametrize("outcome", [Outcome.SKIPPED, Outcome.IN_DOUBT])
def test_what_the_sender_itself_cut_off_is_nothing_against_the_receiver(made: Made, outcome: Outcome) -> None:
    made.answers = failing(outcome, "the sender stopped")
    refusal = refused(made)
    assert (refusal.reason, refusal.details) == ("unavailable", {})
    assert "the sender stopped" in refusal.message
    assert made.console.account.webhooks() == (0, [])


@pytest.mark.parametrize(
    ("name", "alike"), [("Caf\u00e9", "Cafe\u0301"), ("Cafe\u0301", "Caf\u00e9"), ("\u212b", "\u00c5")]
)
def test_names_that_look_alike_in_every_way_are_one_name(made: Made, name: str, alike: str) -> None:
    asyncio.run(made.webhook(name))
    assert refused(made, name=alike).reason == "conflict"
    assert len(made.tested) == 1
    account = made.console.account
    assert account.webhook(alike).name == name
    account.enable_alerts(alike)
    assert (account.alerts(), account.webhook(alike).in_use) == (name, True)
    assert made.console.hook(f"webhook {name}") == account.alerted()
    with pytest.raises(Refusal) as caught:
        account.delete_webhook(alike)
    assert caught.value.reason == "conflict"
    account.disable_alerts()
    account.delete_webhook(alike)
    assert account.webhooks() == (0, [])


def test_tests_are_found_by_the_very_name_that_history_has(made: Made) -> None:
    asyncio.run(made.webhook("Cafe\u0301"))
    with pytest.raises(Refusal) as caught:
        made.console.hook("webhook Caf\u00e9")
    assert caught.value.reason == "not-found"


def test_a_webhook_that_an_older_state_has_under_another_form_of_its_name_is_found(made: Made) -> None:
    asyncio.run(made.webhook("Cafe\u0301"))
    kind = "clevertap.webhook"
    ((place, kept),) = made.store.things(kind)
    made.store.drop(kind, place)
    made.store.put(kind, "Cafe\u0301", kept)
    made.console = Clevertap(made.house)  # the service starts again
    account = made.console.account
    account.enable_alerts("Caf\u00e9")
    assert account.alerted() is not None
    assert account.webhooks()[0] == 1


def test_the_methods_that_are_none_of_alerts_can_be_created_all_the_same(made: Made) -> None:
    asyncio.run(made.webhook(method="PUT"))
    assert made.tested[0].hook.method == "PUT"


@pytest.mark.parametrize("name", ["Größe ☃", "京都", "e\u0301", "a" * 100, "50% ?x=1#y", "👩‍🚀"])
def test_names_may_be_in_any_letters(made: Made, name: str) -> None:
    asyncio.run(made.webhook(name))
    made.console.account.enable_alerts(name)
    assert made.console.account.webhook(name).in_use
    assert made.console.hook(made.export()) == made.console.hook(f"webhook {name}")


@pytest.mark.parametrize("name", ["", "a" * 101, "a\nb", "\x00", "\x7f", "\x85", "\u2028", "\ud800", " a", "a/b", ".."])
def test_names_that_nobody_could_see_or_reach_are_refused(made: Made, name: str) -> None:
    assert refused(made, name=name).reason == "unfit"
    assert made.tested == []


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://h/\r\nX-Evil: 1"},
        {"url": "http://h\r\n/"},
        {"url": "http://h/?a b"},
        {"url": "http://h?ü"},
        {"url": "ftp://h/"},
        {"url": "http://me:password@h/"},
        {"method": "POST / HTTP/1.1\r\nX-Evil: 1"},
        {"headers": {"X-A": "1\r\nX-Evil: 1"}},
        {"headers": {"X-A": "1\nX-Evil: 1"}},
        {"headers": {"X-A\r\nX-Evil": "1"}},
        {"headers": {"X-A: 1\r\nX-Evil": "1"}},
        {"headers": {"": "1"}},
        {"headers": {"X A": "1"}},
        {"headers": {"X-A": "ü"}},
        {"headers": {"X-A": " 1"}},
        {"headers": {"X-A": "1", "x-a": "2"}},
        {"headers": {"Authorization": "Bearer x"}},
        {"headers": {"authorization": "Bearer x"}},
        {"headers": {"Host": "evil.example"}},
        {"headers": {"Content-Length": "0"}},
        {"headers": {"transfer-encoding": "chunked"}},
        {"auth": {"type": "basic", "username": "a:b", "password": "x"}},
        {"auth": {"type": "basic", "username": "a\nb", "password": "x"}},
        {"auth": {"type": "basic", "username": "a", "password": "x\x00"}},
        {"auth": {"type": "basic", "username": "a", "password": "\udfff"}},
        {"auth": {"type": "digest"}},
        {"auth": {**OAUTH, "token_url": "id.example/token"}},
        {"auth": {**OAUTH, "token_url": "http://id.example/token\r\nX-Evil: 1"}},
        {"auth": {**OAUTH, "token_url": "http://me:pw@id.example/token"}},
        {"auth": {**OAUTH, "client_id": ""}},
        {"auth": {**OAUTH, "client_id": "a\r\nb"}},
        {"auth": {**OAUTH, "client_secret": "a\tb"}},
        {"auth": {**OAUTH, "scope": "a  b"}},
        {"auth": {**OAUTH, "scope": 'a"b'}},
        {"auth": {**OAUTH, "scope": "a\r\nb"}},
    ],
)
def test_what_no_request_can_be_made_of_is_refused_before_anything_is_sent(made: Made, changes: dict[str, Any]) -> None:
    refusal = refused(made, **changes)
    assert refusal.reason == "unfit"
    assert refusal.remedy
    assert "\n" not in refusal.message
    assert "pw@" not in str(refusal)
    assert "password@" not in str(refusal)
    assert made.tested == []
    assert made.console.account.webhooks() == (0, [])


def test_the_reason_names_the_place(made: Made) -> None:
    assert "credentials do not stand among headers" in refused(made, headers={"Authorization": "x"}).message
    assert "`Host` is set by the sender itself" in refused(made, headers={"Host": "x"}).message
    assert "token_url" in refused(made, auth={**OAUTH, "token_url": "nowhere"}).message
    assert "`auth`" in refused(made, url="http://a:b@h/").message


def test_basic_credentials_are_utf_8(made: Made) -> None:
    asyncio.run(made.webhook(auth={"type": "basic", "username": "jürgen", "password": "größe:ß"}))
    sent = made.tested[0].hook.authorization
    assert sent is not None
    assert base64.b64decode(sent.removeprefix("Basic ")).decode() == "jürgen:größe:ß"
    assert made.console.account.webhook("ci").auth == {"type": "basic", "username": "jürgen"}


def test_headers_go_out_in_order_and_are_shown_without_their_values(made: Made) -> None:
    headers = {"X-Env": "ci", "User-Agent": "CleverTap", "X-Api-Key": "k-1234567"}
    asyncio.run(made.webhook(headers=headers))
    assert made.tested[0].hook.headers == tuple(headers.items())
    shown = made.console.account.webhook("ci").headers
    assert shown == {"X-Env": "(redacted)", "User-Agent": "CleverTap", "X-Api-Key": "(redacted)"}


def test_oauth_is_kept_whole_and_shown_without_its_secret(made: Made) -> None:
    asyncio.run(made.webhook(auth={**OAUTH, "scope": "alerts.write alerts.read"}))
    oauth = made.tested[0].hook.oauth
    assert oauth is not None
    assert (str(oauth.token_url), oauth.client_secret) == (OAUTH["token_url"], OAUTH["client_secret"])
    assert oauth.scope == "alerts.write alerts.read"
    told = made.console.account.webhook("ci").auth
    assert told == {"type": "oauth2", "client_id": "ci", "token_url": "https://id.example/token?tenant=(redacted)"}


def test_its_secrets_are_known_before_the_test_body_leaves(made: Made) -> None:
    known: list[set[str]] = []
    made.while_sending = lambda: known.append(set(made.console.secrets()))
    made.answers = failing(Outcome.RESET)
    refused(made, url="http://h/?token=t-123456", auth=OAUTH, headers={"X-Api-Key": "k-1234567"})
    assert {"t-123456", "k-1234567", "s3cr3t-of-oauth", "t-9938"} <= known[0]
    assert set(made.console.secrets()) == set()  # it was not kept
    made.answers = lambda notice: exchange(200)
    asyncio.run(made.webhook("b", auth={"type": "basic", "username": "u", "password": "pw-123456"}))
    assert {"pw-123456", "Basic " + base64.b64encode(b"u:pw-123456").decode()} <= set(made.console.secrets())


def test_a_webhook_in_use_cannot_be_deleted(made: Made) -> None:
    asyncio.run(made.webhook())
    made.console.account.enable_alerts("ci")
    with pytest.raises(Refusal) as caught:
        made.console.account.delete_webhook("ci")
    assert caught.value.reason == "conflict"
    made.console.account.disable_alerts()
    made.console.account.delete_webhook("ci")
    for ask in (made.console.account.delete_webhook, made.console.account.webhook):
        with pytest.raises(Refusal) as caught:
            ask("ci")
        assert caught.value.reason == "not-found"
    assert set(made.console.secrets()) == set()


def test_only_a_post_webhook_gets_alerts(made: Made) -> None:
    asyncio.run(made.webhook(method="PUT"))
    with pytest.raises(Refusal) as caught:
        made.console.account.enable_alerts("ci")
    assert (caught.value.reason, caught.value.message) == ("unfit", "We only support a POST Webhook.")
    with pytest.raises(Refusal) as caught:
        made.console.account.enable_alerts("nobody")
    assert caught.value.reason == "unfit"
    assert made.console.account.alerts() is None


def test_webhooks_come_in_pages_and_outlive_the_process(made: Made) -> None:
    for name in "abcd":
        asyncio.run(made.webhook(name))
    made.console.account.enable_alerts("b")
    again = Clevertap(made.house).account
    total, page = again.webhooks(offset=1, limit=2)
    assert (total, [(one.name, one.in_use) for one in page]) == (4, [("b", True), ("c", False)])
    assert [one.name for one in again.webhooks()[1]] == ["a", "b", "c", "d"]


def test_a_test_body_can_be_sent_again_with_profiles_nobody_has_seen(made: Made) -> None:
    asyncio.run(made.webhook())
    (first,) = made.tested
    again = made.console.again(first.run.export, first.run.number, "test", START + 60)
    assert again.hook == first.hook == made.console.hook(first.run.export)
    assert (again.event, again.at) == ("test", START + 60)
    assert made.fields(again)["profiles"] != made.fields(first)["profiles"]
    with pytest.raises(Refusal) as caught:
        made.console.hook("webhook of nobody")
    assert caught.value.reason == "not-found"


def test_every_change_is_told(made: Made) -> None:
    account = made.console.account
    asyncio.run(made.webhook())
    for change in (
        lambda: account.enable_alerts("ci"),
        account.disable_alerts,
        lambda: account.choose({"zone": "UTC"}),
        lambda: account.delete_webhook("ci"),
    ):
        before = made.changes
        change()
        assert made.changes > before
