"""Steps that name an export, rightly or wrongly: one mistake is told once, with the word that was meant."""

from datetime import UTC, datetime

import pytest

from simulator.errors import DocumentError
from simulator.model import Url
from simulator.receiver import Endpoint, Receiver
from simulator.scenario import Export, Scenario, Step
from simulator.timeline import Timeline, plan

RECEIVER = Receiver(name="r", endpoints={"*": Endpoint(url=Url("http", "127.0.0.1", 8000, "/"))})


def planned(*parts: Export | Step) -> Timeline:
    scenario = Scenario(
        title="t",
        provider="clevertap",
        source="",
        text="",
        exports=tuple(part for part in parts if isinstance(part, Export)),
        steps=tuple(part for part in parts if isinstance(part, Step)),
    )
    return plan(scenario, RECEIVER, seed=1, start=datetime(2026, 1, 5, tzinfo=UTC))


def mistakes(*parts: Export | Step) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        planned(*parts)
    return [one.message for one in caught.value.mistakes]


@pytest.mark.parametrize("name", ["fleet-2", "fleet"])
def test_of_an_export_that_is_wrong_its_steps_are_not_said_to_be_wrong_too(name: str) -> None:
    alike = 3 if name != "fleet" else 1
    broken = Export(name="fleet", count=alike, traits={"partner": "Azure"})
    (only,) = mistakes(broken, Step(name="s", event="completed", export=name))
    assert "partner is Google Cloud Storage or Amazon S3" in only


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step(name="s", event="COMPLETED", export="fleet-1"), "no event 'COMPLETED'; did you mean `completed`?"),
        (Step(name="s", event="completed", export="Nightly"), "no export 'Nightly'; did you mean `nightly`?"),
        (Step(name="s", event="completed", export="fleet"), "3 exports are fleet"),
        (Step(name="s", event="test", fault={"Truncate": "1%"}), "no fault 'Truncate'; did you mean `truncate`?"),
    ],
)
def test_the_word_that_was_meant_is_found_whatever_its_case(step: Step, words: str) -> None:
    (only,) = mistakes(Export(name="fleet", count=3), Export(name="nightly"), step)
    assert words in only


def test_ids_of_steps_without_an_export_are_no_exports() -> None:
    told = list(planned(Export(name="fleet", count=3), *(Step(name=name, event="completed") for name in "ab")))
    assert len({one.id for one in told}) == 5
