"""A partner that asks before it sends the body: Expect: 100-continue (RFC 9110, 10.1.1)."""

from random import Random
from typing import Any

from simulator.clock import seconds
from simulator.model import AwaitContinue, Script


def expect_continue(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send the headers with Expect: 100-continue, the body when 100 came or after `wait`; a correct request.

    A final answer in the place of 100 is taken, and the body is then not sent.

    Raises:
        ValueError: the setting is not `{wait: duration}`, or there is no body to wait with.
    """
    if not isinstance(setting, dict) or set(setting) != {"wait"}:
        raise ValueError("expect-continue takes {wait: a duration}, such as {wait: 1s}")
    if not body:  # RFC 9110, 10.1.1: a client must not expect it without a body
        raise ValueError("expect-continue: the body has 0 bytes, and a request without one must not ask")
    return (head.removesuffix(b"\r\n") + b"Expect: 100-continue\r\n\r\n", AwaitContinue(seconds(setting["wait"])), body)
