"""Working days are the State Council's, and a limit ends when people think it ends."""

from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar
import pytest
from pydantic import ValidationError

from domain.calendar import CalendarDay, CalendarYear, Overlay, WorkCalendar, parse_limit
from domain.canonical import canonical
from domain.clocks import Deadline
from policies import shipped_years

BEIJING = timezone(timedelta(hours=8))
HOURS = (("09:00", "12:00"), ("13:00", "17:00"))
YEARS = shipped_years("CN")
CN = WorkCalendar.of("CN", YEARS, working_hours=HOURS)


def at(text: str) -> datetime:
    """Return the instant of the local time *text*, such as `2026-09-24 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def due(limit: str, start: str, count_from: str = "next_day", calendar: WorkCalendar = CN) -> str:
    """Return the local time at which *limit* from *start* ends."""
    instant, _ = calendar.due(limit, at(start), count_from)
    return local(instant)


def local(instant: datetime) -> str:
    return instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def off(day: str, name: str = "地方假日") -> CalendarDay:
    return CalendarDay(name=name, date=date.fromisoformat(day), isOffDay=True)


def at_work(day: str, name: str = "调休") -> CalendarDay:
    return CalendarDay(name=name, date=date.fromisoformat(day), isOffDay=False)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_agrees_with_an_independent_calendar(year: int) -> None:
    """`chinesecalendar` is kept by other hands from the same notices."""
    differing = [
        day for day in days_of(year) if CN.is_working_day(day) != chinese_calendar.is_workday(day)
    ]
    assert differing == []


@pytest.mark.parametrize("year", YEARS, ids=lambda year: str(year.year))
def test_every_shipped_day_bears_its_holidays_name(year: CalendarYear) -> None:
    """A day off or a make-up day stands under the festival of the notice, in Chinese."""
    chinese = {
        "New Year's Day": "元旦",
        "Spring Festival": "春节",
        "Tomb-sweeping Day": "清明节",
        "Labour Day": "劳动节",
        "Dragon Boat Festival": "端午节",
        "Mid-autumn Festival": "中秋节",
        "National Day": "国庆节",
    }
    shipped = {day.date: day for day in year.days}
    for day in days_of(year.year):
        is_off, name = chinese_calendar.get_holiday_detail(day)
        if name is None:
            assert day not in shipped
        else:
            assert shipped[day].isOffDay is is_off
            assert chinese[name] in shipped[day].name


@pytest.mark.parametrize(("year", "working_days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_its_known_number_of_working_days(year: int, working_days: int) -> None:
    assert sum(CN.is_working_day(day) for day in days_of(year)) == working_days


@pytest.mark.parametrize("day", ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"])
def test_the_make_up_days_of_2026_are_weekends_at_work(day: str) -> None:
    weekend = date.fromisoformat(f"2026-{day}")
    assert weekend.weekday() >= 5
    assert CN.is_working_day(weekend)


def test_each_shipped_year_names_its_notice() -> None:
    numbers = {
        2024: "国办发明电〔2023〕7号",
        2025: "国办发明电〔2024〕12号",
        2026: "国办发明电〔2025〕7号",
    }
    for year in YEARS:
        assert any(numbers[year.year] in paper for paper in year.papers)


@pytest.mark.parametrize(
    ("start", "limit", "last_day"),
    [
        ("2026-09-24", "5wd", "2026-10-09"),
        ("2026-02-13", "5wd", "2026-02-27"),
        ("2026-09-30", "2wd", "2026-10-09"),
    ],
)
def test_working_days_pass_over_the_golden_weeks(start: str, limit: str, last_day: str) -> None:
    """The three vectors of the specification, counted from the next day."""
    assert due(limit, f"{start} 10:00") == f"{last_day} 17:00"


@pytest.mark.parametrize(
    ("received", "first_day"),
    [
        ("2026-11-23 07:30", "2026-11-23"),  # before work begins
        ("2026-11-23 09:00", "2026-11-23"),
        ("2026-11-23 12:30", "2026-11-23"),  # over lunch
        ("2026-11-23 16:59", "2026-11-23"),
        ("2026-11-23 17:00", "2026-11-24"),  # work is over
        ("2026-11-27 23:00", "2026-11-30"),  # Friday night
        ("2026-11-28 10:00", "2026-11-30"),  # Saturday
        ("2026-10-10 10:00", "2026-10-10"),  # a Saturday at work
    ],
)
def test_the_day_of_receipt_counts_while_work_goes_on(received: str, first_day: str) -> None:
    assert due("1wd", received, "receipt_day") == f"{first_day} 17:00"


@pytest.mark.parametrize(
    ("received", "first_day"),
    [
        ("2026-11-23 07:30", "2026-11-24"),
        ("2026-11-23 17:00", "2026-11-24"),
        ("2026-11-27 16:00", "2026-11-30"),
        ("2026-11-28 10:00", "2026-11-30"),
    ],
)
def test_counting_from_the_next_day_leaves_the_day_of_receipt_out(
    received: str, first_day: str
) -> None:
    assert due("1wd", received, "next_day") == f"{first_day} 17:00"


@pytest.mark.parametrize("count_from", ["receipt_day", "next_day"])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-23 10:00", "2026-11-23 17:00"),
        ("2026-11-23 17:00", "2026-11-24 17:00"),
        ("2026-11-28 10:00", "2026-11-30 17:00"),
    ],
)
def test_no_working_days_means_by_the_end_of_work(start: str, end: str, count_from: str) -> None:
    assert due("0wd", start, count_from) == end


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2026-11-23 09:00", "2wh", "2026-11-23 11:00"),
        ("2026-11-23 11:00", "2wh", "2026-11-23 14:00"),
        ("2026-11-23 10:00", "2wh", "2026-11-23 12:00"),  # ends with the morning, not after lunch
        ("2026-11-23 12:30", "1wh", "2026-11-23 14:00"),
        ("2026-11-23 16:00", "4wh", "2026-11-24 12:00"),
        ("2026-11-27 18:00", "1wh", "2026-11-30 10:00"),
        ("2026-09-30 16:00", "2wh", "2026-10-08 10:00"),
        ("2026-11-23 09:30", "7wh", "2026-11-24 09:30"),
        ("2026-11-23 12:30", "0wh", "2026-11-23 13:00"),
        ("2026-11-23 10:30", "0wh", "2026-11-23 10:30"),
        ("2026-11-23 12:00", "0wh", "2026-11-23 12:00"),
    ],
)
def test_working_hours_run_inside_working_hours_only(start: str, limit: str, end: str) -> None:
    assert due(limit, start) == end


@pytest.mark.parametrize(
    ("limit", "end"),
    [
        ("7d", "2026-10-06 23:30"),
        ("24h", "2026-09-30 23:30"),
        ("30min", "2026-09-30 00:00"),
        ("0s", "2026-09-29 23:30"),
    ],
)
def test_days_hours_minutes_and_seconds_are_wall_clock(limit: str, end: str) -> None:
    assert due(limit, "2026-09-29 23:30") == end


def test_due_instants_are_utc() -> None:
    """Instants are stored in UTC, whatever offset they were told in."""
    instant, _ = CN.due("1wd", at("2026-11-23 10:00"), "next_day")
    assert instant == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert instant.tzinfo is UTC


def test_microseconds_are_kept() -> None:
    start = at("2026-11-23 16:59:59.999999")
    instant, _ = CN.due("1wh", start, "next_day")
    assert local(instant) == "2026-11-24 09:59"
    assert instant.microsecond == 999_999


@pytest.mark.parametrize(
    ("start", "limit", "provisional"),
    [
        ("2026-12-30 10:00", "1wd", False),
        ("2026-12-30 10:00", "2wd", True),
        ("2026-12-31 18:00", "0wd", True),
        ("2026-12-31 16:00", "1wh", False),
        ("2026-12-31 16:30", "1wh", True),
        ("2027-03-01 10:00", "1wd", True),  # begins beyond the published years
        ("2026-12-30 10:00", "30d", False),  # a wall clock needs no notice
    ],
)
def test_a_count_into_an_unpublished_year_is_provisional(
    start: str, limit: str, provisional: bool
) -> None:
    assert CN.due(limit, at(start), "next_day")[1] is provisional


def test_a_year_missing_between_two_published_ones_is_unpublished_too() -> None:
    """2025 may still be published, and its Spring Festival would move the due day."""
    gap = WorkCalendar.of("CN", (YEARS[0], YEARS[2]), working_hours=HOURS)
    guessed, provisional = gap.due("1wd", at("2025-01-27 10:00"), "next_day")
    assert (local(guessed), provisional) == ("2025-01-28 17:00", True)
    known, certain = CN.due("1wd", at("2025-01-27 10:00"), "next_day")
    assert (local(known), certain) == ("2025-02-05 17:00", False)


def test_publishing_the_next_year_makes_a_deadline_certain() -> None:
    """Old and new value differ, and so do the calendars that produced them."""
    year = CalendarYear(
        year=2027, days=(off("2027-01-01", "元旦"), off("2027-01-02"), at_work("2027-01-03"))
    )
    later = WorkCalendar.of("CN", (*YEARS, year), working_hours=HOURS)
    before, was_provisional = CN.due("1wd", at("2026-12-31 10:00"), "next_day")
    after, is_provisional = later.due("1wd", at("2026-12-31 10:00"), "next_day")
    assert (local(before), was_provisional) == ("2027-01-01 17:00", True)
    assert (local(after), is_provisional) == ("2027-01-03 17:00", False)
    assert (CN.last_year, later.last_year) == (2026, 2027)
    assert CN.version != later.version


def test_outside_published_years_monday_to_friday_are_working_days() -> None:
    assert CN.is_working_day(date(2019, 10, 1))  # a Tuesday
    assert not CN.is_working_day(date(2033, 1, 1))  # a Saturday
    assert due("5wd", "2033-01-03 10:00") == "2033-01-10 17:00"
    assert due("5wd", "2019-09-30 10:00") == "2019-10-07 17:00"


def test_a_notice_may_decide_the_last_days_of_the_december_before() -> None:
    """As the notice for 2019 did with 2018-12-29 and 12-31."""
    year = CalendarYear(
        year=2019, days=(at_work("2018-12-29"), off("2018-12-31"), off("2019-01-01"))
    )
    calendar = WorkCalendar.of("CN", (year,), working_hours=HOURS)
    assert calendar.is_working_day(date(2018, 12, 29))
    assert not calendar.is_working_day(date(2018, 12, 31))
    assert due("1wd", "2018-12-29 10:00", calendar=calendar) == "2019-01-02 17:00"


def test_an_overlay_changes_the_days_of_its_division() -> None:
    """壮族三月三 is a day off in Guangxi and nowhere else."""
    festival = Overlay(
        division="450000",
        name="壮族三月三",
        days=(off("2026-04-20"), off("2026-04-21")),
        since=date(2026, 1, 1),
        until=date(2027, 1, 1),
    )
    guangxi = WorkCalendar.of("CN", YEARS, (festival,), working_hours=HOURS)
    assert due("1wd", "2026-04-17 10:00", calendar=guangxi) == "2026-04-22 17:00"
    assert due("1wd", "2026-04-17 10:00") == "2026-04-20 17:00"
    assert guangxi.version != CN.version
    assert festival.covers("450102003")
    assert not festival.covers("440106003")


def test_an_overlay_wins_over_the_notice() -> None:
    relief = Overlay(
        division="440106", name="抢险", days=(at_work("2026-10-01"),), since=date(2026, 9, 1)
    )
    calendar = WorkCalendar.of("CN", YEARS, (relief,), working_hours=HOURS)
    assert calendar.is_working_day(date(2026, 10, 1))
    assert not CN.is_working_day(date(2026, 10, 1))


def test_the_smaller_division_has_the_last_word() -> None:
    """Even when the larger one spoke later."""

    def overlay(division: str, day: CalendarDay, since: date) -> Overlay:
        return Overlay(division=division, name="台风", days=(day,), since=since)

    city = overlay("440100", off("2026-09-23"), date(2026, 9, 20))
    district = overlay("440106", at_work("2026-09-23"), date(2026, 9, 1))
    for order in ((city, district), (district, city)):
        calendar = WorkCalendar.of("CN", YEARS, order, working_hours=HOURS)
        assert calendar.is_working_day(date(2026, 9, 23))


def test_a_version_names_the_days_and_nothing_else() -> None:
    """Order does not matter, working hours belong to the pack, one changed day does matter."""
    reordered = WorkCalendar.of("CN", reversed(YEARS), working_hours=(("08:30", "17:30"),))
    assert reordered.version == CN.version
    assert CN.version.startswith("CN-2026@")
    changed = YEARS[2].model_copy(update={"days": YEARS[2].days[1:]})
    other = WorkCalendar.of("CN", (*YEARS[:2], changed), working_hours=HOURS)
    assert other.version != CN.version


def test_a_version_can_stand_in_a_deadline() -> None:
    start = at("2026-11-23 10:00")
    deadline = Deadline(
        due=CN.due("5wd", start, "next_day")[0],
        counted_from=start,
        limit="5wd",
        count_from="next_day",
        calendar=CN.version,
        policy="gd-2022@000000000000",
    )
    assert deadline.calendar == CN.version


def test_calendars_that_count_alike_are_equal() -> None:
    assert WorkCalendar.of("CN", YEARS, working_hours=HOURS) == CN
    assert WorkCalendar.of("CN", YEARS, working_hours=(("09:00", "17:00"),)) != CN


@pytest.mark.parametrize(
    ("limit", "percent", "expected"),
    [
        ("2wd", 50, "2026-11-24 13:30"),
        ("2wd", 100, "2026-11-25 17:00"),
        ("48h", 50, "2026-11-24 09:00"),
    ],
)
def test_a_share_of_a_limit_is_measured_in_its_own_time(
    limit: str, percent: int, expected: str
) -> None:
    """From Monday 9:00, two working days end on Wednesday: 21 working hours, half is 10.5."""
    start = at("2026-11-23 09:00")
    end, _ = CN.due(limit, start, "next_day")
    assert local(CN.at_percent(start, end, limit, percent)) == expected


@pytest.mark.parametrize(
    ("instant", "limit", "expected"),
    [
        ("2026-10-09 17:00", "1wd", "2026-10-08 17:00"),
        ("2026-10-08 17:00", "1wd", "2026-09-30 17:00"),  # over National Day
        ("2026-11-24 10:30", "1wd", "2026-11-23 10:30"),
        ("2026-11-24 12:30", "1wd", "2026-11-23 12:00"),  # over lunch: the morning's end
        ("2026-11-24 07:00", "1wd", "2026-11-20 17:00"),  # before work: Monday's end, less a day
        ("2026-11-28 10:00", "0wd", "2026-11-27 17:00"),
        ("2026-11-24 10:00", "4wh", "2026-11-23 14:00"),
        ("2026-11-24 10:00", "1wh", "2026-11-24 09:00"),
        ("2026-11-24 14:00", "1wh", "2026-11-24 13:00"),  # not 12:00: nobody works over lunch
        ("2026-11-24 07:00", "0wh", "2026-11-23 17:00"),
        ("2026-11-24 10:00", "24h", "2026-11-23 10:00"),
    ],
)
def test_before_goes_back_to_the_same_time_of_a_working_day(
    instant: str, limit: str, expected: str
) -> None:
    assert local(CN.before(at(instant), limit)) == expected


@pytest.mark.parametrize(
    ("limit", "end", "paused", "resumed", "expected"),
    [
        # two working days and six hours were left; they end with the day they reach
        ("5wd", "2026-11-25 17:00", "2026-11-23 10:00", "2026-11-26 11:00", "2026-12-01 17:00"),
        # paused and resumed at the same time of the day: nothing but days was lost
        ("5wd", "2026-11-25 17:00", "2026-11-23 10:00", "2026-11-26 10:00", "2026-11-30 17:00"),
        # over a weekend no working time passes
        ("5wd", "2026-12-02 17:00", "2026-11-27 18:00", "2026-11-29 18:00", "2026-12-02 17:00"),
        ("8wh", "2026-11-24 11:00", "2026-11-23 16:00", "2026-11-25 09:00", "2026-11-25 12:00"),
        ("48h", "2026-11-25 10:00", "2026-11-24 10:00", "2026-11-28 03:00", "2026-11-29 03:00"),
        # what had passed at the pause stays passed
        ("1wd", "2026-11-20 17:00", "2026-11-23 10:00", "2026-11-26 11:00", "2026-11-20 17:00"),
        ("1wd", "2026-11-20 17:00", "2026-11-20 17:00", "2026-11-26 11:00", "2026-11-20 17:00"),
    ],
)
def test_a_pause_gives_back_what_was_left(
    limit: str, end: str, paused: str, resumed: str, expected: str
) -> None:
    moved, provisional = CN.resumed(at(end), at(paused), at(resumed), limit)
    assert (local(moved), provisional) == (expected, False)


def test_a_pause_that_ends_in_an_unpublished_year_is_provisional() -> None:
    end, paused = at("2026-11-25 17:00"), at("2026-11-23 10:00")
    assert CN.resumed(end, paused, at("2026-12-30 10:00"), "5wd")[1]
    assert CN.resumed(end, paused, at("2027-02-01 10:00"), "5wd")[1]
    assert not CN.resumed(end, paused, at("2027-02-01 10:00"), "48h")[1]


def test_a_pause_measured_in_an_unpublished_year_is_provisional() -> None:
    """What was left at the pause was counted over a year that may still be published."""
    gap = WorkCalendar.of("CN", (YEARS[0], YEARS[2]), working_hours=HOURS)
    end, paused, resumed = at("2025-02-10 17:00"), at("2024-12-20 10:00"), at("2026-06-01 10:00")
    assert gap.resumed(end, paused, resumed, "40wd")[1]
    assert not CN.resumed(end, paused, resumed, "40wd")[1]


def test_a_local_day_begins_at_midnight_of_the_place() -> None:
    assert CN.local_date(datetime(2026, 11, 22, 16, tzinfo=UTC)) == date(2026, 11, 23)
    assert CN.local_date(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "instant", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
@pytest.mark.parametrize("limit", ["99999wd", "99999wh", "99999d"])
def test_the_edges_of_time_do_not_break_a_rule(instant: datetime, limit: str) -> None:
    """A person may write the year 9999; a decider must still answer with a rule."""
    assert CN.due(limit, instant, "next_day")[0].tzinfo is UTC
    assert CN.before(instant, limit).tzinfo is UTC
    assert CN.resumed(instant, at("2026-11-23 10:00"), instant, limit)[0].tzinfo is UTC
    assert CN.at_percent(at("2026-11-23 10:00"), instant, limit, 50).tzinfo is UTC
    assert CN.local_date(instant).year in (1, 9999)


@pytest.mark.parametrize("text", ["", "5", "wd", "5 wd", "-1wd", "5wk", "100000s", "５wd", "1.5h"])
def test_a_limit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a limit is a number and a unit"):
        parse_limit(text)


def test_counting_from_elsewhere_is_refused() -> None:
    with pytest.raises(ValueError, match="receipt_day or next_day"):
        CN.due("1wd", at("2026-11-23 10:00"), "yesterday")


def test_a_calendar_without_years_or_with_one_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="each once"):
        WorkCalendar.of("CN", (), working_hours=HOURS)
    with pytest.raises(ValueError, match="each once"):
        WorkCalendar.of("CN", (YEARS[0], YEARS[0]), working_hours=HOURS)


@pytest.mark.parametrize(
    "hours", [(), (("09:00", "09:00"),), (("13:00", "17:00"), ("09:00", "12:00")), (("9", "17"),)]
)
def test_working_hours_that_do_not_run_forward_are_refused(
    hours: tuple[tuple[str, str], ...],
) -> None:
    with pytest.raises(ValueError, match=r"working hours|time of day"):
        WorkCalendar.of("CN", YEARS, working_hours=hours)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"year": 2027, "days": []}, "at least 1 item"),
        (
            {"year": 2027, "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": True}]},
            "2027",
        ),
        (
            {"year": 2027, "days": [{"name": "元旦", "date": "2027-02-30", "isOffDay": True}]},
            "date",
        ),
        (
            {"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": "no"}]},
            "bool",
        ),
        ({"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01"}]}, "isOffDay"),
        ({"year": 2027, "days": [], "color": "red"}, "color"),
        (
            {
                "year": 2027,
                "days": [
                    {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
                    {"name": "元旦", "date": "2027-01-01", "isOffDay": False},
                ],
            },
            "twice",
        ),
    ],
)
def test_a_wrong_year_is_refused_with_its_reason(
    content: dict[str, object], complaint: str
) -> None:
    """An empty year, as published before the notice, would pass for a year without holidays."""
    with pytest.raises(ValidationError, match=complaint):
        CalendarYear.model_validate(content)


def test_a_file_of_holiday_cn_is_read_as_it_stands() -> None:
    year = CalendarYear.model_validate(
        {
            "$schema": "schema.json",
            "$id": "2027.json",
            "year": 2027,
            "papers": [],
            "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}],
        }
    )
    assert canonical(year.model_dump(mode="json"))
    assert CalendarYear.model_validate(year.model_dump(mode="json")) == year


def test_an_overlay_keeps_to_its_validity() -> None:
    with pytest.raises(ValidationError, match="outside the validity"):
        Overlay(division="450000", name="三月三", days=(off("2026-04-20"),), since=date(2026, 5, 1))
