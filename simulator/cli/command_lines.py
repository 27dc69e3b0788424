"""The command lines that are offered to play something again: for a POSIX shell, with a variable for each secret."""

import shlex
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from simulator.curl import shell_address, shell_header
from simulator.scenario import Scenario


def again(options: Mapping[str, Any], scenario: Scenario, seed: int, start: datetime) -> str:
    """The line that plays the same bytes again."""
    scale = [f"--time-scale {shlex.quote(str(options['scale']))}"] if options["scale"] else []
    words = [shlex.quote(scenario.source), *receiver_words(options), f"--seed {seed} --start {start.isoformat()}"]
    return " ".join(["partnersim run", *words, *scale, *_patience(options)])


def run_line(path: Path, options: Mapping[str, Any]) -> str:
    """The line that plays what was written, with a new id for each export."""
    return " ".join(["partnersim run", shlex.quote(str(path)), *receiver_words(options), *_patience(options)])


def explore_line(partner: str, seed: int, options: Mapping[str, Any]) -> str:
    """The line that plays one random schedule, whole."""
    words = [f"partnersim explore --partner {partner} --seed {seed} --count 1"]
    return " ".join([*words, *receiver_words(options), *_patience(options)])


def receiver_words(options: Mapping[str, Any]) -> list[str]:
    """All that was said of the receiver, and of how it is reached."""
    if options["receiver_file"]:
        words = [f"--receiver {shlex.quote(options['receiver_file'])}"]
    else:
        words = [f"--to {shell_address(options['to'] or '')}"]
    words += ['--authorization "$AUTHORIZATION"'] if options["authorization"] else []
    words += [f"--header {shell_header(name)}" for name, _ in options["headers"]]
    words += [f"--allow-target {shlex.quote(host)}" for host in options["allow_target"]]
    named = [(name, options[name]) for name in ("cacert", "cert", "key") if options[name]]
    words += [f"--{name} {shlex.quote(str(value))}" for name, value in named]
    return [*words, *(["--insecure"] if options["insecure"] else [])]


def _patience(options: Mapping[str, Any]) -> list[str]:
    return [f"--patience {options['patience']:g}"] if options.get("patience") else []
