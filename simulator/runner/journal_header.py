"""The head of a journal: all that whoever judges it later has to know."""

from collections.abc import Mapping
from typing import Any

from simulator.clock import utc_now
from simulator.receiver import Receiver
from simulator.scenario import Scenario
from simulator.timeline import Timeline
from simulator.timeline.story import Story
from simulator.version import __version__


def journal_header(
    scenario: Scenario,
    of: Timeline | Story,
    receiver: Receiver,
    *,
    text: str,
    sha256: str = "",
    acknowledged_by: tuple[str, ...],
    authorized: bool = False,
    scale: str = "real",
    patience: float = 0.0,
    reproduce: str = "",
    rule: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Of what is played now, as JSON says it.

    `of` has the partner, the seed, the readings and the first moment. `text` is the scenario's, without secrets, and
    `sha256` that of its file, "" where it has none. `patience` is in real seconds. `rule` is what
    there is to know of the rule that it is played for; None where it is played for itself.
    """
    return {
        "partnersim": __version__,
        "started": utc_now().isoformat(),
        "seed": of.seed,
        "scenario": {"title": scenario.title, "source": scenario.source, "sha256": sha256, "text": text},
        "provider": of.provider.name,
        "readings": dict(of.readings),
        "acknowledged_by": list(acknowledged_by),
        "receiver": {**receiver.facts(), "authorization": authorized},
        "clock": {"start": of.start.isoformat(), "scale": scale},
        "patience": patience,
        "load": bool(scenario.load),
        "reproduce": reproduce,
        **({} if rule is None else {"rule": dict(rule)}),
    }
