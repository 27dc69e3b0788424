"""`partnersim explain`: what a check looks at and when it fails."""

import click


@click.command()
@click.argument("check", required=False)
def command(check: str | None) -> int:
    """Say what a check looks at, when it passes and fails, and what it needs; without a name, list them.

    \b
    partnersim explain repeats-change-nothing
    """
    import inspect
    from difflib import get_close_matches

    from simulator.checks import CHECKS
    from simulator.cli.output import say
    from simulator.errors import UsageError

    if check is None:
        for name, one in CHECKS.items():
            say(f"{name:26}{(inspect.getdoc(one.judge) or '').splitlines()[0]}")
        return 0
    if check not in CHECKS:
        near = get_close_matches(check, CHECKS, n=1)
        raise UsageError(
            f"there is no check {check!r}", f"did you mean {near[0]!r}?" if near else f"there are {', '.join(CHECKS)}"
        )
    say(f"{check}\n\n{inspect.getdoc(CHECKS[check].judge)}")
    return 0
