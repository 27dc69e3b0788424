"""The rules against receivers with a flaw each, which they must catch, and against right ones, which keep them all."""

import multiprocessing
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from simulator.authoring import shipped_rules
from simulator.sample.flaws import FLAWS
from tests.acceptance.conftest import Command, clean_environment
from tests.flaws import BEGIN, END, finding, main, table
from tests.subjects import FLAWED, RIGHT, ROOT, Found, Subject, caught, held

IN_EVERY_RUN = [
    one if one.make == "sample" else pytest.param(one, marks=pytest.mark.deep) for one in FLAWED
]  # those that people are offered; all the others in `make deep`, and in the matrix
RACE = Subject("sample", "repeats/at-once")
OF_SLOW_BODIES = Subject("plain", "http/slow-body")
WITH_EACH = ("http/get", "cut/at-once", "cut/after-body", "order/any-order", "order/end-first", "time/day-first")
OF_OTHER_MAKE = [one for one in RIGHT if one.make != "sample"]  # the sample has a test of its own: test_conform.py


class Asked(NamedTuple):
    """What a test wants to know of a receiver: what its own rule finds, or all of them do; `timeout` as in its file."""

    subject: Subject
    every_rule: bool = False
    timeout: str = "4s"

    def find(self) -> Found:
        return held(self.subject) if self.every_rule else caught(self.subject, self.timeout)

    def __str__(self) -> str:
        return f"{self.subject.flaw} {self.timeout}"


@pytest.fixture(scope="module")
def found(request: pytest.FixtureRequest) -> Iterator[dict[Asked, "Future[Found]"]]:
    """What becomes of each receiver that a chosen test asks for; they are held against their rules several at once."""
    told = [one for item in request.session.items if hasattr(item, "callspec") for one in item.callspec.params.values()]
    subjects = [Asked(one, every_rule=not one.flaw) for one in told if isinstance(one, Subject) and not one.missing]
    chosen = dict.fromkeys([*(one for one in told if isinstance(one, Asked)), *subjects])
    pool = ThreadPoolExecutor(12)
    try:
        yield {one: pool.submit(one.find) for one in sorted(chosen, key=lambda one: not one.every_rule)}
    finally:
        pool.shutdown(cancel_futures=True)


Results = dict[Asked, "Future[Found]"]


class Demo(NamedTuple):
    """What `partnersim demo` said in its folder, where all of it is kept."""

    folder: Path
    ended: "subprocess.CompletedProcess[str]"


def demo(folder: Path, *words: str) -> Demo:
    ended = subprocess.run(
        [sys.executable, "-m", "simulator", "demo", *words, "--keep", "kept"],
        cwd=folder, env=clean_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8",
        timeout=180, check=False,
    )  # fmt: skip
    return Demo(folder, ended)


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, "Future[Demo]"]]:
    """Of receivers with a flaw: side by side, since most of it is waiting."""
    flaws = {"repeats/at-once": (), "meaning/failed": ("--seed", "7")}
    with ThreadPoolExecutor() as pool:
        yield {
            flaw: pool.submit(demo, tmp_path_factory.mktemp("demo"), "--flaw", flaw, *more)
            for flaw, more in flaws.items()
        }


@pytest.mark.parametrize("subject", IN_EVERY_RUN, ids=str)
def test_a_flaw_is_caught_by_the_rule_that_is_meant_to(subject: Subject, found: Results) -> None:
    assert finding(subject, found[Asked(subject)].result(timeout=120)) == ""


@pytest.mark.parametrize("asked", [Asked(OF_SLOW_BODIES, timeout=one) for one in ("1s", "2s")], ids=str)
def test_who_reads_one_body_at_a_time_is_caught_also_where_the_timeout_is_shorter_than_the_body(
    asked: Asked, found: Results
) -> None:
    assert finding(asked.subject, found[asked].result(timeout=180)) == ""


@pytest.mark.parametrize("asked", [Asked(Subject("plain", name)) for name in WITH_EACH], ids=str)
def test_with_each_partner_that_it_is_played_with_the_rule_catches_its_flaw(asked: Asked, found: Results) -> None:
    what = found[asked].result(timeout=180)
    assert set(what.outcomes.values()) == {"failed"}, what


@pytest.mark.parametrize("asked", [Asked(Subject("plain", "order/end-only"), every_rule=True)], ids=str)
def test_a_receiver_that_takes_no_end_without_its_start_fails_by_what_begins_with_an_end_alone(
    asked: Asked, found: Results
) -> None:
    """Whatever is about something else tells it of the start first."""
    failed = found[asked].result(timeout=180).failed()
    assert failed == ["order/end-first", "order/end-only", "order/late-start", "order/same-second"]


@pytest.mark.parametrize("subject", OF_OTHER_MAKE, ids=str)
def test_a_right_receiver_keeps_every_rule(subject: Subject, found: Results) -> None:
    if subject.missing:
        pytest.skip(subject.missing)
    what = found[Asked(subject, every_rule=True)].result(timeout=180)
    assert finding(subject, what) == ""
    assert {rule for rule, _ in what.outcomes} == set(shipped_rules())


def test_every_rule_has_a_receiver_that_breaks_it_and_every_flaw_a_rule() -> None:
    assert {subject.rule for subject in FLAWED} == set(shipped_rules())


