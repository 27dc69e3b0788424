"""Journals become plays and reports: right after a run, or any time later, from the files alone."""

import signal
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from simulator.authoring import parse_scenario
from simulator.checks import judge
from simulator.errors import StorageError
from simulator.journal import Journal
from simulator.model import Lateness, Outcome, Play, Report, Result, Verdict

WORTH_CONFIRMING = 300.0  # seconds: a play that took longer is not played again
_NAMED = 3  # folders of those that have journals
_ENDED = (Outcome.CLOSED, Outcome.RESET)
CONFIRMING = ".confirm"  # stands before the ending of a journal that confirms the one without it


def report_of(paths: Iterable[str | Path]) -> Report:
    """Every journal judged, in the order named; one that confirms another is counted with it.

    Raises:
        StorageError: one cannot be read, or is none.
    """
    journals = [Journal.open(file) for path in paths for file in _files(Path(path))]
    named = {journal.path.resolve() for journal in journals}
    firsts = [one for one in journals if (of := _confirmed_by(one.path)) is None or of.resolve() not in named]
    header = firsts[0].header
    return Report(
        version=header["partnersim"],
        started=header["started"],
        seed=header["seed"],
        plays=tuple(_with_confirmation(one) for one in firsts),
        interrupted=max((_exit_code(one) for one in firsts), default=0),
    )


def play_of(journal: Journal, *, judged: bool = True) -> Play:
    """One journal judged; not `judged`, only what can be told at once.

    Raises:
        StorageError: it lacks what this version writes.
    """
    try:
        return _play_of(journal, judged=judged)
    except (KeyError, TypeError, AttributeError) as error:
        raise StorageError(
            f"{journal.path} was not written by this version, or was changed since: {type(error).__name__} {error}",
            f"judge it with partnersim {journal.header.get('partnersim', 'of its own version')}",
        ) from error


def _files(path: Path) -> list[Path]:
    """The journal itself, or all those of a folder.

    Raises:
        StorageError: the folder has none.
    """
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.ndjson"))
    if not found:
        raise StorageError(f"the folder {path} has no journals", _below(path))
    return found


def _below(path: Path) -> str:
    """Where there are journals below that folder, if there are."""
    folders = sorted({str(file.parent) for file in path.rglob("*.ndjson")})
    if not folders:
        return "their names end in .ndjson"
    more = f" and {len(folders) - _NAMED} more" if len(folders) > _NAMED else ""
    return f"there are some in {', '.join(folders[:_NAMED])}{more}: name one of these"


def _play_of(journal: Journal, *, judged: bool) -> Play:
    header, footer = journal.header, journal.footer
    title = header["scenario"]["title"]
    if footer:
        deliveries, attempts, reached = footer["deliveries"], footer["attempts"], footer["reached"]
    else:
        made = [(one.number, one.outcome.reached) for one in journal.attempts()]
        deliveries, attempts = len({number for number, _ in made}), len(made)
        reached = any(reached for _, reached in made)
    return Play(
        title=title,
        source=header["scenario"]["source"],
        provider=header["provider"],
        seed=header["seed"],
        start=header["clock"]["start"],
        journal=str(journal.path),
        deliveries=deliveries,
        attempts=attempts,
        lateness=Lateness(**footer["lateness"]) if footer else Lateness(),
        verdicts=tuple(
            replace(one, reproduce=header["reproduce"], scenario=title) for one in (judge(journal) if judged else ())
        ),
        reached=reached,
        complete=journal.complete,
        note=_note(journal),
    )


def unconfirmed(journal: Journal) -> str:
    """Why a failure in this journal is not played again to confirm it; "" when it is."""
    header, footer = journal.header, journal.footer
    if footer and footer["wall"] > WORTH_CONFIRMING:
        return "failures not confirmed: the run was too long to play twice"
    scenario = parse_scenario(header["scenario"]["text"], header["scenario"]["source"])
    if any(export.id is not None for export in scenario.exports):
        return "failures not confirmed: the scenario fixes its ids"
    return ""


