"""The words: deliveries, attempts, observations, verdicts. Frozen; they know how to answer questions and do nothing."""

from simulator.model.deliveries import Delivery
from simulator.model.evidence import Attempt, Observation
from simulator.model.load import Drain, Kinds, Ledger, LoadResult, Second, Share, Spread, Unshown
from simulator.model.outcomes import Exchange, Outcome
from simulator.model.reports import Lateness, Play, Report, unplayed
from simulator.model.requests import AwaitContinue, EndWriting, HangUp, Pairs, Pause, Route, Script, Url
from simulator.model.verdicts import Known, Level, Result, Verdict

__all__ = [
    "Attempt",
    "AwaitContinue",
    "Delivery",
    "Drain",
    "EndWriting",
    "Exchange",
    "HangUp",
    "Kinds",
    "Known",
    "Lateness",
    "Ledger",
    "Level",
    "LoadResult",
    "Observation",
    "Outcome",
    "Pairs",
    "Pause",
    "Play",
    "Report",
    "Result",
    "Route",
    "Script",
    "Second",
    "Share",
    "Spread",
    "Unshown",
    "Url",
    "Verdict",
    "unplayed",
]
