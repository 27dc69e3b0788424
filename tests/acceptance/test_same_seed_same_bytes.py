"""The same scenario, seed and start give the same bytes: twice in one process, and whatever Python's hashes are."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from simulator.model import Url
from simulator.receiver import Endpoint, Receiver
from simulator.scenario import Body, Credentials, Export, Repeat, Scenario, Step
from simulator.timeline import plan
from tests.acceptance.conftest import unmeasured_environment

ROOT = Path(__file__).parents[2]
SEEDS = 200
START = datetime(2026, 3, 28, 23, 59, 59, tzinfo=ZoneInfo("Europe/Paris"))
RECEIVER = Receiver(
    name="r",
    endpoints={"*": Endpoint(url=Url("http", "127.0.0.1", 8000, "/hook?a=b"), headers=(("X-Env", "ci"),))},
    authorization="Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
)
WAYS: tuple[Credentials, ...] = get_args(Credentials)


def scenarios() -> Iterator[Scenario]:
    """Every feature of a timeline, for both partners and several readings."""
    every_four = {"frequency": "every 4 hours", "partner": "Amazon S3", "fails": [2]}
    for readings in ({}, {"recurring_id": "new", "zone": "Europe/Paris", "time_format": "narrow-space"}):
        yield scenario("clevertap", every_four, "completed", readings, Step(name="console", event="test", at=1.0))
    for readings in ({}, {"time_digits": "microseconds", "failed_word": "FAILURE", "job_type": "import"}):
        yield scenario("reachfive", {"every": "1h", "result": "failed"}, "finished", readings)


def scenario(provider: str, traits: Mapping[str, Any], end: str, readings: dict[str, str], *more: Step) -> Scenario:
    exports = (
        Export(name="runs", runs=3, takes=0.345, traits=traits),
        Export(name="alike", count=5, apart=0.1),
        Export(name="silent", emits=()),
    )
    steps = (
        *(Step(name=how, event=end, export="runs", run=3, credentials=how) for how in WAYS),
        Step(name="again", event=end, export="alike-2", deliver_at=5.0, repeat=Repeat(count=3, spacing=0.25)),
        Step(name="cut", event=end, export="silent", fault={"truncate": "33%"}),
        Step(name="slow", event=end, export="silent", fault={"pause": {"after": 10, "for": "1s"}}),
        Step(name="gone", event=end, export="silent", fault={"hang-up": {"after": "1s"}}),
        Step(name="odd", event=end, export="silent", set={"extra": ["é", {"b": 1, "a": 2}]}, valid=False),
        Step(name="raw", event=end, export="silent", body=Body(data=b"\xff\0"), valid=False),
        Step(name="alone", event=end, at=3.0),
        *more,
    )
    return Scenario(title="t", provider=provider, source="", text="", readings=readings, exports=exports, steps=steps)


def digest(seed: int) -> str:
    """Of every delivery, to the last byte and field."""
    found = hashlib.sha256()
    for one in scenarios():
        for delivery in plan(one, RECEIVER, seed=seed, start=START):
            found.update(repr(delivery).encode())
    return found.hexdigest()


def main() -> None:
    """Print the digest of all seeds; some are planned twice."""
    whole = hashlib.sha256()
    for seed in range(SEEDS):
        first = digest(seed)
        assert digest(seed) == first, f"seed {seed}: two plans of one process differ"
        whole.update(first.encode())
    print(whole.hexdigest())  # noqa: T201 - read by the test below


def test_two_hundred_seeds_give_the_same_bytes_in_three_processes_with_other_hashes() -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, __file__],
            cwd=ROOT,
            env=unmeasured_environment({"PYTHONHASHSEED": hashes, "PYTHONPATH": str(ROOT)}),
            stdout=subprocess.PIPE,
            text=True,
        )
        for hashes in ("0", "1", "4242")
    ]
    printed = [process.communicate(timeout=120)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(printed[0]) == 64
    assert len(set(printed)) == 1


def test_another_seed_gives_other_bytes() -> None:
    assert len({digest(seed) for seed in range(5)}) == 5


if __name__ == "__main__":
    main()
