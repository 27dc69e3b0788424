"""Which addresses requests may go to: this machine and private networks; public ones by name only; some never.

The rule looks at addresses, after names were looked up, so a name that changes its address changes nothing.
An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64, Teredo, ISATAP) is judged as well as the outer one.
Ranges: IANA's special-purpose address registries; metadata services as their clouds document them.
"""

import re
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from simulator.model import Outcome
from simulator.wire.failure import Failure

Address = IPv4Address | IPv6Address

_NEVER_4 = [
    (IPv4Network(network), what)
    for network, what in (
        ("100.100.100.200/32", "a cloud's metadata service"),  # Alibaba
        ("168.63.129.16/32", "a cloud's metadata service"),  # Azure
        ("192.0.0.0/24", "reserved"),  # IETF protocol assignments; 192.0.0.192 is Oracle's metadata service
        ("169.254.0.0/16", "link-local, where clouds keep their metadata services"),
        ("0.0.0.0/8", "unspecified (this machine is 127.0.0.1)"),
        ("192.0.2.0/24", "reserved for documentation"),
        ("198.51.100.0/24", "reserved for documentation"),
        ("203.0.113.0/24", "reserved for documentation"),
        ("192.88.99.0/24", "reserved"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
    )
]
_NEAR_4 = [IPv4Network(one) for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]

_NEVER_6 = [
    (IPv6Network(network), what)
    for network, what in (
        ("fd00:ec2::/32", "a cloud's metadata service"),  # AWS
        ("fd20:ce::254/128", "a cloud's metadata service"),  # Google
        ("::/128", "unspecified (this machine is ::1)"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "reserved"),
        ("ff00::/8", "multicast"),
        ("100::/64", "reserved"),
        ("64:ff9b:1::/48", "reserved"),  # local NAT64: where the IPv4 address stands is anybody's guess
        ("2001:db8::/32", "reserved for documentation"),
        ("3fff::/20", "reserved for documentation"),
    )
]
_NEAR_6 = [IPv6Network(one) for one in ("::1/128", "fc00::/7")]
_UNICAST_6 = IPv6Network("2000::/3")  # all that IANA has given out; the rest is reserved
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)

_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.(?!-)[A-Za-z0-9_-]{1,63})*\.?")


def objection(address: Address, *, allowed: bool) -> str:
    """Why no request may go there; empty when one may. `allowed`: the host was named as a target on purpose.

    >>> objection(IPv4Address("127.0.0.1"), allowed=False)
    ''
    >>> objection(IPv4Address("169.254.169.254"), allowed=True)
    '169.254.169.254 is link-local, where clouds keep their metadata services: never a target'
    """
    if isinstance(address, IPv4Address):
        near = any(address in network for network in _NEAR_4)
        return _forbidden(address, _NEVER_4) or ("" if near or allowed else _public(address))
    if address.ipv4_mapped is not None:  # such a connection is an IPv4 connection
        return objection(address.ipv4_mapped, allowed=allowed)
    inner = _inside(address)
    if inner is not None and (found := _forbidden(inner, _NEVER_4)):
        return f"{address} leads to {found}"
    if found := _forbidden(address, _NEVER_6):
        return found
    if any(address in network for network in _NEAR_6):
        return ""
    if inner is None and address not in _UNICAST_6:
        return f"{address} is reserved: never a target"
    return "" if allowed else _public(address)  # a relay or translator is public, whatever is behind it


def literal(host: str) -> Address | None:
    """The address that a host spells out; None when it is a name.

    Raises:
        Failure: `blocked`, for spellings that programs read differently (`127.1`, `0x7f.1`, `2130706433`) and zones
            (`fe80::1%eth0`); `dns`, for what is neither an address nor a host name.
    """
    if ":" in host:
        return _literal_6(host)
    if _NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]):
        try:
            return IPv4Address(host)
        except ValueError:
            raise Failure(Outcome.BLOCKED, f"the host {host!a} is an oddly spelled address{_meant(host)}") from None
    if not _NAME.fullmatch(host) or len(host) > 254:
        raise Failure(Outcome.DNS, f"{host!a} is not a host name")
    return None


def plain(host: str) -> str:
    """A host as names are compared: lower case, no dot at the end, one spelling for each IPv6 address.

    >>> plain("Receiver.Example."), plain("0:0:0:0:0:0:0:1")
    ('receiver.example', '::1')
    """
    if ":" in host:
        try:
            return str(IPv6Address(host.strip("[]")))
        except ValueError:
            return host
    return host.lower().removesuffix(".")


def is_this_machine(address: Address) -> bool:
    """Whether an address is one of this machine's own: only of those can a socket be bound."""
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as own:
            own.bind((str(address), 0))
    except OSError:
        return False
    return True


def _forbidden(address: Address, never: Sequence[tuple[IPv4Network | IPv6Network, str]]) -> str:
    return next((f"{address} is {what}: never a target" for network, what in never if address in network), "")


def _public(address: Address) -> str:
    return f"{address} is public: name the host with --allow-target if it is meant"


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a transition address leads to."""
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    number = int(address)
    compatible = address in _COMPATIBLE and number > 1
    if compatible or address in _NAT64 or number >> 32 & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(number & 0xFFFFFFFF)
    return None


def _literal_6(host: str) -> IPv6Address:
    if "%" in host:
        raise Failure(
            Outcome.BLOCKED, f"the host {host!a} names a network zone: zones are for link-local addresses only"
        )
    try:
        return IPv6Address(host)
    except ValueError:
        raise Failure(Outcome.BLOCKED, f"the host {host!a} is not an IPv6 address") from None


def _meant(host: str) -> str:
    """What old programs read an odd spelling as, as a remedy."""
    try:
        return f"; if {socket.inet_ntoa(socket.inet_aton(host.removesuffix('.')))} is meant, write that"
    except OSError:
        return ""
