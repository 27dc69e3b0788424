"""Scenarios of two hundred deliveries, nearly all of them harmless, each with one thing that a receiver trips over."""

from typing import Final, NamedTuple


class Haystack(NamedTuple):
    """`needle` holds the lines under `exports`, those under `timeline`, and the claim; `least` deliveries suffice."""

    exports: str
    timeline: str
    claim: str
    check: str
    least: int

    def text(self, deliveries: int = 200) -> str:
        """The scenario's file: exports an hour apart that only begin and end, and the needle among them."""
        number = deliveries - self.own
        harmless = [f"  quiet-export-number-{one}: {{at: {one}h, takes: 9m20s}}" for one in range(1, number // 2 + 1)]
        odd = "  odd: {at: 500h, takes: 9m20s, emits: [completed]}\n" if number % 2 else ""
        return (
            f"scenario: {deliveries} deliveries\nprovider: clevertap\nseed: 7\nclock: {{scale: instant}}\nexports:\n"
            + "\n".join(harmless[: number // 4])
            + f"\n{self.exports}\n{odd}"
            + "\n".join(harmless[number // 4 :])
            + (f"\ntimeline:\n{self.timeline}" if self.timeline else "")
            + "\nexpect:\n  each: {status: ack, within: 5s}\n"
            + "then:\n  - eventually: {of: quiet-export-number-3, effects: 1}\n"
            + f"  - {self.claim}\n  - invariant: acknowledged-is-kept\n"
        )

    @property
    def own(self) -> int:
        """Deliveries of the needle itself."""
        return OWN[self.check]


OWN: Final = {
    "then/2-repeats-change-nothing": 8,
    "then/2-ends-stay-ended": 6,
    "then/2-acknowledged-is-kept": 12,
    "then/2-eventually": 8,
    "then/3-acknowledged-is-kept": 5,
}

HAYSTACKS: Final = {
    "copy": Haystack(
        "  report: {at: 30h30m, takes: 7m13s, partner: Amazon S3}",
        "  once-more: {event: completed, export: report, deliver_at: 3d, repeat: {count: 4, spacing: 17m}}\n"
        "  started-again: {event: initiated, export: quiet-export-number-5, deliver_at: 5h5m, repeat: {count: 2}}",
        "invariant: repeats-change-nothing",
        "then/2-repeats-change-nothing",
        2,
    ),
    "late": Haystack(
        "  report: {at: 30h30m, takes: 7m13s, frequency: every 24 hours, runs: 2}",
        "  overtaken: {event: initiated, export: report, run: 2, deliver_at: 60h}\n"
        "  again: {event: completed, export: quiet-export-number-7, deliver_at: 8h}",
        "invariant: ends-stay-ended",
        "then/2-ends-stay-ended",
        2,
    ),
    "second-run": Haystack(
        "  feed: {at: 30h30m, frequency: every 4 hours, runs: 6, partner: Amazon S3}",
        "",
        "{invariant: acknowledged-is-kept, of: feed}",
        "then/2-acknowledged-is-kept",
        2,
    ),
    "three-at-once": Haystack(
        "  crowd: {at: 30h30m, count: 5, emits: [completed]}",
        "",
        "invariant: ends-stay-ended",
        "then/3-acknowledged-is-kept",
        3,
    ),
    "truncated": Haystack(
        "  broken: {at: 30h30m, emits: []}",
        "  cut: {event: completed, export: broken, fault: {truncate: 80%}}\n"
        "  odd-1: {event: completed, export: quiet-export-number-6, fault: {pause: {after: 9, for: 1ms}}}\n"
        "  more: {event: completed, export: quiet-export-number-7, deliver_at: 12h, repeat: {count: 6}}",
        "eventually: {of: broken, absent: true, within: 500ms}",
        "then/2-eventually",
        1,
    ),
}
"""By the flaw that it finds."""
