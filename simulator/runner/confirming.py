"""What a verdict is worth when its scenario is played again with fresh ids, or on fresh connections besides."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from simulator.check import Hint
from simulator.checks import case_of, hints
from simulator.journal import Journal
from simulator.model import Outcome, Play, Result, Verdict

CONFIRMING = ".confirm"  # stands before the ending of a journal that confirms the one without it
AGAIN = ".again"  # stands before the ending of one that was played because what races may win once; a number follows
_ENDED = (Outcome.CLOSED, Outcome.RESET)


def unconfirmed(journal: Journal) -> str:
    """Why a failure in this journal is not played again to confirm it; "" when it is."""
    return case_of(journal).unconfirmed


def open_to_doubt(play: Play) -> bool:
    """Whether a second play may change its verdicts: one failed, or hangs on the age of a connection."""
    if failed(play):
        return True
    unclear = {one.check for one in play.verdicts if one.result is Result.INCONCLUSIVE}
    ended = bool(unclear) and hung_up_between(Journal.open(play.journal))
    return ended and any(_hints(play).get(one) is Hint.AGED for one in unclear)


def failed(play: Play) -> bool:
    """Whether any of its verdicts did."""
    return any(one.failed for one in play.verdicts)


def confirmed(first: Play, again: Play) -> Play:
    """What the first play's verdicts are worth after a second play with fresh ids and connections."""
    if not again.complete:
        return noted(first, "failures not confirmed: the second run was interrupted") if failed(first) else first
    aged = hung_up_between(Journal.open(first.journal))
    weigh = _Scales(_hints(first), _hints(again), again.journal, aged=aged)
    second = {verdict.check: verdict for verdict in again.verdicts}
    return replace(first, verdicts=tuple(weigh(one, second[one.check]) for one in first.verdicts))


def _hints(play: Play) -> Mapping[str, Hint]:
    return hints(case_of(Journal.open(play.journal)))


def hung_up_between(journal: Journal) -> bool:
    """Whether the receiver ended connections that had carried a request before, without a word.

    It may have done so for their age: then the second play is made on connections of their own. Whatever else goes
    wrong on a kept connection has to come again on kept ones.
    """
    return any(one.reused and one.outcome in _ENDED for one in journal.attempts())


def noted(play: Play, note: str) -> Play:
    """The play with one more note."""
    return replace(play, note="; ".join(filter(None, (play.note, note))))


def gravest(plays: Sequence[Play]) -> Play:
    """Of the plays of one scenario, the first that failed; else the first in doubt; the very first when all is well."""
    unclear = (one for one in plays if one.complete and any(two.result is Result.INCONCLUSIVE for two in one.verdicts))
    return next((one for one in plays if failed(one)), next(unclear, plays[0]))


class _Scales:
    """Weighs a verdict of a first play against that of the second, whose journal's name is `again`.

    `first` and `second` are their hints. `aged`: whether connections that had carried a request before were ended by
    the receiver in the first play. Those of the second are all new.
    """

    def __init__(self, first: Mapping[str, Hint], second: Mapping[str, Hint], again: str, *, aged: bool) -> None:
        self._first = first
        self._second = second
        self._again = again
        self._how = "with fresh ids"
        if aged:
            self._how += (
                ", each delivery on a connection of its own: the receiver ends connections it did not say it would end"
            )

    def __call__(self, one: Verdict, second: Verdict) -> Verdict:
        """Failed when both did, or when either saw what must never be; a failure that did not come again is flaky."""
        if one.failed:
            return self._of_failed(one, second)
        if second.failed and self._second.get(one.check) is Hint.SEEN:
            because = f"seen in the second of 2 plays: {second.because} ({self._again}; the first: {one.because})"
            return replace(one, result=Result.FAILED, because=because, evidence=())
        if one.result is Result.INCONCLUSIVE and self._first.get(one.check) is Hint.AGED:
            return self._settled(one, second)
        return one

    def _of_failed(self, one: Verdict, second: Verdict) -> Verdict:
        if second.failed:
            return replace(one, because=f"{one.because} (confirmed by a second run with fresh ids)")
        if self._first.get(one.check) is Hint.SEEN:
            but = f"a second run {self._how} ended otherwise, which does not undo it: {self._again}"
            return replace(one, because=f"seen in the first of 2 plays: {one.because} ({but})")
        if second.result is Result.PASSED:
            flaky = f"flaky: failed, then passed in a second run {self._how} ({self._again}). {one.because}"
            return replace(one, result=Result.INCONCLUSIVE, because=flaky)
        return replace(one, because=f"{one.because} (a second run could not confirm it: {second.because})")

    def _settled(self, one: Verdict, second: Verdict) -> Verdict:
        """What a connection's age left open, as the second play on fresh connections found it."""
        where = f"in a second run, each delivery on a connection of its own ({self._again})"
        if second.failed:  # once, and not as what was seen to be there
            because = f"{one.because}; {where} it failed: {second.because}"
            return replace(one, because=because)
        return replace(one, result=second.result, because=f"{second.because}, {where}")
