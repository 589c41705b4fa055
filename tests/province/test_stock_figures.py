"""What stood at the month's end: the problem ledger of a city, in its statement."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.reading import open_reader
from audit.replay.stated import STATED, definitions, meaning_of, stated
from domain.statements import due_of, end_of
from tests.domain.world import uuid_of
from tests.journeys.district import BUREAU
from tests.province.stage import IN_NOVEMBER, IN_OCTOBER, OCTOBER, CityHome, Clock, a_city


@pytest.fixture
def city(tmp_path: Path) -> Iterator[CityHome]:
    clock = Clock(IN_OCTOBER)
    with a_city(tmp_path / "gz", "广州市", "gz.example.org/log", clock) as found:
        yield found


def finding(city: CityHome, number: int) -> str:
    """Have a finding of the check-up recorded."""
    stream = f"finding/{uuid_of(f'finding {number}')}"
    city.town.ask(
        stream,
        "record_finding",
        "dispatcher",
        level="HOME",
        place="440106003001",
        indicator="HOME_AGEING",
        value=3 + number,
        evidence="体检现场记录",
        found_at=IN_OCTOBER.astimezone(UTC).isoformat(),
        source="CHECKUP",
    )
    return stream


def counted(city: CityHome, month: str = OCTOBER) -> dict[str, tuple[int, int, int]]:
    with open_reader(city.settings.ledger_url) as reader:
        return {
            one.code: (one.numerator, one.denominator, one.excluded)
            for one in stated(reader, month, reader.head())
        }


def test_a_finding_counts_in_the_month_at_whose_end_it_stood_so(city: CityHome) -> None:
    """One is adopted with a day that passes in October, one in December, one merely recorded."""
    clock = city.books.ledger.clock
    assert isinstance(clock, Clock)
    past, ahead = finding(city, 1), finding(city, 2)
    finding(city, 3)
    for stream, due in ((past, 5), (ahead, 60)):
        day = (IN_OCTOBER + timedelta(days=due)).astimezone(UTC).isoformat()
        city.town.ask(stream, "adopt_finding", "dispatcher", lead=BUREAU, target_date=day)
    clock.now = IN_NOVEMBER
    finding(city, 4)
    october = counted(city)
    assert october["findings_struck_off@1"] == (0, 3, 0)
    assert october["findings_overdue@1"] == (1, 2, 0)
    assert counted(city, "2026-09")["findings_struck_off@1"] == (0, 0, 0)
    said = {one.code: one.denominator for one in city.publish().figures}
    assert said["findings_struck_off@1"] == 3  # published in November, counted at October's end


def test_the_last_instant_of_a_month_is_the_moment_before_the_next() -> None:
    assert end_of("2026-12") == datetime(2026, 12, 31, 15, 59, 59, 999999, tzinfo=UTC)
    assert due_of("2026-12", 1) - end_of("2026-12") == timedelta(days=1, microseconds=1)


def test_every_stated_figure_has_one_definition_that_says_what_it_means() -> None:
    """A kind of case adds its figures with one entry; no code may mean two things."""
    codes = [code for source in STATED for code in source.definitions]
    assert len(codes) == len(set(codes))
    for code, one in definitions().items():
        assert one.metric == code
        assert "@" in code
        assert "÷" in meaning_of(one)
        assert len(meaning_of(one)) <= 1000
        assert "\n" not in meaning_of(one)
