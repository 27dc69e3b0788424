"""The report as JUnit XML for build servers: a play is a test suite, a verdict a test case.

A promise that must be kept and was not is a `failure`; one without enough evidence an `error`. What is not applicable
is `skipped`, and so is a `should` or `may` that was not kept, what any answer keeps (`status: any`), and a failure that
is known: the run passes all the same.
What is known to fail and passed is an `error`: the baseline is out of date. So the build is red exactly when the exit
code is not 0; where no verdict says why, a test case of our own does.
"""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from simulator.errors import StorageError
from simulator.journal import Journal
from simulator.model import Play, Report, Result, Verdict
from simulator.shown import block, cut, line

_LONGEST = 4096  # characters of one reason


def render(report: Report) -> str:
    """The XML text, ASCII only: whatever encoding it is written in, it reads as declared."""
    suites = [_suite(play, report.started) for play in report.plays]
    if report.exit_code and not any(_count(suite, "failure", "error") for suite in suites):
        suites.append(_our_own(report))
    root = Element("testsuites", {"name": "partnersim", **_counts(suites)})
    root.extend(suites)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="us-ascii").decode()}\n'


def _suite(play: Play, started: str) -> Element:
    suite = Element("testsuite", name=_short(play.title), timestamp=_moment(started))
    properties = SubElement(suite, "properties")
    facts = {
        "source": play.source,
        "provider": play.provider,
        "seed": str(play.seed) if play.provider or play.seed else "",  # where nothing was planned none was drawn
        "start": play.start,
        "journal": play.journal,
        "deliveries": str(play.deliveries),
        "attempts": str(play.attempts),
        "lateness.p50": f"{play.lateness.p50:.6f}",
        "lateness.p99": f"{play.lateness.p99:.6f}",
        "lateness.max": f"{play.lateness.max:.6f}",
        "complete": str(play.complete).lower(),
        "note": play.note,
    }
    for name, value in facts.items():
        if value:
            SubElement(properties, "property", name=name, value=_short(value))
    suite.extend(_case(verdict, play) for verdict in play.verdicts)
    return _counted(suite, _duration(play))


def _case(verdict: Verdict, play: Play) -> Element:
    name = f"{verdict.check}: {verdict.sentence}" if verdict.sentence else verdict.check
    case = Element("testcase", classname=_class(play.source), name=_short(name), time="0")
    story = block(_story(verdict, play))
    tag = _tag(verdict)
    if tag:
        kind = f"{verdict.level}.{verdict.result}{'.known' if verdict.excused or verdict.drifted else ''}"
        found = SubElement(case, tag, type=kind, message=_short(_message(verdict)))
        if tag != "skipped":
            found.text = story
            return case
    SubElement(case, "system-out").text = story
    return case


def _tag(verdict: Verdict) -> str:
    """The element that says how it ended; "" for passed."""
    match verdict.result:
        case Result.PASSED if verdict.drifted:
            return "error"
        case Result.FAILED if verdict.excused:
            return "skipped"
        case Result.PASSED:
            return "skipped" if verdict.asks_nothing else ""
        case Result.FAILED if verdict.counts:
            return "failure"
        case Result.INCONCLUSIVE if verdict.counts:
            return "error"
        case _:
            return "skipped"


def _message(verdict: Verdict) -> str:
    """Why it is what it is; of what a baseline knows, what that says."""
    if verdict.known and verdict.drifted:
        return f"passed, but is known to fail ({verdict.known.reason}): take it out of the baseline"
    if verdict.known and verdict.excused:
        until = f" until {verdict.known.until}" if verdict.known.until else ""
        return f"known{until}: {verdict.known.reason}"
    return f"not counted (any answer will do): {verdict.because}" if verdict.asks_nothing else verdict.because


def _story(verdict: Verdict, play: Play) -> str:
    """Why, where it stands, and how to see it again."""
    words = [f"{verdict.result}: {cut(verdict.because, _LONGEST)}"]
    if verdict.evidence:
        shown = ", ".join(map(str, verdict.evidence[:20]))
        more = f" and {len(verdict.evidence) - 20:,} more" if len(verdict.evidence) > 20 else ""
        words.append(f"evidence: lines {shown}{more} of {play.journal}")
    if verdict.reproduce:
        words.append(f"reproduce: {verdict.reproduce}")
    return "\n".join(words)


def _our_own(report: Report) -> Element:
    """The suite that keeps a build red when no verdict does: interrupted, never reached, nothing judged."""
    suite = Element("testsuite", name="partnersim", timestamp=_moment(report.started))
    case = SubElement(suite, "testcase", classname="partnersim", name="the run proves something", time="0")
    notes = "; ".join(dict.fromkeys(play.note for play in report.plays if play.note))
    message = f"{report.outcome}, exit code {report.exit_code}{': ' + notes if notes else ''}"
    SubElement(case, "error", type=f"exit.{report.exit_code}", message=_short(message))
    return _counted(suite, 0.0)


def _duration(play: Play) -> float:
    """Real seconds that the play took, by the last line of its journal; 0.0 where there is none to read."""
    try:
        footer = Journal.open(play.journal).footer
        return float(footer["wall"]) if footer else 0.0
    except (StorageError, KeyError, TypeError, ValueError):
        return 0.0


def _counted(suite: Element, seconds: float) -> Element:
    """The suite with its numbers in its attributes."""
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(_count(suite, tag)))
    suite.set("time", f"{seconds:.3f}")
    return suite


def _counts(suites: list[Element]) -> dict[str, str]:
    """The same summed up, for the root; the schema that readers check by has no `skipped` there."""
    sums = {name: str(sum(int(suite.attrib[name]) for suite in suites)) for name in ("tests", "failures", "errors")}
    return sums | {"time": f"{sum(float(suite.attrib['time']) for suite in suites):.3f}"}


def _count(suite: Element, *tags: str) -> int:
    return sum(1 for tag in tags for _ in suite.iter(tag))


def _class(source: str) -> str:
    """A source without its ending: readers take the last dot for the end of a package's name."""
    file, at, partner = source.partition("@")
    return _short(file.removesuffix(".yaml").removesuffix(".yml") + at + partner)


def _moment(started: str) -> str:
    """ISO 8601 without fraction and zone, which is all that some readers take; it is UTC."""
    return line(started[:19])


def _short(text: str) -> str:
    return line(cut(text, _LONGEST))
