"""`partnersim load` as a user types it: processes that send, receivers that keep what they take or do not."""

import csv
import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import RealClock
from simulator.documents import schema
from simulator.journal import Journal
from simulator.load.orders import shard_of
from simulator.load.variables import ORDERS, WORKER
from simulator.sample import close, create_app, running
from simulator.sample import receiver_file as sample_file
from simulator.sample.flaws import FLAWS
from tests.acceptance.conftest import Answering, Command, children, gone, keep_statuses, measured_alone, until

pytestmark = [
    pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed: pip install '.[load]'"),
    pytest.mark.xdist_group("load"),  # one at a time: they look at their own lateness
]
SCENARIO = "scenario: Fleet\nprovider: clevertap\nexports:\n  nightly: {frequency: one time, takes: 1h}\n"
SHORT = ("--rate", "60/s", "--for", "1s", "--life", "200ms", "--window", "300ms", "--sender-lateness", "30s")
LONG = ("--rate", "60/s", "--life", "200ms", "--window", "300ms", "--sender-lateness", "30s", "--workers", "2")


def receiver_file(folder: Path, url: str, *, probe: bool = True) -> str:
    """A receiver file for one that takes everything at `url` and shows its state there, too."""
    state = f'probes:\n  export:\n    get: "{url}/exports/{{id}}"\n    select: {{status: "$.status"}}\n'
    text = f'receiver: mine\nendpoints:\n  "*": {{url: "{url}/hooks"}}\n{state if probe else ""}'
    (folder / "receiver.yaml").write_text(text)
    (folder / "fleet.yaml").write_text(SCENARIO)
    return "receiver.yaml"


@pytest.fixture
def keeping(answering: Answering) -> Answering:
    """A receiver that keeps the last status of each export."""
    keep_statuses(answering)
    return answering


