"""The export definitions of a ReachFive account, as the store keeps them: those there are, and those there were."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from simulator.console.reachfive.settings import Scripted, Settings
from simulator.console.store import Store
from simulator.redaction import MARK
from simulator.redaction import url as shown_url

_LIVE: Final = "reachfive.definition"
_DELETED: Final = "reachfive.deleted_definition"
_KEY: Final = "reachfive.definition_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One definition. Moments are epoch seconds of story time.

    `key` names it in the agenda and in history, `id` in payloads: that one is made of the key and of `base`, the second
    from which the story's ids counted when it was created, and stays what it is. `outcomes_after` is the number of runs
    it had when its outcomes were set.
    """

    key: str
    id: str
    base: float
    settings: Settings
    created: float
    updated: float
    runs: int = 0
    outcomes_after: int = 0

    @property
    def outcome(self) -> Scripted:
        """How the next run is to end."""
        return self.settings.outcomes[min(self.runs - self.outcomes_after, len(self.settings.outcomes) - 1)]

    @property
    def without_secrets(self) -> "Definition":
        """The same, its credentials and the values in its URL replaced by a mark."""
        old = self.settings.notification
        hidden = old._replace(url=shown_url(old.url), authorization=MARK if old.authorization else "")
        return replace(self, settings=replace(self.settings, notification=hidden))

    def kept(self) -> dict[str, Any]:
        """A JSON value; `of` reads it."""
        parts = ("key", "id", "base", "created", "updated", "runs", "outcomes_after")
        return {**{part: getattr(self, part) for part in parts}, "settings": self.settings.kept()}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """A definition as it was kept."""
        return cls(**{**kept, "settings": Settings.of(kept["settings"])})


class Definitions:
    """Definitions by their key."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, definition: Definition) -> None:
        """Write down a new one."""
        with self._store.transaction():
            self.keep(definition)
            self._store.put(_KEY, definition.id, definition.key)

    def keep(self, definition: Definition) -> None:
        """Write down how one there is has changed."""
        self._store.put(_LIVE, definition.key, definition.kept())

    def delete(self, definition: Definition) -> None:
        """It is one that was: only its jobs speak of it still. Its secrets are forgotten."""
        with self._store.transaction():
            self._store.drop(_LIVE, definition.key)
            self._store.put(_DELETED, definition.key, definition.without_secrets.kept())

    def page(self, offset: int = 0, limit: int = -1) -> tuple[int, list[Definition]]:
        """How many there are, and some of them, the oldest first."""
        found = self._store.things(_LIVE, offset=offset, limit=limit)
        return self._store.number_of(_LIVE), [Definition.of(kept) for _, kept in found]

    def live(self, key: str) -> Definition | None:
        """One there is."""
        kept = self._store.get(_LIVE, key)
        return Definition.of(kept) if kept else None

    def any(self, key: str) -> Definition:
        """One there is or was."""
        return Definition.of(self._store.get(_LIVE, key) or self._store.get(_DELETED, key))

    def key(self, ident: str) -> str:
        """The key of the definition of that id, also of one that was; "" when there never was one."""
        return str(self._store.get(_KEY, ident) or "")
