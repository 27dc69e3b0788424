"""The hands of the story's clock: held, going, or going faster. Pure: wall time comes in as an argument."""

from dataclasses import asdict, dataclass, replace
from typing import Final

FASTEST: Final = 1_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """At `wall` the story was at `story`; since then `scale` story seconds pass in a second, none while `held`.

    Both moments are epoch seconds, UTC.
    """

    story: float
    wall: float
    scale: float = 1.0
    held: bool = False

    def kept(self) -> dict[str, float | bool]:
        """As the store keeps them."""
        return asdict(self)

    def at(self, wall: float) -> float:
        """The story's moment at a moment of the wall; it never goes back, whatever the wall does."""
        return self.story if self.held else self.story + max(wall - self.wall, 0.0) * self.scale

    def reaches(self, story: float) -> float | None:
        """The wall's moment at which the story gets there; None when it never does by itself."""
        if self.held:
            return None
        return self.wall + max(story - self.story, 0.0) / self.scale

    def moved(self, story: float, wall: float) -> "Hands":
        """The same pace, from that moment on."""
        return replace(self, story=story, wall=wall)

    def set(self, wall: float, *, held: bool | None = None, scale: float | None = None) -> "Hands":
        """From now on held or going, at that scale; what is None stays as it is."""
        return Hands(
            story=self.at(wall),
            wall=wall,
            scale=self.scale if scale is None else scale,
            held=self.held if held is None else held,
        )
