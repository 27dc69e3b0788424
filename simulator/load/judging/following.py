"""Watches, while a load runs, how soon what was acknowledged shows: a few ids a second, read from their answer on.

Those that are followed when the last of a load was sent are to the end, while the load is being judged.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from simulator.clock import RealClock
from simulator.errors import StorageError
from simulator.journal import Journal, JournalWriter
from simulator.load.growing import Tail
from simulator.load.judging.follower import Follower
from simulator.load.judging.merging import FOLLOWED
from simulator.load.judging.parts import asked_probe
from simulator.load.orders import Orders, planned_for, shard_of
from simulator.model import Observation
from simulator.receiver import Receiver
from simulator.redaction import Scrub
from simulator.wire.sockets import Wire

_LOOK: Final = 0.02  # seconds between two looks at the shards
_STOPPED: Final = "followed.stopped"  # a file of the folder: why nothing was followed any more, where that went wrong


@asynccontextmanager
async def following(folder: Path, watch: Callable[[Callable[[], object]], Awaitable[None]]) -> AsyncIterator[None]:
    """While inside, a load is followed by `watch`, which calls what it is given when the load may begin: see `follow`.

    Where that goes wrong, `stopped` says why, and nothing else comes of it.
    """
    ready = asyncio.Event()

    async def watched() -> None:
        try:
            await watch(ready.set)
        except Exception as error:  # noqa: BLE001 - whatever it is, the load is sent and judged without it
            with suppress(OSError):
                (folder / _STOPPED).write_text(f"{type(error).__name__}: {' '.join(str(error).split())}", "utf-8")

    task = asyncio.create_task(watched())
    waiting = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
        yield
    finally:
        waiting.cancel()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def stopped(folder: Path) -> str:
    """Why a load was followed no longer, where that went wrong; else ""."""
    try:
        return (folder / _STOPPED).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def followed(folder: Path) -> Iterable[Observation]:
    """What was seen until now, also while it is still being followed; nothing where it never was."""
    try:
        return list(Journal.open(folder / FOLLOWED).observations())
    except StorageError:
        return ()


async def follow(
    folder: Path,
    orders: Orders,
    receiver: Receiver,
    ready: Callable[[], object],
    *,
    environment: Mapping[str, str] | None = None,
    allow: frozenset[str] = frozenset(),
    workers: int | None = None,
) -> None:
    """Read along until cancelled; what was seen stands in the folder then, where `judged` finds it.

    A few ids are read before anything is sent; then `ready` is called. Nothing is done where the receiver has no
    probe. Only the first `workers` are followed, where that is given: what those of other machines write comes here
    too late to tell how soon something showed.

    Raises:
        StorageError: the folder cannot be written.
    """
    probe = asked_probe(receiver)
    if probe is None:
        return
    _, loads, secrets = planned_for(orders, receiver, environment or {})
    writer = JournalWriter(folder / FOLLOWED, {"load_test": True}, Scrub(secrets))
    clock = RealClock()
    follower = Follower(loads=loads, receiver=receiver, probe=probe, writer=writer, seed=orders.seed, clock=clock)
    send = Wire(follower.now, tls=receiver.tls, allow=allow)
    tails = [Tail(shard_of(folder, number)) for number in range(workers or orders.workers)]
    try:
        await follower.before(send)
        ready()
        while True:
            for tail in tails:
                for entry in tail.entries():
                    follower.heard(entry, tail.open, send)
            writer.flush()
            if follower.failed:
                raise follower.failed
            await clock.until(clock.now() + _LOOK)
    finally:
        await follower.stop()
        await send.close()
        writer.flush()
