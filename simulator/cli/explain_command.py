"""`partnersim explain`: what a rule or a check looks at, and when it fails."""

import json
import re
import shlex
import textwrap
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

import click

from simulator.cli.options import NAMED
from simulator.errors import UsageError
from simulator.load.judging.promises import Promise
from simulator.model import Delivery
from simulator.rule import Rule
from simulator.scenario import Scenario, Step

_WIDTH: Final = 100
_LOAD: Final = "load"  # the family of a rule, and what the names of a load's checks begin with
_MOST: Final = 12  # lines of what is sent
_SHOWN: Final = 80  # characters of a value
_LONGEST: Final = 2000  # characters of anything: as long as a rule's own words may be


@click.command()
@click.argument("name", type=NAMED, metavar="[RULE|FILE|FAMILY|CHECK]", required=False)
@click.option("--rules", "folder", metavar="DIR", help="A folder of rules of your own, besides those that ship.")
def command(name: str | None, folder: str | None) -> int:
    """Say of a rule why it is one, what is sent and judged, how receivers break it and how to mend it.

    A rule is named as in reports, or by its file. Of a family, its rules are listed. Of a check: what it looks at, when
    it passes and fails, and what it needs. Without a name, the checks are listed; `partnersim list rules` lists the
    rules.

    \b
    partnersim explain auth/absent
    partnersim explain auth
    partnersim explain house/two-formats --rules our-rules
    partnersim explain our-rules/house/two-formats.yaml
    partnersim explain repeats-change-nothing
    partnersim explain then/3-ends-stay-ended
    partnersim explain load/kept
    """
    import inspect

    from simulator.authoring import own_rules
    from simulator.checks import CHECKS
    from simulator.cli.output import say
    from simulator.load.judging.promises import CHECKS as OF_LOADS
    from simulator.shown import block

    if name is None:
        for check, one in CHECKS.items():
            say(f"{check:26}{(inspect.getdoc(one.judge) or '').splitlines()[0]}")
        return 0
    own = own_rules(folder)
    if (rule := _rule(name, own)) is not None:
        say(block("\n".join(_told(rule))))
        return 0
    if (promise := OF_LOADS.get(name)) is not None:
        say(block("\n".join(_promised(promise))))
        return 0
    family = _family(name, folder)
    told = [f"{one}\n\n{inspect.getdoc(CHECKS[one].judge)}" for one in _checks_of(name)]
    if not told and not family:
        raise _unknown(name, folder, own)
    say(block("\n\n".join([*told, *(["\n".join(family)] if family else [])])))
    return 0


def _rule(word: str, own: Mapping[str, Rule]) -> Rule | None:
    """The rule of that name or in that file; None where the word is about something else."""
    from simulator.authoring import load_rule
    from simulator.resources import RULES, shipped_rule

    named = word.rpartition("@")[0] or word
    if named in own:
        return own[named]
    if named.endswith((".yaml", ".yml")) or (named.startswith(RULES) and "/" in named.removeprefix(RULES)):
        return load_rule(named)
    return load_rule(named) if shipped_rule(named) else None


def _promised(promise: Promise) -> Iterator[str]:
    """What there is to say of a check of a load."""
    yield from (promise.check, "", f"{promise.sentence[0].upper()}{promise.sentence[1:]}.", "")
    yield from _field("judged", promise.judged)
    yield from _field("usually", promise.usually)


def _family(word: str, folder: str | None) -> list[str]:
    """The rules of that family, a line each; none where it is no family."""
    from simulator.cli.list_command import lines_of, rules
    from simulator.resources import RULES

    name = word.removeprefix(RULES).removesuffix("/")
    those = rules(folder, lambda one: one.startswith(f"{name}/")) if name else []
    loads = ["", "what the report of a load promises:", *_promises()] if name == _LOAD else []
    return [*lines_of(those), *loads, "", "partnersim explain RULE says more of one"] if those else []


def _promises() -> Iterator[str]:
    from simulator.load.judging.promises import PROMISES, SENDER

    for one in (*PROMISES.values(), SENDER):
        yield f"{one.check:26}{one.sentence}"


def _checks_of(word: str) -> list[str]:
    """The checks behind a word, their own name or a verdict's as reports print it; none where there is no such."""
    from simulator.checks import CHECKS

    if word.startswith("expect/"):
        return ["ack", "refused", "status", "within"]
    check = re.sub(r"^then/\d+-", "", word)
    return [check] if check in CHECKS else []


