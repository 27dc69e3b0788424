"""Looks for failures and makes them small: schedules made at random, scenarios cut down to what still fails."""

from simulator.exploring.schedules import PARTNERS, schedule
from simulator.exploring.seeking import COUNT, Explored, Found, explore
from simulator.exploring.shrinking import INTERRUPTED, Shrunk, Steady, shrink
from simulator.exploring.trials import Effort, Reference, Spent

__all__ = [
    "COUNT",
    "INTERRUPTED",
    "PARTNERS",
    "Effort",
    "Explored",
    "Found",
    "Reference",
    "Shrunk",
    "Spent",
    "Steady",
    "explore",
    "schedule",
    "shrink",
]
