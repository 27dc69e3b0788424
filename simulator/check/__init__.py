"""What a check is, and the evidence it reads. `simulator.checks` holds the catalogue."""

from simulator.check.case import Case, Facts, means, status_fits
from simulator.check.expected import is_of
from simulator.check.finding import Finding, Hint, Tally
from simulator.check.history import History, Sent, side_by_side
from simulator.check.kinds import ClaimCheck, ExpectationCheck, Watch, whole_window

__all__ = [
    "Case",
    "ClaimCheck",
    "ExpectationCheck",
    "Facts",
    "Finding",
    "Hint",
    "History",
    "Sent",
    "Tally",
    "Watch",
    "is_of",
    "means",
    "side_by_side",
    "status_fits",
    "whole_window",
]
