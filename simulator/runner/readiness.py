"""Looks whether a receiver is there: waits until it is ready, or makes sure that somebody or nobody answers."""

import asyncio
from collections.abc import Iterable

from simulator.clock import Clock
from simulator.errors import NeverReached, UsageError
from simulator.model import HangUp, Outcome, Url
from simulator.runner.child import Child
from simulator.wire import Request, Send, get, once

_PAUSE = 0.1  # seconds between two looks
_LOOK = 2.0  # seconds one look may take
_AWAY = 1.0  # seconds that a receiver may be away before nobody is there
_KNOCK = 5.0  # seconds a connection may take to come about
_NOBODY = frozenset({Outcome.REFUSED, Outcome.DNS, Outcome.BLOCKED, Outcome.TIMEOUT_CONNECT})


async def wait_until_ready(
    url: Url, send: Send, clock: Clock, patience: float, *, any_answer: bool = False, child: Child | None = None
) -> None:
    """Return when a GET of `url` is answered with 2xx; with `any_answer`, whatever the answer.

    Raises:
        NeverReached: it was not within `patience` seconds, or the receiver that was started has ended.
    """
    deadline = clock.now() + patience
    while True:
        answer = await once(send, get(url, max(min(_LOOK, deadline - clock.now()), 0.05), fresh=True))
        if child:
            child.check()  # before the answer counts: it may be another process that gave it
        if answer.outcome is Outcome.ANSWERED and (any_answer or 200 <= answer.status < 300):
            return
        if clock.now() >= deadline:
            what = f"answered {answer.status}" if answer.status else f"{answer.outcome} {answer.detail}".strip()
            raise NeverReached(
                f"{url} was not ready within {patience:g} s: {what}",
                f"see what it said in {child.log}"
                if child
                else "start the receiver, or wait longer with --wait-timeout",
            )
        await clock.until(clock.now() + _PAUSE)


async def check_reachable(urls: Iterable[Url], send: Send, clock: Clock) -> None:
    """Make sure that somebody takes a connection at one of them at least; it is ended without a word.

    One that is away for a moment, as while it starts anew, is there.

    Raises:
        NeverReached: nobody does, at any.
    """
    places = {(one.scheme, one.host, one.port): one for one in urls}.values()
    deadline = clock.now() + _AWAY
    while True:
        knocks = [once(send, Request(one, b"", _KNOCK, script=(HangUp(),), fresh=True)) for one in places]
        found = await asyncio.gather(*knocks)
        if not all(one.outcome in _NOBODY for one in found):
            return
        if clock.now() >= deadline:
            break
        await clock.until(clock.now() + _PAUSE)
    bare = [one._replace(target=one.target.partition("?")[0]) for one in places]  # what follows may be a secret
    told = [f"{url}: {one.outcome}, {one.detail}" for url, one in zip(bare, found, strict=True)]
    raise NeverReached(
        f"nobody is there at {'; nor at '.join(told)}",
        "start the receiver, or mend its URL; --wait-for URL waits for one that has yet to come up",
    )


async def check_unanswered(url: Url, send: Send) -> None:
    """Make sure that what is about to be started is what will answer.

    Raises:
        UsageError: something answers at `url` already.
    """
    answer = await once(send, get(url, _LOOK, fresh=True))
    if answer.status:
        raise UsageError(
            f"something answers at {url} already: what `start` starts could not be told from it",
            "end that process, or leave `start` out of the receiver file",
        )
