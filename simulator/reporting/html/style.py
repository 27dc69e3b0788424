"""How the page looks: one style, for light and for dark."""

from typing import Final

STYLE: Final = """\
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #59636e; --paper: #ffffff; --line: #d1d9e0;
  --good: #1a7f37; --bad: #b3261e; --open: #8a5a00; --one: #0550ae; --two: #1a7f37; --three: #b3261e; --four: #8250df; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9198a1; --paper: #0d1117; --line: #3d444d;
  --good: #3fb950; --bad: #ff7b72; --open: #d29922; --one: #79c0ff; --two: #3fb950; --three: #ff7b72;
  --four: #d2a8ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; } h2 { margin: 2rem 0 .5rem; font-size: 1.2rem; } h3 { margin: 1.5rem 0 .25rem; }
header p, .dim { color: var(--dim); }
.passed { color: var(--good); } .failed { color: var(--bad); } .inconclusive { color: var(--open); }
.not-applicable { color: var(--dim); } span.passed, span.failed, span.inconclusive { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .5rem 0; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin: .5rem 0; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; } td:last-child { white-space: pre-line; }
table.figures td:not(:first-child):not(:last-child), table.figures th:not(:first-child):not(:last-child)
  { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
pre { padding: .75rem; border: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 1rem 0; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--dim); font: 12px system-ui, sans-serif; } svg .grid { stroke: var(--line); stroke-width: 1; }
svg polyline { fill: none; stroke-width: 1.75; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
.s0 { stroke: var(--one); } .s1 { stroke: var(--two); stroke-dasharray: 7 3; } .s2 { stroke: var(--three);
  stroke-dasharray: 2 3; } .s3 { stroke: var(--four); stroke-dasharray: 9 3 2 3; }
"""
"""It names no other file."""
