"""The feed of what happens."""

from concurrent.futures import ThreadPoolExecutor

from simulator.console.feed import KEPT, Entry, Feed


def test_what_came_after_a_number_is_given_at_once() -> None:
    feed = Feed()
    feed.publish("clock", {"now": 1})
    feed.publish("delivery", {"number": 7})
    assert feed.after(0, 0.0) == [Entry(1, "clock", {"now": 1}), Entry(2, "delivery", {"number": 7})]
    assert feed.after(1, 0.0) == [Entry(2, "delivery", {"number": 7})]
    assert feed.last == 2


def test_nothing_comes_when_nothing_happens() -> None:
    assert Feed().after(0, 0.001) == []


def test_only_the_last_thousand_are_kept_and_their_numbers_go_on() -> None:
    feed = Feed()
    for number in range(KEPT + 5):
        feed.publish("clock", {"now": number})
    kept = feed.after(0, 0.0)
    assert (len(kept), kept[0].number, kept[-1].number) == (KEPT, 6, KEPT + 5)


def test_who_waits_is_woken_by_what_happens() -> None:
    feed = Feed()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(feed.after, 0, 30.0)
        feed.publish("clock", {})
        assert [one.number for one in waiting.result(10.0)] == [1]


def test_who_waits_is_woken_when_nothing_will_come_any_more() -> None:
    feed = Feed()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(feed.after, 0, 30.0)
        feed.close()
        assert waiting.result(10.0) == []
    assert feed.closed
