"""A scenario document on its way to become smaller: what can be left out of it, and what is left then. Pure."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Final, NamedTuple

Document = dict[str, Any]
Path = tuple[str | int, ...]

Piece = tuple[Path, ...]
"""What is left out together: the places of one thing, or of several that make no sense without one another."""

_LONG: Final = 12  # letters: longer names are shortened
_NOTHING: Final = object()


class Target(NamedTuple):
    """The promise that is broken: an entry of `expect` by its name, or a claim by its place under `then`, from 0."""

    name: str = ""
    place: int = -1

    @classmethod
    def of(cls, check: str) -> "Target":
        """That of a verdict's check: `expect/each`, `then/2-eventually`."""
        kind, _, rest = check.partition("/")
        return cls(name=rest) if kind == "expect" else cls(place=int(rest.partition("-")[0]) - 1)

    def is_of(self, check: str) -> bool:
        """Whether a verdict speaks of it."""
        return Target.of(check) == self


class Draft(NamedTuple):
    """A document, and where in it the broken promise stands."""

    document: Document
    target: Target

    @property
    def exports(self) -> Mapping[str, dict[str, Any]]:
        """As written; a key without a value is an export, too."""
        return {name: keys or {} for name, keys in self.document.get("exports", {}).items()}

    @property
    def steps(self) -> Mapping[str, dict[str, Any]]:
        """The timeline as written."""
        return dict(self.document.get("timeline", {}))

    @property
    def claims(self) -> list[dict[str, Any]]:
        """The items of `then`."""
        return list(self.document.get("then", ()))

    def family(self, name: str) -> str:
        """The export that a name means: `fleet` for `fleet-3` where there are several of it."""
        stem, _, number = name.rpartition("-")
        several = stem in self.exports and int(self.exports[stem].get("count", 1)) > 1
        return stem if name not in self.exports and several and number.isdecimal() else name


def normal(document: Document) -> Document:
    """Without what fixes ids, so that each play has fresh ones, and without `load`, which no play plays."""
    made = {key: value for key, value in deepcopy(document).items() if key not in {"seed", "load"}}
    for keys in made.get("exports", {}).values():
        keys.pop("id", None)
    return made


def without(draft: Draft, pieces: Iterable[Piece]) -> Draft | None:
    """What is left; None where what is broken would go, too. What speaks of an export or step goes with it."""
    gone = {path for piece in pieces for path in piece}
    exports = {path[1] for path in gone if len(path) == 2 and path[0] == "exports"}
    gone |= {
        ("timeline", name) for name, keys in draft.steps.items() if draft.family(keys.get("export", "")) in exports
    }
    steps = {path[1] for path in gone if len(path) == 2 and path[0] == "timeline"}
    for name in draft.document.get("expect", {}):
        if name in steps or draft.family(name.partition(".")[0]) in exports:
            gone.add(("expect", name))
    spoken = [draft.family(_of(claim)) for claim in draft.claims]
    gone |= {("then", place) for place, name in enumerate(spoken) if name in exports}
    target = draft.target
    if ("expect", target.name) in gone or ("then", target.place) in gone:
        return None
    claims = {path[1] for path in gone if len(path) == 2 and path[0] == "then"}
    pruned = _pruned(draft.document, (), gone)
    if pruned is _NOTHING or len(pruned.get("then", ())) != len(draft.claims) - len(claims):
        return None
    earlier = sum(isinstance(place, int) and place < target.place for place in claims)
    return Draft(pruned, target._replace(place=target.place - earlier) if target.place >= 0 else target)


def _pruned(value: Any, path: Path, gone: set[Path]) -> Any:
    """A copy without those places, and without what is empty for it."""
    if path in gone:
        return _NOTHING
    if isinstance(value, dict):
        kept = {key: _pruned(one, (*path, key), gone) for key, one in value.items()}
        made: Any = {key: one for key, one in kept.items() if one is not _NOTHING}
    elif isinstance(value, list):
        made = [one for place, old in enumerate(value) if (one := _pruned(old, (*path, place), gone)) is not _NOTHING]
    else:
        return value
    named = len(path) == 2 and path[0] == "exports"  # an export without a key is one all the same
    return _NOTHING if value and not made and not named else made