def _unknown(word: str, folder: str | None, own: Mapping[str, Rule]) -> UsageError:
    """What to say of a word that is the name of no check, of no rule and of no family."""
    from simulator.authoring import shipped_rules
    from simulator.checks import CHECKS
    from simulator.documents import did_you_mean
    from simulator.load.judging.promises import CHECKS as OF_LOADS

    rules = [*shipped_rules(), *own]
    families = dict.fromkeys(name.partition("/")[0] for name in rules)
    near = did_you_mean(re.sub(r"^then/\d+-", "", word), [*CHECKS, *rules, *families, *OF_LOADS])
    what = "rule" if "/" in word else "rule, family or check"
    where = f" --rules {shlex.quote(folder)}" if folder else ""
    of_loads = "partnersim explain load, or " if word.startswith(f"{_LOAD}/") else ""
    remedy = f"see: {of_loads}partnersim list rules{where}"
    remedy += "" if folder else "; for a rule of your own, name its file, or its folder with --rules"
    remedy += "" if "/" in word else f"; checks are {', '.join(CHECKS)}"
    return UsageError(f"there is no {what} {word!r}{near}", remedy)


def _told(rule: Rule) -> Iterator[str]:
    """All there is to say of a rule."""
    yield f"{rule.name} ({rule.level})"
    yield from ["", *textwrap.wrap(f"{rule.sentence}.", _WIDTH), ""]
    yield from _field("source", rule.source)
    yield from _field("why", rule.why)
    yield from _field("usually", rule.broken)
    yield from _field("mend", rule.mend)
    if rule.needs:
        yield from _field("needs", f"{', '.join(rule.needs)}, by the receiver file")
    if rule.control:
        yield from _field("control", f"{', '.join(rule.control)}: without that no verdict is possible")
    if rule.alone:
        yield from _field("alone", "nothing else is played meanwhile")
    if rule.where_shown:
        yield from _field("effects", "count where the receiver file shows them; elsewhere the answers alone decide")
    for partner, scenario in rule.played.items():
        yield from ["", f"with {partner}", *(f"  {line}" for line in (*_sent(scenario), *_judged(scenario)))]
    yield from ["", *(f"partnersim run {rule.origin}@{partner} --receiver FILE" for partner in rule.played)]


def _sent(scenario: Scenario) -> Iterator[str]:
    """What goes out and when, in brief: what leaves at one moment for one reason is a line."""
    from pathlib import Path

    from simulator.authoring import receiver_at
    from simulator.clock import spelled
    from simulator.runner.prepare import Settings, prepare

    plain = receiver_at("http://127.0.0.1:8000/", authorization="Bearer placeholder")
    timeline = prepare(scenario, plain, Settings(journals=Path()), seed=0).timeline
    steps = {one.name: one for one in scenario.steps}
    alike = [list(of) for _, of in groupby(timeline, key=_likeness)]
    for first, *others in alike[:_MOST]:
        remarks = [f"{len(others) + 1:,} at once"] if others else []
        remarks += [f"about {spelled(round(first.at, 3))}"] if first.at != first.due else []
        step = steps.get(first.step)
        remarks += _oddities(step) if step else []
        what = f"{first.name}: {first.event}" if step else first.name
        aside = f" ({', '.join(remarks)})" if remarks else ""
        yield from _field(f"+{spelled(round(first.due, 3))}", what + aside, margin=12)
    if left := sum(len(of) for of in alike[_MOST:]):
        yield f"and {left:,} more"


def _likeness(one: Delivery) -> tuple[str, str, float]:
    return one.step.rstrip("0123456789"), one.event, one.due


def _oddities(step: Step) -> list[str]:
    """How it differs from what the partner itself would send."""
    return [
        *([] if step.credentials == "right" else [f"credentials: {step.credentials}"]),
        *(f"{key} is {_short(json.dumps(value, ensure_ascii=False))}" for key, value in step.set.items()),
        *([f"without {', '.join(step.remove)}"] if step.remove else []),
        *(["another body"] if step.body is not None else []),
        *(f"on the wire: {name}" for name in step.fault),
    ]


def _judged(scenario: Scenario) -> Iterator[str]:
    """What is expected of the answers, and claimed of the state."""
    from simulator.checks import CLAIMS

    for expectation in scenario.expectations:
        within = f" within {expectation.within:g} s" if expectation.within is not None else ""
        yield from _field("answers", f"{expectation.name}: {' or '.join(expectation.status)}{within}", margin=12)
    for claim in scenario.claims:
        check = CLAIMS[claim.invariant or ("never-goes" if claim.goes else claim.kind)]
        yield from _field("state", check.promise(claim), margin=12)


def _field(name: str, value: str, margin: int = 10) -> Iterator[str]:
    first, *rest = textwrap.wrap(_short(value, _LONGEST), _WIDTH - margin, break_on_hyphens=False) or [""]
    yield f"{name:{margin - 1}} {first}"
    yield from (" " * margin + line for line in rest)


def _short(text: str, most: int = _SHOWN) -> str:
    """A value as far as a person reads it."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"
