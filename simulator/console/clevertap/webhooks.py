"""What CleverTap's console holds of a webhook: checked when it is typed in, as JSON in the store, and as a `Hook`."""

import base64
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator import redaction
from simulator.authoring import secrets
from simulator.console.happening import Hook, OAuth
from simulator.console.refusal import Refusal
from simulator.documents import parse_url, quoted
from simulator.documents.headers import wrong_name, wrong_value
from simulator.model import Url

METHODS: Final = ("POST", "GET", "PUT", "PATCH", "DELETE")
_LONGEST_NAME: Final = 100  # characters
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")  # RFC 6749, section 3.3

Kept = Mapping[str, Any]
"""A webhook as the store has it: name, url, method, headers as pairs, auth, created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A webhook as it may be shown: nothing secret is in it. `created` is in epoch seconds of story time."""

    name: str
    url: str
    method: str
    headers: Mapping[str, str]
    auth: Mapping[str, str]
    in_use: bool
    created: float


def written(body: Mapping[str, Any], now: float) -> dict[str, Any]:
    """What was typed in, to be kept, if a request can be made of it.

    Raises:
        Refusal: something in it is unfit; the message never tells a secret.
    """
    method = str(body.get("method", "POST"))
    if method not in METHODS:
        raise Refusal("unfit", f"a webhook's method is not {quoted(method)}", f"it is one of {', '.join(METHODS)}")
    return {
        "name": _name(str(body["name"])),
        "url": list(_url("url", str(body["url"]))),
        "method": method,
        "headers": _headers(body.get("headers", {})),
        "auth": _auth(body.get("auth", {"type": "none"})),
        "created": now,
    }


def key(name: str) -> str:
    """What stands for a webhook's name in the store: names that differ in their Unicode form alone are one."""
    return unicodedata.normalize("NFC", name)


def hook(kept: Kept) -> Hook:
    """Where notifications go, and with what."""
    auth = kept["auth"]
    authorization = _basic(auth["username"], auth["password"]) if auth["type"] == "basic" else None
    oauth = None
    if auth["type"] == "oauth2":
        oauth = OAuth(Url(*auth["token_url"]), auth["client_id"], auth["client_secret"], auth["scope"])
    return Hook(
        url=Url(*kept["url"]),
        headers=tuple((name, value) for name, value in kept["headers"]),
        authorization=authorization,
        oauth=oauth,
        method=kept["method"],
    )


def shown(kept: Kept, *, in_use: bool) -> Webhook:
    """The same without secrets."""
    auth = kept["auth"]
    told = {name: auth[name] for name in ("type", "username", "client_id") if name in auth}
    if "token_url" in auth:
        told["token_url"] = redaction.url(str(Url(*auth["token_url"])))
    return Webhook(
        name=kept["name"],
        url=redaction.url(str(Url(*kept["url"]))),
        method=kept["method"],
        headers={
            name: value if name.lower() in redaction.HARMLESS else redaction.MARK for name, value in kept["headers"]
        },
        auth=told,
        in_use=in_use,
        created=kept["created"],
    )


def secrets_of(kept: Kept) -> Iterator[str]:
    """Every value of it that no output may show."""
    made = hook(kept)
    yield from secrets.of_url(str(made.url))
    yield from secrets.of_headers(made.headers)
    if made.authorization is not None:
        yield made.authorization
        yield kept["auth"]["password"]
    if made.oauth is not None:
        yield made.oauth.client_secret
        yield from secrets.of_url(str(made.oauth.token_url))


def _name(name: str) -> str:
    unfit = ""
    if not 0 < len(name) <= _LONGEST_NAME:
        unfit = f"has 1 to {_LONGEST_NAME} characters, not {len(name)}"
    elif any(unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} for one in name):
        unfit = "has no control characters or line breaks in it"
    elif name != name.strip():
        unfit = "neither begins nor ends with a blank"
    elif "/" in name or name in {".", ".."}:
        unfit = "stands in the path of a URL, where `/`, `.` and `..` mean something else"
    if unfit:
        raise Refusal("unfit", f"a webhook's name {unfit}", "e.g. staging alerts")
    return name


def _url(place: str, text: str) -> Url:
    try:
        url = parse_url(text)
    except ValueError as error:
        why = str(error).replace("`authorization`", "`auth`")
        raise Refusal("unfit", f"{place}: {why}", "e.g. https://receiver.staging.example/hooks/clevertap") from None
    if not url.target.isascii():
        raise Refusal("unfit", f"{place}: the query has letters beyond ASCII in it", "write them percent-encoded")
    return url


def _headers(headers: Mapping[str, Any]) -> list[list[str]]:
    pairs = [[str(name), str(value)] for name, value in headers.items()]
    names: set[str] = set()
    for name, value in pairs:
        if name.lower() == "authorization":
            raise Refusal(
                "unfit", "headers: credentials do not stand among headers", "give them as `auth`: basic or oauth2"
            )
        if wrong := wrong_name(name) or wrong_value(name, value):
            raise Refusal("unfit", f"headers: {wrong[0]}", wrong[1])
        if name.lower() in names:
            raise Refusal("unfit", f"headers: {quoted(name)} stands there twice", "the case of letters does not count")
        names.add(name.lower())
    return pairs


def _auth(auth: Mapping[str, Any]) -> dict[str, Any]:
    """None, Basic (RFC 7617), or OAuth 2.0 client credentials (RFC 6749)."""
    if auth["type"] == "basic":
        if ":" in auth["username"]:
            raise Refusal(
                "unfit", "auth: Basic credentials end the username at its first colon", "take the colon out of username"
            )
        return {"type": "basic"} | {name: _credential(name, auth[name]) for name in ("username", "password")}
    if auth["type"] == "oauth2":
        scope = str(auth.get("scope", ""))
        if scope and not _SCOPE.fullmatch(scope):
            raise Refusal("unfit", "auth: scope is a list of ASCII words with one blank between", "e.g. alerts.write")
        if not auth["client_id"]:
            raise Refusal("unfit", "auth: client_id is empty", "give the id that the token_url knows")
        made = {name: _credential(name, auth[name]) for name in ("client_id", "client_secret")}
        return {"type": "oauth2", "token_url": list(_url("auth: token_url", auth["token_url"])), **made, "scope": scope}
    if auth["type"] != "none":
        raise Refusal("unfit", f"auth: there is no type {quoted(auth['type'])}", "it is none, basic or oauth2")
    return {"type": "none"}


def _credential(name: str, text: str) -> str:
    if any(unicodedata.category(one) in {"Cc", "Cs"} for one in text):
        raise Refusal("unfit", f"auth: {name} has a control character or half a character in it", "take it out")
    return text


def _basic(username: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"
