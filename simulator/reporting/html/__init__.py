"""The report as one HTML file that opens anywhere: no script, nothing is fetched, light or dark."""

from collections.abc import Iterable

from markupsafe import Markup

from simulator.model import Play, Report, Verdict
from simulator.reporting.html.load import load_section
from simulator.reporting.html.pieces import facts, joined, table
from simulator.reporting.html.style import STYLE
from simulator.shown import block, cut, line

_LONGEST = 4096  # characters of one reason
_LINES = 20  # of evidence that are named
_MARKS = {"passed": "✓", "failed": "✗", "inconclusive": "?", "not-applicable": "–"}
_PAGE = Markup("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>partnersim: {outcome}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1><span class="{outcome}">{mark} {outcome}</span></h1>
<p>partnersim {version}, seed {seed}, started {started}, exit code {code}</p>
</header>
<main>
{body}
</main>
</body>
</html>
""")


def render(report: Report) -> str:
    """The page, ASCII: whatever encoding it is written in, it reads as declared."""
    sections = [load_section(report.load)] if report.load else []
    page = _PAGE.format(
        style=Markup(STYLE),  # noqa: S704 - our own words
        outcome=str(report.outcome),
        mark=_MARKS[report.outcome],
        version=line(report.version),
        seed=report.seed,
        started=line(report.started),
        code=report.exit_code,
        body=joined([*sections, *(_play(one) for one in report.plays)]),
    )
    return str(page).encode("ascii", "xmlcharrefreplace").decode()


def _play(play: Play) -> Markup:
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
        line(play.title), facts(told), verdicts, _reproduce(play.verdicts)
    )


def _verdict(verdict: Verdict, play: Play) -> tuple[Markup | str, ...]:
    mark = Markup('<span class="{0}">{1} {0}</span>').format(str(verdict.result), _MARKS[verdict.result])
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
