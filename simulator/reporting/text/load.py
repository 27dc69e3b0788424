"""What a load came to, for people: a short page before its verdicts."""

from collections.abc import Iterator

from simulator.model import LoadResult, Share, Spread
from simulator.model.load import KEPT, OF_STATE, WRONG
from simulator.reporting.text.page import BOLD, DIM, RED, YELLOW, Line, Page, count, field, span

_COLUMNS = ("p50", "p95", "p99", "max")


def load_lines(load: LoadResult, page: Page) -> Iterator[Line]:
    """Model and rate, what was sent and of what kind, percentiles, the ledger, and which workers were lost."""
    yield Line("Load", BOLD)
    yield from field("model", f"{load.model}, {load.shape}, {count(load.workers, 'worker')}", page, indent=2)
    yield from field("rate", load.pace, page, indent=2)
    yield from field("planned", count(load.planned, "notification"), page, indent=2)
    sent = f"{load.sent:,}, {load.acknowledged:,} acknowledged"
    yield from field("sent", "; ".join((sent, *load.not_sent)), page, indent=2)
    yield from field("of these", load.by_kind, page, indent=2)
    yield Line()
    yield Line(f"  {'':8}{''.join(f'{name:>10}' for name in _COLUMNS)}", DIM)
    for name, means in load.times.items():
        yield from _row(name, getattr(load, name), means, page)
    if load.drained:
        yield from field("drain", load.drained, page, indent=2)
    if load.not_shown:
        yield from field("unshown", load.not_shown, page, indent=2)
    yield Line()
    yield from _ledger(load, page)
    lost = [one for one in load.shares if one.lost]
    if lost:
        yield Line()
        yield from (line for one in lost for line in _lost(one, page))


def _row(name: str, spread: Spread, means: str, page: Page) -> Iterator[Line]:
    if not spread.number:
        yield Line(f"  {name:8}{'–' if page.unicode else '-':>10}  {means}")
        return
    figures = "".join(f"{_short(getattr(spread, column)):>10}" for column in _COLUMNS)
    yield Line(f"  {name:8}{figures}  {means}"[: page.width])


def _short(seconds: float) -> str:
    """Three figures or so."""
    return span(round(seconds, 4) if seconds < 0.1 else round(seconds, 3) if seconds < 10 else round(seconds, 1))


def _ledger(load: LoadResult, page: Page) -> Iterator[Line]:
    ledger = load.ledger
    if ledger.checked:
        told = f"{ledger.checked:,} of {count(ledger.known, 'export')} with something acknowledged were looked at"
    else:
        told = "nothing could be looked at"
    unread = f"; {ledger.unread:,} could not be read" if ledger.unread else ""
    yield from field("kept", told + unread, page, indent=2)
    for name in WRONG:
        number = getattr(ledger, name)
        known = ledger.checked or name not in OF_STATE
        shown = f"{number:,}" if known else "–" if page.unicode else "-"
        yield Line(f"  {name.replace('_', ' '):16}{shown:>8}  {KEPT[name]}", RED if number else "", 26)


def _lost(share: Share, page: Page) -> Iterator[Line]:
    """A worker that is gone, and what of its share nobody knows to be sent."""
    missing = max(share.planned - share.sent, 0)
    of = f"{missing:,} of its {count(share.planned, 'notification')}"
    told = f"{share.worker} {share.lost}; {of} not known to be sent"
    first, *rest = field("worker", told, page, indent=2)
    yield first._replace(hue=YELLOW)
    yield from rest
