"""The province's month: how each city's statement stands, the sums, and the comparison.

A rate of the province is the sum of what cities counted above the line over the sum of what they
counted below it. Rates are never averaged, and a city that means something else by a figure than
the others is shown apart and not added.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.replay.figures import percent
from audit.replay.stated import definitions, meaning_of
from domain.province.standing import Alarm, CityMonth, expected, month_of
from domain.province.words import StatementStanding
from domain.statements import CHINA, StatedFigure
from services.province import Known

COUNTED = frozenset({StatementStanding.ON_TIME, StatementStanding.LATE})


@dataclass(frozen=True)
class CityRow:
    """One city's month."""

    known: Known
    month: CityMonth

    @property
    def name(self) -> str:
        """What the city is called."""
        return self.known.city.name

    @property
    def figures(self) -> tuple[StatedFigure, ...]:
        """What counts of the city: the figures of the statement in force."""
        counts = self.month.standing in COUNTED and self.month.held is not None
        return self.month.held.figures if counts and self.month.held else ()

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The alarms that nobody has settled."""
        return tuple(one for one in self.known.city.alarms if one.settled is None)


@dataclass(frozen=True)
class Share:
    """What one city adds to a figure; *apart* where it means something else by it."""

    city: str
    figure: StatedFigure
    apart: bool

    @property
    def percent(self) -> str | None:
        """The city's own rate."""
        return percent(self.figure.numerator, self.figure.denominator)


@dataclass(frozen=True)
class Total:
    """One figure over all cities that mean the same by it."""

    code: str
    name: tuple[str, str]
    meaning: str
    numerator: int
    denominator: int
    excluded: int
    shares: tuple[Share, ...]

    @property
    def percent(self) -> str | None:
        """The province's rate: sums over sums."""
        return percent(self.numerator, self.denominator)

    @property
    def apart(self) -> tuple[str, ...]:
        """The cities that mean something else by the figure."""
        return tuple(one.city for one in self.shares if one.apart)


@dataclass(frozen=True)
class ProvinceMonth:
    """One month of all cities; *standings* counts how their statements stand."""

    month: str
    rows: tuple[CityRow, ...]
    totals: tuple[Total, ...]
    standings: dict[StatementStanding, int]

    def of(self, standing: StatementStanding) -> tuple[str, ...]:
        """Return the cities whose statement stands so."""
        return tuple(row.name for row in self.rows if row.month.standing is standing)


def roll_up(cities: Iterable[Known], month: str, day: int, at: datetime) -> ProvinceMonth:
    """Return *month* as it stands at *at*, statements being due on *day* of the month after."""
    rows = tuple(
        CityRow(one, month_of(one.city, month, day, at))
        for one in cities
        if expected(one.city, month, at)
    )
    counted = Counter(row.month.standing for row in rows)
    return ProvinceMonth(
        month, rows, tuple(_totals(rows)), {one: counted[one] for one in StatementStanding}
    )


def last_month(at: datetime) -> str:
    """Return the newest month that is over at *at*."""
    now = at.astimezone(CHINA)
    return f"{now.year - 1}-12" if now.month == 1 else f"{now.year}-{now.month - 1:02}"


def months(cities: Sequence[Known], at: datetime) -> list[str]:
    """Return every month from the first one expected of a city up to the newest that is over."""
    last = last_month(at)
    since = min((one.city.since for one in cities), default=last)
    since = min([since, *(held.month for one in cities for held in one.city.statements)])
    year, number = map(int, last.split("-"))
    found: list[str] = []
    while (month := f"{year}-{number:02}") >= since and len(found) < 120:
        found.append(month)
        year, number = (year - 1, 12) if number == 1 else (year, number - 1)
    return found


def _totals(rows: Sequence[CityRow]) -> Iterable[Total]:
    known = definitions()
    stated: dict[str, list[tuple[str, StatedFigure]]] = {code: [] for code in known}
    for row in rows:
        for figure in row.figures:
            stated.setdefault(figure.code, []).append((row.name, figure))
    for code, found in stated.items():
        if not found:
            continue
        meant = meaning_of(known[code]) if code in known else found[0][1].meaning
        shares = tuple(Share(city, one, one.meaning != meant) for city, one in found)
        added = [one.figure for one in shares if not one.apart]
        yield Total(
            code,
            (known[code].zh, known[code].en) if code in known else (code, code),
            meant,
            sum(one.numerator for one in added),
            sum(one.denominator for one in added),
            sum(one.excluded for one in added),
            shares,
        )
