"""What an operation is: a function from the desk and a checked request to a reply. Knows nothing of Flask."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from simulator.console.desk import Desk

JSON: Final = "application/json"
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Call(NamedTuple):
    """A request that fits the document.

    `query` has the values in the types of their schemas, with the defaults filled in; `headers` the declared header
    parameters, names in lower case; `body` the JSON value, None where there was none.
    """

    path: dict[str, str]
    query: dict[str, Any]
    headers: dict[str, str]
    body: Any = None


class Reply(NamedTuple):
    """An answer. `body` is a JSON value, None for an empty one; with another content type it goes out as it is."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = _NONE
    content_type: str = JSON


Operation = Callable[["Desk", Call], Reply]
"""Raises Refusal, or another PartnersimError, for what it does not do."""

Operations = Mapping[str, Operation]
"""operationId → function."""
