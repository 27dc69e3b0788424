"""Why CleverTap's console does not keep a webhook, and what helps: what came of its test body, without secrets."""

from collections.abc import Callable, Mapping
from typing import Final

from simulator.clock import spelled
from simulator.console.clevertap.webhooks import Kept
from simulator.console.refusal import Refusal
from simulator.documents import quoted
from simulator.model import Exchange, Outcome, Url
from simulator.shown import as_text

_BODY_TOLD: Final = 2_000  # characters of an answer's body that are told
_AGAIN: Final = ", and create the webhook again"
_NO_RECEIVER: Final = "is the receiver running, and does it listen there? Start it"
_HUNG_UP: Final = "the receiver hung up without a whole answer: see its log, let it answer 200 to test bodies"
_REMEDIES: Final[Mapping[Outcome, str]] = {
    Outcome.REDIRECTED: "redirects are not followed: give the URL that it leads to",
    Outcome.REFUSED: _NO_RECEIVER,
    Outcome.TIMEOUT_CONNECT: _NO_RECEIVER,
    Outcome.DNS: "no such host is known here: look at how it is spelled",
    Outcome.TLS: "let its certificate be one that is trusted, or start the service with --cacert or --insecure",
    Outcome.TIMEOUT_TLS: "is TLS spoken there? Look at the URL: https or http",
    Outcome.RESET: _HUNG_UP,
    Outcome.CLOSED: _HUNG_UP,
    Outcome.TRUNCATED: _HUNG_UP,
    Outcome.MALFORMED: "what answers there does not speak HTTP as it is written: look at the URL: https or http",
}
_UNGRANTED: Final = (
    "a token_url takes client credentials by HTTP Basic, and answers 200 with access_token and token_type"
)
_TEST_BODIES: Final = 'let the receiver answer 200 to test bodies ({"is_test": true, …})'


def not_kept(kept: Kept, exchange: Exchange, timeout: float, scrub: Callable[[str], str]) -> Refusal:
    """The webhook is not kept, since its test body was not answered with 200 within `timeout` seconds.

    What the sender cut off, as it does at a reset, says nothing of the receiver: that is unavailable.

    `scrub` takes all that is secret out of what the receiver said, a token that was fetched for it, too.
    """
    detail = scrub(exchange.detail)
    if exchange.outcome is Outcome.IN_DOUBT or (exchange.outcome is Outcome.SKIPPED and not _wants_token(kept)):
        why = detail or str(exchange.outcome)
        return Refusal("unavailable", f"the webhook {quoted(kept['name'])} is not kept: {why}", "create it again")
    came = f"{exchange.status or exchange.outcome}{f' ({detail})' if detail else ''}"
    answer = {
        "outcome": str(exchange.outcome),
        "status": exchange.status,
        "body": scrub(as_text(exchange.body))[:_BODY_TOLD],
        "detail": detail,
    }
    return Refusal(
        "not-kept",
        f"the webhook {quoted(kept['name'])} is not kept: its test body came to {came}, and only 200 will do",
        _remedy(kept, exchange, timeout),
        {"answer": answer},
    )


def _wants_token(kept: Kept) -> bool:
    """Whether no token may be why nothing was sent."""
    return bool(kept["auth"]["type"] == "oauth2")


def _remedy(kept: Kept, exchange: Exchange, timeout: float) -> str:
    if exchange.outcome is Outcome.SKIPPED:
        return f"{_UNGRANTED}: see to that{_AGAIN}"
    if exchange.outcome is Outcome.BLOCKED:
        return _unblocked(Url(*kept["url"]).host, exchange.detail)
    if exchange.outcome is Outcome.ANSWERED:
        return f"{_answered(exchange.status, kept['auth']['type'])}{_AGAIN}"
    if exchange.outcome in {Outcome.TIMEOUT_HEADERS, Outcome.TIMEOUT_BODY, Outcome.TIMEOUT_WRITE}:
        return f"the receiver took longer than {spelled(timeout)}: let it answer first and work afterwards{_AGAIN}"
    return f"{_REMEDIES.get(exchange.outcome, _TEST_BODIES)}{_AGAIN}"


def _answered(status: int, auth: str) -> str:
    if status in {401, 403}:
        given = "none were given" if auth == "none" else f"{auth} ones were given"
        return f"the receiver wants other credentials, and {given}: set `auth` to what it expects"
    if status in {404, 405}:
        return f"look at the path of the URL and the method, and {_TEST_BODIES}"
    return _TEST_BODIES


def _unblocked(host: str, detail: str) -> str:
    if "--allow-target" in detail:
        return f"if this host is meant, start the service with --allow-target {host}"
    return "it is never a target, whatever is allowed: give another URL"