def _of(claim: Mapping[str, Any]) -> str:
    inner = claim.get("eventually") or claim.get("never") or claim
    return str(inner.get("of", ""))


def at(document: Any, path: Path) -> Any:
    """What stands there."""
    for part in path:
        document = document[part]
    return document


def changed(draft: Draft, path: Path, value: Any) -> Draft | None:
    """The same with another value there; what spoke of runs or exports that are no more is left out."""
    document = deepcopy(draft.document)
    at(document, path[:-1])[path[-1]] = value
    made, beyond = Draft(document, draft.target), list[Piece]()
    if path[0] == "exports" and path[-1] == "runs":
        of = path[1]
        beyond = [
            (("timeline", name),)
            for name, keys in draft.steps.items()
            if draft.family(keys.get("export", "")) == of and int(keys.get("run", 1)) > value
        ]
        beyond += [
            (("then", place),)
            for place, claim in enumerate(draft.claims)
            if draft.family(_of(claim)) == of and _run(claim) > value
        ]
    if path[0] == "exports" and path[-1] == "count":
        names = {f"{path[1]}-{number}" for number in range(value + 1, int(at(draft.document, path)) + 1)}
        beyond = [(("timeline", name),) for name, keys in draft.steps.items() if keys.get("export") in names]
        beyond += [(("then", place),) for place, claim in enumerate(draft.claims) if _of(claim) in names]
        beyond += [(("expect", name),) for name in document.get("expect", {}) if name.partition(".")[0] in names]
        if value == 1:
            made = renamed(made, {f"{path[1]}-1": str(path[1])})
    return without(made, beyond) if beyond else made


def _run(claim: Mapping[str, Any]) -> int:
    inner = claim.get("eventually") or claim.get("never") or {}
    return int(inner.get("run", 1))


def shorter_names(draft: Draft) -> Draft | None:
    """With short names in the place of long ones; None where all are short."""
    taken = {*draft.exports, *draft.steps}
    given: dict[str, str] = {}
    for names, letters in ((draft.exports, "abcdefghijklmnopqrstuvwxyz"), (draft.steps, "stuvwxyz")):
        free = (
            one for number in range(1, 1000) for letter in letters if (one := _numbered(letter, number)) not in taken
        )
        for name in names:
            if len(name) > _LONG:
                given[name] = next(free)
                taken.add(given[name])
    return renamed(draft, given) if given else None


def _numbered(letter: str, number: int) -> str:
    return letter if number == 1 else f"{letter}{number}"


def renamed(draft: Draft, given: Mapping[str, str]) -> Draft:
    """With other names for exports and steps, wherever they stand."""

    def name_of(name: str) -> str:
        stem = draft.family(name)
        return given.get(name) or (given[stem] + name[len(stem) :] if stem in given else name)

    document: Document = deepcopy(draft.document)
    for kind in ("exports", "timeline"):
        if kind in document:
            document[kind] = {given.get(name, name): keys for name, keys in document[kind].items()}
    for keys in document.get("timeline", {}).values():
        if "export" in keys:
            keys["export"] = name_of(keys["export"])
    if "expect" in document:
        document["expect"] = {_of_event(name, name_of): keys for name, keys in document["expect"].items()}
    for claim in document.get("then", ()):
        inner = claim.get("eventually") or claim.get("never") or claim
        if "of" in inner:
            inner["of"] = name_of(inner["of"])
    return Draft(document, draft.target._replace(name=_of_event(draft.target.name, name_of)))


def _of_event(name: str, name_of: Any) -> str:
    stem, dot, event = name.partition(".")
    return f"{name_of(stem)}{dot}{event}"
