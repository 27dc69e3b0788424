"""A run told by hand: what was sent when, what came back, what the probe showed. Written as a journal, then judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Literal

from simulator.check import Case
from simulator.checks import verdicts
from simulator.journal import Journal, JournalWriter
from simulator.model import Delivery, Exchange, HangUp, Lateness, Observation, Outcome, Route, Url, Verdict
from simulator.scenario import Claim, Expectation, Export, Scenario, Step

WORDS = {"initiated": "Initiated", "completed": "Completed", "finished": "SUCCESS", "running": "RUNNING", "test": ""}
ENDS = {"completed", "finished"}
SELECT = {"status": "$.status", "effects": "$.effects"}
NIGHTLY = Export(name="nightly")

Moment = Literal["before", "after", "end"]


@dataclass(kw_only=True)
class Told:
    """Times are seconds since the run began; entries are written in order of their times."""

    folder: Path
    select: Mapping[str, str] | None = field(default_factory=lambda: dict(SELECT))
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    acknowledged_by: Sequence[str] = ("200",)
    authorization: bool = True
    scale: str = "instant"
    complete: bool = True
    footer: bool = True
    took: float = 99.0
    lateness: Lateness = field(default_factory=Lateness)
    exports: tuple[Export, ...] = (NIGHTLY,)
    steps: tuple[Step, ...] = ()
    vocabulary: frozenset[str] = frozenset({"Initiated", "Completed", "SUCCESS", "FAILED"})

    def __post_init__(self) -> None:
        self._events: list[tuple[float, int, Any]] = []
        self._order = count()
        self._numbers = count(1)

    def send(
        self,
        event: str,
        t: float,
        *,
        took: float | None = 0.01,
        answer: int | Outcome = 200,
        code: int = 0,
        at: float | None = None,
        export: str = "nightly",
        run: int = 1,
        id: str = "77",  # noqa: A002 - as the journal calls it
        step: str | None = None,
        copy: int = 0,
        status: str | None = None,
        time: str | None = None,
        body: bytes | None = None,
        valid: bool = True,
        credentials: str = "right",
        fault: bool = False,
        reused: bool = False,
        hung_up: bool = False,
        final: bool = True,
        number: int | None = None,
        attempt: int = 1,
        endpoint: str = "clevertap",
    ) -> int:
        """One attempt, intended at `t`; `took=None`: nobody saw its end. Gives the delivery's number."""
        at = {"initiated": 0.0}.get(event, 560.0) if at is None else at
        number = next(self._numbers) if number is None else number
        route = Route(
            endpoint=endpoint,
            url=Url("http", "127.0.0.1", 80, "/"),
            method="POST",
            head=b"POST / HTTP/1.1\r\n",
            shown="POST / HTTP/1.1\r\n",
            timeout=5.0,
        )
        delivery = Delivery(
            number=number,
            step=export if step is None else step,
            copy=copy,
            event=event,
            export=export,
            run=run,
            id=id,
            status=WORDS[event] if status is None else status,
            time=f"T{at}" if time is None else time,
            definition_id="",
            end=event in ENDS,
            valid=valid,
            credentials=credentials,
            at=at,
            due=at,
            route=route,
            body=f"{id} {event} {at}".encode() if body is None else body,
            script=(b"", HangUp()) if fault else None,
        )
        outcome = Outcome.ANSWERED if isinstance(answer, int) else answer
        intent = next(self._order)
        self._events.append((t, intent, ("intent", delivery, attempt)))
        if took is not None:
            exchange = Exchange(
                outcome,
                answer if isinstance(answer, int) else 302 if answer is Outcome.REDIRECTED else code,
                sent=t if outcome.reached else 0.0,
                done=t + took,
                connection=1,
                reused=reused,
                hung_up=hung_up,
            )
            self._events.append((t + took, next(self._order), ("outcome", intent, delivery, exchange, final)))
        return number

    def see(
        self,
        t: float,
        moment: Moment = "end",
        *,
        present: bool | None = True,
        id: str = "77",  # noqa: A002 - as the journal calls it
        export: str = "nightly",
        took: float = 0.001,
        probe: str = "export",
        detail: str = "",
        code: int = 0,
        **values: Any,
    ) -> None:
        """One reading, asked for at `t`."""
        seen = Observation(
            line=0,
            probe=probe,
            export=export,
            run=1,
            id=id,
            moment=moment,
            asked=t,
            done=t + took,
            present=present,
            values={name.rstrip("_"): value for name, value in values.items()}
            if present
            else {},  # `id_` shows as `id`
            detail=detail,
            status=code,
        )
        self._events.append((t + took, next(self._order), ("see", seen)))

    def watch(self, start: float, end: float, **seen: Any) -> None:
        """End readings, all alike, from one moment to another."""
        t = start
        while t < end:
            self.see(t, **seen)
            t += 0.25
        self.see(end, **seen)

    def case(self, *said: Expectation | Claim) -> Case:
        """The journal written, and what a check is given."""
        scenario = Scenario(
            title="told",
            provider="clevertap",
            source="told.yaml",
            text="",
            exports=self.exports,
            steps=self.steps,
            expectations=tuple(one for one in said if isinstance(one, Expectation)),
            claims=tuple(one for one in said if isinstance(one, Claim)),
        )
        path = self.folder / f"{len(list(self.folder.iterdir()))}.ndjson"
        self._write(path)
        return Case(journal=Journal.open(path), scenario=scenario, vocabulary=self.vocabulary)

    def verdict(self, said: Expectation | Claim) -> Verdict:
        """The one verdict on what was said."""
        of = "expect/" if isinstance(said, Expectation) else "then/"
        (found,) = [one for one in verdicts(self.case(said)) if one.check.startswith(of)]
        return found

    def _write(self, path: Path) -> None:
        probes = {} if self.select is None else {"export": {"select": dict(self.select), "absent": [404]}}
        header = {
            "acknowledged_by": list(self.acknowledged_by),
            "receiver": {"probes": probes, "words": self.words, "authorization": self.authorization},
            "clock": {"start": "2026-01-05T00:00:00+05:30", "scale": self.scale},
            "patience": 0.0,
            "scenario": {"title": "told", "source": "told.yaml", "text": ""},
        }
        writer = JournalWriter(path, header, str)
        lines: dict[int, int] = {}
        for t, order, event in sorted(self._events, key=lambda one: one[:2]):
            match event:
                case ("intent", delivery, attempt):
                    lines[order] = writer.intent(delivery, attempt, t)
                case ("outcome", of, delivery, exchange, final):
                    writer.outcome(lines[of], delivery, exchange, late=0.0, final=final)
                case (_, seen):
                    writer.observation(seen)
                case _:
                    raise AssertionError(event)
        if self.footer:
            writer.close(
                self.took, deliveries=1, attempts=1, complete=self.complete, reached=True, lateness=self.lateness
            )
        else:
            writer.flush()
