"""Receivers, right and flawed, held against the rules: which rule catches which flaw, and README's table of that.

python -m tests.flaws               all of them against all rules, and the table anew: many minutes
python -m tests.flaws NAME…         those alone, and no table
"""

import json
import os
import random
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from simulator.authoring import shipped_rules
from simulator.sample import AUTHORIZATION_VARIABLE, receiver_file
from simulator.sample.flaws import FLAWS as OF_THE_SAMPLE
from tests.receivers.flawed import flaws as planted

ROOT: Final = Path(__file__).resolve().parents[1]
BEGIN: Final = "<!-- made by `make flaws`: begin -->"
END: Final = "<!-- made by `make flaws`: end -->"
_SECRET: Final = "Bearer mF_9.B5f-4.1JqM"
_AT_ONCE: Final = 4


class Subject(NamedTuple):
    """A receiver: of which make it is, and its flaw; "" for none."""

    make: str  # sample, plain or node
    flaw: str = ""

    @property
    def rule(self) -> str:
        """The rule meant to catch it; "" for a right one."""
        return self.flaw.partition(":")[0]

    @property
    def says(self) -> str:
        return (OF_THE_SAMPLE if self.make == "sample" else planted.FLAWS)[self.flaw].says if self.flaw else "none"

    def __str__(self) -> str:
        return f"{self.make} {self.flaw}".strip()


class Found(NamedTuple):
    """What conform said: its exit code, and the outcome of each rule with each partner."""

    code: int
    outcomes: dict[tuple[str, str], str]
    levels: dict[str, str]
    words: str

    def failed(self, *, but: Iterable[str] = ("may",)) -> list[str]:
        """The rules that failed with any partner, except those of these levels."""
        names = dict.fromkeys(rule for (rule, _), outcome in self.outcomes.items() if outcome == "failed")
        return [rule for rule in names if self.levels[rule] not in but]

    def inconclusive(self) -> list[str]:
        return sorted({rule for (rule, _), outcome in self.outcomes.items() if outcome == "inconclusive"})


RIGHT: Final = (Subject("sample"), Subject("plain"), Subject("node"))
FLAWED: Final = (
    *(Subject("sample", name) for name in OF_THE_SAMPLE),
    *(Subject("plain", name) for name in planted.FLAWS),
)


def command(subject: Subject, port: int, folder: Path) -> list[str]:
    """What starts it, whatever folder it is started in."""
    python = ["env", f"PYTHONPATH={ROOT}", f"{AUTHORIZATION_VARIABLE}={_SECRET}", sys.executable, "-m"]
    if subject.make == "sample":
        flaw = ["--flaw", subject.flaw] if subject.flaw else []
        return [*python, "simulator", "receive", "--port", str(port), "--database", str(folder / "told.sqlite"), *flaw]
    words = ["--port", str(port), "--log", str(folder / "told.ndjson"), "--authorization", _SECRET]
    if subject.make == "node":
        return ["node", str(ROOT / "tests/receivers/correct/node_receiver.js"), *words]
    if subject.flaw:
        return [*python, "tests.receivers.flawed.flaws", subject.flaw, *words]
    return [*python, "tests.receivers.correct.plain_receiver", *words]


def missing(subject: Subject) -> str:
    """Why it cannot run here; "" when it can."""
    return "node is not installed" if subject.make == "node" and not shutil.which("node") else ""


def free_port() -> int:
    """One that nobody has, below those that outgoing connections are given."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def conform(subject: Subject, rules: Sequence[str] = (), more: Sequence[str] = ()) -> Found:
    """Start the receiver, hold it against those rules (all, if none are named), and end it."""
    with tempfile.TemporaryDirectory(prefix="partnersim-flaws-") as scratch:
        folder, port = Path(scratch), free_port()
        text = receiver_file(f"http://127.0.0.1:{port}", _SECRET)
        if subject.flaw:  # nothing of a flaw takes as long as the partners' patience
            text = text.replace('"}\n', '", timeout: 4s}\n')
        file = folder / "receiver.yaml"
        file.write_text(f"{text}start: {json.dumps(shlex.join(command(subject, port, folder)))}\n", encoding="utf-8")
        words = [sys.executable, "-m", "simulator", "conform", "--receiver", str(file), "--json", "--journal", "j"]
        for rule in rules:
            words += ["--select", rule]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PARTNERSIM_")}
        ended = subprocess.run(
            [*words, *more],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={**kept, AUTHORIZATION_VARIABLE: _SECRET, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            timeout=600,
        )
    told: list[dict[str, Any]] = json.loads(ended.stdout).get("verdicts", []) if ended.stdout else []
    return Found(
        ended.returncode,
        {(one["rule"], one["scenario"].rpartition("@")[2]): one["outcome"] for one in told},
        {one["rule"]: one["level"] for one in told},
        ended.stderr,
    )


def row(subject: Subject, found: Found) -> str:
    """One line of the table."""
    caught = "yes" if subject.rule in found.failed(but=()) else "NO"
    beside = ", ".join(f"`{rule}`" for rule in found.failed() if rule != subject.rule)
    return f"| {subject.says} | {subject.make} | `{subject.rule}` | {caught} | {beside} |"


def table(found: Sequence[tuple[Subject, Found]]) -> str:
    """README's table, in the order of the rules."""
    order = {rule: number for number, rule in enumerate(shipped_rules())}
    lines = [
        "| the flaw | receiver | the rule meant to catch it | caught | what fails beside it |",
        "|---|---|---|---|---|",
    ]
    shown = sorted(found, key=lambda one: (order.get(one[0].rule, -1), one[0].flaw, one[0].make != "sample"))
    return "\n".join([*lines, *(row(subject, what) for subject, what in shown if subject.flaw)])


def rewrite(page: Path, made: str) -> None:
    """Put the table between the two marks of the page."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"{page.name} has no line {BEGIN} with {END} after it")
    page.write_text(f"{before}{BEGIN}\n\n{made}\n\n{END}{after}", "utf-8")


def finding(subject: Subject, found: Found) -> str:
    """What is not as it should be, in a sentence; "" when all is."""
    if not found.outcomes:
        return f"{subject}: nothing was played (exit code {found.code}): {found.words.strip()}"
    if subject.flaw:
        return "" if subject.rule in found.failed(but=()) else f"{subject}: not caught"
    wrong = found.failed() + found.inconclusive()
    return f"{subject}: {', '.join(wrong)}" if wrong else ""


def main(names: Sequence[str]) -> int:
    """Hold them all against all rules; the number of findings is the exit code."""
    chosen = [one for one in (*RIGHT, *FLAWED) if (not names or str(one) in names or one.flaw in names)]
    chosen = [one for one in chosen if not missing(one)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = []
        for subject, what in zip(chosen, pool.map(partial(conform), chosen), strict=True):
            found.append((subject, what))
            beside = [rule for rule in what.failed() if rule != subject.rule]
            said = finding(subject, what) or f"{subject}: as it should be"
            sys.stdout.write(f"{said}; beside: {', '.join(beside) or '-'}\n")
            sys.stdout.flush()
    if not names:
        rewrite(ROOT / "README.md", table(found))
    return min(sum(bool(finding(*one)) for one in found), 100)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
