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
    assert f"{closed_port}/healthz" in str(error.get("message"))
    assert not (tmp_path / "r.json").exists()  # what it would tell of was not played


def test_where_it_cannot_be_written_the_receiver_is_still_what_is_told_of(
    partnersim: Command, closed_port: str, tmp_path: Path
) -> None:
    (tmp_path / "receiver.yaml").write_text(RECEIVER.format(closed_port))
    words = ("--receiver", "receiver.yaml", "--wait-timeout", "0.1s", "--report", f"junit={tmp_path}")
    ended = partnersim("run", "clevertap/one-time-export", *words)
    assert ended.returncode == 3
    assert "healthz" in ended.stderr
