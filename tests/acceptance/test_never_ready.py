"""A receiver that does not become ready leaves a JUnit report that a build server shows as an error."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.acceptance.conftest import Command

RECEIVER = 'receiver: ours\nready: "{0}/healthz"\nendpoints: {{clevertap: {{url: "{0}/hook"}}}}\n'


@pytest.mark.parametrize("command", [("run", "clevertap/one-time-export"), ("conform", "--select", "ack")])
def test_the_junit_report_has_one_error(
    command: tuple[str, ...], partnersim: Command, closed_port: str, tmp_path: Path
) -> None:
    (tmp_path / "receiver.yaml").write_text(RECEIVER.format(closed_port))
    words = ("--receiver", "receiver.yaml", "--wait-timeout", "0.1s", "--report", "junit=out/j.xml")
    ended = partnersim(*command, *words, "--report", "json=r.json")
    assert ended.returncode == 3
    root = ET.parse(tmp_path / "out/j.xml").getroot()
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("1", "0", "1")
    (case,) = root.iter("testcase")
    (error,) = case
    assert case.get("name") == "ready: the receiver can be reached"
    assert "seed" not in {one.get("name") for one in root.iter("property")}  # none was drawn that anything hangs on
    assert f"{closed_port}/healthz" in str(error.get("message"))
    assert not (tmp_path / "r.json").exists()  # what it would tell of was not played


def test_what_an_earlier_run_left_is_said_to_be_of_that(partnersim: Command, closed_port: str, tmp_path: Path) -> None:
    (tmp_path / "receiver.yaml").write_text(RECEIVER.format(closed_port))
    for name in ("j.xml", "r.json", "badge.svg"):
        (tmp_path / name).write_text("before")
    words = ["conform", "--select", "ack", "--receiver", "receiver.yaml", "--wait-timeout", "0.1s"]
    words += ["--report", "junit=j.xml", "--report", "json=r.json", "--report", "html=new.html", "--badge", "badge.svg"]
    ended = partnersim(*words)
    assert ended.returncode == 3
    stays = "is of an earlier run: nothing was played, and it was not written anew"
    said = [line for line in ended.stderr.splitlines() if "earlier run" in line]
    assert said == [f"the json report r.json {stays}", f"the badge badge.svg {stays}"]
    assert {(tmp_path / name).read_text() for name in ("r.json", "badge.svg")} == {"before"}
    assert (tmp_path / "j.xml").read_text() != "before"
    assert "earlier run" not in partnersim(*words, "-q").stderr


def test_where_it_cannot_be_written_the_receiver_is_still_what_is_told_of(
    partnersim: Command, closed_port: str, tmp_path: Path
) -> None:
    (tmp_path / "receiver.yaml").write_text(RECEIVER.format(closed_port))
    words = ("--receiver", "receiver.yaml", "--wait-timeout", "0.1s", "--report", f"junit={tmp_path}")
    ended = partnersim("run", "clevertap/one-time-export", *words)
    assert ended.returncode == 3
    assert "healthz" in ended.stderr
