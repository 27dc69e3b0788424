"""How credentials are made wrong: each in one way, never by accident right."""

from base64 import b64decode, b64encode
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.faults.credentials import authorization

TOKEN = "Bearer mF_9.B5f-4.1JqM"
BASIC = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
PLAIN = "s3cr3t-Token"
WRONG = ["wrong", "prefix", "suffix", "other-case", "decoded-case", "other-user"]


def one(right: str | None, how: str, seed: int = 1) -> str:
    (value,) = authorization(right, how, Random(seed))
    return value


def decoded(value: str) -> str:
    return b64decode(value.removeprefix("Basic "), validate=True).decode()


def test_right_is_what_is_configured_and_nothing_where_nothing_is() -> None:
    assert authorization(TOKEN, "right", Random(1)) == (TOKEN,)
    assert authorization(None, "right", Random(1)) == ()


@pytest.mark.parametrize("right", [TOKEN, None])
def test_absent_is_no_header_and_empty_is_one_without_a_value(right: str | None) -> None:
    assert authorization(right, "absent", Random(1)) == ()
    assert authorization(right, "empty", Random(1)) == ("",)


@pytest.mark.parametrize("right", [TOKEN, PLAIN, BASIC])
def test_wrong_is_as_long_and_differs_not_only_in_case(right: str) -> None:
    wrong = one(right, "wrong")
    assert len(wrong) == len(right)
    assert wrong.casefold() != right.casefold()
    assert wrong.partition(" ")[0] == right.partition(" ")[0] or right == PLAIN


def test_wrong_basic_credentials_decode_to_the_same_user_with_another_password() -> None:
    user, _, password = decoded(one(BASIC, "wrong")).partition(":")
    assert user == "Aladdin"
    assert len(password) == len("open sesame")
    assert password != "open sesame"


@pytest.mark.parametrize(
    ("right", "short"),
    [(TOKEN, "Bearer mF_9.B5f-4.1Jq"), (PLAIN, "s3cr3t-Toke"), ("Bearer abc==", "Bearer ab"), ("Bearer a", "Bearer")],
)
def test_a_prefix_lacks_its_last_letter_and_its_padding(right: str, short: str) -> None:
    assert one(right, "prefix") == short
    assert right.startswith(short)


def test_a_prefix_of_basic_credentials_still_decodes() -> None:
    assert decoded(one(BASIC, "prefix")) == "Aladdin:open sesam"


@pytest.mark.parametrize("right", [TOKEN, PLAIN])
def test_a_suffix_begins_with_the_right_value(right: str) -> None:
    assert one(right, "suffix").startswith(right)
    assert len(one(right, "suffix")) == len(right) + 3


def test_a_suffix_of_basic_credentials_still_decodes() -> None:
    assert decoded(one(BASIC, "suffix")).startswith("Aladdin:open sesame")
    assert one(BASIC, "suffix") != BASIC


def test_other_case_swaps_the_letters_and_leaves_the_scheme() -> None:
    assert one(TOKEN, "other-case") == "Bearer Mf_9.b5F-4.1jQm"
    assert one(BASIC, "other-case") == "Basic qwXHzgrPBJPVCgvUihnLC2fTzq=="
    assert one(PLAIN, "other-case") == "S3CR3T-tOKEN"


def test_decoded_case_swaps_the_letters_of_the_password_that_basic_credentials_stand_for() -> None:
    assert decoded(one(BASIC, "decoded-case")) == "Aladdin:OPEN SESAME"
    assert one(BASIC, "decoded-case").startswith("Basic ")


@pytest.mark.parametrize("right", [TOKEN, PLAIN, "Basic QWxhZGRpbjoxMjM0", "Basic QWxhZGRpbjo=", "Basic abc"])
def test_decoded_case_is_other_case_where_no_password_has_letters(right: str) -> None:
    assert one(right, "decoded-case") == one(right, "other-case")


def test_the_same_password_in_another_encoding_is_no_other_case() -> None:
    loose = "Basic QWxhZGRpbjoxMjP="  # its last bits mean nothing: decoded as QWxhZGRpbjoxMjM= is
    assert one(loose, "decoded-case") == one(loose, "other-case")


def test_another_user_has_the_right_password_and_a_name_as_long() -> None:
    user, _, password = decoded(one(BASIC, "other-user")).partition(":")
    assert password == "open sesame"
    assert len(user) == len("Aladdin")
    assert user.casefold() != "aladdin"


def test_another_user_keeps_the_scheme_as_it_is_written() -> None:
    assert one(BASIC.replace("Basic", "basic"), "other-user").startswith("basic ")


def test_another_user_comes_without_a_password_where_the_user_is_all_there_is() -> None:
    user, colon, password = decoded(one("Basic QWxhZGRpbjo=", "other-user")).partition(":")
    assert (colon, password) == (":", "")
    assert user != "Aladdin"


@pytest.mark.parametrize(
    "right", [TOKEN, PLAIN, "Bearer " + BASIC[6:], "Basic OnNlY3JldA==", "Basic QWJj", "Basic abc"]
)
def test_where_there_is_no_user_another_user_is_a_wrong_value(right: str) -> None:
    assert one(right, "other-user") == one(right, "wrong")
    assert one(right, "other-user") != right


def test_a_value_without_letters_has_no_other_case() -> None:
    with pytest.raises(ValueError, match="nothing to make other-case of"):
        authorization("Bearer 12345", "other-case", Random(1))


def test_twice_is_the_right_one_and_then_a_wrong_one() -> None:
    first, second = authorization(TOKEN, "twice", Random(1))
    assert first == TOKEN
    assert second != TOKEN
    assert len(second) == len(TOKEN)


def test_twice_wrong_first_is_a_wrong_one_and_then_the_right_one() -> None:
    first, second = authorization(TOKEN, "twice-wrong-first", Random(1))
    assert (second, len(first)) == (TOKEN, len(TOKEN))
    assert first != TOKEN


@pytest.mark.parametrize("how", WRONG)
def test_without_a_configured_value_a_made_up_bearer_token_is_sent(how: str) -> None:
    assert one(None, how).startswith("Bearer ")
    assert len(one(None, how)) > len("Bearer ")


@pytest.mark.parametrize("how", [*WRONG, "twice", "twice-wrong-first"])
def test_the_dice_alone_decide(how: str) -> None:
    assert authorization(TOKEN, how, Random(7)) == authorization(TOKEN, how, Random(7))


def test_other_dice_make_another_wrong_value() -> None:
    assert one(TOKEN, "wrong", 1) != one(TOKEN, "wrong", 2)


@given(
    scheme=st.sampled_from(["", "Bearer ", "Basic ", "Token "]),
    secret=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1),
    encode=st.booleans(),
    how=st.sampled_from(WRONG),
    seed=st.integers(),
)
def test_whatever_is_configured_a_wrong_value_is_never_the_right_one(
    scheme: str, secret: str, encode: bool, how: str, seed: int
) -> None:
    right = scheme + (b64encode(f"user:{secret}".encode()).decode() if encode else secret)
    cased = right.removeprefix(scheme)
    if how.endswith("-case") and cased == cased.swapcase():
        with pytest.raises(ValueError, match=f"nothing to make {how} of"):
            one(right, how, seed)
        return
    made = one(right, how, seed)
    assert made != right
    if scheme == "Basic " and encode and not how.endswith("-case"):
        assert decoded(made) != decoded(right)
