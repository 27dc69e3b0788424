"""A client, and a service that answers as a test says, without a socket."""

from collections.abc import Iterator

import pytest
import responses

from simulator.client import Client
from tests.unit.client.examples import TOKEN, URL


@pytest.fixture
def service() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(URL, TOKEN) as made:
        yield made
