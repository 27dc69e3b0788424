"""The report as one JSON value for other programs: `schemas/report.schema.json`. ASCII, one play or verdict a line."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from simulator.model import Lateness, LoadResult, Play, Report, Spread, Verdict


def render(report: Report) -> str:
    """The JSON text. Every character beyond ASCII is escaped: it is safe in any terminal, log and encoding."""
    parts = {
        "partnersim": json.dumps(report.version),
        "seed": json.dumps(report.seed),
        "started": json.dumps(report.started),
        "scenarios": json.dumps(len(report.plays)),
        "deliveries": json.dumps(sum(play.deliveries for play in report.plays)),
        "attempts": json.dumps(sum(play.attempts for play in report.plays)),
        "outcome": json.dumps(report.outcome),
        "exit_code": json.dumps(report.exit_code),
        "known": json.dumps(sum(1 for verdict in report.verdicts if verdict.excused)),
        "drift": json.dumps([*_drift(report)]),
        "lateness": json.dumps(_lateness(play.lateness for play in report.plays)),
        **({"load": json.dumps(_load(report.load))} if report.load else {}),
        "plays": _rows(_play(play) for play in report.plays),
        "verdicts": _rows(_verdict(verdict, play) for play in report.plays for verdict in play.verdicts),
    }
    whole = "{\n" + ",\n".join(f'  "{name}": {value}' for name, value in parts.items()) + "\n}\n"
    # A build server takes ##[...] for an order, also inside JSON; escaped it is the same text.
    return whole.replace("##", "#\\u0023")


def _drift(report: Report) -> Iterator[dict[str, str]]:
    """What is known to fail, and passed."""
    for play in report.plays:
        yield from ({"rule": one.check, "partner": play.provider} for one in play.verdicts if one.drifted)


def _load(load: LoadResult) -> dict[str, Any]:
    """What a load came to. Its seconds one by one are for charts, and stay out."""
    return {
        "model": load.model,
        "shape": load.shape,
        "rate": load.rate,
        "for": load.seconds,
        "workers": load.workers,
        "planned": load.planned,
        "sent": load.sent,
        "kinds": load.kinds._asdict(),
        "acknowledged": load.acknowledged,
        "dropped": load.dropped,
        "unsent": load.unsent,
        "ledger": asdict(load.ledger),
        "ack": _spread(load.ack),
        "service": _spread(load.service),
        "effect": _spread(load.effect),
        "late": _spread(load.late),
        "held": _spread(load.held),
        "unshown": load.unshown._asdict(),
        "drain": load.drain._asdict() if load.drain else None,
        "shares": [one._asdict() for one in load.shares],
    }


def _spread(spread: Spread) -> dict[str, float]:
    return {name: round(value, 6) for name, value in spread._asdict().items()}


def _rows(values: Iterable[Any]) -> str:
    """A list with one value a line."""
    rows = [f"    {json.dumps(value)}" for value in values]
    return "[\n" + ",\n".join(rows) + "\n  ]" if rows else "[]"


def _lateness(of: Iterable[Lateness]) -> dict[str, float]:
    """The worst of them, figure by figure."""
    known = list(of) or [Lateness()]
    return {
        "p50": max(one.p50 for one in known),
        "p99": max(one.p99 for one in known),
        "max": max(one.max for one in known),
    }


def _play(play: Play) -> dict[str, Any]:
    return {
        "title": play.title,
        "source": play.source,
        "provider": play.provider,
        "seed": play.seed,
        "start": play.start,
        "journal": play.journal,
        "deliveries": play.deliveries,
        "attempts": play.attempts,
        "lateness": _lateness([play.lateness]),
        "reached": play.reached,
        "complete": play.complete,
        "note": play.note,
    }


def _verdict(verdict: Verdict, play: Play) -> dict[str, Any]:
    return {
        "rule": verdict.check,
        "level": verdict.level,
        "outcome": verdict.result,
        "sentence": verdict.sentence,
        "because": verdict.because,
        "evidence": list(verdict.evidence),
        "journal": play.journal,
        "scenario": verdict.scenario or play.source,
        "reproduce": verdict.reproduce,
        "known": verdict.known._asdict() if verdict.known else None,
    }
