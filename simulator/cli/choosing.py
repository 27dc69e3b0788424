"""Which scenarios and which receiver a command line means."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from simulator.authoring import load_receiver, load_scenario, receiver_at
from simulator.errors import DocumentError, UsageError
from simulator.receiver import Receiver
from simulator.resources import shipped_scenarios
from simulator.scenario import Scenario

_WITH_TO = ("authorization", "headers")
_DISTANCES = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP)


def chosen_scenarios(words: Iterable[str]) -> list[Scenario]:
    """Every scenario the words name, each once, in the order they were named.

    Raises:
        UsageError: a word names none.
        DocumentError: files are wrong; the mistakes of all of them at once.
    """
    names = dict.fromkeys(name for word in words for name in _names(word))
    read: list[Scenario] = []
    wrong: list[DocumentError] = []
    for name in names:
        try:
            read.append(load_scenario(name))
        except DocumentError as error:
            wrong.append(error)
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        raise SeveralFilesError(wrong)
    return read


class SeveralFilesError(DocumentError):
    """More than one file is wrong: all of them are shown."""

    def __init__(self, errors: Iterable[DocumentError]) -> None:
        kept = list(errors)
        super().__init__(kept[0].source, [one for error in kept for one in error.mistakes])
        self.message = "\n".join(error.message for error in kept)


def is_folder(word: str) -> bool:
    """Whether it is one; what no file system takes for a name is none."""
    return os.path.isdir(word)  # noqa: PTH112 - one that never raises


def files_in(folder: str) -> list[str]:
    """The scenario and receiver files in a folder and below."""
    return [
        str(file) for pattern in ("*.yaml", "*.yml") for file in sorted(Path(folder).rglob(pattern)) if file.is_file()
    ]


def _names(word: str) -> list[str]:
    if not word:
        raise UsageError("a scenario's name is empty", "see: partnersim list scenarios")
    if is_folder(word):
        found = files_in(word)
        if not found:
            raise UsageError(f"the folder {word} has no scenario files", "they end in .yaml or .yml")
        return found
    if any(sign in word for sign in "*?[") and not os.path.exists(word):  # noqa: PTH110 - never raises
        found = [name for name in shipped_scenarios() if fnmatchcase(name, word)]
        if not found:
            raise UsageError(f"no shipped scenario is like {word!r}", "see: partnersim list scenarios")
        return found
    return [word]


def chosen_receiver(options: Mapping[str, Any]) -> Receiver:
    """The receiver of `--receiver` or `--to`, with the TLS options.

    Raises:
        UsageError: none or both were named, or the file is wrong.
    """
    file, url = options["receiver_file"], options["to"]
    if file and url:
        raise UsageError("--receiver and --to exclude each other", "name one of them")
    if not file and not url:
        raise UsageError("name the receiver", "either --receiver FILE or --to URL")
    if file:
        if any(options[name] for name in _WITH_TO):
            raise UsageError("--authorization and --header go with --to", "put them into the receiver file")
        receiver = load_receiver(file, os.environ)
    else:
        receiver = receiver_at(url, authorization=options["authorization"], headers=tuple(options["headers"]))
    if options["key"] and not options["cert"]:
        raise UsageError("--key goes with --cert", "name the certificate too")
    named = {"ca": options["cacert"], "certificate": options["cert"], "key": options["key"]}
    tls = replace(receiver.tls, **{name: value for name, value in named.items() if value})
    return replace(receiver, tls=replace(tls, insecure=tls.insecure or options["insecure"]))


def settled(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options, of `--receiver` and `--to` only the one that was said closer by, with what goes with it.

    What is typed is closer than the environment, and that than a project's defaults.
    """
    kept = dict(options)
    receiver, to = _distance("receiver_file"), _distance("to")
    if kept["receiver_file"] and kept["to"] and receiver != to:
        kept["to" if receiver < to else "receiver_file"] = None
    if kept["receiver_file"] and not kept["to"]:
        kept |= {name: () if name == "headers" else None for name in _WITH_TO if _distance(name) > 0}
    return kept


def _distance(option: str) -> int:
    source = click.get_current_context().get_parameter_source(option)
    return _DISTANCES.index(source) if source in _DISTANCES else len(_DISTANCES)
