"""What somebody asks of the service to play, held against all that it may be: a scenario, a receiver, and how to play.

What came over the network reads nothing of this machine and starts nothing on it: no file, no variable of the
environment, no command. Pure but for the scenarios that ship.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import orjson

from simulator.authoring import load_scenario, parse_receiver, parse_scenario, parse_url, receiver_at
from simulator.clock import Scale
from simulator.console.refusal import Refusal
from simulator.documents import did_you_mean, quoted
from simulator.errors import DocumentError, Mistake, UsageError
from simulator.model import Url
from simulator.receiver import Receiver, Tls
from simulator.redaction import Scrub
from simulator.resources import shipped_scenario, shipped_scenarios
from simulator.runner.prepare import Planned, Settings, prepare
from simulator.scenario import Scenario
from simulator.wire.addresses import is_this_machine, literal, objection, plain
from simulator.wire.failure import Failure

TEXT_BYTES: Final = 256 * 1024
RECEIVER_BYTES: Final = 32 * 1024  # also of all header values together: hiding them takes a while
HEADER_VALUE: Final = 8192  # characters, of a URL and of each header
SEEDS: Final = 2**32
PATIENCE: Final = 3600.0  # seconds
MISTAKES: Final = 50  # told of one document
SOURCE: Final = "scenario.yaml"  # what messages and reports call a text that came without a name
_ABOUT_SECRETS: Final = "put the value itself into the request: it is kept in memory only, and shown nowhere"
_LOOPBACK: Final = "127.0.0.1"
_BRACES: Final = re.compile(r"\{[^{}]*\}")  # placeholders in a probe's path
_TELLING: Final = re.compile(r"(?i)headers|auth|token|secret|passw|cookie|credential|signature|key|session")


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What to play, as it was asked for: nothing of it has been looked at.

    `scenario` is the name of a shipped one, or `text` is YAML. `receiver` is a receiver file as JSON, or `to` a URL
    (with `authorization` and `headers`); without either it is the service's own. `start` is aware; `patience` is in
    real seconds.
    """

    scenario: str | None = None
    text: str | None = None
    receiver: Mapping[str, Any] | None = None
    to: str | None = None
    authorization: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    seed: int | None = None
    start: datetime | None = None
    scale: Scale | None = None
    patience: float = 0.0
    confirm: bool = True


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """What the service lends to every run: its own receiver, which hosts and ports are targets, and its TLS."""

    receiver: Receiver | None = None
    allow: frozenset[str] = frozenset()
    never: frozenset[int] = frozenset()
    tls: Tls = field(default_factory=Tls)


def wanted_scenario(request: RunRequest) -> Scenario:
    """The scenario that is asked for.

    Raises:
        Refusal: there is none of that name, the text is none, or it asks for what is this machine's own (unfit).
    """
    if (request.scenario is None) == (request.text is None):
        raise Refusal("unfit", "name either `scenario` or `text`", "a shipped scenario's name, or a scenario as YAML")
    if request.text is None:
        return _shipped(request.scenario or "")
    if len(request.text) > TEXT_BYTES or len(request.text.encode(errors="surrogatepass")) > TEXT_BYTES:
        raise Refusal("unfit", f"`text` is longer than {TEXT_BYTES // 1024} KiB", "split the scenario")
    try:
        made = parse_scenario(request.text, SOURCE)
    except DocumentError as error:
        raise _mistaken("text", "the scenario", error.mistakes, Scrub(())) from None
    values = [made.webhook.authorization or "", *(value for _, value in made.webhook.headers)]
    if any("${" in value for value in values):
        raise Refusal("unfit", "the scenario's webhook names a variable of the environment", _ABOUT_SECRETS)
    if sum(map(len, values)) > RECEIVER_BYTES:
        raise Refusal("unfit", "the scenario's webhook has too many headers, or too long ones", "leave some out")
    return made


def wanted_receiver(request: RunRequest, grounds: Grounds) -> Receiver:
    """The receiver that is asked for.

    Raises:
        Refusal: it is wrong, or asks for what is this machine's own, or is never a target (unfit); nobody named one
            and the service has none (conflict).
    """
    if request.receiver is not None and request.to is not None:
        raise Refusal("unfit", "`receiver` and `to` exclude each other", "name one of them")
    if request.to is None and (request.authorization is not None or request.headers):
        raise Refusal("unfit", "`authorization` and `headers` go with `to`", "put them into `receiver`")
    if request.receiver is not None:
        made = _described(request.receiver)
    elif request.to is not None:
        made = _at(request, request.to)
    elif grounds.receiver is None:
        raise Refusal("conflict", "the service has no receiver of its own", "give `receiver` or `to`")
    else:
        return replace(grounds.receiver, start=None)  # it stays where it is, whoever plays against it
    _check_targets(made, grounds)
    return replace(made, tls=replace(grounds.tls, insecure=grounds.tls.insecure or made.tls.insecure))


def planned(scenario: Scenario, receiver: Receiver, settings: Settings) -> Planned:
    """The two of them together, so that every mistake shows before the run waits its turn.

    Raises:
        Refusal: they do not fit, or the scenario asks for what cannot be (unfit).
    """
    hide = Scrub(receiver.secrets)
    if scenario.restart is not None:
        words = "the scenario kills the receiver and starts it again, and the service starts none"
        raise Refusal("unfit", words, "play it with `partnersim run` and a receiver file with `start`")
    try:
        return prepare(scenario, receiver, settings)
    except DocumentError as error:
        raise _mistaken(
            "scenario" if scenario.source != SOURCE else "text", "the scenario", error.mistakes, hide
        ) from None
    except UsageError as error:
        raise Refusal("unfit", hide(error.message), hide(error.remedy)) from None


