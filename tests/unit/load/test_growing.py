"""A journal that somebody else is writing is read in whole lines."""

from pathlib import Path

import pytest

from simulator.load import growing
from simulator.load.growing import piece


def test_a_growing_journal_is_told_in_whole_lines(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    assert piece(journal, 0) == b""
    journal.write_bytes(b"one\ntwo\nthr")
    assert piece(journal, 0) == b"one\ntwo\n"
    assert piece(journal, 8) == b""
    journal.write_bytes(b"one\ntwo\nthree\n")
    assert piece(journal, 8) == b"three\n"


def test_a_long_journal_is_told_in_several_pieces_and_a_long_line_in_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "MOST", 10)
    journal, told, sizes = tmp_path / "journal", b"", []
    journal.write_bytes(b"one\ntwo\nthree\n" + b"4" * 50 + b"\nfive\n")
    while part := piece(journal, len(told)):
        told += part
        sizes.append(len(part))
    assert told == journal.read_bytes()
    assert sizes == [8, 6, 51, 5]
