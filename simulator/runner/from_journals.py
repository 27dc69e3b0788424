"""Journals become plays and reports: right after a run, or any time later, from the files alone."""

import glob
import re
import signal
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from simulator.authoring import parse_scenario
from simulator.checks import judge
from simulator.errors import StorageError
from simulator.journal import Journal
from simulator.model import Lateness, Play, Report
from simulator.runner.confirming import AGAIN, CONFIRMING, confirmed, failed, gravest, noted, open_to_doubt, unconfirmed

_NAMED = 3  # folders of those that have journals


def report_of(paths: Iterable[str | Path]) -> Report:
    """Every journal judged, in the order named; one that confirms another, or was played once more, is counted with it.

    Raises:
        StorageError: one cannot be read, or is none.
    """
    journals = [Journal.open(file) for path in paths for file in files_in(Path(path))]
    named = {journal.path.resolve() for journal in journals}
    firsts = [one for one in journals if (of := _told_by(one.path)) is None or of.resolve() not in named]
    header = firsts[0].header
    return Report(
        version=header["partnersim"],
        started=header["started"],
        seed=header["seed"],
        plays=tuple(_whole(one) for one in firsts),
        interrupted=max((_exit_code(one) for one in journals), default=0),
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


def files_in(path: Path) -> list[Path]:
    """The journal itself, or all those of a folder, in the order in which they are counted.

    Raises:
        StorageError: the folder has none.
    """
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.ndjson"), key=_counted)
    if not found:
        raise StorageError(f"the folder {path} has no journals", _below(path))
    return found


def _counted(path: Path) -> list[str | int]:
    """Orders names as they were counted: 10 stands before 100, and after 9."""
    return [int(part) if place % 2 else part for place, part in enumerate(re.split(r"([0-9]+)", path.name))]


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


def _whole(journal: Journal) -> Play:
    """One scenario's play, with the second that confirms it, and with those made because what races may win once."""
    again = f"{glob.escape(journal.path.stem)}{AGAIN}*{journal.path.suffix}"
    beside = sorted(journal.path.parent.glob(again), key=_counted)
    others = [one for one in beside if not one.stem.endswith(CONFIRMING)]
    return gravest([_with_confirmation(one) for one in (journal, *map(Journal.open, others))])


def _with_confirmation(journal: Journal) -> Play:
    play = play_of(journal)
    if not open_to_doubt(play):
        return play
    second = journal.path.with_name(f"{journal.path.stem}{CONFIRMING}{journal.path.suffix}")
    if second.exists():
        return confirmed(play, play_of(Journal.open(second)))
    return noted(play, unconfirmed(journal)) if failed(play) else play


def _told_by(path: Path) -> Path | None:
    """The journal that this one is counted with: which it confirms, or whose scenario it played once more."""
    stem = path.stem.removesuffix(CONFIRMING)
    of = re.sub(rf"{re.escape(AGAIN)}\d+$", "", stem)
    return None if of == path.stem else path.with_name(f"{of}{path.suffix}")


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
