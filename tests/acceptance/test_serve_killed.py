"""A service that is killed goes on where it was: nothing acknowledged is missing, nothing answered is repeated."""

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from simulator.journal import Journal
from simulator.model import Outcome
from tests.acceptance.conftest import Answering
from tests.acceptance.served import Served

EXPORTS = 10
SCALE = 200_000  # a run of a four-hourly export each 72 ms


def set_up(service: Served, url: str) -> None:
    """Ten exports that alert, and a clock that goes fast."""
    service.done("POST", "/clevertap/webhooks", {"name": "ours", "url": url})
    service.done("PUT", "/clevertap/export-status-alerts", {"webhook": "ours"})
    for _ in range(EXPORTS):
        service.done("POST", "/clevertap/exports", {"frequency": "every 4 hours"})
    service.done("PATCH", "/control/clock", {"held": False, "scale": SCALE})


def deliveries(service: Served) -> list[dict[str, Any]]:
    """All that history has."""
    found: list[dict[str, Any]] = []
    while True:
        page = service.done("GET", f"/control/deliveries?offset={len(found)}&limit=1000")
        found += page["items"]
        if not page["items"] or len(found) >= page["total"]:
            return found


def at_rest(service: Served) -> list[dict[str, Any]]:
    """History once the clock is held and everything has its end."""
    service.done("PATCH", "/control/clock", {"held": True})
    patience = time.monotonic() + 60
    while True:
        found = deliveries(service)
        if all(one["outcome"] for one in found):
            return found
        assert time.monotonic() < patience, [one for one in found if not one["outcome"]]
        time.sleep(0.05)


def agree(service: Served, folder: Path, answering: Answering) -> None:
    """The receiver's log, the journals and history tell the same."""
    history = [one for one in at_rest(service) if one["event"] != "test"]
    received = Counter(body for _, _, body in answering.requests if b"is_test" not in body)
    assert received
    assert max(received.values()) == 1, "something was sent twice"
    journals = sorted((folder / "journals").glob("clevertap-*.ndjson"))
    attempts = [one for path in journals for one in Journal.open(path).attempts() if one.event != "test"]
    assert len({one.number for one in attempts}) == len(attempts), "a delivery was begun twice"
    answered = {one.body for one in attempts if one.outcome is Outcome.ANSWERED}
    assert answered <= set(received) <= {one.body for one in attempts}
    assert {one.number: str(one.outcome) for one in attempts} == {one["number"]: one["outcome"] for one in history}
    assert all(one["acknowledged"] == (one["outcome"] == "answered") for one in history)
    for number in range(1, EXPORTS + 1):
        runs = [(one["run"], one["event"]) for one in history if one["export"] == f"export-{number}"]
        begun = [run for run, event in runs if event == "initiated"]
        ended = [run for run, event in runs if event == "completed"]
        assert begun == list(range(1, len(begun) + 1)), "a run is missing, or is there twice"
        assert ended == begun[: len(ended)]
        assert len(begun) - len(ended) <= 1


def killed_and_started_again(folder: Path, answering: Answering, times: int, dice: random.Random) -> None:
    service = Served(folder, "--hold", "--seed", str(dice.randrange(1000)))
    try:
        set_up(service, answering.url)
        for _ in range(times):
            time.sleep(dice.uniform(0.05, 0.5))
            service.kill()
            service = Served(folder)
            agree(service, folder, answering)
            service.done("PATCH", "/control/clock", {"held": False})
    finally:
        service.end()


def test_a_killed_service_goes_on_with_nothing_lost_and_nothing_repeated(tmp_path: Path, answering: Answering) -> None:
    killed_and_started_again(tmp_path, answering, 3, random.Random(1))


@pytest.mark.deep
@pytest.mark.parametrize("number", range(10))
def test_a_hundred_kills(tmp_path: Path, answering: Answering, number: int) -> None:
    killed_and_started_again(tmp_path, answering, 10, random.Random(number))
