"""A badge, for a page that shows how a receiver does: `partnersim | 61/61 must` in the colour of the result, as SVG.

Drawn here, as no library does it well enough: pybadges needs what newer Pythons do not have any more (pkg_resources,
imghdr) and an HTTP client; the bytes of anybadge depend on how many badges the process has made, and it says nothing to
who cannot see it. It is two boxes and two words.
"""

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from simulator.model import Report, Result
from simulator.rule import Judged
from simulator.shown import line

_LABEL: Final = "partnersim"
_LETTER: Final = 6.5  # about how wide one is; a viewer fits the text to what that makes
_ROOM: Final = 6  # left and right of a text
_GREEN, _YELLOW, _RED, _GREY = "#4c1", "#dfb317", "#e05d44", "#9f9f9f"
_HUES: Final = {0: _GREEN, 1: _RED, 5: _YELLOW}


def render(report: Report, judged: Sequence[Judged]) -> str:
    """The SVG, ASCII: the same for the same verdicts, to the byte.

    Green when every promise was kept; yellow when some failed that need not be kept or are known, or when the baseline
    is out of date; red when one failed; grey when there is no verdict.
    """
    words = line(" · ".join(_words(judged)) or "no verdict")
    left, right = _wide(_LABEL), _wide(words)
    root = Element("svg", xmlns="http://www.w3.org/2000/svg", width=f"{left + right}", height="20", role="img")
    root.set("aria-label", f"{_LABEL}: {words}")
    SubElement(root, "title").text = f"{_LABEL}: {words}"
    _box(root, 0, left, "#555")
    _box(root, left, right, _hue(report))
    look = {"fill": "#fff", "font-family": "Verdana,DejaVu Sans,sans-serif", "font-size": "11"}
    texts = SubElement(root, "g", look)
    _text(texts, left / 2, left, _LABEL)
    _text(texts, left + right / 2, right, words)
    return f"{tostring(root, encoding='us-ascii').decode()}\n"


def _words(judged: Sequence[Judged]) -> list[str]:
    """`61/61 must`, with a should that counted as one, how many failures are known, and whether one of them passed."""
    counted = {one.rule.level for one in judged if one.verdict.counts} | {"must"}
    words = []
    for level in ("must", "should"):
        asked = [one.verdict for one in judged if one.rule.level == level]
        asked = [one for one in asked if one.result is not Result.NOT_APPLICABLE]
        if asked and level in counted:
            words.append(f"{sum(1 for one in asked if one.passed)}/{len(asked)} {level}")
    if known := sum(1 for one in judged if one.verdict.excused):
        words.append(f"{known} known")
    return [*words, "baseline out of date"] if any(one.verdict.drifted for one in judged) else words


def _hue(report: Report) -> str:
    hue = _HUES.get(report.exit_code, _GREY)
    milder = any(one.failed and one.level != "may" for one in report.verdicts)
    return _YELLOW if hue == _GREEN and milder else hue


def _wide(text: str) -> int:
    return round(len(text) * _LETTER) + 2 * _ROOM


def _box(root: Element, at: int, wide: int, hue: str) -> None:
    SubElement(root, "rect", x=f"{at}", width=f"{wide}", height="20", fill=hue)


def _text(into: Element, middle: float, wide: int, text: str) -> None:
    place = {"x": f"{middle:g}", "y": "14", "text-anchor": "middle", "textLength": f"{wide - 2 * _ROOM}"}
    SubElement(into, "text", place).text = text
