"""One place that finds the word that was meant, and what schemas say of a payload's values."""

from pathlib import Path

import pytest

from simulator.documents import did_you_mean, schema

ROOT = Path(__file__).parents[3] / "simulator"


@pytest.mark.parametrize("package", ["authoring", "documents", "faults", "providers", "timeline"])
def test_nobody_else_compares_words(package: str) -> None:
    files = [file for file in (ROOT / package).rglob("*.py") if "difflib" in file.read_text("utf-8")]
    assert [file.name for file in files] == (["suggesting.py"] if package == "documents" else [])


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("compleeted", "; did you mean `completed`?"),
        ("COMPLETED", "; did you mean `completed`?"),
        ("every 5 hours", ""),
        ("every 8 hour", "; did you mean `every 8 hours`?"),
        ("zebra", ""),
    ],
)
def test_a_word_is_suggested_when_it_is_near_and_its_digits_agree(word: str, meant: str) -> None:
    assert did_you_mean(word, ["initiated", "completed", "every 8 hours"]) == meant


def test_schemas_say_which_property_holds_which_value_of_a_delivery() -> None:
    roles = {"Export Request Id": "id", "Status": "status", "Date and Time": "time"}
    assert schema("payloads/clevertap/completed").roles() == roles
    assert schema("payloads/clevertap/completed").words("status") == {"Completed"}
    told = schema("payloads/reachfive/finished").roles()
    assert {told[name] for name in told} == {"id", "status", "time", "definition_id"}
    assert {"SUCCESS", "FAILED", "FAILURE"} <= schema("payloads/reachfive/finished").words("status")
    assert schema("payloads/clevertap/test").roles().keys() <= {"targetId"}
