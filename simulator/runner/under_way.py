"""Cause before effect: whom a delivery waits for while the story passes faster than life."""


class UnderWay:
    """Deliveries that were begun and have not ended, each until the story second at which its timeout would end.

    In compressed time whoever comes next waits for every earlier one that would have ended, in the story, before it
    is due; and no more than `most` are under way.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._until: dict[int, float] = {}  # by number
        self._latest = 0.0
        self._ordered = True  # whether they stand in the order in which their timeouts would end

    def __len__(self) -> int:
        return len(self._until)

    def begin(self, number: int, until: float) -> None:
        """It is under way, until that story second at most."""
        self._ordered = not self._until or (self._ordered and until >= self._latest)
        self._until.pop(number, None)  # its place is the last one's
        self._until[number] = self._latest = until

    def end(self, number: int) -> bool:
        """It is not any more; whether it was."""
        return self._until.pop(number, None) is not None

    def hold(self, due: float, number: int = 1) -> bool:
        """Whether so many that are due then have to wait until another one ends."""
        if not self._until:
            return False
        first = next(iter(self._until.values())) if self._ordered else min(self._until.values())
        return len(self._until) + number > self._most or first < due
