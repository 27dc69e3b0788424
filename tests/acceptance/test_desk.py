"""The desk on real sockets: what falls due is sent in order, once, to where the console says; also after a restart."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.console.clevertap.exports import NewExport
from simulator.console.desk import Desk, running
from simulator.console.ledger import Sent, Wanted
from simulator.console.refusal import Refusal
from simulator.console.settings import DeskSettings
from simulator.console.store import Store
from simulator.errors import StorageError
from simulator.journal import Journal
from tests.acceptance.conftest import Answering, until

START = 1_767_571_200.0  # 2026-01-05T00:00:00Z
HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture
def settings(tmp_path: Path) -> DeskSettings:
    return DeskSettings(folder=tmp_path / "state", seed=1, start=START, held=True)


@contextmanager
def alerting(settings: DeskSettings, url: str) -> Iterator[Desk]:
    """A desk whose CleverTap account alerts a receiver."""
    with running(settings) as desk:
        desk.await_(lambda: desk.clevertap.create_webhook({"name": "ours", "url": url}))
        desk.do(lambda: desk.clevertap.account.enable_alerts("ours"))
        yield desk


def export(desk: Desk, **changes: Any) -> str:
    """One that starts a minute after the story's start, unless told otherwise."""
    new = replace(NewExport(starts_at=START + 60.0), **changes)
    return desk.do(lambda: desk.clevertap.create_export(new)).id


def history(desk: Desk, **wanted: Any) -> list[Sent]:
    return desk.do(lambda: desk.ledger.page(Wanted(**wanted), 0, 100_000))[1]


def alerts(answering: Answering) -> list[dict[str, Any]]:
    told = [json.loads(body) for _, _, body in answering.requests]
    return [one for one in told if "is_test" not in one]


def slow(seconds: float) -> Callable[[bytes, object], int]:
    """A receiver's rule: 200, after so long."""

    def rule(_: bytes, __: object) -> int:
        time.sleep(seconds)
        return 200

    return rule


# The clock


def test_nothing_falls_due_while_the_clock_is_held(settings: DeskSettings, answering: Answering) -> None:
    with alerting(settings, answering.url) as desk:
        export(desk, starts_at=START + 0.05)
        time.sleep(0.2)
        assert alerts(answering) == []
        assert desk.do(desk.clock).now == START


def test_moving_the_clock_sends_all_that_falls_due_in_order_and_returns_when_it_was(
    settings: DeskSettings, answering: Answering
) -> None:
    with alerting(settings, answering.url) as desk:
        export(desk, frequency="every 4 hours", takes=600.0)
        advanced = desk.await_(lambda: desk.advance(by=DAY))
        assert advanced.outcomes == {"answered": 12}
        assert advanced.now == desk.do(desk.clock).now == START + DAY
        assert [one["Status"] for one in alerts(answering)] == ["Initiated", "Completed"] * 6
        assert [one.due - START for one in history(desk, event="initiated")] == [60.0 + n * 4 * HOUR for n in range(6)]


def test_in_moved_time_an_end_waits_for_the_answer_to_its_beginning(
    settings: DeskSettings, answering: Answering
) -> None:
    under_way, most = 0, 0
    lock = threading.Lock()

    def slow(_: bytes, __: object) -> int:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02)
        with lock:
            under_way -= 1
        return 200

    with alerting(settings, answering.url) as desk:
        answering.rule = slow
        export(desk, frequency="every 4 hours")
        assert desk.await_(lambda: desk.advance(by=DAY)).deliveries == 12
        assert most == 1


def test_a_clock_that_goes_fast_sends_by_itself(settings: DeskSettings, answering: Answering) -> None:
    with alerting(settings, answering.url) as desk:
        export(desk, frequency="every 4 hours", runs=3)
        desk.do(lambda: desk.set_clock(held=False, scale=100_000.0))
        until(lambda: len(alerts(answering)) == 6)
        desk.do(lambda: desk.set_clock(held=True))
        until(lambda: all(one.outcome for one in history(desk)))
        assert all(one.late < 1.0 for one in history(desk))


def test_the_clock_does_not_go_back(settings: DeskSettings) -> None:
    with running(settings) as desk:
        with pytest.raises(Refusal, match="cannot go back"):
            desk.await_(lambda: desk.advance(START - 1.0))
        desk.await_(lambda: desk.advance(START))