class Running:
    """A load in a process of its own that goes on until it is ended."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder / "load"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "load", "fleet.yaml", *words, "--journal", str(self.folder), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=measured_alone(),
            text=True,
        )

    def senders(self) -> dict[str, int]:
        """The processes it started: number of the worker, "" for the one that holds them, and its pid."""
        return {_environment(pid).get(WORKER, ""): pid for pid in children(self.process.pid)}

    def until_it_sends(self) -> None:
        for number in (0, 1):
            until(partial(_outcomes, shard_of(self.folder, number)), 60.0)


def _outcomes(shard: Path) -> int:
    """How many stand in it so far."""
    with suppress(FileNotFoundError):
        return shard.read_bytes().count(b'"kind":"outcome"')
    return 0


def _environment(pid: int) -> dict[str, str]:
    told = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(one.split("=", 1) for one in told if "=" in one)


@pytest.fixture
def long_load(tmp_path: Path, keeping: Answering, request: pytest.FixtureRequest) -> Iterator[Running]:
    """One that is being sent by two workers, for as long as the test says."""
    file = receiver_file(tmp_path, keeping.url)
    running = Running(tmp_path, "--receiver", file, *LONG, "--for", getattr(request, "param", "12s"))
    try:
        running.until_it_sends()
        yield running
    finally:
        running.process.kill()
        running.process.communicate()


def verdicts(told: Any) -> dict[str, str]:
    return {one["rule"]: one["outcome"] for one in told["verdicts"]}


def test_effects_are_followed_also_when_all_was_sent(partnersim: Command, tmp_path: Path, keeping: Answering) -> None:
    """Every export shows three seconds after somebody first asked for it; the load takes one."""
    clock, first, shows = RealClock(), dict[str, float](), keeping.state

    def show(path: str) -> tuple[int, bytes]:
        return shows(path) if clock.now() > first.setdefault(path, clock.now()) + 3.0 else (404, b"")

    keeping.state = show
    words = ("--window", "5s", "--threshold", "effect_max<1s", "--threshold", "drain<1m", "--json")
    ended = partnersim("load", "fleet.yaml", "--receiver", receiver_file(tmp_path, keeping.url), *SHORT, *words)
    told = json.loads(ended.stdout)
    assert verdicts(told)["load/threshold/effect_max"] == "failed"
    assert verdicts(told)["load/threshold/drain"] == "passed"
    assert told["load"]["unshown"]["number"] == 0
    assert told["load"]["effect"]["max"] > 3.0
    assert 0.0 < told["load"]["drain"]["not_before"] < told["load"]["drain"]["not_after"]
    assert ended.returncode == 1


def test_a_receiver_that_keeps_all_passes_and_every_report_says_so(
    partnersim: Command, tmp_path: Path, keeping: Answering
) -> None:
    words = ("--report", "html=out/load.html", "--report", "junit=out/load.xml", "--report", "locust-html=out/own.html")
    file = receiver_file(tmp_path, keeping.url)
    (tmp_path / "out").mkdir()
    ended = partnersim("load", "fleet.yaml", "--receiver", file, *SHORT, "--workers", "2", "--json", *words)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout)
    assert schema("report").accepts(told), schema("report").explain(told)
    load = told["load"]
    assert load["planned"] == load["sent"] == load["acknowledged"] == len(keeping.requests)
    assert load["ledger"]["checked"] == load["ledger"]["known"] > 0
    assert len(load["shares"]) == 2
    assert "<svg" in (tmp_path / "out/load.html").read_text()
    assert ET.parse(tmp_path / "out/load.xml").getroot().attrib["failures"] == "0"
    assert "Locust" in (tmp_path / "out/own.html").read_text()


def test_a_receiver_that_forgets_what_it_acknowledged_fails(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    file = receiver_file(tmp_path, answering.url)
    ended = partnersim("load", "fleet.yaml", "--receiver", file, *SHORT, "--json")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    told = json.loads(ended.stdout)
    assert verdicts(told)["load/kept"] == "failed"
    assert told["load"]["ledger"]["lost"] == told["load"]["ledger"]["known"] > 0
    assert "partnersim load fleet.yaml --receiver receiver.yaml --rate 60/s" in told["verdicts"][0]["reproduce"]


def test_a_threshold_that_is_broken_fails(partnersim: Command, tmp_path: Path, keeping: Answering) -> None:
    file = receiver_file(tmp_path, keeping.url)
    ended = partnersim("load", "fleet.yaml", "--receiver", file, *SHORT, "--json", "--threshold", "ack_p99<1ms")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    failed = {rule for rule, outcome in verdicts(json.loads(ended.stdout)).items() if outcome == "failed"}
    assert failed == {"load/threshold/ack_p99"}


def test_without_a_probe_nothing_is_known_but_the_figures(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    file = receiver_file(tmp_path, answering.url, probe=False)
    ended = partnersim("load", "fleet.yaml", "--receiver", file, *SHORT)
    assert ended.returncode == 4, ended.stdout + ended.stderr
    assert "nothing could be looked at" in ended.stdout
    assert f"{len(answering.requests)}, {len(answering.requests)} acknowledged" in ended.stdout


def test_users_of_both_partners_find_that_the_right_receiver_lost_nothing(partnersim: Command, tmp_path: Path) -> None:
    app = create_app(tmp_path / "sample.sqlite", authorization="Bearer secret-secret")
    users = ("--model", "closed", "--users", "5", "--for", "2s", "--window", "1s", "--sender-lateness", "30s")
    with running(app) as url:
        (tmp_path / "receiver.yaml").write_text(sample_file(url, "Bearer secret-secret"))
        ended = partnersim(
            "load", "--receiver", "receiver.yaml", *users, "--json",
            env={"PARTNERSIM_SAMPLE_AUTHORIZATION": "Bearer secret-secret"},
        )  # fmt: skip
    close(app)
    told = json.loads(ended.stdout)
    assert ended.returncode == 0, ended.stdout
    assert told["load"]["ledger"]["lost"] == 0
    assert told["load"]["ledger"]["checked"] > 5


def test_users_find_one_that_takes_both_of_two_copies_at_once_for_new(partnersim: Command, tmp_path: Path) -> None:
    flaw = FLAWS["repeats/at-once"]
    app = create_app(tmp_path / "sample.sqlite", authorization="Bearer secret-secret", flaw=flaw)
    users = ("--model", "closed", "--users", "5", "--for", "2s", "--window", "1s", "--repeat", "40%")
    with running(app) as url:
        (tmp_path / "receiver.yaml").write_text(sample_file(url, "Bearer secret-secret"))
        ended = partnersim(
            "load", "load/reachfive", "--receiver", "receiver.yaml", *users, "--json",
            env={"PARTNERSIM_SAMPLE_AUTHORIZATION": "Bearer secret-secret"},
        )  # fmt: skip
    close(app)
    assert ended.returncode == 1, ended.stdout
    assert json.loads(ended.stdout)["load"]["ledger"]["twice"] > 0


FAULTY = """scenario: Cut
provider: clevertap
exports:
  nightly: {frequency: one time, takes: 1h}
timeline:
  cut: {event: completed, export: nightly, at: 30m, fault: {truncate: 60%}}
  gone: {event: completed, export: nightly, at: 40m, fault: {hang-up: {after: 0s, end: reset}}}
