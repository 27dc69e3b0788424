"""Probes: what is asked when, what an answer means, and how long one waits for an effect."""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from simulator.check import Case, Watch
from simulator.clock import JumpClock
from simulator.journal import Journal, JournalWriter
from simulator.model import Delivery, Exchange, Observation, Outcome
from simulator.receiver import Probe, Receiver
from simulator.runner.asking import observed, selected, subject_of
from simulator.runner.probing import Prober
from simulator.scenario import Export, Scenario
from simulator.wire import Request
from tests import making

PROBE = Probe(
    name="export",
    get="http://127.0.0.1:8000/exports/{provider}/{id}?of={definition_id}",
    headers=(("X-Token", "t"),),
    select={"status": "$.status", "effects": "$.effects"},
)


def delivery(export: str = "nightly", **changes: Any) -> Delivery:
    usual: dict[str, Any] = {"step": export, "export": export, "id": "a/b", "time": "", "at": 0.0, "due": 0.0}
    return making.delivery(**(usual | changes))


class State:
    """A receiver's state in the place of the wire: gives its answers in turn, the last one for ever."""

    def __init__(self, clock: JumpClock, *answers: Exchange) -> None:
        self.clock = clock
        self.answers = list(answers)
        self.asked: list[tuple[float, bytes]] = []

    def __call__(self, request: Request, done: Callable[[Exchange], None]) -> None:
        self.asked.append((self.clock.now(), request.data))
        done(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])

    async def close(self) -> None:
        """Nothing to let go of."""


def shows(code: int = 200, **values: Any) -> Exchange:
    body = json.dumps(values).encode()
    return Exchange(Outcome.ANSWERED, status=code, body=body, size=len(body), sha256="x")


def watch(of: str = "", window: float = 1.0, settled: Any = None) -> Watch:
    return Watch(probe="export", of=of, run=None, window=window, settled=settled)


class Probed:
    """A prober with everything round it."""

    def __init__(
        self, folder: Path, watches: Sequence[Watch], *answers: Exchange, words: Any = None, **settings: Any
    ) -> None:
        self.clock = JumpClock()
        self.state = State(self.clock, *answers)
        self.journal = JournalWriter(folder / "run.ndjson", {}, lambda text: text)
        receiver = Receiver(name="r", endpoints={}, probes={"export": PROBE}, words=words or {})
        told = Scenario(title="", provider="", source="", text="", exports=(Export(name="fleet", count=20),))
        self.prober = Prober(watches, told, receiver, "clevertap", self.state, self.clock, self.journal, **settings)

    def seen(self) -> list[Observation]:
        return list(Journal.open(self.journal.path).observations())

    def end(self) -> None:
        case = Case(
            journal=Journal.open(self.journal.path), scenario=Scenario(title="", provider="", source="", text="")
        )
        asyncio.run(self.prober.end(case))


def test_the_question_is_a_get_with_the_deliverys_values_percent_encoded(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch()], shows(404))
    asyncio.run(probed.prober.before(probed.prober.new_subjects(delivery(definition_id="a=1 2"))))
    ((_, data),) = probed.state.asked
    assert data == (
        b"GET /exports/clevertap/a%2Fb?of=a%3D1%202 HTTP/1.1\r\n"
        b"Host: 127.0.0.1:8000\r\nAccept: application/json\r\nX-Token: t\r\n\r\n"
    )


def test_what_was_asked_about_once_is_not_new_again(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch()], shows(404))
    assert len(probed.prober.new_subjects(delivery())) == 1
    assert probed.prober.new_subjects(delivery()) == []
    assert len(probed.prober.new_subjects(delivery(id="other"))) == 1


@pytest.mark.parametrize(
    ("of", "export", "concerned"),
    [
        ("", "nightly", True),
        ("nightly", "nightly", True),
        ("nightly", "other", False),
        ("fleet", "fleet-12", True),
        ("fleet", "fleet-21", False),
        ("fleet", "fleet-x", False),
        ("nightly", "", False),
    ],
)
def test_a_claim_concerns_its_own_export_and_all_alike(tmp_path: Path, of: str, export: str, concerned: bool) -> None:
    probed = Probed(tmp_path, [watch(of)], shows(404))
    assert probed.prober.watches(delivery(export=export)) is concerned


