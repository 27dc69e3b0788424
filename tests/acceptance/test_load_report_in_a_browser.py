"""The page of a load in a real browser: complete without a network, readable by day, by night and on a telephone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from simulator.model import (
    Drain,
    Kinds,
    Known,
    Ledger,
    LoadResult,
    Report,
    Result,
    Second,
    Share,
    Spread,
    Unshown,
    Verdict,
)
from simulator.model.load import GivenUp
from simulator.reporting import REPORTERS
from tests.browser import CHROMIUM, Page, browser
from tests.making import made_play

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here (Debian: apt-get install chromium)")

HOSTILE: Final = (
    '<script>document.title="taken"</script></title></style><img src=x onerror="alert(1)">\u202egnp.exe\u2066\x1b[31m'
)
STALL: Final = range(20, 25)  # the receiver stands still for five seconds


def second(at: int) -> Second:
    """300 are due each second; in the stall nothing is answered, and what waited is sent after it."""
    if at in STALL:
        waits = STALL.stop - at + 0.4
        return Second(at, 300, 40 if at == STALL.start else 0, 0, 0, waits - 0.3, waits, 0.002)
    if at in range(STALL.stop, STALL.stop + 5):
        return Second(at, 300, 592, 570, 22, 2.1 - (at - 25) * 0.4, 4.2 - (at - 25) * 0.8, 0.031)
    odd = 3 if at % 7 == 0 else 1
    return Second(at, 300, 300, 300 - odd, odd, 0.0042, 0.021 + at % 5 * 0.004, 0.0009)


def verdict(result: Result, check: str, sentence: str, because: str, *evidence: int, **more: Any) -> Verdict:
    return Verdict(check=check, result=result, because=because, evidence=evidence, sentence=sentence, **more)


LOAD: Final = LoadResult(
    model="open",
    shape="spike",
    rate=300.0,
    seconds=60.0,
    workers=2,
    planned=18_000,
    sent=17_690,
    acknowledged=17_412,
    given_up={GivenUp.NO_CONNECTION: 120},
    unsent=190,
    ledger=Ledger(known=8_706, checked=8_690, unread=16, lost=37, twice=4, refused=113, accepted_wrong=2),
    ack=Spread(17_525, 0.0042, 2.31, 4.98, 5.41),
    service=Spread(17_525, 0.0031, 0.0123, 0.31, 5.39),
    effect=Spread(8_653, 0.0123, 3.02, 5.71, 9.4),
    late=Spread(17_690, 0.00021, 0.0011, 0.0312, 0.0313),
    held=Spread(17_690, 0.0, 1.92, 4.61, 5.0),
    drain=Drain(0.0, 1.234),
    unshown=Unshown(12, 4.376, 8.291),
    kinds=Kinds(first=16_350, repeat=820, stale=320, malformed=100, unauthorized=100),
    shares=(Share(0, 9_000, 9_000), Share(1, 9_000, 8_690, "was killed by SIGKILL after 59s")),
    timeline=tuple(map(second, range(60))),
)


def report(title: str = "A night of exports", because: str = "37 of 8,690 exports were lost") -> Report:
    """A load that lost something while the receiver stood still."""
    lost = verdict(Result.FAILED, "load/kept", "what is acknowledged is kept", because, 4, 9, 1_204)
    once = verdict(Result.FAILED, "load/once", "each export is acted on once", "4 of them: fleet-12 (1767551412)", 88)
    latest = verdict(Result.PASSED, "load/latest", "the latest state stands", "8,690 exports stand as last told")
    sent = verdict(Result.INCONCLUSIVE, "load/all-sent", "all of it was sent", "120 were dropped, 190 never sent")
    limit = verdict(Result.FAILED, "load/threshold/ack_p99", "ack_p99<200ms", "ack_p99 is 4.98s")
    play = made_play(
        *(lost, once, latest, sent, limit),
        title=title,
        source="load/clevertap",
        deliveries=18_000,
        attempts=17_690,
        journal=".partnersim/20260105-090000/load.ndjson",
    )
    return Report(version="0.1.0", started="2026-01-05T09:00:00.000000Z", seed=42, plays=(play,), load=LOAD)


def hostile() -> Report:
    """One in which all that others write is hostile; it stands there eleven times."""
    bad = verdict(Result.FAILED, HOSTILE, HOSTILE, HOSTILE, 1, reproduce=HOSTILE, known=Known(HOSTILE))
    play = made_play(bad, title=HOSTILE, source=HOSTILE, note=HOSTILE, journal=HOSTILE)
    load = replace(LOAD, shares=(Share(0, 1, 0, HOSTILE),))
    return replace(report(), plays=(play,), load=load)


def written(folder: Path, report: Report) -> Path:
    path = folder / "load.html"
    path.write_text(REPORTERS["html"](report), encoding="utf-8")
    return path


CHARTS: Final = """
[...document.querySelectorAll("figure")].map(figure => ({
  title: figure.querySelector("figcaption").innerText,
  lines: [...figure.querySelectorAll("polyline")].map(line => {
    const own = line.getBoundingClientRect(), plot = line.ownerSVGElement.getBoundingClientRect();
    return {
      wide: own.width / plot.width, high: own.height / plot.height, hue: getComputedStyle(line).stroke,
      inside: own.left >= plot.left - 2 && own.right <= plot.right + 2
        && own.top >= plot.top - 2 && own.bottom <= plot.bottom + 2,
    };
  }),
  legend: [...figure.querySelectorAll("li")].map(one => one.innerText),
  keys: [...figure.querySelectorAll(".key line")].map(one => getComputedStyle(one).stroke),
  across: [...figure.querySelectorAll(".xs span")].map(one => one.innerText),
  up: [...figure.querySelectorAll(".ys span")].map(one => one.innerText),
}))
"""
OUTSIDE: Final = """
[...document.querySelectorAll("body *")].filter(one => {
  const own = one.getBoundingClientRect();
  return own.width && (own.left < 0 || own.right > innerWidth + 0.5);
}).map(one => `${one.tagName} ${one.className.baseVal ?? one.className}: ${one.textContent.slice(0, 60)}`)
"""
SQUEEZED: Final = """
[...document.querySelectorAll("td, dd, li, p")]
  .filter(one => one.innerText.length > 20 && one.getBoundingClientRect().width < 120).map(one => one.innerText)
