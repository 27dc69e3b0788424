"""Where requests may go, whatever way an address is written."""

from ipaddress import ip_address

import pytest

from simulator.model import Outcome
from simulator.wire.addresses import literal, objection, plain
from simulator.wire.failure import Failure

NEAR = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "::1",
    "fd12:3456::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "172.32.0.1", "172.15.255.255", "192.167.255.255", "100.64.0.1", "198.18.0.1", "126.255.255.255",
    "2606:4700::1111", "::ffff:8.8.8.8", "2002:0808:0808::1", "64:ff9b::808:808", "64:ff9b::7f00:1",
    "2002:7f00:1::1", "2002:0a00:1::1", "::8.8.8.8",
]  # fmt: skip
NEVER = [
    "169.254.169.254", "169.254.0.1", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "0.0.0.0",
    "0.1.2.3", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.51.100.1",
    "203.0.113.1", "192.88.99.1", "::", "fe80::1", "febf::1", "fec0::1", "ff02::1", "fd00:ec2::254", "fd00:ec2::23",
    "fd20:ce::254", "100::1", "2001:db8::1", "3fff::1", "4000::1", "64:ff9b:1::1", "::ffff:169.254.169.254",
    "::ffff:0.0.0.0", "::169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "2002:6464:64c8::1",
    "2001:0:4136:e378:8000:63bf:5601:5601", "2001:4860:0:0:0:5efe:a9fe:a9fe", "fd12::5efe:a9fe:a9fe",
    "fd12::200:5efe:a9fe:a9fe",
]  # fmt: skip


@pytest.mark.parametrize("address", NEAR)
def test_this_machine_and_private_networks_are_targets(address: str) -> None:
    assert objection(ip_address(address), allowed=False) == ""


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_targets_only_when_named(address: str) -> None:
    assert "--allow-target" in objection(ip_address(address), allowed=False)
    assert objection(ip_address(address), allowed=True) == ""


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_targets(address: str) -> None:
    assert objection(ip_address(address), allowed=False)
    assert "never a target" in objection(ip_address(address), allowed=True)


@pytest.mark.parametrize(
    "host",
    [
        "0x7f.1", "0x7f000001", "0X7F000001", "2130706433", "127.1", "127.0.1", "0177.0.0.1", "127.000.000.001",
        "017700000001", "127.0.0.1.", "1.2.3.4.5", "256.0.0.1", "a.1", "0", "0x", "fe80::1%eth0", "::1%lo", "::1::",
        "[::1]", "1:2", "::ffff:1.2.3",
    ],
)  # fmt: skip
def test_odd_spellings_of_addresses_are_blocked_and_never_looked_up(host: str) -> None:
    with pytest.raises(Failure) as raised:
        literal(host)
    assert raised.value.outcome is Outcome.BLOCKED


def test_an_odd_spelling_is_told_what_it_means() -> None:
    for host in ("0x7f.1", "2130706433", "127.1", "127.0.0.1."):
        with pytest.raises(Failure, match=r"if 127\.0\.0\.1 is meant"):
            literal(host)


@pytest.mark.parametrize("host", ["", ".", "a..b", "-a", "a b", "a/b", "a@b", "a\x00b", "a\r\nb", "a" * 64, "a." * 128])
def test_what_is_no_host_name_is_not_looked_up(host: str) -> None:
    with pytest.raises(Failure) as raised:
        literal(host)
    assert raised.value.outcome is Outcome.DNS


@pytest.mark.parametrize("host", ["localhost", "receiver", "my_service", "a.example.", "1a.example", "x.0x1g", "e"])
def test_names_are_names(host: str) -> None:
    assert literal(host) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"])
def test_addresses_are_addresses(host: str) -> None:
    assert literal(host) == ip_address(host)


def test_names_are_compared_without_case_and_final_dot() -> None:
    assert plain("Example.COM.") == "example.com"
    assert plain("[0:0:0:0:0:0:0:1]") == plain("::1")
