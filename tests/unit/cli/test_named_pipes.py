"""Whatever names a file on a command line refuses a named pipe, which may have nobody at its other end."""

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from simulator.cli import COMMANDS
from simulator.cli.options import NAMED, PATH, TARGET

_FILES = ("FILE", "PATH", "SCENARIO", "JOURNAL", "RULE|CHECK", ".json")


def naming() -> Iterator[tuple[str, click.Parameter]]:
    """Every argument and option of which the help says that it takes a file."""
    for name in COMMANDS:
        for one in import_module(f"simulator.cli.{name}_command").command.params:
            shown = one.metavar or (one.name or "").upper()
            if any(word in shown for word in _FILES) and "FORMATS" not in shown and not getattr(one, "is_flag", False):
                yield f"{name} {one.opts[0]}", one


@pytest.fixture
def pipe(tmp_path: Path) -> str:
    os.mkfifo(tmp_path / "pipe.yaml")
    return str(tmp_path / "pipe.yaml")


@pytest.mark.parametrize(("name", "one"), [pytest.param(*pair, id=pair[0]) for pair in naming()])
def test_whatever_takes_a_file_refuses_a_pipe(name: str, one: click.Parameter, pipe: str) -> None:
    word = f"junit={pipe}" if one.type is TARGET else pipe
    with pytest.raises(click.BadParameter, match="is a named pipe, and there may be nobody at its other end: name a"):
        one.type.convert(word, one, None)


def test_all_that_is_known_to_take_a_file_is_among_them() -> None:
    found = {name for name, _ in naming()}
    assert {"run scenarios", "run --receiver", "run --report", "judge journals", "conform --baseline"} <= found
    assert {"compare a", "explain name", "plan scenario", "shrink scenario", "validate files", "run --cacert"} <= found


def test_a_rule_of_a_pipe_is_refused_with_its_partner_too(pipe: str) -> None:
    with pytest.raises(click.BadParameter, match="is a named pipe"):
        NAMED.convert(f"{pipe}@clevertap", None, None)


def test_what_a_shell_has_opened_already_is_taken() -> None:
    reads, writes = os.pipe()
    try:
        assert NAMED.convert(f"/dev/fd/{reads}", None, None) == f"/dev/fd/{reads}"
        assert PATH.convert(f"/dev/fd/{writes}", None, None) == Path(f"/dev/fd/{writes}")
    finally:
        os.close(reads)
        os.close(writes)


def test_files_and_names_that_ship_are_taken(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").touch()
    for word in (str(tmp_path / "one.yaml"), str(tmp_path), "clevertap/one-time-export", "not-there.yaml", "a\0b"):
        assert NAMED.convert(word, None, None) == word
