import sys
import unicodedata
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.shown import as_text, block, cut, line, lines

HOSTILE = "a\x1b[31m\x07\x9b\u202e\u2066\u200b\u200d\ufeff\U000e0041\x00\x7f\x85\u2028\ud800\uffff\xad"


def is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_no_control_format_or_surrogate_character_of_all_unicode_gets_through() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert [hex(ord(one)) for one in line(every) if is_hidden(one)] == []


def test_what_unicode_lets_a_display_leave_out_is_written_out() -> None:
    assert line("\u034f\u115f\u3164\ufe0f\uffa0") == r"\u034f\u115f\u3164\ufe0f\uffa0"


def test_hostile_characters_are_written_out() -> None:
    assert line(HOSTILE) == (
        r"a\x1b[31m\x07\x9b\u202e\u2066\u200b\u200d\ufeff\U000e0041\x00\x7f\x85\u2028\ud800\uffff\xad"
    )


def test_letters_of_every_script_stay_as_they_are() -> None:
    text = "Ünï ☃ 数据 ข้อมูล 😀 निर्यात « » – €"
    assert line(text) == text


@given(st.text(st.characters()))
def test_nothing_is_left_that_a_terminal_or_xml_would_choke_on(text: str) -> None:
    safe = block(text)
    assert not any(is_hidden(one) for one in safe.replace("\n", ""))
    safe.encode()
    fromstring(f"<a>{safe.replace('&', '&amp;').replace('<', '&lt;')}</a>")  # our own output is what is tested


@given(st.text(st.characters()))
def test_a_safe_line_stays_the_same_when_made_safe_again(text: str) -> None:
    assert line(line(text)) == line(text)


@pytest.mark.parametrize(
    "order",
    ["::error::x", "  ::error::x", "\u00a0::stop-commands::x", "##[error]x", "a ##vso[task.x]y", "##teamcity[x]"],
)
def test_an_order_to_a_build_server_loses_its_power(order: str) -> None:
    safe = line(order)
    assert not safe.lstrip().startswith("::")
    assert "##[" not in safe
    assert "##vso[" not in safe
    assert "##teamcity[" not in safe


def test_what_only_looks_like_an_order_stays() -> None:
    assert line("std::vector ## heading") == "std::vector ## heading"


def test_lines_end_at_line_feeds_only() -> None:
    assert lines("a\r\nb\nc\rd\u2028e\x0bf\tg") == ["a", "b", r"c\rd\u2028e\x0bf    g"]


def test_bytes_that_are_no_text_are_shown_in_base64() -> None:
    assert as_text("ü".encode()) == "ü"
    assert as_text(b"\xff" * 1000).startswith("(1,000 bytes that are not UTF-8, in base64) /////")


def test_a_cut_text_says_how_long_it_was() -> None:
    assert cut("x" * 10, 10) == "x" * 10
    assert cut("x" * 1_000_000, 3) == "xxx... (cut: 3 of 1,000,000 characters)"