def confirmed(first: Play, again: Play) -> Play:
    """What the first play's failures are worth after a second play with fresh ids and connections."""
    if not again.complete:
        return noted(first, "failures not confirmed: the second run was interrupted")
    second = {verdict.check: verdict for verdict in again.verdicts}
    aged = hung_up_between(Journal.open(first.journal))
    weighed = tuple(_weighed(one, second[one.check], again.journal, aged=aged) for one in first.verdicts)
    return replace(first, verdicts=weighed)


def hung_up_between(journal: Journal) -> bool:
    """Whether the receiver ended connections that had carried a request before, without a word.

    It may have done so for their age: then the second play is made on connections of their own. Whatever else goes
    wrong on a kept connection has to come again on kept ones.
    """
    return any(one.reused and one.outcome in _ENDED for one in journal.attempts())


def noted(play: Play, note: str) -> Play:
    """The play with one more note."""
    return replace(play, note="; ".join(filter(None, (play.note, note))))


def _weighed(verdict: Verdict, second: Verdict, journal: str, *, aged: bool) -> Verdict:
    """A failure that a second run did not show is no failure, but flaky.

    `aged`: whether connections that had carried a request before were ended by the receiver in the first run. Those of
    the second are all new.
    """
    if not verdict.failed:
        return verdict
    if second.result is Result.PASSED:
        how = "with fresh ids"
        if aged:
            how += (
                ", each delivery on a connection of its own: the receiver ends connections it did not say it would end"
            )
        flaky = f"flaky: failed, then passed in a second run {how} ({journal}). {verdict.because}"
        return replace(verdict, result=Result.INCONCLUSIVE, because=flaky)
    if second.failed:
        return replace(verdict, because=f"{verdict.because} (confirmed by a second run with fresh ids)")
    return replace(verdict, because=f"{verdict.because} (a second run could not confirm it: {second.because})")


def _with_confirmation(journal: Journal) -> Play:
    play = play_of(journal)
    if not any(verdict.failed for verdict in play.verdicts):
        return play
    second = journal.path.with_name(f"{journal.path.stem}{CONFIRMING}{journal.path.suffix}")
    if second.exists():
        return confirmed(play, play_of(Journal.open(second)))
    return noted(play, unconfirmed(journal))


def _confirmed_by(path: Path) -> Path | None:
    """The journal that this one confirms."""
    return (
        path.with_name(f"{path.stem.removesuffix(CONFIRMING)}{path.suffix}") if path.stem.endswith(CONFIRMING) else None
    )


def _note(journal: Journal) -> str:
    notes = [f"interrupted by {entry['detail']}" for _, entry in journal.notes() if entry["what"] == "interrupted"]
    notes += [journal.lost] if journal.lost else []
    notes += [] if journal.footer else ["the journal has no end: the run was killed"]
    notes += ["TLS was not verified"] if journal.header["receiver"]["insecure"] else []
    notes += ["its `load` was not played: this was no load test"] if journal.header["load"] else []
    unjudged = _unjudged(journal)
    notes += [f"nothing is expected of {', '.join(unjudged)}: whatever came back was right"] if unjudged else []
    return "; ".join(notes)


def _unjudged(journal: Journal) -> list[str]:
    """Steps that no partner would send and that neither an expectation nor a claim speaks of."""
    scenario = parse_scenario(journal.header["scenario"]["text"], journal.header["scenario"]["source"])
    expected = {one.name for one in scenario.expectations}
    claimed = {one.of for one in scenario.claims}
    odd = [one for one in scenario.steps if not one.valid or one.credentials != "right" or one.fault]
    return [one.name for one in odd if one.name not in expected and not claimed & {"", one.export}]


def _exit_code(journal: Journal) -> int:
    """130 or 143 where a signal ended the run, else 0."""
    told = [entry["detail"] for _, entry in journal.notes() if entry["what"] == "interrupted"]
    return 128 + signal.Signals[told[0]] if told else 0
