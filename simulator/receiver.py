"""The endpoint under test: the types of a receiver. `simulator.authoring` reads the files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.model import Pairs, Url


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where one partner's notifications go. What is None is the scenario's or the partner's own."""

    url: Url
    timeout: float | None = None  # real seconds
    headers: Pairs = ()
    authorization: str | None = None
    in_shell: str = ""  # its authorization as a shell says it: `Bearer $TOKEN`; "" where that would show some of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How to read the receiver's state of one export.

    `get` is a URL with `{id}`, perhaps `{provider}` and `{definition_id}`; `absent` the statuses that say "no such
    export"; `select` maps names that checks know to JSONPath (RFC 9535) queries on the JSON answer.
    """

    name: str
    get: str
    headers: Pairs = ()
    absent: tuple[int, ...] = (404,)
    select: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What the sender trusts and shows; paths of PEM files."""

    ca: str | None = None
    certificate: str | None = None
    key: str | None = None
    insecure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One service under test."""

    name: str
    endpoints: Mapping[str, Endpoint]  # by provider; "*" takes whatever has none of its own
    source: str = ""  # the file it was read from, "" for --to
    ready: Url | None = None
    start: str | None = None  # the command that starts it
    authorization: str | None = None
    acknowledges: tuple[str, ...] | None = None  # "200", "2xx"; None: the provider's rule
    probes: Mapping[str, Probe] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    supports: Mapping[str, bool] = field(default_factory=dict)
    tls: Tls = Tls()
    secrets: tuple[str, ...] = ()  # every value that no output may show
    in_shell: str = ""  # as of an endpoint, for the authorization of all

    def endpoint(self, provider: str) -> Endpoint | None:
        """Where that partner's notifications go; None when the receiver takes none of them."""
        return self.endpoints.get(provider) or self.endpoints.get("*")

    def authorization_for(self, provider: str) -> str | None:
        """The credentials that partner has to show: its endpoint's own, else those of all; None: it shows none."""
        endpoint = self.endpoint(provider)
        own = endpoint.authorization if endpoint else None
        return self.authorization if own is None else own

    def accepts(self, usual: tuple[str, ...]) -> tuple[str, ...]:
        """The statuses that acknowledge, where the partner's own rule says `usual`."""
        return self.acknowledges or usual

    def facts(self) -> dict[str, Any]:
        """What the journal keeps of it, so that it can be judged later: no credentials, no query strings."""
        return {
            "name": self.name,
            "acknowledges": list(self.acknowledges) if self.acknowledges else None,
            "endpoints": {
                name: {
                    "url": str(one.url._replace(target=one.url.target.partition("?")[0])),
                    "timeout": one.timeout,
                    **self._spelled(one),
                }
                for name, one in self.endpoints.items()
            },
            "probes": {
                name: {"select": dict(probe.select), "absent": list(probe.absent)}
                for name, probe in self.probes.items()
            },
            "words": {name: list(words) for name, words in self.words.items()},
            "supports": dict(self.supports),
            "insecure": self.tls.insecure,
        }

    def _spelled(self, endpoint: Endpoint) -> dict[str, str]:
        """How a shell says the credentials that go there, where that shows nothing of them."""
        spelled = self.in_shell if endpoint.authorization is None else endpoint.in_shell
        return {"authorization": spelled} if spelled else {}
