"""What is left of a scenario document when something is left out, and when there is less of something."""

from typing import Any

from simulator.documents import parse
from simulator.exploring import pieces
from simulator.exploring.draft import Draft, Target, changed, normal, renamed, shorter_names, without

TEXT = """\
scenario: Much
provider: clevertap
seed: 3
clock: {start: "2026-01-05T00:00:00Z", scale: instant}
exports:
  fleet: {count: 5, frequency: every 4 hours, runs: 3}
  alone: {id: 7, takes: 7m13s}
timeline:
  of-fleet: {event: completed, export: fleet-4, run: 3, set: {Type: Events, Status: X}, valid: false}
  of-alone: {event: completed, export: alone, repeat: {count: 9, spacing: 1m}}
expect:
  each: {status: ack}
  of-fleet: {status: refused}
  fleet.completed: {status: ack, within: 2s}
then:
  - eventually: {of: fleet, run: 3, status: Completed, within: 9s}
  - invariant: ends-stay-ended
    of: alone
  - eventually: {of: alone, status: Completed, effects: 1}
"""
LAST = Target(place=2)


def draft(target: Target = LAST) -> Draft:
    return Draft(normal(parse(TEXT, "mine.yaml", "scenario").value), target)


def left(pieces_: Any, target: Target = LAST) -> Draft:
    made = without(draft(target), pieces_)
    assert made is not None
    return made


def test_what_fixes_ids_is_gone_from_the_start() -> None:
    assert "seed" not in draft().document
    assert draft().exports["alone"] == {"takes": "7m13s"}


def test_a_check_is_found_again_by_its_place() -> None:
    assert Target.of("then/3-eventually") == LAST
    assert Target.of("expect/fleet.completed") == Target(name="fleet.completed")
    assert LAST.is_of("then/3-eventually")
    assert not LAST.is_of("then/2-ends-stay-ended")


def test_with_an_export_goes_all_that_speaks_of_it() -> None:
    made = left([(("exports", "fleet"),)])
    assert set(made.exports) == {"alone"}
    assert set(made.steps) == {"of-alone"}
    assert made.document["expect"] == {"each": {"status": "ack"}}
    assert made.target == Target(place=1)
    assert made.claims[1]["eventually"]["of"] == "alone"


def test_with_a_step_goes_what_is_expected_of_it() -> None:
    assert set(left([(("timeline", "of-fleet"),)]).document["expect"]) == {"each", "fleet.completed"}


def test_what_is_broken_is_never_left_out() -> None:
    assert without(draft(), [(("exports", "alone"),)]) is None
    assert without(draft(), [(("then", 2),)]) is None
    assert without(draft(Target(name="of-fleet")), [(("timeline", "of-fleet"),)]) is None
    everything = [(("then", 2, "eventually", key),) for key in ("of", "status", "effects", "within")]
    assert without(draft(), everything) is None


def test_what_is_empty_afterwards_is_gone() -> None:
    made = left([*pieces.other_promises(draft()), (("timeline", "of-fleet"),), (("timeline", "of-alone"),)])
    assert "timeline" not in made.document
    assert "expect" not in made.document
    assert made.target == Target(place=0)
    assert left([(("exports", "alone", "takes"),)]).document["exports"]["alone"] == {}


def test_fewer_of_a_kind_leave_out_what_spoke_of_the_others() -> None:
    made = changed(draft(), ("exports", "fleet", "count"), 2)
    assert made is not None
    assert set(made.steps) == {"of-alone"}
    fewer = changed(draft(), ("exports", "fleet", "runs"), 2)
    assert fewer is not None
    assert set(fewer.steps) == {"of-alone"}
    assert [next(iter(claim)) for claim in fewer.claims] == ["invariant", "eventually"]
    assert changed(draft(Target(place=0)), ("exports", "fleet", "runs"), 2) is None


def test_the_only_one_left_of_several_is_called_by_their_name() -> None:
    document = draft().document
    document["timeline"]["of-fleet"]["export"] = "fleet-1"
    made = changed(Draft(document, LAST), ("exports", "fleet", "count"), 1)
    assert made is not None
    assert made.steps["of-fleet"]["export"] == "fleet"


def test_the_draft_itself_stays_as_it_was() -> None:
    first = draft()
    before = str(first.document)
    without(first, pieces.units(first)[:1])
    changed(first, ("exports", "fleet", "count"), 1)
    renamed(first, {"alone": "a"})
    assert str(first.document) == before


def test_names_are_changed_wherever_they_stand() -> None:
    made = renamed(draft(Target(name="fleet.completed")), {"fleet": "f", "of-fleet": "s"})
    assert made.steps["s"]["export"] == "f-4"
    assert set(made.document["expect"]) == {"each", "s", "f.completed"}
    assert made.claims[0]["eventually"]["of"] == "f"
    assert made.target.name == "f.completed"


def test_only_long_names_are_shortened() -> None:
    assert shorter_names(draft()) is None
    made = shorter_names(renamed(draft(), {"alone": "an-export-with-a-name", "of-alone": "a-step-with-a-name"}))
    assert made is not None
    assert set(made.exports) == {"fleet", "a"}
    assert set(made.steps) == {"of-fleet", "s"}


def test_details_are_all_that_has_a_default_and_is_not_counted_on() -> None:
    paths = {path for piece in pieces.details(draft()) for path in piece}
    assert {("exports", "alone", "takes"), ("timeline", "of-fleet", "set", "Type"), ("clock", "start")} <= paths
    assert {("then", 2, "eventually", "status"), ("timeline", "of-alone", "repeat", "spacing")} <= paths
    assert not paths & {("then", 0, "eventually", "within"), ("timeline", "of-alone", "event"), ("clock", "scale")}
    assert (("timeline", "of-fleet", "set"), ("timeline", "of-fleet", "valid")) in pieces.details(draft())


def test_numbers_come_with_the_largest_first() -> None:
    assert [number for _, number in pieces.numbers(draft())] == [9, 5, 3]


def test_only_times_that_are_not_round_are_made_so() -> None:
    assert pieces.times(draft()) == [(("exports", "alone", "takes"), ["1s", "1m"])]