"""


@pytest.mark.parametrize("mix", [(), ("--malformed", "10%", "--unauthorized", "10%")], ids=["alone", "beside a mix"])
def test_faults_on_the_wire_are_sent_and_what_is_genuine_is_judged(
    partnersim: Command, tmp_path: Path, mix: tuple[str, ...]
) -> None:
    app = create_app(tmp_path / "sample.sqlite", authorization="Bearer secret-secret")
    with running(app) as url:
        (tmp_path / "receiver.yaml").write_text(sample_file(url, "Bearer secret-secret"))
        (tmp_path / "cut.yaml").write_text(FAULTY)
        ended = partnersim(
            "load", "cut.yaml", "--receiver", "receiver.yaml", *SHORT, *mix, "--json", "--journal", "j",
            env={"PARTNERSIM_SAMPLE_AUTHORIZATION": "Bearer secret-secret"},
        )  # fmt: skip
    close(app)
    assert ended.returncode == 0, ended.stdout
    attempts = list(Journal.open(tmp_path / "j" / "load.ndjson").attempts())
    assert all(one.hung_up for one in attempts if one.fault)
    assert json.loads(ended.stdout)["load"]["ledger"]["checked"] == sum(one.fault for one in attempts) / 2 > 5


def test_where_nobody_listens_nothing_is_started(partnersim: Command, tmp_path: Path, closed_port: str) -> None:
    file = receiver_file(tmp_path, closed_port)
    ended = partnersim("load", "fleet.yaml", "--receiver", file, *SHORT, "--journal", "j")
    assert ended.returncode == 3
    assert "nobody is there" in ended.stderr
    assert list((tmp_path / "j").iterdir()) == []


@pytest.mark.parametrize("long_load", ["7s"], indirect=True)
def test_a_worker_that_is_killed_costs_its_share_and_no_other(long_load: Running) -> None:
    killed = long_load.senders()["1"]
    os.kill(killed, signal.SIGKILL)
    until(lambda: gone(killed))
    stdout, stderr = long_load.process.communicate(timeout=80)
    assert long_load.process.returncode == 4, stdout + stderr
    told = json.loads(stdout)
    first, second = told["load"]["shares"]
    assert (first["lost"], first["sent"]) == ("", first["planned"])
    assert second["lost"].startswith("was killed by SIGKILL after ")
    assert second["sent"] < second["planned"]
    assert told["load"]["unsent"] == second["planned"] - second["sent"]
    assert verdicts(told)["load/all-sent"] == "inconclusive"
    (because,) = [one["because"] for one in told["verdicts"] if one["rule"] == "load/all-sent"]
    assert f"worker 1: {second['lost']}" in because


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_every_process_and_what_was_sent_is_judged(long_load: Running, number: int, code: int) -> None:
    senders = long_load.senders()
    assert set(senders) == {"", "0", "1"}
    long_load.process.send_signal(number)
    stdout, stderr = long_load.process.communicate(timeout=60)
    assert long_load.process.returncode == code, stdout + stderr
    assert all(gone(pid) for pid in senders.values())
    told = json.loads(stdout)
    assert told["exit_code"] == code
    assert 0 < told["load"]["sent"] < told["load"]["planned"]
    assert verdicts(told)["load/kept"] == "passed"
    assert "interrupted; what was sent is judged now" in stderr


@pytest.mark.parametrize("long_load", ["24h"], indirect=True)
def test_a_second_signal_ends_it_unjudged_though_it_comes_while_the_processes_are_ended(long_load: Running) -> None:
    senders = long_load.senders()
    os.kill(senders["0"], signal.SIGSTOP)  # it does not end when it is told to
    long_load.process.send_signal(signal.SIGINT)
    until(lambda: gone(senders["1"]))
    long_load.process.send_signal(signal.SIGINT)
    stdout, stderr = long_load.process.communicate(timeout=60)
    assert long_load.process.returncode == 130, stdout + stderr
    assert verdicts(json.loads(stdout)) == {"load/judged": "inconclusive"}
    assert "judged now" not in stderr


@pytest.mark.parametrize("long_load", ["24h"], indirect=True)
def test_of_a_day_what_was_sent_is_judged_when_a_signal_ends_it(long_load: Running) -> None:
    long_load.process.send_signal(signal.SIGINT)
    stdout, stderr = long_load.process.communicate(timeout=60)
    assert long_load.process.returncode == 130, stdout + stderr
    load = json.loads(stdout)["load"]
    assert 0 < load["sent"] < load["planned"] == 60 * 86400
    assert verdicts(json.loads(stdout))["load/kept"] == "passed"


SELDOM = f"""import os
if {ORDERS!r} in os.environ:
    import locust.stats
    locust.stats.CSV_STATS_INTERVAL_SEC = 5