def check_pace(request: RunRequest) -> None:
    """Whether seed and patience are within their bounds.

    Raises:
        Refusal: one is not (unfit).
    """
    if request.seed is not None and not 0 <= request.seed < SEEDS:
        raise Refusal("unfit", f"{quoted(request.seed)} is not a seed", f"from 0 to {SEEDS - 1}")
    if not 0 <= request.patience <= PATIENCE:
        raise Refusal("unfit", f"a patience of {request.patience:g} s is too long", f"at most {PATIENCE:g} s")


def _shipped(name: str) -> Scenario:
    """A shipped scenario and nothing else: a path is a name that nothing has."""
    if shipped_scenario(name) is None:
        near = did_you_mean(name[:200], shipped_scenarios())
        raise Refusal(
            "unfit", f"there is no scenario {quoted(name)}{near}", "GET /control/scenarios shows all there are"
        )
    return load_scenario(name)


def _described(value: Mapping[str, Any]) -> Receiver:
    """A receiver file that came as JSON."""
    if "start" in value:
        raise Refusal(
            "unfit", "`receiver.start` is a command, and the service runs none", "start the receiver yourself"
        )
    tls = value.get("tls")
    if isinstance(tls, Mapping) and (named := [one for one in ("ca", "certificate", "key") if one in tls]):
        raise Refusal(
            "unfit",
            f"`receiver.tls.{named[0]}` is a file of this machine",
            "name files when the service is started; `insecure` alone may be asked for",
        )
    if any("${" in text for text, _ in _texts(value)):
        raise Refusal("unfit", "`receiver` names a variable of the environment", _ABOUT_SECRETS)
    try:
        data = orjson.dumps(value)
    except TypeError as error:  # nested too deeply, a lone surrogate, a number beyond 64 bits
        raise Refusal("unfit", f"`receiver` cannot be read: {error}", "see: partnersim schema receiver") from None
    if len(data) > RECEIVER_BYTES:
        raise Refusal("unfit", f"`receiver` is longer than {RECEIVER_BYTES // 1024} KiB", "leave out what is not asked")
    try:
        return parse_receiver(data, "", {})
    except DocumentError as error:
        mistakes = [
            replace(one, line=0, column=0, source_line="") for one in error.mistakes
        ]  # nobody wrote those lines
        hidden = Scrub(text for text, telling in _texts(value) if telling)
        raise _mistaken("receiver", "the receiver", mistakes, hidden) from None


def _at(request: RunRequest, url: str) -> Receiver:
    headers = tuple(request.headers.items())
    given = (request.authorization or "", *(value for _, value in headers))
    each = (url, *request.headers, *given)
    if any(len(text) > HEADER_VALUE for text in each) or sum(map(len, each)) > RECEIVER_BYTES:
        raise Refusal(
            "unfit", "the URL, the headers or the credentials are too long", f"{HEADER_VALUE} characters each"
        )
    if any("${" in text for text in (url, *given)):
        raise Refusal("unfit", "the receiver names a variable of the environment", _ABOUT_SECRETS)
    try:
        return receiver_at(url, authorization=request.authorization, headers=headers)
    except UsageError as error:
        scrub = Scrub(given)
        raise Refusal("unfit", scrub(error.message), scrub(error.remedy)) from None


def _texts(value: Mapping[str, Any]) -> Iterable[tuple[str, bool]]:
    """Every text in a JSON value, however deep, and whether a key above it tells of credentials."""
    waiting: list[tuple[Any, bool]] = [(value, False)]
    while waiting:
        one, telling = waiting.pop()
        if isinstance(one, Mapping):
            waiting += [(inner, telling or bool(_TELLING.search(str(key)))) for key, inner in one.items()]
        elif isinstance(one, list):
            waiting += [(inner, telling) for inner in one]
        elif isinstance(one, str):
            yield one, telling


def _check_targets(receiver: Receiver, grounds: Grounds) -> None:
    """What can be told without asking a name server; the wire looks again, at what names lead to."""
    urls = [one.url for one in receiver.endpoints.values()]
    urls += [parse_url(_BRACES.sub("x", one.get)) for one in receiver.probes.values()]
    for url in (*urls, *([receiver.ready] if receiver.ready else [])):
        if reason := _not_a_target(url, grounds):
            raise Refusal("unfit", reason, "name an address the service may send to")


def _not_a_target(url: Url, grounds: Grounds) -> str:
    name = plain(url.host)
    local = name == "localhost" or name.endswith(".localhost")
    try:
        address = literal(_LOOPBACK if local else url.host) if url.host.isascii() else None
    except Failure as failure:
        return failure.detail
    if address is None:
        return ""
    if url.port in grounds.never and is_this_machine(address):
        return f"port {url.port} of this machine is partnersim's own: never a target"
    return objection(address, allowed=name in {plain(host) for host in grounds.allow})


def _mistaken(member: str, what: str, mistakes: Iterable[Mistake], scrub: Scrub) -> Refusal:
    """All that is wrong with a document, each with its place in it; `member` is where the request has it."""
    found = list(mistakes)
    told = [
        {
            "path": scrub(one.path),
            "line": one.line,
            "column": one.column,
            "source_line": scrub(one.source_line),
            "message": scrub(one.message),
            "remedy": scrub(one.remedy),
        }
        for one in found[:MISTAKES]
    ]
    count = "a mistake" if len(found) == 1 else f"{len(found)} mistakes"
    shown = f", the first {MISTAKES} of them in `mistakes`" if len(found) > MISTAKES else ""
    return Refusal(
        "unfit",
        f"{what} has {count}{shown}: {told[0]['message']}",
        str(told[0]["remedy"]),
        {"in": member, "mistakes": told},
    )
