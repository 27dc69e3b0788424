"""`partnersim explain`: what a check looks at and when it fails."""

import re

import click


@click.command()
@click.argument("check", required=False)
def command(check: str | None) -> int:
    """Say what a check looks at, when it passes and fails, and what it needs; without a name, list them.

    \b
    partnersim explain repeats-change-nothing
    partnersim explain then/3-ends-stay-ended
    """
    import inspect

    from simulator.checks import CHECKS
    from simulator.cli.output import say
    from simulator.documents import did_you_mean
    from simulator.errors import UsageError

    if check is None:
        for name, one in CHECKS.items():
            say(f"{name:26}{(inspect.getdoc(one.judge) or '').splitlines()[0]}")
        return 0
    names = _checks_of(check)
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        near = did_you_mean(unknown[0], CHECKS)
        raise UsageError(f"there is no check {check!r}{near}", f"there are {', '.join(CHECKS)}")
    say("\n\n".join(f"{name}\n\n{inspect.getdoc(CHECKS[name].judge)}" for name in names))
    return 0


def _checks_of(word: str) -> list[str]:
    """The checks behind a word: their own name, or a verdict's as reports print it."""
    if word.startswith("expect/"):
        return ["ack", "refused", "status", "within"]
    return [re.sub(r"^then/\d+-", "", word)]
