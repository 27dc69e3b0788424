"""CleverTap's console: exports that run by themselves, and the alerts that come of it.

Documented (CleverTap, Status Alerts for Exports): alerts begin and end for existing and new exports at once; only
exports of events alert; recurring exports run every 4, 8, 12 or 24 hours. Inferred: a run that fails is silent, and a
recurring export keeps its id. Assumed: runs are a fixed time apart from start to start; stopping an export lets a run
under way go on to its end, and alert.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from simulator.console.agenda import KeptRun
from simulator.console.clevertap import exports as about
from simulator.console.clevertap.account import TRIED, Account
from simulator.console.clevertap.exports import ENDED, Export, ExportRun, Kept, NewExport
from simulator.console.clevertap.webhooks import Webhook
from simulator.console.happening import START, Consequence, Happening, Hook, Notice
from simulator.console.house import House
from simulator.console.refusal import Refusal, not_found
from simulator.providers.clevertap import CLEVERTAP

PARTNER: Final = CLEVERTAP.name
_EXPORT: Final = "clevertap.export"


class Clevertap:
    """One account. Used on the desk's thread only; only `create_webhook` waits, for the receiver."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.account = Account(house)

    async def create_webhook(self, body: Mapping[str, Any]) -> Webhook:
        """As `Account.create_webhook`."""
        return await self.account.create_webhook(body)

    def create_export(self, new: NewExport) -> Export:
        """An export that will run by itself.

        Raises:
            Refusal: it makes no sense (unfit).
        """
        house = self._house
        with house.store.transaction():
            now, serial = house.now(), house.store.count_up("serial")
            kept = about.written(new, serial, now, house.story())
            export = f"export-{house.store.count_up(_EXPORT) + 1}"
            house.store.put(_EXPORT, export, kept)
            starts = now if new.starts_at is None else new.starts_at
            house.agenda.add([Happening(starts, PARTNER, export, 1, START)])
        house.changed()
        return self.export(export)

    def export(self, export: str) -> Export:
        """The export of that id.

        Raises:
            Refusal: there is none (not-found).
        """
        return about.shown(self._house, export, self._kept(export), alerts=self.account.alerts() is not None)

    def exports(self, offset: int = 0, limit: int = -1) -> tuple[int, list[Export]]:
        """How many there are in all, and a page of them, the oldest first."""
        store, alerts = self._house.store, self.account.alerts() is not None
        page = store.things(_EXPORT, offset=offset, limit=limit)
        return store.number_of(_EXPORT), [about.shown(self._house, *one, alerts=alerts) for one in page]

    def change_export(self, export: str, fails: Sequence[int]) -> Export:
        """Runs of these numbers fail, and no others; of a run under way it is told when it ends.

        Raises:
            Refusal: there is no such export (not-found), or never will be such a run (unfit).
        """
        kept = self._kept(export)
        about.check_fails(fails, kept["runs"])
        self._house.store.put(_EXPORT, export, {**kept, "fails": sorted(set(fails))})
        self._house.changed()
        return self.export(export)

    def stop_export(self, export: str) -> Export:
        """No further run begins; one under way goes on to its end, and alerts.

        Raises:
            Refusal: there is no such export (not-found), or it has ended (conflict).
        """
        state = self.export(export).state
        if state in {"completed", "stopped"}:
            raise Refusal("conflict", f"{export} has ended: it is {state}", "create another export")
        with self._house.store.transaction():
            self._house.store.put(_EXPORT, export, {**self._kept(export), "stopped": True})
            self._house.agenda.cancel(PARTNER, export, starts_only=True)
        self._house.changed()
        return self.export(export)

    def runs(self, export: str, offset: int = 0, limit: int = -1) -> tuple[int, list[ExportRun]]:
        """How many runs have begun, and a page of them, the first first.

        Raises:
            Refusal: there is no such export (not-found).
        """
        self._kept(export)
        total, page = self._house.agenda.runs(PARTNER, export, offset=offset, limit=limit)
        return total, [about.shown_run(one) for one in page]

    def happens(self, happening: Happening) -> Consequence:
        """A run begins, or what it sends falls due. What refers to something gone is nothing."""
        export, number = happening.export, happening.run
        kept = self._house.store.get(_EXPORT, export)
        if kept is None:
            return Consequence()
        if happening.what == START:
            return Consequence() if kept["stopped"] else self._begins(happening, kept)
        run = self._house.agenda.run(PARTNER, export, number)
        if run is None:
            return Consequence()
        event = happening.what
        if event == ENDED or _is_end(event):  # whether a run fails is known when it ends
            event = next(filter(_is_end, about.emits(kept, number)), ENDED)
            failed = number in kept["fails"]
            self._house.agenda.keep_run(run._replace(state="failed" if failed else "completed"))
        hook = self.account.alerted()
        if hook is None or event not in about.emits(kept, number):
            return Consequence()
        made = about.run(self._house, export, kept, number, run.value["serial"], run.started)
        return Consequence(notice=Notice(made, event, happening.due, hook))

    def hook(self, export: str) -> Hook:
        """Where alerts of an export would go now; of `webhook NAME`, where its test body goes."""
        if export.startswith(TRIED):
            return self.account.tried(export.removeprefix(TRIED))
        if not about.alerting(self._kept(export)):
            raise Refusal("conflict", f"{export} is of profiles: only exports of events alert")
        hook = self.account.alerted()
        if hook is None:
            raise Refusal("conflict", "export status alerts are disabled", "enable them with a webhook first")
        return hook

    def again(self, export: str, run: int, event: str, moment: float) -> Notice:
        """An alert of a run as if it happened at `moment`, as if the run were one with an id of its own."""
        if export.startswith(TRIED):
            return self.account.test(export.removeprefix(TRIED), moment)
        hook = self.hook(export)
        kept = self._kept(export)
        if self._house.agenda.run(PARTNER, export, run) is None:
            raise not_found(f"run of {export}", str(run))
        if event not in CLEVERTAP.events:
            raise not_found("event", event)
        offset = about.emits(kept, run).get(event, kept["takes"] if _is_end(event) else 0.0)
        serial = self._house.store.count_up("serial")
        made = about.run(self._house, export, {**kept, "given": None}, run, serial, moment - offset)
        return Notice(made, event, moment, hook)

    def secrets(self) -> Iterable[str]:
        """Every value of every webhook that no output may show, of those that are being tried too."""
        return self.account.secrets()

    def _begins(self, happening: Happening, kept: Kept) -> Consequence:
        """The run is written down; its own events and its end fall due, and the next run."""
        house, due, export, number = self._house, happening.due, happening.export, happening.run
        story, takes = house.story(), kept["takes"]
        emitted = about.emits(kept, number)
        with house.store.transaction():
            same = number == 1 or CLEVERTAP.shares_id(story.choices)
            serial = kept["serial"] if same else house.store.count_up("serial")
            made = about.run(house, export, kept, number, serial, due)
            told = CLEVERTAP.render("initiated", made, due, story.choices)
            value = {"serial": serial, "id": told.fields["Export Request Id"]}
            house.agenda.keep_run(KeptRun(PARTNER, export, number, told.id, "running", due, due + takes, value))
        follows = [happening._replace(due=due + offset, what=event) for event, offset in emitted.items()]
        if not any(map(_is_end, emitted)):
            follows.append(happening._replace(due=due + takes, what=ENDED))
        if (then := self._next_start(due, kept, number)) is not None:
            follows.append(happening._replace(due=then, run=number + 1))
        return Consequence(next=tuple(follows))

    def _next_start(self, started: float, kept: Kept, number: int) -> float | None:
        """When the next run begins; None after the last, and where the years end that alerts can write."""
        every = CLEVERTAP.interval(about.trade(kept))
        last = not every or (kept["runs"] is not None and number >= kept["runs"])
        story = self._house.story()
        return None if last or not story.tells(started + every + kept["takes"] - story.epoch) else started + every

    def _kept(self, export: str) -> Kept:
        kept: Kept | None = self._house.store.get(_EXPORT, export)
        if kept is None:
            raise not_found("export", export)
        return kept


def _is_end(event: str) -> bool:
    return event in CLEVERTAP.events and CLEVERTAP.events[event].end
