"""`python -m simulator` and the command `partnersim`."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:  # nothing else is needed for this one
        from simulator.version import __version__

        sys.stdout.write(f"partnersim {__version__}\n")
        return
    from simulator.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
