"""What no output may show: it grows as consoles are told more, and never shrinks."""

from collections.abc import Iterable

from simulator.redaction import Scrub


class Secrets:
    """Takes every secret it knows of out of a text."""

    def __init__(self) -> None:
        self._known = frozenset[str]()
        self._scrub = Scrub(self._known)

    def learn(self, values: Iterable[str]) -> None:
        """From now on these, too."""
        if more := frozenset(values) - self._known:
            self._known |= more
            self._scrub = Scrub(self._known)

    def __call__(self, text: str) -> str:
        return self._scrub(text)
