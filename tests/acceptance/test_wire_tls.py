"""TLS is verified, each refusal has its own reason, and the handshake is a phase of its own."""

import asyncio
import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from simulator.errors import UsageError
from simulator.model import Exchange, Outcome, Url
from simulator.receiver import Tls
from simulator.wire import once
from tests.receivers.byte_server import LOOPS, NO_CONTENT, Behave, Peer, post, run, serving, wired

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Pki(NamedTuple):
    """An authority, and the file of its certificate."""

    authority: trustme.CA
    ca: str

    def server(
        self, *names: str, since: datetime.datetime | None = None, until: datetime.datetime | None = None
    ) -> ssl.SSLContext:
        """What a receiver with these names shows."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*names, not_before=since, not_after=until).configure_cert(made)
        return made


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    authority = trustme.CA()
    path = tmp_path_factory.mktemp("pki") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return Pki(authority, str(path))


async def answers(peer: Peer) -> None:
    while await peer.request():
        await peer.send(OK)


async def _once(
    tls: Tls,
    context: ssl.SSLContext | None,
    *,
    host: str = "127.0.0.1",
    behave: Behave = answers,
    scheme: str = "https",
) -> Exchange:
    async with serving(behave, tls=context, scheme=scheme) as server, wired(tls=tls) as wire:
        return await once(wire, post(server.url(host=host), timeout=3.0))


async def _to(url: Url, tls: Tls) -> Exchange:
    async with wired(tls=tls) as wire:
        return await once(wire, post(url, timeout=3.0))


@contextmanager
def blocking(context: ssl.SSLContext) -> Iterator[Url]:
    """A receiver in a thread, whose TLS says why it ends: event loops' servers end without their alert."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection, context.wrap_socket(connection, server_side=True) as secret:
                secret.recv(1000)

    thread = threading.Thread(target=serve)
    thread.start()
    yield Url("https", "127.0.0.1", listener.getsockname()[1], "/")
    thread.join(5)
    listener.close()


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "localhost.", "a.localhost"])
def test_a_certificate_that_names_the_host_is_trusted_through_its_ca(host: str, pki: Pki, loop: str) -> None:
    context = pki.server("127.0.0.1", "localhost", "a.localhost")
    exchange = run(loop, _once(Tls(ca=pki.ca), context, host=host))
    assert (exchange.outcome, exchange.status, exchange.body) == (Outcome.ANSWERED, 200, b"ok")


