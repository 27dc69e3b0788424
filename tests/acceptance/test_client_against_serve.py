"""The client drives a real `partnersim serve` against a real receiver, as a team's CI does."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from xml.etree import ElementTree

import pytest

from simulator.client import Basic, Client, Ending, NeverReached, Notification, NotInTime, Problem, Schedule, Unreadable
from tests.acceptance.conftest import Answering
from tests.acceptance.served import TOKEN, serving

START = datetime(2026, 1, 5, tzinfo=UTC)
HELD = ("--hold", "--seed", "42", "--start", START.isoformat())
Serve = Callable[..., Client]


@contextmanager
def client_of_a_service(folder: Path, *options: str) -> Iterator[Client]:
    """The service, and a client for it."""
    with serving(folder / "state", *options) as service, Client(service.url, TOKEN) as client:
        yield client


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start the service with further options; it ends with the test, and has to end well."""
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(client_of_a_service(tmp_path, *options))


@pytest.fixture
def partner(serve: Serve) -> Client:
    """The service with its clock held at START."""
    return serve(*HELD)


def bodies(answering: Answering) -> list[dict[str, object]]:
    return [json.loads(body) for _, _, body in answering.requests]


def alerting(partner: Client, answering: Answering) -> None:
    """All exports alert that receiver."""
    hook = f"{answering.url}/hooks?key=topsecret-topsecret"
    partner.clevertap.create_webhook("exports", hook, headers={"X-Env": "ci"}, auth=Basic("me", "letmein-letmein"))
    partner.clevertap.enable_alerts("exports")


def test_three_days_of_a_four_hourly_export(partner: Client, answering: Answering) -> None:
    alerting(partner, answering)
    assert bodies(answering)[0]["is_test"] is True
    export = partner.clevertap.create_export(partner="Amazon S3", frequency="every 4 hours")
    assert (export.id, export.alerts, export.next_run) == ("export-1", True, START)
    assert partner.wait_for_delivery(export=export.id).at == START  # the first run begins at once
    advanced = partner.advance("3d")
    assert advanced.now == START + timedelta(days=3)
    assert (advanced.deliveries, advanced.outcomes) == (36, {"answered": 36})
    sent = list(partner.deliveries(export=export.id, outcome="answered"))
    assert len(sent) == len(answering.requests) - 1 == 1 + 36
    assert [one.event for one in sent[:4]] == ["initiated", "completed"] * 2
    assert [one.at for one in sent[:3]] == [START, START + timedelta(seconds=560), START + timedelta(hours=4)]
    assert all(one.acknowledged and one.origin == "schedule" for one in sent)
    assert {body["Status"] for body in bodies(answering)[1:]} == {"Initiated", "Completed"}
    path, headers, _ = answering.requests[-1]
    assert path == "/hooks?key=topsecret-topsecret"
    assert headers["X-Env"] == "ci"
    assert headers["Authorization"].startswith("Basic ")


def test_the_console_keeps_what_was_set_and_shows_no_secret(partner: Client, answering: Answering) -> None:
    alerting(partner, answering)
    (webhook,) = partner.clevertap.webhooks()
    assert webhook == partner.clevertap.webhook("exports")
    assert webhook.in_use
    assert webhook.auth.username == "me"
    assert "topsecret" not in repr(webhook)
    assert "letmein" not in repr(webhook)
    assert partner.clevertap.alerts().webhook == "exports"
    with pytest.raises(Problem, match="409"):
        partner.clevertap.delete_webhook("exports")
    assert not partner.clevertap.disable_alerts().enabled
    partner.clevertap.delete_webhook("exports")
    assert list(partner.clevertap.webhooks()) == []
    assert partner.clevertap.set_readings(zone="Europe/Paris")["zone"] == "Europe/Paris"
    assert partner.clevertap.readings()["zone"] == "Europe/Paris"


def test_a_webhook_that_is_not_answered_200_is_refused_with_the_answer(partner: Client, answering: Answering) -> None:
    answering.rule = lambda _, __: 204
    with pytest.raises(Problem) as caught:
        partner.clevertap.create_webhook("exports", answering.url)
    assert caught.value.status == 422
    assert caught.value.details["answer"]["status"] == 204
    assert "status 204" in str(caught.value)
    assert list(partner.clevertap.webhooks()) == []


def test_a_webhook_that_a_reset_cut_off_is_not_the_receivers_fault(partner: Client, answering: Answering) -> None:
    arrived, go = Event(), Event()

    def rule(_: bytes, __: Mapping[str, str]) -> int:
        arrived.set()
        go.wait(20)
        return 200

    answering.rule = rule
    with ThreadPoolExecutor(1) as pool, Client(partner.clock._connection.url, TOKEN) as other:
        creating = pool.submit(partner.clevertap.create_webhook, "exports", answering.url)
        assert arrived.wait(20)
        other.reset()
        refused = creating.exception(20)
        go.set()
    assert isinstance(refused, Problem)
    assert (refused.status, refused.slug) == (503, "unavailable")
    assert list(partner.clevertap.webhooks()) == []


