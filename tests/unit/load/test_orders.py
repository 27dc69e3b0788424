"""What orders come to: loads with what their scenarios refer to filled in, and nothing secret in what is written."""

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.authoring import receiver_at
from simulator.errors import UsageError
from simulator.load.orders import FILE, Orders, planned, planned_for, read_orders, shard_of, shards, write_orders
from simulator.load.variables import AUTHORIZATION, HEADERS, TO
from simulator.receiver import Tls

RECEIVER = receiver_at("http://127.0.0.1:8000/hook")
SECRET = "opensesame-opensesame"
TEXT = """\
scenario: With credentials of its own
provider: clevertap
webhook: {authorization: "Bearer ${env:HOOK_TOKEN}"}
exports:
  one: {takes: 2s}
"""


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    (tmp_path / "own.yaml").write_text(TEXT)
    return Orders(
        scenarios=(str(tmp_path / "own.yaml"),), to="x", rate=5.0, seconds=2.0, seed=1, start="2026-01-05T00:00:00Z"
    )


def test_a_scenarios_own_credentials_are_sent_and_no_head_shows_them(orders: Orders) -> None:
    planned = planned_for(orders, RECEIVER, {"HOOK_TOKEN": SECRET})
    assert all(f"Authorization: Bearer {SECRET}\r\n".encode() in one.data for one in planned.share(0, 1))
    assert SECRET in " ".join(planned.secrets)
    assert SECRET not in str(planned.head)


def test_a_variable_that_is_not_set_is_named_before_anything_is_sent(orders: Orders) -> None:
    with pytest.raises(UsageError, match="HOOK_TOKEN"):
        planned_for(orders, RECEIVER, {})


def test_orders_are_read_as_they_were_written(orders: Orders, tmp_path: Path) -> None:
    more = replace(orders, allow=("example.org",), shape="midnight", repeat=0.05, ca="/ca.pem", insecure=True)
    write_orders(tmp_path, more)
    assert read_orders(tmp_path / FILE) == more


def test_a_url_is_sent_the_headers_that_the_environment_holds_and_no_head_shows_them(orders: Orders) -> None:
    told = {TO: "http://127.0.0.1:8000/hook", AUTHORIZATION: "Bearer abc-abc", HEADERS: f'[["X-Api-Key", "{SECRET}"]]'}
    found = planned(replace(orders, to="", scenarios=("load/clevertap",)), told)
    assert all(f"X-Api-Key: {SECRET}\r\n".encode() in one.data for one in found.share(0, 1))
    assert SECRET in found.secrets
    assert SECRET not in str(found.head)


@pytest.mark.parametrize("value", ["", "{", "5", '[["X-Env"]]', "[5]"])
def test_headers_that_are_none_are_refused_by_the_name_of_the_variable_alone(orders: Orders, value: str) -> None:
    with pytest.raises(UsageError, match=f"{HEADERS} has no headers"):
        planned(replace(orders, to="http://127.0.0.1:8000/hook"), {HEADERS: value})


def test_what_is_said_of_tls_wins_over_the_receiver_file_beside_which_the_rest_stays(
    orders: Orders, tmp_path: Path
) -> None:
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / name).touch()
    text = 'receiver: mine\nendpoints: {"*": {url: "https://127.0.0.1/hook"}}\n'
    (tmp_path / "receiver.yaml").write_text(f"{text}tls: {{ca: ca.pem, certificate: cert.pem, key: key.pem}}\n")
    told = replace(orders, to="", receiver_file=str(tmp_path / "receiver.yaml"), ca="/own.pem")
    environment = {"HOOK_TOKEN": SECRET}
    own = Tls(ca="/own.pem", certificate=str(tmp_path / "cert.pem"), key=str(tmp_path / "key.pem"))
    assert planned(told, environment).receiver.tls == own
    insecure = planned(replace(told, insecure=True), environment)
    assert insecure.receiver.tls == replace(own, insecure=True)
    assert insecure.head["receiver"]["insecure"]


def test_a_url_gets_what_is_said_of_tls_too(orders: Orders) -> None:
    told = replace(orders, to="https://127.0.0.1/hook", certificate="/c.pem", key="/k.pem", insecure=True)
    found = planned(told, {"HOOK_TOKEN": SECRET})
    assert found.receiver.tls == Tls(certificate="/c.pem", key="/k.pem", insecure=True)


def test_a_scenario_whose_lives_would_tell_of_one_export_is_no_load(tmp_path: Path) -> None:
    file = tmp_path / "set.yaml"
    step = "tried: {event: completed, set: {Export Request Id: 1234}}"
    file.write_text(f"scenario: Set\nprovider: clevertap\ntimeline:\n  {step}\n")
    orders = Orders(scenarios=(str(file),), to="x", rate=5.0, seconds=2.0, seed=1, start="2026-01-05T00:00:00Z")
    with pytest.raises(UsageError, match=r"cannot be a load: `tried` would tell of the same export in each life"):
        planned_for(orders, RECEIVER, {})


def test_the_workers_whose_journals_are_there_are_known_by_these(tmp_path: Path) -> None:
    for worker in (1000, 7):
        shard_of(tmp_path, worker).touch()
    (tmp_path / FILE).touch()
    assert shards(tmp_path) == [7, 1000]
    assert shards(tmp_path / "nowhere") == []
