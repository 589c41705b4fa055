"""Take an office's tables in: check every row, record the good once, hand the bad ones back."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from desk.casework import Who
from desk.gateway import Gateway
from desk.orders import Answer, Door, NotNow, Order
from desk.sealing import opaque_uuid
from domain.people import Channel, Known, Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.units import UnitKind
from domain.values import instant_text
from importing.needs import NEED_FIELDS, NeedReader, NeedRow
from importing.people import PEOPLE_FIELDS, PeopleReader, PersonRow
from importing.places import Places
from importing.reading import read_mapping, read_table
from importing.tables import BadRow, Field, Problem, Table, TableRefused
from importing.units import UNIT_FIELDS, UnitReader, UnitRow
from importing.writing import write_bad_rows
from services.bootstrapping import publish_shipped

ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
_AT_ONCE = 16
_UNPROVEN = Door(Channel.IMPORT, Known.LOCAL_OPERATOR)

PRIVACY_NOTICE = "privacy-notice-2026-1"
"""The notice residents are shown when an office takes their need down."""

Progress = Callable[[Sequence[Any], str], Iterator[Any]]
"""Goes through what is to be done, under its name, and shows how far that is."""


def unseen(items: Sequence[Any], label: str) -> Iterator[Any]:  # noqa: ARG001 - a `Progress`
    """Go through *items* and show nothing."""
    return iter(items)


@dataclass
class Intake:
    """What became of a table."""

    file: str
    recorded: int = 0
    repeated: int = 0
    refused: list[BadRow] = field(default_factory=list)
    bad_rows_file: Path | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the figures and, for every bad row, where and why; never what stood there."""
        return {
            "file": self.file,
            "recorded": self.recorded,
            "repeated": self.repeated,
            "refused": len(self.refused),
            "bad_rows_file": None if self.bad_rows_file is None else str(self.bad_rows_file),
            "problems": [
                {
                    "row": row.row.number,
                    "cell": problem.cell,
                    "rule": problem.rule,
                    "chinese": problem.chinese,
                    "english": problem.english,
                }
                for row in self.refused
                for problem in row.problems
            ],
        }


def table_of(path: Path, fields: Sequence[Field], mapping: Path | None) -> Table:
    """Read a table; raise `CommandRefused` where the file as a whole is not taken."""
    try:
        return read_table(path, fields, None if mapping is None else read_mapping(mapping, fields))
    except TableRefused as refused:
        raise CommandRefused(refused.rule, refused.chinese, refused.english) from None


def hand_back(intake: Intake, table: Table, asked: Path | None) -> None:
    """Write the rows that were not taken to *asked*, or beside the table; none: no file."""
    if intake.refused:
        intake.refused.sort(key=lambda row: row.row.number)
        target = asked or Path(intake.file).with_name(f"{Path(intake.file).stem}-退回")
        intake.bad_rows_file = write_bad_rows(table, intake.refused, target)


# -- units and people ------------------------------------------------------------------------


async def take_registry(
    gateway: Gateway,
    file: Path,
    mapping: Path | None,
    bad_rows: Path | None,
    by: Who,
    progress: Progress = unseen,
) -> Intake:
    """Import a table of units or of people in the name of a registrar; its headings tell which."""
    await publish_shipped(gateway.desk)
    try:
        table, take = table_of(file, PEOPLE_FIELDS, mapping), take_people
    except CommandRefused as as_people:
        if as_people.rule not in {"column-missing", "headings-missing", "mapping-unknown-field"}:
            raise
        table, take = table_of(file, UNIT_FIELDS, mapping), take_units
    intake = await take(gateway, table, str(file), by, progress)
    hand_back(intake, table, bad_rows)
    return intake


async def take_units(
    gateway: Gateway, table: Table, name: str, by: Who, progress: Progress = unseen
) -> Intake:
    """Register the units of *table*, parents first."""
    rules = _rules(gateway)
    reader = UnitReader(
        lines=rules.under(None).policy.lines,
        known=frozenset(rules.units),
        since=datetime.now(UTC),
        zone=ZONE,
    )
    rows = reader.read(table)
    intake = Intake(name, refused=list(rows.bad))
    for row in progress(rows.good, "导入单位"):
        answers = await _entered(gateway, *unit_entry(row), by)
        _note(intake, table, row.number, answers)
    return intake


