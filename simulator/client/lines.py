"""An answer that has no end, read line by line as it comes."""

from collections.abc import Callable, Iterator

import requests


class Lines:
    """The lines of an answer as they come, without their ends; close it, or read it to its end."""

    def __init__(self, answer: requests.Response, tried: Callable[[Callable[[], bytes]], bytes]) -> None:
        self._answer = answer
        self._tried = tried
        chunked = answer.headers.get("Transfer-Encoding", "").lower() == "chunked"
        self._pieces: Iterator[bytes] = answer.iter_content(None if chunked else 1)  # None: each chunk as it comes

    def __iter__(self) -> Iterator[str]:
        pieces, rest = self._pieces, b""
        while piece := self._tried(lambda: next(pieces, b"")):
            *whole, rest = (rest + piece).split(b"\n")
            yield from (one.rstrip(b"\r").decode(errors="replace") for one in whole)

    def close(self) -> None:
        """Hang up."""
        self._answer.close()
