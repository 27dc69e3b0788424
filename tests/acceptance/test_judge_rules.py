"""What `conform` found, journals say again: `judge` and `report` fold them into the verdicts of its rules."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulator.documents import schema
from tests.acceptance.conftest import Answering, Command
from tests.acceptance.own_rule import OWN

CHOSEN = [word for rule in ("auth/absent", "payload/gzip", "ack", "repeats") for word in ("--select", rule)]


@pytest.fixture
def letting_in(answering: Answering) -> Answering:
    """It lets everybody in, and reads nothing that is compressed."""
    answering.rule = lambda _, headers: 415 if "Content-Encoding" in headers else 200
    return answering


def conform(partnersim: Command, receiver: Answering, *words: str | Path) -> tuple[int, dict[str, Any]]:
    to = ["--to", receiver.url, "--authorization", "Bearer abcdefgh"]
    to += [] if "--partner" in words else ["--partner", "clevertap", "--partner", "reachfive"]
    ended = partnersim("conform", *to, "--seed", "5", "--journal", "j", "--json", *words)
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout)


def judge(partnersim: Command, *words: str | Path) -> tuple[int, dict[str, Any]]:
    ended = partnersim("judge", *words, "--json")
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout)


def played(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The verdicts of what was played: the others have no journal."""
    return [one for one in told["verdicts"] if one["journal"]]


def test_a_folder_that_conform_wrote_is_judged_as_it_was_in_the_run(
    partnersim: Command, letting_in: Answering, tmp_path: Path
) -> None:
    code, told = conform(partnersim, letting_in, *CHOSEN)
    again, judged = judge(partnersim, "j")
    outcomes = {(one["rule"], one["level"]): one["outcome"] for one in played(told)}
    assert outcomes["auth/absent", "must"] == "failed"
    assert outcomes["payload/gzip", "may"] == "failed"
    assert set(outcomes.values()) >= {"failed", "passed", "inconclusive"}, "each kind was there to go wrong"
    assert len(played(told)) > 10, "a name of two figures stands among others"
    assert list(tmp_path.glob("j/*.again*")), "a race was played more than once"
    assert list(tmp_path.glob("j/*.confirm*")), "a failure was confirmed"
    assert (again, judged["verdicts"]) == (code, played(told))
    assert judged["plays"] == [one for one in told["plays"] if one["journal"]]
    jsonschema.validate(judged, dict(schema("report").content))
    lines = schema("journal")
    heads = [json.loads(file.read_text().splitlines()[0]) for file in tmp_path.glob("j/*.ndjson")]
    assert [lines.explain(one) for one in heads if not lines.accepts(one)] == []


def test_a_may_that_is_not_tolerated_fails_no_journal_either(partnersim: Command, letting_in: Answering) -> None:
    words = ("--select", "payload/gzip", "--select", "ack/documented-sample")
    assert conform(partnersim, letting_in, *words)[0] == 0
    ended = partnersim("judge", "j")
    assert ended.returncode == 0
    assert "Tolerated or not (may, never counted)" in ended.stdout
    assert "✗ packed" in ended.stdout


def test_a_rule_of_ones_own_is_judged_though_its_folder_is_gone(
    partnersim: Command, letting_in: Answering, tmp_path: Path
) -> None:
    file = tmp_path / "ours" / "house" / "alert.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(OWN.format(name="house/alert", level="should", status="503"))
    words = ("--rules", "ours", "--select", "house", "--select", "ack/documented-sample", "--partner", "clevertap")
    code, told = conform(partnersim, letting_in, *words, "--fail-on", "should")
    shutil.rmtree(tmp_path / "ours")
    again, judged = judge(partnersim, "j")
    assert (code, again) == (1, 1), "a should counted in the run"
    assert judged["verdicts"] == told["verdicts"]
    text = partnersim("judge", "j").stdout
    assert "Because we say so." in text
    assert "Answer as we say." in text


@pytest.mark.parametrize(("until", "code"), [("", 0), ("until: '2020-01-01'", 1)])
def test_what_the_baseline_of_the_run_knew_is_known_again(
    partnersim: Command, letting_in: Answering, tmp_path: Path, until: str, code: int
) -> None:
    entry = f"known:\n  - rule: auth/absent\n    reason: soon mended\n    {until}\n"
    (tmp_path / "known.yaml").write_text(entry)
    words = ("--select", "auth/absent", "--select", "ack/documented-sample", "--baseline", "known.yaml")
    ended, told = conform(partnersim, letting_in, *words)
    (tmp_path / "known.yaml").unlink()
    assert (ended, told["known"]) == (code, 0 if code else 2)
    again, judged = judge(partnersim, "j")
    assert (again, judged["known"], judged["verdicts"]) == (ended, told["known"], told["verdicts"])


def test_journals_of_rules_and_of_scenarios_are_judged_beside_each_other(
    partnersim: Command, letting_in: Answering, tmp_path: Path
) -> None:
    _, told = conform(partnersim, letting_in, "--select", "payload/gzip", "--partner", "clevertap")
    to = ["--to", letting_in.url, "--authorization", "Bearer abcdefgh"]
    assert partnersim("run", "rules/payload/gzip@clevertap", *to, "--seed", "5", "--journal", "k").returncode == 1
    single = judge(partnersim, "k")[1]["verdicts"]
    assert {one["rule"] for one in single} >= {"expect/plain", "expect/packed"}, "played for itself, it is no rule"
    code, both = judge(partnersim, "j", "k")
    assert (code, both["verdicts"]) == (1, [*told["verdicts"], *single])
    text = partnersim("judge", "j", "k").stdout
    assert "payload/gzip" in text
    assert "expect/packed" in text


def test_reports_of_such_journals_tell_of_rules(partnersim: Command, letting_in: Answering, tmp_path: Path) -> None:
    _, told = conform(partnersim, letting_in, "--select", "auth/absent", "--report", "junit=run.xml")
    assert partnersim("report", "j", "--format", "text,json,junit", "--output", "reports").returncode == 0
    assert json.loads((tmp_path / "reports" / "report.json").read_text())["verdicts"] == told["verdicts"]
    assert 'classname="rules/auth/absent@clevertap"' in (tmp_path / "reports" / "report.xml").read_text()
    text = (tmp_path / "reports" / "report.txt").read_text()
    assert "mend" in text
    assert partnersim("report", "j").stdout.rstrip() == text.rstrip()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("control", "was not written by this version, or was changed since: KeyError 'control'"),
        ("seed", "line 1 is no journal entry"),
    ],
)
def test_of_a_folder_the_journal_that_was_changed_is_named(
    partnersim: Command, letting_in: Answering, tmp_path: Path, name: str, said: str
) -> None:
    conform(partnersim, letting_in, "--select", "ack/documented-sample", "--partner", "clevertap")
    (file,) = tmp_path.glob("j/*.ndjson")
    first, *rest = file.read_text().splitlines(keepends=True)
    header = json.loads(first)
    del (header if name in header else header["rule"])[name]
    file.write_text("".join([f"{json.dumps(header)}\n", *rest]))
    ended = partnersim("judge", "j")
    assert ended.returncode == 6, ended.stderr
    assert file.name in ended.stderr
    assert said in ended.stderr
