"""What is planned: one notification to one receiver."""

from typing import NamedTuple

from simulator.model.requests import Route, Script


class Delivery(NamedTuple):
    """One planned notification to one receiver. Times are story seconds from the scenario's start."""

    number: int  # from 1, in order of `due`
    step: str  # the step or export of the scenario that made it: what `expect` names
    copy: int  # 0 for the first, 1… for repeats of the same bytes
    event: str  # the provider's word: initiated, completed, finished
    export: str  # the export's name in the scenario; "" when the step has none
    run: int  # from 1; 0 when the step has no export
    id: str  # the values that probes and checks ask for, as the payload spells them
    status: str
    time: str
    definition_id: str
    end: bool  # whether this event ends the run it speaks of
    valid: bool  # whether the body fits the partner's schema
    credentials: str  # "right", or how they are wrong
    at: float  # when the event happens: what the payload says
    due: float  # when it is sent
    route: Route
    body: bytes
    script: Script | None = None  # what goes on the wire when it is not simply `data`
    together: int = 1  # how many copies there are of it at this very moment, itself included
    fault_name: str = ""  # what is wrong on the wire, as the author wrote it: `truncate 60%`; "" when nothing is

    @property
    def head(self) -> bytes:
        """Request line and headers, to the empty line."""
        return b"%bContent-Length: %d\r\n\r\n" % (self.route.head, len(self.body))

    @property
    def shown_head(self) -> str:
        """The same without secrets."""
        return f"{self.route.shown}Content-Length: {len(self.body)}\r\n\r\n"

    @property
    def data(self) -> bytes:
        """Every byte of the request as the partner means it."""
        return b"%bContent-Length: %d\r\n\r\n%b" % (self.route.head, len(self.body), self.body)

    @property
    def genuine(self) -> bool:
        """Whether the partner itself would send it: valid, right credentials, no fault on the wire."""
        return self.sound and self.script is None

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with it but, perhaps, a fault on the wire."""
        return self.valid and self.credentials == "right"

    @property
    def name(self) -> str:
        """A name for people: `nightly[3].completed`, `done`, `done+2` for its second repeat."""
        own = f"{self.export}[{self.run}].{self.event}" if self.step == self.export else self.step
        return f"{own}+{self.copy}" if self.copy else own
