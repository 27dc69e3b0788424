"""The shapes of loads as Locust's own: users along the curve, from nothing to all of `--users`, over `--run-time`."""

from typing import ClassVar, Final

from locust import LoadTestShape

from simulator.load.curves import SHAPES, Curve

_LASTS = 60.0  # seconds, unless --run-time says otherwise
_USERS = 20


class CurveShape(LoadTestShape):
    """A curve's level times the users that were asked for; one of them at least."""

    abstract = True
    use_common_options = True
    curve: ClassVar[Curve]
    users = _USERS
    seconds = _LASTS

    def tick(self) -> tuple[int, float] | None:
        """Users and how many of them may come or go in a second; None at the end."""
        time = self.get_run_time()
        if time >= self.seconds:
            return None
        users = max(round(self.users * self.curve.level(time / self.seconds)), 1)
        return users, float(max(self.users, 1))


class Steady(CurveShape):
    """All users from begin to end."""

    curve = SHAPES["steady"]


class Ramp(CurveShape):
    """From one user up to all of them, in a straight line."""

    curve = SHAPES["ramp"]


class Spike(CurveShape):
    """A tenth of the users, and all of them in the middle tenth of the time."""

    curve = SHAPES["spike"]


class Soak(CurveShape):
    """All users after a twentieth of the time, to the end."""

    curve = SHAPES["soak"]


class Midnight(CurveShape):
    """A fifth of the users, and all of them for a moment half-way."""

    curve = SHAPES["midnight"]


class Backlog(CurveShape):
    """All users at the first moment, then hardly any."""

    curve = SHAPES["backlog"]


BY_NAME: Final = {
    "steady": Steady,
    "ramp": Ramp,
    "spike": Spike,
    "soak": Soak,
    "midnight": Midnight,
    "backlog": Backlog,
}
