"""One mistake that a schema found, and the words that messages on it are made of."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from simulator.documents.showing import quoted
from simulator.documents.suggesting import did_you_mean

TYPES: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}
VERBS: Final = ("is ", "has ", "begins ")
"""What a schema's own message begins with when it goes on after the value."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9$/][^{}\[\],#\"]*(?:\$\{[\w:]+\})?[^{}\[\],#\"]*")


class Problem(NamedTuple):
    """One thing wrong with a value: `key` says that the key at `path` is meant and not its value."""

    path: tuple[str | int, ...]
    message: str
    remedy: str = ""
    key: bool = False


class Found(NamedTuple):
    """One error of jsonschema, and how the place and the value are named in a message."""

    error: Any
    path: tuple[str | int, ...]
    schema: Mapping[str, Any]
    label: str
    value: str  # in backquotes; a general word where it may be secret
    root: Mapping[str, Any]  # the whole schema, for what `$ref` leads to

    @property
    def subject(self) -> str:
        """What a sentence on a value begins with: the value, or its key where the value is not to be shown."""
        return f"the value of {self.label}" if self.value == "this value" else self.value

    @property
    def noun(self) -> str:
        """What the schema calls such a value, with its article: a timeline step, an export."""
        return str(self.schema.get("x-partnersim-noun", ""))

    def near(self, options: Iterable[Any]) -> str:
        """The option that was meant, perhaps, as the end of a sentence."""
        return did_you_mean(self.error.instance, map(str, options)) if isinstance(self.error.instance, str) else ""

    def example(self, schema: Mapping[str, Any], before: str = "") -> str:
        """The first example a schema gives, as YAML."""
        if "$ref" in schema and "examples" not in schema:
            schema = self.root.get("$defs", {}).get(schema["$ref"].rpartition("/")[2], {})
        examples = schema.get("examples", ())
        return f"e.g. {before}{_flow(examples[0])}" if examples else ""


def label_of(path: Sequence[str | int]) -> str:
    """How a message names a place: the key, or which item of which list."""
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of {label_of(path[:-1])}"
    return quoted(path[-1])


def _flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and ": " not in value:
        return value
    return orjson.dumps(value).decode()
