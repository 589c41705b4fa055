"""The sample district as the demonstration finds it, read from its tables without any server."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from demo.cast import Cast
from domain.people import Grant, Person
from domain.rules import Rules, Terms
from importing.needs import NEED_FIELDS, NeedReader, NeedRow
from importing.people import PEOPLE_FIELDS, PeopleReader
from importing.places import Places
from importing.reading import read_table
from importing.units import UNIT_FIELDS, UnitReader
from policies import shipped_calendar, shipped_pack
from services.intake import ZONE
from tests.domain.world import uuid_of

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "tianhe"
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@cache
def rules() -> Rules:
    """Return the rules of the sample district under the demonstration's pack."""
    pack = shipped_pack("demo")
    units = UnitReader(lines=pack.lines, known=frozenset(), since=NOW, zone=ZONE).read(
        read_table(FOLDER / "units.xlsx", UNIT_FIELDS, None)
    )
    registry = {row.unit.code: row.unit for row in units.good}
    people = PeopleReader(units=frozenset(registry), since=NOW, zone=ZONE).read(
        read_table(FOLDER / "people.xlsx", PEOPLE_FIELDS, None)
    )
    known: dict[str, Person] = {}
    for row in people.good:
        person = f"person/{uuid_of(row.staff_number)}"
        earlier = known[person].grants if person in known else ()
        grant = Grant(role=row.role, unit=row.unit, since=row.since)
        known[person] = Person(id=person, name=None, grants=(*earlier, grant))
    terms = Terms(pack, pack.version, shipped_calendar(pack))
    return Rules({"demo": terms}, registry, known, default_policy="demo")


@cache
def cast() -> Cast:
    """Return the cast of the sample district."""
    return Cast(rules(), rules().under("demo").policy, NOW)


@cache
def needs() -> tuple[NeedRow, ...]:
    """Return the good rows of the sample's problem ledger."""
    reader = NeedReader(
        categories=rules().under("demo").policy.categories,
        places=Places.of(rules().units.values()),
        now=NOW,
        zone=ZONE,
    )
    return reader.read(read_table(FOLDER / "needs.xlsx", NEED_FIELDS, None)).good
