"""How a load is put together from a command line, and sent."""

import json
import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from simulator.cli.choosing import chosen_receiver
from simulator.cli.command_lines import receiver_words
from simulator.cli.interrupting import heard
from simulator.cli.load_joining import machine_words, meeting_of
from simulator.cli.load_orders import asked_shares, for_others, orders_of, thresholds_of
from simulator.cli.load_progress import load_line
from simulator.cli.load_scenarios import load_scenarios
from simulator.cli.load_waiting import Waiting
from simulator.cli.output import say, wrote
from simulator.cli.playing import journal_folder
from simulator.cli.telling import check_reports
from simulator.clock import spelled, utc_now
from simulator.errors import StorageError, UsageError
from simulator.load.conducting import Judging, Load, conduct, silent
from simulator.load.crew import Lost
from simulator.load.judging.thresholds import Threshold
from simulator.load.orders import FILE, SHARES, Orders, planned
from simulator.load.processes import Glance, check_locust, check_port
from simulator.load.usual import CLIENTS, CONNECTIONS, TOO_LATE, WINDOW
from simulator.load.variables import AUTHORIZATION, HEADERS, TO
from simulator.load.words import spelled_rate, spelled_share
from simulator.model import Report
from simulator.receiver import Receiver
from simulator.timeline import story_start
from simulator.wire.tls import context

_LOCUST = {"locust-html": "--html", "locust-csv": "--csv"}
_CSV = ("_stats.csv", "_stats_history.csv", "_failures.csv", "_exceptions.csv")  # behind the prefix that was given
_INTERRUPTED = "interrupted; what was sent is judged now, and a second signal ends that, too"

Options = Mapping[str, Any]


