"""A load of several scenarios, one at a time: what each of them sent, and what may show of it at the end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from simulator.check import History, Sent
from simulator.check.history import histories
from simulator.check.order import final_statuses, most_runs
from simulator.check.state import count
from simulator.checks import vocabulary
from simulator.journal import Journal
from simulator.load.demands import Demand, LoadCase, rightful, takes
from simulator.load.planned import PlannedLoad
from simulator.model import Observation
from simulator.receiver import Probe, Receiver

AT_ONCE = 512 * 1024 * 1024  # bytes of journal whose exports are held in memory together
_OF_A_DELIVERY = frozenset({"intent", "outcome"})


class _Numbered(Journal):
    """A journal as if nothing had been sent but the deliveries of one load, whose numbers are above `first`."""

    def __init__(self, path: Path, first: int, last: int, header: Mapping[str, Any]) -> None:
        super().__init__(path)
        self.header = {**self.header, **header}
        self._first = first
        self._last = last

    def _entries(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        for line, entry in super()._entries():
            if entry["kind"] not in _OF_A_DELIVERY or self._first < entry.get("n", 0) <= self._last:
                yield line, entry


class Wanted(NamedTuple):
    """What is to be seen of one id at the end.

    Of what is not to be refused. `known`: something genuine was acknowledged. Then any of the `statuses` may stand, and
    it is to have been acted on `least` times. At most it may have been `most` times; and `perhaps` that much more, for
    what its author broke, or a 4xx refused: who may refuse a thing may act on it all the same. `promised`: something
    genuine may have come to the receiver, or what is to be acknowledged: of an export of what its author broke and
    said nothing of, nothing is promised.
    """

    id: str
    export: str
    run: int
    known: bool
    promised: bool
    statuses: frozenset[str] = frozenset()
    least: int = 0
    most: int = 0
    perhaps: int = 0


class Told(NamedTuple):
    """What the receiver was told of one id: `whole`, parted into what is to be refused (`unwanted`) and the rest.

    It may take in whatever is `allowed`: what is to be acknowledged, and what may be. What has no more than a fault on
    the wire, and is to be acknowledged by its author's word, is as genuine here as what has none.
    """

    whole: History
    allowed: History
    unwanted: tuple[Sent, ...] = ()

    @property
    def took_unwanted(self) -> bool:
        """Whether it acknowledged something that is to be refused."""
        return any(takes(one.answer_status, acknowledged=one.acknowledged) for one in self.unwanted)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One scenario's part of a load, and the probe that is asked about it; None where the receiver has none."""

    case: LoadCase
    provider: str
    probe: Probe | None

    @property
    def shows_status(self) -> bool:
        """Whether the probe tells an export's state."""
        return self.probe is not None and "status" in self.probe.select

    @property
    def counts(self) -> str:
        """The select name that tells how often an export was acted on; "" when there is none."""
        select = self.probe.select if self.probe else {}
        return next((name for name in ("effects", "runs") if name in select), "")

    def told(self) -> Iterator[Told]:
        """Of every id of which something may have come to the receiver, with the readings of the probe."""
        for one in histories(self.case, AT_ONCE):
            if one.sent:
                yield self._parted(one.of(self.probe.name) if self.probe else one)

    def _parted(self, whole: History) -> Told:
        sent = [one if one.genuine else one._replace(genuine=rightful(one, self.demanded(one))) for one in whole.sent]
        whole = History(id=whole.id, sent=sent, seen=whole.seen)
        unwanted = tuple(one for one in sent if self.demanded(one) is Demand.NO)
        if not unwanted:
            return Told(whole, whole)
        allowed = [one for one in sent if one not in unwanted]
        return Told(whole, History(id=whole.id, sent=allowed, seen=whole.seen), unwanted)

    def shows(self, wanted: Wanted, seen: Observation) -> bool:
        """Whether a reading shows all that is to be seen."""
        if not seen.present or not self.fits_id(wanted.id, seen):
            return seen.present is False and not wanted.known
        if wanted.known and self.shows_status and not self.fits_status(wanted, seen):
            return False
        return not self.counts or (count(seen.values.get(self.counts)) or 0) >= wanted.least

    def wanted(self, told: Told, *, free: bool = False) -> Wanted:
        """What is to be seen at the end of all that was sent of an id.

        What was not acknowledged may have been taken in or not. A delivery of which nobody saw the end is one of these;
        `free`: and so is all that may come to either, whatever was answered.
        """
        sent = told.allowed.sent
        open_ = [one for one in sent if free and self.may_refuse(one)]
        taken = [one for one in sent if one.genuine and one.acknowledged and one.status and one not in open_]
        inside = [one for one in sent if may_be_in(one) or one in open_]
        most = _most(inside, self.counts)
        last = told.whole.sent[-1]
        return Wanted(
            id=told.whole.id,
            export=last.export,
            run=last.run,
            known=bool(taken),
            promised=any(one.genuine or self.demanded(one) is Demand.YES for one in sent),
            statuses=frozenset(final_statuses(History(id=told.whole.id, sent=inside), taken)) if taken else frozenset(),
            least=len({one.time or one.at for one in taken if one.end}) if self.counts else 0,
            most=most,
            perhaps=_most(sent, self.counts) - most + (_broken(sent) if self.counts == "effects" else 0),
        )

    def demanded(self, one: Sent) -> Demand:
        """What the answer to it is to be."""
        return self.case.demands.by(one.expected, step_of(one), credentials=one.credentials, genuine=one.genuine)

    def saying(self, sent: Iterable[Sent], seen: Observation) -> list[Sent]:
        """Those that say the status that is shown."""
        return [one for one in sent if self.case.same_status(seen.values.get("status"), one.status)]

    def unmet(self, one: Sent) -> bool:
        """Whether its answer is not one that it may have."""
        demand, came = self.demanded(one), (one.outcome, one.answer_status)
        return self.case.demands.unmet(demand, one.expected, *came, acknowledged=one.acknowledged)

    def may_refuse(self, one: Sent) -> bool:
        """Whether it may be refused as well as acknowledged: what is done with it is the receiver's own affair."""
        return self.demanded(one) is Demand.EITHER

    def fits_status(self, wanted: Wanted, seen: Observation) -> bool:
        """Whether the shown status is one that may stand."""
        return any(self.case.same_status(seen.values.get("status"), one) for one in wanted.statuses)

    def fits_id(self, id_: str, seen: Observation) -> bool:
        """Whether it is kept under its own id, where the probe shows that."""
        shown = seen.values.get("id")
        return shown is None or isinstance(shown, bool) or (isinstance(shown, str | int) and str(shown) == id_)


