"""`partnersim conform` as a user types it: against the sample receiver, and against some that are worse."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import jsonschema
import pytest

from simulator.authoring import load_rule, shipped_rules
from simulator.cli import run
from simulator.cli.demo_command import sample_receiver
from simulator.documents import schema
from simulator.sample import AUTHORIZATION_VARIABLE, receiver_file
from tests.acceptance.conftest import Answering, Command, clean_environment
from tests.acceptance.own_rule import OWN
from tests.receivers.correct.plain_http import Answer, Line, Refused, Request
from tests.receivers.correct.plain_receiver import Receiver, listening

SECRET = {AUTHORIZATION_VARIABLE: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}
ONE = ("--partner", "clevertap")
BOTH = (*ONE, "--partner", "reachfive")
WHOLE = 60.0  # seconds that all rules may take


def own(folder: Path, name: str, level: str = "must", status: str = "200") -> Path:
    file = folder / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(OWN.format(name=name, level=level, status=status))
    return file


@pytest.fixture(scope="module")
def sample() -> Iterator[str]:
    with sample_receiver() as url:
        yield url


@pytest.fixture
def receiver(tmp_path: Path, sample: str) -> Path:
    file = tmp_path / "receiver.yaml"
    file.write_text(receiver_file(sample, ""))
    return file


def test_the_sample_receiver_keeps_every_rule_that_ships_in_less_than_a_minute(
    partnersim: Command, receiver: Path, tmp_path: Path
) -> None:
    began = time.monotonic()
    ended = partnersim("conform", "--receiver", receiver, "--json", "--report", "junit=rules.xml", env=SECRET)
    took = time.monotonic() - began
    told = json.loads(ended.stdout)
    pairs = [(name, partner) for name in shipped_rules() for partner in load_rule(name).played]
    found = [(one["rule"], one["scenario"].rpartition("@")[2]) for one in told["verdicts"]]
    assert found == pairs
    strict = {(one["rule"], one["outcome"]) for one in told["verdicts"] if one["level"] != "may"}
    assert {one for one in strict if one[1] not in {"passed", "not-applicable"}} == set(), ended.stderr
    assert ended.returncode == 0, ended.stderr
    assert took < WHOLE
    jsonschema.validate(told, dict(schema("report").content))
    root = ET.parse(tmp_path / "rules.xml").getroot()
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == (str(len(pairs)), "0", "0")
    assert {one.get("classname") for one in root.iter("testcase")} == {f"rules/{name}@{who}" for name, who in pairs}


def test_a_receiver_that_lets_everybody_in_fails_and_is_told_how_to_mend_it(
    partnersim: Command, answering: Answering, tmp_path: Path
) -> None:
    words = ["--to", answering.url, "--authorization", "Bearer abcdefgh", "--partner", "clevertap"]
    ended = partnersim("conform", *words, "--select", "auth/absent", "--seed", "5")
    assert ended.returncode == 1
    assert "✗ auth/absent" in ended.stdout
    assert "(confirmed by a second run with fresh ids)" in ended.stdout
    rule = load_rule("auth/absent")
    assert rule.why.split()[0:5] == ended.stdout.partition("\n      why ")[2].split()[0:5]
    assert "      mend      " in ended.stdout
    assert "auth     0/1 must\n" in ended.stdout
    assert ended.stdout.endswith("Exit code 1: the receiver broke a promise that must be kept.\n")
    line = next(one for one in ended.stdout.splitlines() if "partnersim run rules/auth/absent@clevertap" in one)
    first = [body for _, _, body in answering.requests][:2]
    answering.requests.clear()
    again = partnersim(*shlex.split(line.replace('"$AUTHORIZATION"', "'Bearer abcdefgh'"))[1:])
    assert again.returncode == 1
    assert [body for _, _, body in answering.requests][:2] == first


def test_without_credentials_their_rules_are_not_applicable_and_say_why(
    partnersim: Command, answering: Answering
) -> None:
    ended = partnersim("conform", "--to", answering.url, *BOTH, "--select", "auth")
    assert ended.returncode == 4
    assert answering.requests == []
    assert "no `authorization`" in ended.stdout
    assert "auth/absent (clevertap, reachfive)" in ended.stdout


def test_without_a_probe_the_state_is_not_judged_and_what_would_settle_it_is_said(
    partnersim: Command, answering: Answering
) -> None:
    ended = partnersim("conform", "--to", answering.url, *BOTH, "--select", "repeats/one-after-another")
    assert ended.returncode == 4
    assert "no probe" in ended.stdout


def test_a_receiver_that_refuses_what_is_genuine_is_not_blamed_for_the_rest(
    partnersim: Command, answering: Answering
) -> None:
    answering.rule = lambda *_: 500
    words = ["--to", answering.url, "--authorization", "Bearer abcdefgh", *BOTH, "--select", "auth/absent"]
    ended = partnersim("conform", *words, "--json")
    outcomes = [one["outcome"] for one in json.loads(ended.stdout)["verdicts"]]
    assert outcomes == ["not-applicable", "not-applicable"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--select", "auht"], "did you mean `auth`"),
        (["--select", "auth/absnt"], "did you mean `auth/absent`"),
        (["--select", "zz*"], "no rule is like 'zz*'"),
        (["--ignore", "zz*"], "no rule is like 'zz*'"),
        (["--select", "auth", "--ignore", "auth/*"], "no rule is left"),
        (["--partner", "clevrtap"], "did you mean `clevertap`"),
        (["--rules", "nowhere"], "there is no folder"),
        (["--fail-on", "may"], "fail-on"),
        (["--start", "2026-01-05T00:00:00Z"], "--start"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_sent(
    partnersim: Command, answering: Answering, words: list[str], said: str
) -> None:
    ended = partnersim("conform", "--to", answering.url, *words)
    assert (ended.returncode, answering.requests) == (2, [])
    assert said in ended.stderr


@pytest.mark.parametrize(
    ("rule", "remedy"),
    [
        (
            "ack/documented-sample",
            "say --partner clevertap or --partner reachfive, each that it takes; or give a receiver",
        ),
        ("meaning/partial-failure", "say --partner reachfive; or give a receiver file with --receiver"),
    ],
)
def test_a_url_is_not_blamed_for_the_notifications_of_a_partner_that_nobody_named(
    partnersim: Command, answering: Answering, rule: str, remedy: str
) -> None:
    answering.rule = lambda body, _: 200 if b"Export Request Id" in body else 404  # right, and CleverTap's alone
    words = ("conform", "--to", answering.url, "--select", rule)
    ended = partnersim(*words)
    assert (ended.returncode, ended.stdout, answering.requests) == (2, "", [])
    assert "which partner's notifications that URL takes is not said" in ended.stderr
    assert remedy in ended.stderr
    if rule.startswith("ack"):
        assert partnersim(*words, *ONE).returncode == 0


def test_a_partner_that_the_receiver_does_not_take_is_said_to_be(partnersim: Command, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("receiver: r\nendpoints: {clevertap: {url: http://127.0.0.1:1/}}\n")
    ended = partnersim("conform", "--receiver", "r.yaml", "--partner", "reachfive")
    assert ended.returncode == 2
    assert "no endpoint for `reachfive`" in ended.stderr


def test_rules_of_ones_own_are_played_besides(partnersim: Command, answering: Answering, tmp_path: Path) -> None:
    own(tmp_path / "rules", "ours/two-hundred")
    ended = partnersim("conform", "--to", answering.url, *ONE, "--rules", "rules", "--select", "ours/*", "-v")
    assert ended.returncode == 0, ended.stderr
    assert "✓ ours/two-hundred  An alert is answered with 200 (clevertap)" in ended.stdout
    again = partnersim("run", "rules/ours/two-hundred.yaml@clevertap", "--to", answering.url)
    assert again.returncode == 0, again.stderr


def test_a_rule_cannot_take_the_name_of_one_that_ships(
    partnersim: Command, answering: Answering, tmp_path: Path
) -> None:
    own(tmp_path / "rules", "auth/absent")
    ended = partnersim("conform", "--to", answering.url, "--rules", "rules")
    assert (ended.returncode, answering.requests) == (2, [])
    assert "there is a rule 'auth/absent' already" in ended.stderr


def test_all_mistakes_of_all_rules_are_told_and_nothing_is_sent(
    partnersim: Command, answering: Answering, tmp_path: Path
) -> None:
    for name in ("ours/a", "ours/b"):
        own(tmp_path / "rules", name, status="sometimes")
    read = partnersim("conform", "--to", answering.url, "--rules", "rules")
    for name in ("ours/a", "ours/b"):
        assert f"rules/{name}.yaml:14:22: " in read.stderr
        file = own(tmp_path / "rules", name)
        odd = "    timeline:\n      odd: {event: completed, export: one, set: {Status: No}}\n    expect:"
        file.write_text(file.read_text().replace("    expect:", odd))
    planned = partnersim("conform", "--to", answering.url, *ONE, "--rules", "rules", "--select", "ours")
    assert "rules/ours/a.yaml:14:" in planned.stderr
    assert "rules/ours/b.yaml:14:" in planned.stderr
    assert (read.returncode, planned.returncode, answering.requests) == (2, 2, [])
    checked = partnersim("validate", "rules")
    assert checked.returncode == 2
    assert "2 files, 2 wrong" in checked.stdout


def test_a_should_fails_the_run_only_when_asked(partnersim: Command, answering: Answering, tmp_path: Path) -> None:
    answering.rule = lambda body, _: 200 if b"Amazon" in body else 204
    own(tmp_path / "rules", "ours/should", "should")
    own(tmp_path / "rules", "ours/may", "may")
    must = own(tmp_path / "rules", "ours/must", "must", "ack")
    must.write_text(must.read_text().replace("one time,", "one time, partner: Amazon S3,"))
    words = ["conform", "--to", answering.url, *ONE, "--rules", "rules", "--select", "ours"]
    mild = partnersim(*words, "--report", "junit=mild.xml")
    assert mild.returncode == 0, mild.stdout
    assert "1 that should be kept was not" in mild.stdout
    assert ET.parse(tmp_path / "mild.xml").getroot().get("failures") == "0"
    strict = partnersim(*words, "--fail-on", "should", "--report", "junit=strict.xml", "--report", "json=strict.json")
    assert strict.returncode == 1
    levels = {one["rule"]: one["level"] for one in json.loads((tmp_path / "strict.json").read_text())["verdicts"]}
    assert levels == {"ours/must": "must", "ours/should": "should", "ours/may": "may"}
    assert ET.parse(tmp_path / "strict.xml").getroot().get("failures") == "1"
    assert "ours/may" in strict.stdout


def test_the_text_report_is_what_people_are_shown_in_full(
    partnersim: Command, answering: Answering, tmp_path: Path
) -> None:
    words = ["conform", "--to", answering.url, *ONE, "--select", "ack/documented-sample", "--report", "text=r.txt"]
    ended = partnersim(*words, "-v", "--seed", "3")
    assert (tmp_path / "r.txt").read_text("utf-8") == ended.stdout
    quiet = partnersim(*words, "-q")
    assert quiet.stdout == ""


class WithoutAWord(Line):
    """Whatever is refused at the hook is refused by the end of the connection."""

    async def answer(self, request: Request) -> Answer:
        try:
            answer = await super().answer(request)
        except Refused as error:
            answer = Answer(error.status)
        if request.path.startswith("/hooks/") and answer.status >= 400:
            raise ConnectionAbortedError
        return answer


class HangsUp(Receiver):
    line = WithoutAWord


class HangsUpTooLate(HangsUp):
    """It has kept the notification by the time that it looks who sent it."""

    async def hook(self, request: Request, provider: str) -> Answer:
        note = self.read(provider, self.fields(request), request)
        if note:
            await self.keep(note)
        return await super().hook(request, provider)


REFUSING = ("auth", "payload/array", "payload/unknown-status", "http/get", "http/truncated-body")


@pytest.mark.parametrize(("made", "ends"), [(HangsUp, {"passed"}), (HangsUpTooLate, {"failed"})])
def test_refusing_by_hanging_up_is_refusing_and_an_effect_all_the_same_is_found(
    partnersim: Command, tmp_path: Path, made: type[Receiver], ends: set[str]
) -> None:
    secret = SECRET[AUTHORIZATION_VARIABLE]
    rules = REFUSING if made is HangsUp else ("auth/absent", "auth/wrong")
    with listening(made(secret, tmp_path / "told.ndjson")) as port:
        (tmp_path / "receiver.yaml").write_text(receiver_file(f"http://127.0.0.1:{port}", secret))
        words = [word for rule in rules for word in ("--select", rule)]
        ended = partnersim("conform", "--receiver", "receiver.yaml", *words, "--json", "--journal", "j", env=SECRET)
    report = json.loads(ended.stdout)
    told = report["verdicts"]
    assert {one["outcome"] for one in told} == ends, ended.stderr
    if made is HangsUp:
        settled = [one["because"] for one in told if one["rule"].startswith("auth/")]
        assert all("in a second run, each delivery on a connection of its own" in one for one in settled)
    again = json.loads(partnersim("judge", "j", "--json").stdout)
    assert again["verdicts"] == told


def test_a_receiver_that_is_not_there_is_never_reached_and_nothing_is_played(
    partnersim: Command, closed_port: str, tmp_path: Path
) -> None:
    ended = partnersim("conform", "--to", closed_port, *BOTH, "--explore", "3", "--journal", "journals")
    assert ended.returncode == 3
    assert f"nobody is there at {closed_port}/: refused" in ended.stderr
    assert "start the receiver" in ended.stderr
    assert ended.stdout == ""
    assert not (tmp_path / "journals").exists(), "nothing was played"


def test_where_one_of_two_partners_finds_somebody_the_other_ones_rules_say_that_nothing_was_reached(
    partnersim: Command, answering: Answering, closed_port: str, tmp_path: Path
) -> None:
    urls = f"clevertap: {{url: '{closed_port}/'}}, reachfive: {{url: '{answering.url}/'}}"
    (tmp_path / "r.yaml").write_text(f"receiver: r\nendpoints: {{{urls}}}\n")
    words = ["conform", "--receiver", "r.yaml", "--select", "ack/documented-sample"]
    ended = partnersim(*words)
    assert "nothing of it reached the receiver" in ended.stdout
    assert answering.requests, "the other one was played"
    alone = partnersim(*words, "--partner", "clevertap")
    assert alone.returncode == 3
    assert f"nobody is there at {closed_port}/" in alone.stderr
    assert answering.url not in alone.stderr


def test_one_that_is_gone_after_its_first_answer_is_played_to_the_end(partnersim: Command, tmp_path: Path) -> None:
    for name in ("ours/a", "ours/b"):
        own(tmp_path / "rules", name)
    door = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{door.getsockname()[1]}"

    def one_answer() -> None:
        while True:
            line, _ = door.accept()
            with line:
                if line.recv(65536):
                    door.close()
                    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    return

    answering = Thread(target=one_answer, daemon=True)
    answering.start()
    words = ["--rules", "rules", "--select", "ours", "--at-once", "1", "--json"]
    ended = partnersim("conform", "--to", url, *ONE, *words)
    answering.join(timeout=10)
    assert [one["outcome"] for one in json.loads(ended.stdout)["verdicts"]] == ["passed", "inconclusive"]


def test_when_it_is_interrupted_what_happened_so_far_is_told(tmp_path: Path, answering: Answering) -> None:
    for number in range(30):
        file = own(tmp_path / "rules", f"ours/r{number}")
        file.write_text(file.read_text().replace("instant}", "real}").replace("one time, ", "one time, takes: 2s, "))
    words = ["conform", "--to", answering.url, *ONE, "--rules", "rules", "--select", "ours", "--report", "json=r.json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=clean_environment(),
    )
    patience = time.monotonic() + 20
    while not answering.requests and time.monotonic() < patience:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"not played" in said
    assert b"interrupted" in said
    report = json.loads((tmp_path / "r.json").read_text())
    assert 0 < report["scenarios"] < 30
    assert report["exit_code"] == 130


@pytest.mark.parametrize("name", shipped_rules())
def test_every_rule_is_explained_and_listed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", name]) == 0
    said = capsys.readouterr().out
    rule = load_rule(name)
    assert said.startswith(f"{name} ({rule.level})\n\n")
    for word in ("source  ", "why  ", "usually  ", "mend  ", *(f"\nwith {one}\n" for one in rule.played), "answers"):
        assert word in said
    assert max(map(len, said.splitlines())) <= 102


def test_list_says_the_same_of_rules_to_people_and_programs(partnersim: Command) -> None:
    told = json.loads(partnersim("list", "rules", "--json").stdout)
    words = partnersim("list", "rules").stdout
    assert [one["name"] for one in told] == list(shipped_rules())
    for one in told:
        assert set(one) == {"name", "level", "partners", "says"}
        line = next(line for line in words.splitlines() if line.startswith(f"{one['name']} "))
        assert f"{one['level']} " in line
        assert line.endswith(one["says"])


def test_a_name_that_is_no_rule_gets_the_one_that_may_be_meant(partnersim: Command) -> None:
    ended = partnersim("explain", "auth/absnt")
    assert ended.returncode == 2
    assert "there is no rule 'auth/absnt'; did you mean `auth/absent`" in ended.stderr


def test_rules_are_played_alone_and_by_pattern(partnersim: Command, receiver: Path) -> None:
    alone = partnersim("run", "rules/auth/absent@reachfive", "--receiver", receiver, "--json", env=SECRET)
    assert (alone.returncode, json.loads(alone.stdout)["scenarios"]) == (0, 1)
    several = partnersim("run", "rules/auth/a*", "--receiver", receiver, "--json", env=SECRET)
    assert (several.returncode, json.loads(several.stdout)["scenarios"]) == (0, 2)


def test_run_leaves_rules_in_a_folder_to_conform(partnersim: Command, answering: Answering, tmp_path: Path) -> None:
    own(tmp_path / "mine", "ours/rule")
    (tmp_path / "mine" / "one.yaml").write_text("scenario: s\nprovider: clevertap\nexports: {one: {takes: 0s}}\n")
    ended = partnersim("run", "mine", "--to", answering.url, "--json")
    assert (ended.returncode, json.loads(ended.stdout)["scenarios"]) == (0, 1)
    named = partnersim("run", "mine/ours/rule.yaml", "--to", answering.url)
    assert named.returncode == 2
    assert "mine/ours/rule.yaml@clevertap" in named.stderr


def test_rule_files_are_validated_and_have_a_schema(partnersim: Command, tmp_path: Path) -> None:
    own(tmp_path, "ours/right")
    ended = partnersim("validate", "ours/right.yaml", "--json")
    assert json.loads(ended.stdout)["files"] == [{"file": "ours/right.yaml", "valid": True, "kind": "rule"}]
    assert json.loads(partnersim("schema", "rule").stdout)["$id"] == "urn:partnersim:rule"
