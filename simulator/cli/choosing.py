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


def _names(word: str) -> list[str]:
    path = Path(word)
    if path.is_dir():
        found = [str(file) for pattern in ("*.yaml", "*.yml") for file in sorted(path.rglob(pattern))]
        if not found:
            raise UsageError(f"the folder {word} has no scenario files", "they end in .yaml or .yml")
        return found
    if not path.exists() and any(sign in word for sign in "*?["):
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
    if file and url:  # what was typed wins over what stands in the environment or in a project's defaults
        typed = [_on_the_command_line(name) for name in ("receiver_file", "to")]
        file, url = (file if typed[0] else None), (url if typed[1] else None)
        if all(typed):
            raise UsageError("--receiver and --to exclude each other", "name one of them")
    if not file and not url:
        raise UsageError("name the receiver", "either --receiver FILE or --to URL")
    if file:
        if any(_on_the_command_line(name) for name in ("authorization", "headers")):
            raise UsageError("--authorization and --header go with --to", "put them into the receiver file")
        receiver = load_receiver(file, os.environ)
    else:
        receiver = receiver_at(url, authorization=options["authorization"], headers=tuple(options["headers"]))
    named = {"ca": options["cacert"], "certificate": options["cert"], "key": options["key"]}
    tls = replace(receiver.tls, **{name: value for name, value in named.items() if value})
    return replace(receiver, tls=replace(tls, insecure=tls.insecure or options["insecure"]))


def _on_the_command_line(option: str) -> bool:
    """Whether it was typed, and does not only stand in the environment or in a project's defaults."""
    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE
