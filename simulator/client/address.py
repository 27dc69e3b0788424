"""Where the service is and what opens it: the URL, the token and the authorities of a client, found right."""

from pathlib import Path

from simulator.documents import parse_url
from simulator.errors import UsageError


def checked_url(url: str) -> str:
    """The URL without a slash at its end; a path before the API's own is kept.

    Raises:
        UsageError: it is none, or has a query.
    """
    try:
        parts = parse_url(url)
    except ValueError as error:
        raise UsageError(
            str(error), "name the URL that `partnersim serve` prints, such as http://127.0.0.1:8790"
        ) from None
    if "?" in parts.target:
        raise UsageError("the service's URL has a query", "name it without, such as http://127.0.0.1:8790")
    return str(parts._replace(target=parts.target.rstrip("/")))


def checked_token(token: str) -> str:
    """The token, if it can stand in a header.

    Raises:
        UsageError: it cannot.
    """
    if not token or not all("!" <= sign <= "~" for sign in token):
        raise UsageError(
            "the token is empty" if not token else "the token has a space, a line end or a letter beyond ASCII in it",
            "it is the one that `partnersim serve` was given or printed; put it into PARTNERSIM_TOKEN",
        )
    return token


def checked_cacert(path: str) -> str:
    """The path of a PEM file of certificate authorities.

    Raises:
        UsageError: there is no such file.
    """
    if not Path(path).is_file():
        raise UsageError(f"there is no file {path}", "cacert is a PEM file of certificate authorities")
    return path
