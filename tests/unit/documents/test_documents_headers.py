"""What may be sent as a header: one rule for files, command line and partners."""

import io
import json
from contextlib import redirect_stderr

import pytest

from simulator.authoring import parse_scenario, receiver_at
from simulator.cli import run
from simulator.documents import fits
from simulator.documents.headers import RESERVED, wrong_name, wrong_value
from simulator.errors import DocumentError, UsageError

NAMES = ["X-Env", "x_env.1", "X-Ä", "X Env", "X-Env:", "X-Env\r", "", *sorted(RESERVED), "Host", "Authorization"]
VALUES = ["ci", "a\tb", "", "é", "\u202e", "\x7f", "\x80", "a\r\nX-Evil: 1", "a\n", "\0", " ci", "ci ", "\tci"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_free_in_a_file_and_on_the_command_line_alike(name: str) -> None:
    wrong = wrong_name(name)
    if wrong is None:
        assert receiver_at("http://h/", headers=((name, "ci"),)).endpoints["*"].headers == ((name, "ci"),)
        return
    with pytest.raises(UsageError) as caught:
        receiver_at("http://h/", headers=((name, "ci"),))
    assert (caught.value.message, caught.value.remedy) == wrong
    with pytest.raises(DocumentError):
        parse_scenario(scenario(name, "ci"), "a.yaml")


@pytest.mark.parametrize("value", VALUES)
def test_a_value_can_be_sent_from_a_file_and_the_command_line_alike(value: str) -> None:
    wrong = wrong_value("X-Env", value)
    assert (wrong is None) == fits("header-value", value)
    if wrong is None:
        assert receiver_at("http://h/", headers=(("X-Env", value),)).endpoints["*"].headers == (("X-Env", value),)
        return
    for given in ({"headers": (("X-Env", value),)}, {"authorization": value}):
        with pytest.raises(UsageError, match="value of"):
            receiver_at("http://h/", **given)
    with pytest.raises(DocumentError):
        parse_scenario(scenario("X-Env", value), "a.yaml")


def scenario(name: str, value: str) -> str:
    webhook = {"headers": {name: value}}
    return json.dumps({"scenario": "s", "provider": "clevertap", "webhook": webhook, "exports": {"a": {}}})


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--header", "X-Env: canary\r\nX-Evil: 1"], "the value of `X-Env` has a line break in it"),
        (["--header", "X-Env: canary-é"], "the value of `X-Env` has a letter beyond ASCII in it"),
        (["--header", "X Env: canary"], "`X Env` is not the name of a header"),
        (["--header", "host: canary"], "`host` is set by the sender itself"),
        (["--header", "Content-length: 1"], "`Content-length` is set by the sender itself"),
        (["--header", "Authorization: canary"], "credentials do not stand among headers"),
        (["--authorization", "canary\r\nX-Evil: 1"], "the value of `Authorization` has a line break in it"),
        (["--authorization", " canary"], "the value of `Authorization` begins or ends with a blank"),
    ],
)
def test_the_command_line_refuses_what_cannot_be_sent_before_anything_is(option: list[str], words: str) -> None:
    said = io.StringIO()
    with redirect_stderr(said):
        code = run(["trigger", "clevertap.completed", "--to", "http://127.0.0.1:9/", *option])
    assert code == 2
    assert words in said.getvalue()
    assert "canary" not in said.getvalue()
