"""Bounds on what is read, kept, nested, and waited for. Units stand in the names or beside them.

What is the business of one module alone stands at its head instead.
"""

from typing import Final

# Answers of the receiver under test
ANSWER_READ: Final = 1024 * 1024  # bytes of a body read before the connection is closed
ANSWER_KEPT: Final = 64 * 1024  # bytes of a body kept in the journal; the SHA-256 covers all that was read
ANSWER_HEAD: Final = 64 * 1024  # bytes of status line and headers
ANSWER_HEADERS: Final = 100  # header fields
ANSWER_HEADER_LINE: Final = 16 * 1024  # bytes of one header field
INTERIM_ANSWERS: Final = 20  # 1xx answers before the final one

# Connections
CONNECTIONS: Final = 512  # at once to one endpoint
IDLE_REUSED: Final = 1.0  # seconds: one that is idle for longer is not used again (receivers close theirs from 2 s)
TOGETHER: Final = 0.5  # seconds: how long what is to leave together waits for the last one's connection
ACCEPTED: Final = 0.01  # seconds: how long new connections are given to be accepted before what waits leaves together
IN_FLIGHT: Final = 64  # deliveries at once in compressed time, unless `--jobs` says otherwise

# Files that people write
DOCUMENT_BYTES: Final = 16 * 1024 * 1024
DOCUMENT_DEPTH: Final = 64
ALIASED_NODES: Final = 100_000  # nodes that aliases may add
NUMBER_DIGITS: Final = 40

# Waiting for what the receiver does, in real seconds
EVENTUALLY: Final = 2.0
NEVER: Final = 1.0
SLOW: Final = 2.0  # beyond the window: for a genuine effect to show, so that it is known how long one takes
SETTLE: Final = 0.25  # in compressed time: how long an effect may lag before the story goes on
PROBE_TIMEOUT: Final = 5.0
PROBE_PAUSE: Final = 0.05  # between two readings of one probe
PROBE_GRACE: Final = 1.0  # beyond a window, where the last reading did not work: for one that does
PROBES_AT_ONCE: Final = 16

JUDGED_AT_ONCE: Final = 10_000  # attempts: an interrupted run with more is reported without being judged

WORTH_CONFIRMING: Final = 300.0  # seconds: a play that took longer is not played again

# The sender itself
LATE_TRUSTED: Final = 1.0  # seconds: a sender whose 99th percentile is later gives no verdict (real time only)
