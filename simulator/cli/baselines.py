"""The baseline of a command line: read before anything is sent, and renewed at the end; and the badge."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from simulator.authoring import Baseline, kind_of, load_baseline, load_rule, own_rules, shipped_rules
from simulator.cli.output import say, tell_people, write_file, wrote
from simulator.clock import utc_now
from simulator.conforming.baseline import TO_BE_SAID, applied, rendered, renewed
from simulator.errors import PartnersimError, UsageError
from simulator.model import Report, Result
from simulator.receiver import Receiver
from simulator.reporting.text.page import count
from simulator.rule import Judged, Rule
from simulator.shown import block


def chosen_baseline(options: Mapping[str, Any]) -> Baseline:
    """The baseline of `--baseline`, held against all rules there are; an empty one without the option.

    Raises:
        UsageError: it cannot be read, or `--write-baseline` names another file that is there already.
        DocumentError: every mistake in it.
    """
    file, new = options["baseline"], options["write_baseline"]
    if new and _is_there(new) and not (file and _is_there(file) and new.samefile(file)):
        raise UsageError(f"there is a file {new} already", "renew it with --baseline as well, or name another one")
    if not file:
        return ()
    own = own_rules(options["rules"])
    return load_baseline(file, {*shipped_rules(), *own}, partial(_rule, own))


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # what no file system takes for a name
        return False


def _rule(own: Mapping[str, Rule], name: str) -> Rule:
    return own[name] if name in own else load_rule(name)


def check_baseline(path: Path, beside: Iterable[Path]) -> None:
    """Hold a baseline against all rules that ship, and those of the files `beside` it.

    Raises:
        UsageError: it cannot be read.
        DocumentError: every mistake in it.
    """
    own: dict[str, Rule] = {}
    for one in beside:
        with suppress(PartnersimError):  # what is wrong with that file is said of it
            if one.suffix in {".yaml", ".yml"} and kind_of(str(one)) == "rule":
                rule = load_rule(str(one))
                own[rule.name] = rule
    load_baseline(path, {*shipped_rules(), *own}, partial(_rule, own))


def held(baseline: Baseline, judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """The verdicts with what the baseline says of them today."""
    return applied(baseline, judged, utc_now().date())


def write_files(
    baseline: Baseline,
    report: Report,
    judged: Sequence[Judged],
    explored: Sequence[Judged],
    receiver: Receiver,
    options: Mapping[str, Any],
) -> None:
    """Write the renewed baseline and the badge, where they were asked for, and say so; `explored` is in the badge only.

    Raises:
        StorageError: one could not be written.
    """
    if options["write_baseline"]:
        new = renewed(baseline, judged, _taken(judged, receiver), more=True)
        write_file("the baseline", options["write_baseline"], rendered(new))
        _tell_written(new, judged, options)
    if options["badge"]:
        from simulator.reporting import badge

        write_file("the badge", options["badge"], badge.render(report, (*judged, *explored)))
        wrote("the badge", options["badge"], quiet=options["quiet"])


def _tell_written(new: Baseline, judged: Sequence[Judged], options: Mapping[str, Any]) -> None:
    """Where the baseline is, how much it knows, and what it leaves to its reader."""
    known = f"{count(len(new), 'failure')} {'is' if len(new) == 1 else 'are'}" if new else "no failure is"
    lines = [f"the baseline {options['write_baseline']}: {known} known"]
    if unsaid := sum(one.reason == TO_BE_SAID for one in new):
        lines.append(f'  fill in the reason of {unsaid:,}: "{TO_BE_SAID}" stands there')
    if unclear := sum(one.verdict.result is Result.INCONCLUSIVE and one.verdict.counts for one in judged):
        lacks = f"{unclear:,} {'has' if unclear == 1 else 'have'} no verdict, which no baseline excuses"
        lines.append(f"  {lacks}: mend the probe, or leave it out with --ignore")
    tell_people(f"wrote {block(chr(10).join(lines))}", quiet=options["quiet"])


def tell_drift(baseline: Baseline, judged: Sequence[Judged], receiver: Receiver, options: Mapping[str, Any]) -> None:
    """Where something passed that is known to fail: say the baseline without it, unless it was written."""
    drifted = any(one.verdict.drifted for one in judged)
    if drifted and not options["write_baseline"] and not options["as_json"]:
        text = rendered(renewed(baseline, judged, _taken(judged, receiver), more=False))
        say(f"\nThe baseline without what passed:\n\n{block(text).rstrip()}", quiet=options["quiet"])


def _taken(judged: Sequence[Judged], receiver: Receiver) -> frozenset[str]:
    """The partners that the receiver takes, of those that rules are about."""
    return frozenset(partner for one in judged for partner in one.rule.played if receiver.endpoint(partner))
