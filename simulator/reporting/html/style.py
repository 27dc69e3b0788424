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
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 .5rem; font-size: 1.2rem; overflow-wrap: anywhere; } h3 { margin: 1.5rem 0 .25rem; }
header p { margin: .5rem 0 0; } .dim { color: var(--dim); }
.passed { color: var(--good); } .failed { color: var(--bad); } .inconclusive { color: var(--open); }
.not-applicable { color: var(--dim); } .mark { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .5rem 0; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin: .5rem 0; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; } td:last-child { white-space: pre-line; }
td:first-child { white-space: nowrap; } table.words td:nth-child(2) { min-width: 13rem; }
table.words td:nth-child(3) { min-width: 11rem; }
table.figures td:not(:first-child):not(:last-child), table.figures th:not(:first-child):not(:last-child)
  { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { display: block; width: 8rem; max-width: 100%; height: 1.5em; } .bar rect { fill: var(--bad); }
pre { padding: .75rem; border: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 1.25rem 0; } figcaption { font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: .1rem 0 .4rem; padding: 0; list-style: none; }
.legend, .ys, .xs { color: var(--dim); font-size: .8rem; line-height: 1.2rem; }
.key { margin-right: .25rem; width: 28px; height: 8px; vertical-align: middle; }
.plot { display: grid; grid-template-columns: minmax(3.25rem, max-content) 1fr; column-gap: .5rem; }
.plot svg { width: 100%; height: 9rem; margin: .6rem 0; overflow: visible; }
.ys { display: flex; flex-direction: column; justify-content: space-between; text-align: right; }
.xs { grid-column: 2; display: flex; justify-content: space-between; white-space: nowrap; }
.xs span { display: flex; justify-content: center; width: 0; } .xs span:first-child { justify-content: flex-start; }
.xs span:last-child { justify-content: flex-end; }
.grid { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
polyline, .key line { fill: none; stroke-width: 1.75; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
.s0 { stroke: var(--one); } .s1 { stroke: var(--two); stroke-dasharray: 7 3; } .s2 { stroke: var(--three);
  stroke-dasharray: 2 3; } .s3 { stroke: var(--four); stroke-dasharray: 9 3 2 3; }
@media (max-width: 48rem) {
  body { padding: 1rem; } h1 { font-size: 1.35rem; }
  tr { display: flex; flex-wrap: wrap; border-bottom: 1px solid var(--line); padding: .25rem 0; }
  th, td { flex: 1 1 0; min-width: 0; padding: .1rem .2rem; border: 0; } td:first-child { flex-grow: 1.3; }
  th:first-child { flex-grow: 1.3; } td:last-child, th:last-child { flex-basis: 100%; }
  td:empty:last-child, th:empty:last-child, table.words thead { display: none; }
  table.words td:nth-child(n) { flex-basis: 100%; min-width: 0; } table.words td:first-child { flex: none; }
  table.words td:nth-child(2) { flex: 1 1 0; }
  table.figures { font-size: .85rem; } table.figures td:last-child { color: var(--dim); }
}
"""
"""It names no other file."""
