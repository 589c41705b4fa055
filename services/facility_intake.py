"""Take the lists of space and of facilities in: each row a case, known by its number."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from desk.gateway import Gateway
from desk.orders import Order
from desk.sealing import opaque_uuid
from domain.facility.state import Planned
from domain.people import Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.site.state import Registered
from importing.facilities import ListedRow, ListedRows, ListReader
from importing.places import Places
from importing.tables import Table
from services.intake import ZONE, EnteredBy, Intake, Taking, of_refusal, rules_of


def list_reader(rules: Rules, policy_id: str | None = None) -> ListReader:
    """Return what reads both lists with the registry's places and the words of a pack."""
    policy = rules.under(policy_id).policy
    pack = policy.facilities
    return ListReader(
        places=Places.of(rules.units.values()),
        zone=ZONE,
        categories={one.code: one.label for one in policy.categories},
        sources={} if pack is None else {one.code: one.label for one in pack.funding_sources},
    )


async def take_sites(
    gateway: Gateway, table: Table, name: str, taking: Taking, who: EnteredBy
) -> Intake:
    """Register the existing space that *table* lists."""
    return await _take(gateway, table, name, taking, who, facilities=False)


async def take_facilities(
    gateway: Gateway, table: Table, name: str, taking: Taking, who: EnteredBy
) -> Intake:
    """Propose the facilities that *table* lists on registered space."""
    return await _take(gateway, table, name, taking, who, facilities=True)


async def _take(
    gateway: Gateway,
    table: Table,
    name: str,
    taking: Taking,
    who: EnteredBy,
    *,
    facilities: bool,
) -> Intake:
    reader = await asyncio.to_thread(lambda: list_reader(rules_of(gateway), who.policy))
    rows = reader.facilities(table) if facilities else reader.sites(table)
    intake = Intake(name, refused=list(rows.bad), unread=table.unread, dry=taking.dry)
    await take_rows(gateway, rows, intake, taking, who, facilities=facilities)
    return intake


async def take_rows(
    gateway: Gateway,
    rows: ListedRows,
    intake: Intake,
    taking: Taking,
    who: EnteredBy,
    *,
    facilities: bool,
) -> None:
    """Begin a case for each row, in the name of *who*: by default of the street's dispatcher."""
    said = "登记服务设施" if facilities else "登记存量空间"
    for row in taking.progress(rows.good, said):
        if facilities and await asyncio.to_thread(_stands, gateway, row):
            intake.repeated += 1
            continue
        try:
            order = await asyncio.to_thread(
                facility_order if facilities else site_order, gateway, row, who
            )
            if taking.dry:
                await gateway.would(order, who.door)
                intake.recorded += 1
            else:
                intake.note(row.row, await gateway.submit_batch([order], who.door))
        except CommandRefused as refusal:
            intake.hand_back(row.row, of_refusal(row.row, refusal))


def _stands(gateway: Gateway, row: ListedRow) -> bool:
    """Say whether the row's facility was proposed before, under whatever pack."""
    _, state = gateway.desk.state_of(facility_stream(gateway, row.number))
    return isinstance(state, Planned) and state.plan.title == row.command["title"]


def site_stream(gateway: Gateway, number: str) -> str:
    """Return the stream of a site: the same number in the office's list, the same site."""
    token = gateway.books.vault.token("site", number.encode())
    return f"site/{opaque_uuid('site', token)}"


def facility_stream(gateway: Gateway, number: str) -> str:
    """Return the stream of a facility by its number in the office's list."""
    token = gateway.books.vault.token("facility", number.encode())
    return f"facility/{opaque_uuid('facility', token)}"


def site_order(gateway: Gateway, row: ListedRow, who: EnteredBy) -> Order:
    """Return the order by which the row's site is registered."""
    by = who.by or dispatcher_of(rules_of(gateway), row.command["place"])
    return _order(site_stream(gateway, row.number), row.number, by, row.command)


def facility_order(gateway: Gateway, row: ListedRow, who: EnteredBy) -> Order:
    """Return the order by which the row's facility is proposed; its place is that of its site."""
    site = site_stream(gateway, row.site)
    _, state = gateway.desk.state_of(site)
    if not isinstance(state, Registered):
        raise CommandRefused(
            "site-of-list-unknown",
            f"没有编号为 {row.site} 的存量空间；请先导入存量空间清单。",
            f"There is no site numbered {row.site}; import the list of sites first.",
        )
    place = state.space.place
    command = {name: value for name, value in row.command.items() if value is not None}
    by = who.by or dispatcher_of(rules_of(gateway), place)
    told = command | {"site": site, "place": place}
    told |= {"policy": who.policy} if who.policy else {}
    return _order(facility_stream(gateway, row.number), row.number, by, told)


def _order(stream: str, number: str, by: dict[str, Any], command: dict[str, Any]) -> Order:
    return Order.model_validate(
        {"stream": stream, "command_id": f"import/{number}", "by": by, "command": command}
    )


def dispatcher_of(rules: Rules, place: str) -> dict[str, Any]:
    """Return the street's dispatcher for *place* as an order names who gives it."""
    now = datetime.now(UTC)
    for unit, grants in sorted(rules.posts.held.get(Role.STREET_DISPATCHER, {}).items()):
        if unit in rules.units and rules.units[unit].covers(place):
            for person in sorted(rules.people.values(), key=lambda one: one.id):
                held = [one for one in person.grants if one in grants and one.stands(now)]
                if held:
                    return {
                        "person": person.id,
                        "unit": unit,
                        "role": Role.STREET_DISPATCHER.value,
                    }
    raise CommandRefused(
        "registrar-missing",
        f"名册中没有负责 {place} 的街道调度员；请先导入人员。",
        f"The registry has no dispatcher for {place}; import people first.",
    )
