"""Questions about other cases are answered from the ledger, and read nothing twice."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.neighbours import RedCards
from ledger.entry import Draft
from ledger.store import Ledger, open_ledger
from tests.ledger.episodes import MONDAY, a_task, append, facts

UNITS = ("440106-MZJ", "440106-CGJ")
CAUSES = {"due": True, "raise_card": True, "due.remind_half": False}
"""Causes of supervision at level red, and which of them are a card."""


@contextmanager
def a_ledger() -> Iterator[Ledger]:
    with tempfile.TemporaryDirectory() as folder:
        opened = open_ledger(f"sqlite:///{folder}/ledger.db")
        yield opened
        opened.close()


def supervise(ledger: Ledger, unit: str, cause: str, at: datetime) -> None:
    fact = {
        "level": "RED",
        "level_before": "NONE",
        "cause": cause,
        "unit": unit,
        "reason": None,
        "due": None,
    }
    told = replace(facts("c"), drafts=(Draft("supervision_raised.v1", fact),))
    append(ledger, a_task(), 0, told, at=at)


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(UNITS),
            st.sampled_from(sorted(CAUSES)),
            st.integers(0, 2),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_red_cards_are_counted_alike_whether_asked_often_or_once(
    raised: list[tuple[str, str, int, bool]],
) -> None:
    """Cards of one instant, read half before and half after a question, are counted once each."""
    with a_ledger() as ledger:
        often, at, given_at = RedCards(ledger), MONDAY, []
        for unit, cause, minutes, asks in raised:
            at += timedelta(minutes=minutes)
            supervise(ledger, unit, cause, at)
            given_at.append((unit, CAUSES[cause], at))
            if asks:
                often.count(unit, MONDAY)
        for unit in UNITS:
            for since in (MONDAY, MONDAY + timedelta(minutes=3), at + timedelta(minutes=1)):
                expected = sum(red and who == unit and when >= since for who, red, when in given_at)
                assert often.count(unit, since) == expected
                assert RedCards(ledger).count(unit, since) == expected
