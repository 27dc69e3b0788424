"""Writes one attempt as a shell command that sends the same bytes again: curl, a pipe where the body needs one."""

import base64
import re
from collections.abc import Callable
from shlex import quote

from simulator.model import Attempt
from simulator.redaction import MARK, url
from simulator.shown import line

_INLINE = 2048  # bytes of a body that stand in the command itself; a longer one is taken from the journal
_ALWAYS_ADDED = ("Accept", "Content-Type", "User-Agent")  # what curl sends unless it is told not to
_EXPECTS_ABOVE = 1024 * 1024  # bytes of a body for which curl asks first, with Expect: 100-continue
_PLAIN = re.compile(r"[A-Za-z0-9 :/.,_-]*")  # what means itself between double quotes
_SPELLED = re.compile(r"(?:[A-Za-z]+ )?\$[A-Za-z_][A-Za-z0-9_]*")  # nothing else is run when it stands in quotes
_VARIABLE = re.compile(r"[^A-Za-z0-9]+")
_OUT_OF_JOURNAL = (
    "import base64,json,sys; e=json.load(sys.stdin); sys.stdout.buffer.write("
    'e["body"].encode() if "body" in e else base64.b64decode(e["body_base64"]))'
)


def url_of(attempt: Attempt, endpoint: str) -> str:
    """Where the attempt went; `endpoint` is the URL of its endpoint, or "" when nobody knows it."""
    scheme, slashes, rest = endpoint.partition("://")
    if not slashes:
        scheme, rest = "http", dict(_headers(attempt)).get("Host", "localhost")
    return f"{scheme}://{rest.partition('/')[0]}{attempt.url}"


def shell_address(text: str) -> str:
    """A URL as one shell word, with a variable in the place of each value that is not to be shown.

    >>> print(shell_address("http://127.0.0.1:8000/hook?token=abc"))
    'http://127.0.0.1:8000/hook?token='"$TOKEN"
    """
    return _hidden(url(text), _query_name)


def shell_header(name: str) -> str:
    """A header as one shell word, with a variable in the place of its value.

    >>> print(shell_header("X-Api-Key"))
    "X-Api-Key: $X_API_KEY"
    """
    return _header(name, MARK, wrong=False)


def curl(
    attempt: Attempt,
    endpoint: str,
    journal: str,
    *,
    insecure: bool = False,
    unicode: bool = True,
    authorization: str = "",
) -> list[str]:
    """The command, line by line, for a POSIX shell; `journal` is the path of the journal the attempt is from.

    It takes no settings from files or the environment, follows no redirect and ends at the attempt's timeout. A value
    that is not to be shown stands as a variable: `$AUTHORIZATION`, or `$WRONG_AUTHORIZATION` where it was not the right
    one. `authorization` is how a shell says the right one, as `Bearer $TOKEN`, where that is known. Length and framing
    are curl's own work: a delivery that misbehaved on the wire goes out well-behaved. Without `unicode` the command is
    ASCII, for a terminal whose encoding is not UTF-8: what is pasted there would not be the same bytes.
    """
    address = url_of(attempt, endpoint)
    before, data = _body(attempt, journal, unicode=unicode)
    options = [f"--silent --show-error --include --max-time {attempt.timeout:g}"]
    if address.startswith("https:"):
        options.append("--http1.1 --insecure" if insecure else "--http1.1")
    if re.search(r"[][{}]", attempt.url):
        options.append("--globoff")
    if re.search(r"/\.", attempt.url):
        options.append("--path-as-is")
    if attempt.method != "POST":
        options.append(f"--request {quote(attempt.method)}")
    headers = [(name, value) for name, value in _headers(attempt) if name.lower() != "content-length"]
    wrong = _wrong(attempt.credentials, [place for place, (name, _) in enumerate(headers) if _authorizes(name)])
    options += [
        f"--header {_header(name, value, wrong=place in wrong, spelled=authorization if _authorizes(name) else '')}"
        for place, (name, value) in enumerate(headers)
        if not _implied(name, value, address)
    ]
    sent = {name.lower() for name, _ in headers}
    added = [*_ALWAYS_ADDED, "Expect"] if len(attempt.body) > _EXPECTS_ABOVE else _ALWAYS_ADDED
    options += [f"--header {quote(name + ':')}" for name in added if name.lower() not in sent]
    options += [f"--data-binary {data}", shell_address(address)]
    return [*before, "curl -q --noproxy '*' \\", *(f"  {option} \\" for option in options[:-1]), f"  {options[-1]}"]


def _headers(attempt: Attempt) -> list[tuple[str, str]]:
    """The request's headers as the journal shows them."""
    pairs = (one.partition(":") for one in attempt.head.split("\r\n")[1:] if one)
    return [(name, value.strip()) for name, _, value in pairs]


def _implied(name: str, value: str, address: str) -> bool:
    """Whether curl sends this header by itself."""
    return name.lower() == "host" and value == address.partition("://")[2].partition("/")[0]


def _authorizes(name: str) -> bool:
    return name.lower() == "authorization"


def _wrong(credentials: str, places: list[int]) -> list[int]:
    """Of the places of the Authorization headers those whose value is not the right one."""
    wrong = {"right": [], "twice": places[1:], "twice-wrong-first": places[:1]}
    return wrong.get(credentials, places)


def _header(name: str, value: str, *, wrong: bool, spelled: str = "") -> str:
    """An argument `Name: value`; an empty value is written as curl wants it, `Name;`. `spelled` is a hidden value."""
    if value == MARK and not wrong and _SPELLED.fullmatch(spelled):
        return f'"{name}: {spelled}"'
    variable = f"wrong {name}" if wrong else name
    return _hidden(f"{name}: {value}", lambda _: variable) if value else quote(f"{name};")


def _hidden(text: str, name: Callable[[str], str]) -> str:
    """A shell word in which a variable stands for each hidden value; `name` makes its name of what stands before it."""
    shown = text.split(MARK)
    words = [f'"${_variable(name(before))}"' for before in shown[:-1]]
    if len(words) == 1 and not shown[1] and _PLAIN.fullmatch(shown[0]):
        return f'"{shown[0]}{words[0][1:]}'  # the way a person would write it
    quoted = [quote(part) if part else "" for part in shown]
    return "".join(part + word for part, word in zip(quoted, [*words, ""], strict=True)) or "''"


def _query_name(before: str) -> str:
    """The name of the query value, or of nothing in particular."""
    return re.split(r"[?&/]", before)[-1].removesuffix("=") if before.endswith("=") else ""


def _variable(name: str) -> str:
    """A header's or query value's name as a shell variable."""
    made = _VARIABLE.sub("_", name).strip("_").upper()
    return made if made[:1].isalpha() else f"SECRET_{made}".rstrip("_")


def _body(attempt: Attempt, journal: str, *, unicode: bool) -> tuple[list[str], str]:
    """The lines before curl, and what its --data-binary is given."""
    if len(attempt.body) > _INLINE:
        path = quote(f"./{journal}" if journal.startswith("-") else journal)
        return [f"sed -n {attempt.line}p {path} |", f"  python3 -c {quote(_OUT_OF_JOURNAL)} |"], "@-"
    try:
        text = attempt.body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if line(text) == text and not text.startswith("@") and (unicode or text.isascii()):
        return [], quote(text)
    return [f"printf %s {base64.b64encode(attempt.body).decode()} | base64 -d |"], "@-"