def test_a_second_move_is_refused_while_one_is_under_way(settings: DeskSettings, answering: Answering) -> None:
    go = threading.Event()
    with alerting(settings, answering.url) as desk, ThreadPoolExecutor(1) as pool:
        answering.rule = lambda *_: 200 if go.wait(10) else 500
        export(desk)
        first = pool.submit(desk.await_, lambda: desk.advance(by=60.0))
        until(lambda: len(alerts(answering)) == 1)
        with pytest.raises(Refusal, match="moved already"):
            desk.await_(lambda: desk.advance(by=1.0))
        go.set()
        assert first.result(10).deliveries == 1


@pytest.mark.parametrize("scale", [0.0, -1.0, 2e6, float("inf"), float("nan")])
def test_a_scale_that_is_none_is_refused(settings: DeskSettings, scale: float) -> None:
    with running(settings) as desk, pytest.raises(Refusal, match="a scale is"):
        desk.do(lambda: desk.set_clock(scale=scale))


# What a console changes


def test_nothing_is_sent_after_alerts_were_disabled_not_even_what_waited(
    settings: DeskSettings, answering: Answering
) -> None:
    go = threading.Event()
    with alerting(settings, answering.url) as desk, ThreadPoolExecutor(1) as pool:
        answering.rule = lambda *_: 200 if go.wait(10) else 500
        export(desk, frequency="every 4 hours")
        moving = pool.submit(desk.await_, lambda: desk.advance(by=DAY))
        until(lambda: len(alerts(answering)) == 1)  # the others wait for its answer
        desk.do(desk.clevertap.account.disable_alerts)
        go.set()
        assert moving.result(10).deliveries == 1
        assert len(alerts(answering)) == 1
        assert len(history(desk, partner="clevertap")) == 2  # with the test body


def test_what_waits_goes_to_the_webhook_that_is_chosen_now(settings: DeskSettings, answering: Answering) -> None:
    go, other = threading.Event(), Answering()
    with alerting(settings, answering.url) as desk, ThreadPoolExecutor(1) as pool:
        desk.await_(lambda: desk.clevertap.create_webhook({"name": "other", "url": other.url}))
        answering.rule = lambda *_: 200 if go.wait(10) else 500
        export(desk, takes=600.0)
        moving = pool.submit(desk.await_, lambda: desk.advance(by=DAY))
        until(lambda: len(alerts(answering)) == 1)
        desk.do(lambda: desk.clevertap.account.enable_alerts("other"))
        go.set()
        moving.result(10)
        assert [one["Status"] for one in alerts(answering)] == ["Initiated"]
        assert [one["Status"] for one in alerts(other)] == ["Completed"]
    other.close()


# History


def test_a_delivery_is_shown_whole_as_the_receiver_got_it(settings: DeskSettings, answering: Answering) -> None:
    answering.body = b"noted"
    with alerting(settings, answering.url) as desk:
        export(desk)
        desk.await_(lambda: desk.advance(by=60.0))
        (sent,) = history(desk, event="initiated")
        whole = desk.do(lambda: desk.ledger.whole(sent.number))
        assert whole is not None
        (made,) = whole.attempts
        assert made.body == answering.requests[-1][2]
        assert made.answer_body == b"noted"


def test_the_same_body_can_be_sent_again(settings: DeskSettings, answering: Answering) -> None:
    with alerting(settings, answering.url) as desk:
        export(desk)
        desk.await_(lambda: desk.advance(by=60.0))
        (first,) = history(desk, event="initiated")
        again = desk.await_(lambda: desk.resend(first.number, fresh=False))
        assert (again.origin, again.again, again.outcome) == ("resend", first.number, "answered")
        assert answering.requests[-1][2] == answering.requests[-2][2]


def test_it_can_be_sent_again_with_a_new_id_and_time(settings: DeskSettings, answering: Answering) -> None:
    with alerting(settings, answering.url) as desk:
        export(desk)
        desk.await_(lambda: desk.advance(by=90.0))
        (first,) = history(desk, event="initiated")
        desk.await_(lambda: desk.resend(first.number, fresh=True))
        old, new = alerts(answering)
        assert {key for key in old if old[key] != new[key]} == {"Export Request Id", "Date and Time"}


