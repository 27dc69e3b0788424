"""`partnersim conform`: hold a receiver against the rules of a good one."""

import os
from dataclasses import replace
from functools import partial
from typing import Any

import click

from simulator.cli.options import PATH, certainty_options, receiver_options, session_options, telling_options


@click.command(
    epilog="GLOB is a rule's name, a family, or a pattern: auth/absent, auth, '*/same-*' (see: partnersim list rules)."
)
@receiver_options
@click.option("--select", multiple=True, metavar="GLOB", help="Only these rules.")
@click.option("--ignore", multiple=True, metavar="GLOB", help="Not these rules.")
@click.option(
    "--partner", "partners", multiple=True, metavar="NAME", help="Only this partner's notifications; --to needs it."
)
@click.option("--rules", metavar="DIR", help="A folder of rules of your own, besides those that ship.")
@click.option(
    "--fail-on",
    type=click.Choice(["must", "should"]),
    default="must",
    help="should: a should that is broken counts as a must.",
)
@click.option("--baseline", type=PATH, metavar="FILE", help="Failures that are known: they do not fail the run.")
@click.option(
    "--write-baseline", type=PATH, metavar="FILE", help="Write one of what failed, or renew that of --baseline."
)
@click.option("--badge", type=PATH, metavar="FILE", help="Write the result as a badge (SVG).")
@click.option(
    "--explore",
    type=click.IntRange(1),
    metavar="N",
    help="After the rules, N random schedules of each partner; what fails is cut down and written here.",
)
@click.option("--at-once", type=click.IntRange(1, 64), default=6, metavar="N", help="Rules played at once (6).")
@session_options
@certainty_options
@telling_options
def command(**options: Any) -> int:
    """Play every rule that applies against a receiver: what it must, should and may do.

    Each rule is played with each partner that the receiver file has an endpoint for. With `--to`, `--partner` says
    whose notifications that URL takes; name each, where it takes several. `partnersim explain RULE` says why one
    matters, how receivers break it, and how to mend it.

    `--explore` plays what `partnersim explore` does, of the same seed, and tells of it as of one more rule,
    explore/schedules. A baseline knows nothing of it.

    \b
    partnersim conform --receiver receiver.yaml
    partnersim conform --receiver receiver.yaml --select auth --select 'repeats/*' --fail-on should
    partnersim conform --receiver receiver.yaml --explore 20 --seed 7
    partnersim conform --to http://127.0.0.1:8000/hooks/clevertap --partner clevertap --report junit=rules.xml
    """
    from simulator.cli.baselines import chosen_baseline, held, tell_drift, write_files
    from simulator.cli.beyond_rules import beyond, explorable
    from simulator.cli.choosing import check_partner_said, chosen_pairs, chosen_receiver, chosen_rules, settled
    from simulator.cli.command_lines import again
    from simulator.cli.playing import session
    from simulator.cli.progress import counting_line
    from simulator.cli.telling import check_reports, conclude, told_when_unready
    from simulator.conforming.playing import conform
    from simulator.reporting.text.conformity import render

    check_reports(options["reports"])
    options = settled(options) | {"start": None, "scale": None}  # rules have their own
    receiver = chosen_receiver(options)
    rules = chosen_rules(options)
    check_partner_said(rules, options)
    chosen = chosen_pairs(rules, receiver, options["partners"])
    baseline, partners = chosen_baseline(options), explorable(receiver, options)
    scenarios = [one.scenario for one in chosen]
    whole = session(scenarios, receiver, options, partial(again, options), confirm=not options["no_confirm"])
    with told_when_unready(options), counting_line(len(chosen), quiet=options["quiet"]) as watching:
        whole = replace(whole, watching=watching, at_once=options["at_once"])
        report, judged = conform(chosen, whole, fail_on=options["fail_on"], baseline=baseline)
    judged = held(baseline, judged)
    report = replace(report, plays=tuple(one.play for one in judged))
    report, more = beyond(partners, receiver, os.environ, report, options)
    write_files(baseline, report, judged, more, receiver, options)
    told = partial(render, judged=(*judged, *more), unplayed=len(chosen) - len(judged))
    code = conclude(report, options, told)
    tell_drift(baseline, judged, receiver, options)
    return code
