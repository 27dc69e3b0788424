"""partnersim: the export partner on your desk. `play` is imported when it is asked for: the package itself is light."""

from simulator.version import __version__

TYPE_CHECKING = False  # importing `typing` for it would cost more than all the rest
if TYPE_CHECKING:
    from simulator.runner.direct import play

__all__ = ["__version__", "play"]


def __getattr__(name: str) -> object:
    if name == "play":
        from simulator.runner.direct import play

        return play
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
