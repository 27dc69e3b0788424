"""The command line: doors without logic. Each command is a module; it is imported when it is called."""

import errno
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import click

from simulator.cli import streams
from simulator.cli.defaults import defaults_from_pyproject
from simulator.cli.interrupting import heard, interrupting
from simulator.cli.output import fail, say
from simulator.errors import PartnersimError, StorageError, UsageError
from simulator.version import __version__

COMMANDS: Final = {
    "demo": "See it work: a sample receiver, both partners' scenarios, verdicts.",
    "run": "Play scenarios against a receiver and judge it.",
    "conform": "Hold a receiver against the rules of a good one.",
    "load": "Send a receiver many notifications, and look what it kept.",
    "compare": "Say where two reports of conform differ.",
    "plan": "Show what a scenario would send, when, byte by byte.",
    "trigger": "Send one notification.",
    "shrink": "Cut a scenario that fails down to what still fails.",
    "explore": "Play random schedules, and cut down those that fail.",
    "judge": "Judge journals again, offline.",
    "report": "Render journals as text, JSON, JUnit or HTML.",
    "validate": "Check scenario, rule, receiver and baseline files.",
    "schema": "Print a JSON Schema, for editors and other programs.",
    "list": "List providers, events, readings, scenarios, rules, faults, checks.",
    "explain": "Say what a rule or a check looks at, and when it fails.",
    "serve": "Be the partners: consoles with an HTTP API, exports that run by themselves.",
    "receive": "Run the sample receiver.",
    "doctor": "Look at this machine and, if named, a receiver.",
}
"""Name → one line. The module `simulator.cli.<name>_command` holds it as `command`."""

_SHORT_OF: Final = {
    errno.EMFILE: "raise `ulimit -n`",
    errno.ENFILE: "this machine has too many open files",
    errno.ENOMEM: "this machine has no memory left",
    errno.ENOSPC: "free the disk",
    errno.EDQUOT: "free the disk: your share of it is used up",
    errno.EFBIG: "raise `ulimit -f`, or free the disk",
    errno.EROFS: "write elsewhere: this disk is read-only",
    errno.EIO: "see whether the disk is well",
}
"""What a machine may lack at any moment, in the midst of anything, and what helps."""


class _Commands(click.Group):
    """The group: it knows its commands by name and imports one when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"simulator.cli.{cmd_name}_command").command
        for option in command.params:
            if isinstance(option, click.Option) and option.envvar is None:
                longest = max(option.opts, key=len).lstrip("-")
                option.envvar = "PARTNERSIM_" + longest.replace("-", "_").upper()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from simulator.documents import did_you_mean

            raise click.UsageError(
                f"there is no command {args[0]!r}{did_you_mean(args[0], COMMANDS, 0.5)}", ctx
            ) from error


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Every option can be set as PARTNERSIM_<OPTION> in the environment, or in [tool.partnersim] of "
    "pyproject.toml. Exit codes: 0 passed, 1 failed, 2 usage, 3 receiver never reached, 4 inconclusive, "
    "5 baseline out of date, 6 files, 70 a fault of ours, 130/143 interrupted (SIGINT/SIGTERM).",
)
@click.version_option(__version__, prog_name="partnersim", message="%(prog)s %(version)s")
@click.pass_context
def partnersim(ctx: click.Context) -> None:
    """Play the export partners CleverTap and ReachFive against your webhook receiver, and get a verdict.

    \b
    partnersim demo
    partnersim trigger clevertap.completed --to http://127.0.0.1:8000/hooks/clevertap
    partnersim run clevertap/one-time-export --receiver receiver.yaml
    partnersim conform --receiver receiver.yaml
    """
    ctx.default_map = {name: defaults_from_pyproject(name) for name in COMMANDS if name == ctx.invoked_subcommand}


def run(arguments: Sequence[str]) -> int:
    """Run one command line; gives the exit code. Nothing escapes: every error becomes words and a code."""
    streams.there()
    with interrupting():
        try:
            # Not click's own `main`: it answers a closed pipe with 1, which here means that the receiver failed.
            with partnersim.make_context("partnersim", list(arguments)) as context:
                code = partnersim.invoke(context)
            sys.stdout.flush()
        except click.exceptions.Exit as ended:
            code = ended.exit_code
        except BaseException as error:  # noqa: BLE001 - the last line of defence, also where a library panics
            code = _told(error, arguments)
        if streams.lost():
            code = StorageError.exit_code
    return code if isinstance(code, int) else 0


def _told(error: BaseException, arguments: Sequence[str]) -> int:
    """Say what went wrong; gives the exit code."""
    if isinstance(error, OSError) and (streams.lost() or isinstance(error, BrokenPipeError)):
        if not isinstance(error, BrokenPipeError):  # else whoever read it has gone, and knows
            fail(f"cannot write the output: {error.strerror or error}", "see where it goes", 6, as_json=False)
        return StorageError.exit_code
    as_json = _json_wanted(arguments)
    if isinstance(error, click.ClickException):
        return _misused(error, as_json=as_json)
    if isinstance(error, PartnersimError):
        return fail(error.message, error.remedy, error.exit_code, as_json=as_json, error=error)
    if isinstance(error, click.Abort | KeyboardInterrupt) or heard():
        return fail("interrupted", "", 128 + (heard() or signal.SIGINT), as_json=as_json)
    if isinstance(error, OSError) and (remedy := _SHORT_OF.get(error.errno or 0)):
        place = f": {error.filename}" if error.filename else ""
        return fail(f"{error.strerror}{place}", remedy, StorageError.exit_code, as_json=as_json)
    if not isinstance(error, Exception):
        raise error
    if os.environ.get("PARTNERSIM_TRACEBACK"):
        import traceback

        traceback.print_exception(error)
    remedy = "this is a fault of partnersim: please report it with the output of PARTNERSIM_TRACEBACK=1"
    return fail(f"{type(error).__name__}: {error}", remedy, 70, as_json=as_json)


def _json_wanted(arguments: Sequence[str]) -> bool:
    """Whether stdout belongs to a program, by flag, environment or project: also where no option could be read."""
    if "--json" in arguments:
        return True
    try:
        said = os.environ.get("PARTNERSIM_JSON") or defaults_from_pyproject(arguments[0]).get("as_json", False)
        return bool(click.BOOL.convert(said, None, None))
    except (click.ClickException, PartnersimError, LookupError):
        return False


def _misused(error: click.ClickException, *, as_json: bool) -> int:
    """A command line that makes no sense; without any words, the help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and not as_json:
        say(error.format_message(), as_json=True)
        return UsageError.exit_code
    where = getattr(error, "ctx", None)
    command = f" {where.info_name}" if where and where.parent else ""
    return fail(error.format_message(), f"see: partnersim{command} --help", UsageError.exit_code, as_json=as_json)
