"""The operations of /control/state, /control/reset and /control/clock: what goes in, what comes out."""

from typing import Any

import pytest

from tests.unit.web.held_to_document import Asking, client_of, told
from tests.unit.web.still_desk import StillDesk


@pytest.fixture
def desk() -> StillDesk:
    return StillDesk()


@pytest.fixture
def ask(desk: StillDesk) -> Asking:
    return Asking(client_of(desk), "/control")


class TestState:
    def test_it_shows_where_all_is(self, ask: Asking) -> None:
        state = ask("GET", "/state")
        assert set(state) == set(told("State"))
        assert state["start"] == "2026-01-05T00:00:00.500Z"

    @pytest.mark.parametrize(
        ("body", "asked"),
        [
            (None, (None, None, None, None)),
            ({}, (None, None, None, None)),
            (
                {"seed": 0, "start": "2026-01-05T05:30:00+05:30", "scale": "1h=1s", "held": False},
                (0, 1767571200.0, 3600.0, False),
            ),
        ],
    )
    def test_all_is_forgotten_and_begins_as_asked(self, ask: Asking, desk: StillDesk, body: Any, asked: Any) -> None:
        assert ask("POST", "/reset", body)["seed"] == 7
        assert desk.asked == [asked]

    @pytest.mark.parametrize(
        "body",
        [
            {"seed": -1},
            {"seed": 2**32},
            {"seed": 1.5},
            {"seed": None},
            {"start": "2026-01-05T00:00:00"},
            {"start": "0001-01-01T00:00:00+14:00"},
            {"start": "1979-12-31T23:59:59Z"},
            {"start": "9999-12-31T23:59:59Z"},
            {"start": "2026-02-30T00:00:00Z"},
            {"start": 5},
            {"scale": 0},
            {"scale": -1},
            {"scale": "instant"},
            {"scale": "0"},
            {"scale": "0x"},
            {"scale": "0.0x"},
            {"scale": "1h=0s"},
            {"scale": "9" * 60},
            {"scale": 1_000_001},
            {"scale": "1000001x"},
            {"scale": True},
            {"held": "yes"},
            {"more": 1},
            [],
            "x",
        ],
    )
    def test_nothing_is_forgotten_when_anything_is_wrong(self, ask: Asking, desk: StillDesk, body: Any) -> None:
        ask("POST", "/reset", body, expect=422)
        assert desk.asked == []


class TestClock:
    def test_it_tells_the_time(self, ask: Asking) -> None:
        assert ask("GET", "/clock") == {
            "now": "2026-01-05T00:00:00.500Z",
            "scale": 60.0,
            "held": True,
            "next_due": None,
        }

    @pytest.mark.parametrize(
        ("body", "asked"),
        [
            ({"held": True}, (True, None)),
            ({"held": False, "scale": 60}, (False, 60.0)),
            ({"scale": "60x"}, (None, 60.0)),
            ({"scale": "1h=1s"}, (None, 3600.0)),
            ({"scale": "real"}, (None, 1.0)),
            ({"scale": 0.5}, (None, 0.5)),
            ({"scale": 1_000_000}, (None, 1_000_000.0)),
        ],
    )
    def test_it_is_held_and_sped_up(self, ask: Asking, desk: StillDesk, body: Any, asked: Any) -> None:
        assert ask("PATCH", "/clock", body)["next_due"] == "2026-01-05T00:00:01.500Z"
        assert desk.asked == [asked]

    @pytest.mark.parametrize("body", [{}, {"scale": "fast"}, {"scale": "instant"}, {"scale": 0}, {"now": 1}])
    def test_what_is_no_change_is_refused(self, ask: Asking, body: Any) -> None:
        ask("PATCH", "/clock", body, expect=422)

    @pytest.mark.parametrize(
        ("body", "asked"),
        [
            ({"by": "9m20s"}, (None, 560.0)),
            ({"by": 2.5}, (None, 2.5)),
            ({"by": 0}, (None, 0.0)),
            ({"to": "2026-01-05T00:00:00.25Z"}, (1767571200.25, 0.0)),
        ],
    )
    def test_it_is_moved_on(self, ask: Asking, desk: StillDesk, body: Any, asked: Any) -> None:
        expected = {"now": "2026-01-05T00:00:00.500Z", "deliveries": 2, "outcomes": {"answered": 2}}
        assert ask("POST", "/clock/advance", body) == expected
        assert desk.asked == [asked]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"by": 1, "to": "2026-01-05T00:00:00Z"},
            {"by": "soon"},
            {"by": -1},
            {"by": 1e300},
            {"by": "36526d"},
            {"by": "999999999d"},
            {"to": "tomorrow"},
            {"to": "2026-01-05"},
        ],
    )
    def test_it_is_not_moved_anywhere_odd(self, ask: Asking, desk: StillDesk, body: Any) -> None:
        ask("POST", "/clock/advance", body, expect=422)
        assert desk.asked == []

    def test_it_is_not_moved_by_two_at_once(self, ask: Asking) -> None:
        assert ask("POST", "/clock/advance", {"to": "2026-01-01T00:00:00Z"}, expect=409)["detail"]
