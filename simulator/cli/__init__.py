"""The command line: doors without logic. Each command is a module; it is imported when it is called."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import click

from simulator.cli.defaults import defaults_from_pyproject
from simulator.cli.output import fail
from simulator.errors import PartnersimError, StorageError, UsageError
from simulator.version import __version__

COMMANDS: Final = {
    "demo": "See it work: a sample receiver, both partners' scenarios, verdicts.",
    "run": "Play scenarios against a receiver and judge it.",
    "plan": "Show what a scenario would send, when, byte by byte.",
    "trigger": "Send one notification.",
    "judge": "Judge journals again, offline.",
    "report": "Render journals as text, JSON or JUnit.",
    "validate": "Check scenario and receiver files.",
    "schema": "Print a JSON Schema, for editors and other programs.",
    "list": "List providers, events, readings, scenarios, faults, checks.",
    "explain": "Say what a check looks at and when it fails.",
    "receive": "Run the sample receiver.",
    "doctor": "Look at this machine and, if named, a receiver.",
}
"""Name → one line. The module `simulator.cli.<name>_command` holds it as `command`."""


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
    "6 files, 70 a fault of ours.",
)
@click.version_option(__version__, prog_name="partnersim", message="%(prog)s %(version)s")
@click.pass_context
def partnersim(ctx: click.Context) -> None:
    """Play the export partners CleverTap and ReachFive against your webhook receiver, and get a verdict.

    \b
    partnersim demo
    partnersim trigger clevertap.completed --to http://127.0.0.1:8000/hooks/clevertap
    partnersim run clevertap/one-time-export --receiver receiver.yaml
    """
    ctx.default_map = {name: defaults_from_pyproject(name) for name in COMMANDS if name == ctx.invoked_subcommand}


def run(arguments: Sequence[str]) -> int:
    """Run one command line; gives the exit code. Nothing escapes: every error becomes words and a code."""
    as_json = "--json" in arguments or os.environ.get("PARTNERSIM_JSON", "") not in {"", "0", "false"}
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        # Not click's own `main`: it answers a closed pipe with 1, which here means that the receiver failed.
        with partnersim.make_context("partnersim", list(arguments)) as context:
            code = partnersim.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        return _misused(error, as_json=as_json)
    except PartnersimError as error:
        return fail(error.message, error.remedy, error.exit_code, as_json=as_json, error=error)
    except (click.Abort, KeyboardInterrupt):
        return fail("interrupted", "", 130, as_json=as_json)
    except BrokenPipeError:
        return _pipe_closed()
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever it is, it is ours
        if os.environ.get("PARTNERSIM_TRACEBACK"):
            import traceback

            traceback.print_exc()
        remedy = "this is a fault of partnersim: please report it with the output of PARTNERSIM_TRACEBACK=1"
        return fail(f"{type(error).__name__}: {error}", remedy, 70, as_json=as_json)
    return code if isinstance(code, int) else 0


def _misused(error: click.ClickException, *, as_json: bool) -> int:
    """A command line that makes no sense; without any words, the help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and not as_json:
        click.echo(error.format_message(), err=True)
        return UsageError.exit_code
    where = getattr(error, "ctx", None)
    command = f" {where.info_name}" if where and where.parent else ""
    return fail(error.format_message(), f"see: partnersim{command} --help", UsageError.exit_code, as_json=as_json)


def _pipe_closed() -> int:
    """Whoever read our output has gone: say no more, and leave nothing for the interpreter to flush."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
    return StorageError.exit_code
