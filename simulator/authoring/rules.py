"""Reads rule files: YAML → `Rule`, each partner's block a scenario whose lines count as in the file."""

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from simulator import resources
from simulator.authoring.files import content
from simulator.authoring.findings import Findings, all_of
from simulator.authoring.scenario import parse_scenario
from simulator.documents import Document, did_you_mean, parse, quoted, suggestion
from simulator.errors import DocumentError, Mistake, UsageError
from simulator.rule import Rule
from simulator.scenario import Scenario


def shipped_rules() -> tuple[str, ...]:
    """The names of all rules that ship, in order."""
    return tuple(resources.shipped_rules())


def load_rule(name_or_path: str) -> Rule:
    """The rule in a file, or the shipped one of that name (`auth/absent`, also `rules/auth/absent`).

    Raises:
        UsageError: there is none, or its file cannot be read.
        DocumentError: every mistake in it.
    """
    if name_or_path.endswith((".yaml", ".yml")):
        return parse_rule(content(Path(name_or_path), "rule file"), name_or_path)
    name = name_or_path.removeprefix(resources.RULES)
    file = resources.shipped_rule(name)
    if file is None:
        near = did_you_mean(name, shipped_rules())
        raise UsageError(
            f"there is no rule {quoted(name)}{near}",
            "`partnersim list rules` shows all that ship; a file's name ends in .yaml",
        )
    return parse_rule(content(file, "rule file"), f"{resources.RULES}{name}")


def rules_in(folder: str | Path) -> tuple[Rule, ...]:
    """Every rule in a folder and below, in order of name.

    Raises:
        UsageError: there is no such folder, or it has no rules.
        DocumentError: every mistake in every file.
    """
    root = Path(folder)
    if not root.is_dir():
        raise UsageError(f"there is no folder {quoted(root)}", "name the folder that your rules lie in")
    files = sorted(file for ending in ("*.yaml", "*.yml") for file in root.rglob(ending) if file.is_file())
    if not files:
        raise UsageError(f"the folder {quoted(root)} has no rules", "their names end in .yaml or .yml")
    made: list[Rule] = []
    wrong: list[DocumentError] = []
    for file in files:
        try:
            made.append(parse_rule(content(file, "rule file"), str(file)))
        except DocumentError as error:
            wrong.append(error)
    if wrong:
        raise all_of(wrong)
    return tuple(sorted(made, key=lambda rule: rule.name))


def own_rules(folder: str | Path | None) -> dict[str, Rule]:
    """Name → rule of every rule in a folder of one's own, which go beside those that ship; none for no folder.

    Raises:
        UsageError: there is no such folder, it has no rules, or two rules have one name.
        DocumentError: every mistake in every file.
    """
    own: dict[str, Rule] = {}
    for rule in rules_in(folder) if folder else ():
        if rule.name in own or resources.shipped_rule(rule.name):
            where = own[rule.name].origin if rule.name in own else "among those that ship"
            raise UsageError(
                f"{rule.origin}: there is a rule {rule.name!r} already, {where}", "name this one otherwise"
            )
        own[rule.name] = rule
    return own


def parse_rule(text: str | bytes, source: str) -> Rule:
    """The rule that a text describes; `source` names it in messages, and ends as the rule's name does.

    Raises:
        DocumentError: every mistake in it.
    """
    document = parse(text, source, "rule")
    findings, value = Findings(document), document.value
    _place(findings, value["rule"], source)
    mistakes: list[Mistake] = []
    played: dict[str, Scenario] = {}
    for partner in value["played"]:
        if not _in_block_style(document, partner):
            remedy = "begin a new line after the colon, and indent what follows"
            findings.add(("played", partner), "it is written in braces, or on the line of its key", remedy)
            continue
        try:
            played[partner] = parse_scenario(_scenario_text(document, partner), f"{source}@{partner}")
        except DocumentError as error:
            mistakes += error.mistakes
    _restarts(findings, value)
    if not mistakes:
        _controls(findings, value.get("control", []), played)
    try:
        findings.settle()
    except DocumentError as error:
        mistakes += error.mistakes
    if mistakes:
        raise DocumentError(source, mistakes)
    return Rule(
        name=value["rule"],
        level=value["level"],
        sentence=value["sentence"],
        source=value["source"],
        why=value["why"],
        broken=value["broken"],
        mend=value["mend"],
        needs=tuple(value.get("needs", ())),
        control=tuple(value.get("control", ())),
        alone=value.get("alone", False),
        where_shown=value.get("where_shown", False),
        played=played,
        origin=source,
    )


def _place(findings: Findings, name: str, source: str) -> None:
    """A rule is found by its name: its file lies where that says."""
    parts = PurePosixPath(Path(source).as_posix().removesuffix(".yaml").removesuffix(".yml")).parts[-2:]
    if tuple(name.split("/")[-len(parts) :]) != parts:
        message = f"the rule is named {quoted(name)}, and its file {quoted('/'.join(parts))}"
        findings.add(("rule",), message, "name it as its file lies in its folder: family/name")


def _in_block_style(document: Document, partner: str) -> bool:
    path = ("played", partner)
    line, column = document.where(path)
    begins = document.text.splitlines()[line - 1][column - 1 : column]
    return line > document.where(path, key=True)[0] and begins not in {"{", "*", "&"}


def _scenario_text(document: Document, partner: str) -> str:
    """A partner's block as a scenario of its own, every line and column where the file has it.

    Its two lines of our own stand at the top, as far to the right as the block.
    """
    first, column = document.where(("played", partner))
    keys: list[tuple[str, ...]] = [(key,) for key in document.value]
    keys += [("played", name) for name in document.value["played"]]
    later = [line for line in (document.where(key, key=True)[0] for key in keys) if line > first]
    lines = document.text.splitlines()
    block = lines[first - 1 : min(later, default=len(lines) + 1) - 1]
    while block and not block[-1].strip():
        block.pop()
    margin = " " * (column - 1)
    head = [f"{margin}scenario: {json.dumps(document.value['sentence'])}", f"{margin}provider: {json.dumps(partner)}"]
    return "\n".join([*head, *[""] * (first - 1 - len(head)), *block]) + "\n"


def _restarts(findings: Findings, value: Mapping[str, Any]) -> None:
    """All that is played shares one receiver: who restarts it plays alone, and only where it can be started."""
    for partner, block in value["played"].items():
        if "restart" not in block:
            continue
        path = ("played", partner, "restart")
        if not value.get("alone"):
            findings.add(path, "the receiver would be killed beside other rules", "add: alone: true", key=True)
        if "start" not in value.get("needs", ()):
            message = "not every receiver file says how the receiver is started"
            findings.add(path, message, "name `start` among `needs`", key=True)


def _controls(findings: Findings, controls: list[str], played: dict[str, Scenario]) -> None:
    """A control is an expectation, and there is one wherever the rule is played."""
    names = {partner: {one.name for one in scenario.expectations} for partner, scenario in played.items()}
    known: set[str] = set().union(*names.values())
    for number, control in enumerate(controls):
        if control not in known:
            near = suggestion(control, known)
            findings.add(
                ("control", number),
                f"no expectation is named {quoted(control)}{f'; did you mean {quoted(near)}?' if near else ''}",
                f"expectations are: {', '.join(map(quoted, sorted(known)))}",
            )
    for partner, own in names.items():
        if controls and known & set(controls) and not own & set(controls):
            findings.add(("control",), f"none of these is expected of {quoted(partner)}", "name one that is")
