"""ReachFive's console: export definitions, their schedules and jobs, and the notification at a job's end."""

from simulator.console.reachfive.console import Reachfive

__all__ = ["Reachfive"]
