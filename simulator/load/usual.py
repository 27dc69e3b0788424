"""What holds of a load where nobody says anything else; light, so that a command line can name it."""

from typing import Final

CLIENTS: Final = ("partnersim", "fast", "http")
"""What may send; the first of them does."""

CONNECTIONS: Final = 200
"""That a worker has at once."""

RATE: Final = 100.0
"""Notifications a second."""

SECONDS: Final = 60.0
"""For which they are due, in real time."""

SHAPE: Final = "steady"
"""How the rate goes over that time."""

LIFE: Final = 2.0
"""Real seconds in which one export's story is told."""

WINDOW: Final = 10.0
"""Seconds after the last answer that an effect may take to show."""

TOO_LATE: Final = 0.1
"""Seconds that the sender itself may be late, in 99 of 100: beyond that it measures itself."""

STARTING: Final = 60.0
"""Seconds that may pass until the processes of a load send."""

GATHERING: Final = 300.0
"""Seconds for which a load waits for workers of other machines, and these for it; Locust would try no longer."""

SILENT: Final = 20.0
"""Seconds without any sign of life after which a worker is given up."""
