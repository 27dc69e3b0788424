"""`partnersim validate`: are these files right?"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from simulator.cli.options import NAMED, json_option
from simulator.cli.output import say, tell
from simulator.errors import DocumentError, PartnersimError, UsageError
from simulator.shown import block, line


@click.command()
@click.argument("files", nargs=-1, type=NAMED, required=True, metavar="FILE...")
@json_option
def command(files: tuple[str, ...], as_json: bool) -> int:
    """Check scenario, rule, receiver and baseline files and journals; all mistakes at once. Sends nothing.

    A scenario is planned as well, and all that a rule plays, so that a payload that does not fit its schema is found.
    Rules of your own that a baseline speaks of are looked for among the files named. Folders are searched.

    \b
    partnersim validate scenarios/ receiver.yaml
    partnersim validate known.yaml rules/
    """
    told: list[dict[str, Any]] = []
    paths = [path for word in files for path in _files(word)]
    if not paths:
        raise UsageError("there is nothing to check", "name files, or a folder with .yaml files")
    for path in paths:
        try:
            kind = _check(path, paths)
            told.append({"file": str(path), "valid": True, "kind": kind})
            say(f"ok  {line(str(path))}  ({kind})", as_json=as_json)
        except PartnersimError as error:
            mistakes = error.mistakes if isinstance(error, DocumentError) else ()
            words = [
                {"line": one.line, "column": one.column, "path": one.path, "message": one.message, "remedy": one.remedy}
                for one in mistakes
            ] or [{"message": error.message, "remedy": error.remedy}]
            told.append({"file": str(path), "valid": False, "mistakes": words})
            named = isinstance(error, DocumentError) or str(path) in error.message
            say(block(str(error) if named else f"{path}: {error}"), as_json=True)
    wrong = sum(1 for one in told if not one["valid"])
    say(f"{len(told)} {'file' if len(told) == 1 else 'files'}, {wrong} wrong", as_json=as_json)
    if as_json:
        tell({"files": told, "exit_code": 2 if wrong else 0})
    return 2 if wrong else 0


def _files(word: str) -> list[Path]:
    from simulator.cli.choosing import files_in, is_folder

    if not word:
        raise UsageError("a file's name is empty", "name files, or a folder with .yaml files")
    return [Path(one) for one in files_in(word)] if is_folder(word) else [Path(word)]


def _check(path: Path, beside: Sequence[Path]) -> str:
    """What kind of file it is, named with those others; raises a PartnersimError that says what is wrong with it."""
    from simulator.authoring import all_of, kind_of, load_receiver, load_rule, load_scenario, receiver_at
    from simulator.cli.baselines import check_baseline
    from simulator.journal import Journal
    from simulator.runner.prepare import Settings, prepare

    if path.suffix == ".ndjson":
        for _ in Journal.open(path).attempts():
            pass
        return "journal"
    kind = kind_of(str(path))
    if kind == "receiver":
        load_receiver(str(path), os.environ)
        return kind
    if kind == "baseline":
        check_baseline(path, beside)
        return kind
    placeholder = receiver_at("http://127.0.0.1:8000/", authorization="Bearer placeholder")
    settings, wrong = Settings(journals=Path(), environment=os.environ), list[DocumentError]()
    for scenario in load_rule(str(path)).played.values() if kind == "rule" else [load_scenario(str(path))]:
        try:
            prepare(scenario, placeholder, settings)
        except DocumentError as error:
            wrong.append(DocumentError(str(path), error.mistakes))
    if wrong:
        raise all_of(wrong)
    return kind
