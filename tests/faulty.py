"""One setting, at least, of every fault on the wire: whoever sends plays them all alike."""

from typing import Any

SETTINGS: list[tuple[str, Any]] = [
    ("truncate", "60%"),
    ("truncate", {"at": 5, "end": "reset"}),
    ("truncate", {"at": 5, "end": "half-close"}),
    ("truncate", {"at": 5, "length": "fitting"}),
    ("pause", {"after": "50%", "for": "10ms"}),
    ("hang-up", {"after": "0s", "end": "reset"}),
    ("hang-up", {"after": "timeout"}),
    ("drip", {"part": "body", "every": "1ms"}),
    ("drip", {"part": "headers", "bytes": 9, "every": "1ms"}),
    ("split", {"place": "inside-a-character", "for": "10ms"}),
    ("chunked", {"size": "dice", "extension": "part=1", "trailers": {"X-Sum": "abc"}}),
    ("headers", {"case": "lower", "order": "dice"}),
    ("method", "GET"),
    ("content-length", "larger"),
    ("content-length", "missing"),
    ("content-type", None),
    ("encoding", "gzip"),
    ("wrap", "array"),
]
