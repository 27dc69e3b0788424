"""The constant part of every request: request line and headers, once for each way credentials can be."""

import re
from typing import Final

from simulator import redaction
from simulator.documents.headers import wrong_name, wrong_value
from simulator.errors import UsageError
from simulator.faults.credentials import authorization
from simulator.model import Pairs, Route
from simulator.receiver import Receiver
from simulator.scenario import Scenario
from simulator.timeline.story import Story

_TARGET: Final = re.compile(r"/[\x21-\x7e]*")


class Routes:
    """The routes of one story to one receiver.

    What the receiver file says of its endpoint comes before what it says of all, that before the scenario's webhook,
    that before the partner's own. Headers add up; of one name, whatever the case of its letters, the first word counts.

    Raises:
        UsageError: the receiver takes nothing from this partner, or a header cannot be sent.
    """

    def __init__(self, story: Story, scenario: Scenario, receiver: Receiver) -> None:
        partner = story.provider
        endpoint = receiver.endpoint(partner.name)
        if endpoint is None:
            raise UsageError(
                f"receiver {receiver.name!r} has no endpoint for {partner.name}",
                f"add endpoints.{partner.name}.url to {receiver.source or 'the receiver file'}, or give --to URL",
            )
        if not _TARGET.fullmatch(endpoint.url.target):
            raise UsageError(f"{endpoint.url.target!r} cannot stand on a request line", "percent-encode it")
        headers = _over(_over(partner.headers, scenario.webhook.headers), endpoint.headers)
        self._story = story
        self._name = partner.name
        self._url = endpoint.url
        given = (endpoint.timeout, scenario.webhook.timeout)
        self._timeout = next((timeout for timeout in given if timeout is not None), story.retry.timeout)
        of_receiver = receiver.authorization_for(partner.name)
        self.authorization = scenario.webhook.authorization if of_receiver is None else of_receiver
        self._headers = _added_first(headers, partner.headers)
        _refuse(wrong_value("Host", endpoint.url.authority))
        for name, value in self._headers:
            _refuse(wrong_name(name) or wrong_value(name, value))
        self._made: dict[str, Route] = {}
        self.right = self.with_credentials("right")

    def with_credentials(self, how: str) -> Route:
        """The route whose credentials are right, or wrong in that way.

        Raises:
            ValueError: the configured value cannot be made wrong in that way.
        """
        if how not in self._made:
            values = authorization(self.authorization, how, self._story.random(f"credentials {how}"))
            for value in values:
                _refuse(wrong_value("Authorization", value))
            self._made[how] = self._route((*(("Authorization", value) for value in values), *self._headers))
        return self._made[how]

    def _route(self, headers: Pairs) -> Route:
        headers = (("Host", self._url.authority), *headers)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        shown = "".join(f"{redaction.header_line(name, value)}\r\n" for name, value in headers)
        target = redaction.url(str(self._url)).partition("://")[2].partition("/")[2]
        return Route(
            endpoint=self._name,
            url=self._url,
            method="POST",
            head=f"POST {self._url.target} HTTP/1.1\r\n{lines}".encode(),
            shown=f"POST /{target} HTTP/1.1\r\n{shown}",
            timeout=self._timeout,
        )


def _over(below: Pairs, above: Pairs) -> Pairs:
    """Both, without those of `below` that `above` names too."""
    names = {name.lower() for name, _ in above}
    return (*(pair for pair in below if pair[0].lower() not in names), *above)


def _added_first(headers: Pairs, own: Pairs) -> Pairs:
    """What somebody added, then those of the partner's own that are left: the order they are sent in."""
    return (*(pair for pair in headers if pair not in own), *(pair for pair in headers if pair in own))


def _refuse(wrong: tuple[str, str] | None) -> None:
    if wrong:
        raise UsageError(*wrong)