"""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_locust_counted_is_all_that_was_sent(
    partnersim: Command, tmp_path: Path, keeping: Answering, workers: str
) -> None:
    file = receiver_file(tmp_path, keeping.url)
    (tmp_path / "seldom").mkdir()
    (tmp_path / "seldom/sitecustomize.py").write_text(SELDOM)  # so that no file is whole by chance
    words = ("--workers", workers, "--report", "locust-csv=out/own", "--report", "locust-html=own.html")
    env = {"PYTHONPATH": os.pathsep.join(filter(None, [str(tmp_path / "seldom"), os.environ.get("PYTHONPATH")]))}
    ended = partnersim("load", "fleet.yaml", "--receiver", file, *SHORT, "--json", *words, env=env)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with (tmp_path / "out/own_stats.csv").open() as file_of_figures:
        (whole,) = [row for row in csv.DictReader(file_of_figures) if row["Name"] == "Aggregated"]
    assert int(whole["Request Count"]) == json.loads(ended.stdout)["load"]["sent"] > 0
    assert "wrote the locust-html report own.html\n" in ended.stderr
    assert "wrote the locust-csv report out/own_stats.csv\n" in ended.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds a process to the one that started it")
@pytest.mark.parametrize("long_load", ["120s"], indirect=True)
def test_a_load_that_is_killed_takes_its_processes_with_it(long_load: Running) -> None:
    senders = long_load.senders()
    long_load.process.kill()
    until(lambda: all(gone(pid) for pid in senders.values()))


def test_credentials_stand_in_no_file_and_on_no_command_line(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    receiver_file(tmp_path, answering.url)
    secret = "Bearer opensesame-opensesame-9"
    words = ("--to", f"{answering.url}/hooks?key=sesame-open-7", "--authorization", secret, "--journal", "j")
    ended = partnersim("load", "fleet.yaml", *words, *SHORT)
    assert ended.returncode == 4, ended.stdout + ended.stderr
    assert {headers["Authorization"] for _, headers, _ in answering.requests} == {secret}
    assert '--authorization "$AUTHORIZATION"' in ended.stdout
    assert {path for path, _, _ in answering.requests} == {"/hooks?key=sesame-open-7"}
    written = {path.name: path.read_bytes() for path in (tmp_path / "j").iterdir()} | {"": ended.stdout.encode()}
    assert [name for name, data in written.items() if b"opensesame-9" in data or b"open-7" in data] == []


def test_a_journal_of_a_load_is_not_judged_as_if_one_scenario_had_been_played(
    partnersim: Command, tmp_path: Path, keeping: Answering
) -> None:
    file = receiver_file(tmp_path, keeping.url)
    partnersim("load", "fleet.yaml", "--receiver", file, *SHORT, "--journal", "j")
    (tmp_path / "elsewhere.ndjson").write_bytes((tmp_path / "j" / "load.ndjson").read_bytes())
    named = ("j/load.ndjson", "j/shard-000.ndjson", "j", "elsewhere.ndjson")
    for words in ((command, path) for command in ("judge", "report") for path in named):
        ended = partnersim(*words)
        assert (ended.returncode, ended.stdout) == (2, ""), words
        assert f"{words[1]} is of a load, which is judged when it is sent, not from its journals" in ended.stderr
        assert "partnersim load … --report json=PATH" in ended.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--rate", "500"), "'500' is not a rate such as 500/s, 30/m or 100/h"),
        (("--for", "soon"), "'soon' is not a duration"),
        (("--repeat", "5"), "'5' is not a percentage from 0% to 100%, such as 5%"),
        (("--shape", "stedy"), "there is no shape `stedy`; did you mean `steady`?"),
        (("--repeat", "60%", "--stale", "50%"), "the shares come to 110%: repeat 60%, stale 50%"),
        (("--rate", "1/m", "--for", "1s", "--workers", "9"), "are too few for 9 workers"),
        (("--threshold", "losst<1"), "there is no figure `losst`; did you mean `lost`?"),
        (("--report", "pdf=x"), "there is no report format 'pdf'"),
        (("--users", "5"), "--users goes with --model closed"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_sent(
    partnersim: Command, tmp_path: Path, answering: Answering, words: tuple[str, ...], told: str
) -> None:
    file = receiver_file(tmp_path, answering.url)
    ended = partnersim("load", "fleet.yaml", "--receiver", file, *words)
    assert ended.returncode == 2, ended.stderr
    assert told in ended.stderr
    assert answering.requests == []
    assert not (tmp_path / ".partnersim").exists()


def test_without_a_scenario_those_made_for_loads_are_played_that_the_receiver_takes(
    partnersim: Command, tmp_path: Path, answering: Answering
) -> None:
    (tmp_path / "receiver.yaml").write_text(
        f'receiver: mine\nendpoints:\n  reachfive: {{url: "{answering.url}/hooks"}}\n'
    )
    plain = ("--malformed", "0%", "--unauthorized", "0%")  # this receiver takes anything
    ended = partnersim("load", "--receiver", "receiver.yaml", *SHORT, *plain, "--json")
    assert ended.returncode == 4, ended.stdout + ended.stderr
    assert {one["source"] for one in json.loads(ended.stdout)["plays"]} == {"load/reachfive"}
