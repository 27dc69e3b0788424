"""The evidence of a verdict: what the journal tells of the lines it names, and the commands that show it again."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from simulator.clock import spelled
from simulator.curl import curl
from simulator.errors import StorageError
from simulator.journal import Journal
from simulator.model import Attempt, Observation, Outcome, Play, Result, Verdict
from simulator.reporting.text.page import DIM, Line, Page, count, gutter, span, told, wrapped
from simulator.shown import as_text, cut, lines

_SHOWN = {Result.FAILED, Result.INCONCLUSIVE}
_ITEMS = 3  # pieces of evidence that are shown of one verdict
_BODY = 2048  # characters of a body that are shown

_WENT_WRONG = {
    Outcome.REDIRECTED: "the partner does not follow redirects",
    Outcome.TIMEOUT_CONNECT: "no connection came about",
    Outcome.TIMEOUT_TLS: "the TLS handshake did not end",
    Outcome.TIMEOUT_WRITE: "the receiver did not take the whole request",
    Outcome.TIMEOUT_HEADERS: "no complete status line and headers came back",
    Outcome.TIMEOUT_BODY: "the answer began, its body did not end",
    Outcome.REFUSED: "nobody listens there",
    Outcome.RESET: "the receiver reset the connection",
    Outcome.CLOSED: "the receiver closed the connection without an answer",
    Outcome.DNS: "the name was not found",
    Outcome.TLS: "no trusted connection",
    Outcome.MALFORMED: "what came back is not HTTP",
    Outcome.TRUNCATED: "the answer ended before its announced length",
    Outcome.BLOCKED: "partnersim does not send to this address",
    Outcome.SKIPPED: "the sender was too late for it; nothing was sent",
    Outcome.IN_DOUBT: "nobody saw what came of it",
}

_MOMENTS = {"before": "before anything was sent", "after": "after a delivery", "end": "at the end"}


class Evidence(NamedTuple):
    """What the journal tells of the lines that verdicts name."""

    journal: str
    header: dict[str, Any]
    entries: dict[int, Attempt | Observation | str]  # line → what stands there
    shown: set[int | str]  # lines of attempts that were shown in full, and commands that were
    trouble: str = ""

    @classmethod
    def of(cls, play: Play) -> "Evidence":
        """One reading of the journal; none when nothing failed, no details when it cannot be read."""
        wanted = {number for verdict in play.verdicts for number in _first(verdict)}
        found = cls(play.journal, {}, {}, set())
        if not wanted:
            return found
        try:
            journal = Journal.open(Path(play.journal))
            found.header.update(journal.header)
            for attempt in journal.attempts():
                found.entries.update({at: attempt for at in (attempt.line, attempt.outcome_line) if at in wanted})
            found.entries.update({seen.line: seen for seen in journal.observations() if seen.line in wanted})
            found.entries.update(
                {at: f"{note['what']} {note['detail']}" for at, note in journal.notes() if at in wanted}
            )
        except (StorageError, KeyError) as error:
            return found._replace(trouble=str(error))
        return found

    def url(self, attempt: Attempt) -> str:
        """The URL of its endpoint, as the header of the journal has it."""
        return str(self._endpoint(attempt).get("url", ""))

    def authorization(self, attempt: Attempt) -> str:
        """How a shell says the credentials of its endpoint, where the header of the journal has that."""
        return str(self._endpoint(attempt).get("authorization", ""))

    def _endpoint(self, attempt: Attempt) -> Mapping[str, Any]:
        endpoints = self.header.get("receiver", {}).get("endpoints", {})
        return endpoints.get(attempt.endpoint) or endpoints.get("*") or {}


def _first(verdict: Verdict) -> Sequence[int]:
    """The lines to look up: an attempt may be named by its intent, its outcome, or both."""
    return verdict.evidence[: 2 * _ITEMS] if verdict.result in _SHOWN else ()


def shown_evidence(verdict: Verdict, evidence: Evidence, page: Page) -> Iterator[Line]:
    """The first pieces of evidence, how many more there are, and the command that plays it again; none for a pass."""
    if verdict.result not in _SHOWN:
        return
    taken: set[int] = set()
    items = 0
    for number in _first(verdict):
        if items == _ITEMS or number in taken:
            continue
        items += 1
        entry = evidence.entries.get(number)
        taken |= {entry.line, entry.outcome_line} if isinstance(entry, Attempt) else {number}
        yield Line()
        yield from _entry(number, entry, evidence, page)
    if more := len(set(verdict.evidence) - taken):
        yield from [Line(), Line(f"      and {count(more, 'line')} more in {evidence.journal}", DIM)]
    if evidence.trouble and verdict.evidence:
        yield from (Line(f"      {text}", DIM) for text in wrapped(evidence.trouble, page.width - 6))
    if verdict.reproduce and verdict.reproduce not in evidence.shown:
        evidence.shown.add(verdict.reproduce)
        yield from [Line(), Line("      to play it again:", DIM), Line(f"        {verdict.reproduce}")]


def _entry(number: int, entry: Attempt | Observation | str | None, evidence: Evidence, page: Page) -> Iterator[Line]:
    """One line of the journal: its place, and what it tells."""
    place = f"{evidence.journal}:{number}"
    match entry:
        case Attempt():
            yield from _attempt(entry, place, evidence, page)
        case Observation():
            name = f"{entry.export}[{entry.run}]" if entry.run else entry.export
            yield Line(f"      {place}", DIM)
            asked = f"probe {entry.probe} of {name}, id {entry.id}, {_MOMENTS[entry.moment]}, {span(entry.asked)} in:"
            yield from told(f"{asked} {_seen(entry)}", page)
        case str():
            yield from [Line(f"      {place}", DIM), *told(entry, page)]
        case None:
            yield Line(f"      {place}", DIM)


def _seen(seen: Observation) -> str:
    """What a probe showed."""
    if seen.present is None:
        return f"the probe did not work: {seen.detail or 'no reason known'}"
    if not seen.present:
        return f"no such export (answered {seen.status})" if seen.status else "no such export"
    return ", ".join(f"{name} {value!r}" for name, value in seen.values.items()) or "it is there"


def _attempt(attempt: Attempt, place: str, evidence: Evidence, page: Page) -> Iterator[Line]:
    """Request, answer or what went wrong, and the command that sends it again; the second time a line only."""
    again = f", attempt {attempt.attempt}" if attempt.attempt > 1 else ""
    yield Line(f"      {attempt.name}{again}, {place}", DIM)
    if attempt.line in evidence.shown:
        yield from told(f"{_came_to(attempt)} (shown above)", page)
        return
    evidence.shown.add(attempt.line)
    yield from gutter(">", [*lines(attempt.head.rstrip("\r\n")), "", *_body(attempt.body)], page)
    if attempt.answer_head:
        yield from gutter("<", [*lines(attempt.answer_head.rstrip("\r\n")), "", *_body(attempt.answer_body)], page)
    yield from [*told(_came_to(attempt), page), *told(_circumstances(attempt), page)]
    if attempt.fault:
        which = f" ({attempt.fault_name})" if attempt.fault_name else ""
        yield from told(f"this delivery misbehaved on the wire on purpose{which}, which curl cannot do", page)
        return
    if attempt.outcome is Outcome.BLOCKED:
        return  # what partnersim does not send it does not offer to send
    yield from [Line(), Line(f"      to send it again{_secrets(attempt)}:", DIM)]
    insecure = bool(evidence.header.get("receiver", {}).get("insecure"))
    command = curl(
        attempt,
        evidence.url(attempt),
        evidence.journal,
        insecure=insecure,
        unicode=page.unicode,
        authorization=evidence.authorization(attempt),
    )
    yield from (Line(f"        {text}") for text in command)


def _body(data: bytes) -> list[str]:
    """A body line by line, cut short."""
    return lines(cut(as_text(data), _BODY)) if data else ["(empty)"]


def _came_to(attempt: Attempt) -> str:
    """`answered 500 after 12ms`, `timeout.headers after 5s: no complete status line and headers came back`."""
    known = f"answered {attempt.answer_status}" if attempt.outcome is Outcome.ANSWERED else attempt.answer
    after = f" after {span(attempt.took)}" if attempt.sent else ""
    reasons = filter(None, [_WENT_WRONG.get(attempt.outcome, ""), attempt.detail])
    return ": ".join([known + after, *dict.fromkeys(reasons)])


def _circumstances(attempt: Attempt) -> str:
    """When it was due, how late it left, and on which connection."""
    words = [f"due {spelled(attempt.due)} into the story"]
    if attempt.sent:
        words.append(f"left {span(attempt.late)} late")
    if attempt.connection:
        words.append(f"on connection {attempt.connection}, {'used before' if attempt.reused else 'new'}")
    return ", ".join(words)


def _secrets(attempt: Attempt) -> str:
    """What a person must know to set the variables."""
    if attempt.credentials in {"right", "absent"}:
        return ""
    kind = f" (its credentials were {attempt.credentials}"
    return f"{kind})" if attempt.credentials == "empty" else f"{kind}: $WRONG_AUTHORIZATION is not the right value)"
