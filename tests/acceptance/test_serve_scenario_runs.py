"""Scenarios that the service plays when asked, against receivers on real sockets."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from simulator.authoring import load_scenario, receiver_at
from simulator.clock import Scale
from simulator.console.refusal import Refusal
from simulator.console.scenario_runs.request import RunRequest
from simulator.console.scenario_runs.run import KIND
from simulator.documents import schema
from simulator.errors import NeverReached
from simulator.journal import Journal
from simulator.model import Outcome
from simulator.runner.prepare import Settings
from simulator.runner.session import Session, perform
from simulator.sample import create_app, running
from tests.acceptance.conftest import Answering
from tests.runs_alone import PATIENCE, RunsAlone, runs_in

CANARY = "cn4ry-9f8e7d6c5b4a"
INSTANT = Scale.parse("instant")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunsAlone]:
    with runs_in(tmp_path / "service") as made:
        yield made


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[str]:
    """The sample receiver, which wants the canary as its credential."""
    with running(create_app(tmp_path / "receiver.sqlite", authorization=f"Bearer {CANARY}")) as url:
        yield url


def described(url: str, **more: Any) -> dict[str, Any]:
    """The sample receiver as a receiver file says it."""
    return {
        "receiver": "the sample receiver",
        "authorization": f"Bearer {CANARY}",
        "endpoints": {name: {"url": f"{url}/hooks/{name}"} for name in ("clevertap", "reachfive")},
        "probes": {
            "export": {
                "get": f"{url}/exports/{{provider}}/{{id}}",
                "select": {"status": "$.status", "effects": "$.effects", "runs": "$.runs"},
            }
        },
        **more,
    }


def test_a_good_receiver_passes_and_the_report_comes_in_every_format(service: RunsAlone, sample: str) -> None:
    run = service.played(RunRequest(scenario="clevertap/four-hourly-day", receiver=described(sample), scale=INSTANT))
    assert (run.state, run.outcome, run.exit_code, run.failed) == ("done", "passed", 0, [])
    assert run.deliveries == 12
    told = json.loads(service.runs.report(run.id, "json"))
    assert schema("report").accepts(told)
    assert (told["outcome"], told["seed"], told["deliveries"]) == ("passed", run.seed, 12)
    assert told["plays"][0]["journal"] == run.journals[0]
    assert "4 passed, 0 failed" in service.runs.report(run.id, "text")
    assert ET.fromstring(service.runs.report(run.id, "junit")).tag == "testsuites"
    assert [entry.data["state"] for entry in service.feed.after(0, 0)] == ["queued", "running", "done"]


def test_the_seed_and_start_of_a_run_send_the_same_bytes_again(service: RunsAlone, answering: Answering) -> None:
    first = service.played(RunRequest(scenario="reachfive/nightly-week", to=answering.url, scale=INSTANT))
    told = json.loads(service.runs.report(first.id, "json"))["verdicts"][0]["reproduce"]
    again = json.loads("{" + told.partition("and ")[2] + "}")
    assert again["seed"] == first.seed
    bodies = [body for _, _, body in answering.requests]
    answering.requests.clear()
    asked = RunRequest(
        scenario="reachfive/nightly-week",
        to=answering.url,
        seed=again["seed"],
        start=datetime.fromisoformat(again["start"]),
        scale=INSTANT,
    )
    service.played(asked)
    assert [body for _, _, body in answering.requests] == bodies


def test_what_a_receiver_breaks_is_told_at_the_end(service: RunsAlone, answering: Answering) -> None:
    answering.rule = lambda _, __: 500
    run = service.played(RunRequest(scenario="clevertap/one-time-export", to=answering.url, scale=INSTANT))
    assert (run.state, run.outcome, run.exit_code) == ("done", "failed", 1)
    assert run.failed[0]["rule"] == "expect/each"
    assert "confirmed by a second run" in run.failed[0]["because"]
    assert service.told(run.id, "done")["failed"] == run.failed
    assert json.loads(service.runs.report(run.id, "json"))["exit_code"] == 1


def test_without_confirmation_a_failure_counts_at_once(service: RunsAlone, answering: Answering) -> None:
    answering.rule = lambda _, __: 500
    asked = RunRequest(scenario="clevertap/one-time-export", to=answering.url, scale=INSTANT, confirm=False)
    assert "confirmed" not in service.played(asked).failed[0]["because"]
    assert len(answering.requests) == 2


def test_where_nobody_listens_the_run_ends_without_a_verdict(service: RunsAlone, closed_port: str) -> None:
    run = service.played(RunRequest(scenario="clevertap/one-time-export", to=closed_port, scale=INSTANT))
    assert (run.state, run.outcome, run.exit_code) == ("done", "inconclusive", 3)


def test_a_canceled_run_tells_what_happened_so_far_and_the_next_one_begins(
    service: RunsAlone, answering: Answering
) -> None:
    real = RunRequest(scenario="clevertap/four-hourly-day", to=answering.url, scale=Scale.parse("real"))
    arrived = Event()

    def rule(_: bytes, __: Any) -> int:
        arrived.set()
        return 200

    answering.rule = rule
    first, second, third = (service.runs.start(real) for _ in range(3))
    assert arrived.wait(PATIENCE)
    service.told(second.id, "running")
    assert service.runs.get(third.id).state == "queued"
    ended = service.runs.cancel(first.id)
    assert (ended.state, ended.exit_code, ended.deliveries) == ("canceled", 130, 1)
    report = json.loads(service.runs.report(first.id, "json"))
    assert (report["exit_code"], report["attempts"]) == (130, 1)
    assert "interrupted" in report["plays"][0]["note"]
    service.told(third.id, "running")


def test_a_request_that_hangs_does_not_hold_up_the_cancel(service: RunsAlone, answering: Answering) -> None:
    arrived, end = Event(), Event()

    def rule(_: bytes, __: Any) -> int:
        arrived.set()
        end.wait(PATIENCE)
        return 200

    answering.rule = rule
    run = service.runs.start(
        RunRequest(
            scenario="clevertap/one-time-export",
            receiver={"receiver": "slow", "endpoints": {"*": {"url": answering.url, "timeout": "60s"}}},
        )
    )
    assert arrived.wait(PATIENCE)
    ended = service.runs.cancel(run.id)  # which waits 5 s at most
    end.set()
    assert ended.state == "canceled"
    journal = Journal.open(next((service.journals / run.id).glob("*.ndjson")))
    assert [one.outcome for one in journal.attempts()] == [Outcome.IN_DOUBT]


def test_who_waits_for_a_receiver_that_is_not_ready_can_be_canceled(service: RunsAlone, answering: Answering) -> None:
    waiting = described("http://127.0.0.1:9", ready=f"{answering.url}/healthz")
    asked = Event()

    def state(_: str) -> tuple[int, bytes]:
        asked.set()
        return 503, b""

    answering.state = state
    run = service.runs.start(RunRequest(scenario="clevertap/one-time-export", receiver=waiting))
    assert asked.wait(PATIENCE)
    assert service.runs.cancel(run.id).state == "canceled"
    with pytest.raises(Refusal, match="sent nothing"):
        service.runs.report(run.id, "json")
    assert not answering.requests


def test_secrets_reach_the_receiver_and_nothing_else(tmp_path: Path, sample: str) -> None:
    text = "scenario: One\nprovider: clevertap\nexports: {nightly: {partner: Amazon S3}}\n"
    text += f"webhook: {{headers: {{X-Api-Key: {CANARY}}}}}\nexpect: {{each: {{status: 418}}}}\n"
    with runs_in(tmp_path / "service") as service:
        for receiver in (
            {"receiver": described(f"{sample}", ready=f"{sample}/healthz?token={CANARY}")},
            {"to": f"{sample}/hooks/clevertap?key={CANARY}", "authorization": f"Bearer {CANARY}"},
        ):
            run = service.played(RunRequest(text=text, scale=INSTANT, **receiver))
            assert (run.outcome, "200" in run.failed[0]["because"]) == (
                "failed",
                True,
            )  # it was let in, by its credentials
            told = [str(run), str(service.feed.after(0, 0))]
            told += [service.runs.report(run.id, form) for form in ("json", "text", "junit")]
            assert all(CANARY not in one for one in told)
        with suppress(Refusal):
            service.runs.start(RunRequest(text=text + "x: 1\n", to=sample))
    files = [file for file in (tmp_path / "service").rglob("*") if file.is_file()]
    assert len(files) > 4
    assert [file for file in files if CANARY.encode() in file.read_bytes()] == []


def test_after_a_restart_reports_are_made_again_from_the_journals(tmp_path: Path, answering: Answering) -> None:
    answering.rule = lambda _, __: 500
    folder = tmp_path / "service"
    with runs_in(folder) as first:
        run = first.played(RunRequest(scenario="clevertap/one-time-export", to=answering.url, scale=INSTANT))
        reports = [first.runs.report(run.id, form) for form in ("json", "text", "junit")]
    with runs_in(folder) as second:
        assert second.runs.get(run.id) == run
        assert [second.runs.report(run.id, form) for form in ("json", "text", "junit")] == reports
        assert second.played(RunRequest(scenario="clevertap/one-time-export", to=answering.url)).id == "run-2"


def test_a_run_that_was_killed_has_failed_and_its_journal_still_tells(tmp_path: Path, answering: Answering) -> None:
    folder = tmp_path / "service"
    with runs_in(folder) as first:
        run = first.played(RunRequest(scenario="clevertap/one-time-export", to=answering.url, scale=INSTANT))
        first.store.put(KIND, run.id, run._replace(state="running", ended=None, outcome=None)._asdict())
    journal = Path(run.journals[0])
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:3]))  # header, intent, outcome
    with runs_in(folder) as second:
        found = second.runs.get(run.id)
        assert (found.state, found.error and found.error["message"]) == ("failed", "the service ended")
        report = json.loads(second.runs.report(run.id, "json"))
        assert (report["attempts"], report["plays"][0]["complete"]) == (1, False)
        assert "killed" in report["plays"][0]["note"]


def test_our_own_port_is_never_reached_whatever_names_it(tmp_path: Path, answering: Answering) -> None:
    own = frozenset({int(answering.url.rpartition(":")[2])})
    with runs_in(tmp_path / "service", never=own) as service, pytest.raises(Refusal, match="partnersim's own"):
        service.runs.start(RunRequest(scenario="clevertap/one-time-export", to=answering.url))
    scenario = load_scenario("clevertap/one-time-export")
    settings = Settings(journals=tmp_path / "j", scale=INSTANT, never=own, seed=1)
    session = Session(scenarios=[scenario], names=["one"], receiver=receiver_at(answering.url), settings=settings)
    report = perform(session)
    assert report.exit_code == 3
    attempts = list(Journal.open(report.plays[0].journal).attempts())
    assert {one.outcome for one in attempts} == {Outcome.BLOCKED}
    ready = Session(
        scenarios=[scenario],
        names=["two"],
        receiver=receiver_at(answering.url),
        settings=settings,
        wait_for=answering.url,
        wait_timeout=0.1,
    )
    with pytest.raises(NeverReached, match="blocked"):
        perform(ready)
    assert not answering.requests


def test_two_runs_of_one_scenario_never_share_an_id(service: RunsAlone, sample: str) -> None:
    asked = RunRequest(scenario="clevertap/one-time-export", receiver=described(sample), scale=INSTANT)
    idents = [service.runs.start(asked).id for _ in range(4)]
    for ident in idents:
        service.told(ident, "done")
    assert {service.runs.get(ident).outcome for ident in idents} == {"passed"}
