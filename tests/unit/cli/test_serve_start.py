"""What `partnersim serve` says at its start, and the folders that it makes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import pytest

from simulator.cli.serve_command import _pace, make_folders
from simulator.cli.serve_start import Started, differences, going_on, say, where
from simulator.clock import Scale
from simulator.console.desk import Desk
from simulator.errors import StorageError, UsageError

T = TypeVar("T")
TOKEN = "a-token-of-the-tests"
URL = "http://127.0.0.1:8791"
START = 1767571200.0
MADE = Started("127.0.0.1", (), TOKEN, made=True, folder=Path("state"), as_json=False)
GIVEN = MADE._replace(made=False)


class Reading(NamedTuple):
    now: float = START
    scale: float = 60.0
    held: bool = False


class Asked(NamedTuple):
    seed: int | None = None
    start: float | None = None


class StillDesk:
    """A desk that says of its state what a test wants it to say."""

    def __init__(self, *, held: bool = False, seed: int | None = None, **state: Any) -> None:
        self.settings = Asked(seed)
        self._reading = Reading(held=held)
        self._state = {"seed": 42, "start": START, "misfire": "send", "folder": "state", "began": False, "missed": 0}
        self._state |= state

    def do(self, work: Callable[[], T]) -> T:
        return work()

    def state(self) -> dict[str, Any]:
        return self._state

    def clock(self) -> Reading:
        return self._reading


def desk(**told: Any) -> Desk:
    return cast(Desk, StillDesk(**told))


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_who_listens_everywhere_says_so_and_names_the_option_for_names(host: str) -> None:
    first, second, *_ = where(MADE._replace(host=host), URL)
    assert first.startswith("listening on every address of this machine, port 8791; here: http://127.0.0.1:8791 (pid ")
    assert "other names and addresses with --public-host NAME" in second
    assert "also known as a.test" in where(MADE._replace(host=host, public=("a.test",)), URL)[1]


def test_who_listens_here_says_where() -> None:
    told = where(MADE, URL)
    assert told[0].startswith(f"listening on {URL} (pid ")
    assert not [line for line in told if "--public-host" in line]


def test_a_token_that_was_made_is_said_and_one_that_was_given_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert where(MADE, URL)[-1] == f"what it can do: {URL}/?token={TOKEN}"
    monkeypatch.setenv("PARTNERSIM_TOKEN", TOKEN)
    assert where(GIVEN, URL)[-1].startswith(f"what it can do: {URL}/?token=$PARTNERSIM_TOKEN ")
    monkeypatch.setenv("PARTNERSIM_TOKEN", "another-token-altogether")
    assert where(GIVEN, URL)[-1] == f"what it can do: {URL}/?token=… (the token that was given)"


def test_a_state_that_goes_on_is_told_with_its_time_and_what_it_missed() -> None:
    assert going_on(desk(began=True)) == []
    (line,) = going_on(desk())
    assert line == "going on with the state that is there: 2026-01-05T00:00:00Z, going at 60x"
    assert going_on(desk(held=True))[0].endswith("2026-01-05T00:00:00Z, held")
    (line,) = going_on(desk(missed=1234))
    assert line.endswith("; 1,234 or more fell due meanwhile, what is told of it is sent now")
    assert going_on(desk(missed=1, misfire="skip"))[0].endswith("is skipped")


@pytest.mark.parametrize(
    ("seed", "start", "named"),
    [
        (None, None, ""),
        (42, START, ""),
        (7, None, "--seed changed"),
        (0, START, "--seed changed"),
        (42, START + 1, "--start changed"),
        (7, START + 1, "--seed and --start changed"),
    ],
)
def test_a_seed_that_the_state_does_not_have_is_warned_of(seed: int | None, start: float | None, named: str) -> None:
    told = differences(seed, start, desk().state())
    assert [line for line in told if not line.startswith(named)] == []
    assert bool(told) == bool(named)
    if told:
        assert "seed 42, start 2026-01-05T00:00:00Z; name another folder with --state" in told[0]
        assert "POST /control/reset" in told[0]


def test_the_warning_goes_to_stderr_and_json_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    say(MADE._replace(as_json=True), desk(seed=7), URL)
    said = capsys.readouterr()
    assert json.loads(said.out)["link"] == f"{URL}/?token={TOKEN}"
    assert said.err.startswith("partnersim: --seed changed nothing")


def test_its_folders_are_open_to_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "state"
    make_folders(folder)
    made = [folder, folder / "journals", folder / "runs"]
    assert [f"{one.stat().st_mode & 0o777:o}" for one in made] == ["700"] * 3


def test_a_folder_that_is_there_stays_as_open_as_it_is_and_those_within_do_not(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "journals").mkdir(mode=0o755)
    make_folders(tmp_path)
    assert f"{tmp_path.stat().st_mode & 0o777:o}" == "755"
    assert f"{(tmp_path / 'journals').stat().st_mode & 0o777:o}" == "700"


def test_a_file_in_the_place_of_the_folder_is_told_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(StorageError) as raised:
        make_folders(tmp_path / "state")
    assert "--state" in raised.value.remedy


def test_instant_is_for_no_clock_that_goes() -> None:
    assert _pace(Scale.parse("60x")) == 60.0
    with pytest.raises(UsageError) as raised:
        _pace(Scale.parse("instant"))
    assert "--hold" in raised.value.remedy
    with pytest.raises(UsageError, match="faster than"):
        _pace(Scale.parse("2000000x"))
