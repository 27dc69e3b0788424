"""`shrink` and `explore` against receivers with planted failures: what is written is small, and fails by itself."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.authoring import parse_receiver, parse_scenario
from simulator.cli.searching import reference_for
from simulator.exploring import Effort, Explored, Shrunk, Steady, explore, shrink
from simulator.sample import close, create_app, receiver_file, running
from tests.acceptance.conftest import Answering, Command, unmeasured_environment
from tests.receivers.small.haystacks import HAYSTACKS
from tests.receivers.small.small_receiver import FAILURES, SmallReceiver, small_receiver

ONCE = Effort(fails=1, plays=1)
_HAY = 24


def found(flaw: str, deliveries: int, effort: Effort) -> Shrunk:
    with small_receiver(flaw) as (_, file):
        receiver = parse_receiver(file, "receiver.yaml", {})
        haystack = parse_scenario(HAYSTACKS[flaw].text(deliveries), "haystack.yaml")
        with reference_for(receiver, "clevertap") as reference:
            made = shrink(haystack, receiver, effort=effort, reference=reference)
    assert isinstance(made, Shrunk)
    return made


@pytest.mark.deep
@pytest.mark.parametrize("flaw", ["three-at-once"])  # the command is tried on another one in every run
def test_a_planted_failure_comes_down_to_its_known_minimum(flaw: str) -> None:
    made = found(flaw, 40, ONCE)
    assert (made.before, made.after, made.was) == (40, HAYSTACKS[flaw].least, HAYSTACKS[flaw].check)
    assert (made.sure, made.stopped) == (True, "")


@pytest.mark.deep
@pytest.mark.parametrize("flaw", FAILURES)
def test_out_of_two_hundred_deliveries_it_takes_less_than_a_minute(flaw: str) -> None:
    made = found(flaw, 200, Effort())
    assert (made.before, made.after, made.sure) == (200, HAYSTACKS[flaw].least, True)
    assert made.spent.seconds < 60


def test_a_receiver_without_flaw_has_nothing_to_cut_down() -> None:
    with small_receiver() as (_, file):
        receiver = parse_receiver(file, "receiver.yaml", {})
        made = shrink(parse_scenario(HAYSTACKS["truncated"].text(24), "haystack.yaml"), receiver, effort=ONCE)
        assert made == Steady(plays=1, fails=1, failed={})


@pytest.fixture
def lenient(tmp_path: Path) -> Iterator[SmallReceiver]:
    """A receiver that stores half a body; the folder has its file, and a haystack."""
    with small_receiver("truncated") as (keeps, file):
        (tmp_path / "receiver.yaml").write_text(file)
        (tmp_path / "hay.yaml").write_text(HAYSTACKS["truncated"].text(_HAY))
        yield keeps


@pytest.mark.usefixtures("lenient")
def test_what_the_command_writes_fails_alone(tmp_path: Path, partnersim: Command) -> None:
    done = partnersim("shrink", "hay.yaml", "--receiver", "receiver.yaml", "--runs", "1/1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "hay-shrunk.yaml: 1 of 24 deliveries are left" in done.stdout
    assert "then/1-eventually fails: broken (id " in done.stdout
    assert done.stdout.endswith("partnersim run hay-shrunk.yaml --receiver receiver.yaml\n")
    text = (tmp_path / "hay-shrunk.yaml").read_text()
    assert text.startswith("# Made by `partnersim shrink` from hay.yaml; left are 1 of 24 deliveries.")
    # Without the fault, the claim would be wrong of any receiver.
    assert [dict(step.fault) for step in parse_scenario(text, "left.yaml").steps] == [{"truncate": "80%"}]
    assert partnersim("run", "hay-shrunk.yaml", "--receiver", "receiver.yaml", "--no-confirm").returncode == 1
    assert [file.name for file in tmp_path.glob("*shrunk*")] == ["hay-shrunk.yaml"]


@pytest.mark.usefixtures("lenient")
def test_what_does_not_fail_is_said_to_and_nothing_is_written(tmp_path: Path, partnersim: Command) -> None:
    done = partnersim("shrink", "clevertap/one-time-export", "--receiver", "receiver.yaml")
    assert (done.returncode, done.stderr) == (4, "")
    assert "clevertap/one-time-export does not fail: 1 play, and nothing failed" in done.stdout
    assert sorted(file.name for file in tmp_path.iterdir()) == ["hay.yaml", "receiver.yaml"]


@pytest.mark.usefixtures("lenient")
def test_the_scenario_itself_is_never_overwritten(partnersim: Command) -> None:
    done = partnersim("shrink", "hay.yaml", "--receiver", "receiver.yaml", "--output", "hay.yaml")
    assert done.returncode == 2
    assert "hay.yaml is the scenario itself" in done.stderr
    bad = partnersim("shrink", "hay.yaml", "--receiver", "receiver.yaml", "--runs", "3/2")
    assert bad.returncode == 2
    assert "'3/2' is not K/N" in bad.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_writes_the_smallest_found_so_far(lenient: SmallReceiver, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulator", "shrink", "hay.yaml", "--receiver", "receiver.yaml", "--runs", "1/1"]
    child = subprocess.Popen(
        command, cwd=tmp_path, env=unmeasured_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        while lenient.deliveries <= _HAY and child.poll() is None:  # more than the whole once: it is being cut down
            time.sleep(0.02)
        os.kill(child.pid, signal.SIGINT)
        out, errors = child.communicate(timeout=20)
    finally:
        child.kill()
    assert (child.returncode, errors) == (130, "")
    assert "the search ended early (interrupted)" in out
    assert "partnersim run hay-shrunk.yaml" in out
    parse_scenario((tmp_path / "hay-shrunk.yaml").read_text(), "hay-shrunk.yaml")


def explored(file: str, partner: str, count: int, seed: int, effort: Effort = ONCE) -> Explored:
    receiver = parse_receiver(file, "receiver.yaml", {"PARTNERSIM_SAMPLE_AUTHORIZATION": "Bearer secret-secret"})
    with reference_for(receiver, partner) as reference:
        return explore(receiver, partner, count=count, seed=seed, effort=effort, reference=reference)


@pytest.mark.parametrize("partner", ["clevertap", "reachfive"])
def test_random_schedules_find_nothing_in_the_sample_receiver(partner: str, tmp_path: Path) -> None:
    assert_nothing_found(partner, tmp_path, count=4)


@pytest.mark.deep
@pytest.mark.parametrize("partner", ["clevertap", "reachfive"])
def test_two_hundred_random_schedules_find_nothing_in_it(partner: str, tmp_path: Path) -> None:
    assert_nothing_found(partner, tmp_path, count=200)


def assert_nothing_found(partner: str, folder: Path, count: int) -> None:
    app = create_app(folder / "sample.sqlite", authorization="Bearer secret-secret")
    with running(app) as url:
        made = explored(receiver_file(url, "Bearer secret-secret"), partner, count, seed=77)
    close(app)
    assert (made.found, made.inconclusive, made.schedules, made.exit_code) == ((), (), count, 0)
    assert made.passed > 2 * count


@pytest.mark.deep
@pytest.mark.parametrize("flaw", ["copy", "late"])
def test_random_schedules_find_a_flaw_and_cut_it_down(flaw: str) -> None:
    with small_receiver(flaw) as (_, file):
        made = explored(file, "clevertap", 8, seed=1)
    assert made.failed
    assert made.exit_code == 1
    smallest = min(one.shrunk.after for one in made.found if isinstance(one.shrunk, Shrunk))
    assert smallest == 2


def test_the_command_writes_what_it_found(tmp_path: Path, partnersim: Command, answering: Answering) -> None:
    """One that reads no chunked body; that a claim is broken is found by the longer ones."""
    answering.rule = lambda body, _: 200 if body else 400
    words = ("explore", "--partner", "clevertap", "--to", answering.url, "--count", "1", "--seed", "28")
    done = partnersim(*words, "--runs", "1/1", "--max-tries", "4")
    assert (done.returncode, done.stderr) == (1, "")
    (written,) = tmp_path.glob("schedule-*-shrunk.yaml")
    assert f"partnersim run {written.name} --to {answering.url}" in done.stdout
    assert "\n✗ schedule of seed 28 failed: " in done.stdout
    assert done.stdout.endswith("\nExit code 1: the receiver broke a promise that must be kept.\n")
    unknown = partnersim("explore", "--partner", "nobody", "--to", answering.url)
    assert unknown.returncode == 2
    assert "there are of clevertap, reachfive" in unknown.stderr
