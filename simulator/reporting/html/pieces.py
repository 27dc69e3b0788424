"""Pieces of a page: lists of facts, and tables. Whatever is no Markup is escaped."""

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from simulator.shown import line


def joined(parts: Iterable[Markup]) -> Markup:
    """One below the other."""
    return Markup("\n").join(parts)


def facts(told: Mapping[str, str]) -> Markup:
    """Names and values; those without a value are left out."""
    rows = [Markup("<dt>{}</dt><dd>{}</dd>").format(name, line(value)) for name, value in told.items() if value]
    return Markup("<dl>\n{}\n</dl>").format(joined(rows))


def table(heads: Sequence[str], rows: Iterable[Sequence[Markup | str]], *, figures: bool = False) -> Markup:
    """A table; with `figures`, its columns but the first and the last stand to the right."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(one) for one in heads)
    cells = [Markup("").join(Markup("<td>{}</td>").format(one) for one in row) for row in rows]
    body = joined(Markup("<tr>{}</tr>").format(row) for row in cells)
    name = "figures" if figures else "words"
    return Markup('<table class="{}">\n<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody>\n</table>').format(
        name, head, body
    )
