"""What a worker of another machine is handed, and what becomes of it there."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import DocumentError, StorageError, UsageError
from simulator.load.machines.handed import Task, handed, taken
from simulator.load.orders import Orders, planned

RECEIVER = """receiver: mine
endpoints:
  "*": {url: "http://127.0.0.1:8000/hooks", authorization: "${env:TOKEN}"}
start: "touch started"
"""
SCENARIO = "scenario: Fleet\nprovider: clevertap\nexports:\n  nightly: {frequency: one time, takes: 1h}\n"
TOKEN = {"TOKEN": "Bearer of-this-machine"}


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    """Orders whose files lie on the machine that judges."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "receiver.yaml").write_text(RECEIVER)
    (own / "fleet.yaml").write_text(SCENARIO)
    return Orders(
        scenarios=(str(own / "fleet.yaml"), "load/reachfive", "rules/auth/absent@clevertap"),
        receiver_file=str(own / "receiver.yaml"),
        rate=20.0,
        seconds=5.0,
        seed=1,
        start="2026-01-05T00:00:00+00:00",
        workers=2,
    )


def there(tmp_path: Path, told: Any, environment: dict[str, str] = TOKEN) -> Task:
    """What it comes to on a machine that has none of the files."""
    for file in (tmp_path / "own").glob("*"):
        file.unlink()
    folder, home = tmp_path / "joined", tmp_path / "home"
    folder.mkdir()
    home.mkdir(exist_ok=True)
    return taken(told, folder, home, environment, where="10.0.0.5:5557")


def test_it_is_the_same_load_that_is_sent(tmp_path: Path, orders: Orders) -> None:
    here = [(one.number, one.due, one.body) for one in planned(orders, TOKEN).share(1, 2)]
    share = there(tmp_path, handed(orders))
    assert [(one.number, one.due, one.body) for one in share.planned.share(1, 2)] == here
    assert (share.orders.rate, share.orders.allow) == (orders.rate, orders.allow)


def test_public_hosts_are_sent_to_that_this_machine_allows_and_no_others(tmp_path: Path, orders: Orders) -> None:
    told = handed(replace(orders, allow=("receiver.example",)))
    assert there(tmp_path, told).orders.allow == ()
    share = taken(told, tmp_path / "joined", tmp_path, TOKEN, allow=("other.example",))
    assert share.orders.allow == ("other.example",)


def test_a_secret_is_that_of_the_machine_that_sends_and_is_not_told(tmp_path: Path, orders: Orders) -> None:
    told = handed(orders)
    assert b"${env:TOKEN}" in told["receiver"][1]
    assert there(tmp_path, told).planned.receiver.endpoints["*"].authorization == "Bearer of-this-machine"


def test_what_is_missing_there_is_said_with_the_place(tmp_path: Path, orders: Orders) -> None:
    with pytest.raises(DocumentError, match=r"receiver\.yaml .*:3:.*TOKEN"):
        there(tmp_path, handed(orders), {})


def test_the_error_names_the_file_that_the_other_machine_has_and_the_command_that_joins(
    tmp_path: Path, orders: Orders
) -> None:
    with pytest.raises(DocumentError) as raised:
        there(tmp_path, handed(orders), {})
    (mistake,) = raised.value.mistakes
    assert str(raised.value).startswith("receiver.yaml (from 10.0.0.5:5557):3:")
    assert mistake.remedy == "set it, e.g. TOKEN=… partnersim load --join 10.0.0.5:5557 …"


@pytest.mark.parametrize(("name", "shown"), [("fleet.yaml", "fleet.yaml"), ("a\nb.yaml", r"a\nb.yaml")])
def test_the_error_names_a_scenario_as_the_other_machine_does(
    tmp_path: Path, orders: Orders, name: str, shown: str
) -> None:
    Path(orders.scenarios[0]).write_text(f"{SCENARIO}nonsense: 1\n")
    told = handed(orders)
    told["scenarios"][0][0] = name
    with pytest.raises(DocumentError) as raised:
        there(tmp_path, told)
    assert str(raised.value).startswith(f"{shown} (from 10.0.0.5:5557):5:1: `nonsense` is not a key")
    assert str(tmp_path) not in str(raised.value)


def test_a_certificate_that_is_missing_is_named_where_it_is_looked_for(tmp_path: Path, orders: Orders) -> None:
    Path(orders.receiver_file).write_text(f"{RECEIVER}tls: {{ca: ca.pem}}\n")
    with pytest.raises(DocumentError) as raised:
        there(tmp_path, handed(orders))
    (mistake,) = raised.value.mistakes
    assert mistake.message.startswith(f"there is no file `{tmp_path}"[:60])
    assert mistake.remedy == "the path begins in the folder where it is joined"


def test_a_full_disk_is_not_called_a_fault_of_the_other_machine(tmp_path: Path, orders: Orders) -> None:
    with pytest.raises(StorageError, match=r"cannot write into .*nowhere: No such file") as raised:
        taken(handed(orders), tmp_path / "nowhere", tmp_path, TOKEN)
    assert raised.value.remedy == "free the disk, or join from another folder"


def test_certificates_are_looked_for_where_it_was_joined(tmp_path: Path, orders: Orders) -> None:
    certificates = tmp_path / "home" / "certificates"
    certificates.mkdir(parents=True)
    (certificates / "ca.pem").write_text("")
    Path(orders.receiver_file).write_text(f"{RECEIVER}tls: {{ca: certificates/ca.pem}}\n")
    tls = there(tmp_path, handed(orders)).planned.receiver.tls
    assert tls.ca == str(certificates / "ca.pem")


def test_nothing_starts_the_receiver(tmp_path: Path, orders: Orders) -> None:
    assert there(tmp_path, handed(orders)).planned.receiver.start is None


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "..", "a\0b", "x" * 300, "-", "evil\n.yaml"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, orders: Orders, name: str) -> None:
    told = handed(orders)
    told["scenarios"][0][0] = told["receiver"][0] = name
    share = there(tmp_path, told)
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {tmp_path / "joined"}
    assert Path(share.orders.scenarios[0]).parent == tmp_path / "joined"
    assert Path(share.planned.receiver.source).parent == tmp_path / "home"


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "fleet.yaml", "load/none", "rules/none@clevertap", "../own/fleet.yaml"]
)
def test_a_scenario_without_a_text_is_one_that_ships(tmp_path: Path, orders: Orders, name: str) -> None:
    told = handed(orders)
    told["scenarios"][0] = [name, None, ""]
    with pytest.raises(StorageError, match="is no load"):
        there(tmp_path, told)


@pytest.mark.parametrize("told", [{}, {"orders": 1}, {"orders": {}, "receiver": ["x", b""], "scenarios": []}])
def test_what_is_no_load_is_said(tmp_path: Path, told: Any) -> None:
    with pytest.raises(StorageError, match=r"what 10\.0\.0\.5:5557 told is no load: .+"):
        there(tmp_path, told)


def test_a_url_alone_is_not_handed_on(orders: Orders) -> None:
    with pytest.raises(UsageError, match="need a receiver file"):
        handed(replace(orders, receiver_file="", to="http://127.0.0.1:8000/hooks"))
