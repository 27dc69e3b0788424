"""What holds for a whole ReachFive account: the Export Jobs feature, the roles of people, and the chosen readings."""

from collections.abc import Mapping
from typing import Final

from simulator.console.house import House
from simulator.console.refusal import Refusal
from simulator.documents import quoted
from simulator.providers.reachfive import REACHFIVE

ROLES: Final = ("Administrator", "Developer", "Manager")
"""Who may configure and run exports (documented: ReachFive, Export job webhook)."""


def check_role(role: str) -> None:
    """Return when somebody in that role may configure and run exports.

    Raises:
        Refusal: they may not (forbidden).
    """
    if role not in ROLES:
        raise Refusal(
            "forbidden",
            f"the role {quoted(role)} may not configure or run exports",
            f"give {', '.join(ROLES[:-1])} or {ROLES[-1]} as X-Role",
        )


class Account:
    """One account; its settings are asked for each time, since they can change."""

    def __init__(self, house: House) -> None:
        self._house = house

    @property
    def export_jobs(self) -> bool:
        """Whether it has the Export Jobs feature, without which there are no exports."""
        return bool(self._house.store.setting("reachfive.export_jobs", True))

    @property
    def readings(self) -> dict[str, str]:
        """The option chosen of every reading."""
        return dict(self._house.story().readings)

    def change(self, *, export_jobs: bool | None = None, readings: Mapping[str, str] | None = None) -> None:
        """Change the feature, and the readings that are given; None leaves things as they are.

        Raises:
            Refusal: a reading or an option that there is not (unfit).
        """
        chosen = {**self._house.store.setting("reachfive.readings", {}), **(readings or {})}
        try:
            REACHFIVE.choices(chosen)
        except ValueError as error:
            raise Refusal(
                "unfit", f"readings: {error}", "`partnersim list readings` shows those of reachfive"
            ) from None
        with self._house.store.transaction():
            if readings:
                self._house.store.set("reachfive.readings", chosen)
            if export_jobs is not None:
                self._house.store.set("reachfive.export_jobs", export_jobs)
        self._house.changed()

    def check_feature(self) -> None:
        """Return when exports can be made and run (documented: ReachFive, Export job webhook).

        Raises:
            Refusal: the account lacks the feature (forbidden).
        """
        if not self.export_jobs:
            raise Refusal(
                "forbidden",
                "the account does not have the Export Jobs feature",
                "switch it on: PATCH /reachfive/account with export_jobs: true",
            )
