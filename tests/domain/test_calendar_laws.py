"""Laws of counting, for any calendar, any moment and any limit."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import CalendarDay, CalendarYear, WorkCalendar
from policies import shipped_years

MORNING_AND_AFTERNOON = (("09:00", "12:00"), ("13:00", "17:00"))
HOURS = (
    MORNING_AND_AFTERNOON,
    (("08:30", "17:30"),),
    (("00:00", "23:59"),),
    (("08:00", "11:45"), ("14:30", "17:30"), ("19:00", "20:15")),
)
SHIPPED = tuple(
    WorkCalendar.of("CN", shipped_years("CN"), working_hours=hours, utc_offset_minutes=offset)
    for hours, offset in zip(HOURS, (480, 480, 0, -330), strict=True)
)


@st.composite
def invented_calendars(draw: st.DrawFn) -> WorkCalendar:
    """Calendars no State Council would publish: any day off or at work, years missing between."""
    years = []
    for number in sorted(draw(st.sets(st.sampled_from([2024, 2025, 2026, 2027]), min_size=1))):
        within = st.dates(date(number, 1, 1), date(number, 12, 31))
        days = draw(st.dictionaries(within, st.booleans(), min_size=1, max_size=40))
        years.append(
            CalendarYear(
                year=number,
                days=tuple(
                    CalendarDay(name="假日", date=day, isOffDay=is_off)
                    for day, is_off in days.items()
                ),
            )
        )
    return WorkCalendar.of("CN", years, working_hours=draw(st.sampled_from(HOURS)))


calendars = st.sampled_from(SHIPPED) | invented_calendars()
instants = st.datetimes(datetime(2023, 11, 1), datetime(2028, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001
numbers = st.integers(0, 60)
working_units = st.sampled_from(["wd", "wh"])
units = st.sampled_from(["wd", "wh", "d", "h", "min", "s"])
count_froms = st.sampled_from(["receipt_day", "next_day"])


def local(calendar: WorkCalendar, instant: datetime) -> datetime:
    return instant + timedelta(minutes=calendar.utc_offset_minutes)


def is_in_hours(calendar: WorkCalendar, instant: datetime) -> bool:
    """Say whether somebody works at *instant*; both ends of a span count as work."""
    there = local(calendar, instant)
    time = timedelta(
        hours=there.hour,
        minutes=there.minute,
        seconds=there.second,
        microseconds=there.microsecond,
    )
    return calendar.is_working_day(there.date()) and any(
        clock(start) <= time <= clock(end) for start, end in calendar.working_hours
    )


def clock(text: str) -> timedelta:
    return timedelta(hours=int(text[:2]), minutes=int(text[3:]))


def worked(calendar: WorkCalendar, start: datetime, end: datetime) -> timedelta:
    """Add up the working time between two instants, day by day: the slow way."""
    first, last = local(calendar, start), local(calendar, end)
    total, day = timedelta(0), first.date()
    while day <= last.date():
        if calendar.is_working_day(day):
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            for opens, closes in calendar.working_hours:
                begin = max(midnight + clock(opens), first)
                total += max(min(midnight + clock(closes), last) - begin, timedelta(0))
        day += timedelta(1)
    return total


@given(calendars, instants, numbers, count_froms)
def test_working_days_are_counted_one_by_one(
    calendar: WorkCalendar, start: datetime, number: int, count_from: str
) -> None:
    """Walking day by day comes to the day the arithmetic names, at the end of work."""
    closing = clock(calendar.working_hours[-1][1])
    there = local(calendar, start)
    day = there.date()
    is_over = there - datetime(day.year, day.month, day.day, tzinfo=UTC) >= closing
    if is_over or (count_from == "next_day" and number):
        day += timedelta(1)
    left = max(number, 1)
    while True:
        left -= calendar.is_working_day(day)
        if left == 0:
            break
        day += timedelta(1)
    end, _ = calendar.due(f"{number}wd", start, count_from)
    assert local(calendar, end) == datetime(day.year, day.month, day.day, tzinfo=UTC) + closing


@given(calendars, instants, numbers)
def test_working_hours_hold_exactly_their_working_time(
    calendar: WorkCalendar, start: datetime, number: int
) -> None:
    end, _ = calendar.due(f"{number}wh", start, "next_day")
    assert worked(calendar, start, end) == timedelta(hours=number)


@given(calendars, instants, instants, numbers, units, count_froms)
def test_who_starts_later_is_never_due_earlier(
    calendar: WorkCalendar, one: datetime, other: datetime, number: int, unit: str, count_from: str
) -> None:
    earlier, later = sorted((one, other))
    limit = f"{number}{unit}"
    assert calendar.due(limit, earlier, count_from)[0] <= calendar.due(limit, later, count_from)[0]


@given(calendars, instants, numbers, units, count_froms)
def test_a_longer_limit_never_ends_earlier(
    calendar: WorkCalendar, start: datetime, number: int, unit: str, count_from: str
) -> None:
    shorter, was_provisional = calendar.due(f"{number}{unit}", start, count_from)
    longer, is_provisional = calendar.due(f"{number + 1}{unit}", start, count_from)
    assert start <= shorter <= longer
    assert is_provisional or not was_provisional


@given(calendars, instants, numbers, working_units, count_froms)
def test_a_working_limit_ends_while_people_work(
    calendar: WorkCalendar, start: datetime, number: int, unit: str, count_from: str
) -> None:
    end, _ = calendar.due(f"{number}{unit}", start, count_from)
    assert is_in_hours(calendar, end)


@given(calendars, instants, numbers)
def test_the_next_day_never_counts_less_than_the_day_of_receipt(
    calendar: WorkCalendar, start: datetime, number: int
) -> None:
    by_receipt, _ = calendar.due(f"{number}wd", start, "receipt_day")
    by_next, _ = calendar.due(f"{number}wd", start, "next_day")
    assert by_receipt <= by_next <= calendar.due(f"{number + 1}wd", start, "receipt_day")[0]


@given(calendars, instants, numbers, units, count_froms)
def test_a_deadline_is_provisional_exactly_when_it_touches_an_unpublished_year(
    calendar: WorkCalendar, start: datetime, number: int, unit: str, count_from: str
) -> None:
    end, provisional = calendar.due(f"{number}{unit}", start, count_from)
    first, last = local(calendar, start).year, local(calendar, end).year
    touched = set(range(first, last + 1)) <= calendar.published
    assert provisional is (unit in ("wd", "wh") and not touched)


@given(calendars, instants, st.integers(0, 60), st.integers(1, 60), count_froms)
def test_before_undoes_working_days(
    calendar: WorkCalendar, start: datetime, to_end: int, back: int, count_from: str
) -> None:
    """The end of work some days back is as far from the end as the limit says."""
    end, _ = calendar.due(f"{to_end}wd", start, count_from)
    earlier = calendar.before(end, f"{back}wd")
    assert calendar.due(f"{back}wd", earlier, count_from)[0] == end


@given(calendars, instants, numbers, numbers)
def test_before_undoes_working_hours(
    calendar: WorkCalendar, start: datetime, to_end: int, back: int
) -> None:
    end, _ = calendar.due(f"{to_end}wh", start, "next_day")
    earlier = calendar.before(end, f"{back}wh")
    assert worked(calendar, earlier, end) == timedelta(hours=back)


@given(calendars, instants, instants, numbers, units)
def test_before_lies_before_and_keeps_the_order(
    calendar: WorkCalendar, one: datetime, other: datetime, number: int, unit: str
) -> None:
    limit = f"{number}{unit}"
    earlier, later = sorted((one, other))
    assert calendar.before(earlier, limit) <= earlier
    assert calendar.before(earlier, limit) <= calendar.before(later, limit)
    if unit in ("wd", "wh"):
        assert is_in_hours(calendar, calendar.before(one, limit))


@given(calendars, instants, numbers, units, count_froms, st.lists(st.integers(0, 100), min_size=2))
def test_shares_of_a_limit_rise_from_its_start_to_its_end(
    calendar: WorkCalendar,
    start: datetime,
    number: int,
    unit: str,
    count_from: str,
    percents: list[int],
) -> None:
    limit = f"{number}{unit}"
    end, _ = calendar.due(limit, start, count_from)
    moments = [calendar.at_percent(start, end, limit, percent) for percent in sorted(percents)]
    assert moments == sorted(moments)
    assert start <= moments[0]
    assert moments[-1] <= end
    assert calendar.at_percent(start, end, limit, 100) == end


@given(calendars, instants, st.integers(1, 60), working_units, st.integers(1, 99))
def test_a_share_holds_its_share_of_the_working_time(
    calendar: WorkCalendar, start: datetime, number: int, unit: str, percent: int
) -> None:
    limit = f"{number}{unit}"
    end, _ = calendar.due(limit, start, "next_day")
    moment = calendar.at_percent(start, end, limit, percent)
    assert worked(calendar, start, moment) == worked(calendar, start, end) * percent // 100


@given(calendars, instants, numbers, units, count_froms, st.integers(0, 100))
def test_a_pause_of_no_length_changes_nothing(
    calendar: WorkCalendar, start: datetime, number: int, unit: str, count_from: str, percent: int
) -> None:
    limit = f"{number}{unit}"
    end, _ = calendar.due(limit, start, count_from)
    moment = start + (end - start) * percent // 100
    assert calendar.resumed(end, moment, moment, limit)[0] == end


@given(calendars, instants, st.integers(1, 60), units, instants)
def test_a_pause_gives_back_at_least_what_was_left(
    calendar: WorkCalendar, start: datetime, number: int, unit: str, resumed_at: datetime
) -> None:
    limit = f"{number}{unit}"
    end, _ = calendar.due(limit, start, "next_day")
    moved, _ = calendar.resumed(end, start, resumed_at, limit)
    if unit in ("wd", "wh"):
        left, given_back = worked(calendar, start, end), worked(calendar, resumed_at, moved)
        assert given_back >= left
        assert unit == "wd" or given_back == left
    else:
        assert moved - resumed_at == end - start


@given(calendars, instants, instants, instants, units)
def test_who_resumes_later_is_never_due_earlier(
    calendar: WorkCalendar, end: datetime, one: datetime, other: datetime, unit: str
) -> None:
    earlier, later = sorted((one, other))
    paused = end - timedelta(days=3)
    limit = f"9{unit}"
    assert (
        calendar.resumed(end, paused, earlier, limit)[0]
        <= calendar.resumed(end, paused, later, limit)[0]
    )
