"""The hands of the story's clock."""

from simulator.console.hands import Hands

GOING = Hands(story=1000.0, wall=50.0, scale=60.0)


def test_the_story_passes_at_its_scale() -> None:
    assert GOING.at(52.0) == 1120.0


def test_a_held_story_stands() -> None:
    assert GOING.set(52.0, held=True).at(99.0) == 1120.0


def test_the_story_goes_on_where_it_was_held() -> None:
    held = GOING.set(52.0, held=True)
    assert held.set(99.0, held=False).at(100.0) == 1180.0


def test_a_new_scale_counts_from_now_on() -> None:
    assert GOING.set(52.0, scale=1.0).at(53.0) == 1121.0


def test_the_story_never_goes_back_when_the_wall_does() -> None:
    assert GOING.at(10.0) == 1000.0


def test_the_wall_moment_of_a_story_moment_is_known_while_the_story_goes() -> None:
    assert GOING.reaches(1120.0) == 52.0
    assert GOING.reaches(900.0) == 50.0
    assert GOING.set(52.0, held=True).reaches(2000.0) is None


def test_a_moved_story_keeps_its_pace() -> None:
    moved = GOING.moved(5000.0, 60.0)
    assert (moved.at(60.0), moved.at(61.0)) == (5000.0, 5060.0)
