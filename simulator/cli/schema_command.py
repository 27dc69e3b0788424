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
    from simulator.cli.output import say
    from simulator.documents import did_you_mean, schema_names
    from simulator.errors import UsageError
    from simulator.resources import folder

    names = schema_names()
    if name is None:
        say("\n".join(names))
        return 0
    if name not in names:
        raise UsageError(f"there is no schema {name!r}{did_you_mean(name, names)}", f"there are {', '.join(names)}")
    say((folder("schemas") / f"{name}.schema.json").read_text(encoding="utf-8").rstrip("\n"))
    return 0
