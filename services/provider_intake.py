"""Take a list of providers in: each row an application by who leads its category."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from desk.gateway import Gateway
from desk.orders import Order
from desk.sealing import opaque_uuid
from domain import guards
from domain.people import Role
from domain.provider.authority import lead_of
from domain.provider.refusal_rules import refused
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.units import Unit, UnitKind
from importing.cells import folded
from importing.places import Places
from importing.providers import ProviderReader, ProviderRow
from importing.tables import Table
from services.intake import ZONE, EnteredBy, Intake, Taking, of_refusal, rules_of


async def take_providers(
    gateway: Gateway, table: Table, name: str, taking: Taking, who: EnteredBy
) -> Intake:
    """Apply for each body of *table*; a row that is on record as it stands is not asked again."""
    reader = await asyncio.to_thread(lambda: provider_reader(rules_of(gateway)))
    rows = reader.read(table)
    intake = Intake(name, refused=list(rows.bad), unread=table.unread, dry=taking.dry)
    for row in taking.progress(rows.good, "登记服务机构"):
        try:
            await _take(gateway, row, intake, who)
        except CommandRefused as refusal:
            intake.hand_back(row.row, of_refusal(row.row, refusal))
    return intake


def provider_reader(rules: Rules) -> ProviderReader:
    """Return what reads a list with the registry's units and the words of the pack in force."""
    terms, now = rules.under(None), datetime.now(UTC)
    pack = guards.part_of(terms.policy.providers, ("服务机构", "providers"), terms)
    standing = [unit for unit in rules.units.values() if unit.stands(now)]
    return ProviderReader(
        places=Places.of(rules.units.values()),
        zone=ZONE,
        categories=terms.policy.categories,
        licences={one.code: one.label for one in pack.licences},
        units={folded(word): unit.code for unit in standing for word in (unit.name, unit.code)},
    )


async def _take(gateway: Gateway, row: ProviderRow, intake: Intake, who: EnteredBy) -> None:
    command_id = _command_id(gateway, row)
    if await asyncio.to_thread(gateway.books.ledger.receipt, row.stream, command_id) is not None:
        intake.repeated += 1
        return
    order = Order.model_validate(
        {
            "stream": row.stream,
            "command_id": command_id,
            "by": await asyncio.to_thread(lambda: giver_of(rules_of(gateway), row, who)),
            "command": row.command,
        }
    )
    if intake.dry:
        await gateway.would(order, who.door)
        intake.recorded += 1
    else:
        intake.note(row.row, await gateway.submit_batch([order], who.door))


def _command_id(gateway: Gateway, row: ProviderRow) -> str:
    """Return the id of the row's application: the same body saying the same, the same command."""
    said = json.dumps([row.unit, row.command], sort_keys=True, ensure_ascii=False)
    token = gateway.books.vault.token("provider-row", said.encode())
    return f"import/{opaque_uuid('command', token)}"


def giver_of(rules: Rules, row: ProviderRow, who: EnteredBy) -> dict[str, Any]:
    """Return who applies for the row's body: whoever enters the list, by default its own applicant.

    Raises `CommandRefused` where the row names another unit than that of whoever enters it.
    """
    if who.by is None:
        return applicant_of(rules, row)
    if row.unit and who.by.get("unit") not in {None, row.unit}:
        unit = rules.units[row.unit].name
        raise CommandRefused(
            "row-of-another-unit",
            f"该行的申请部门是{unit}，请由该部门的人导入。",
            f"The row names {row.unit} as the unit that applies; somebody there imports it.",
        )
    return who.by


def applicant_of(rules: Rules, row: ProviderRow) -> dict[str, Any]:
    """Return who applies for the row's body, as an order names who gives it.

    That is the coordinator of the unit the row names, or of the department that leads its first
    category; where the street leads, its dispatcher. Raises `CommandRefused` where there is none.
    """
    now = datetime.now(UTC)
    unit = rules.units[row.unit] if row.unit else _lead(rules, row, now)
    street = unit.kind is UnitKind.STREET_OFFICE
    role = Role.STREET_DISPATCHER if street else Role.DEPT_COORDINATOR
    for person in sorted(rules.people.values(), key=lambda one: one.id):
        for grant in person.grants:
            if (grant.unit, grant.role) == (unit.code, role) and grant.stands(now):
                return {"person": person.id, "unit": unit.code, "role": role.value}
    raise CommandRefused(
        "registrar-missing",
        f"名册中 {unit.name} 没有可以申请的协调员（街道为调度员）；请先导入人员。",
        f"The registry has nobody at {unit.code} who may apply; import people first.",
    )


def _lead(rules: Rules, row: ProviderRow, now: datetime) -> Unit:
    code = row.command["categories"][0]
    category = rules.under(None).policy.category(code)
    assert category is not None, "a row that was read names categories of the pack"
    unit = lead_of(category, row.command["areas"], now, rules)
    if unit is None:
        raise refused("competent-unit", item=code, line=", ".join(category.lead) or "—")
    return rules.units[unit]
