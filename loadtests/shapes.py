"""The shapes of loads as Locust's own: users along the curve, from nothing to all of `--users`, over `--run-time`."""

from types import new_class
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


def _shape(name: str, curve: Curve) -> type[CurveShape]:
    of_its_own = {"curve": curve, "__doc__": f"Users instead of a rate: {curve.sentence}.", "__module__": __name__}
    made: type[CurveShape] = new_class(
        name.capitalize(), (CurveShape,), exec_body=lambda inside: inside.update(of_its_own)
    )
    return made


BY_NAME: Final = {name: _shape(name, curve) for name, curve in SHAPES.items()}