def test_without_a_claim_or_without_an_id_nothing_is_asked(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert not Probed(tmp_path / "none", [], shows(404)).prober.watches(delivery())
    assert not Probed(tmp_path, [watch()], shows(404)).prober.watches(delivery(id=""))


@pytest.mark.parametrize(
    ("answer", "present", "said"),
    [
        (shows(status="Completed", effects=1), True, ""),
        (shows(404), False, ""),
        (shows(status=None, effects=None), False, ""),
        (shows(status=None, effects=0), True, ""),
        (shows(effects=[]), True, ""),
        (shows(500), None, "the probe answered 500"),
        (Exchange(Outcome.REFUSED, detail="nobody listens"), None, "refused: nobody listens"),
        (Exchange(Outcome.TIMEOUT_HEADERS), None, "timeout.headers"),
        (Exchange(Outcome.ANSWERED, status=200, body=b"<html>", size=6, sha256="x"), None, "no JSON"),
        (Exchange(Outcome.ANSWERED, status=200, body=b"[" * 9000, size=9000, sha256="x"), None, "no JSON"),
        (Exchange(Outcome.ANSWERED, status=200, body=b'{"a":NaN}', size=9, sha256="x"), None, "no JSON"),
        (Exchange(Outcome.ANSWERED, status=200, body=b"{}", size=70000, sha256="x"), None, "70000 bytes"),
    ],
)
def test_an_answer_says_present_absent_or_nothing(
    tmp_path: Path, answer: Exchange, present: bool | None, said: str
) -> None:
    probed = Probed(tmp_path, [watch()], answer)
    asyncio.run(probed.prober.before(probed.prober.new_subjects(delivery())))
    (seen,) = probed.seen()
    assert seen.present is present
    assert said in seen.detail
    assert seen.moment == "before"


@pytest.mark.parametrize(
    ("select", "body", "present"),
    [
        ({"effects": "$.sent[*]"}, {"sent": []}, True),
        ({"status": "$[0].status", "effects": "$[*]"}, [], False),
        ({"status": "$[0].status", "effects": "$[*]"}, [{"status": "Completed"}], True),
        ({"status": "$.export.status", "effects": "$.export.effects"}, {"export": None, "refused": ["it"]}, False),
        ({"status": "$.export.status"}, {"refused": ["it"]}, False),
        ({"status": "$.export.status"}, {"export": {"state": "new"}}, True),
        ({"status": "$.status"}, {"state": "new"}, True),
        ({"status": "$.status", "effects": "$.sent[*]"}, {"status": None, "sent": []}, False),
        ({}, {}, True),
    ],
)
def test_an_answer_without_any_of_the_names_speaks_of_an_export_where_they_would_stand_in_one(
    select: dict[str, str], body: Any, present: bool
) -> None:
    answer = json.dumps(body).encode()
    exchange = Exchange(Outcome.ANSWERED, status=200, body=answer, size=len(answer), sha256="x")
    probe = Probe(name="export", get="http://127.0.0.1:8000/{id}", select=select)
    subject = subject_of(probe, "clevertap", id_="7", definition_id="", export="nightly", run=1)
    assert observed(probe, exchange, subject, "end", 0.0, 0.1).present is present


def test_after_an_answer_one_waits_a_moment_for_the_effect(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch()], shows(404), shows(status="Initiated"), shows(status="Completed"))
    asyncio.run(probed.prober.after(delivery(), 0.25))
    assert [one.values.get("status") for one in probed.seen()] == [None, "Initiated", "Completed"]


def test_after_an_answer_one_does_not_wait_for_ever(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch()], shows(404))
    asyncio.run(probed.prober.after(delivery(), 0.25))
    assert 0.25 <= probed.clock.now() < 0.4
    assert len(probed.seen()) == 6


def test_the_receivers_own_word_is_the_effect_too(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch()], shows(status="done"), words={"Completed": ("done",)})
    asyncio.run(probed.prober.after(delivery(), 0.25))
    assert len(probed.seen()) == 1


def test_a_number_is_nobodys_word_as_for_the_judge(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch()], shows(status=3), shows(status="3"))
    asyncio.run(probed.prober.after(delivery(status="3"), 0.25))
    assert [one.values["status"] for one in probed.seen()] == [3, "3"]


def test_a_stale_notification_is_not_waited_for(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch()], shows(status="Completed"))
    asyncio.run(probed.prober.after(delivery(at=10.0), 0.25))
    asyncio.run(probed.prober.after(delivery(at=0.0, end=False, status="Initiated"), 0.25))
    assert len(probed.seen()) == 2