def checked(options: Options) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The options, whose reports that Locust itself writes are `locusts` there, and what Locust is told of those.

    Raises:
        UsageError: there is no such format, or Locust is not installed.
    """
    own = [one for one in options["reports"] if one[0] not in _LOCUST]
    check_reports(own, beside=_LOCUST)
    check_locust()
    locusts = [one for one in options["reports"] if one[0] in _LOCUST]
    told = [(_LOCUST[form], str(path.absolute())) for form, path in locusts]
    return {**options, "reports": own, "locusts": locusts}, tuple(word for pair in told for word in pair)


def performed(words: Sequence[str], options: Options, more: Sequence[str] = ()) -> Report:
    """Send the load that a command line describes, and judge it; `more` goes to Locust as it is.

    Raises:
        UsageError: something in it is wrong; nothing was sent.
        NeverReached: the receiver is not there.
        StorageError: the folder cannot be written.
    """
    meeting = meeting_of(options)
    if meeting:
        check_port(meeting)
    receiver = chosen_receiver(options)
    scenarios = load_scenarios(words, options, receiver)
    start = options["start"] or story_start(scenarios[0], utc_now())
    orders = orders_of(options, scenarios, start.isoformat())
    thresholds = thresholds_of(options, scenarios)
    environment = told_to_processes(options)
    _check_that_each_has_some(orders, environment)
    context(receiver.tls)  # what is wrong with its files is said before there is a folder
    began = utc_now()
    folder = _new(journal_folder(options, began))
    waiting = Waiting(folder, meeting, quiet=options["quiet"]) if meeting else None
    with load_line(folder, orders, quiet=options["quiet"]) as line:
        load = Load(
            folder=folder,
            orders=orders,
            told=for_others(orders),
            scenarios=scenarios,
            receiver=receiver,
            environment=environment,
            judging=_judging(folder, orders, receiver, options, thresholds, environment, line.judging),
            allow=frozenset(orders.allow),
            wait_for=options["wait_for"],
            wait_timeout=options["wait_timeout"],
            more=more,
            glance=partial(_each, line.sending, waiting.look) if waiting else line.sending,
            meeting=meeting,
            begins=waiting.begin if waiting else silent,
            interrupted=heard,
        )
        report = conduct(load)
    for form, path in options["locusts"]:
        tell_of_locusts(form, path, began.timestamp(), quiet=options["quiet"])
    return report


def _each(*glances: Glance) -> None:
    for glance in glances:
        glance()


def tell_of_locusts(form: str, path: Path, since: float, *, quiet: bool = False) -> None:
    """Say which files of a report Locust itself wrote, those that were written `since` (epoch seconds)."""
    files = [path.with_name(path.name + end) for end in _CSV] if form == "locust-csv" else [path]
    for file in files:
        with suppress(OSError):  # it is not there: Locust was ended before it wrote any
            if file.stat().st_mtime >= since:
                wrote(f"the {form} report", file, quiet=quiet)


def _check_that_each_has_some(orders: Orders, environment: Mapping[str, str]) -> None:
    lives = sum(one.count for one in planned(orders, environment).loads)
    if lives < orders.workers and orders.model == "open":
        raise UsageError(
            f"{lives} exports are too few for {orders.workers} workers",
            "take fewer, or a higher --rate or longer --for",
        )


def _judging(
    folder: Path,
    orders: Orders,
    receiver: Receiver,
    options: Options,
    thresholds: Sequence[Threshold],
    environment: Mapping[str, str],
    progress: Callable[[int, int], None],
) -> Judging:
    """What makes the report once all is sent."""
    from simulator.load.judging.judge import Terms, judged

    meeting = meeting_of(options)

    def judging(interrupted: bool, lost: Sequence[Lost]) -> Report:
        if interrupted:
            say(_INTERRUPTED, as_json=True, quiet=options["quiet"])
        terms = Terms(
            environment=environment,
            window=options["window"],
            too_late=options["sender_lateness"],
            sample=options["sample"],
            asked=asked_shares(options, orders),
            thresholds=thresholds,
            lost=lost,
            own=orders.workers - (meeting.elsewhere if meeting else 0),
            allow=frozenset(orders.allow),
            progress=progress,
        )
        return replayable(judged(folder, orders, receiver, terms), again(options, orders, thresholds))

    return judging


def replayable(report: Report, command: str) -> Report:
    """The report, whose verdicts say how the load is sent again."""
    plays = tuple(
        replace(play, verdicts=tuple(replace(one, reproduce=one.reproduce or command) for one in play.verdicts))
        for play in report.plays
    )
    return replace(report, plays=plays)


def again(options: Options, orders: Orders, thresholds: Sequence[Threshold]) -> str:
    """The command line that sends the same load again; where a secret stood, it has a variable.

    Of the shares it has those that a flag said, also if that was nothing: of the others the scenarios say the same
    again, and what only ships with them is not asked for, as it was not before.
    """
    words = ["partnersim load", *map(shlex.quote, orders.scenarios)]
    words += receiver_words(options)
    words += ["--rate", spelled_rate(orders.rate)] if orders.model == "open" else []
    words += ["--for", spelled(orders.seconds), "--shape", orders.shape]
    words += [f"--{name} {spelled_share(options[name])}" for name in SHARES if options[name] is not None]
    words += ["--life", spelled(orders.life), "--seed", str(orders.seed), "--start", orders.start]
    words += machine_words(orders, meeting_of(options))
    if orders.model == "closed":
        words += ["--model closed --users", str(orders.connections * orders.workers)]
    elif orders.connections != CONNECTIONS:
        words += ["--connections", str(orders.connections)]
    words += [f"--client {orders.client}"] if orders.client != CLIENTS[0] else []
    words += [f"--threshold {shlex.quote(str(one))}" for one in thresholds]
    words += ["--window", spelled(options["window"])] if options["window"] != WINDOW else []
    late = options["sender_lateness"]
    words += ["--sender-lateness", spelled(late)] if late != TOO_LATE else []
    words += [f"--sample {options['sample']}"] if options["sample"] else []
    return " ".join(words)


def told_to_processes(options: Options) -> dict[str, str]:
    """What the processes get: this environment, and what may be secret and so stands in no file.

    Where a URL is all that is said of the receiver, nothing is left of what the environment had in those places.
    """
    if not options["to"]:
        return dict(os.environ)
    headers = json.dumps(options["headers"]) if options["headers"] else None
    told = {TO: options["to"], AUTHORIZATION: options["authorization"], HEADERS: headers}
    return {
        **{name: value for name, value in os.environ.items() if name not in told},
        **{name: value for name, value in told.items() if value},
    }


def _new(folder: Path) -> Path:
    """The folder, in which no load stands yet, also none of which nothing was sent: its notes would be taken for new.

    Raises:
        StorageError: one does, or it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = "journals" if any(folder.glob("*.ndjson")) else FILE if (folder / FILE).exists() else ""
    except OSError as error:
        raise StorageError(f"cannot write {folder}: {error.strerror}", "name another folder with --journal") from error
    if taken:
        raise StorageError(f"{folder} has {taken} already", "name another folder with --journal: nothing is replaced")
    return folder
