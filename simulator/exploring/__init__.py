"""Looks for failures and makes them small: schedules made at random, scenarios cut down to what still fails.

Start reading at `seeking`: it makes schedules (`schedules`), plays them (`trials`), and hands those that fail to
`shrinking`; its `passes` try what to leave out of a `draft`, and `search` plays each try. `as_rule` tells all of it as
one more rule.
"""

from simulator.exploring.schedules import PARTNERS, schedule
from simulator.exploring.seeking import Explored, Found, explore
from simulator.exploring.shrinking import INTERRUPTED, Shrunk, Steady, shrink
from simulator.exploring.trials import Effort, Reference, Spent

__all__ = [
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
