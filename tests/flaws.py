"""Holds every receiver of ours against every rule, and writes README's table of which rule catches which flaw.

python -m tests.flaws               all of them, and the table anew: many minutes
python -m tests.flaws NAME…         those alone, and no table
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from simulator.authoring import shipped_rules
from tests.subjects import FLAWED, RIGHT, ROOT, Found, Subject, held

BEGIN: Final = "<!-- made by `make flaws`: begin -->"
END: Final = "<!-- made by `make flaws`: end -->"
_AT_ONCE: Final = 4


def finding(subject: Subject, found: Found) -> str:
    """What is not as it should be, in a sentence; "" when all is."""
    if not found.outcomes:
        return f"{subject}: nothing was played: {found.words}"
    if subject.flaw:
        return "" if subject.rule in found.failed(but=()) else f"{subject}: not caught, {dict(found.outcomes)}"
    wrong = found.failed() + found.inconclusive()
    return f"{subject}: {', '.join(wrong)}" if wrong else ""


def beside(subject: Subject, found: Found) -> list[str]:
    """The other rules that failed."""
    return [rule for rule in found.failed() if rule != subject.rule]


def table(found: Sequence[tuple[Subject, Found]]) -> str:
    """README's table, in the order of the rules."""
    order = {rule: number for number, rule in enumerate(shipped_rules())}
    lines = ["| the flaw | receiver | meant to catch it | caught | what fails beside it |", "|---|---|---|---|---|"]
    shown = sorted(found, key=lambda one: (order.get(one[0].rule, -1), one[0].flaw, one[0].make != "sample"))
    for subject, what in shown:
        caught = "yes" if subject.rule in what.failed(but=()) else "NO"
        others = ", ".join(f"`{rule}`" for rule in beside(subject, what))
        lines += (
            [f"| {subject.says} | {subject.make} | `{subject.rule}` | {caught} | {others} |"] if subject.flaw else []
        )
    return "\n".join(lines)


def rewrite(page: Path, made: str) -> None:
    """Put the table between the two marks of the page."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"{page.name} has no line {BEGIN} with {END} after it")
    page.write_text(f"{before}{BEGIN}\n\n{made}\n\n{END}{after}", "utf-8")


def main(names: Sequence[str]) -> int:
    """Hold them all against all rules; the exit code is 1 when a flaw is not caught, or a right one fails."""
    chosen = [one for one in (*RIGHT, *FLAWED) if not names or str(one) in names or one.flaw in names]
    found: list[tuple[Subject, Found]] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        playable = [one for one in chosen if not one.missing]
        for subject, what in zip(playable, pool.map(held, playable), strict=True):
            found.append((subject, what))
            said = finding(subject, what) or f"{subject}: as it should be"
            sys.stdout.write(f"{said}; beside: {', '.join(beside(subject, what)) or '-'}\n")
            sys.stdout.flush()
    for one in chosen:
        sys.stdout.write(f"{one}: skipped, {one.missing}\n" if one.missing else "")
    if not names:
        rewrite(ROOT / "README.md", table(found))
    return int(any(finding(*one) for one in found))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
