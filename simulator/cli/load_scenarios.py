"""Which scenarios a load plays: those that are named, or those that ship for loads; of all partners, or of some."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulator.cli.choosing import check_partners, chosen_scenarios
from simulator.errors import UsageError
from simulator.receiver import Receiver
from simulator.resources import shipped_scenarios
from simulator.scenario import Scenario

MADE_FOR_LOADS: Final = "load/"
"""How the names of the shipped ones begin."""


def load_scenarios(words: Sequence[str], options: Mapping[str, Any], receiver: Receiver) -> list[Scenario]:
    """Those that the words name, else those made for loads that the receiver takes; of `--partner` alone, if said.

    Raises:
        UsageError: a word or a partner names none, or which partner's they are to be is not said.
        DocumentError: files are wrong; the mistakes of all of them at once.
    """
    partners: Sequence[str] = options["partners"]
    if words:
        return _of(partners, chosen_scenarios(words), receiver, "scenario named", "")
    made = chosen_scenarios([name for name in shipped_scenarios() if name.startswith(MADE_FOR_LOADS)])
    if partners:
        return _of(partners, made, receiver, "scenario made for loads", "; of another, name a scenario")
    if options["to"]:
        known = " or ".join(f"--partner {one}" for one in _partners(made))
        raise UsageError(
            "which partner's notifications that URL takes is not said",
            f"say {known}, name a scenario, or give a receiver file with --receiver",
        )
    found = [one for one in made if receiver.endpoint(one.provider)]
    if not found:
        raise UsageError("the receiver takes no partner's notifications that a shipped load has", "name a scenario")
    return found


def _of(
    partners: Sequence[str], scenarios: Sequence[Scenario], receiver: Receiver, what: str, more: str
) -> list[Scenario]:
    """Those of these partners; all, where none is named."""
    known = _partners(scenarios)
    check_partners(partners, known, receiver, f"no {what} is of", f"they are of {', '.join(known)}{more}")
    return [one for one in scenarios if not partners or one.provider in partners]


def _partners(scenarios: Sequence[Scenario]) -> list[str]:
    return list(dict.fromkeys(one.provider for one in scenarios))
