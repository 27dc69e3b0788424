"""Scenarios that somebody asks the service to play: what is asked for, what is under way, what it came to."""

from simulator.console.scenario_runs.runs import ScenarioRuns

__all__ = ["ScenarioRuns"]