def test_exports_fail_stop_and_end(partner: Client, answering: Answering) -> None:
    alerting(partner, answering)
    daily = partner.clevertap.create_export(frequency="every 24 hours", runs=3, takes=timedelta(minutes=1), fails=[1])
    once = partner.clevertap.create_export(starts_at=START + timedelta(hours=1), type="Profiles")
    assert not once.alerts
    partner.clevertap.let_fail(daily.id, [2])
    partner.advance(to=START + timedelta(days=1, hours=12))
    assert [one.state for one in partner.clevertap.export_runs(daily.id)] == ["completed", "failed"]
    assert partner.clevertap.export(once.id).state == "completed"
    assert partner.clevertap.stop_export(daily.id).state == "stopped"
    with pytest.raises(Problem, match="409"):
        partner.clevertap.stop_export(daily.id)
    assert [one.id for one in partner.clevertap.exports()] == [daily.id, once.id]
    assert [one.event for one in partner.deliveries(event="completed")] == ["completed"]


def test_a_definition_runs_and_its_job_is_notified(partner: Client, answering: Answering) -> None:
    definition = partner.reachfive.create_definition(
        "users",
        type="User Profiles",
        notify=Notification(url=f"{answering.url}/hooks/reachfive", authorization="Bearer letmein-letmein"),
    )
    assert definition.end_job_notification.authorization == "(redacted)"
    job = partner.reachfive.run(definition.id, result="partial failure", total=10, failed=2)
    assert not job.ended
    with pytest.raises(NotInTime, match="clock held"):
        partner.reachfive.wait_for_job(job.id, timeout=0.0)
    partner.clock.release()
    partner.clock.set_scale("1m=1s")
    ended = partner.reachfive.wait_for_job(job.id, timeout=20.0)
    assert (ended.status, ended.total_operations, ended.total_failed) == ("SUCCESS", 10, 2)
    sent = partner.wait_for_delivery(export=definition.export, timeout=20.0)
    assert sent.id == job.id
    whole = partner.delivery(sent.number)
    assert whole.requests[0].answer is not None
    assert json.loads(whole.requests[0].body) == bodies(answering)[0]
    assert "letmein" not in repr(whole)
    assert answering.requests[0][1]["Authorization"] == "Bearer letmein-letmein"


def test_definitions_have_schedules_roles_and_ends(partner: Client, answering: Answering) -> None:
    hook = Notification(url=answering.url, timeout=2.5)
    made = partner.reachfive.create_definition(
        "users",
        type="User Events",
        notify=hook,
        schedule=Schedule("0 */4 * * *", "Europe/Paris"),
        outcomes=[Ending(result="failed", total=4), Ending()],
    )
    partner.advance("8h")
    assert [one.status for one in partner.reachfive.jobs(definition_id=made.id)] == ["FAILED", "SUCCESS"]
    changed = partner.reachfive.change_definition(made.id, name="people", schedule=None, notify={"enabled": False})
    assert (changed.name, changed.next_run, changed.end_job_notification.timeout) == ("people", None, 2.5)
    with pytest.raises(Problem, match="403"):
        partner.reachfive.acting_as("Viewer").run(made.id)
    assert not partner.reachfive.change_account(export_jobs=False).export_jobs
    with pytest.raises(Problem, match="403"):
        partner.reachfive.run(made.id)
    assert not partner.reachfive.account().export_jobs
    assert [one.id for one in partner.reachfive.definitions()] == [partner.reachfive.definition(made.id).id]
    partner.reachfive.change_account(export_jobs=True)
    partner.reachfive.delete_definition(made.id)
    with pytest.raises(Problem, match="404"):
        partner.reachfive.definition(made.id)
    assert len(list(partner.reachfive.jobs())) == 2


def test_a_delivery_is_sent_again(partner: Client, answering: Answering) -> None:
    alerting(partner, answering)
    export = partner.clevertap.create_export()
    partner.advance("1h")
    first = next(one for one in partner.deliveries(export=export.id) if one.event == "completed")
    same, fresh = partner.resend(first.number), partner.resend(first.number, fresh=True)
    assert (same.again, same.origin, same.id) == (first.number, "resend", first.id)
    assert fresh.id != first.id
    assert answering.requests[-2][2] == answering.requests[2][2] != answering.requests[-1][2]
    assert partner.last_number() == fresh.number
    assert partner.wait_for_delivery(after=same.number).number == fresh.number


def test_a_reset_forgets_everything_and_begins_where_it_is_told(partner: Client, answering: Answering) -> None:
    alerting(partner, answering)
    partner.clevertap.create_export()
    state = partner.reset(seed=7, start=START + timedelta(days=30), scale=60, held=True)
    assert (state.seed, state.start) == (7, START + timedelta(days=30))
    assert partner.state() == state
    clock = partner.clock.read()
    assert (clock.now, clock.scale, clock.held, clock.next_due) == (state.start, 60.0, True, None)
    assert list(partner.deliveries()) == []
    assert list(partner.clevertap.webhooks()) == []
    assert list(partner.clevertap.exports()) == []