async def take_people(
    gateway: Gateway, table: Table, name: str, by: Who, progress: Progress = unseen
) -> Intake:
    """Register the people of *table* and the roles they hold."""
    rules = _rules(gateway)
    reader = PeopleReader(units=frozenset(rules.units), since=datetime.now(UTC), zone=ZONE)
    rows = reader.read(table)
    intake = Intake(name, refused=list(rows.bad))
    for row in progress(rows.good, "导入人员"):
        answers = await _entered(gateway, *person_entries(gateway, row), by)
        _note(intake, table, row.number, answers)
    return intake


async def _entered(
    gateway: Gateway, stream: str, commands: Sequence[tuple[str, dict[str, Any]]], by: Who
) -> list[Answer]:
    """Have *commands*, each with its command id, recorded in the name of *by*."""
    giver = {"person": by.person, "unit": by.unit, "role": by.role}
    orders = [
        Order.model_validate(
            {"stream": stream, "command_id": command_id, "by": giver, "command": command}
        )
        for command_id, command in commands
    ]
    return await gateway.submit_batch(orders, Door(Channel.IMPORT, by.known or _UNPROVEN.known))


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
    return f"person/{person_id(gateway, row.staff_number)}", [
        (f"import/{name}", command) for name, command in commands
    ]


def person_id(gateway: Gateway, staff_number: str) -> str:
    """Return the opaque id of the person with *staff_number*, the same in every import."""
    return opaque_uuid("person", gateway.books.vault.token("staff-number", staff_number.encode()))


def _note(intake: Intake, table: Table, number: int, answers: Sequence[Answer]) -> None:
    """Note what became of one row; a refusal becomes a problem of the row."""
    refusal = next((answer.refusal for answer in answers if answer.refusal is not None), None)
    if refusal is not None:
        intake.refused.append(_problem(table, number, refusal))
    elif all(answer.receipt is not None and answer.receipt.repeated for answer in answers):
        intake.repeated += 1
    else:
        intake.recorded += 1


def _problem(table: Table, number: int, refusal: Any) -> BadRow:
    row = next(row for row in table.rows if row.number == number)
    return BadRow(row, (Problem("", "", refusal.rule, refusal.chinese, refusal.english),))


# -- needs -----------------------------------------------------------------------------------


async def take_need_table(
    gateway: Gateway,
    file: Path,
    mapping: Path | None,
    bad_rows: Path | None,
    *,
    by: dict[str, Any] | None = None,
    door: Door = _UNPROVEN,
    policy: str | None = None,
    progress: Progress = unseen,
) -> Intake:
    """Import a problem ledger (问题台账); without *by* each street's own worker registers."""
    table = table_of(file, NEED_FIELDS, mapping)
    intake, _ = await take_needs(
        gateway, table, str(file), by=by, door=door, policy=policy, progress=progress
    )
    hand_back(intake, table, bad_rows)
    return intake


async def take_needs(
    gateway: Gateway,
    table: Table,
    name: str,
    *,
    by: dict[str, Any] | None = None,
    door: Door = _UNPROVEN,
    policy: str | None = None,
    progress: Progress = unseen,
) -> tuple[Intake, dict[str, NeedRow]]:
    """Register the needs of *table*; return the figures and the good rows by their task."""
    rules = _rules(gateway)
    reader = NeedReader(
        categories=rules.under(policy).policy.categories,
        places=Places.of(rules.units.values()),
        now=datetime.now(UTC),
        zone=ZONE,
    )
    rows = reader.read(table)
    intake = Intake(name, refused=list(rows.bad))
    room = asyncio.Semaphore(_AT_ONCE)
    tasks: dict[str, NeedRow] = {}

    async def taking(row: NeedRow) -> None:
        async with room:
            try:
                order = await asyncio.to_thread(need_order, gateway, rules, row, by, policy)
            except CommandRefused as refusal:
                intake.refused.append(_problem(table, row.number, refusal))
                return
            tasks[order.stream] = row
            ledger = gateway.books.ledger
            if await asyncio.to_thread(ledger.receipt, order.stream, order.command_id):
                # Registered by an earlier import; the pairing it would go to now may differ.
                intake.repeated += 1
                return
            answers = await gateway.submit_batch([order], door)
            _note(intake, table, row.number, answers)

    waiting = [asyncio.create_task(taking(row)) for row in rows.good]
    try:
        for done in progress(waiting, "登记需求"):
            await done
    except NotNow:
        for task in waiting:
            task.cancel()
        # Each is waited for, so that nobody's fault is left for the interpreter to complain of.
        await asyncio.gather(*waiting, return_exceptions=True)
        raise
    return intake, tasks


