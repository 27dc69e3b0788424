"""One sender for so many seconds: `python -m loadtests.bench.rivals NAME URL SECONDS [CA]` says how much it sent.

It says the CPU time of that, too. CA is the file of the authority that signed the certificate of an https URL.

Started by `senders`, a process for each: what one library patches or keeps is none of another's business. All send the
same bytes; what has to be imported or planned first is not counted.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any, Final, NamedTuple

from loadtests.bench.senders import BODY, CONNECTIONS, HEADERS
from simulator.receiver import Tls

_HEADERS: Final = dict(header.split(": ", 1) for header in HEADERS)


class To(NamedTuple):
    """What each is asked for; those without a say in TLS do not verify (Locust's), or fail where it is not trusted."""

    url: str
    seconds: float
    tls: Tls


def timeline(to: To) -> tuple[int, float]:
    """The corridor: a planned timeline as fast as it goes, the journal written, every answer strictly read."""
    from loadtests.bench.playing import fleet, planned, played

    scenario, deliveries = planned(fleet("clevertap", 20_000), to.url, _HEADERS["Authorization"])
    run = played(scenario, deliveries, scale="instant", jobs=CONNECTIONS, seconds=to.seconds, tls=to.tls)
    return run.attempts, run.cpu


def session(to: To) -> tuple[int, float]:
    """One kept connection of requests: it has no way to keep several busy but threads."""
    import requests

    with requests.Session() as kept:
        kept.headers.update(_HEADERS)
        return _while(to.seconds, lambda: kept.post(to.url, data=BODY, timeout=5.0).raise_for_status())


def aiohttp(to: To) -> tuple[int, float]:
    """As many workers as there are connections, on uvloop."""
    import aiohttp
    import uvloop

    async def send() -> tuple[int, float]:
        sent = 0
        async with aiohttp.ClientSession(headers=_HEADERS, connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as kept:

            async def one() -> None:
                nonlocal sent
                while time.perf_counter() < until:
                    async with kept.post(to.url, data=BODY) as answer:
                        await answer.read()
                        sent += 1

            began, until = time.process_time(), time.perf_counter() + to.seconds
            await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
            return sent, time.process_time() - began

    return uvloop.run(send())


def fast_http_user(to: To) -> tuple[int, float]:
    """Locust's fast one."""
    from locust import FastHttpUser

    return _locust(FastHttpUser, to)


def http_user(to: To) -> tuple[int, float]:
    """Locust's usual one, on requests."""
    from locust import HttpUser

    return _locust(HttpUser, to)


def load_user(to: To) -> tuple[int, float]:
    """The Locust user of `loadtests`: planned deliveries, strictly read answers, Locust's statistics; no journal.

    FastHttpUser writes none either, and renders nothing: with a journal it is `load-user-journal`.
    """
    return _load_user(to, "")


def load_user_journal(to: To) -> tuple[int, float]:
    """The same with intent and outcome of each in a journal, as `partnersim load` has it."""
    with tempfile.TemporaryDirectory() as folder:
        return _load_user(to, folder)


def _load_user(to: To, folder: str) -> tuple[int, float]:
    from locust import User, constant, task

    from loadtests.clients import carriers
    from loadtests.shard import Shard
    from loadtests.telling import Judge, teller
    from simulator.authoring import parse_scenario, receiver_at
    from simulator.garbage import collect_seldom
    from simulator.load.curves import SHAPES
    from simulator.load.mix import Mix
    from simulator.load.orders import Planned
    from simulator.load.planned import PlannedLoad
    from simulator.timeline.lives import Lives

    collect_seldom()  # as its processes have it
    receiver = replace(receiver_at(to.url, authorization=_HEADERS["Authorization"]), tls=to.tls)
    scenario = parse_scenario("scenario: One\nprovider: clevertap\nexports:\n  one: {takes: 2s}\n", "bench")
    lives = Lives(scenario, receiver, seed=1, start=datetime(2026, 1, 5, tzinfo=UTC))
    load = PlannedLoad(lives=lives, rate=1000.0, seconds=10.0, curve=SHAPES["steady"], mix=Mix())
    deliveries = cycle([*load.share(0, 1)])
    judge = Judge(Planned(receiver, (load,)))
    shard = (
        Shard(Path(folder) / "shard.ndjson", Planned(receiver, (load,)).head, (), time.perf_counter) if folder else None
    )
    made: list[Callable[[Any, Any, float], None]] = []

    class Posting(User):
        wait_time = constant(0)

        def on_start(self) -> None:
            made.append(teller(self.environment, judge))
            self.carrier = carriers("partnersim", receiver, frozenset(), time.perf_counter)()

        @task
        def post(self) -> None:
            one = next(deliveries)
            line = shard.intent(one) if shard else 0
            exchange = self.carrier.carry(one)
            if shard:
                shard.outcome(line, one, exchange, 0.0, 0.0)
            made[0](one, exchange, exchange.done - exchange.sent)

    return _in_locust(Posting, to.seconds)


def _locust(kind: Any, to: To) -> tuple[int, float]:
    """That kind of user, without a pause."""
    from locust import constant, task

    class Posting(kind):  # type: ignore[misc]  # Locust chooses the class
        wait_time = constant(0)
        host = to.url

        @task
        def post(self) -> None:
            self.client.post("", data=BODY, headers=_HEADERS, name="post")

    return _in_locust(Posting, to.seconds)


def _in_locust(user: Any, seconds: float) -> tuple[int, float]:
    """As many of these users as there are connections, in one process without a page."""
    import gevent
    from locust.env import Environment

    environment = Environment(user_classes=[user])
    runner = environment.create_local_runner()
    runner.start(CONNECTIONS, spawn_rate=CONNECTIONS)
    gevent.sleep(1.0)
    before, began = environment.stats.total.num_requests, time.process_time()
    gevent.sleep(seconds)
    sent, spent = environment.stats.total.num_requests - before, time.process_time() - began
    if environment.stats.total.num_failures:
        raise SystemExit(f"{environment.stats.total.num_failures} failed: {[*environment.stats.errors.values()][:1]}")
    runner.quit()
    return sent, spent


def _while(seconds: float, work: Callable[[], object]) -> tuple[int, float]:
    """As often as it goes in that time: how often, and the CPU time it took."""
    work()
    sent, began, until = 0, time.process_time(), time.perf_counter() + seconds
    while time.perf_counter() < until:
        work()
        sent += 1
    return sent, time.process_time() - began


RIVALS: Final[Mapping[str, Callable[[To], tuple[int, float]]]] = {
    "timeline": timeline,
    "load-user": load_user,
    "load-user-journal": load_user_journal,
    "aiohttp": aiohttp,
    "fast-http-user": fast_http_user,
    "http-user": http_user,
    "requests": session,
}


def main() -> None:
    """Send, and say how much."""
    name, url, seconds, *ca = sys.argv[1:]
    sent, spent = RIVALS[name](To(url, float(seconds), Tls(ca=ca[0] if ca else None)))
    print(f"sent {sent} cpu {spent:.3f}")


if __name__ == "__main__":
    main()
