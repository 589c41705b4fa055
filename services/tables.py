"""The tables that offices send in: what each has for columns, and what takes it in.

They are called after the section of the command line that reads them.
"""

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from desk.casework import Who
from desk.gateway import Gateway
from domain.people import Role
from domain.refusals import CommandRefused
from importing.facilities import FACILITY_FIELDS, SITE_FIELDS
from importing.findings import FINDING_FIELDS
from importing.needs import NEED_FIELDS
from importing.people import PEOPLE_FIELDS
from importing.providers import PROVIDER_FIELDS
from importing.tables import Field, Table
from importing.units import UNIT_FIELDS
from services.facility_intake import take_facilities, take_sites
from services.finding_intake import take_findings
from services.intake import EnteredBy, Intake, Taking
from services.need_intake import take_needs
from services.provider_intake import take_providers
from services.roster_intake import take_people, take_units

Take = Callable[[Gateway, Table, str, Taking, EnteredBy], Coroutine[Any, Any, Intake]]
"""Takes a table in, under a name, in somebody's name."""

Fields = Sequence[Field]


class TableKind(NamedTuple):
    """One kind of table: the case and the command of its rows, and how it may be laid out."""

    category: str
    command: str
    layouts: tuple[tuple[Fields, Take], ...]


async def _people(
    gateway: Gateway, table: Table, name: str, taking: Taking, who: EnteredBy
) -> Intake:
    return await take_people(gateway, table, name, _named(who), taking)


async def _units(
    gateway: Gateway, table: Table, name: str, taking: Taking, who: EnteredBy
) -> Intake:
    return await take_units(gateway, table, name, _named(who), taking)


def _named(who: EnteredBy) -> Who:
    """Return who enters the registry: somebody always says so."""
    assert who.by is not None, "a registrar enters units and people"
    role = who.by.get("role")
    return Who(
        who.by["person"],
        who.door.channel,
        who.by.get("unit"),
        None if role is None else Role(role),
        who.door.known,
        who.door.session,
    )


TABLES = {
    "need": TableKind("task", "register_task", ((NEED_FIELDS, take_needs),)),
    "unit": TableKind("unit", "register_unit", ((PEOPLE_FIELDS, _people), (UNIT_FIELDS, _units))),
    "finding": TableKind("finding", "record_finding", ((FINDING_FIELDS, take_findings),)),
    "site": TableKind("site", "register_site", ((SITE_FIELDS, take_sites),)),
    "facility": TableKind("facility", "propose_facility", ((FACILITY_FIELDS, take_facilities),)),
    "provider": TableKind("provider", "apply_for_admission", ((PROVIDER_FIELDS, take_providers),)),
}
"""Every table that is taken in row by row; of several layouts the headings tell which it is."""

_OTHERWISE = frozenset({"column-missing", "headings-missing", "mapping-unknown-field"})
"""Why a table is not of one layout, and may be of the next."""


def laid_out(kind: TableKind, read: Callable[[Fields], Table]) -> tuple[Table, Take]:
    """Return the table as its headings say it is, and what takes it in; raise `CommandRefused`.

    *read* reads it with the columns of one layout.
    """
    last = len(kind.layouts) - 1
    for at, (fields, take) in enumerate(kind.layouts):
        try:
            return read(fields), take
        except CommandRefused as refused:
            if at == last or refused.rule not in _OTHERWISE:
                raise
    raise AssertionError("a table has a layout")


async def take_file(
    gateway: Gateway, kind: TableKind, file: Path, taking: Taking, who: EnteredBy
) -> Intake:
    """Take the table *file* in, and hand back what was not taken in a file beside it."""
    table, take = laid_out(kind, lambda fields: taking.table_of(file, fields))
    intake = await take(gateway, table, str(file), taking, who)
    intake.refused.sort(key=lambda bad: bad.row.key)
    intake.write_bad_rows(table, taking.bad_rows)
    return intake
