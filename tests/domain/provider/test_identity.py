"""A body is who its credit code says: the check character of GB 32100-2015, and its one case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.provider.identity import (
    ALPHABET,
    check_character,
    checks,
    provider_stream,
    team_stream,
)
from domain.values import STREAM

PUBLIC = (
    "91440300708461136T",
    "9144030071526726XG",
    "914403001922038216",
    "91110108551385082Q",
    "91330100799655058B",
)
"""Codes of large firms as they print them on their own pages."""

bodies = st.text(ALPHABET, min_size=17, max_size=17)


@pytest.mark.parametrize("code", PUBLIC)
def test_public_codes_check(code: str) -> None:
    assert checks(code)


def test_the_alphabet_has_no_letter_that_looks_like_another() -> None:
    assert len(ALPHABET) == 31
    assert not set("IOSVZ") & set(ALPHABET)


@given(bodies, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_slip_is_caught(body: str, place: int, slip: str) -> None:
    """31 is a prime and no weight is a multiple of it: one wrong character always shows."""
    code = f"{body}{check_character(body)}"
    assert checks(code)
    wrong = f"{code[:place]}{slip}{code[place + 1 :]}"
    assert checks(wrong) is (wrong == code)


@given(bodies, st.integers(0, 15))
def test_two_neighbours_that_changed_places_are_caught(body: str, place: int) -> None:
    code = f"{body}{check_character(body)}"
    swapped = f"{code[:place]}{code[place + 1]}{code[place]}{code[place + 2 :]}"
    assert checks(swapped) is (swapped == code)


@pytest.mark.parametrize("letter", "IOSVZ")
def test_a_foreign_letter_never_checks(letter: str) -> None:
    assert check_character(f"91440106{letter}ADEUP001"[:17]) is None
    assert not checks(f"91440106{letter}ADEUP0010"[:18])


@given(bodies, bodies)
def test_one_body_is_one_case(one: str, other: str) -> None:
    assert STREAM.fullmatch(provider_stream(one))
    assert (provider_stream(one) == provider_stream(other)) is (one == other)
    assert provider_stream(one) != team_stream(one)
