"""Finds the word that somebody may have meant."""

import re
from collections.abc import Iterable
from typing import Final

from simulator.documents.showing import quoted

_NOT_A_DIGIT: Final = re.compile(r"\D")


def suggestion(word: str, known: Iterable[str], cutoff: float = 0.7) -> str:
    """The known word nearest to one that is not, "" when none is near."""
    import difflib  # late: most words are right

    by_fold = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=cutoff)
    return by_fold[near[0]] if near else ""


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.7) -> str:
    """`; did you mean …?`, or nothing."""
    near = suggestion(word, known, cutoff)
    meant = near and _NOT_A_DIGIT.sub("", near) == _NOT_A_DIGIT.sub("", word)  # every 8 hours is not every 5 misspelt
    return f"; did you mean {quoted(near)}?" if meant else ""
