"""Take the lists of units and people in: what is new is registered, what changed is corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from desk.casework import Who
from desk.gateway import Gateway
from desk.orders import Door, Order
from desk.sealing import person_numbered
from domain.people import Channel
from domain.refusals import CommandRefused
from domain.sealed import Sealed
from domain.units import Unit
from domain.values import instant_text
from importing.people import PEOPLE_FIELDS, PeopleReader, PersonRow
from importing.tables import Problem, Row, Table
from importing.units import UNIT_FIELDS, UnitReader, UnitRow
from services.intake import UNPROVEN, ZONE, Intake, Taking, differs, of_refusal, rules_of


async def take_units(
    gateway: Gateway, table: Table, name: str, by: Who, taking: Taking | None = None
) -> Intake:
    """Register the units of *table*, parents first; tell or record what changed in known ones."""
    taking = taking or Taking()
    rules = rules_of(gateway)
    reader = UnitReader(
        lines=rules.under(None).policy.lines,
        known=frozenset(rules.units),
        since=datetime.now(UTC),
        zone=ZONE,
    )
    rows = reader.read(table)
    intake = Intake(name, refused=list(rows.bad), unread=table.unread, dry=taking.dry)
    entering = Entering(gateway, by, intake, taking)
    for row in taking.progress(rows.good, "导入单位"):
        stands = rules.units.get(row.unit.code)
        if stands is None:
            # A parent that stands further up in this table is not in the registry yet.
            known = row.unit.parent is None or row.unit.parent in rules.units
            await entering.enter(row.row, *unit_entry(row), decide=known)
            continue
        changed = changes_of(row, stands)
        named = [UNIT_COLUMNS.get(field, field) for field in changed]
        what = f"单位 {stands.code}"
        problem = differs(row.row, UNIT_FIELDS, named, what) if changed else None
        await entering.correct(row.row, f"unit/{stands.code}", "change_unit", changed, problem)
    return intake


UNIT_COLUMNS = {"unit_kind": "kind"}
"""Columns of a list of units that are called otherwise in the command."""


def changes_of(row: UnitRow, stands: Unit) -> dict[str, Any]:
    """Return what *row* says otherwise than the registry, as a change would give it.

    What a row leaves empty it does not say.
    """
    said = {
        "name": row.unit.name,
        "unit_kind": row.unit.kind.value,
        "division": row.unit.division,
        "line": row.unit.line,
        "parent": row.unit.parent,
    }
    before = {
        "name": stands.name,
        "unit_kind": stands.kind.value,
        "division": stands.division,
        "line": stands.line,
        "parent": stands.parent,
    }
    changed: dict[str, Any] = {
        name: value for name, value in said.items() if value and value != before[name]
    }
    if row.since_said and row.unit.since != stands.since:
        changed["since"] = instant_text(row.unit.since)
    return changed


async def take_people(
    gateway: Gateway, table: Table, name: str, by: Who, taking: Taking | None = None
) -> Intake:
    """Register the people of *table* and the roles they hold; tell or record who changed."""
    taking = taking or Taking()
    rules = rules_of(gateway)
    reader = PeopleReader(units=frozenset(rules.units), since=datetime.now(UTC), zone=ZONE)
    rows = reader.read(table)
    intake = Intake(name, refused=list(rows.bad), unread=table.unread, dry=taking.dry)
    entering = Entering(gateway, by, intake, taking)
    for row in taking.progress(rows.good, "导入人员"):
        stream, (register, grant) = person_entries(gateway, row)
        known = rules.people.get(stream)
        if known is None:
            await entering.enter(row.row, stream, [register, grant], decide=False)
            continue
        changed = person_changes(gateway, stream, row)
        problem = differs(row.row, PEOPLE_FIELDS, list(changed), f"工号 {row.staff_number}")
        granted = [one for one in known.grants if (one.role, one.unit) == (row.role, row.unit)]
        standing = [one for one in granted if one.until is None or one.until > datetime.now(UTC)]
        if granted and not standing:
            intake.hand_back(row.row, role_ended(row))
        elif changed:
            await entering.correct(row.row, stream, "change_person", changed, problem)
        elif standing:
            intake.repeated += 1
        else:
            await entering.enter(row.row, stream, [grant])
    return intake


def person_changes(gateway: Gateway, stream: str, row: PersonRow) -> dict[str, Any]:
    """Return the name and number that *row* says otherwise than the record."""
    stands: dict[str, str | None] = {}
    for entry in gateway.books.ledger.read(stream):
        for name in ("name", "phone"):
            if sealed := entry.fact.get(name):
                plain = gateway.books.vault.open(Sealed.model_validate(sealed))
                stands[name] = None if plain is None else plain.decode("utf-8")
    said = {"name": row.name, "phone": row.phone}
    return {name: value for name, value in said.items() if value and value != stands.get(name)}


def since_fixed(row: Row) -> Problem:
    """Return the problem of a unit that would have begun at another time: facts build on it."""
    return row.problem(
        "since",
        "since-fixed",
        "启用日期已经入账，不能更改；请照登记的日期填写或留空。",
        "Since when the unit exists is on record and does not change; write it so, or leave it "
        "empty.",
    )


def role_ended(row: PersonRow) -> Problem:
    """Return the problem of a role that was taken back: a list is no new grant."""
    return row.row.problem(
        "role",
        "role-ended",
        "该角色已收回或到期；如需重新授予，请用 jiedui person grant。",
        "The role was taken back or has ended; grant it anew with jiedui person grant.",
    )


@dataclass(frozen=True)
class Entering:
    """Gives the commands of rows in the name of *by*, or only decides them on a dry run."""

    gateway: Gateway
    by: Who
    intake: Intake
    taking: Taking

    async def enter(
        self,
        row: Row,
        stream: str,
        commands: Sequence[tuple[str, dict[str, Any]]],
        *,
        decide: bool = True,
    ) -> None:
        """Have *commands*, each with its command id, recorded; note what became of the row.

        On a dry run they are decided, unless what they build on is not on record yet.
        """
        giver = {"person": self.by.person, "unit": self.by.unit, "role": self.by.role}
        orders = [
            Order.model_validate(
                {"stream": stream, "command_id": command_id, "by": giver, "command": command}
            )
            for command_id, command in commands
        ]
        door = Door(Channel.IMPORT, self.by.known or UNPROVEN.known, self.by.session)
        if not self.taking.dry:
            self.intake.note(row, await self.gateway.submit_batch(orders, door))
            return
        try:
            for order in orders if decide else ():
                await self.gateway.would(order, door)
            self.intake.recorded += 1
        except CommandRefused as refusal:
            self.intake.hand_back(row, of_refusal(row, refusal))

    async def correct(
        self, row: Row, stream: str, kind: str, changed: dict[str, Any], problem: Problem | None
    ) -> None:
        """Record *changed* as a change of what is known, or hand the row back with what differs."""
        if problem is None or not changed:
            self.intake.repeated += 1
            return
        if "since" in changed:
            self.intake.hand_back(row, since_fixed(row))
            return
        if not self.taking.update:
            self.intake.hand_back(row, problem)
            return
        command = {"kind": kind, "reason": "导入表更正", **changed}
        version = len(self.gateway.books.ledger.read(stream))
        before = self.intake.recorded
        await self.enter(row, stream, [(f"import/correction/{version}", command)])
        self.intake.corrected += self.intake.recorded - before
        self.intake.recorded = before


def unit_entry(row: UnitRow) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    """Return what registers a unit; the same unit always gives the same command id."""
    unit = row.unit
    command = {
        "kind": "register_unit",
        "name": unit.name,
        "unit_kind": unit.kind.value,
        "division": unit.division,
        "line": unit.line,
        "parent": unit.parent,
        "since": instant_text(unit.since),
    }
    return f"unit/{unit.code}", [(f"import/unit/{unit.code}", command)]


def person_entries(
    gateway: Gateway, row: PersonRow
) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    """Return what registers a person and grants the row's role."""
    register: dict[str, Any] = {"kind": "register_person", "name": row.name}
    if row.phone:
        register["phone"] = row.phone
    grant = {
        "kind": "grant_role",
        "role": row.role.value,
        "unit": row.unit,
        "since": instant_text(row.since),
    }
    commands = [("register", register), (f"grant/{row.role.value}/{row.unit}", grant)]
    return person_numbered(gateway.books.vault, row.staff_number), [
        (f"import/{name}", command) for name, command in commands
    ]
