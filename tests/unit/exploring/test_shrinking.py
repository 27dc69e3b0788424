"""A search against a receiver that is only pretended: a predicate on scenarios says which check fails."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import pytest

from simulator import limits
from simulator.authoring import parse_scenario, receiver_at
from simulator.errors import NeverReached
from simulator.exploring import Effort, Reference, Shrunk, Steady, shrink, shrinking
from simulator.exploring.trials import SHORT, Enough, Seen, Trials
from simulator.model import Result, Verdict
from simulator.scenario import Scenario

RECEIVER = receiver_at("http://127.0.0.1:8000/hook")
TWO = "then/1-eventually"
Fails = Callable[[Scenario], set[str]]


def hay(exports: int = 40) -> Scenario:
    """Two needles among many, an hour apart."""
    lines = "\n".join(f"  export-of-number-{one}: {{at: {one}h, takes: 9m20s}}" for one in range(exports))
    text = f"scenario: Hay\nprovider: clevertap\nclock: {{scale: instant}}\nexports:\n{lines}\n"
    text += "  first: {partner: Amazon S3}\n  second: {frequency: every 4 hours, runs: 50}\n"
    text += "timeline:\n  again: {event: completed, export: first, repeat: {count: 12, spacing: 1m}}\n"
    return parse_scenario(
        text + "then:\n  - eventually: {status: Completed}\n  - invariant: ends-stay-ended\n", "hay.yaml"
    )


def needles(scenario: Scenario) -> set[str]:
    """Fails where the first export is told of twice, and the second has three runs."""
    second = scenario.exports_by_name.get("second")
    copies = sum(step.repeat.count for step in scenario.steps if step.export == "first")
    broken = copies >= 2 and second is not None and second.runs >= 3
    return {claim.check for claim in scenario.claims if claim.kind == "eventually"} if broken else set()


class Pretended(Trials):
    """Judges by a predicate, without sending anything."""

    fails: Fails = staticmethod(needles)
    right: Fails = staticmethod(lambda _: set())
    together: list[int]
    hasty = False  # whether claims that are watched for a short time only seem to fail, always
    cut = False

    def play(self, scenarios: Sequence[Scenario], *, short: bool, at_once: int | None = None) -> list[Seen]:
        self.plays += len(scenarios)
        self.cut = short
        self.together.append(min(len(scenarios), at_once or self.at_once))
        return [self._judged(one) for one in scenarios]

    def wrongly_asked(self, scenario: Scenario) -> frozenset[str]:
        return frozenset(type(self).right(scenario)) if self.reference else frozenset()

    def _judged(self, scenario: Scenario) -> Seen:
        broken = type(self).fails(scenario)
        broken |= {one.check for one in scenario.claims} if self.cut and self.hasty else set()
        verdicts = tuple(
            Verdict(check=one.check, result=Result.FAILED if one.check in broken else Result.PASSED, because="so it is")
            for one in scenario.claims
        )
        return Seen(verdicts, {}, 0)


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> type[Pretended]:
    """Takes the place of what plays."""

    class Own(Pretended):
        together: list[int] = []  # noqa: RUF012 - each test has a class of its own

    monkeypatch.setattr(shrinking, "Trials", Own)
    return Own


def shrunk(scenario: Scenario, **more: Any) -> Shrunk:
    made = shrink(scenario, RECEIVER, **more)
    assert isinstance(made, Shrunk)
    return made


def test_the_needles_are_left_and_nothing_else(pretended: type[Pretended]) -> None:
    made = shrunk(hay())
    left = parse_scenario(made.text, "left.yaml")
    assert set(left.exports_by_name) == {"first", "second"}
    assert left.exports_by_name["second"].runs == 3
    assert left.exports_by_name["first"].traits == {}
    assert [step.repeat.count for step in left.steps] == [2]
    assert (made.before, made.after, made.sure, made.stopped) == (194, 2, True, "")
    assert left.title == "Hay (shrunk)"
    assert made.spent.tries < 100


def test_what_is_left_breaks_the_same_promise_and_not_another(pretended: type[Pretended]) -> None:
    pretended.fails = staticmethod(
        lambda scenario: needles(scenario) or {one.check for one in scenario.claims if one.kind == "invariant"}
    )
    left = parse_scenario(shrunk(hay()).text, "left.yaml")
    assert [claim.kind for claim in left.claims] == ["eventually"]
    assert needles(left)


def test_nothing_is_left_out_without_which_a_right_receiver_fails_too(pretended: type[Pretended]) -> None:
    pretended.fails = staticmethod(lambda scenario: {one.check for one in scenario.claims})
    pretended.right = staticmethod(lambda scenario: set() if scenario.steps else {one.check for one in scenario.claims})
    assert not parse_scenario(shrunk(hay()).text, "left.yaml").steps
    left = parse_scenario(shrunk(hay(), reference=Reference(None, RECEIVER)).text, "left.yaml")
    assert [step.name for step in left.steps] == ["again"]


def test_a_reference_that_fails_the_whole_is_not_asked_again(pretended: type[Pretended]) -> None:
    pretended.right = staticmethod(lambda scenario: {one.check for one in scenario.claims})
    assert shrunk(hay(), reference=Reference(None, RECEIVER)).after == 2


def test_a_scenario_that_fails_too_seldom_is_not_cut_down(pretended: type[Pretended]) -> None:
    plays = count()
    pretended.fails = staticmethod(lambda scenario: needles(scenario) if next(plays) % 2 else set())
    made = shrink(hay(), RECEIVER, effort=Effort(fails=3, plays=4))
    assert made == Steady(plays=3, fails=3, failed={TWO: 1})


def test_what_fails_now_and_then_is_cut_down_where_that_is_enough(pretended: type[Pretended]) -> None:
    plays = count()
    pretended.fails = staticmethod(lambda scenario: needles(scenario) if next(plays) % 3 else set())
    made = shrunk(hay(), effort=Effort(fails=2, plays=4))
    assert needles(parse_scenario(made.text, "left.yaml"))
    assert made.sure


def test_a_failure_that_was_luck_is_not_taken_for_one(pretended: type[Pretended]) -> None:
    seen: set[str] = set()

    def at_first_only(scenario: Scenario) -> set[str]:
        new = scenario.text not in seen
        seen.add(scenario.text)
        return needles(scenario) or (
            {one.check for one in scenario.claims if one.kind == "eventually"} if new else set()
        )

    pretended.fails = staticmethod(at_first_only)
    assert needles(parse_scenario(shrunk(hay()).text, "left.yaml"))


def test_it_ends_after_as_many_tries_as_are_allowed_with_the_best_so_far(pretended: type[Pretended]) -> None:
    made = shrunk(hay(), effort=Effort(tries=5))
    assert made.spent.tries <= 5
    assert made.stopped == "5 tries were allowed"
    assert made.sure
    assert "ended early (5 tries were allowed)" in made.text.replace("\n# ", " ")


def test_ctrl_c_gives_the_smallest_found_so_far(pretended: type[Pretended]) -> None:
    def interrupted(scenario: Scenario) -> set[str]:
        if len(scenario.exports) == 2:
            raise KeyboardInterrupt
        return needles(scenario)

    pretended.fails = staticmethod(interrupted)
    made = shrunk(hay())
    assert (made.stopped, made.sure) == ("interrupted", False)
    assert 2 < len(parse_scenario(made.text, "left.yaml").exports) < 42


def test_a_receiver_that_goes_away_ends_the_search(pretended: type[Pretended]) -> None:
    def gone(scenario: Scenario) -> set[str]:
        if len(scenario.exports) < 10:
            raise NeverReached("nothing that was sent got to the receiver")
        return needles(scenario)

    pretended.fails = staticmethod(gone)
    assert shrunk(hay()).stopped == "the receiver could no longer be reached"


def test_a_slow_effect_is_not_taken_for_none(pretended: type[Pretended]) -> None:
    """With short windows all seems to fail: what is left is then looked for again with those of the scenario."""
    pretended.hasty = True
    made = shrunk(hay())
    assert needles(parse_scenario(made.text, "left.yaml"))
    assert (made.after, made.sure) == (2, True)


def test_promises_about_time_are_tried_one_at_a_time(pretended: type[Pretended]) -> None:
    text = hay().text + "expect:\n  each: {status: ack, within: 1s}\n"
    pretended.fails = staticmethod(needles)
    shrunk(parse_scenario(text, "hay.yaml"))
    assert max(pretended.together) > 1
    pretended.together.clear()

    class Slow(pretended):  # type: ignore[valid-type, misc]  # a class made anew
        def _judged(self, scenario: Scenario) -> Seen:
            broken = bool(scenario.exports_by_name.get("first"))
            result = Result.FAILED if broken else Result.PASSED
            return Seen((Verdict(check="expect/each", result=result, because="slow"),), {}, 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shrinking, "Trials", Slow)
        made = shrunk(parse_scenario(text, "hay.yaml"))
    assert max(pretended.together) == 1
    assert made.check == "expect/each"


@pytest.mark.parametrize(
    ("claim", "emits"),
    [
        ("eventually: {of: one, runs: 6}", None),
        ("eventually: {runs: 6}", None),
        ("eventually: {of: one, absent: true}", ("initiated",)),
        ("invariant: ends-stay-ended", ("initiated",)),
    ],
)
def test_what_a_claim_counts_on_is_still_sent(pretended: type[Pretended], claim: str, emits: Any) -> None:
    """Without its end, no receiver would show what is claimed: the failure would be another."""
    pretended.fails = staticmethod(lambda scenario: {one.check for one in scenario.claims})
    text = f"scenario: One\nprovider: clevertap\nexports:\n  one: {{takes: 1h}}\nthen:\n  - {claim}\n"
    made = shrunk(parse_scenario(text, "one.yaml"))
    assert parse_scenario(made.text, "left.yaml").exports_by_name["one"].emits == emits


def test_time_that_is_up_in_the_first_play_leaves_the_question_open() -> None:
    made = shrink(hay(), RECEIVER, effort=Effort(within=0.0))
    assert made == Steady(plays=0, fails=2, failed={}, stopped="0 s were allowed")


def test_the_time_that_is_allowed_is_kept() -> None:
    with (
        Trials(receiver=RECEIVER, effort=Effort(within=0.0)) as trials,
        pytest.raises(Enough, match="0 s were allowed"),
    ):
        trials.play([hay(1)], short=True)


def test_no_window_is_shorter_and_slow_effects_are_waited_for_once_it_is_to_be_sure() -> None:
    windows: list[set[float]] = []

    class Watched(Trials):
        def _once(self, scenario: Scenario, *_: object, slow: float = 0.0) -> Seen:
            windows.append({*(one.window for one in scenario.claims), slow})
            return Seen((), {}, 0)

    with Watched(receiver=RECEIVER, effort=Effort(patience=7.0)) as trials:
        trials.play([hay(1)], short=True)
        trials.play([hay(1)], short=False)
    assert windows == [{SHORT, 0.0}, {7.0, limits.SLOW}]


def test_no_candidate_sends_more_than_the_best_nor_nothing_at_all(pretended: type[Pretended]) -> None:
    text = "scenario: One\nprovider: clevertap\nclock: {scale: instant}\nexports:\n  one: {fails: [1]}\n"
    pretended.fails = staticmethod(lambda scenario: {one.check for one in scenario.claims})
    made = shrunk(parse_scenario(text + "then:\n  - invariant: ends-stay-ended\n", "one.yaml"))
    assert "one: {fails: [1]}" in made.text
    assert (made.before, made.after) == (1, 1)