def parts(path: Path, loads: tuple[PlannedLoad, ...], receiver: Receiver) -> tuple[Part, ...]:
    """The parts of a merged journal, as it is now.

    Raises:
        StorageError: it cannot be read.
    """
    return tuple(_part(path, one, receiver) for one in loads)


def _part(path: Path, load: PlannedLoad, receiver: Receiver) -> Part:
    timeline = load.lives.timeline
    header = {
        "provider": timeline.provider.name,
        "acknowledged_by": list(receiver.accepts(timeline.provider.acknowledged_by)),
        "receiver": {**receiver.facts(), "authorization": timeline.authorized},
    }
    journal = _Numbered(path, load.first, load.last_number, header)
    words = vocabulary(timeline.provider.name)
    return Part(
        case=LoadCase(journal=journal, scenario=timeline.scenario, vocabulary=words, demands=load.demands(receiver)),
        provider=timeline.provider.name,
        probe=asked_probe(receiver),
    )


def step_of(one: Sent) -> str:
    """The name of its step, where the mix of a load or the scenario's author made it by one."""
    return one.name.partition("+")[0]


def asked_probe(receiver: Receiver) -> Probe | None:
    """The probe that a load asks: of the name that claims use when they name none, else the first; None for none."""
    return receiver.probes.get("export") or next(iter(receiver.probes.values()), None)


def _most(sent: Sequence[Sent], counts: str) -> int:
    """How often it may have been acted on at most: what was not acknowledged may have been taken in, too."""
    if counts == "effects":
        return len({one.notification for one in sent if one.end})
    return max(most_runs(sent), len({(one.export, one.run) for one in sent}))


def _broken(sent: Sequence[Sent]) -> int:
    """How much may have been acted on besides ends: what the partner would not send."""
    return len({one.notification for one in sent if not (one.genuine or one.end)})


def may_be_in(one: Sent) -> bool:
    """Whether it may have been taken in: not what a 4xx refused."""
    return one.acknowledged or not 400 <= one.answer_status < 500
