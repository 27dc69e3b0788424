"""Tries what may fail on the wire, and makes every error of the libraries one of ours that says what it means."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar

from requests import exceptions
from urllib3.exceptions import MaxRetryError, NewConnectionError

from simulator.client.problem import Unanswered
from simulator.errors import NeverReached, PartnersimError, UsageError

Result = TypeVar("Result")

_NEVER_LEFT: Final = (exceptions.InvalidHeader, exceptions.InvalidURL)


class Asked(NamedTuple):
    """What was asked for: the service's URL, the request in words, and how many seconds were given."""

    url: str
    request: str
    silence: float  # without a byte of the answer
    connect: float  # until a connection stands


def tried(work: Callable[[], Result], asked: Asked, safe: Callable[[str], str]) -> Result:
    """What `work` gives; `safe` makes a library's words fit to be shown.

    Raises:
        NeverReached: no connection stood.
        Unanswered: one stood, and no whole answer came.
        UsageError: the request cannot be written at all.
    """
    try:
        return work()
    except (exceptions.RequestException, OSError, ValueError) as error:
        raise _ours(error, asked, safe(_reason(error))) from None


def _ours(error: Exception, asked: Asked, reason: str) -> PartnersimError:
    """The error of ours for one of a library's."""
    if isinstance(error, _NEVER_LEFT):
        return UsageError(f"{asked.request} cannot be sent: {reason}")
    if isinstance(error, exceptions.SSLError):
        return NeverReached(
            f"{asked.request}: no TLS connection: {reason}", "see the URL's scheme, and name its authority: cacert=…"
        )
    if isinstance(error, exceptions.ConnectTimeout):
        return _nobody(asked, f"no connection within {asked.connect:g} s")
    if isinstance(error, exceptions.ConnectionError) and _connecting(error):
        return _nobody(asked, reason)
    if isinstance(error, exceptions.Timeout):
        reason = f"no answer within {asked.silence:g} s"
    return Unanswered(f"{asked.request}: {reason}", "it may have been done all the same: look before you ask again")


def _nobody(asked: Asked, reason: str) -> NeverReached:
    return NeverReached(
        f"nothing answers at {asked.url} ({reason}): is `partnersim serve` running?",
        "start it, or name the URL that it printed",
    )


def _connecting(error: BaseException) -> bool:
    """Whether the connection never stood: it could not be made, or the host has no address."""
    inner = error.args[0] if error.args else None
    return isinstance(inner, MaxRetryError) and isinstance(inner.reason, NewConnectionError)


def _reason(error: BaseException) -> str:
    """The innermost reason in words: libraries wrap theirs three deep."""
    inner: Any = error
    while isinstance(deeper := getattr(inner, "reason", None) or next(iter(inner.args), None), BaseException):
        inner = deeper
    return getattr(inner, "strerror", None) or str(inner).rpartition(": ")[2] or type(inner).__name__
