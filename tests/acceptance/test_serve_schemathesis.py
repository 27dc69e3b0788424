"""What the document promises holds, whatever is asked: cases made from it by Schemathesis, with all its checks."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import unmeasured_environment
from tests.acceptance.served import TOKEN, serving

CONFIG = Path(__file__).with_name("schemathesis.toml")
STREAM = "/control/events"  # it has no end: tests of its own speak of it
_LONGEST = 60  # seconds: to move the clock takes as long as all that happens meanwhile


def cases(folder: Path, examples: int, seed: int) -> int:
    """How many were made; all of them have to hold."""
    with serving(folder / "state", "--hold", "--seed", "1") as service:
        words = ["--config-file", CONFIG, "run", f"{service.url}/openapi.json", "-H", f"Authorization: Bearer {TOKEN}"]
        words += ["--checks", "all", "--max-examples", examples, "--seed", seed, "--exclude-path", STREAM]
        words += ["--phases", "examples,coverage,fuzzing,stateful", "--request-timeout", 60, "--no-color"]
        words += ["--warnings", "off", "--generation-database", "none"]
        words += ["--max-response-time", _LONGEST]
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", *map(str, words)],
            capture_output=True,
            text=True,
            cwd=folder,
            env=unmeasured_environment(),
            check=False,
        )
        alive = service.ask("GET", "/healthz").status
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert alive == 200
    return int(re.findall(r"(\d[\d,]*) generated", done.stdout)[-1].replace(",", ""))


def test_no_request_brings_an_error_of_the_server_or_an_answer_that_is_not_documented(tmp_path: Path) -> None:
    assert cases(tmp_path, 3, 1) > 500


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(3))
def test_nor_do_thousands(tmp_path: Path, seed: int) -> None:
    assert cases(tmp_path, 60, seed) > 3000