def test_at_the_end_one_reads_until_the_claim_is_settled(tmp_path: Path) -> None:
    def settled(_: Case, readings: Sequence[Observation]) -> bool:
        return readings[-1].values.get("status") == "Completed"

    probed = Probed(tmp_path, [watch(window=30.0, settled=settled)], shows(404), shows(404), shows(status="Completed"))
    probed.prober.new_subjects(delivery())
    probed.end()
    assert [one.moment for one in probed.seen()] == ["end"] * 3
    assert probed.clock.now() < 1.0


def test_at_the_end_a_claim_that_is_never_settled_is_watched_for_its_whole_window(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch(window=3.0)], shows(404))
    probed.prober.new_subjects(delivery())
    probed.end()
    assert 3.0 <= probed.state.asked[-1][0] <= 3.3
    assert probed.state.asked[0][0] == 0.0


@pytest.mark.parametrize("runs", [[], [7], [1, 2]])
def test_a_query_that_may_find_several_gives_a_list_also_of_one_and_of_none(runs: list[int]) -> None:
    body = json.dumps({"runs": [{"n": one} for one in runs], "id": 12345678901234567890}).encode()
    select = {"runs": "$.runs[*].n", "none": "$.none", "id": "$.id"}
    assert selected(select, json.loads(body)) == {"runs": runs, "id": 12345678901234567890}


def test_names_that_are_all_null_say_that_nothing_is_known(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch()], shows(status=None, effects=None))
    asyncio.run(probed.prober.before(probed.prober.new_subjects(delivery())))
    assert probed.seen()[0].present is False


def test_names_of_which_none_is_found_do_not_say_that_the_export_is_not_there(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch()], shows(state="done"))
    asyncio.run(probed.prober.before(probed.prober.new_subjects(delivery())))
    assert probed.seen()[0].present is True


def test_a_last_reading_that_did_not_work_is_made_again_beyond_the_window(tmp_path: Path) -> None:
    works, broken = shows(status="Completed"), shows(503)
    probed = Probed(tmp_path, [watch(window=1.0)], *[works, broken] * 60)
    probed.prober.new_subjects(delivery())
    probed.end()
    last = probed.seen()[-1]
    assert last.present is True
    assert 1.0 <= last.asked <= 1.3


def test_a_probe_that_never_works_is_given_up_soon_after_the_window(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch(window=1.0)], shows(503))
    probed.prober.new_subjects(delivery())
    probed.end()
    assert 2.0 <= probed.state.asked[-1][0] <= 2.2


def test_what_must_not_show_is_watched_beyond_its_window_for_as_long_as_what_shows_took(tmp_path: Path) -> None:
    late = [shows(404)] * 6
    probed = Probed(tmp_path, [watch(window=1.0)], *late, shows(status="Completed"))
    probed.prober.new_subjects(delivery())
    asyncio.run(probed.prober.after(delivery(), 0.2))
    answered = 0.0
    began = probed.clock.now()
    probed.end()
    missed = max(one.asked for one in probed.seen() if not one.present) - answered
    assert probed.seen()[-1].asked >= began + 1.0 + 1.5 * missed
    assert probed.seen()[-1].asked < began + 2.0


def test_while_nothing_genuine_has_shown_what_must_not_show_is_watched_on_for_a_bounded_time(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch(window=1.0)], shows(404))
    probed.prober.new_subjects(delivery())
    asyncio.run(probed.prober.after(delivery(), 0.0))
    probed.end()
    assert 3.0 <= probed.seen()[-1].asked <= 3.4


def test_where_nothing_is_waited_for_beyond_a_window_it_ends_though_nothing_has_shown(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch(window=1.0)], shows(404), slow=0.0)
    probed.prober.new_subjects(delivery())
    asyncio.run(probed.prober.after(delivery(), 0.0))
    probed.end()
    assert 1.0 <= probed.seen()[-1].asked <= 1.3


def test_a_claim_that_can_be_settled_is_never_watched_beyond_its_window(tmp_path: Path) -> None:
    probed = Probed(tmp_path, [watch(window=1.0, settled=lambda *_: False)], shows(404))
    probed.prober.new_subjects(delivery())
    asyncio.run(probed.prober.after(delivery(), 0.0))
    probed.end()
    assert probed.seen()[-1].asked <= 1.3
