"""The report as one HTML file that opens anywhere: no script, nothing is fetched, light or dark."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from markupsafe import Markup

from simulator.model import Play, Report, Result, Verdict
from simulator.reporting.html.load import load_section
from simulator.reporting.html.pieces import facts, joined, table
from simulator.reporting.html.style import STYLE
from simulator.shown import block, cut, line

_LONGEST = 4096  # characters of one reason
_LINES = 20  # of evidence that are named
_TITLES = 3  # of plays that stand at the top
_ORDER = (Result.FAILED, Result.INCONCLUSIVE, Result.PASSED, Result.NOT_APPLICABLE)  # the gravest first
_MARKS = {"passed": "✓", "failed": "✗", "inconclusive": "?", "not-applicable": "–"}
_PAGE = Markup("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{outcome}: {tested}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1><span class="mark {outcome}">{mark} {outcome}</span>: {tested}</h1>
<p>{counted}</p>
<p class="dim">partnersim {version}, seed {seed}, started {started}, exit code {code}</p>
</header>
<main>
{body}
</main>
</body>
</html>
""")


def render(report: Report) -> str:
    """The page, ASCII: whatever encoding it is written in, it reads as declared."""
    figures = [load_section(report.load)] if report.load else []
    several = len(report.plays) != 1
    page = _PAGE.format(
        style=Markup(STYLE),  # noqa: S704 - our own words
        outcome=str(report.outcome),
        mark=_MARKS[report.outcome],
        version=line(report.version),
        seed=report.seed,
        tested=_tested(report),
        counted=_counted(report.verdicts),
        started=_moment(report.started),
        code=report.exit_code,
        body=joined([*(_play(one, one.title if several else "Verdicts") for one in report.plays), *figures]),
    )
    return str(page).encode("ascii", "xmlcharrefreplace").decode()


def _tested(report: Report) -> str:
    """What was tested, in the scenarios' own words."""
    titles = [line(one.title) for one in report.plays[:_TITLES]]
    more = len(report.plays) - len(titles)
    kind = "load of " if report.load else ""
    return kind + (", ".join(titles) + (f" and {more:,} more" if more > 0 else "") or "nothing")


def _counted(verdicts: Sequence[Verdict]) -> str:
    """How many verdicts of each kind there are; what any answer meets is of none."""
    promised = [one for one in verdicts if not one.asks_nothing]
    numbers = [(str(result), sum(one.result == result for one in promised)) for result in _ORDER]
    numbers.append(("not counted (any answer will do)", len(verdicts) - len(promised)))
    return ", ".join(f"{number:,} {told.replace('-', ' ')}" for told, number in numbers if number)


def _moment(text: str) -> str:
    """ISO 8601 as people read it: to the second, in UTC; a report that does not say when has none."""
    if not text:
        return ""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _play(play: Play, title: str) -> Markup:
    told = {
        "scenario": play.source,
        "partner": play.provider,
        "story": f"seed {play.seed}, starts {play.start}",
        "sent": f"{play.deliveries:,} deliveries in {play.attempts:,} attempts",
        "journal": play.journal,
        "note": "; ".join(filter(None, [play.note, "" if play.complete else "not all that was planned was played"])),
    }
    rows = [_verdict(one, play) for one in play.verdicts]
    verdicts = table(("", "check", "promise", "because"), rows) if rows else Markup("<p>Nothing was judged.</p>")
    return Markup("<section>\n<h2>{}</h2>\n{}\n{}\n{}</section>").format(
        line(title), facts(told), verdicts, _reproduce(play.verdicts)
    )


def _verdict(verdict: Verdict, play: Play) -> tuple[Markup | str, ...]:
    mark = Markup('<span class="mark {0}">{1} {0}</span>').format(str(verdict.result), _MARKS[verdict.result])
    level = "" if verdict.level == "must" else f" ({verdict.level})"
    known = f"; known: {line(verdict.known.reason)}" if verdict.known else ""
    return mark, line(verdict.check), line(verdict.sentence) + level, _because(verdict, play) + known


def _because(verdict: Verdict, play: Play) -> Markup:
    words = Markup("{}").format(block(cut(verdict.because, _LONGEST)))
    if not verdict.evidence:
        return words
    lines = ", ".join(map(str, verdict.evidence[:_LINES]))
    more = f" and {len(verdict.evidence) - _LINES:,} more" if len(verdict.evidence) > _LINES else ""
    return words + Markup('<br><span class="dim">lines {}{} of {}</span>').format(lines, more, line(play.journal))


def _reproduce(verdicts: Iterable[Verdict]) -> Markup:
    lines = dict.fromkeys(one.reproduce for one in verdicts if one.reproduce)
    if not lines:
        return Markup("")
    return Markup("<p>To play it again:</p>\n<pre>{}</pre>\n").format("\n".join(map(line, lines)))
