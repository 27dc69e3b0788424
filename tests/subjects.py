"""Receivers, right and flawed, of every make: started, and held against rules."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from simulator.authoring import load_receiver, load_rule
from simulator.conforming.pairs import pairs
from simulator.conforming.playing import conform
from simulator.journal import file_name
from simulator.model import Verdict
from simulator.runner.prepare import Settings
from simulator.runner.session import Session
from simulator.sample import AUTHORIZATION_VARIABLE, close, create_app, receiver_file, running
from simulator.sample.flaws import FLAWS as OF_THE_SAMPLE
from simulator.sample.flaws import NONE
from tests.ports import free_port
from tests.receivers.correct.plain_receiver import Receiver, listening
from tests.receivers.flawed.serve import FLAWS as OF_THE_PLAIN

ROOT: Final = Path(__file__).resolve().parents[1]
_SECRET: Final = "Bearer mF_9.B5f-4.1JqM"
_BASIC: Final = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
_OF_BASIC: Final = frozenset({"auth/wrong:user"})  # a bearer token has no part that it could leave out
_MAKING: Final = threading.Lock()  # CPython 3.11 miscounts when two threads parse Python, as the making of routes does
_APART: Final = frozenset({"cut/restart", "repeats/at-once"})  # it is started again, or it needs a process of its own


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
        return (OF_THE_SAMPLE if self.make == "sample" else OF_THE_PLAIN)[self.flaw].says if self.flaw else "none"

    @property
    def secret(self) -> str:
        """The credentials it asks for."""
        return _BASIC if self.flaw in _OF_BASIC else _SECRET

    @property
    def missing(self) -> str:
        """Why it cannot run here; "" when it can."""
        return "node is not installed" if self.make == "node" and not shutil.which("node") else ""

    def __str__(self) -> str:
        return f"{self.make} {self.flaw}".strip()


class Found(NamedTuple):
    """What became of it: the outcome of each rule with each partner, each rule's level, and what was said besides."""

    outcomes: Mapping[tuple[str, str], str]
    levels: Mapping[str, str]
    words: str = ""

    def failed(self, *, but: Iterable[str] = ("may",)) -> list[str]:
        """The rules that failed with any partner, except those of these levels."""
        return [rule for rule in self._with("failed") if self.levels[rule] not in but]

    def inconclusive(self) -> list[str]:
        return self._with("inconclusive")

    def _with(self, outcome: str) -> list[str]:
        return list(dict.fromkeys(rule for (rule, _), found in self.outcomes.items() if found == outcome))


RIGHT: Final = (Subject("sample"), Subject("plain"), Subject("node"))
FLAWED: Final = (
    *(Subject("sample", name) for name in OF_THE_SAMPLE),
    *(Subject("plain", name) for name in OF_THE_PLAIN),
)


def held(subject: Subject, rules: Sequence[str] = (), more: Sequence[str] = ()) -> Found:
    """What `partnersim conform` finds of the receiver in a process of its own, by those rules; by all, if none."""
    with tempfile.TemporaryDirectory(prefix="partnersim-flaws-") as scratch:
        folder, port = Path(scratch), free_port()
        start = shlex.join(_command(subject, port, folder))
        file = _written(subject, folder, f"http://127.0.0.1:{port}", f"start: {json.dumps(start)}\n")
        words = [sys.executable, "-m", "simulator", "conform", "--receiver", str(file), "--json", "--journal", "j"]
        words += [word for rule in rules for word in ("--select", rule)]
        # nor is it measured, whose own tests are others: it is about the rules
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PARTNERSIM_", "COVERAGE_"))}
        ended = subprocess.run(
            [*words, *more],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={**kept, AUTHORIZATION_VARIABLE: subject.secret, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            timeout=900,
        )
    told: list[dict[str, Any]] = json.loads(ended.stdout).get("verdicts", []) if ended.stdout else []
    outcomes = {(one["rule"], one["scenario"].rpartition("@")[2]): one["outcome"] for one in told}
    return Found(outcomes, {one["rule"]: one["level"] for one in told}, ended.stderr.strip())


def caught(subject: Subject, timeout: str = "4s") -> Found:
    """What its own rule finds of it: most in this process, where that says as much and takes less.

    `timeout` is what the receiver file says of its endpoints.
    """
    if subject.rule in _APART:
        return held(subject, [subject.rule])
    with tempfile.TemporaryDirectory(prefix="partnersim-flaws-") as scratch, _served(subject, Path(scratch)) as url:
        folder, environment = Path(scratch), {AUTHORIZATION_VARIABLE: subject.secret}
        receiver = load_receiver(str(_written(subject, folder, url, timeout=timeout)), environment)
        chosen = pairs([load_rule(subject.rule)], receiver)
        scenarios = [one.scenario for one in chosen]
        session = Session(
            scenarios=scenarios,
            names=[file_name(number, one.source) for number, one in enumerate(scenarios, start=1)],
            receiver=receiver,
            settings=Settings(journals=folder / "j", environment=environment),
            at_once=len(scenarios),
        )
        _, judged = conform(chosen, session)
    verdicts: list[tuple[str, Verdict]] = [(one.partner, one.verdict) for one in judged]
    return Found(
        {(one.check, partner): one.result.value for partner, one in verdicts},
        {one.check: one.level for _, one in verdicts},
    )


@contextmanager
def _served(subject: Subject, folder: Path) -> Iterator[str]:
    """While inside, a thread of this process serves it: gives its URL."""
    if subject.make == "sample":
        flaw = OF_THE_SAMPLE[subject.flaw] if subject.flaw else NONE
        with _MAKING:
            app = create_app(folder / "told.sqlite", authorization=subject.secret, flaw=flaw)
        try:
            with running(app) as url:
                yield url
        finally:
            close(app)
    else:
        made = OF_THE_PLAIN[subject.flaw].made if subject.flaw else Receiver
        with listening(made(subject.secret, folder / "told.ndjson")) as port:
            yield f"http://127.0.0.1:{port}"


def _written(subject: Subject, folder: Path, url: str, more: str = "", timeout: str = "4s") -> Path:
    """Its receiver file. Nothing of a flaw takes as long as the partners' own patience, so that it is shorter then."""
    text = receiver_file(url, subject.secret)
    if subject.flaw:
        text = text.replace('"}\n', f'", timeout: {timeout}}}\n')
    file = folder / "receiver.yaml"
    file.write_text(text + more, encoding="utf-8")
    return file


def _command(subject: Subject, port: int, folder: Path) -> list[str]:
    """What starts it, whatever folder it is started in."""
    python = ["env", f"PYTHONPATH={ROOT}", f"{AUTHORIZATION_VARIABLE}={subject.secret}", sys.executable, "-m"]
    if subject.make == "sample":
        flaw = ["--flaw", subject.flaw] if subject.flaw else []
        return [*python, "simulator", "receive", "--port", str(port), "--database", str(folder / "told.sqlite"), *flaw]
    words = ["--port", str(port), "--log", str(folder / "told.ndjson"), "--authorization", subject.secret]
    if subject.make == "node":
        return ["node", str(ROOT / "tests/receivers/correct/node_receiver.js"), *words]
    if subject.flaw:
        return [*python, "tests.receivers.flawed.serve", subject.flaw, *words]
    return [*python, "tests.receivers.correct.plain_receiver", *words]
