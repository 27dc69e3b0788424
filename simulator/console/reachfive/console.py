"""ReachFive's console: export definitions, the jobs that come of them, and the notification at a job's end.

Documented by ReachFive's pages "Export job webhook" and "Job Report": the roles and the feature that a person needs;
one notification at the end of a job, successful or not, never repeated: the job report without its definition; jobs are
listed with it. Assumed, for nobody says: what holds at a job's end decides whether a notification goes out, and where
to; what else is set of a definition holds for jobs that begin afterwards; jobs of one definition may overlap; without
the Export Jobs feature a schedule passes in silence.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from simulator.authoring.secrets import of_url
from simulator.console.happening import START, Consequence, Happening, Hook, Notice
from simulator.console.house import House
from simulator.console.reachfive.account import Account
from simulator.console.reachfive.definitions import Definition, Definitions
from simulator.console.reachfive.jobs import PARTNER, RUNNING, Job, Jobs
from simulator.console.reachfive.settings import Settings, scripted
from simulator.console.refusal import Refusal, not_found
from simulator.documents import parse_url, quoted
from simulator.providers import reachfive
from simulator.providers.reachfive import REACHFIVE
from simulator.timeline.story import EARLIEST, LATEST

_ID: Final = re.compile(r"[A-Za-z0-9_-]{20}")


class Reachfive:
    """The console of one ReachFive account. Lists come as their total and a page of them, the oldest first."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.account = Account(house)
        self._definitions = Definitions(house.store)
        self._jobs = Jobs(house, self._definitions)

    def create(self, wanted: Mapping[str, Any]) -> Definition:
        """A new definition; `wanted` as the API spells it, `takes` and `timeout` in seconds.

        Raises:
            Refusal: it makes no sense (unfit), or the account lacks the feature (forbidden).
        """
        self.account.check_feature()
        house, now = self._house, self._house.now()
        settings = Settings().changed(wanted, now)
        with house.store.transaction():
            key = f"definition-{house.store.count_up('reachfive.definition') + 1}"
            run = house.run(key, 1, reachfive.about({}), serial=0, started=now, takes=0.0)
            ident = reachfive.render("running", run, now, house.story().choices).definition_id
            definition = Definition(key=key, id=ident, base=run.base, settings=settings, created=now, updated=now)
            self._definitions.add(definition)
            house.agenda.add(_start(definition, now))
        house.changed()
        return definition

    def definitions(self, offset: int = 0, limit: int = -1) -> tuple[int, list[Definition]]:
        """Those there are."""
        return self._definitions.page(offset, limit)

    def definition(self, ident: str) -> Definition:
        """The one of that id.

        Raises:
            Refusal: there is none (not-found).
        """
        found = self._definitions.live(self._key(ident))
        if found is None:
            raise not_found("definition", ident)
        return found

    def next_run(self, definition: Definition) -> float | None:
        """When its schedule starts it next, in epoch seconds."""
        return self._house.agenda.next_start(PARTNER, definition.key) if self.account.export_jobs else None

    def change(self, ident: str, wanted: Mapping[str, Any]) -> Definition:
        """Change the members that are given; outcomes that are given begin with the next run.

        Raises:
            Refusal: there is no such definition (not-found), the outcome makes no sense (unfit), or the account lacks
                the feature (forbidden).
        """
        self.account.check_feature()
        house, now = self._house, self._house.now()
        old = self.definition(ident)
        settings = old.settings.changed(wanted, now)
        begins = old.runs if "outcomes" in wanted else old.outcomes_after
        new = replace(old, settings=settings, outcomes_after=begins, updated=now)
        with house.store.transaction():
            self._definitions.keep(new)
            if settings.schedule != old.settings.schedule:
                house.agenda.cancel(PARTNER, old.key, starts_only=True)
                house.agenda.add(_start(new, now))
        house.changed()
        return new

    def delete(self, ident: str) -> None:
        """Take a definition away: jobs under way end without a notification, and stay listed.

        Raises:
            Refusal: there is none (not-found).
        """
        definition = self.definition(ident)
        with self._house.store.transaction():
            self._definitions.delete(definition)
            self._house.agenda.cancel(PARTNER, definition.key, starts_only=True)
        self._house.changed()

    def run_now(self, ident: str, wanted: Mapping[str, Any] | None = None) -> Job:
        """Begin a job at once; `result`, `total`, `failed` and `takes` (seconds) in the place of what is scripted.

        Raises:
            Refusal: there is no such definition (not-found), the account lacks the feature (forbidden), or the outcome
                makes no sense (unfit).
        """
        self.account.check_feature()
        house, now, wanted = self._house, self._house.now(), wanted or {}
        definition = self.definition(ident)
        outcome = definition.outcome
        if own := {name: wanted[name] for name in ("result", "total", "failed") if name in wanted}:
            outcome = scripted({"result": outcome.result, "total": outcome.total, **own})
        takes = wanted.get("takes", definition.settings.takes)
        if not _tells(now + takes):
            raise Refusal("unfit", "the job would end beyond the years that partners can write", "let it take less")
        with house.store.transaction():
            begun, end = self._jobs.begin(definition, outcome, now, takes)
            house.agenda.add((end,))
        house.changed()
        return self._jobs.seen([begun])[0]

    def jobs(self, ident: str = "", status: str = "", offset: int = 0, limit: int = -1) -> tuple[int, list[Job]]:
        """Jobs of one definition or, for "", of all; those of deleted ones too. `status` as reports spell it."""
        key = self._key(ident) if ident else ""
        if ident and not key:
            return 0, []
        total, runs = self._house.agenda.runs(PARTNER, key, status, offset=offset, limit=limit)
        return total, self._jobs.seen(runs)

    def job(self, ident: str) -> Job:
        """The one of that id.

        Raises:
            Refusal: there is none (not-found).
        """
        found = self._house.agenda.run_of_id(PARTNER, ident) if _ID.fullmatch(ident) else None
        if found is None:
            raise not_found("job", ident)
        return self._jobs.seen([found])[0]

    def happens(self, happening: Happening) -> Consequence:
        """Begin a job by its schedule, or end one; what belongs to something that is gone has no consequences."""
        if happening.what == START:
            return self._starts(happening)
        run = self._house.agenda.run(PARTNER, happening.export, happening.run)
        if run is None or run.state != RUNNING or happening.what != "finished":
            return Consequence()
        ended = self._jobs.end(run)
        definition = self._definitions.live(happening.export)
        hook = _hook(definition) if definition else None
        return Consequence(notice=Notice(ended, happening.what, run.ends, hook) if hook else None)

    def hook(self, export: str) -> Hook:
        definition = self._definitions.live(export)
        if definition is None:
            raise not_found("definition", export)
        if (hook := _hook(definition)) is None:
            raise Refusal(
                "conflict",
                f"the End Job Notification of {quoted(definition.settings.name)} is not enabled",
                "enable it with a URL",
            )
        return hook

    def again(self, export: str, run: int, event: str, moment: float) -> Notice:
        hook = self.hook(export)
        kept = self._house.agenda.run(PARTNER, export, run)
        if kept is None or event not in REACHFIVE.events:
            raise not_found("job", f"{export}[{run}].{event}")
        if kept.state == RUNNING:
            raise Refusal("conflict", f"the job {kept.id} has not ended", "wait until it has")
        return Notice(self._jobs.run_again(kept, moment), event, moment, hook)

    def secrets(self) -> Iterable[str]:
        for definition in self._definitions.page()[1]:
            notification = definition.settings.notification
            yield from filter(None, (notification.authorization, *of_url(notification.url)))

    def _key(self, ident: str) -> str:
        return self._definitions.key(ident) if _ID.fullmatch(ident) else ""

    def _starts(self, happening: Happening) -> Consequence:
        definition = self._definitions.live(happening.export)
        if definition is None or definition.settings.schedule is None:
            return Consequence()
        more = _start(definition, happening.due)
        takes = definition.settings.takes
        if not (self.account.export_jobs and _tells(happening.due + takes)):
            return Consequence(next=more)
        with self._house.store.transaction():
            _, end = self._jobs.begin(definition, definition.outcome, happening.due, takes)
        return Consequence(next=(end, *more))


def _start(definition: Definition, moment: float) -> tuple[Happening, ...]:
    """The start that its schedule brings next; none without a schedule, or where time ends."""
    due = definition.settings.schedule.after(moment) if definition.settings.schedule else None
    if due is None or not _tells(due):
        return ()
    return (Happening(due, PARTNER, definition.key, definition.runs + 1, START),)


def _hook(definition: Definition) -> Hook | None:
    """Where its notification goes; None where none does."""
    notification = definition.settings.notification
    if not notification.enabled:
        return None
    return Hook(
        url=parse_url(notification.url),
        timeout=notification.timeout,
        authorization=notification.authorization or None,
    )


def _tells(moment: float) -> bool:
    return EARLIEST <= moment < LATEST
