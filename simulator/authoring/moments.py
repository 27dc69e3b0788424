"""Reads times of the story: durations from its start, or dates and times on the partner's clock."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from simulator import clock
from simulator.authoring.findings import Findings, Path
from simulator.documents import quoted, story_moment


class Moments:
    """What `at` and `deliver_at` mean in one scenario: story seconds from its start."""

    def __init__(self, findings: Findings, start: str | None, zone: ZoneInfo) -> None:
        self._findings = findings
        self._zone = zone
        self._start = self._placed(story_moment(start)) if start is not None else None

    def seconds(self, written: str | float, path: Path) -> float:
        """Seconds from the start; a time that is none, or before it, is found a mistake and taken for the start."""
        if not isinstance(written, str) or written[4:5] != "-":
            return clock.seconds(written)
        if self._start is None:
            message = f"{quoted(written)} says when, and nothing says when the story starts"
            self._findings.add(path, message, "give clock.start, or a duration from the start such as 10m")
            return 0.0
        moment = self._placed(story_moment(written))
        after = (moment - self._start).total_seconds()
        if after < 0:
            message = f"{quoted(written)} lies {clock.spelled(-after)} before the story's start"
            self._findings.add(path, message, f"the story starts at {self._start.astimezone(self._zone).isoformat()}")
            return 0.0
        return after

    def optional(self, keys: dict[str, Any], name: str, path: Path) -> float | None:
        """The same for a key that may be left out."""
        return self.seconds(keys[name], (*path, name)) if name in keys else None

    def _placed(self, moment: datetime) -> datetime:
        return (moment if moment.tzinfo else moment.replace(tzinfo=self._zone)).astimezone(UTC)
