"""Files made to exhaust whoever reads them are refused at once, with a place."""

import pytest

from simulator.authoring import parse_scenario
from simulator.errors import DocumentError

LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{here}: &{here} [{','.join([f'*{before}'] * 9)}]\n" for before, here in zip("abcdefghi", "bcdefghij", strict=True)
)
DEEP_BY_ALIASES = "a: &a0 [x]\n" + "".join(f"k{n}: &a{n + 1} [{'[' * 30}*a{n}{']' * 30}]\n" for n in range(40))
BOMBS = {
    "200 KB of brackets": "[" * 200_000,
    "200 KB of braces": "{" * 200_000,
    "200 KB of keys in braces": "{a: " * 50_000,
    "200 KB of question marks": "? " * 100_000,
    "200 KB of dashes": "- " * 100_000,
    "steps of indentation": "".join(f"{' ' * n}a:\n" for n in range(600)),
    "a billion laughs": LAUGHS,
    "laughs in keys": "a: &a {x: 1}\n" + "b: {*a : *a}\n",
    "depth by aliases": DEEP_BY_ALIASES,
    "an alias in itself": "a: &a [*a]",
    "wide aliases": "a: &a [" + "x," * 1000 + "]\nb: [" + "*a," * 1000 + "]\n",
    "5,000 digits": "seed: " + "9" * 5000,
    "a float of 5,000 digits": "seed: 1." + "9" * 5000,
    "5,000 hexadecimal digits": "seed: 0x" + "f" * 5000,
    "a vast exponent": "seed: 1e" + "9" * 30,
    "python": "seed: !!python/object/apply:os.system ['true']",
    "python module": "!!python/module:antigravity",
    "binary": "seed: !!binary aGVsbG8=",
    "duplicate keys": "seed: 1\n" * 1000,
    "1 MB on one line without end": 'a: "' + "x" * 1_000_000,
    "1 MB that looks like a secret": "token" * 200_000 + ": [",
    "1 MB of ampersands": "a: " + "&" * 1_000_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_in_few_words_with_its_place(bomb: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_scenario(bomb, "bomb.yaml")
    assert caught.value.exit_code == 2
    assert all(mistake.line > 0 and mistake.column > 0 for mistake in caught.value.mistakes)
    assert len(str(caught.value)) < 100_000


def test_depth_and_aliases_within_bounds_are_read() -> None:
    nested = "[" * 58 + "]" * 58
    text = f"scenario: s\nprovider: clevertap\ntimeline:\n  a: {{event: completed, body: {nested}, valid: false}}\n"
    assert parse_scenario(text, "a.yaml").steps[0].body is not None
    many = "&n [" + "1," * 99 + "]"
    text = f"scenario: s\nprovider: clevertap\ntimeline:\n  a: {{event: test, body: [{many}, {'*n,' * 900}]}}\n"
    body = parse_scenario(text, "a.yaml").steps[0].body
    assert body is not None
    assert body.data.count(b"1") == 99 * 901
