"""What a worker of another machine is handed: the orders, and the texts of the files that they name."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from simulator.authoring import parse_receiver
from simulator.errors import DocumentError, StorageError, UsageError
from simulator.load.orders import FILE, Orders, Planned, planned_for, read_orders
from simulator.resources import RULES, shipped_rule, shipped_scenario
from simulator.shown import line

_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]")


class Task(NamedTuple):
    """What a process sends a part of, and the folder that its journal goes to."""

    folder: Path
    orders: Orders
    planned: Planned


def handed(orders: Orders) -> dict[str, Any]:
    """The orders with the texts of their files. Nothing of it is expanded: secrets stay in each machine's environment.

    Raises:
        UsageError: there is no receiver file.
        StorageError: a file cannot be read.
    """
    if not orders.receiver_file:
        raise UsageError("workers of other machines need a receiver file", "name one with --receiver")
    return {
        "orders": asdict(orders),
        "receiver": [PurePath(orders.receiver_file).name, _text(Path(orders.receiver_file))],
        "scenarios": [_named(name) for name in orders.scenarios],
    }


def taken(
    told: Mapping[str, Any],
    folder: Path,
    home: Path,
    environment: Mapping[str, str],
    *,
    allow: Sequence[str] = (),
    where: str = "elsewhere",
) -> Task:
    """What was handed, made ready in `folder`, with the receiver file as if it lay in `home`.

    Nothing of it runs the receiver's `start:`. No name that was told becomes a path: what has no text has to be the
    name of something that ships. It is sent to the public hosts of `allow` and to no others, whatever was told. Errors
    name a file as `where`, HOST:PORT, has it: nobody could mend one that is here.

    Raises:
        UsageError: a file is wrong, or what it refers to is not there on this machine.
        StorageError: that is none of it, or the folder cannot be written.
    """
    try:
        name, text = told["receiver"]
        scenarios = tuple(_written(folder, place, *one) for place, one in enumerate(told["scenarios"]))
        file = folder / FILE
        own = {"scenarios": scenarios, "to": "", "allow": list(allow)}
        file.write_text(json.dumps({**told["orders"], **own}), encoding="utf-8")
        orders = read_orders(file)
        source = str(home / _plain(name))
    except OSError as error:
        why = f"cannot write into {folder}: {error.strerror or error}"
        raise StorageError(why, "free the disk, or join from another folder") from error
    except (KeyError, TypeError, ValueError, AttributeError, StorageError) as error:
        wrong = f"what {where} told is no load: {error.__cause__ or error!r}"
        raise StorageError(wrong, "send and join with one version") from error
    texts = zip(scenarios, told["scenarios"], strict=True)
    names = {path.removesuffix(f"@{partner}"): file for path, (file, data, partner) in texts if data is not None}
    try:
        receiver = parse_receiver(text, source, environment)
        receiver = replace(receiver, start=None, tls=orders.tls(receiver.tls))
        return Task(folder, orders, planned_for(orders, receiver, environment))
    except UsageError as error:
        raise _as_told(error, {**names, source: name}, where) from error


def _as_told(error: UsageError, names: Mapping[str, str], where: str) -> UsageError:
    """The error as who joins can follow it: by the names that files have there, and with the command that joins."""
    said = {path: f"{line(name)} (from {where})" for path, name in names.items()}
    said["partnersim …"] = f"partnersim load --join {where} …"
    said["the path is relative to this file"] = "the path begins in the folder where it is joined"

    def told(words: str) -> str:
        for path, name in said.items():
            words = words.replace(path, name)
        return words

    if not isinstance(error, DocumentError):
        return UsageError(told(error.message), told(error.remedy))
    mistakes = [replace(one, message=told(one.message), remedy=told(one.remedy)) for one in error.mistakes]
    return DocumentError(told(error.source), mistakes)


def _named(name: str) -> list[Any]:
    """A scenario's name, and the text and partner (of a rule's file) where it is a file."""
    file, at, partner = name.rpartition("@")
    if at and Path(file).is_file():
        return [PurePath(file).name, _text(Path(file)), partner]
    if Path(name).is_file():
        return [PurePath(name).name, _text(Path(name)), ""]
    return [name, None, ""]


def _written(folder: Path, place: int, name: str, text: bytes | None, partner: str) -> str:
    """What a scenario is called here; its file lies in the folder."""
    if text is None:
        rule = name.removeprefix(RULES).partition("@")[0]
        if not shipped_scenario(name) and not (name.startswith(RULES) and shipped_rule(rule)):
            raise ValueError(f"no scenario of that name ships: {name!r}")
        return name
    path = folder / f"{place:03d}-{_plain(name)}"
    path.write_bytes(text)
    return f"{path}@{partner}" if partner else str(path)


def _plain(name: str) -> str:
    """A file's name of which nothing leads elsewhere."""
    plain = _UNUSUAL.sub("-", PurePath(name).name)[-100:]
    return plain if plain.endswith((".yaml", ".yml", ".json")) else f"{plain}.yaml"


def _text(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