"""
WRITINGS: Final = """
[...document.querySelectorAll("body *")]
  .filter(one => [...one.childNodes].some(child => child.nodeType === 3 && child.data.trim()))
  .map(one => ({
    told: one.innerText, ink: getComputedStyle(one).color, size: parseFloat(getComputedStyle(one).fontSize),
    paper: getComputedStyle(document.body).backgroundColor,
  }))
"""
"""What the browser made of the page: its charts; what stands outside the window; what stands in a column too thin for
it; every text with its colours."""


@pytest.fixture(scope="module")
def started() -> Iterator[Page]:
    with browser() as page:
        yield page


@pytest.fixture
def page(started: Page) -> Page:
    """As wide as a usual window, by day."""
    started.look_like(width=1000)
    return started


def test_the_page_asks_for_nothing_and_complains_of_nothing(page: Page, tmp_path: Path) -> None:
    path = written(tmp_path, report())
    page.open(path)
    assert page.requests == [path.as_uri()]
    assert page.complaints == []


def test_the_top_says_what_was_tested_and_the_verdict(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, report()))
    assert page.see("document.title") == "failed: load of A night of exports"
    assert page.see("document.querySelector('h1').innerText") == "✗ failed: load of A night of exports"
    top = page.see("document.querySelector('header').innerText")
    assert "3 failed, 1 inconclusive, 1 passed" in top
    assert "started 2026-01-05 09:00:00 UTC" in top


def test_every_chart_has_lines_within_it_a_legend_and_axes_with_units(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, report()))
    rates, answers, lateness = page.see(CHARTS)
    for chart, number in ((rates, 4), (answers, 2), (lateness, 1)):
        assert [one["inside"] for one in chart["lines"]] == [True] * number, chart["title"]
        assert all(one["wide"] > 0.95 for one in chart["lines"]), chart["title"]
        assert [one["hue"] for one in chart["lines"]] == chart["keys"]
        assert len(set(chart["keys"])) == len(chart["legend"]) == number
        assert chart["across"] == ["0s", "10s", "20s", "30s", "40s", "50s", "1m"]
    assert max(one["high"] for one in rates["lines"]) > 0.9  # from the stall's nothing to what was sent after it
    assert rates["title"].startswith("Notifications in each second")
    assert rates["up"] == ["600", "450", "300", "150", "0"]
    assert answers["up"] == ["6s", "4.5s", "3s", "1.5s", "0s"]
    assert lateness["up"] == ["40ms", "30ms", "20ms", "10ms", "0s"]
    assert lateness["legend"] == ["the latest that left, at most 31ms"]


def test_the_ledger_shows_how_much_went_wrong(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, report()))
    bars = page.see(
        "Object.fromEntries([...document.querySelectorAll('.bar')].map(bar => "
        "[bar.closest('tr').cells[0].innerText, bar.querySelector('rect').getBoundingClientRect().width]))"
    )
    assert sorted(bars) == ["accepted wrong", "lost", "refused", "twice"]
    assert bars["refused"] > bars["lost"] > bars["twice"] > bars["accepted wrong"] > 1


@pytest.mark.parametrize("dark", [False, True], ids=["by day", "by night"])
@pytest.mark.parametrize("width", [400, 1000])
def test_all_of_it_can_be_read_on_any_window(page: Page, tmp_path: Path, width: int, dark: bool) -> None:
    page.look_like(width=width, dark=dark)
    page.open(written(tmp_path, report(because=f"{'unbroken' * 40} {HOSTILE}")))
    assert page.see("document.documentElement.scrollWidth") <= width
    assert page.see(OUTSIDE) == []
    assert page.see(SQUEEZED) == []
    writings = page.see(WRITINGS)
    assert len(writings) > 100
    assert (light(writings[0]["paper"]) < 0.1) is dark
    assert [one for one in writings if contrast(one["ink"], one["paper"]) < 4.5] == []  # WCAG 2.2, 1.4.3
    assert [one for one in writings if one["size"] < 12] == []
    hues = {line["hue"] for chart in page.see(CHARTS) for line in chart["lines"]}
    assert [one for one in hues if contrast(one, writings[0]["paper"]) < 3] == []  # 1.4.11


def test_what_others_wrote_runs_nothing_and_reorders_nothing(page: Page, tmp_path: Path) -> None:
    path = written(tmp_path, hostile())
    page.open(path)
    assert page.requests == [path.as_uri()]
    assert page.complaints == []
    assert page.see("document.querySelectorAll('script, img').length") == 0
    told = HOSTILE.replace("\u202e", r"\u202e").replace("\u2066", r"\u2066").replace("\x1b", r"\x1b")
    assert page.see("document.title").endswith(f": load of {told}")
    assert page.see("document.body.innerText").count(told) == 11


def light(colour: str) -> float:
    """Relative luminance of `rgb(1, 2, 3)`, 0 to 1, as WCAG has it."""
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(ink: str, paper: str) -> float:
    dim, bright = sorted((light(ink), light(paper)))
    return (bright + 0.05) / (dim + 0.05)
