"""What a load came to, on the page: charts over its seconds, percentiles, the ledger, the workers."""

from collections.abc import Iterator

from markupsafe import Markup

from simulator.clock import spelled
from simulator.model import LoadResult, Share, Spread
from simulator.model.load import KEPT, OF_STATE, WRONG
from simulator.reporting.html.charts import Series, chart, mean
from simulator.reporting.html.pieces import facts, joined, table
from simulator.shown import line

_MODELS = {
    "open": "open: sent when due, whatever the receiver does",
    "closed": "closed: sent when the answer before has come",
}


def load_section(load: LoadResult) -> Markup:
    """All of it."""
    told = {
        "model": f"{_MODELS.get(load.model, load.model)}; shape: {load.shape}",
        "rate": f"{load.pace}, {_many(load.workers, 'worker')}",
        "planned": f"{load.planned:,}",
        "sent": f"{load.sent:,}, of these {load.acknowledged:,} acknowledged",
        "of these": load.by_kind,
        "not sent": "; ".join(load.not_sent),
        "drain": load.drained,
        "unshown": load.not_shown,
    }
    parts = [facts(told), *_charts(load), _ledger(load), _percentiles(load), *_workers(load)]
    return Markup("<section>\n<h2>Load</h2>\n{}\n</section>").format(joined(parts))


def _charts(load: LoadResult) -> Iterator[Markup]:
    """Rates, answers and lateness; none where nothing is known of the seconds."""
    seen = {one.at: one for one in load.timeline}
    if not seen:
        return
    line_ = [seen.get(second) for second in range(max(seen) + 1)]

    def series(name: str, field: str) -> Series:
        values = [float(getattr(one, field)) if one else 0.0 for one in line_]
        return Series(name, values, mean if field in {"due", "sent", "acknowledged", "failed"} else max)

    rates = [*(series(name, name) for name in ("due", "sent", "acknowledged")), series("not acknowledged", "failed")]
    yield chart("Notifications in each second of the load", rates, _count)
    answers = [series("median (p50)", "ack_p50"), series("99th of a hundred (p99)", "ack_p99")]
    yield chart("From when one was due to its whole answer, in each second", answers, _span)
    yield chart("The sender's own lateness, in each second", [series("the latest that left", "late_max")], _span)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _ledger(load: LoadResult) -> Markup:
    worst = max(getattr(load.ledger, name) for name in WRONG)
    rows = []
    for name, means in KEPT.items():
        number = getattr(load.ledger, name)
        wrong = number if name in WRONG else 0
        shown = f"{number:,}" if load.ledger.checked or name not in OF_STATE else "–"
        told = Markup('<span class="{}">{}</span>').format("failed" if wrong else "", shown)
        rows.append((name.replace("_", " "), told, _bar(wrong / worst) if wrong else "", means))
    return Markup("<h3>What was kept</h3>\n{}").format(table(("", "number", "", ""), rows, figures=True))


def _bar(share: float) -> Markup:
    return Markup('<svg class="bar" aria-hidden="true"><rect y="25%" width="{:.2f}%" height="50%"/></svg>').format(
        100 * share
    )


def _percentiles(load: LoadResult) -> Markup:
    rows = [(name, *_figures(getattr(load, name)), means) for name, means in load.times.items()]
    heads = ("", "number", "p50", "p95", "p99", "max", "")
    return Markup("<h3>How long it took</h3>\n{}").format(table(heads, rows, figures=True))


def _figures(spread: Spread) -> tuple[str, ...]:
    if not spread.number:
        return ("0", "–", "–", "–", "–")
    return (f"{spread.number:,}", *map(_span, (spread.p50, spread.p95, spread.p99, spread.max)))


def _workers(load: LoadResult) -> Iterator[Markup]:
    if len(load.shares) < 2 and not any(one.lost for one in load.shares):
        return
    rows = [(f"worker {one.worker}", f"{one.planned:,}", f"{one.sent:,}", _end(one)) for one in load.shares]
    yield Markup("<h3>Workers</h3>\n{}").format(table(("", "planned", "sent", ""), rows, figures=True))


def _end(share: Share) -> Markup:
    return Markup('<span class="inconclusive">{}</span>').format(line(share.lost)) if share.lost else Markup("")


def _span(seconds: float) -> str:
    """Three figures and no more than a person reads: 0.04ms, 12.3ms, 4.98s, 2m5s."""
    return spelled(round(float(f"{seconds:.3g}"), 5) if seconds < 100 else round(seconds))
