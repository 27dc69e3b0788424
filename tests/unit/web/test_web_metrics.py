"""Figures for Prometheus."""

from prometheus_client.parser import text_string_to_metric_families

from simulator.web.app import create_app
from simulator.web.metrics import Figure
from tests.unit.web.still_desk import BEARER, TOKEN, StillDesk

TOLD: list[Figure] = [
    (
        "partnersim_deliveries_total",
        "Deliveries.",
        "counter",
        [({"partner": "clevertap", "outcome": 'odd "one"\n\\'}, 3), ({"partner": "reachfive", "outcome": ""}, 0)],
    ),
    ("partnersim_story_seconds", "The story's moment.", "gauge", [({}, 1767571200.5)]),
]


def shown(desk: StillDesk) -> dict[str, float]:
    client = create_app(desk, token=TOKEN, port=80).test_client()  # type: ignore[arg-type]  # a stand-in
    answer = client.get("/metrics", headers=BEARER)
    assert answer.mimetype == "text/plain"
    return {
        " ".join([sample.name, *(sample.labels[name] for name in sorted(sample.labels))]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_desks_figures_are_shown_with_the_services_own() -> None:
    desk = StillDesk()
    desk.told = TOLD
    found = shown(desk)
    assert found.pop("partnersim_uptime_seconds") >= 0
    assert found == {
        'partnersim_deliveries_total odd "one"\n\\ clevertap': 3,
        "partnersim_deliveries_total  reachfive": 0,
        "partnersim_story_seconds": 1767571200.5,
        "partnersim_streams_open": 0,
    }


def test_every_service_has_figures_of_its_own() -> None:
    one, other = StillDesk(), StillDesk()
    one.told = TOLD
    assert "partnersim_story_seconds" in shown(one)
    assert "partnersim_story_seconds" not in shown(other)


def test_a_stopped_service_has_none() -> None:
    desk = StillDesk()
    desk.figures = lambda: desk.do(list)  # type: ignore[method-assign]  # asks the desk, which has ended
    desk.alive = False
    client = create_app(desk, token=TOKEN, port=80).test_client()  # type: ignore[arg-type]  # a stand-in
    assert client.get("/metrics", headers=BEARER).status_code == 503
