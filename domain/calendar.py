"""Working days and working hours of China, from the State Council's yearly notices.

Statutory holidays and make-up days (调休上班日) are data, in the schema of holiday-cn; this file
owns the arithmetic. In a year without a notice Monday to Friday count as working days, and every
limit that touches such a year is provisional. The time zone is a fixed offset, UTC+8 by default:
China has no daylight saving time, and tzdata differs between images. Instants that would leave
the years 1 to 9999 are held at their edge, so that no input makes a rule stumble.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any

from pydantic import Field, StrictBool, StrictInt, model_validator

from domain.canonical import digest_of
from domain.values import DivisionCode, Frozen, OfficeText

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_DAY = 86_400 * _SECOND
_ORIGIN = datetime(1, 1, 1, tzinfo=UTC)  # a Monday: day number 0 of everything below
_LAST = (date.max.toordinal() - 1) * _DAY
_WALL = {"d": _DAY, "h": 60 * _MINUTE, "min": _MINUTE, "s": _SECOND}


class CalendarDay(Frozen):
    """One day that differs from its weekday, or that a notice names: off, or at work (调休)."""

    name: OfficeText
    date: date
    isOffDay: StrictBool  # noqa: N815 - holiday-cn's own name


class CalendarYear(Frozen):
    """One published year in the schema of holiday-cn; *papers* names the notice it is taken from.

    A notice may also decide the last December days of the year before. A year without any day is
    not published yet, and is refused.
    """

    year: StrictInt = Field(ge=1990, le=2999)
    papers: tuple[OfficeText, ...] = ()
    days: tuple[CalendarDay, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _without_schema_marks(cls, value: Any) -> Any:
        """Overlook `$schema` and `$id`, which files of holiday-cn carry."""
        if isinstance(value, dict):
            return {key: item for key, item in value.items() if not str(key).startswith("$")}
        return value

    @model_validator(mode="after")
    def _meets(self) -> "CalendarYear":
        """Every day belongs to the year (or to the December before) and stands once."""
        for day in self.days:
            of_december_before = (day.date.year, day.date.month) == (self.year - 1, 12)
            if day.date.year != self.year and not of_december_before:
                raise ValueError(f"{day.date} does not belong to the notice of {self.year}")
        _each_once(self.days, f"calendar year {self.year}")
        return self


class Overlay(Frozen):
    """Days on which one division differs from the country, in force from *since* until *until*.

    *until* is exclusive, None = open; every day lies within. An overlay wins over the notice.
    """

    division: DivisionCode
    name: OfficeText
    papers: tuple[OfficeText, ...] = ()
    days: tuple[CalendarDay, ...] = Field(min_length=1)
    since: date
    until: date | None = None

    @model_validator(mode="after")
    def _meets(self) -> "Overlay":
        """Every day lies within the validity and stands once."""
        for day in self.days:
            if day.date < self.since or (self.until is not None and day.date >= self.until):
                raise ValueError(f"{day.date} lies outside the validity of overlay {self.name}")
        _each_once(self.days, f"overlay {self.name}")
        return self

    def covers(self, place: str) -> bool:
        """Say whether *place*, a division code, is the overlay's division or lies in it."""
        return place.startswith(self.area)

    @property
    def area(self) -> str:
        """The digits that every division code within the overlay's division begins with."""
        code = self.division
        while len(code) in (4, 6) and code.endswith("00"):
            code = code[:-2]  # 450000 is the whole of Guangxi, 450100 the whole of Nanning
        return code


@dataclass(frozen=True)
class Limit:
    """A limit taken apart: *number* of *unit* (wd, wh, d, h, min, s)."""

    number: int
    unit: str

    @property
    def is_wall_clock(self) -> bool:
        """Say whether the limit runs on nights and days off too."""
        return self.unit in _WALL

    @property
    def wall_microseconds(self) -> int:
        """The length of a wall-clock limit."""
        return self.number * _WALL[self.unit]


@lru_cache(maxsize=4096)
def parse_limit(text: str) -> Limit:
    """Return the limit *text* (`5wd 4wh 7d 24h 30min 90s`), or raise `ValueError`."""
    found = re.fullmatch(r"([0-9]{1,5})(wd|wh|d|h|min|s)", text)
    if found is None:
        raise ValueError(f"a limit is a number and a unit, such as 5wd or 30min; found {text!r}")
    return Limit(int(found[1]), found[2])


