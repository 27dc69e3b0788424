"""A run that is killed with SIGKILL leaves a journal that tells the truth."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.journal import Journal
from simulator.model import Outcome
from tests.acceptance.conftest import Answering, clean_environment

SCENARIO = """\
scenario: Many
provider: clevertap
clock: {scale: instant}
exports:
  fleet: {count: 3000, frequency: one time}
"""


def killed_run(folder: Path, answering: Answering, dice: random.Random) -> Path:
    """Start a run, kill it at a moment the dice choose, and give its journal."""
    (folder / "many.yaml").write_text(SCENARIO)
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "run", "many.yaml", "--to", answering.url, "--journal", str(folder / "j")],
        stdout=subprocess.DEVNULL,
        cwd=folder,
        env=clean_environment(),
    )
    try:
        patience = time.monotonic() + 30
        while not answering.requests and time.monotonic() < patience:
            time.sleep(0.002)
        time.sleep(dice.uniform(0.0, 0.15))
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert answering.requests, "nothing arrived before the run was killed"
    time.sleep(0.05)  # what is in the socket's buffers still reaches the receiver
    (journal,) = (folder / "j").glob("*.ndjson")
    return journal


def agrees(journal: Path, answering: Answering) -> None:
    """Nothing reached the receiver without an intent; nothing answered is missing; the rest is in doubt."""
    attempts = list(Journal.open(journal).attempts())
    intended = {attempt.body for attempt in attempts}
    received = [body for _, _, body in answering.requests]
    assert received
    assert set(received) <= intended
    answered = {attempt.body for attempt in attempts if attempt.outcome is Outcome.ANSWERED}
    assert answered <= set(received)
    assert {attempt.outcome for attempt in attempts} <= {Outcome.ANSWERED, Outcome.IN_DOUBT}
    assert Journal.open(journal).footer is None


@pytest.mark.parametrize("number", range(10))
def test_a_killed_run_leaves_no_request_without_an_intent(tmp_path: Path, answering: Answering, number: int) -> None:
    agrees(killed_run(tmp_path, answering, random.Random(number)), answering)


@pytest.mark.deep
@pytest.mark.parametrize("number", range(1000))
def test_a_thousand_killed_runs(tmp_path: Path, answering: Answering, number: int) -> None:
    agrees(killed_run(tmp_path, answering, random.Random(number)), answering)
