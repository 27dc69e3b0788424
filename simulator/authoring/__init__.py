"""What an author wrote, read and found right: scenario and receiver files → `Scenario` and `Receiver`."""

from simulator.authoring.receiver import load_receiver, parse_receiver, receiver_at
from simulator.authoring.scenario import expanded, kind_of, load_scenario, parse_scenario
from simulator.documents import parse_url

__all__ = [
    "expanded",
    "kind_of",
    "load_receiver",
    "load_scenario",
    "parse_receiver",
    "parse_scenario",
    "parse_url",
    "receiver_at",
]
