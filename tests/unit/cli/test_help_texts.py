"""What `--help` says: every exit code, and examples that fit what the sample receiver listens on."""

import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import click
import pytest
from flask import Flask

from simulator.cli import COMMANDS, partnersim
from simulator.cli.choosing import chosen_scenarios
from simulator.sample import close, create_app


class Example(NamedTuple):
    """One command line of a help text that names a URL."""

    command: str
    words: tuple[str, ...]

    def values(self, option: str) -> list[str]:
        """What is said with an option, each time it is said."""
        return [value for name, value in zip(self.words, self.words[1:], strict=False) if name == option]

    @property
    def partners(self) -> set[str]:
        """Whose notifications it sends."""
        if self.command == "trigger":
            return {self.words[0].partition(".")[0]}
        if self.command == "run":
            return {scenario.provider for scenario in chosen_scenarios(self.words[: self.words.index("--to")])}
        return set(self.values("--partner"))


def command(name: str) -> click.Command:
    made: click.Command = import_module(f"simulator.cli.{name}_command").command
    return made


def examples() -> Iterator[Example]:
    """Every example with `--to`, of the commands and of the whole."""
    for text in (partnersim.help, *(command(name).help for name in COMMANDS)):
        for line in (text or "").splitlines():
            if line.strip().startswith("partnersim ") and " --to " in line:
                _, name, *words = shlex.split(line)
                yield Example(name, tuple(words))


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Flask]:
    made = create_app(tmp_path / "sample.sqlite")
    yield made
    close(made)


def test_every_url_in_an_example_is_one_the_sample_receiver_takes_that_partners_notifications_at(sample: Flask) -> None:
    (port,) = (one.default for one in command("receive").params if one.name == "port")
    hooks = {rule.rule for rule in sample.url_map.iter_rules() if "POST" in (rule.methods or ())}
    shown = list(examples())
    assert {one.command for one in shown} >= {"run", "load", "conform", "trigger"}
    for one in shown:
        (url,) = one.values("--to")
        scheme, host, path, *_ = urlsplit(url)
        assert (scheme, host) == ("http", f"127.0.0.1:{port}"), one
        assert path in hooks, one
        assert one.partners == {path.rpartition("/")[2]}, one


def test_an_authorization_in_an_example_is_the_one_that_the_readme_gives_the_sample_receiver() -> None:
    readme = (Path(__file__).resolve().parents[3] / "README.md").read_text(encoding="utf-8")
    shown = {value for one in examples() for value in one.values("--authorization")}
    assert shown == {"Bearer secret"}
    assert 'export PARTNERSIM_SAMPLE_AUTHORIZATION="Bearer secret"\n$ partnersim receive &' in readme.replace(
        "$ e", "e"
    )


def test_every_exit_code_of_the_readme_is_in_the_help() -> None:
    readme = (Path(__file__).resolve().parents[3] / "README.md").read_text(encoding="utf-8")
    rows = readme.partition("| code | means |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    told = (partnersim.epilog or "").partition("Exit codes: ")[2]
    listed = {code for part in told.rstrip(".").split(", ") for code in part.split()[0].split("/")}
    assert listed >= {code.strip() for row in rows for code in row.split("|")[1].split(",")} >= {"0", "130", "143"}


def test_it_says_how_long_a_token_is() -> None:
    (option,) = (one for one in command("serve").params if one.name == "token")
    assert isinstance(option, click.Option)
    assert "16 or more characters" in (option.help or "")
