"""What is waited for comes, or an error says what there was instead."""

import json
from typing import Any

import pytest
import requests
import responses

from simulator.client import Client, NotInTime, Problem
from tests.unit.client.examples import CLOCK, DELIVERY, JOB, RUN, STATE, URL, page

DELIVERIES = f"{URL}/control/deliveries"


def history(service: responses.RequestsMock, *looks: list[dict[str, Any]]) -> None:
    """Serve these histories one after another, each for one request, the last for ever: the page that is asked for."""
    left = list(looks)

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        rows = left.pop(0) if len(left) > 1 else left[0]
        query = request.params  # type: ignore[attr-defined]  # which `responses` adds
        offset, limit = int(query["offset"]), int(query["limit"])
        rows = [one for one in rows if one["event"] == query.get("event", one["event"])]
        rows = rows[::-1] if query.get("order") == "newest" else rows
        return 200, {}, json.dumps({"total": len(rows), "items": rows[offset : offset + limit]})

    service.add_callback(responses.GET, DELIVERIES, answer, content_type="application/json")


def sent(number: int, **changes: Any) -> dict[str, Any]:
    return {**DELIVERY, "number": number, **changes}


def test_a_job_is_looked_at_until_it_has_ended(service: responses.RequestsMock, client: Client) -> None:
    for status in ("RUNNING", "RUNNING", "FAILURE"):
        service.get(f"{URL}/reachfive/jobs/x", json={**JOB, "status": status})
    assert client.reachfive.wait_for_job("x", pause=0.0).status == "FAILURE"
    assert len(service.calls) == 3


def test_a_job_that_does_not_end_is_told_as_it_was_seen_last(service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/reachfive/jobs/x", json={**JOB, "status": "RUNNING"})
    with pytest.raises(NotInTime, match=r"job x did not end within 0s: it is RUNNING since 2026-01-05.*clock held"):
        client.reachfive.wait_for_job("x", timeout=0.0)


@pytest.mark.parametrize("state", ["done", "canceled", "failed"])
def test_a_run_is_looked_at_until_it_has_ended(state: str, service: responses.RequestsMock, client: Client) -> None:
    for now in ("queued", "running", state):
        service.get(f"{URL}/control/runs/run-1", json={**RUN, "state": now})
    run = client.wait_for_run("run-1", pause=0.0)
    assert run.state == state
    assert not run.passed


def test_a_run_that_does_not_end_is_told_as_it_was_seen_last(service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/control/runs/run-1", json={**RUN, "state": "running"})
    with pytest.raises(NotInTime, match="run run-1 did not end within 0s: it is running"):
        client.wait_for_run("run-1", timeout=0.0)


def test_a_delivery_is_waited_for_until_its_outcome_is_known(service: responses.RequestsMock, client: Client) -> None:
    history(service, [], [sent(1, outcome=None)], [sent(1)])
    assert client.wait_for_delivery(event="completed", pause=0.0).outcome == "answered"


def test_the_first_delivery_after_a_number_is_found_in_a_long_history(
    service: responses.RequestsMock, client: Client
) -> None:
    history(service, [sent(number, event="completed" if number % 2 else "initiated") for number in range(1, 4001)])
    assert client.last_number() == 4000
    asked = len(service.calls)
    assert client.wait_for_delivery(after=3990, event="completed").number == 3991
    assert len(service.calls) - asked == 2
    assert client.wait_for_delivery(after=1, event="completed").number == 3
    assert client.wait_for_delivery(event="completed").number == 1


def test_a_delivery_that_does_not_come_is_told_with_the_clock(service: responses.RequestsMock, client: Client) -> None:
    history(service, [sent(3, event="initiated")])
    service.get(f"{URL}/control/clock", json=CLOCK)
    with pytest.raises(NotInTime) as caught:
        client.wait_for_delivery(event="completed", timeout=0.0)
    assert str(caught.value) == (
        "no delivery after number 0 with event completed came within 0s: the latest is number 3;"
        " the clock is held at 2026-01-05T00:00:00+00:00, nothing falls due"
    )


def test_before_anything_was_sent_the_last_number_is_0(service: responses.RequestsMock, client: Client) -> None:
    service.get(DELIVERIES, json=page())
    assert client.last_number() == 0


def test_a_service_that_starts_is_waited_for(service: responses.RequestsMock, client: Client) -> None:
    state = f"{URL}/control/state"
    service.get(state, body=requests.ConnectTimeout())
    service.get(state, body=requests.ReadTimeout())
    service.get(state, json={"status": 503, "title": "Not now"}, status=503, content_type="application/problem+json")
    service.get(state, json=STATE)
    assert client.wait_until_ready(pause=0.0).seed == 42


def test_a_service_that_does_not_start_is_an_error_in_time(service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/control/state", body=requests.ConnectTimeout())
    with pytest.raises(NotInTime, match="the service was not ready within 0s: nothing answers"):
        client.wait_until_ready(timeout=0.0)


def test_a_wrong_token_is_not_waited_with(service: responses.RequestsMock, client: Client) -> None:
    service.get(
        f"{URL}/control/state",
        json={"title": "The token is wrong"},
        status=401,
        content_type="application/problem+json",
    )
    with pytest.raises(Problem, match="401"):
        client.wait_until_ready(timeout=60.0)
