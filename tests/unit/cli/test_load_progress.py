"""What the growing journals of a load tell while it is sent."""

from pathlib import Path

from simulator.cli.load_progress import Growth
from simulator.journal import JournalWriter
from simulator.load.orders import shard_of
from simulator.model import Outcome
from tests.making import delivery, exchange


def grown(tmp_path: Path) -> tuple[Growth, JournalWriter]:
    return Growth(tmp_path, 2), JournalWriter(shard_of(tmp_path, 0), {}, str)


def add(writer: JournalWriter, outcome: Outcome = Outcome.ANSWERED, status: int = 200) -> None:
    one = delivery()
    line = writer.intent(one, 1, 0.0)
    writer.outcome(line, one, exchange(outcome=outcome, status=status), late=0.0, final=True)
    writer.flush()


def test_what_is_shown_is_what_was_seen_whatever_the_receiver_takes_for_acknowledged(tmp_path: Path) -> None:
    growth, writer = grown(tmp_path)
    add(writer, status=202)
    add(writer, status=500)
    growth.look()
    assert growth.words == "2 sent, 1 answered 2xx"


def test_what_was_answered_well_is_counted_and_what_left_is_sent(tmp_path: Path) -> None:
    growth, writer = grown(tmp_path)
    add(writer)
    add(writer, status=500)
    add(writer, Outcome.TIMEOUT_HEADERS, 0)
    add(writer, Outcome.SKIPPED, 0)
    growth.look()
    assert (growth.sent, growth.answered_well) == (3, 1)


def test_each_look_adds_what_is_new_and_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    growth, writer = grown(tmp_path)
    add(writer)
    growth.look()
    with shard_of(tmp_path, 1).open("wb") as file:
        file.write(b'{"kind":"outcome","of":2,"n":1,"outcome":"answered",')
        file.flush()
        growth.look()
        assert growth.sent == 1
        file.write(b'"status":200,"late":0.0}\n')
    add(writer)
    growth.look()
    assert (growth.sent, growth.answered_well) == (3, 3)
