"""`python -m simulator` and the command `partnersim`."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"] and _said_version():
        return
    try:
        from simulator.cli import run
        from simulator.garbage import collect_seldom
    except KeyboardInterrupt:  # before there is anything to tell of
        sys.stderr.write("partnersim: interrupted\n")
        sys.exit(130)
    collect_seldom()
    sys.exit(run(sys.argv[1:]))


def _said_version() -> bool:
    """Whether the version was said; nothing else is needed for this one. If not, the command line says why."""
    from simulator.version import __version__

    try:
        sys.stdout.write(f"partnersim {__version__}\n")
        sys.stdout.flush()
    except (OSError, AttributeError):  # full, closed, or not there at all
        return False
    return True


if __name__ == "__main__":
    main()
