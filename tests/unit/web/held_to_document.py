"""Asks the service without a socket, and holds every answer against the document."""

import re
from collections.abc import Mapping
from typing import Any, cast

import jsonschema
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from simulator.console.desk import Desk
from simulator.web.app import create_app
from simulator.web.document import document, places, resolved
from tests.unit.web.still_desk import BEARER, TOKEN, StillDesk

HEADERS = BEARER | {"Host": "localhost:8000"}


def client_of(desk: StillDesk) -> FlaskClient:
    """The service of that desk."""
    return create_app(cast(Desk, desk), token=TOKEN, port=8000).test_client()


def fits(method: str, path: str, answer: TestResponse) -> None:
    """Hold an answer against what the document says of it."""
    whole = document()
    (place,) = (
        one
        for one in places(whole)
        if one.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one.path), path.partition("?")[0])
    )
    told = resolved(whole, place.operation["responses"][str(answer.status_code)])
    if "content" not in told:
        assert answer.data == b""
        return
    media = answer.mimetype or ""
    value = answer.json if "json" in media else answer.text
    content = {**told["content"][media]["schema"], "components": whole["components"]}
    jsonschema.Draft202012Validator(content).validate(value)


def told(name: str) -> Mapping[str, Any]:
    """The members that the document tells of."""
    properties: Mapping[str, Any] = document()["components"]["schemas"][name]["properties"]
    return properties


class Asking:
    """Asks for what stands `under` a path."""

    def __init__(self, client: FlaskClient, under: str) -> None:
        self.client = client
        self.under = under

    def __call__(self, method: str, path: str, body: Any = None, *, expect: int = 200, role: str | None = None) -> Any:
        headers = HEADERS if role is None else HEADERS | {"X-Role": role}
        answer = self.client.open(f"{self.under}{path}", method=method, json=body, headers=headers)
        assert answer.status_code == expect, answer.text
        fits(method, f"{self.under}{path}", answer)
        if not answer.data:
            return None
        return answer.json if "json" in (answer.mimetype or "") else answer.text