def test_nothing_can_be_sent_again_when_the_console_says_nothing_is_sent(
    settings: DeskSettings, answering: Answering
) -> None:
    with alerting(settings, answering.url) as desk:
        export(desk)
        desk.await_(lambda: desk.advance(by=60.0))
        desk.do(desk.clevertap.account.disable_alerts)
        (first,) = history(desk, event="initiated")
        with pytest.raises(Refusal, match="disabled"):
            desk.await_(lambda: desk.resend(first.number, fresh=False))
        with pytest.raises(Refusal):
            desk.await_(lambda: desk.resend(99, fresh=False))


def test_every_end_is_told_to_who_listens(settings: DeskSettings, answering: Answering) -> None:
    with alerting(settings, answering.url) as desk:
        export(desk)
        desk.await_(lambda: desk.advance(by=60.0))
        until(lambda: desk.feed.last >= 3)
        told = [one.data["event"] for one in desk.feed.after(0, 0.0) if one.kind == "delivery"]
        assert told == ["test", "initiated"]


def test_the_journal_can_be_judged_like_any_other(settings: DeskSettings, answering: Answering) -> None:
    from simulator.checks import judge

    with alerting(settings, answering.url) as desk:
        export(desk)
        desk.await_(lambda: desk.advance(by=DAY))
        answering.rule = lambda *_: 500
        export(desk, starts_at=START + DAY + 60.0)
        desk.await_(lambda: desk.advance(by=DAY))
    (verdict,) = judge(Journal.open(settings.folder / "journals" / "clevertap-0001.ndjson"))
    assert verdict.failed
    assert "2 of 5" in verdict.because


def test_our_own_port_is_never_a_target(settings: DeskSettings, answering: Answering) -> None:
    port = int(answering.url.rpartition(":")[2])
    with running(replace(settings, never=frozenset((port,)))) as desk:
        with pytest.raises(Refusal) as refused:
            desk.await_(lambda: desk.clevertap.create_webhook({"name": "ours", "url": answering.url}))
        assert refused.value.details["answer"]["outcome"] == "blocked"
    assert answering.requests == []


def test_a_webhook_whose_token_is_refused_is_not_kept(settings: DeskSettings, answering: Answering) -> None:
    answering.rule = lambda *_: 401
    auth = {"type": "oauth2", "token_url": f"{answering.url}/token", "client_id": "me", "client_secret": "opensesame"}
    with running(settings) as desk:
        with pytest.raises(Refusal) as refused:
            desk.await_(lambda: desk.clevertap.create_webhook({"name": "ours", "url": answering.url, "auth": auth}))
        assert refused.value.details["answer"]["outcome"] == "skipped"
        assert "no token came" in refused.value.details["answer"]["detail"]
        assert desk.do(desk.clevertap.account.webhooks) == (0, [])
    assert [path for path, _, _ in answering.requests] == ["/token"]


def test_a_receiver_that_echoes_the_token_cannot_have_it_told(settings: DeskSettings, answering: Answering) -> None:
    def rule(body: bytes, headers: Mapping[str, str]) -> int:
        token = b'{"access_token": "t-secret-secret", "token_type": "bearer"}'
        answering.body = token if b"grant_type" in body else headers["Authorization"].encode()
        return 200 if b"grant_type" in body else 401

    answering.rule = rule
    auth = {"type": "oauth2", "token_url": f"{answering.url}/token", "client_id": "me", "client_secret": "opensesame"}
    with running(settings) as desk:
        with pytest.raises(Refusal) as refused:
            desk.await_(lambda: desk.clevertap.create_webhook({"name": "ours", "url": answering.url, "auth": auth}))
        assert "(redacted)" in refused.value.details["answer"]["body"]
        assert "t-secret" not in str(refused.value.details)


def test_an_alert_carries_the_token_that_was_fetched_and_a_401_makes_it_fetched_anew(
    settings: DeskSettings, answering: Answering
) -> None:
    fetched = 0

    def rule(body: bytes, headers: object) -> int:
        nonlocal fetched
        fetched += b"grant_type" in body
        answering.body = b'{"access_token": "t-%d-secret", "token_type": "bearer"}' % fetched
        return 401 if b"Initiated" in body else 200

    answering.rule = rule
    auth = {"type": "oauth2", "token_url": f"{answering.url}/token", "client_id": "me", "client_secret": "opensesame"}
    with running(settings) as desk:
        desk.await_(lambda: desk.clevertap.create_webhook({"name": "ours", "url": answering.url, "auth": auth}))
        desk.do(lambda: desk.clevertap.account.enable_alerts("ours"))
        export(desk)
        desk.await_(lambda: desk.advance(by=DAY))
    sent = [(path, headers["Authorization"]) for path, headers, _ in answering.requests if path != "/token"]
    assert [value for _, value in sent] == ["Bearer t-1-secret", "Bearer t-1-secret", "Bearer t-2-secret"]
    for path in settings.folder.rglob("*.ndjson"):
        assert b"-secret" not in path.read_bytes()
        assert b"opensesame" not in path.read_bytes()


