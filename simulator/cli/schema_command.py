"""`partnersim schema`: the JSON Schemas."""

import click


@click.command()
@click.argument("name", required=False)
def command(name: str | None) -> int:
    """Print a JSON Schema (2020-12); without a name, list those there are.

    \b
    partnersim schema scenario > scenario.schema.json
    partnersim schema payloads/clevertap/completed
    """
    from difflib import get_close_matches

    from simulator.cli.output import say
    from simulator.errors import UsageError
    from simulator.resources import folder

    root = folder("schemas")
    names = sorted(
        file.relative_to(root).as_posix().removesuffix(".schema.json") for file in root.rglob("*.schema.json")
    )
    if name is None:
        say("\n".join(names))
        return 0
    if name not in names:
        near = get_close_matches(name, names, n=1)
        raise UsageError(
            f"there is no schema {name!r}", f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
        )
    say((root / f"{name}.schema.json").read_text(encoding="utf-8").rstrip("\n"))
    return 0
