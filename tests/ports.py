"""Ports for receivers that are told theirs on the command line."""

import random
import socket


def free_port() -> int:
    """One that nobody has, below those that outgoing connections are given."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