# Tries that are made again


@pytest.fixture
def stubborn(settings: DeskSettings, answering: Answering) -> Iterator[Desk]:
    """A partner that tries three times more, 15 s of the story apart, and has failed once; the clock is held."""
    answering.rule = lambda body, _: 200 if b"is_test" in body else 500
    with alerting(settings, answering.url) as desk:
        desk.do(lambda: desk.clevertap.account.choose({"retry": "faq-1s-3x15s"}))
        export(desk)
        desk.await_(lambda: desk.advance(by=60.0))
        until(lambda: len(alerts(answering)) == 1)
        yield desk


def test_the_partner_tries_again_when_the_story_says(stubborn: Desk, answering: Answering) -> None:
    stubborn.await_(lambda: stubborn.advance(by=14.0))
    assert len(alerts(answering)) == 1
    stubborn.await_(lambda: stubborn.advance(by=1.1))
    assert len(alerts(answering)) == 2
    stubborn.await_(lambda: stubborn.advance(by=100.0))
    assert len(alerts(answering)) == 4
    (sent,) = history(stubborn, event="initiated")
    assert (sent.outcome, sent.attempts, sent.acknowledged) == ("answered", 4, False)


def test_nobody_waits_for_what_is_tried_again_later_than_they_are_due(
    settings: DeskSettings, answering: Answering
) -> None:
    answering.rule = lambda body, _: 200 if b"is_test" in body else 500
    with alerting(settings, answering.url) as desk:
        desk.do(lambda: desk.clevertap.account.choose({"retry": "faq-1s-3x15s"}))
        for number in range(100):
            export(desk, starts_at=START + 60.0 + number / 20)
        assert desk.await_(lambda: desk.advance(by=70.0)).now == START + 70.0
        assert len(alerts(answering)) == 100
        desk.await_(lambda: desk.advance(by=200.0))
        assert len(alerts(answering)) == 400
        assert {one.attempts for one in history(desk, event="initiated")} == {4}


def test_a_retry_comes_before_what_is_due_after_it(settings: DeskSettings, answering: Answering) -> None:
    answering.rule = lambda body, _: 500 if b"Initiated" in body else 200
    with alerting(settings, answering.url) as desk:
        desk.do(lambda: desk.clevertap.account.choose({"retry": "faq-1s-3x15s"}))
        export(desk)
        desk.await_(lambda: desk.advance(by=DAY))
        assert [one["Status"] for one in alerts(answering)] == ["Initiated"] * 4 + ["Completed"]


def test_a_clock_that_goes_wakes_what_is_to_be_tried_again(settings: DeskSettings, answering: Answering) -> None:
    answering.rule = lambda body, _: 200 if b"is_test" in body else 500
    with alerting(settings, answering.url) as desk:
        desk.do(lambda: desk.clevertap.account.choose({"retry": "faq-1s-3x15s"}))
        for _ in range(100):
            export(desk)
        desk.do(lambda: desk.set_clock(held=False, scale=60.0))
        until(lambda: len(alerts(answering)) >= 400, 60.0)


def test_nothing_is_tried_again_after_alerts_were_disabled(stubborn: Desk, answering: Answering) -> None:
    stubborn.do(stubborn.clevertap.account.disable_alerts)
    stubborn.await_(lambda: stubborn.advance(by=100.0))
    assert len(alerts(answering)) == 1
    (sent,) = history(stubborn, event="initiated")
    assert (sent.outcome, sent.attempts) == ("answered", 1)


def test_what_is_tried_again_goes_where_the_console_says_now(stubborn: Desk, answering: Answering) -> None:
    other = Answering()
    stubborn.await_(lambda: stubborn.clevertap.create_webhook({"name": "other", "url": f"{other.url}/new"}))
    stubborn.do(lambda: stubborn.clevertap.account.enable_alerts("other"))
    stubborn.await_(lambda: stubborn.advance(by=100.0))
    assert (len(alerts(answering)), len(alerts(other))) == (1, 1)
    (sent,) = history(stubborn, event="initiated")
    assert (sent.url, sent.attempts, sent.acknowledged) == (f"{other.url}/new", 2, True)
    other.close()


