"""The page: readable, without a script, and safe whatever stands on it."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest

from simulator.web.app import create_app
from simulator.web.document import document, places
from simulator.web.outline import chapters
from simulator.web.pages import prose
from tests.unit.web.still_desk import BEARER, SENT, TOKEN, StillDesk

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"


class Reader(HTMLParser):
    """Tags, attributes and words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"meta", "link", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def shown(desk: StillDesk) -> Any:
    client = create_app(desk, token=TOKEN, port=80).test_client()  # type: ignore[arg-type]  # a stand-in
    return client.get("/", headers=BEARER)


def test_it_has_every_operation_with_a_curl_line() -> None:
    page = Reader(shown(StillDesk()).text)
    assert page.open == []
    for place in places(document()):
        assert ("id", place.operation["operationId"]) in page.attributes
        assert f"http://localhost{place.path}" in page.words
    for name in document()["webhooks"]:
        assert ("id", name) in page.attributes


def test_every_link_leads_somewhere() -> None:
    attributes = Reader(shown(StillDesk()).text).attributes
    targets = {f"#{value}" for name, value in attributes if name == "id"}
    links = {value for name, value in attributes if name in {"href", "src", "action"}}
    assert links
    assert links <= targets


def test_it_runs_nothing_and_fetches_nothing() -> None:
    answer = shown(StillDesk())
    page = Reader(answer.text)
    assert not {"script", "iframe", "object", "embed", "form", "img", "link", "base"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    assert "script" not in answer.headers["Content-Security-Policy"]


def test_its_style_is_the_only_one_allowed() -> None:
    answer = shown(StillDesk())
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in answer.headers["Content-Security-Policy"]
    assert "<" not in style


def test_it_says_what_the_service_is_doing() -> None:
    words = Reader(shown(StillDesk()).text).words
    assert "2026-01-05T00:00:00.500Z" in words
    assert "the clock is held" in words
    assert "Nothing has been sent yet" in words


def test_it_says_that_the_service_has_stopped() -> None:
    desk = StillDesk()
    desk.alive = False
    answer = shown(desk)
    assert answer.status_code == 200
    assert "The service has stopped working" in answer.text


def test_the_latest_deliveries_come_first() -> None:
    desk = StillDesk()
    desk.sent = [SENT._replace(number=number, id=f"id-{number:02}") for number in range(1, 31)]
    found = re.findall(r"id-\d\d", Reader(shown(desk).text).words)
    assert found == [f"id-{number}" for number in range(30, 20, -1)]


@pytest.mark.parametrize("field", ["partner", "export", "event", "id", "url", "outcome"])
def test_hostile_names_are_shown_as_they_are(field: str) -> None:
    desk = StillDesk()
    change: dict[str, Any] = {field: HOSTILE}
    desk.sent = [SENT._replace(**change)]
    page = Reader(shown(desk).text)
    assert "script" not in page.tags
    assert HOSTILE in page.words


def test_numbers_are_written_as_people_write_them() -> None:
    words = Reader(shown(StillDesk()).text).words
    assert not re.findall(r"[0-9.]e\+[0-9]+", words)
    assert "0 to 1,000,000,000" in words  # an offset
    assert "0 to 100 years (3,155,760,000 seconds)" in words  # a duration


def test_curl_lines_take_the_token_of_the_shell_and_a_body_to_start_from() -> None:
    sheets = [sheet for chapter in chapters(document(), "http://x") for sheet in chapter.sheets if sheet.curl]
    assert [sheet.name for sheet in sheets if sheet.sample == "{}"] == []
    assert [sheet.name for sheet in sheets if "Bearer $PARTNERSIM_TOKEN" not in sheet.curl] == ["showHealth"]


def test_code_in_a_text_is_told_apart_and_escaped() -> None:
    assert str(prose("a `<b>` & c")) == "a <code>&lt;b&gt;</code> &amp; c"
    assert str(prose("a ` b <i>")) == "a ` b &lt;i&gt;"


def test_a_curl_line_has_a_body_that_fits() -> None:
    from simulator.web.asking import Asked, call, forms

    (sheets,) = (
        {sheet.name: sheet for chapter in chapters(document(), "http://x") for sheet in chapter.sheets if sheet.curl},
    )
    for name, sheet in sheets.items():
        if sheet.sample:
            wanted = forms()[name]
            wanted = wanted._replace(parameters={**wanted.parameters, "path": {}})
            empty = forms()["showHealth"].schemas
            wanted = wanted._replace(schemas={**wanted.schemas, "path": empty["path"]})
            asked = Asked({}, b"", {"content-type": "application/json"}, sheet.sample.encode())
            assert call(wanted, asked).body is not None, name
