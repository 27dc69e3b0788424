"""What people read after `compare`: what became worse, what better, what else differs; families side by side."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.model import Result
from simulator.reporting.text import HUES, as_text, page_for
from simulator.reporting.text.page import BOLD, GREEN, RED, Line, Page, count, wrapped

_COLUMN = 28  # no wider, however long a rule's name is
_HEADINGS = {
    "worse": "Worse: passed in A, failed in B",
    "better": "Better: failed in A, passed in B",
    "different": "Otherwise different",
    "only_a": "Only in A",
    "only_b": "Only in B",
}


def render(
    compared: Mapping[str, Any],
    names: tuple[str, str],
    *,
    colour: bool = False,
    encoding: str = "utf-8",
    width: int = 100,
) -> str:
    """The text of what `simulator.reporting.comparing.compared` found in the files of those `names`."""
    page = page_for(encoding, width)
    whole: list[Line] = []
    for letter, name in zip("ab", names, strict=True):
        whole += _heading(letter, name, compared[letter], page)
    for kind, heading in _HEADINGS.items():
        if compared[kind]:
            whole += [Line(), Line(heading, BOLD)]
            whole += [line for one in compared[kind] for line in _told(one, page)]
    whole += [Line(), *_table(compared, page), Line()]
    worse = len(compared["worse"])
    said = f"B is worse: it breaks {count(worse, 'rule')} that A keeps." if worse else "B is no worse than A."
    whole.append(Line(said, RED if worse else GREEN))
    return as_text(whole, colour=colour, encoding=encoding)


def _heading(letter: str, name: str, facts: Mapping[str, Any], page: Page) -> Iterator[Line]:
    words = f"partnersim {facts['partnersim']}, seed {facts['seed']}, started {facts['started']}"
    said = f"{name}: {words}, {count(facts['rules'], 'rule')}, exit code {facts['exit_code']}"
    first, *rest = wrapped(said, page.width - 3)
    yield Line(f"{letter.upper()}  {first}", BOLD, 1)
    yield from (Line(f"   {text}") for text in rest)


def _told(one: Mapping[str, str], page: Page) -> Iterator[Line]:
    """One rule with one partner: how it ended, and why it did in B."""
    result = Result(one.get("b") or one["outcome"])
    ways = f"{one['a']}, then {one['b']}" if "b" in one else one["outcome"]
    level = "" if one["level"] == "must" else f" ({one['level']})"
    name, rest = f"  {page.marks[result]} {one['rule']:{_COLUMN}}", f"{one['partner']:9}  {ways}{level}"
    if len(name) + 2 + len(rest) > page.width:
        yield from [Line(name.rstrip(), HUES[result], 3), Line(f"      {rest}")]
    else:
        yield Line(f"{name}  {rest}", HUES[result], 3)
    because = one.get("because", "") if result is not Result.PASSED else ""
    yield from (Line(f"      {text}") for text in wrapped(because, page.width - 6))


def _table(compared: Mapping[str, Any], page: Page) -> Iterator[Line]:
    """Families and figures, A beside B."""
    rows: list[Sequence[str]] = [("family", "A", "B")]
    rows += [(one["family"], _kept(one["a"], page), _kept(one["b"], page)) for one in compared["families"]]
    rows += [(name, *(f"{compared[one][name]:,}" for one in "ab")) for name in ("deliveries", "attempts")]
    columns = [max(len(row[place]) for row in rows) for place in range(3)]
    for row in rows:
        text = "   ".join(f"{cell:{width}}" for cell, width in zip(row, columns, strict=True)).rstrip()
        yield Line(text, BOLD if row is rows[0] else "")


def _kept(numbers: Mapping[str, Sequence[int]], page: Page) -> str:
    """`6/6 must · 2/2 should`."""
    words = [f"{kept}/{asked} {level}" for level, (kept, asked) in numbers.items()]
    return (" · " if page.unicode else ", ").join(words) or page.marks[Result.NOT_APPLICABLE]