def test_a_reset_ends_what_would_have_been_tried_again(stubborn: Desk, answering: Answering) -> None:
    stubborn.await_(stubborn.reset)
    stubborn.await_(lambda: stubborn.advance(by=100.0))
    assert stubborn.alive
    assert len(alerts(answering)) == 1


def test_a_try_that_a_stop_cut_short_is_shown_once(
    settings: DeskSettings, stubborn: Desk, answering: Answering
) -> None:
    stubborn.stop()
    with running(settings) as desk:
        (sent,) = history(desk, event="initiated")
        whole = desk.do(lambda: desk.ledger.whole(sent.number))
        assert whole is not None
        assert (sent.outcome, sent.attempts, len(whole.attempts)) == ("answered", 1, 1)
        desk.await_(lambda: desk.advance(by=100.0))
        assert len(alerts(answering)) == 1


def test_no_try_is_counted_for_what_was_never_sent(settings: DeskSettings, answering: Answering) -> None:
    with alerting(replace(settings, held=False), answering.url) as desk:
        desk.do(lambda: desk.clevertap.account.choose({"retry": "faq-1s-3x15s"}))
        export(desk, starts_at=START + HOUR)
    passed(settings, 10 * HOUR)
    with running(replace(settings, held=False, misfire="skip")) as desk:
        until(lambda: len(history(desk, outcome="skipped")) == 2)
        assert {one.attempts for one in history(desk, outcome="skipped")} == {0}


# A reset while something is under way


def test_resets_at_the_same_moment_leave_a_desk_that_works(settings: DeskSettings, answering: Answering) -> None:
    answering.rule = slow(0.3)
    with running(settings) as desk, ThreadPoolExecutor(6) as pool:
        new = {"name": "ours", "url": answering.url}
        creating = pool.submit(desk.await_, lambda: desk.clevertap.create_webhook(new))
        until(lambda: len(answering.requests) == 1)
        for one in [pool.submit(desk.await_, desk.reset) for _ in range(4)]:
            one.result(20)
        assert creating.exception(20) is None or isinstance(creating.exception(20), Refusal)
        assert desk.await_(lambda: desk.advance(by=1.0)).now == START + 1.0


def test_a_move_while_a_reset_is_under_way_is_refused_at_once(settings: DeskSettings, answering: Answering) -> None:
    go = threading.Event()
    answering.rule = lambda *_: 200 if go.wait(10) else 500
    with running(settings) as desk, ThreadPoolExecutor(2) as pool:
        pool.submit(desk.await_, lambda: desk.clevertap.create_webhook({"name": "ours", "url": answering.url}))
        until(lambda: len(answering.requests) == 1)
        resetting = pool.submit(desk.await_, desk.reset)
        refused = None
        while not resetting.done() and refused is None:
            try:
                desk.await_(lambda: desk.advance(by=0.0))
            except Refusal as refusal:
                refused = refusal
        go.set()
        resetting.result(20)
        assert refused is not None
        assert "begins anew" in refused.message


def test_a_reset_while_a_token_is_waited_for_leaves_a_desk_that_works(
    settings: DeskSettings, answering: Answering
) -> None:
    go = threading.Event()
    answering.rule = lambda *_: 401 if go.wait(5) else 500
    auth = {"type": "oauth2", "token_url": f"{answering.url}/token", "client_id": "me", "client_secret": "opensesame"}
    with running(settings) as desk, ThreadPoolExecutor(1) as pool:
        new = {"name": "ours", "url": answering.url, "auth": auth}
        creating = pool.submit(desk.await_, lambda: desk.clevertap.create_webhook(new))
        until(lambda: len(answering.requests) == 1)
        desk.await_(desk.reset)
        go.set()
        assert isinstance(creating.exception(20), Refusal)
        desk.await_(lambda: desk.advance(by=1.0))
        assert desk.alive


