"""History: one row a delivery, and what a process that died left of it in its journals."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.console.ledger import Ledger, Tried, Wanted
from simulator.console.recovery import ends
from simulator.console.store import Store
from simulator.journal import JournalWriter
from simulator.model import Delivery, Outcome, Url
from tests.making import delivery, exchange, route

JOURNAL = "clevertap-0001.ndjson"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    store = Store(tmp_path / "state.sqlite")
    yield Ledger(store, tmp_path)
    store.close()


def added(ledger: Ledger, partner: str = "clevertap", **changes: Any) -> Delivery:
    one = delivery(**changes)
    number = ledger.add(partner, one, 1000.0, "schedule", 0, JOURNAL)
    return one._replace(number=number)


def writer(folder: Path) -> JournalWriter:
    return JournalWriter(folder / JOURNAL, {"scenario": "any"}, lambda text: text)


def ended(number: int, outcome: str = "answered", **changes: Any) -> Tried:
    return Tried(number, outcome, 200, True, 1, 0.0, 0.0, "", 0, 1)._replace(**changes)


def test_numbers_are_never_given_twice(ledger: Ledger) -> None:
    first = added(ledger).number
    ledger.withdraw(first)
    assert added(ledger).number > first


def test_moments_are_told_in_epoch_seconds(ledger: Ledger) -> None:
    sent = ledger.get(added(ledger, at=5.0, due=7.0).number)
    assert sent is not None
    assert (sent.at, sent.due) == (1005.0, 1007.0)


def test_a_url_is_kept_without_what_its_query_says(ledger: Ledger) -> None:
    one = delivery(route=route(Url("http", "127.0.0.1", 8000, "/hook?token=secret")))
    sent = ledger.get(ledger.add("clevertap", one, 0.0, "schedule", 0, JOURNAL))
    assert sent is not None
    assert sent.url == "http://127.0.0.1:8000/hook?token=(redacted)"


def test_a_delivery_is_open_until_its_last_attempt(ledger: Ledger) -> None:
    number = added(ledger).number
    ledger.tried([ended(number, "", answer=500, acknowledged=False)])
    assert [one.number for one in ledger.open()] == [number]
    ledger.tried([ended(number, attempt=2)])
    assert ledger.open() == []
    sent = ledger.get(number)
    assert sent is not None
    assert (sent.outcome, sent.answer, sent.attempts, sent.acknowledged) == ("answered", 200, 2, True)


def test_a_page_holds_what_the_filter_wants_and_counts_all_of_it(ledger: Ledger) -> None:
    numbers = [added(ledger, event="initiated").number for _ in range(3)]
    other = added(ledger, partner="reachfive", event="finished").number
    ledger.tried([ended(number) for number in numbers])
    total, page = ledger.page(Wanted(event="initiated"), 1, 1)
    assert (total, [one.number for one in page]) == (3, numbers[1:2])
    assert [one.number for one in ledger.page(Wanted(acknowledged=False), 0, 9)[1]] == [other]
    assert [one.number for one in ledger.page(Wanted(outcome="answered", partner="reachfive"), 0, 9)[1]] == []
    assert ledger.page(Wanted(), 9, 9) == (4, [])


def test_totals_count_deliveries_and_attempts(ledger: Ledger) -> None:
    first, _ = added(ledger), added(ledger)
    ledger.tried([ended(first.number, attempt=3)])
    assert ledger.totals() == [("clevertap", first.event, "", 1, 0), ("clevertap", first.event, "answered", 1, 3)]


def test_the_attempts_of_a_delivery_come_out_of_the_journal(ledger: Ledger, tmp_path: Path) -> None:
    one, journal = added(ledger), writer(tmp_path)
    journal.note(0.0, "something before")
    for attempt, status in ((1, 500), (2, 200)):
        intent = journal.size
        line = journal.intent(one, attempt, 0.0)
        outcome = journal.size
        journal.outcome(line, one, exchange(status), late=0.0, final=status == 200)
        ledger.tried([ended(one.number, attempt=attempt, intent_at=intent, outcome_at=outcome)])
    journal.flush()
    whole = ledger.whole(one.number)
    assert whole is not None
    assert [(made.attempt, made.answer_status, made.body) for made in whole.attempts] == [
        (1, 500, one.body),
        (2, 200, one.body),
    ]
    assert ledger.body(one.number) == one.body


def test_there_is_nothing_to_tell_of_a_number_that_never_was(ledger: Ledger) -> None:
    assert ledger.get(99) is None
    assert ledger.whole(99) is None


def test_an_attempt_that_is_told_twice_is_shown_once(ledger: Ledger, tmp_path: Path) -> None:
    one, journal = added(ledger), writer(tmp_path)
    intent = journal.size
    line = journal.intent(one, 1, 0.0)
    outcome = journal.size
    journal.outcome(line, one, exchange(500), late=0.0, final=False)
    journal.flush()
    for word in ("", "answered"):  # the partner would have tried again, and then gave it up
        ledger.tried([ended(one.number, word, intent_at=intent, outcome_at=outcome)])
    whole = ledger.whole(one.number)
    assert whole is not None
    assert len(whole.attempts) == 1


# What a process that died left


def only_200(_: str, status: int) -> bool:
    return status == 200


@pytest.mark.parametrize(("status", "acknowledged"), [(200, True), (204, False), (503, False)])
def test_an_answer_found_in_the_journal_acknowledges_by_the_partners_rule(
    ledger: Ledger, tmp_path: Path, status: int, acknowledged: bool
) -> None:
    one, journal = added(ledger), writer(tmp_path)
    journal.outcome(journal.intent(one, 1, 0.0), one, exchange(status), late=0.0, final=True)
    journal.flush()
    assert ends(tmp_path, ledger.open(), only_200)[one.number][0].acknowledged is acknowledged


def test_an_answer_that_is_in_the_journal_alone_is_found_there(ledger: Ledger, tmp_path: Path) -> None:
    one, journal = added(ledger), writer(tmp_path)
    line = journal.intent(one, 1, 0.0)
    journal.outcome(line, one, exchange(503), late=0.25, final=True)
    journal.flush()
    (found,) = ends(tmp_path, ledger.open(), only_200)[one.number]
    assert (found.outcome, found.answer, found.late) == ("answered", 503, 0.25)
    ledger.tried([found])
    whole = ledger.whole(one.number)
    assert whole is not None
    assert whole.attempts[0].answer_status == 503


def test_an_attempt_without_an_answer_is_in_doubt(ledger: Ledger, tmp_path: Path) -> None:
    one, journal = added(ledger), writer(tmp_path)
    journal.intent(one, 1, 0.0)
    journal.flush()
    (found,) = ends(tmp_path, ledger.open(), only_200)[one.number]
    assert found.outcome == "in-doubt"
    ledger.tried([found])
    whole = ledger.whole(one.number)
    assert whole is not None
    assert whole.attempts[0].outcome is Outcome.IN_DOUBT


def test_a_delivery_that_was_never_begun_has_no_end(ledger: Ledger, tmp_path: Path) -> None:
    added(ledger)
    writer(tmp_path).flush()
    assert ends(tmp_path, ledger.open(), only_200) == {}


def test_a_last_line_that_was_cut_short_counts_for_nothing(ledger: Ledger, tmp_path: Path) -> None:
    one, journal = added(ledger), writer(tmp_path)
    journal.intent(one, 1, 0.0)
    journal.flush()
    path = tmp_path / JOURNAL
    path.write_bytes(path.read_bytes()[:-10])
    assert ends(tmp_path, ledger.open(), only_200) == {}


def test_a_journal_that_is_gone_knows_of_nothing(ledger: Ledger, tmp_path: Path) -> None:
    added(ledger)
    assert ends(tmp_path, ledger.open(), only_200) == {}
