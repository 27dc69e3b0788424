"""TLS as a layer over bytes: what the sender trusts, shows and refuses. Opens no socket and reads no environment.

The layer is ours, not the event loop's, so that the handshake is a phase of its own, its failures keep their reasons,
and every loop behaves the same.

What is trusted unless a CA file is given: the file and folder that this Python's OpenSSL was built with, else the
first of the well-known bundles that exists; on Windows the system's store. `SSL_CERT_FILE`, `SSL_CERT_DIR` and
`SSLKEYLOGFILE` have no say: they would come in through `create_default_context` and `load_default_certs`, which are
not used. A CA file stands in the place of the system's store, not beside it.
"""

import contextlib
import ssl
import sys
from collections.abc import Callable
from pathlib import Path

from simulator.errors import UsageError
from simulator.model import Outcome
from simulator.receiver import Tls
from simulator.wire.failure import Failure

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # macOS, BSD
)
_RECORD_TYPES = range(0x14, 0x18)  # the first byte of anything TLS
_AT_ONCE = 16 * 1024  # bytes: no record has more inside


def context(tls: Tls) -> ssl.SSLContext:
    """What a receiver file's `tls` means.

    Raises:
        UsageError: a file of its cannot be read or is no PEM.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and host
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    made.hostname_checks_common_name = False
    made.set_alpn_protocols(["http/1.1"])
    if tls.insecure:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    elif tls.ca is not None:
        _load("ca", tls.ca, lambda: made.load_verify_locations(cafile=tls.ca))
    else:
        _trust_system(made)
    if tls.certificate is not None:
        certificate, key = tls.certificate, tls.key
        # Without a password to give, a locked key is an error and never a prompt.
        _load("certificate", certificate, lambda: made.load_cert_chain(certificate, key, password=""))
    return made


class Layer:
    """One side of one TLS connection, the client's: bytes in, bytes out."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        name = host.removesuffix(".")
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._first = b""  # what came first, to say what speaks there when it is not TLS
        self.ready = False  # whether the handshake is over
        self.ended = False  # whether the receiver said goodbye
        self.failure: Failure | None = None

    def receive(self, data: bytes) -> bytes:
        """Take what came in and give what was inside it; then look at `ready`, `ended`, `failure`, `outgoing`."""
        if not self._first:
            self._first = data[:8]
        self._incoming.write(data)
        pieces = []
        try:
            if not self.ready:
                self._tls.do_handshake()
                self.ready = True
            while piece := self._tls.read(_AT_ONCE):
                pieces.append(piece)
                if not self._incoming.pending and not self._tls.pending():  # to be told so costs more than to ask
                    break
            else:
                self.ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.ended = True
        except ssl.SSLError as error:
            self.failure = Failure(Outcome.TLS, self._reason(error))
        return b"".join(pieces)

    def start(self) -> bytes:
        """The first bytes of the handshake."""
        self.receive(b"")
        return self.outgoing()

    def outgoing(self) -> bytes:
        """What is to be sent now; often nothing."""
        return self._outgoing.read()

    def wrap(self, data: bytes) -> bytes:
        """What stands for `data` on the wire."""
        self._tls.write(data)
        return self._outgoing.read()

    def goodbye(self) -> bytes:
        """The alert that ends a connection in order; nothing when it has failed."""
        with contextlib.suppress(OSError, ValueError):  # it would wait for the other side's alert, which nobody needs
            self._tls.unwrap()
        return self._outgoing.read()

    def _reason(self, error: ssl.SSLError) -> str:
        if self._first and self._first[0] not in _RECORD_TYPES:
            speaks = "plain HTTP: is its URL an http one?" if self._first.startswith(b"HTTP/") else "something else"
            return f"no TLS on this port, it speaks {speaks}"
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"the certificate is not trusted: {error.verify_message.rstrip('.')}"
        words = (error.reason or str(error)).replace("_", " ").lower()
        if " alert " in words:
            return f"the receiver ended the TLS connection: {words}"
        return f"the TLS handshake failed: {words}" if not self.ready else f"TLS failed: {words}"


def _load(key: str, path: str, load: Callable[[], None]) -> None:
    try:
        load()
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = (
            "holds no PEM that fits" if isinstance(error, ssl.SSLError) else getattr(error, "strerror", "") or error
        )
        what = "a CA bundle" if key == "ca" else "a certificate and its key, not locked by a password"
        raise UsageError(f"tls.{key}: {path}: {reason}", f"give the path of a PEM file with {what}") from None


def _trust_system(made: ssl.SSLContext) -> None:
    if sys.platform == "win32":
        for store in ("ROOT", "CA"):
            for certificate, encoding, trust in ssl.enum_certificates(store):
                if encoding == "x509_asn" and (trust is True or ssl.Purpose.SERVER_AUTH.oid in trust):
                    made.load_verify_locations(cadata=certificate)
        return
    built_in = ssl.get_default_verify_paths()  # its `openssl_` fields are compiled in; the others read the environment
    file = next((one for one in (built_in.openssl_cafile, *_BUNDLES) if Path(one).is_file()), None)
    folder = built_in.openssl_capath if Path(built_in.openssl_capath).is_dir() else None
    if file or folder:
        made.load_verify_locations(cafile=file, capath=folder)
