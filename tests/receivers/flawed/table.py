"""The table of flaws that the modules beside this one fill."""

from collections.abc import Callable
from typing import Final, NamedTuple

from tests.receivers.correct.plain_receiver import Receiver


class Flawed(NamedTuple):
    """A flaw: the rule meant to catch it, what is wrong in a sentence, and the receiver that has it."""

    rule: str
    says: str
    made: type[Receiver]


FLAWS: Final[dict[str, Flawed]] = {}
"""By name: that of the rule, with `:` and a word behind it where a rule has more than one."""


def flaw(name: str, says: str) -> Callable[[type[Receiver]], type[Receiver]]:
    """Enter the receiver below."""

    def enter(made: type[Receiver]) -> type[Receiver]:
        assert name not in FLAWS, name
        FLAWS[name] = Flawed(name.partition(":")[0], says, made)
        return made

    return enter
