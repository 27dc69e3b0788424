"""What CleverTap's console holds of an export and of its runs: checked when it is made, and as it may be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulator.clock import spelled
from simulator.console.agenda import KeptRun
from simulator.console.house import House
from simulator.console.refusal import Refusal
from simulator.documents import quoted
from simulator.provider import Run
from simulator.providers.clevertap import CLEVERTAP, Trade
from simulator.timeline.story import Story

ENDED: Final = "ended"
"""What falls due when a run ends that sends nothing then: one that fails, one of profiles."""

LARGEST_ID: Final = 2**53 - 1
"""Of ids that are given as numbers: every JSON reader keeps it exact."""

TAKES: Final = 560.0
"""Seconds a run takes unless told: as long as that of the documented sample very likely took (inferred)."""

Kept = Mapping[str, Any]
"""An export as the store has it. `runs` is None for one that runs for ever; `given` is an id that somebody gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExport:
    """What is asked for. `starts_at` is in epoch seconds of story time, None for now; `takes` in story seconds."""

    partner: str = "Google Cloud Storage"
    type: str = "Events"
    frequency: str = "one time"
    starts_at: float | None = None
    takes: float = TAKES
    runs: int | None = None
    fails: Sequence[int] = ()
    export_request_id: int | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export as it stands. Moments are epoch seconds of story time; `alerts`: whether it would alert now."""

    id: str
    partner: str
    type: str
    frequency: str
    takes: float
    runs: int | None
    fails: tuple[int, ...]
    export_request_id: int | str | None
    state: str  # scheduled, running, waiting, completed, stopped
    alerts: bool
    created: float
    runs_started: int
    next_run: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRun:
    """A run as it stands. Moments are epoch seconds of story time."""

    number: int
    export_request_id: int | str
    state: str  # running, completed, failed
    started: float
    ended: float | None


def written(new: NewExport, serial: int, now: float, story: Story) -> dict[str, Any]:
    """What is asked for, to be kept, if it can be run.

    Raises:
        Refusal: something in it is unfit.
    """
    if new.type.casefold() not in {"events", "profiles"}:
        raise Refusal("unfit", f"type is Events or Profiles, not {quoted(new.type)}", "only exports of Events alert")
    fails = sorted(set(new.fails))
    kept: dict[str, Any] = {
        "partner": new.partner.casefold().title(),
        "type": new.type.casefold().title(),
        "frequency": new.frequency.casefold(),
        "takes": new.takes,
        "fails": fails,
        "given": new.export_request_id,
        "serial": serial,
        "created": now,
        "stopped": False,
    }
    try:
        every = CLEVERTAP.interval(trade(kept))
    except ValueError as error:
        raise Refusal("unfit", str(error)) from None
    if not every and new.runs not in {None, 1}:
        raise Refusal("unfit", f"a one-time export has one run, not {new.runs}", "leave runs out, or give a frequency")
    kept["runs"] = new.runs if every else 1
    check_fails(fails, kept["runs"])
    _check_moments(new, now, story)
    _check_id(kept, story)
    return kept


def check_fails(fails: Sequence[int], runs: int | None) -> None:
    """Return when there are, or will be, runs of those numbers.

    Raises:
        Refusal: there never will be (unfit).
    """
    for number in fails:
        if number < 1 or (runs is not None and number > runs):
            raise Refusal(
                "unfit", f"fails: there will be no run {number}", f"runs are numbered from 1 to {runs or '…'}"
            )


def trade(kept: Kept) -> Trade:
    """The export as the partner's notifications see it; whether it is of events or of profiles is not theirs to tell.

    Raises:
        ValueError: a value CleverTap does not have.
    """
    made: Trade = CLEVERTAP.about({name: kept[name] for name in ("partner", "frequency", "fails")})
    return made


def alerting(kept: Kept) -> bool:
    """Whether it is of a kind that alerts: documented for exports of events to Amazon S3 and Google Cloud only."""
    return bool(kept["type"] == "Events")


def emits(kept: Kept, number: int) -> dict[str, float]:
    """The events a run sends by itself, each with its seconds after the start, as things stand now."""
    return dict(CLEVERTAP.emits(trade(kept), number, kept["takes"])) if alerting(kept) else {}


def run(house: House, export: str, kept: Kept, number: int, serial: int, started: float) -> Run:
    """All that the payloads of a run are made of."""
    takes, given = kept["takes"], kept["given"]
    return house.run(export, number, trade(kept), serial=serial, started=started, takes=takes, ident=given)


def shown(house: House, export: str, kept: Kept, *, alerts: bool) -> Export:
    """An export as it stands."""
    partner = CLEVERTAP.name
    started = house.agenda.runs(partner, export, limit=0)[0]
    latest = house.agenda.run(partner, export, started)
    next_run = house.agenda.next_start(partner, export)
    return Export(
        id=export,
        **{name: kept[name] for name in ("partner", "type", "frequency", "takes", "runs", "created")},
        fails=tuple(kept["fails"]),
        export_request_id=latest.value["id"] if latest else None,
        state=_state(house, export, kept, started, next_run),
        alerts=alerts and alerting(kept),
        runs_started=started,
        next_run=next_run,
    )


def shown_run(kept: KeptRun) -> ExportRun:
    """A run as it stands."""
    return ExportRun(
        number=kept.number,
        export_request_id=kept.value["id"],
        state=kept.state,
        started=kept.started,
        ended=None if kept.state == "running" else kept.ends,
    )


def _state(house: House, export: str, kept: Kept, started: int, next_run: float | None) -> str:
    if kept["stopped"]:
        return "stopped"
    if house.agenda.runs(CLEVERTAP.name, export, "running", limit=0)[0]:
        return "running"
    if next_run is None:
        return "completed"
    return "waiting" if started else "scheduled"


def _check_moments(new: NewExport, now: float, story: Story) -> None:
    starts = now if new.starts_at is None else new.starts_at
    if starts < now:
        raise Refusal(
            "unfit",
            f"starts_at lies {spelled(now - starts)} before the moment it is now",
            "leave it out to start at once, or hold the clock while you set things up",
        )
    if not story.tells(starts + new.takes - story.epoch):
        raise Refusal("unfit", "the first run ends in a year that CleverTap's alerts cannot write", "start it earlier")


def _check_id(kept: Kept, story: Story) -> None:
    """Only an id that somebody gave can keep payloads from the partner's schema."""
    given = kept["given"]
    if given is None:
        return
    if isinstance(given, int) and not 0 <= given <= LARGEST_ID:
        raise Refusal("unfit", f"export_request_id is a number from 0 to {LARGEST_ID}", "or text, in digits")
    made = Run("", trade(kept), 1, 0, 0.0, b"", story.epoch, story.epoch, given)
    payload = CLEVERTAP.render("initiated", made, story.epoch, story.choices)
    if not story.schema("initiated").accepts(payload.fields):
        raise Refusal(
            "unfit", f"export_request_id {quoted(given)} does not fit the partner's schema", "it is a number, or digits"
        )