def test_a_reset_goes_back_to_what_the_first_start_was_told(settings: DeskSettings) -> None:
    with running(replace(settings, scale=60.0)):
        pass
    with running(DeskSettings(folder=settings.folder)) as desk:
        desk.await_(lambda: desk.reset(seed=9))
        assert desk.do(desk.state)["seed"] == 9
        desk.await_(desk.reset)
        assert desk.do(desk.state)["seed"] == 1
        assert desk.do(desk.clock) == (START, 60.0, True, None)


# Moments


def test_moments_as_they_are_told_can_be_used(settings: DeskSettings, answering: Answering) -> None:
    with alerting(replace(settings, held=False), answering.url) as desk:
        now = desk.do(desk.clock).now
        desk.do(lambda: desk.set_clock(held=True))
        export(desk, starts_at=desk.do(desk.clock).now)
        assert desk.do(desk.clock).now >= now
        until(lambda: len(alerts(answering)) == 1)
        due = desk.do(desk.clock).next_due
        assert due is not None
        assert round(due, 3) == due
        desk.await_(lambda: desk.advance(due))
        assert [one["Status"] for one in alerts(answering)] == ["Initiated", "Completed"]


def test_the_clock_stops_where_partners_can_write_no_later_moment(settings: DeskSettings) -> None:
    with running(replace(settings, start=253_370_764_700.0, scale=1e6, held=False)) as desk:
        until(lambda: desk.do(desk.clock).now == desk.do(desk.clock).now)
        time.sleep(0.05)
        assert desk.do(desk.clock).now < 253_370_764_800.0


def test_a_start_that_is_held_sends_nothing_of_the_time_in_which_nothing_ran(
    going: DeskSettings, answering: Answering
) -> None:
    with running(replace(going, held=True)) as desk:
        desk.await_(lambda: desk.advance(by=0.0))
        assert desk.do(desk.clock).now < START + 60.0
    assert alerts(answering) == []


# What waits


def test_history_names_the_url_that_was_asked(settings: DeskSettings, answering: Answering) -> None:
    go, other = threading.Event(), Answering()
    with alerting(settings, answering.url) as desk, ThreadPoolExecutor(1) as pool:
        desk.await_(lambda: desk.clevertap.create_webhook({"name": "other", "url": f"{other.url}/new"}))
        answering.rule = lambda *_: 200 if go.wait(10) else 500
        export(desk)
        moving = pool.submit(desk.await_, lambda: desk.advance(by=DAY))
        until(lambda: len(alerts(answering)) == 1)
        desk.do(lambda: desk.clevertap.account.choose({"type_word": "events"}))
        desk.do(lambda: desk.clevertap.account.enable_alerts("other"))
        go.set()
        moving.result(10)
        (completed,) = history(desk, event="completed")
        assert completed.url == f"{other.url}/new"
        assert [one["Type"] for one in alerts(other)] == ["events"], "a reading holds for all that is sent from now on"
        assert desk.do(lambda: desk.ledger.body(completed.number)) == other.requests[-1][2]
    other.close()


# Its state


def test_a_restart_goes_on_with_everything(settings: DeskSettings, answering: Answering) -> None:
    with alerting(settings, answering.url) as desk:
        export(desk, frequency="every 4 hours")
        desk.await_(lambda: desk.advance(by=4 * HOUR))
    with running(settings) as desk:
        assert desk.do(desk.clock).now == START + 4 * HOUR
        desk.await_(lambda: desk.advance(by=4 * HOUR))
        ids = {one["Export Request Id"] for one in alerts(answering)}
        assert len(ids) == 1
    assert [one["Status"] for one in alerts(answering)] == ["Initiated", "Completed"] * 2


def test_a_second_process_cannot_use_the_state(settings: DeskSettings) -> None:
    with running(settings), pytest.raises(StorageError, match="in use"), running(settings):
        pass


def passed(settings: DeskSettings, seconds: float) -> None:
    """As if nothing had run for so long."""
    store = Store(settings.folder / "state.sqlite")
    store.set("clock", {**store.setting("clock"), "wall": store.setting("clock")["wall"] - seconds})
    store.set("seen", store.setting("seen") - seconds)
    store.close()


@pytest.fixture
def going(settings: DeskSettings, answering: Answering) -> DeskSettings:
    """A desk that ended with its clock going, and was gone for ten hours in which two runs fell due."""
    going = replace(settings, held=False)
    with alerting(going, answering.url) as desk:
        export(desk, starts_at=START + HOUR, frequency="every 8 hours")
    passed(going, 10 * HOUR)
    return going