def need_order(
    gateway: Gateway,
    rules: Rules,
    row: NeedRow,
    by: dict[str, Any] | None,
    policy: str | None,
) -> Order:
    """Return the order that registers a need; the same row always names the same task.

    The row's key is keyed with the vault's secret, so nothing about a resident can be guessed
    from an id.
    """
    token = gateway.books.vault.token("need", f"{row.repeat_key}".encode())
    command: dict[str, Any] = {
        "kind": "register_task",
        "source": row.source.value,
        "category": row.category,
        "request_type": row.request_type.value,
        "place": row.place,
        "matter": row.matter,
        "text": row.text,
        "answer_channel": row.answer_channel.value,
        "urgent": row.urgent,
        "safety": row.safety,
        "privacy_notice": PRIVACY_NOTICE,
    }
    optional = {"name": row.name, "phone": row.phone, "address": row.address}
    command |= {key: value for key, value in optional.items() if value}
    if row.name or row.phone:
        # The same telephone is the same resident, in this installation and nowhere else.
        known_by = f"{row.name or ''}\x1f{row.phone or row.repeat_key}"
        subject = gateway.books.vault.token("resident", known_by.encode())
        command["requester"] = f"subject/{opaque_uuid('resident', subject)}"
    pairing = _pairing_for(gateway, rules, row)
    command |= {"ad_hoc": True} if pairing is None else {"pairing": pairing}
    if row.ledger_row:
        command["ledger_row"] = row.ledger_row
    if policy:
        command["policy"] = policy
    return Order.model_validate(
        {
            "stream": f"task/{opaque_uuid('need', token)}",
            "command_id": f"import/{token[:32]}",
            "by": by or _registrar_of(rules, row.place),
            "command": command,
        }
    )


def _pairing_for(gateway: Gateway, rules: Rules, row: NeedRow) -> str | None:
    """Return the pairing in force that serves the need's street and category, if there is one."""
    street = next(
        (
            unit.code
            for unit in rules.units.values()
            if unit.kind is UnitKind.STREET_OFFICE and row.place.startswith(unit.division)
        ),
        None,
    )
    if street is None:
        return None
    for pairing in gateway.desk.neighbours.open_pairings_of(street):
        if pairing.state in {"ACTIVE", "ADJUSTING", "UNDER_REVIEW"} and (
            row.category in pairing.categories
        ):
            return pairing.stream
    return None


def _registrar_of(rules: Rules, place: str) -> dict[str, Any]:
    """Return the community worker who takes needs down where *place* is."""
    now = datetime.now(UTC)
    for person in sorted(rules.people.values(), key=lambda person: person.id):
        for grant in person.grants:
            unit = rules.units.get(grant.unit)
            if (
                grant.role is Role.COMMUNITY_WORKER
                and grant.stands(now)
                and unit is not None
                and place.startswith(unit.division)
            ):
                return {
                    "person": person.id,
                    "unit": grant.unit,
                    "role": grant.role.value,
                }
    raise CommandRefused(
        "registrar-missing",
        f"名册中没有负责 {place} 的社区工作者；请先导入人员，或用 --as 指明登记人。",
        f"The registry has no community worker for {place}; import people first, or use --as.",
    )


def _rules(gateway: Gateway) -> Rules:
    return gateway.books.rulebook.rules(gateway.desk.neighbours)
