"""Every file in tests/invalid is refused with exactly the words in the .txt beside it.

After a message was changed on purpose: `UPDATE=1 pytest tests/unit/test_invalid_files.py`, then read the difference.
"""

import os
from pathlib import Path

import pytest

from simulator.authoring import load_receiver, parse_scenario
from simulator.errors import DocumentError
from simulator.receiver import Receiver
from simulator.scenario import Scenario

FOLDER = Path(__file__).resolve().parent.parent / "invalid"
FILES = sorted(FOLDER.glob("*.yaml"))
ENVIRONMENT = {
    "BROKEN_URL": "http//secret-canary.test/hooks",
    "TIMEOUT": "soon",
    "INJECTED": "secret-canary\r\nX-Injected: 1",
    "PADDED": "secret-canary ",
    "PORT": "secret-canary",
    "SECRET": "secret-canary",
    "EMPTY": "",
}


def complaint(file: Path) -> str:
    """What the author of a file is told, with paths as they are from the file's own folder."""
    with pytest.raises(DocumentError) as caught:
        load(file)
    assert caught.value.exit_code == 2
    return str(caught.value).replace(f"{FOLDER}{os.sep}", "") + "\n"


def load(file: Path) -> Scenario | Receiver:
    if file.name.startswith("scenario"):
        return parse_scenario(file.read_bytes(), file.name)
    return load_receiver(str(file), ENVIRONMENT)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_with_mistakes_is_refused_in_these_words(file: Path) -> None:
    expected = file.with_suffix(".txt")
    said = complaint(file)
    if os.environ.get("UPDATE"):
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")


def test_every_expected_text_has_its_file() -> None:
    assert {file.stem for file in FOLDER.glob("*.txt")} == {file.stem for file in FILES}
    assert len(FILES) >= 30


def test_no_message_shows_a_secret_or_a_control_character() -> None:
    for file in FILES:
        said = complaint(file)
        assert "canary" not in said, file.name
        assert all(one.isprintable() or one == "\n" for one in said), file.name
