"""Take a list of providers in: each row an application by who leads its category.

What a row says otherwise of a body that is admitted is told, or with *update* reported as a change.
"""

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
from domain.provider.commands import Licence, Price
from domain.provider.identity import provider_stream
from domain.provider.refusal_rules import refused
from domain.provider.state import Running
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.units import Unit, UnitKind
from importing.cells import folded
from importing.places import Places
from importing.providers import PROVIDER_FIELDS, ProviderReader, ProviderRow
from importing.tables import Problem, Table
from services.intake import ZONE, EnteredBy, Intake, Taking, differs, of_refusal, rules_of


async def take_providers(
    gateway: Gateway, table: Table, name: str, taking: Taking, who: EnteredBy
) -> Intake:
    """Apply for each body of *table*, report what changed of those that are admitted.

    A row that is on record as it stands is not asked again.
    """
    reader = await asyncio.to_thread(lambda: provider_reader(rules_of(gateway)))
    rows = reader.read(table)
    intake = Intake(name, refused=list(rows.bad), unread=table.unread, dry=taking.dry)
    for row in taking.progress(rows.good, "登记服务机构"):
        try:
            await _take(gateway, row, intake, taking, who)
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


async def _take(
    gateway: Gateway, row: ProviderRow, intake: Intake, taking: Taking, who: EnteredBy
) -> None:
    version, state = await asyncio.to_thread(gateway.desk.state_of, row.stream)
    if isinstance(state, Running):
        await _compare(gateway, row, intake, taking, who, (version, state))
        return
    command_id = _command_id(gateway, row)
    if await asyncio.to_thread(gateway.books.ledger.receipt, row.stream, command_id) is not None:
        intake.repeated += 1
        return
    by = await asyncio.to_thread(lambda: giver_of(rules_of(gateway), row, who))
    order = _order(row, command_id, by, row.command)
    await _give(gateway, row, intake, order, who)


def _order(row: ProviderRow, command_id: str, by: dict[str, Any], command: dict[str, Any]) -> Order:
    return Order.model_validate(
        {"stream": row.stream, "command_id": command_id, "by": by, "command": command}
    )


async def _give(
    gateway: Gateway, row: ProviderRow, intake: Intake, order: Order, who: EnteredBy
) -> None:
    """Have a command about the row's body recorded, or on a dry run decided."""
    if intake.dry:
        await gateway.would(order, who.door)
        intake.recorded += 1
    else:
        intake.note(row.row, await gateway.submit_batch([order], who.door))


# -- bodies that are admitted ----------------------------------------------------------------------


async def _compare(
    gateway: Gateway,
    row: ProviderRow,
    intake: Intake,
    taking: Taking,
    who: EnteredBy,
    stands: tuple[int, Running],
) -> None:
    """Tell what the row says otherwise of an admitted body, or report it where that is asked."""
    version, state = stands
    if fixed := fixed_of(row, state):
        intake.hand_back(row.row, _not_by_a_change(row, fixed))
        return
    changed = changes_of(row, state)
    if not changed:
        intake.repeated += 1
    elif not taking.update:
        what = f"机构 {state.body.name}"
        intake.hand_back(row.row, differs(row.row, PROVIDER_FIELDS, list(changed), what))
    else:
        unit = rules_of(gateway).units[state.admission.lead]
        by = who.by
        if by is None:
            by = await asyncio.to_thread(lambda: _somebody_of(rules_of(gateway), unit))
        before = intake.recorded
        command = {"kind": "report_change", **changed}
        order = _order(row, f"import/change/{version}", by, command)
        await _give(gateway, row, intake, order, who)
        intake.corrected += intake.recorded - before
        intake.recorded = before


def changes_of(row: ProviderRow, state: Running) -> dict[str, Any]:
    """Return what *row* says otherwise, as a change reports it; an empty cell says nothing.

    What waits to be verified has been said already.
    """
    body, admission, said = state.body, state.admission, row.command
    waiting = admission.change
    changed: dict[str, Any] = {}
    if said["name"] != body.name:
        changed["name"] = said["name"]
    if (prices := said.get("prices")) and {*map(Price.model_validate, prices)} != {*body.prices}:
        changed["prices"] = prices
    if licences := said.get("licences"):
        told = {*map(Licence.model_validate, licences)}
        if told != {*(body.licences if waiting is None else waiting.licences)}:
            changed["licences"] = licences
    known = {*body.categories, *admission.categories, *(waiting.categories if waiting else ())}
    if added := [one for one in said["categories"] if one not in known]:
        changed["categories"] = added
    return changed


def fixed_of(row: ProviderRow, state: Running) -> list[str]:
    """Return the columns that say what no change reports: kind, head, areas, fewer categories."""
    body, said = state.body, row.command
    head = provider_stream(said["head_code"]) if "head_code" in said else None
    differing = {
        "provider_kind": said["provider_kind"] != body.provider_kind,
        "head_code": head != body.head,
        "areas": {*said["areas"]} != {*body.areas},
        "categories": not {*state.admission.categories} <= {*said["categories"]},
    }
    return [name for name, differs_ in differing.items() if differs_]


def _not_by_a_change(row: ProviderRow, names: list[str]) -> Problem:
    zh = "、".join(one.headings[0] for one in PROVIDER_FIELDS if one.name in names)
    return row.row.problem(
        names[0],
        "changed-by-admission-only",
        f"机构已准入，{zh}与登记不一致，不能以变更方式更改；请按登记填写，确需变动的退出后重新申请。",
        f"The body is admitted and {', '.join(names)} differ from the record; no change reports "
        "that. Write what is on record, or have it leave and apply anew.",
    )


# -- who applies -----------------------------------------------------------------------------------


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
    return _somebody_of(
        rules, rules.units[row.unit] if row.unit else _lead(rules, row, datetime.now(UTC))
    )


def _somebody_of(rules: Rules, unit: Unit) -> dict[str, Any]:
    """Return who of *unit* may apply or report; raises `CommandRefused` where there is nobody."""
    now = datetime.now(UTC)
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