def test_what_is_not_caught_and_what_fails_wrongly_is_a_finding() -> None:
    rule = ("auth/absent", "clevertap")
    flawed, right = Subject("sample", "auth/absent"), Subject("node")
    failed, passed, unclear = (
        Found({rule: one}, {"auth/absent": "must"}) for one in ("failed", "passed", "inconclusive")
    )
    assert finding(flawed, failed) == finding(right, passed) == ""
    assert "not caught" in finding(flawed, passed)
    assert "auth/absent" in finding(right, failed)
    assert "auth/absent" in finding(right, unclear)
    assert "no such command" in finding(right, Found({}, {}, "no such command"))


def test_the_table_says_what_is_not_caught_and_what_fails_beside() -> None:
    rule = ("auth/absent", "clevertap")
    what = Found({rule: "passed", ("auth/empty", "clevertap"): "failed"}, {"auth/absent": "must", "auth/empty": "must"})
    line = table([(Subject("sample", "auth/absent"), what), (Subject("node"), what)]).splitlines()[2:]
    assert line == [f"| {FLAWS['auth/absent'].says} | sample | `auth/absent` | NO | `auth/empty` |"]


def test_readme_tells_of_every_flaw_and_each_is_caught() -> None:
    made = (ROOT / "README.md").read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = re.findall(r"^\| (.+) \| (\w+) \| `(\S+)` \| (yes|NO) \|", made, flags=re.MULTILINE)
    assert sorted(row[:3] for row in rows) == sorted((one.says, one.make, one.rule) for one in FLAWED)
    assert {row[3] for row in rows} == {"yes"}


def test_the_demo_shows_a_newcomer_what_a_flaw_leads_to(demos: dict[str, "Future[Demo]"]) -> None:
    folder, ended = demos["repeats/at-once"].result()
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "sample receiver with the flaw repeats/at-once on http://127.0.0.1:" in ended.stdout
    block = ended.stdout.partition("  scenario  rules/repeats/at-once@clevertap\n")[2].partition("\n      >")[0]
    assert re.search(r"✗ then/1-eventually .*effects 1", block)
    assert re.search(r"showed\s+effects\s+[2-8]\s", block)
    assert re.search(r"^✓ clevertap/one-time-export ", ended.stdout, flags=re.MULTILINE)
    assert "--flaw repeats/at-once\n" in (folder / "kept" / "receiver.yaml").read_text()
    after = ended.stdout.partition("\nExit code 1")[2]
    assert re.search(r"^why +\S", after, flags=re.MULTILINE)
    assert re.search(r"^mend +\S", after, flags=re.MULTILINE)
    assert "\nsee: partnersim explain repeats/at-once\n" in after
    assert "the demo's receiver is gone" in " ".join(after.lower().split())


def test_the_lines_of_a_demo_that_failed_work_once_its_receiver_is_back(demos: dict[str, "Future[Demo]"]) -> None:
    folder, ended = demos["meaning/failed"].result()
    lines = [line.strip() for line in ended.stdout.splitlines()]
    (secret,) = [line for line in lines if line.startswith("export PARTNERSIM_SAMPLE_AUTHORIZATION=")]
    (start,) = [line for line in lines if line.startswith("partnersim receive --port ")]
    again = [line for line in lines if line.startswith("partnersim run rules/meaning/failed@")]
    assert "$AUTHORIZATION" not in ended.stdout
    assert '--header "Authorization: $PARTNERSIM_SAMPLE_AUTHORIZATION"' in ended.stdout
    ours = f"{shlex.quote(sys.executable)} -m simulator "
    ran = [one.replace("partnersim ", ours, 1) for one in (start, again[0])]
    script = "\n".join([secret, *ran, "code=$?", "kill $!", "exit $code"])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the receiver broke a promise" in done.stdout


@pytest.mark.parametrize("command", ["receive", "demo"])
def test_a_flaw_that_there_is_not_is_a_mistake(partnersim: Command, command: str) -> None:
    ended = partnersim(command, "--flaw", "repeats/at-onc")
    assert ended.returncode == 2
    assert "there is no flaw 'repeats/at-onc'; did you mean `repeats/at-once`?" in ended.stderr


def test_the_flaws_are_listed(partnersim: Command) -> None:
    said = partnersim("list", "flaws").stdout
    assert {line.split()[0] for line in said.splitlines()} == set(FLAWS)
    assert all(flaw.says in said for flaw in FLAWS.values())


@pytest.mark.deep
def test_the_whole_matrix_has_no_finding() -> None:
    assert main([str(one) for one in (*RIGHT, *FLAWED)]) == 0


@pytest.mark.deep
def test_a_race_of_five_milliseconds_is_caught_ninety_nine_times_of_a_hundred() -> None:
    assert sum(not finding(RACE, held(RACE, [RACE.rule])) for _ in range(100)) >= 99


@pytest.mark.deep
@pytest.mark.parametrize("subject", RIGHT, ids=str)
def test_a_right_receiver_keeps_every_rule_a_hundred_times_while_every_core_burns(subject: Subject) -> None:
    if subject.missing:
        pytest.skip(subject.missing)
    burning = [multiprocessing.Process(target=burn, daemon=True) for _ in range(multiprocessing.cpu_count())]
    for one in burning:
        one.start()
    try:
        assert [finding(subject, held(subject)) for _ in range(100)] == [""] * 100
    finally:
        for one in burning:
            one.kill()
            one.join()


def burn() -> None:
    while True:
        pass
