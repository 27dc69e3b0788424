"""`partnersim conform` with a baseline and a badge, and `partnersim compare`, as a user types them."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from simulator.documents import schema
from tests.acceptance.conftest import Answering, Command
from tests.acceptance.own_rule import OWN

HEADING = "# What the receiver is known not to keep yet, for: partnersim conform --baseline FILE\n"
Conform = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def conform(partnersim: Command, answering: Answering, tmp_path: Path) -> Conform:
    """Holds the receiver, which answers 200, against: kept (200), broken (204), soft (a should, 204), free (a may)."""
    rules = {"kept": ("must", 200), "broken": ("must", 204), "soft": ("should", 204), "free": ("may", 204)}
    for name, (level, status) in rules.items():
        file = tmp_path / "rules" / "ours" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(OWN.format(name=f"ours/{name}", level=level, status=status))

    def call(*words: object) -> "CompletedProcess[str]":
        named = ["--to", answering.url, "--partner", "clevertap", "--rules", "rules", "--select", "ours"]
        ended: CompletedProcess[str] = partnersim("conform", *named, "--no-confirm", *words)
        return ended

    return call


@pytest.fixture
def baseline(tmp_path: Path) -> Callable[..., Path]:
    def write(*entries: str) -> Path:
        file = tmp_path / "known.yaml"
        file.write_text("known:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries))
        return file

    return write


def test_what_fails_is_written_down_once_and_fails_no_more(conform: Conform, tmp_path: Path) -> None:
    first = conform("--write-baseline", "new/known.yaml")
    assert first.returncode == 1
    assert (tmp_path / "new/known.yaml").read_text() == (
        f"{HEADING}known:\n"
        '  - rule: ours/broken\n    partner: clevertap\n    reason: "to be said"\n'
        '  - rule: ours/soft\n    partner: clevertap\n    reason: "to be said"\n'
    )
    second = conform("--baseline", "new/known.yaml", "--report", "junit=known.xml", "--fail-on", "should")
    assert second.returncode == 0, second.stdout
    assert "Known to fail\n  ✗ ours/broken  clevertap  to be said\n" in second.stdout
    root = ET.parse(tmp_path / "known.xml").getroot()
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    assert [one.get("message") for one in root.iter("skipped")].count("known: to be said") == 2


def test_what_was_written_where_is_said_beside_the_verdict(conform: Conform) -> None:
    files = ["--write-baseline", "new.yaml", "--badge", "badge.svg", "--report", "junit=out/rules.xml"]
    ended = conform(*files)
    assert ended.stderr.splitlines()[-4:] == [
        "wrote the baseline new.yaml: 2 failures are known",
        '  fill in the reason of 2: "to be said" stands there',
        "wrote the badge badge.svg",
        "wrote the junit report out/rules.xml",
    ]
    assert "wrote" not in ended.stdout
    told = conform("--badge", "badge.svg", "--report", "json=a.json", "--json")
    assert json.loads(told.stdout)["exit_code"] == 1
    assert "wrote the badge badge.svg\nwrote the json report a.json\n" in told.stderr
    quiet = conform("--badge", "badge.svg", "--report", "json=a.json", "--baseline", "new.yaml", "-q")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_what_has_no_verdict_is_said_to_be_in_no_baseline(
    partnersim: Command, answering: Answering, tmp_path: Path
) -> None:
    probed = f"endpoints: {{clevertap: {{url: {answering.url}}}}}\n"
    (tmp_path / "receiver.yaml").write_text(f"receiver: mine\n{probed}")
    words = ["--receiver", "receiver.yaml", "--select", "order/end-only", "--write-baseline", "new.yaml"]
    ended = partnersim("conform", *words)
    assert ended.returncode == 4, ended.stdout
    assert "wrote the baseline new.yaml: no failure is known\n" in ended.stderr
    assert (
        "  1 has no verdict, which no baseline excuses: mend the probe, or leave it out with --ignore" in ended.stderr
    )


def test_what_is_not_known_fails_all_the_same(conform: Conform, baseline: Callable[..., Path]) -> None:
    ended = conform("--baseline", baseline("rule: ours/soft, reason: later"))
    assert ended.returncode == 1
    assert "✗ ours/broken  An alert is answered with 204" in ended.stdout


def test_until_its_day_a_failure_is_known_and_then_it_counts(conform: Conform, baseline: Callable[..., Path]) -> None:
    entry = "rule: ours/broken, reason: the release, until: {}".format
    assert conform("--baseline", baseline(entry("9999-12-31"))).returncode == 0
    over = conform("--baseline", baseline(entry("2020-01-01")))
    assert over.returncode == 1
    assert "known until 2020-01-01, which is over: the release" in " ".join(over.stdout.split())


def test_what_passes_now_is_named_and_the_baseline_said_without_it(
    conform: Conform, baseline: Callable[..., Path]
) -> None:
    file = baseline("rule: ours/kept, reason: old", "rule: ours/broken, reason: still so")
    said = conform("--baseline", file)
    assert said.returncode == 5
    assert "Known to fail, but passed: take these out of the baseline\n  ✓ ours/kept  clevertap  old\n" in said.stdout
    new = f'{HEADING}known:\n  - rule: ours/broken\n    reason: "still so"\n'
    assert said.stdout.endswith(f"The baseline without what passed:\n\n{new}")
    told = conform("--baseline", file, "--json")
    value = json.loads(told.stdout)
    jsonschema.validate(value, dict(schema("report").content))
    assert (told.returncode, value["exit_code"], value["known"]) == (5, 5, 1)
    assert value["drift"] == [{"rule": "ours/kept", "partner": "clevertap"}]
    assert HEADING not in told.stdout + told.stderr
    written = conform("--baseline", file, "--write-baseline", file, "--ignore", "ours/soft", "-q")
    assert (written.returncode, written.stdout, file.read_text()) == (5, "", new)
    assert conform("--baseline", file).returncode == 0


def test_what_was_not_played_stays_in_the_baseline_and_is_no_drift(
    conform: Conform, baseline: Callable[..., Path], tmp_path: Path
) -> None:
    file = baseline("rule: ours/kept, reason: old", "rule: auth/absent, reason: other rules")
    ended = conform("--baseline", file, "--ignore", "ours/kept", "--ignore", "ours/broken")
    assert ended.returncode == 0, ended.stdout
    conform("--baseline", file, "--ignore", "ours/kept", "--write-baseline", "next.yaml")
    kept = (tmp_path / "next.yaml").read_text()
    assert [name in kept for name in ("ours/kept", "auth/absent", "ours/broken", "ours/free")] == [True] * 3 + [False]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("rule: ours/kpet, reason: r", "known.yaml:2:12: there is no rule `ours/kpet`; did you mean `ours/kept`?"),
        ("rule: ours/free, reason: r", "known.yaml:2:12: `ours/free` is what a receiver may do"),
        ("rule: ours/kept, reason: r, until: 2026-02-30", "known.yaml:2:41: `2026-02-30` is not in the calendar"),
        ("rule: ours/kept", "known.yaml:2:5: `reason` is missing"),
    ],
)
def test_a_baseline_that_is_wrong_is_refused_before_anything_is_sent(
    entry: str, said: str, conform: Conform, baseline: Callable[..., Path], answering: Answering
) -> None:
    ended = conform("--baseline", baseline(entry))
    assert (ended.returncode, answering.requests) == (2, [])
    assert said in ended.stderr


def test_a_baseline_that_people_wrote_is_not_written_over_unread(
    conform: Conform, baseline: Callable[..., Path], answering: Answering
) -> None:
    file = baseline("rule: ours/broken, reason: ours")
    before = file.read_text()
    ended = conform("--write-baseline", file)
    assert (ended.returncode, answering.requests, file.read_text()) == (2, [], before)
    assert "there is a file" in ended.stderr
    assert conform("--baseline", "gone.yaml").returncode == 2


def test_the_badge_is_written_and_what_cannot_be_written_is_an_error(conform: Conform, tmp_path: Path) -> None:
    ended = conform("--badge", "site/badge.svg")
    assert ended.returncode == 1
    assert ET.parse(tmp_path / "site/badge.svg").getroot().get("aria-label") == "partnersim: 1/2 must"
    bad = conform("--badge", "rules")
    assert bad.returncode == 6
    assert "cannot write the badge rules" in bad.stderr


def test_two_reports_are_compared_and_only_what_broke_is_worse(
    partnersim: Command, conform: Conform, answering: Answering, tmp_path: Path
) -> None:
    for name, whose in (("kept", "Amazon S3"), ("broken", "Google Cloud Storage")):
        file = tmp_path / "rules" / "ours" / f"{name}.yaml"
        text = OWN.format(name=f"ours/{name}", level="must", status=200)
        file.write_text(text.replace("one time,", f"one time, partner: {whose},"))
    answering.rule = lambda body, _: 200 if b"Amazon" in body else 500
    conform("--report", "json=a.json", "--ignore", "ours/soft")
    answering.rule = lambda body, _: 500 if b"Amazon" in body else 200
    conform("--report", "json=b.json", "--ignore", "ours/soft", "--ignore", "ours/free")
    worse = partnersim("compare", "a.json", "b.json")
    assert worse.returncode == 1, worse.stderr
    assert "Worse: passed in A, failed in B\n  ✗ ours/kept " in worse.stdout
    assert "Better: failed in A, passed in B\n  ✓ ours/broken " in worse.stdout
    assert "Only in A\n" in worse.stdout
    assert partnersim("compare", "a.json", "a.json").returncode == 0
    told = partnersim("compare", "a.json", "b.json", "--json")
    value = json.loads(told.stdout)
    assert (told.returncode, value["exit_code"], [one["rule"] for one in value["worse"]]) == (1, 1, ["ours/kept"])
    assert "B is worse" in told.stderr


def test_what_is_no_report_of_rules_is_refused(
    partnersim: Command, conform: Conform, answering: Answering, tmp_path: Path
) -> None:
    conform("--report", "json=a.json", "--select", "ours/kept")
    conform("--report", "json=b.json", "--ignore", "ours/kept")
    partnersim("run", "clevertap/one-time-export", "--to", answering.url, "--report", "json=run.json")
    (tmp_path / "other.json").write_text('{"partnersim": "0.1.0"}')
    empty = json.loads((tmp_path / "a.json").read_text()) | {"verdicts": []}
    (tmp_path / "empty.json").write_text(json.dumps(empty))
    said = {
        "run.json": "run.json is a report, but none of rules",
        "other.json": "other.json:1:1: `verdicts` is missing",
        "empty.json": "empty.json has no verdict",
        "gone.json": "there is no report `gone.json`",
    }
    for name, words in said.items():
        for pair in ((name, "a.json"), ("a.json", name)):
            ended = partnersim("compare", *pair)
            assert (ended.returncode, ended.stdout) == (2, "")
            assert words in ended.stderr
    assert json.loads(partnersim("compare", "a.json", "gone.json", "--json").stdout)["exit_code"] == 2


def test_reports_without_a_rule_in_common_are_not_called_no_worse(partnersim: Command, conform: Conform) -> None:
    conform("--report", "json=a.json", "--ignore", "ours/kept")
    conform("--report", "json=b.json", "--ignore", "ours/broken", "--ignore", "ours/soft", "--ignore", "ours/free")
    ended = partnersim("compare", "a.json", "b.json")
    assert ended.returncode == 2
    assert "a.json and b.json have no rule in common" in ended.stderr