def test_the_clock_refuses_to_go_back(partner: Client) -> None:
    with pytest.raises(Problem, match="422"):
        partner.advance(to=START - timedelta(seconds=1))


def test_events_tell_what_is_sent_while_it_is_sent(partner: Client, answering: Answering) -> None:
    alerting(partner, answering)
    with partner.events(["delivery"]) as events:
        partner.clevertap.create_export()
        partner.advance("1h")
        scheduled = (one for one in events if one.data["origin"] == "schedule")
        seen = [next(scheduled), next(scheduled)]
    assert [(one.kind, one.data["event"]) for one in seen] == [("delivery", "initiated"), ("delivery", "completed")]
    with partner.events(["delivery"], after=seen[0].number - 1) as again:
        assert next(again) == seen[0]


def test_a_scenario_is_played_judged_and_reported(partner: Client, answering: Answering) -> None:
    assert "clevertap/one-time-export" in [one.name for one in partner.scenarios()]
    run = partner.run_scenario("clevertap/one-time-export", to=answering.url, seed=42, confirm=False)
    run = partner.wait_for_run(run.id, timeout=60.0)
    assert (run.state, run.progress.deliveries) == ("done", 2)
    assert [one.id for one in partner.runs()] == [run.id]
    assert ElementTree.fromstring(partner.report(run.id, "junit")).tag == "testsuites"
    assert json.loads(partner.report(run.id))["seed"] == 42
    assert "A one-time export" in partner.report(run.id, "text")


def test_a_broken_promise_is_told_and_a_run_can_be_cancelled(partner: Client, answering: Answering) -> None:
    answering.rule = lambda _, __: 500
    text = "scenario: One\nprovider: clevertap\nclock: {scale: instant}\nexports: {nightly: {frequency: one time}}\n"
    run = partner.wait_for_run(partner.run_scenario(text=text, to=answering.url, confirm=False).id)
    assert (run.outcome, run.passed, run.exit_code) == ("failed", False, 1)
    assert run.failed[0].rule == "expect/each"
    long = partner.run_scenario("clevertap/four-hourly-day", to=answering.url, time_scale="real")
    assert partner.cancel_run(long.id).state == "canceled"


def test_mistakes_are_told_by_their_place(partner: Client) -> None:
    with pytest.raises(Problem) as caught:
        partner.clevertap.create_export(frequency="hourly", runs=0)
    assert {one.path for one in caught.value.errors} == {"/frequency", "/runs"}
    assert "`hourly` is none of: one time, every 4 hours" in str(caught.value)
    assert "\n  body /frequency\n  body /runs `runs` is `0`" in str(caught.value)
    with pytest.raises(Problem, match="404"):
        partner.clevertap.export("export-9")


def test_what_is_said_of_the_service_itself(partner: Client) -> None:
    assert partner.wait_until_ready().seed == 42
    assert partner.health().status == "ok"
    assert partner.document()["openapi"].startswith("3.1")
    assert "partnersim" in partner.metrics()


def test_a_wrong_token_is_refused(partner: Client) -> None:
    with Client(partner.clock._connection.url, "another-token-altogether") as stranger:
        with pytest.raises(Problem, match="401") as caught:
            stranger.state()
        assert "another-token" not in str(caught.value)
        assert stranger.health().status == "ok"


def test_a_proxy_and_a_netrc_change_nothing(
    partner: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, closed_port: str
) -> None:
    (tmp_path / ".netrc").write_text("default login somebody password else\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, closed_port)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Client(partner.clock._connection.url, TOKEN) as client:
        assert client.state().seed == 42


def test_a_service_that_is_not_there(closed_port: str) -> None:
    with Client(closed_port, TOKEN) as client:
        with pytest.raises(
            NeverReached, match=f"nothing answers at {closed_port} .*refused.*is `partnersim serve` running"
        ):
            client.state()
        with pytest.raises(NotInTime, match="nothing answers"):
            client.wait_until_ready(timeout=0.0)


def test_a_host_without_an_address() -> None:
    with Client("http://nobody.invalid:8790", TOKEN) as client, pytest.raises(NeverReached, match="nothing answers"):
        client.state()


def test_a_server_that_is_not_the_service(answering: Answering) -> None:
    answering.state = lambda _: (200, b"<html>hello</html>")
    with Client(answering.url, TOKEN) as client, pytest.raises(Unreadable, match="<html>hello"):
        client.state()


def test_tls_where_there_is_none(answering: Answering) -> None:
    with Client(answering.url.replace("http:", "https:"), TOKEN) as client, pytest.raises(NeverReached, match="TLS"):
        client.state()


def test_importing_the_package_imports_no_requests() -> None:
    code = "import sys, simulator; sys.exit('requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=os.environ, check=False).returncode == 0
