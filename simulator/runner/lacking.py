"""What to say where nothing tells of a receiver what a rule needs to know of it."""

from typing import Final

_IN_FILE: Final = {
    "authorization": "the receiver file has no `authorization`: without one there are no wrong credentials",
    "start": "the receiver file does not say how to `start` it",
    "probe": "the receiver file has no probe: declare one under `probes`, with `get` and `select`",
    "separate_urls": "the receiver file has one URL for all partners: nothing can come to the wrong one",
}
_WITHOUT_FILE: Final = {
    "authorization": "there is no `authorization`, so there are no wrong credentials: give one with --authorization",
    "start": "with --to nothing says how to start it: name a receiver file with --receiver that has `start`",
    "probe": "with --to there is no probe: write a receiver file that declares one under `probes`, with `get` and "
    "`select`, and name it with --receiver",
    "separate_urls": "--to is one URL for all partners, so nothing can come to the wrong one: name a receiver file "
    "with --receiver that has one for each under `endpoints`",
}


def lacking(need: str, *, from_file: bool) -> str:
    """Why a rule with that `need` is not played, and what helps; `from_file`: the receiver is one of a file."""
    if from_file:
        return _IN_FILE.get(need, f"the receiver file does not say `supports: {{{need}: true}}`")
    supports = f"`supports: {{{need}: true}}`"
    return _WITHOUT_FILE.get(need, f"with --to nothing says {supports}: name a receiver file with --receiver that does")
