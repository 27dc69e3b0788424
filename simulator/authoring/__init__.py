"""What an author wrote, read and found right: files → `Scenario`, `Rule`, `Receiver`, `Baseline`."""

from simulator.authoring.baselines import Baseline, Entry, load_baseline, parse_baseline
from simulator.authoring.findings import all_of
from simulator.authoring.loading import kind_of, load_scenario
from simulator.authoring.receiver import load_receiver, parse_receiver, receiver_at
from simulator.authoring.rules import load_rule, own_rules, parse_rule, rules_in, shipped_rules
from simulator.authoring.scenario import expanded, parse_scenario
from simulator.authoring.thresholds import senseless
from simulator.documents import parse_url

__all__ = [
    "Baseline",
    "Entry",
    "all_of",
    "expanded",
    "kind_of",
    "load_baseline",
    "load_receiver",
    "load_rule",
    "load_scenario",
    "own_rules",
    "parse_baseline",
    "parse_receiver",
    "parse_rule",
    "parse_scenario",
    "parse_url",
    "receiver_at",
    "rules_in",
    "senseless",
    "shipped_rules",
]
