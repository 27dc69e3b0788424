"""A load from begin to end: the receiver made ready, all sent, what was kept of it judged."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from simulator.clock import utc_now
from simulator.load.crew import Lost
from simulator.load.judging.following import follow, following
from simulator.load.judging.promises import JUDGED
from simulator.load.orders import Orders, write_orders
from simulator.load.processes import Glance, Meeting, anything_sent, check_locust, send
from simulator.model import Report, Result, Verdict, unplayed
from simulator.receiver import Receiver
from simulator.runner.event_loop import run_on_a_loop
from simulator.runner.prepare import Settings
from simulator.runner.session import Session, make_ready
from simulator.runner.stop import Stop, on_signals
from simulator.scenario import Scenario
from simulator.version import __version__

Judging = Callable[[bool, Sequence[Lost]], Report]
"""Makes the report once nothing is sent any more: whether it was interrupted, and who was lost."""


def silent() -> None:
    """Nobody watches."""


def never() -> int:
    """No signal came."""
    return 0


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is to be done.

    `orders` as this process names its files, `told` as those it starts are to; their environment is `environment`, and
    `more` goes to Locust as it is. At `meeting`, where there is one, workers of other machines join. `wait_for` and
    `wait_timeout` (seconds) as for a `Session`. `begins` is called once it is about to be sent, `glance` every now and
    then while it is. `interrupted` gives the signal that came while all was made ready, 0 for none.
    """

    folder: Path
    orders: Orders
    told: Orders
    scenarios: Sequence[Scenario]
    receiver: Receiver
    environment: Mapping[str, str]
    judging: Judging
    allow: frozenset[str] = frozenset()
    wait_for: str | None = None
    wait_timeout: float = 30.0
    more: Sequence[str] = ()
    glance: Glance = silent
    begins: Glance = silent
    meeting: Meeting | None = None
    interrupted: Callable[[], int] = never
    stop: Stop = field(default_factory=Stop)


def conduct(load: Load) -> Report:
    """Send it and judge it.

    Raises:
        UsageError: Locust is not installed, or the receiver cannot be started; nothing was sent.
        NeverReached: the receiver is not there.
        StorageError: the folder cannot be written.
        PartnersimError: the processes that were to send it did not come up.
    """
    check_locust()
    return run_on_a_loop(_conduct(load))


async def _conduct(load: Load) -> Report:
    stop = load.stop
    stop.belongs_here()
    async with AsyncExitStack() as stack:
        stack.enter_context(on_signals(stop))
        if number := load.interrupted():
            stop.ask(number)
        await make_ready(_session(load), stack, stop)
        if stop.asked:
            return _unjudged(load, stop, "before anything was sent")
        file = write_orders(load.folder, load.told)
        load.begins()
        own = load.orders.workers - (load.meeting.elsewhere if load.meeting else 0)
        watch = partial(
            follow, load.folder, load.orders, load.receiver, environment=load.environment, allow=load.allow, workers=own
        )
        async with following(load.folder, watch):
            lost = await send(
                load.folder,
                load.orders,
                file.resolve(),
                load.environment,
                stop,
                more=load.more,
                glance=load.glance,
                meeting=load.meeting,
            )
            if not anything_sent(load.folder, load.orders):
                return _unjudged(load, stop, "before anything was sent", lost)
            report = await _judged(load, stop, lost)
    if report is None:
        return _unjudged(load, stop, f"before it was judged; all that was sent stands in {load.folder}")
    return replace(report, interrupted=stop.exit_code)


def _session(load: Load) -> Session:
    return Session(
        scenarios=load.scenarios,
        names=(),
        receiver=load.receiver,
        settings=Settings(journals=load.folder, allow=load.allow),
        wait_for=load.wait_for,
        wait_timeout=load.wait_timeout,
        knock=True,
        stop=load.stop,
    )


async def _judged(load: Load, stop: Stop, lost: Sequence[Lost]) -> Report | None:
    """What judging comes to; None when a signal comes meanwhile, or a second one came since the one that ended it.

    It has a loop, and so a thread, of its own.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Report | None] = loop.create_future()
    interrupted, signals = stop.asked, min(stop.times, 1)

    def settle(report: Report | None, error: BaseException | None = None) -> None:
        if done.done():
            return
        if error:
            done.set_exception(error)
        else:
            done.set_result(report)

    def judge() -> None:
        report: Report | None = None
        trouble: BaseException | None = None
        try:
            report = load.judging(interrupted, lost)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            trouble = error
        with suppress(RuntimeError):  # nobody waits any more: the loop is closed
            loop.call_soon_threadsafe(settle, report, trouble)

    def heard() -> None:
        if stop.times > signals:  # not of the signal that ended the sending
            settle(None)

    stop.listen(heard)
    if not done.done():
        threading.Thread(target=judge, daemon=True).start()
    return await done


def _unjudged(load: Load, stop: Stop, when: str, lost: Sequence[Lost] = ()) -> Report:
    """What is said of a load that a signal ended before it was judged; without one, why those were lost who were."""
    if stop.exit_code:
        title, because = "A load that was interrupted", f"interrupted by {stop.signal_name} {when}"
    else:
        whys = "; ".join(f"{one.who} {one.why}" for one in lost)
        title, because = "A load that was not sent", f"nothing was sent: {whys}"
    verdict = Verdict(
        check=JUDGED.check,
        result=Result.INCONCLUSIVE,
        because=because,
        sentence=JUDGED.sentence,
    )
    orders = load.orders
    play = unplayed(
        verdict,
        source=", ".join(orders.scenarios),
        provider="",
        seed=orders.seed,
        start=orders.start,
        title=title,
        complete=False,
    )
    began = utc_now().isoformat(timespec="seconds")
    return Report(version=__version__, started=began, seed=orders.seed, plays=(play,), interrupted=stop.exit_code)