def self_signed(host: str = "127.0.0.1") -> tuple[bytes, bytes]:
    """A certificate that vouches for itself and has the host in its subject only, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), NOW - DAY, NOW + DAY)
    certificate = built.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private


def untrusted(kind: str, pki: Pki, folder: Path) -> ssl.SSLContext:
    """A receiver whose certificate is wrong in one way."""
    match kind:
        case "expired":
            return pki.server("127.0.0.1", since=NOW - 9 * DAY, until=NOW - DAY)
        case "not yet valid":
            return pki.server("127.0.0.1", since=NOW + DAY, until=NOW + 9 * DAY)
        case "wrong name":
            return pki.server("receiver.example")
        case "wrong address":
            return pki.server("127.0.0.2")
        case "unknown CA":
            made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trustme.CA().issue_cert("127.0.0.1").configure_cert(made)
            return made
        case "self-signed":
            made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate, key = self_signed()
            (folder / "self.pem").write_bytes(certificate + key)
            made.load_cert_chain(folder / "self.pem")
            return made
        case _:
            raise AssertionError(kind)


REASONS = {
    "expired": "certificate has expired",
    "not yet valid": "certificate is not yet valid",
    "wrong name": "IP address mismatch, certificate is not valid for '127.0.0.1'",
    "wrong address": "IP address mismatch, certificate is not valid for '127.0.0.1'",
    "unknown CA": "unable to get local issuer certificate",
    "self-signed": "self-signed certificate",
}


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("kind", REASONS)
def test_a_certificate_that_is_not_right_is_refused_with_its_reason(
    kind: str, pki: Pki, loop: str, tmp_path: Path
) -> None:
    seen: list[bytes] = []

    async def listens(peer: Peer) -> None:
        seen.append(await peer.request())

    exchange = run(loop, _once(Tls(ca=pki.ca), untrusted(kind, pki, tmp_path), behave=listens))
    assert exchange.outcome is Outcome.TLS
    assert REASONS[kind] in exchange.detail
    assert not any(seen)
    assert exchange.sent == 0.0


@pytest.mark.parametrize("kind", REASONS)
def test_insecure_is_explicit_and_takes_them_all(kind: str, pki: Pki, tmp_path: Path) -> None:
    exchange = run("asyncio", _once(Tls(insecure=True), untrusted(kind, pki, tmp_path)))
    assert exchange.outcome is Outcome.ANSWERED


def test_a_name_that_does_not_match_is_refused(pki: Pki) -> None:
    exchange = run("asyncio", _once(Tls(ca=pki.ca), pki.server("other.localhost"), host="a.localhost"))
    assert exchange.outcome is Outcome.TLS
    assert "Hostname mismatch, certificate is not valid for 'a.localhost'" in exchange.detail


def test_a_name_in_the_subject_alone_does_not_count(tmp_path: Path) -> None:
    certificate, key = self_signed("a.localhost")
    path = tmp_path / "subject.pem"
    path.write_bytes(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    exchange = run("asyncio", _once(Tls(ca=str(path)), context, host="a.localhost"))
    assert exchange.outcome is Outcome.TLS
    assert "Hostname mismatch" in exchange.detail


def test_the_system_store_does_not_know_our_authority(pki: Pki) -> None:
    exchange = run("asyncio", _once(Tls(), pki.server("127.0.0.1")))
    assert exchange.outcome is Outcome.TLS


async def plain_http(peer: Peer) -> None:
    await peer.reader.read(10)
    await peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def another_protocol(peer: Peer) -> None:
    await peer.send(b"220 mail.example\r\n")
    await peer.reader.read(10)


async def cuts(peer: Peer) -> None:
    await peer.reader.read(10)


async def cuts_halfway(peer: Peer) -> None:
    await peer.reader.read(1000)
    await peer.send(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03")


async def resets(peer: Peer) -> None:
    await peer.reader.read(10)
    peer.reset()


async def alerts(peer: Peer) -> None:
    await peer.reader.read(1000)
    await peer.send(b"\x15\x03\x03\x00\x02\x02\x28")
    await peer.forever()


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (plain_http, "plain HTTP"),
        (another_protocol, "something else"),
        (cuts, "closed the connection during the TLS handshake"),
        (cuts_halfway, "closed the connection during the TLS handshake"),
        (resets, "reset during the TLS handshake"),
        (alerts, "handshake failure"),
    ],
)
def test_a_port_that_does_not_shake_hands_says_why(behave: Behave, reason: str, loop: str) -> None:
    exchange = run(loop, _once(Tls(), None, behave=behave))
    assert exchange.outcome is Outcome.TLS
    assert reason in exchange.detail


@pytest.mark.parametrize("loop", LOOPS)
def test_plain_http_to_a_tls_port_says_so(pki: Pki, loop: str) -> None:
    exchange = run(loop, _once(Tls(), pki.server("127.0.0.1"), scheme="http"))
    assert exchange.outcome in {Outcome.MALFORMED, Outcome.CLOSED, Outcome.RESET}
    if exchange.outcome is Outcome.MALFORMED:
        assert "TLS" in exchange.detail


def test_a_receiver_of_an_old_version_is_refused(pki: Pki) -> None:
    context = pki.server("127.0.0.1")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with blocking(context) as url:
        exchange = run("asyncio", _to(url, Tls(ca=pki.ca)))
    assert exchange.outcome is Outcome.TLS
    assert "version" in exchange.detail


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_certificate_is_shown_when_there_is_one(
    version: ssl.TLSVersion, pki: Pki, loop: str, tmp_path: Path
) -> None:
    context = pki.server("127.0.0.1")
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    pki.authority.configure_trust(context)
    own = pki.authority.issue_cert("partner@example.com")
    both, certificate, key = tmp_path / "both.pem", tmp_path / "cert.pem", tmp_path / "key.pem"
    own.private_key_and_cert_chain_pem.write_to_path(both)
    own.cert_chain_pems[0].write_to_path(certificate)
    own.private_key_pem.write_to_path(key)
    for tls in (
        Tls(ca=pki.ca, certificate=str(both)),
        Tls(ca=pki.ca, certificate=str(certificate), key=str(key)),
    ):
        assert run(loop, _once(tls, context)).outcome is Outcome.ANSWERED
    with blocking(context) as url:
        without = run(loop, _to(url, Tls(ca=pki.ca)))
    assert without.outcome is Outcome.TLS
    assert "ended the TLS connection" in without.detail


def test_the_host_is_named_unless_it_is_an_address_and_http_1_1_is_offered(pki: Pki) -> None:
    names: list[str | None] = []
    protocols: list[str | None] = []
    context = pki.server("127.0.0.1", "a.localhost")
    context.set_alpn_protocols(["h2", "http/1.1"])
    context.sni_callback = lambda _, name, __: names.append(name)

    async def looks(peer: Peer) -> None:
        protocols.append(peer.writer.get_extra_info("ssl_object").selected_alpn_protocol())
        await answers(peer)

    for host in ("127.0.0.1", "a.localhost", "A.localhost."):
        run("asyncio", _once(Tls(ca=pki.ca), context, host=host, behave=looks))
    assert [name and name.lower() for name in names] == [None, "a.localhost", "a.localhost"]
    assert protocols == ["http/1.1"] * 3


@pytest.mark.parametrize("loop", LOOPS)
def test_a_body_to_the_end_of_the_connection_needs_the_goodbye_of_tls(pki: Pki, loop: str) -> None:
    async def says_goodbye(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\n\r\nhello")

    async def is_cut(peer: Peer) -> None:
        await says_goodbye(peer)
        await asyncio.sleep(0.02)
        peer.writer.transport.abort()

    context = pki.server("127.0.0.1")
    whole = run(loop, _once(Tls(ca=pki.ca), context, behave=says_goodbye))
    cut = run(loop, _once(Tls(ca=pki.ca), context, behave=is_cut))
    assert (whole.outcome, whole.body) == (Outcome.ANSWERED, b"hello")
    assert (cut.outcome, cut.status, cut.body) == (Outcome.TRUNCATED, 200, b"hello")


@pytest.mark.parametrize("loop", LOOPS)
def test_a_tls_connection_is_kept_and_large_bodies_pass_both_ways(pki: Pki, loop: str) -> None:
    async def main() -> list[Exchange]:
        async def echoes(peer: Peer) -> None:
            while request := await peer.request():
                body = request.partition(b"\r\n\r\n")[2]
                await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

        async with serving(echoes, tls=pki.server("127.0.0.1")) as server, wired(tls=Tls(ca=pki.ca)) as wire:
            return [await once(wire, post(server.url(), body=b"z" * size)) for size in (3, 900_000, 0)]

    exchanges = run(loop, main())
    assert [one.size for one in exchanges] == [3, 900_000, 0]
    assert [one.reused for one in exchanges] == [False, True, True]


@pytest.mark.parametrize("loop", LOOPS)
def test_a_connection_is_left_with_the_goodbye_of_tls(pki: Pki, loop: str) -> None:
    ends: list[bytes] = []

    async def listens(peer: Peer) -> None:
        await peer.request()
        await peer.send(NO_CONTENT)
        ends.append(await peer.reader.read())  # without the goodbye: an SSLError or a ConnectionError

    async def main() -> None:
        async with serving(listens, tls=pki.server("127.0.0.1")) as server, wired(tls=Tls(ca=pki.ca)) as wire:
            await once(wire, post(server.url()))
            await wire.close()
            await asyncio.sleep(0.05)

    run(loop, main())
    assert ends == [b""]


def files(folder: Path) -> Iterator[tuple[Tls, str]]:
    locked = folder / "locked.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    locked.write_bytes(
        self_signed()[0]
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"password"),
        )
    )
    (folder / "empty.pem").write_text("")
    missing, empty = str(folder / "missing.pem"), str(folder / "empty.pem")
    yield Tls(ca=missing), f"tls.ca: {missing}: No such file"
    yield Tls(ca=empty), f"tls.ca: {empty}: holds no PEM"
    yield Tls(certificate=missing), f"tls.certificate: {missing}"
    yield Tls(certificate=empty), f"tls.certificate: {empty}"
    yield Tls(certificate=str(locked)), f"tls.certificate: {locked}"


def test_a_file_that_cannot_be_used_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    async def main(tls: Tls) -> None:
        async with wired(tls=tls):
            pytest.fail("it was taken")

    for tls, message in files(tmp_path):
        with pytest.raises(UsageError) as raised:
            asyncio.run(main(tls))
        assert message in str(raised.value)
        assert "PEM file" in raised.value.remedy