@dataclass(frozen=True)
class WorkCalendar:
    """A calendar version that can count; made by `of`, equal when it counts alike.

    *version* names the days it counts by (working hours belong to the policy pack's version).
    All work below is in whole microseconds of local time since the first day of year 1: a day
    number is what `date.toordinal` says, less one.
    """

    version: str
    working_hours: tuple[tuple[str, str], ...]
    utc_offset_minutes: int
    last_year: int = field(compare=False)
    published: frozenset[int] = field(compare=False, repr=False)
    _spans: tuple[tuple[int, int], ...] = field(compare=False, repr=False)
    _day_length: int = field(compare=False, repr=False)
    _first: int = field(compare=False, repr=False)
    _counts: tuple[int, ...] = field(compare=False, repr=False)
    _days: tuple[int, ...] = field(compare=False, repr=False)

    @classmethod
    def of(
        cls,
        name: str,
        years: Iterable[CalendarYear],
        overlays: Iterable[Overlay] = (),
        *,
        working_hours: tuple[tuple[str, str], ...],
        utc_offset_minutes: int = 480,
    ) -> "WorkCalendar":
        """Return the calendar of *years* and *overlays*, whatever order they come in.

        About one day a later notice wins over an earlier one, an overlay over every notice, and
        among overlays the smaller division, then the one in force later. Raises `ValueError` when
        there is no year, when a year stands twice, or when working hours do not run forward.
        """
        in_order = tuple(sorted(years, key=lambda year: year.year))
        over = tuple(sorted(overlays, key=lambda one: (one.area, one.since, one.name)))
        published = frozenset(year.year for year in in_order)
        if not in_order or len(published) != len(in_order):
            raise ValueError(f"calendar {name} needs its years, each once; found {len(in_order)}")
        special = _merged(in_order) | _merged(over)
        first = min(*special, _day_number(date(in_order[0].year, 1, 1)))
        end = max(*special, _day_number(date(in_order[-1].year, 12, 31))) + 1
        works = [special.get(day, day % 7 < 5) for day in range(first, end)]
        spans = _spans_of(working_hours)
        return cls(
            version=f"{name}-{in_order[-1].year}@{_version_of(in_order, over)}",
            working_hours=tuple(working_hours),
            utc_offset_minutes=utc_offset_minutes,
            last_year=in_order[-1].year,
            published=published,
            _spans=spans,
            _day_length=sum(end_of - start for start, end_of in spans),
            _first=first,
            _counts=tuple(accumulate(works, initial=_weekdays_before(first))),
            _days=tuple(day for day, at_work in enumerate(works, first) if at_work),
        )

    def is_working_day(self, day: date) -> bool:
        """Say whether *day* is a working day; outside published years, whether it is a weekday."""
        return self._works(_day_number(day))

    def local_date(self, instant: datetime) -> date:
        """Return the day it is at *instant* where this calendar is used."""
        return date.fromordinal(min(max(self._local(instant), 0), _LAST) // _DAY + 1)

    def due(self, limit: str, counted_from: datetime, count_from: str) -> tuple[datetime, bool]:
        """Return the due instant *limit* after *counted_from* (UTC), and whether it is provisional.

        Working days end at the end of work of the last day (民法典 art. 203). `receipt_day` counts
        the day of receipt as day one when work still goes on; received at or after the end of
        work, or on a day off, day one is the next working day. `next_day` never counts the day of
        receipt (art. 201). `0wd` is the end of work of today or, when work is over, of the next
        working day. Working hours run inside working hours only, and `0wh` is now or the next
        opening. Days, hours, minutes and seconds are wall clock, never provisional.
        """
        wanted, start = parse_limit(limit), self._local(counted_from)
        if count_from not in ("receipt_day", "next_day"):
            raise ValueError(f"counting starts from receipt_day or next_day, found {count_from!r}")
        match wanted.unit:
            case "wd":
                if count_from == "next_day" and wanted.number:
                    one = self._index(start // _DAY + 1)
                else:
                    one = self._day_in_hand(start)
                end = self._end_of_work(one + max(wanted.number - 1, 0))
            case "wh":
                end = self._after(start, wanted.number * 60 * _MINUTE)
            case _:
                return self._instant(start + wanted.wall_microseconds), False
        return self._instant(end), self._is_provisional(start, end)

    def at_percent(
        self, counted_from: datetime, due: datetime, limit: str, percent: int
    ) -> datetime:
        """Return the instant at which *percent* of the time from *counted_from* to *due* is used.

        Time is working time where *limit* counts working days or hours, and wall clock otherwise.
        """
        start, end = self._local(counted_from), self._local(due)
        if parse_limit(limit).is_wall_clock:
            return self._instant(start + (end - start) * percent // 100)
        length = self._worked(end) - self._worked(start)
        if end <= start or length == 0 or percent >= 100:
            return self._instant(end)
        return self._instant(self._after(start, length * max(percent, 0) // 100))

    def before(self, instant: datetime, limit: str) -> datetime:
        """Return the instant *limit* before *instant*.

        For working days and hours an instant outside working hours is first taken back to the
        moment work last ended, so that nobody is given less than the limit says. Then `5wd` is the
        same time of day on the fifth working day before, and `4wh` the latest moment of work with
        four working hours to go.
        """
        wanted, end = parse_limit(limit), self._local(instant)
        if wanted.is_wall_clock:
            return self._instant(end - wanted.wall_microseconds)
        if wanted.unit == "wh" and wanted.number:
            worked = self._worked(end) - wanted.number * 60 * _MINUTE
            return self._instant(self._start_of(worked))
        moved = self._back_into_hours(end)
        days_back = wanted.number if wanted.unit == "wd" else 0
        day = self._nth(self._index(moved // _DAY) - days_back)
        return self._instant(day * _DAY + moved % _DAY)

    def resumed(
        self, due: datetime, paused_at: datetime, resumed_at: datetime, limit: str
    ) -> tuple[datetime, bool]:
        """Return *due* moved by a pause, and whether it is provisional.

        The time that was left at the pause is counted from the resumption: working time for
        working days and hours, wall clock otherwise. What counts working days ends at the end of
        work of the day it arrives at. A due instant that had passed at the pause stays as it was.
        """
        wanted, old = parse_limit(limit), self._local(due)
        paused, start = self._local(paused_at), self._local(resumed_at)
        if old <= paused:
            return self._instant(old), False
        if wanted.is_wall_clock:
            return self._instant(start + old - paused), False
        new = self._after(start, self._worked(old) - self._worked(paused))
        if wanted.unit == "wd":
            new = self._end_of_work(self._index(new // _DAY))
        provisional = self._is_provisional(paused, old) or self._is_provisional(start, new)
        return self._instant(new), provisional

    # Between instants and local microseconds.

    def _local(self, instant: datetime) -> int:
        passed = instant - _ORIGIN
        seconds = passed.days * 86_400 + passed.seconds + self.utc_offset_minutes * 60
        return seconds * _SECOND + passed.microseconds

    def _instant(self, local: int) -> datetime:
        utc = local - self.utc_offset_minutes * _MINUTE
        return _ORIGIN + timedelta(microseconds=min(max(utc, 0), _LAST))

    def _is_provisional(self, start: int, end: int) -> bool:
        """A count is provisional when it touches a day of a year that is not published."""
        first, last = (min(max(at, 0), _LAST) // _DAY + 1 for at in (start, end))
        years = range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
        return not self.published.issuperset(years)

    # Working days in a row: the k-th working day, and how many came before a day.

    def _index(self, day: int) -> int:
        """Return how many working days lie before *day*; for a working day, its own number."""
        at = day - self._first
        if at < 0:
            return _weekdays_before(day)
        if at < len(self._counts):
            return self._counts[at]
        end = self._first + len(self._counts) - 1
        return self._counts[-1] + _weekdays_before(day) - _weekdays_before(end)

    def _nth(self, number: int) -> int:
        """Return the working day with this number; the inverse of `_index`."""
        at = number - self._counts[0]
        if at < 0:
            return _nth_weekday(number)
        if at < len(self._days):
            return self._days[at]
        end = self._first + len(self._counts) - 1
        return _nth_weekday(number - self._counts[-1] + _weekdays_before(end))

    def _works(self, day: int) -> bool:
        return self._index(day + 1) > self._index(day)

    def _day_in_hand(self, local: int) -> int:
        """Return the number of the working day that *local* still belongs to, or of the next."""
        over = local % _DAY >= self._spans[-1][1]
        return self._index(local // _DAY + (1 if over else 0))

    def _end_of_work(self, number: int) -> int:
        return self._nth(number) * _DAY + self._spans[-1][1]

    # Working time: microseconds of work since the first working day of year 1.

    def _worked(self, local: int) -> int:
        """Return the working time that has passed at *local*; it stands still outside hours."""
        day, time = divmod(local, _DAY)
        whole = self._index(day) * self._day_length
        if not self._works(day):
            return whole
        return whole + sum(min(time, end) - start for start, end in self._spans if time > start)

    def _after(self, local: int, work: int) -> int:
        """Return the first moment of work at which *work* has been done since *local*."""
        if work <= 0:
            return self._forward_into_hours(local)
        number, rest = divmod(self._worked(local) + work - 1, self._day_length)
        rest += 1  # in (0, a day's work]: a whole day ends at its own end, not at the next opening
        for start, end in self._spans:
            if rest <= end - start:
                return self._nth(number) * _DAY + start + rest
            rest -= end - start
        raise AssertionError("a day's working hours add up to its length")

    def _start_of(self, worked: int) -> int:
        """Return the last moment of work at which *worked* has passed since year 1."""
        number, rest = divmod(worked, self._day_length)
        for start, end in self._spans:
            if rest < end - start:
                return self._nth(number) * _DAY + start + rest
            rest -= end - start
        raise AssertionError("a day's working hours add up to its length")

    def _forward_into_hours(self, local: int) -> int:
        """Return *local*, or the next opening when nobody works then."""
        day, time = divmod(local, _DAY)
        if self._works(day):
            for start, end in self._spans:
                if time <= end:
                    return day * _DAY + max(time, start)
        return self._nth(self._index(day + 1)) * _DAY + self._spans[0][0]

    def _back_into_hours(self, local: int) -> int:
        """Return *local*, or the moment work last ended when nobody works then."""
        day, time = divmod(local, _DAY)
        if self._works(day):
            for start, end in reversed(self._spans):
                if time >= start:
                    return day * _DAY + min(time, end)
        return self._end_of_work(self._index(day) - 1)


def _day_number(day: date) -> int:
    return day.toordinal() - 1


def _weekdays_before(day: int) -> int:
    return day // 7 * 5 + min(day % 7, 5)


def _nth_weekday(number: int) -> int:
    return number // 5 * 7 + number % 5


def _each_once(days: tuple[CalendarDay, ...], where: str) -> None:
    seen: set[date] = set()
    for day in days:
        if day.date in seen:
            raise ValueError(f"{day.date} stands twice in {where}")
        seen.add(day.date)


def _merged(sources: Iterable[CalendarYear | Overlay]) -> dict[int, bool]:
    """Return which special days are worked; the later source has the last word about a day."""
    return {_day_number(day.date): not day.isOffDay for source in sources for day in source.days}


def _version_of(years: tuple[CalendarYear, ...], overlays: tuple[Overlay, ...]) -> str:
    """Return 12 hexadecimal digits that stand for exactly these years and overlays."""

    def content(source: CalendarYear | Overlay) -> dict[str, Any]:
        dumped = source.model_dump(mode="json")
        return dumped | {"days": sorted(dumped["days"], key=lambda day: str(day["date"]))}

    used = {"years": [content(one) for one in years], "overlays": [content(o) for o in overlays]}
    return digest_of(used)[:12]


def _spans_of(working_hours: tuple[tuple[str, str], ...]) -> tuple[tuple[int, int], ...]:
    times = [moment for span in working_hours for moment in span]
    if not times or times != sorted(set(times)):
        raise ValueError(f"working hours must run forward and not overlap; found {working_hours}")
    spans = [tuple(_time_of_day(moment) for moment in span) for span in working_hours]
    return tuple((start, end) for start, end in spans)


def _time_of_day(text: str) -> int:
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", text)
    if found is None:
        raise ValueError(f"a time of day is written as 09:00, found {text!r}")
    return (int(found[1]) * 60 + int(found[2])) * _MINUTE
