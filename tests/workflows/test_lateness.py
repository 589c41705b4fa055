"""Clocks nobody waits for ring late, each case at an instant of its own; the others on time."""

from datetime import UTC, datetime, timedelta

from tests.domain.world import uuid_of
from workflows.lateness import lateness
from workflows.ports import LATENESS_MAX, NextClock

DUE = datetime(2026, 9, 10, 2, 30, tzinfo=UTC)
QUARTER_BEFORE = DUE - timedelta(days=92)
PROGRAMMES = [f"programme/{uuid_of(f'programme {number}')}" for number in range(200)]


def rung_at(stream: str, name: str, now: datetime = QUARTER_BEFORE) -> datetime:
    return DUE + lateness(stream, NextClock(name=name, due=DUE), now)


def test_quarters_are_frozen_in_the_night_after_and_not_all_at_once() -> None:
    """One to five o'clock in China is 17 to 21 in UTC."""
    rung = [rung_at(one, "progress") for one in PROGRAMMES]
    assert min(rung) >= datetime(2026, 9, 10, 17, tzinfo=UTC)
    assert max(rung) < datetime(2026, 9, 10, 21, tzinfo=UTC)
    assert len(set(rung)) > 190


def test_the_same_case_is_rung_at_the_same_instant() -> None:
    """Whenever its clerk began to wait, as long as there was time enough."""
    later = QUARTER_BEFORE + timedelta(days=30)
    for one in PROGRAMMES[:20]:
        assert rung_at(one, "progress") == rung_at(one, "progress", later)


def test_a_short_limit_stays_short() -> None:
    now = DUE - timedelta(seconds=20)
    assert all(rung_at(one, "progress", now) <= DUE + timedelta(seconds=1) for one in PROGRAMMES)
    assert rung_at(PROGRAMMES[0], "progress", DUE + timedelta(days=1)) == DUE


def test_what_others_wait_for_is_rung_on_time() -> None:
    assert rung_at(PROGRAMMES[0], "build_end") == DUE
    assert rung_at(f"task/{uuid_of('a task')}", "progress") == DUE


def test_archives_are_spread_over_an_hour() -> None:
    rung = {rung_at(one, "archive") for one in PROGRAMMES}
    assert min(rung) >= DUE
    assert max(rung) < DUE + LATENESS_MAX
    assert len(rung) > 150
