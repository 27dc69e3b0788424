"""What the options of `partnersim load` come to, with the `load:` blocks of the scenarios: flags win over blocks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.clock import fresh_seed, seconds, spelled
from simulator.documents import did_you_mean, quoted
from simulator.errors import UsageError
from simulator.load.curves import SHAPES
from simulator.load.judging.thresholds import Threshold, thresholds
from simulator.load.mix import STEPS
from simulator.load.orders import SHARES, Orders
from simulator.load.usual import CLIENTS, CONNECTIONS, LIFE, RATE, SECONDS, SHAPE
from simulator.load.words import percentage, rate, spelled_rate
from simulator.model.load import DURATIONS
from simulator.resources import shipped_scenario
from simulator.scenario import Scenario


def orders_of(options: Mapping[str, Any], scenarios: Sequence[Scenario], start: str) -> Orders:
    """What is to be sent. `start` is ISO 8601 with zone.

    Raises:
        UsageError: the words contradict one another.
    """
    connections = _connections(options)
    shape = _said(options, "shape", scenarios, _of("shape"), SHAPE)
    if shape not in SHAPES:
        raise UsageError(
            f"there is no shape {quoted(shape)}{did_you_mean(shape, SHAPES)}", f"there are {', '.join(SHAPES)}"
        )
    duration = _said(options, "duration", scenarios, lambda block: _seconds(block, "for"), SECONDS, spelled)
    if not duration:
        raise UsageError("--for is 0s: nothing would be sent", "e.g. --for 60s")
    for one in scenarios:
        _check_that_it_can_be_a_load(one, options["client"])
    return Orders(
        scenarios=tuple(one.source for one in scenarios),
        receiver_file=options["receiver_file"] or "",
        to=options["to"] or "",
        ca=options["cacert"] or "",
        certificate=options["cert"] or "",
        key=options["key"] or "",
        insecure=options["insecure"],
        rate=_said(options, "rate", scenarios, _rate, RATE, spelled_rate),
        seconds=duration,
        shape=shape,
        **_shares(options, scenarios),
        life=_said(options, "life", scenarios, lambda block: _seconds(block, "life"), LIFE, spelled),
        seed=fresh_seed() if options["seed"] is None else options["seed"],
        start=start,
        workers=all_workers(options),
        connections=connections,
        model=options["model"],
        client=options["client"],
        allow=tuple(options["allow_target"]),
    )


def _check_that_it_can_be_a_load(scenario: Scenario, client: str) -> None:
    if scenario.restart is not None:
        raise UsageError(f"{scenario.source} restarts the receiver, which a load does not", "leave it out")
    if taken := sorted(STEPS & {step.name for step in scenario.steps}):
        raise UsageError(
            f"{scenario.source} has a step {quoted(taken[0])}: that is what a load calls those of its own --{taken[0]}",
            "give it another name",
        )
    if client != CLIENTS[0] and any(step.fault for step in scenario.steps):
        raise UsageError(
            f"{scenario.source} has faults on the wire, which --client {client} cannot send",
            f"take --client {CLIENTS[0]}",
        )


def all_workers(options: Mapping[str, Any]) -> int:
    """How many send: of this machine and of those that join."""
    return int(options["workers"]) + int(options["expect_workers"])


def asked_shares(options: Mapping[str, Any], orders: Orders) -> frozenset[str]:
    """The shares of the mix that somebody asked for, by a flag or in a scenario of their own; others ship so."""
    own = any(shipped_scenario(one) is None for one in orders.scenarios)
    return frozenset(name for name in SHARES if own or options[name] is not None)


def thresholds_of(options: Mapping[str, Any], scenarios: Sequence[Scenario]) -> tuple[Threshold, ...]:
    """Those of the flags, and those of the blocks that no flag speaks of.

    Raises:
        UsageError: one is none, or two contradict one another.
    """
    names = dict.fromkeys(name for one in scenarios for name in one.load.get("thresholds", {}))
    told = {one.name for one in thresholds({}, options["thresholds"])}
    open_ = {
        name: _agreed(f"threshold {name}", scenarios, _threshold(name), spelled if name in DURATIONS else str)
        for name in names
        if name not in told
    }
    return thresholds(open_, options["thresholds"])


def for_others(orders: Orders) -> Orders:
    """The same as it stands in a file, for processes that run in another folder: whole paths, and no URL."""
    return replace(
        orders,
        scenarios=tuple(_whole(one) for one in orders.scenarios),
        receiver_file=_whole(orders.receiver_file),
        to="",
        ca=_absolute(orders.ca),
        certificate=_absolute(orders.certificate),
        key=_absolute(orders.key),
    )


def _whole(name: str) -> str:
    """A file by its whole path; the name of something that ships as it is."""
    file, at, partner = name.rpartition("@")
    if at and Path(file).is_file():
        return f"{Path(file).resolve()}@{partner}"
    return str(Path(name).resolve()) if name and Path(name).is_file() else name


def _absolute(path: str) -> str:
    return str(Path(path).absolute()) if path else ""


def _connections(options: Mapping[str, Any]) -> int:
    """Those of each worker: so many as are said; in a closed model, one for each of its users."""
    if options["model"] == "closed":
        return _users(options)
    if options["users"]:
        raise UsageError("--users goes with --model closed", "in an open model the rate says how much is sent")
    return int(options["connections"] or CONNECTIONS)


def _users(options: Mapping[str, Any]) -> int:
    """Connections of each worker, of all users."""
    if options["rate"]:
        raise UsageError("--rate goes with --model open", "in a closed model the answers say how much is sent")
    if options["connections"]:
        raise UsageError("--connections goes with --model open", "each of --users has one")
    if not options["users"]:
        raise UsageError("--model closed needs to know how many send at once", "e.g. --users 50")
    users, workers = options["users"], all_workers(options)
    if users < workers:
        raise UsageError(f"{users} users cannot share {workers} workers", "take fewer --workers, or more --users")
    if users % workers:
        raise UsageError(f"{users} users cannot be shared evenly by {workers} workers", "take a multiple of --workers")
    return int(users // workers)


def _shares(options: Mapping[str, Any], scenarios: Sequence[Scenario]) -> dict[str, float]:
    found = {name: _said(options, name, scenarios, _share(name), 0.0, _percent) for name in SHARES}
    if (together := sum(found.values())) > 1.0 + 1e-9:
        said = ", ".join(f"{name} {_percent(value)}" for name, value in found.items() if value)
        raise UsageError(f"the shares come to {_percent(together)}: {said}", "all of them together are 100% at most")
    if found["malformed"] + found["unauthorized"] >= 1.0:
        raise UsageError("with nothing but what is wrong, nothing could be lost", "leave some of it genuine")
    return found


def _said(
    options: Mapping[str, Any],
    name: str,
    scenarios: Sequence[Scenario],
    read: Callable[[Mapping[str, Any]], Any],
    usual: Any,
    spell: Callable[[Any], str] = str,
) -> Any:
    """What the flag says, else what the blocks agree on, else what is usual; `spell` writes it as people do."""
    if options[name] is not None:
        return options[name]
    found = _agreed("--for" if name == "duration" else f"--{name}", scenarios, read, spell)
    return usual if found is None else found


def _agreed(
    what: str,
    scenarios: Sequence[Scenario],
    read: Callable[[Mapping[str, Any]], Any],
    spell: Callable[[Any], str],
) -> Any:
    """What the blocks that speak of it say.

    Raises:
        UsageError: they say different things.
    """
    said = {one.source: value for one in scenarios if (value := read(one.load)) is not None}
    if len(set(said.values())) > 1:
        places = ", ".join(f"{source} {spell(value)}" for source, value in said.items())
        raise UsageError(f"the scenarios do not agree on {what}: {places}", "say it on the command line")
    return next(iter(said.values()), None)


def _of(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda block: block.get(name)


def _seconds(block: Mapping[str, Any], name: str) -> float | None:
    return seconds(block[name]) if name in block else None


def _share(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda block: percentage(block["mix"][name]) if name in block.get("mix", {}) else None


def _rate(block: Mapping[str, Any]) -> float | None:
    return rate(block["rate"]) if "rate" in block else None


def _percent(share: float) -> str:
    return f"{share * 100:.4g}%"


def _threshold(name: str) -> Callable[[Mapping[str, Any]], Any]:
    def read(block: Mapping[str, Any]) -> Any:
        block = block.get("thresholds", {})
        return _seconds(block, name) if name in DURATIONS else block.get(name)

    return read
