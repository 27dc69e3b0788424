"""How a state begins, or goes on where it was: its seed, its start, and its clock."""

from typing import Any

from simulator.clock import fresh_seed
from simulator.console.hands import Hands
from simulator.console.settings import DeskSettings
from simulator.console.store import Store


def begin(store: Store, settings: DeskSettings, wall: float) -> bool:
    """Keep what is there, or what is new; whether the state began. `wall` is now, in epoch seconds."""
    first = store.setting("first")
    with store.transaction():
        if first is None:
            start = float(int(wall)) if settings.start is None else settings.start
            seed = fresh_seed() if settings.seed is None else settings.seed
            store.set("story", {"seed": seed, "start": start})
            store.set("first", _first(settings))
            hands = Hands(story=start, wall=wall)
        else:
            hands = Hands(**store.setting("clock"))
            if settings.held and not hands.held:  # nothing passed since somebody last looked
                hands = hands.moved(hands.at(store.setting("seen", hands.wall)), wall)
        if settings.scale is not None or settings.held is not None:
            hands = hands.set(wall, held=settings.held, scale=settings.scale)
        store.set("clock", hands.kept())
        store.set("seen", wall)
    return first is None


def _first(settings: DeskSettings) -> dict[str, Any]:
    """What a state that begins is told, and what a reset goes back to."""
    return {name: getattr(settings, name) for name in ("seed", "start", "scale", "held")}
