"""Reading and planning what is right imports nothing that only mistakes need."""

import subprocess
import sys
from pathlib import Path

LATE = (
    "difflib unicodedata importlib.metadata zipfile tempfile asyncio jsonschema referencing faker jsonpath_rfc9535 "
    "simulator.documents.explaining simulator.documents.found simulator.documents.sentences "
    "simulator.documents.source_lines simulator.documents.wording"
)
WORK = """
import sys
from datetime import UTC, datetime
from simulator.authoring import load_scenario, receiver_at
from simulator.timeline import plan
scenario = load_scenario("clevertap/late-initiated")
assert list(plan(scenario, receiver_at("http://127.0.0.1:8000/"), seed=1, start=datetime(2026, 1, 5, tzinfo=UTC)))
"""


def test_a_plan_without_mistakes_needs_none_of_them() -> None:
    asked = f"print(*(name for name in {LATE.split()} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"{WORK}\n{asked}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout.split() == []
