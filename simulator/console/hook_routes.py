"""Routes to the hooks that consoles hold: the constant part of every request, with a token where one is wanted."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, Protocol

from simulator.console.happening import Hook, OAuth
from simulator.model import Route
from simulator.receiver import Endpoint, Receiver
from simulator.scenario import Scenario
from simulator.timeline.routes import Routes
from simulator.timeline.story import Story

_KEPT: Final = 4096  # kept ready: a console has as many hooks as people set up, tokens besides


class TokenSource(Protocol):
    """Who has OAuth tokens."""

    async def token(self, oauth: OAuth) -> str:
        """A token that is good now.

        Raises:
            Refusal: there is none to be had (unavailable).
        """

    def forget(self, oauth: OAuth) -> None:
        """The receiver did not take it."""


class HookRoutes:
    """One partner's. `story` has its readings as they are chosen now; `learn` is told of secrets."""

    def __init__(
        self,
        scenario: Scenario,
        story: Callable[[], Story],
        tokens: TokenSource,
        learn: Callable[[Iterable[str]], None],
    ) -> None:
        self._scenario = scenario
        self._story = story
        self._tokens = tokens
        self._learn = learn
        self._routes: dict[Hook, Route] = {}
        self._routes_of: Story | None = None  # a route depends on the story only by its readings

    def to(self, hook: Hook) -> Route:
        """The route to a hook; to one with OAuth, without a token.

        Raises:
            UsageError: something in it cannot be sent.
        """
        story, hook = self._story(), hook._replace(oauth=None)
        if story is not self._routes_of or len(self._routes) > _KEPT:
            self._routes, self._routes_of = {}, story
        if hook not in self._routes:
            self._routes[hook] = _route(story, self._scenario, hook)
        return self._routes[hook]

    async def with_token(self, hook: Hook) -> Route:
        """The route to a hook, with a token where it wants one.

        Raises:
            Refusal: there is no token to be had (unavailable).
        """
        if hook.oauth is None:
            return self.to(hook)
        token = await self._tokens.token(hook.oauth)
        self._learn((token,))
        return self.to(hook._replace(authorization=f"Bearer {token}"))

    def answered(self, hook: Hook, status: int) -> None:
        """A token that the receiver did not take is not used again."""
        if hook.oauth and status == 401:
            self._tokens.forget(hook.oauth)


def _route(story: Story, scenario: Scenario, hook: Hook) -> Route:
    endpoint = Endpoint(url=hook.url, timeout=hook.timeout, headers=hook.headers, authorization=hook.authorization)
    receiver = Receiver(name="console", endpoints={scenario.provider: endpoint})
    route = Routes(story, scenario, receiver).right
    if hook.method == route.method:
        return route
    verb = len(route.method)
    head, shown = hook.method.encode() + route.head[verb:], hook.method + route.shown[verb:]
    return replace(route, method=hook.method, head=head, shown=shown)
