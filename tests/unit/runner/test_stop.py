"""Asking a run to end: from its own loop, and from another thread at any time."""

import asyncio
import signal
from threading import Thread

from simulator.runner.stop import Stop


def elsewhere(stop: Stop, number: int = signal.SIGINT) -> None:
    """Ask in a thread of its own, and wait until it has asked."""
    thread = Thread(target=stop.ask_from_elsewhere, args=(number,))
    thread.start()
    thread.join()


def test_who_asks_before_the_run_begins_is_heard_at_its_beginning() -> None:
    stop = Stop()
    elsewhere(stop, signal.SIGTERM)
    assert stop.exit_code == 143

    async def run() -> None:
        stop.belongs_here()
        await asyncio.wait_for(stop.come(), 5)

    asyncio.run(run())


def test_another_thread_ends_a_run_that_waits() -> None:
    stop = Stop()
    heard_on: list[asyncio.AbstractEventLoop] = []

    async def run() -> asyncio.AbstractEventLoop:
        stop.belongs_here()
        stop.listen(lambda: heard_on.append(asyncio.get_running_loop()))  # raises in any other thread
        waiting = asyncio.ensure_future(stop.come())
        await asyncio.to_thread(elsewhere, stop)
        await asyncio.wait_for(waiting, 5)
        return asyncio.get_running_loop()

    assert [asyncio.run(run())] == heard_on
    assert stop.exit_code == 130
    assert stop.signal_name == "SIGINT"


def test_who_asks_after_the_end_changes_nothing() -> None:
    stop = Stop()

    async def run() -> None:
        stop.belongs_here()

    asyncio.run(run())
    elsewhere(stop)
    assert not stop.asked


def test_the_first_who_asks_decides_how_it_ends() -> None:
    stop = Stop()
    elsewhere(stop, signal.SIGTERM)
    elsewhere(stop, signal.SIGINT)
    assert stop.exit_code == 143
    assert stop.times == 2
