"""What a load counts, with a few examples of each kind and where the journal tells of them."""

from dataclasses import dataclass, field
from typing import NamedTuple

_EXAMPLES = 3
_LINES = 20  # of the journal, as evidence of one kind


class Example(NamedTuple):
    """One export or delivery: what is to be said of it, and where the journal tells of it."""

    words: str
    lines: tuple[int, ...]

    def but(self, why: str) -> "Example":
        """The same, with why it may mean nothing."""
        return self._replace(words=f"{self.words}; {why}")


@dataclass
class Pile:
    """Those of one kind: how many, and the first few."""

    number: int = 0
    examples: list[Example] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def add(self, example: Example) -> None:
        """Count one."""
        self.number += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(example)
        self.lines += [one for one in example.lines[: _LINES - len(self.lines)] if one not in self.lines]

    @property
    def words(self) -> str:
        """The first few, one after the other."""
        more = f"; and {self.number - len(self.examples):,} more" if self.number > len(self.examples) else ""
        return "; ".join(one.words for one in self.examples) + more
