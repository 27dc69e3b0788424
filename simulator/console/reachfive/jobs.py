"""Jobs of ReachFive's export definitions: how they begin and end, and what the partner says of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from simulator.console.agenda import KeptRun
from simulator.console.happening import Happening
from simulator.console.house import House
from simulator.console.reachfive.definitions import Definition, Definitions
from simulator.console.reachfive.settings import Scripted
from simulator.provider import Run
from simulator.providers import reachfive

PARTNER: Final = "reachfive"
RUNNING: Final = "RUNNING"


class Job(NamedTuple):
    """A job as the console lists it: the report as the notification has it, and the definition as it stands now."""

    report: Mapping[str, Any]
    definition: Definition


class Jobs:
    """The runs of definitions. What holds of a job is kept when it begins; nothing that is changed later touches it."""

    def __init__(self, house: House, definitions: Definitions) -> None:
        self._house = house
        self._definitions = definitions

    def begin(
        self, definition: Definition, outcome: Scripted, started: float, takes: float
    ) -> tuple[KeptRun, Happening]:
        """Write down the next job of a definition, and say when it ends; moments are epoch seconds of story time."""
        house, key, number = self._house, definition.key, definition.runs + 1
        about = {"definition": definition.settings.name, "kind": definition.settings.kind, **outcome._asdict()}
        with house.store.transaction():
            value = {"about": about, "serial": house.store.count_up("reachfive.job")}
            kept = KeptRun(PARTNER, key, number, "", RUNNING, started, started + takes, value)
            run = self.run(kept)._replace(id=None)
            kept = kept._replace(id=reachfive.render("running", run, started, house.story().choices).id)
            house.agenda.keep_run(kept)
            self._definitions.keep(replace(definition, runs=number))
        return kept, Happening(kept.ends, PARTNER, key, number, "finished")

    def end(self, kept: KeptRun) -> Run:
        """Write down how a job ended, in the words of its report."""
        run = self.run(kept)
        report = reachfive.render("finished", run, kept.ends, self._house.story().choices)
        self._house.agenda.keep_run(kept._replace(state=report.status))
        return run

    def run(self, kept: KeptRun) -> Run:
        """What the payloads of a job are made of."""
        about, serial = reachfive.about(kept.value["about"]), kept.value["serial"]
        takes, definition = kept.ends - kept.started, self._definitions.any(kept.export)
        run = self._house.run(
            kept.export, kept.number, about, serial=serial, started=kept.started, takes=takes, ident=kept.id
        )
        return run._replace(base=definition.base, ended=kept.ends)

    def run_again(self, kept: KeptRun, ended: float) -> Run:
        """The same as if it had ended at another moment, as a job of its own: its id is one that nobody has had."""
        store, story = self._house.store, self._house.story()
        dice = story.dice(f"{kept.export} again", store.count_up("reachfive.again"))
        run = self.run(kept._replace(started=ended - (kept.ends - kept.started), ends=ended))
        return run._replace(id=None, dice=dice, serial=store.count_up("reachfive.job"))

    def seen(self, runs: list[KeptRun]) -> list[Job]:
        """Jobs as the console lists them."""
        definitions = {key: self._definitions.any(key) for key in {run.export for run in runs}}
        return [Job(self._report(run), definitions[run.export]) for run in runs]

    def _report(self, kept: KeptRun) -> Mapping[str, Any]:
        event, moment = ("running", kept.started) if kept.state == RUNNING else ("finished", kept.ends)
        fields = reachfive.render(event, self.run(kept), moment, self._house.story().choices).fields
        return {**fields, "status": kept.state}  # the word that was sent, whatever the reading says now
