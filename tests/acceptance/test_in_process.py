"""A year of exports into a Python application, without a socket and on a clock that jumps."""

import json
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from simulator import play
from simulator.model import Result

YEAR = """\
scenario: A four-hourly export runs for a year
provider: clevertap
clock: {start: "2026-01-01T00:00:00+05:30"}
exports:
  nightly: {partner: Amazon S3, frequency: every 4 hours, runs: 2190}
expect:
  each: {status: ack}
"""


class Counting:
    """A WSGI receiver that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.told.append(json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]


def test_a_year_of_exports_arrives_whole_and_in_order(tmp_path: Path) -> None:
    (tmp_path / "year.yaml").write_text(YEAR)
    receiver = Counting()
    report = play(str(tmp_path / "year.yaml"), receiver, journals=tmp_path / "j", seed=1)
    assert report.exit_code == 0
    assert report.plays[0].deliveries == 4380
    assert [one["Status"] for one in receiver.told] == ["Initiated", "Completed"] * 2190
    assert receiver.told[0]["Date and Time"] == "01/01/2026 12:00:00 AM"
    assert receiver.told[-1]["Date and Time"] == "31/12/2026 8:09:20 PM"
    assert len({one["Export Request Id"] for one in receiver.told}) == 1


def test_an_asgi_receiver_is_played_against_as_well(tmp_path: Path) -> None:
    bodies: list[bytes] = []

    async def app(
        scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        assert scope["type"] == "http"
        bodies.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    report = play("reachfive/nightly-week", app, journals=tmp_path)
    assert len(bodies) == 7
    assert {one.check: one.result for one in report.verdicts}["expect/each"] is Result.PASSED


def test_a_receiver_that_raises_fails_and_the_failure_is_confirmed(tmp_path: Path) -> None:
    (tmp_path / "year.yaml").write_text(YEAR.replace("2190", "3"))

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if b"Completed" in environ["wsgi.input"].read():
            raise KeyError("Partner")
        start_response("200 OK", [])
        return []

    report = play(str(tmp_path / "year.yaml"), app, journals=tmp_path / "j")
    assert report.exit_code == 1
    assert "confirmed" in report.verdicts[0].because


def test_the_sample_receiver_passes_a_month_without_a_socket(tmp_path: Path) -> None:
    from simulator.sample import close, create_app, receiver_file

    app = create_app(tmp_path / "receiver.sqlite")
    (tmp_path / "receiver.yaml").write_text(receiver_file("http://receiver.test", None))
    report = play("clevertap/month-of-exports", app, receiver=tmp_path / "receiver.yaml", journals=tmp_path / "j")
    close(app)
    assert report.exit_code == 0, [one for one in report.verdicts if one.result is not Result.PASSED]
    assert all(one.result is Result.PASSED for one in report.verdicts)


FIXED = """\
scenario: An export whose id the author gave
provider: clevertap
exports:
  nightly: {id: 1690283492}
"""


def refusing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("500 Internal Server Error", [])
    return []


def test_a_failure_of_given_ids_is_not_played_again_since_that_would_be_a_repeat(tmp_path: Path) -> None:
    (tmp_path / "fixed.yaml").write_text(FIXED)
    report = play(str(tmp_path / "fixed.yaml"), refusing, journals=tmp_path / "j")
    assert report.exit_code == 1
    assert "not confirmed" in report.plays[0].note
    assert len(list((tmp_path / "j").iterdir())) == 1


def test_a_failure_that_does_not_come_again_is_flaky_and_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "year.yaml").write_text(YEAR.replace("2190", "2"))
    answers = iter(["200 OK", "500 Oops", *["200 OK"] * 10])

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(next(answers), [])
        return []

    report = play(str(tmp_path / "year.yaml"), app, journals=tmp_path / "j")
    assert report.exit_code == 4
    assert "flaky" in report.verdicts[0].because


def test_playing_twice_into_one_folder_keeps_both_journals(tmp_path: Path) -> None:
    (tmp_path / "fixed.yaml").write_text(FIXED)
    for _ in range(2):
        play(str(tmp_path / "fixed.yaml"), refusing, journals=tmp_path / "j", confirm=False)
    assert len(list((tmp_path / "j").iterdir())) == 2
