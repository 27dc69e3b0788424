"""Which scenarios a command line means: files, folders, shipped names, patterns."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from simulator.authoring import load_scenario
from simulator.errors import DocumentError, UsageError
from simulator.resources import shipped_scenarios
from simulator.scenario import Scenario


def chosen_scenarios(words: Iterable[str]) -> list[Scenario]:
    """Every scenario the words name, each once, in the order they were named.

    Raises:
        UsageError: a word names none.
        DocumentError: files are wrong; the mistakes of all of them at once.
    """
    names = dict.fromkeys(name for word in words for name in _names(word))
    read: list[Scenario] = []
    wrong: list[DocumentError] = []
    for name in names:
        try:
            read.append(load_scenario(name))
        except DocumentError as error:
            wrong.append(error)
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        raise SeveralFilesError(wrong)
    return read


class SeveralFilesError(DocumentError):
    """More than one file is wrong: all of them are shown."""

    def __init__(self, errors: Iterable[DocumentError]) -> None:
        kept = list(errors)
        super().__init__(kept[0].source, [one for error in kept for one in error.mistakes])
        self.message = "\n".join(error.message for error in kept)


def _names(word: str) -> list[str]:
    path = Path(word)
    if path.is_dir():
        found = [str(file) for pattern in ("*.yaml", "*.yml") for file in sorted(path.rglob(pattern))]
        if not found:
            raise UsageError(f"the folder {word} has no scenario files", "they end in .yaml or .yml")
        return found
    if not path.exists() and any(sign in word for sign in "*?["):
        found = [name for name in shipped_scenarios() if fnmatchcase(name, word)]
        if not found:
            raise UsageError(f"no shipped scenario is like {word!r}", "see: partnersim list scenarios")
        return found
    return [word]
