"""Work-order numbers can be told over the telephone, and a slip of the tongue is noticed."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.numbers import check_character, check_number, day_of, work_order_number

serials = st.integers(min_value=1, max_value=99_999)
ALPHABET = string.digits + string.ascii_uppercase


@given(stem=st.text(alphabet=ALPHABET, min_size=1, max_size=30))
def test_the_check_character_makes_the_whole_come_to_one(stem: str) -> None:
    """ISO 7064 MOD 37,36, computed the other way round."""
    assert check_character(stem) == _by_hand(stem)


def _by_hand(stem: str) -> str:
    """Find the check character the other way round: the one that makes the whole come to 1."""
    fitting = []
    for candidate in ALPHABET:
        product = 36
        for character in stem:
            total = (product + ALPHABET.index(character)) % 36
            product = (2 * (total or 36)) % 37
        if (product + ALPHABET.index(candidate)) % 36 == 1:
            fitting.append(candidate)
    (only,) = fitting
    return only


def test_a_published_example_holds() -> None:
    """The Global Release Identifier of the recording industry uses the same check character."""
    assert check_character("A12425GABC1234002") == "M"


@given(serial=serials)
def test_every_number_checks(serial: int) -> None:
    number = work_order_number("440106", "20261123", serial)
    assert check_number(number)
    assert len(number) == 21 + (serial > 9999)


@given(
    serial=serials, place=st.integers(min_value=2, max_value=20), other=st.sampled_from(ALPHABET)
)
def test_one_wrong_character_is_noticed(serial: int, place: int, other: str) -> None:
    number = work_order_number("440106", "20261123", serial)
    wrong = number[:place] + other + number[place + 1 :]
    assert check_number(wrong) is (wrong == number)


def test_the_ten_thousandth_of_a_day_has_five_digits() -> None:
    assert work_order_number("440106", "20261123", 9999).startswith("DQ440106202611239999")
    assert work_order_number("440106", "20261123", 10000).startswith("DQ4401062026112310000")


@pytest.mark.parametrize(
    "stem",
    [
        "DQ440106202613230001",  # no thirteenth month
        "DQ440106202611230000",  # serials begin at 1
        "DQ4401062026112300001",  # five digits only when they are needed
        "DX440106202611230001",
        "DQ44010620261123001",
    ],
)
def test_what_is_no_number_is_refused(stem: str) -> None:
    assert not check_number(stem + check_character(stem))


def test_nonsense_is_refused() -> None:
    for text in ("", "DQ", "dq440106202611230001d", "工单", "DQ440106202611230001D\n"):
        assert not check_number(text)


def test_the_day_is_that_of_the_office() -> None:
    assert day_of(datetime(2026, 11, 23, 15, 59, tzinfo=UTC)) == "20261123"
    assert day_of(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == "20261124"
