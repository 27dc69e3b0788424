"""Reports: what a command has to say at its end, for people and for programs. One format a file; the table is here."""

from collections.abc import Callable, Mapping

from simulator.model import Report
from simulator.reporting import html, json_report, junit, text

REPORTERS: Mapping[str, Callable[[Report], str]] = {
    "text": text.render,
    "json": json_report.render,
    "junit": junit.render,
    "html": html.render,
}
"""Format → function of the report; what it gives ends with a line end. `text.render` can do more when asked."""

__all__ = ["REPORTERS"]
