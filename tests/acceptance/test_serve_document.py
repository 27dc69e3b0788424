"""`partnersim serve` serves what its document says: addresses, statuses, types, and bodies that fit their schemas."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate
from prometheus_client.parser import text_string_to_metric_families

from simulator.console.desk import running as desk_running
from simulator.console.settings import DeskSettings
from simulator.documents import Schema
from simulator.version import __version__
from simulator.web.app import create_app
from tests.acceptance.served import TOKEN, Answer, Served, serving


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("serve"), "--hold") as service:
        yield service


@pytest.fixture(scope="module")
def whole(service: Served) -> dict[str, Any]:
    answer = service.ask("GET", "/openapi.json")
    assert (answer.status, answer.type) == (200, "application/json")
    found: dict[str, Any] = answer.body
    return found


def misfit(whole: dict[str, Any], method: str, path: str, answer: Answer) -> list[str]:
    """What the document does not say of an answer."""
    told = whole["paths"][path][method.lower()]["responses"].get(str(answer.status))
    if told is None:
        return [f"{answer.status} is not documented"]
    if "$ref" in told:
        told = whole["components"]["responses"][told["$ref"].rpartition("/")[2]]
    content = told.get("content", {})
    if not content:
        return [f"a body: {answer.text}"] if answer.text else []
    if answer.type not in content:
        return [f"{answer.type} is not documented"]
    if "json" not in answer.type:
        return []
    schema = Schema({**content[answer.type].get("schema", {}), "components": whole["components"]})
    return schema.explain(answer.body)


def filled(whole: dict[str, Any], path: str, method: str) -> str:
    """The path of something that could be there, and is not."""
    item = whole["paths"][path]
    for told in (*item.get("parameters", ()), *item[method.lower()].get("parameters", ())):
        name = told.get("$ref", "").rpartition("/")[2]
        parameter = whole["components"]["parameters"][name] if name else told
        value = parameter["schema"].get("examples", ["99999"])[0]
        path = path.replace(f"{{{parameter['name']}}}", str(value))
    return path


def test_the_document_it_serves_is_openapi(whole: dict[str, Any]) -> None:
    validate(whole)
    assert whole["info"]["version"] == __version__


def test_everything_that_can_be_read_fits_the_document(service: Served, whole: dict[str, Any]) -> None:
    asked = 0
    for path, item in whole["paths"].items():
        if "get" in item and "{" not in path and path != "/control/events":
            answer = service.ask("GET", path)
            assert answer.status == 200, (path, answer)
            assert misfit(whole, "GET", path, answer) == [], path
            asked += 1
    assert asked >= 10


def test_what_is_not_there_fits_the_document(service: Served, whole: dict[str, Any]) -> None:
    for path, item in whole["paths"].items():
        if "{" in path:
            for method in item.keys() & {"get", "delete"}:
                answer = service.ask(method.upper(), filled(whole, path, method))
                assert answer.status == 404, (path, answer)
                assert misfit(whole, method, path, answer) == [], path


@pytest.mark.parametrize(
    ("value", "headers", "status"),
    [
        ({"colour": "red", "name": 3}, {}, 422),
        ([], {}, 422),
        ({}, {"Content-Type": "text/plain"}, 415),
        ({}, {"Authorization": "Bearer wrong"}, 401),
        ({}, {"Sec-Fetch-Site": "cross-site"}, 403),
        ("x" * 1024 * 1024, {}, 413),
    ],
    ids=lambda value: str(value)[:40],
)
def test_every_change_refuses_what_is_wrong_as_documented(
    service: Served, whole: dict[str, Any], value: Any, headers: dict[str, str], status: int
) -> None:
    asked = 0
    for path, item in whole["paths"].items():
        for method in item.keys() & {"post", "put", "patch"}:
            if "requestBody" in item[method]:
                answer = service.ask(method.upper(), filled(whole, path, method), value, **headers)
                assert answer.status == status, (path, answer)
                assert misfit(whole, method, path, answer) == [], path
                asked += 1
    assert asked >= 8


def test_every_other_method_is_refused_with_those_there_are(service: Served, whole: dict[str, Any]) -> None:
    for path, item in whole["paths"].items():
        there = {method.upper() for method in item if method != "parameters"}
        for method in {"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - there:
            answer = service.ask(method, re.sub(r"\{\w+\}", "99999", path))
            assert answer.status == 405, (method, path)
            allowed = set(answer.headers["Allow"].split(", "))
            assert allowed == there | ({"HEAD"} if "GET" in there else set())


def test_the_figures_can_be_read(service: Served) -> None:
    families = list(text_string_to_metric_families(service.ask("GET", "/metrics").text))
    names = {family.name for family in families}
    assert {"partnersim_streams_open", "partnersim_uptime_seconds"} <= names
    assert all(family.documentation and family.type != "unknown" for family in families)


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not here")
def test_the_curl_lines_of_the_page_work_as_they_stand(service: Served) -> None:
    lines = [unescape(one) for one in re.findall(r"<pre>(curl .*?)</pre>", service.ask("GET", "/").text)]
    assert len(lines) > 30
    quick = [line for line in lines if "{" not in line and "events" not in line]
    assert len(quick) >= 10
    for line in quick:
        ended = subprocess.run(
            ["sh", "-c", f"{line} -s -o /dev/null -w '%{{http_code}}'"],
            env={"PARTNERSIM_TOKEN": TOKEN, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert ended.stdout == "200", line


def test_it_goes_on_when_its_desk_has_stopped_and_says_so(tmp_path: Path) -> None:
    with desk_running(DeskSettings(folder=tmp_path, held=True)) as desk:
        client = create_app(desk, token=TOKEN, port=80).test_client()
        assert client.get("/healthz").get_json() == {"status": "ok", "version": __version__}
    assert (client.get("/healthz").status_code, client.get("/healthz").get_json()["status"]) == (503, "failing")
    answer = client.get("/control/clock", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.get_json()["type"]) == (503, "urn:partnersim:unavailable")
