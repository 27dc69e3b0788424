"""The bytes of one connection: its transport, TLS where there is some, and how either side of it ends."""

import asyncio
import ssl
from collections.abc import Iterator

from simulator.wire.failure import unwrappable
from simulator.wire.tls import Layer
from simulator.wire.unread import quiet, reset_on_close, rest


class Channel:
    """Carries nothing before it stands, and nothing once our side of it is at its end."""

    def __init__(self) -> None:
        self.number = 0  # which connection of the run, from 1; 0 when none stood
        self.layer: Layer | None = None  # of TLS, where there is some
        self.ended = False  # whether our side of the connection is at its end
        self.closed = False  # whether it was let go of, or is no more
        self._transport: asyncio.Transport | None = None

    @property
    def stands(self) -> bool:
        """Whether there is a connection, or was."""
        return self._transport is not None

    @property
    def ready(self) -> bool:
        """Whether TLS, where there is some, is past its handshake."""
        return self.layer is None or self.layer.ready

    @property
    def goodbye(self) -> bool:
        """Whether an end that comes now is one in order, as far as TLS can tell."""
        return self.layer is None or self.layer.ended

    @property
    def unwritten(self) -> bool:
        """Whether the system has not taken every byte yet."""
        return self._transport is not None and self._transport.get_write_buffer_size() > 0

    @property
    def quiet(self) -> bool:
        """Whether it stands and nothing came in on it that nobody was told of."""
        return self._transport is not None and quiet(self._transport, tls=self.layer is not None)

    def stand(self, transport: asyncio.Transport) -> None:
        """The connection is there."""
        self._transport = transport

    def start(self, number: int) -> None:
        """Begin the handshake, where there is one; `ready` says whether a request can go at once."""
        self.number = number
        if self._transport is None:
            return
        self._transport.set_write_buffer_limits(0)  # resume_writing then says when all is written
        if self.layer is not None:
            self._transport.write(self.layer.start())

    def write(self, data: bytes) -> None:
        """Send the bytes, inside TLS where there is some.

        Raises:
            Failure: TLS does not take them.
        """
        if self.layer is not None:
            try:
                data = self.layer.wrap(data)
            except ssl.SSLError as error:
                raise unwrappable(error) from None
        self._put(data)

    def unwrap(self, layer: Layer, data: bytes) -> bytes:
        """What is inside the bytes that came in; what TLS itself has to say to them is sent."""
        inside = layer.receive(data)
        self._put(layer.outgoing())
        return inside

    def rest(self) -> Iterator[bytes]:
        """What the system still holds of a connection that broke."""
        return rest(self._transport) if self._transport is not None else iter(())

    def end_writing(self) -> None:
        """End our side of the connection, once everything is written."""
        if self._transport is None:
            return
        if self.layer is not None:
            self._put(self.layer.goodbye())
        self.ended = True
        self._transport.write_eof()

    def reset_on_close(self) -> None:
        """Let the connection end by RST when it is closed."""
        if self._transport is not None:
            reset_on_close(self._transport)

    def leave(self) -> None:
        """Close in order, as long as the receiver takes what is left to say."""
        if self._transport is None or self.closed:
            return
        self.closed = True
        if self.layer is not None:
            self._put(self.layer.goodbye())
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._transport.close()

    def abort(self) -> None:
        """Close at once, and let go of what is not written."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def _put(self, data: bytes) -> None:
        if self._transport is not None and data and not self.ended:
            self._transport.write(data)