@pytest.mark.parametrize("damage", ["DELETE FROM setting WHERE name = 'clock'", "DROP TABLE happening"])
def test_a_state_that_is_damaged_is_refused(settings: DeskSettings, damage: str) -> None:
    with running(settings):
        pass
    store = Store(settings.folder / "state.sqlite")
    store.connection.execute(damage)
    store.close()
    with pytest.raises(StorageError, match="is damaged"), running(settings):
        pass


def test_what_fell_due_while_nothing_ran_is_sent_in_order(going: DeskSettings, answering: Answering) -> None:
    with running(going) as desk:
        until(lambda: len(alerts(answering)) == 4)
        assert [one["Status"] for one in alerts(answering)] == ["Initiated", "Completed"] * 2
        assert desk.do(desk.clock).now == pytest.approx(START + 10 * HOUR, abs=60.0)
        assert all(one.late < 1.0 for one in history(desk)), "that nothing ran was not the sender's delay"


def test_or_it_is_skipped_and_history_says_so(going: DeskSettings, answering: Answering) -> None:
    with running(replace(going, misfire="skip")) as desk:
        until(lambda: len(history(desk, outcome="skipped")) == 4)
        assert alerts(answering) == []
        desk.await_(lambda: desk.advance(by=8 * HOUR))  # what falls due from now on is sent
        assert [one["Status"] for one in alerts(answering)] == ["Initiated", "Completed"]


def test_what_waited_when_the_service_ended_is_sent_after_the_next_start(
    settings: DeskSettings, answering: Answering
) -> None:
    with alerting(settings, answering.url) as desk, ThreadPoolExecutor(1) as pool:
        answering.rule = slow(0.5)
        export(desk, frequency="every 4 hours")
        moving = pool.submit(desk.await_, lambda: desk.advance(by=DAY))
        until(lambda: len(alerts(answering)) == 1)
        desk.stop()
        with pytest.raises(Refusal, match="the service ends"):
            moving.result(10)
    answering.rule = lambda *_: 200
    with running(settings) as desk:
        until(lambda: len(alerts(answering)) == 12)
        desk.await_(lambda: desk.advance(by=1.0))
    assert [one["Status"] for one in alerts(answering)] == ["Initiated", "Completed"] * 6


def test_a_reset_forgets_everything_and_begins_where_it_is_told(settings: DeskSettings, answering: Answering) -> None:
    with alerting(settings, answering.url) as desk:
        export(desk, frequency="every 4 hours")
        desk.await_(lambda: desk.advance(by=DAY))
        old = {path: path.read_bytes() for path in map(Path, desk.do(desk.state)["journals"])}
        assert len(old) == 1
        desk.await_(lambda: desk.reset(seed=7, start=START + 5 * DAY))
        assert desk.do(desk.clevertap.exports) == (0, [])
        assert history(desk) == []
        assert desk.do(desk.state)["seed"] == 7
        assert desk.do(desk.state)["journals"] == []
        assert all(path.read_bytes().startswith(text) for path, text in old.items())  # with their last line by now
        assert desk.do(desk.clock).now == START + 5 * DAY
        before = len(answering.requests)
        desk.await_(lambda: desk.advance(by=DAY))
        assert len(answering.requests) == before


def test_the_same_seed_and_calls_make_the_same_bytes(settings: DeskSettings) -> None:
    def bodies(folder: str) -> list[bytes]:
        receiver = Answering()
        with alerting(replace(settings, folder=settings.folder / folder), receiver.url) as desk:
            export(desk, frequency="every 4 hours")
            desk.await_(lambda: desk.advance(by=DAY))
        receiver.close()
        return [body for _, _, body in receiver.requests]

    assert bodies("one") == bodies("two")


def test_a_desk_that_cannot_write_any_more_says_so_to_who_asks(settings: DeskSettings, answering: Answering) -> None:
    with alerting(settings, answering.url) as desk:
        export(desk)

        def breaks(*_: object) -> int:
            raise StorageError("cannot write the journal x: no space left on device")

        desk.do(lambda: setattr(desk._era._senders["clevertap"]._writer, "flush", breaks))
        with pytest.raises(Refusal):
            desk.await_(lambda: desk.advance(by=60.0))
        until(lambda: not desk.alive)
        with pytest.raises(Refusal, match="no space left on device"):
            desk.do(desk.clock)
