"""Take a problem ledger (问题台账) in: each row a registered need, what differs a correction."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from desk.gateway import Gateway
from desk.orders import Answer, NotNow, Order
from desk.sealing import opaque_uuid
from domain.people import Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.sealed import Sealed
from domain.units import UnitKind
from domain.values import instant_text
from importing.needs import NEED_FIELDS, NeedReader, NeedRow
from importing.places import Places
from importing.tables import Problem, Row, Table
from services.intake import ZONE, EnteredBy, Intake, Taking, differs, of_refusal, rules_of

_AT_ONCE = 16

PRIVACY_NOTICE = "privacy-notice-2026-1"
"""The notice residents are shown when an office takes their need down."""

OPTIONAL = (
    "name",
    "phone",
    "address",
    "matter",
    "answer_channel",
    "request_type",
    "urgent",
    "safety",
)
"""What an empty cell leaves as it stands; the other fields are in every row."""

COMPARED = ("source", "category", "place", "text", *OPTIONAL)
COLUMNS = {"place": "community"}
"""Columns of a problem ledger that are called otherwise in the command."""


def need_reader(gateway: Gateway, policy: str | None) -> NeedReader:
    """Return a reader that knows the registry's places and the pack's categories."""
    rules = rules_of(gateway)
    return NeedReader(
        categories=rules.under(policy).policy.categories,
        places=Places.of(rules.units.values()),
        now=datetime.now(UTC),
        zone=ZONE,
    )


async def take_needs(
    gateway: Gateway, table: Table, name: str, taking: Taking, who: EnteredBy
) -> Intake:
    """Register the needs of *table*, several at a time."""
    rows = need_reader(gateway, who.policy).read(table)
    intake = Intake(name, refused=list(rows.bad), unread=table.unread, dry=taking.dry)
    intake.kept = [(row.row, what) for row in rows.good for what in row.kept]
    one_by_one = TakingNeeds(gateway, rules_of(gateway), intake, taking, who)
    room = asyncio.Semaphore(_AT_ONCE)

    async def taking_one(row: NeedRow) -> None:
        async with room:
            await one_by_one.take(row)

    waiting = [asyncio.create_task(taking_one(row)) for row in rows.good]
    try:
        for done in taking.progress(waiting, "登记需求"):
            await done
    except NotNow:
        for task in waiting:
            task.cancel()
        # Each is waited for, so that nobody's fault is left for the interpreter to complain of.
        await asyncio.gather(*waiting, return_exceptions=True)
        raise
    return intake


@dataclass(frozen=True)
class TakingNeeds:
    """Takes needs one at a time."""

    gateway: Gateway
    rules: Rules
    intake: Intake
    taking: Taking
    who: EnteredBy

    async def take(self, row: NeedRow) -> None:
        """Register one need, or compare it with what stands under its number."""
        try:
            order = await asyncio.to_thread(
                need_order, self.gateway, self.rules, row, self.who.by, self.who.policy
            )
        except CommandRefused as refusal:
            self.intake.hand_back(row.row, of_refusal(row.row, refusal))
            return
        stands = await asyncio.to_thread(registered_as, self.gateway, order.stream)
        if stands is None:
            await self._give(row.row, order)
            return
        if self.who.by is not None:
            # What stands is compared for whoever might register it, and told of to nobody else.
            anew = {"stream": f"task/{uuid4()}", "occurred_at": None}
            try:
                await self.gateway.would(order.model_copy(update=anew), self.who.door)
            except CommandRefused as refusal:
                self.intake.hand_back(row.row, of_refusal(row.row, refusal))
                return
        changed = stands.changes(row, order.command)
        if not changed:
            self.intake.repeated += 1
        elif "occurred_at" in changed:
            self.intake.hand_back(row.row, found_otherwise(row.row))
        elif not self.taking.update:
            names = [COLUMNS.get(name, name) for name in changed]
            what = f"工单 {stands.number}"
            self.intake.hand_back(row.row, differs(row.row, NEED_FIELDS, names, what))
        else:
            await self._correct(row.row, order, stands, changed)

    async def _correct(
        self, row: Row, order: Order, stands: "Registered", changed: Mapping[str, Any]
    ) -> None:
        command = {"kind": "correct_registration", "reason": "问题台账更正", **changed}
        if changed.keys() & {"name", "phone", "address"}:
            command["requester"] = stands.requester or order.command["requester"]
        correction = order.model_copy(
            update={
                "command_id": f"import/correction/{stands.version}",
                "command": command,
                "occurred_at": None,
            }
        )
        before = self.intake.recorded
        await self._give(row, correction)
        self.intake.corrected += self.intake.recorded - before
        self.intake.recorded = before

    async def _give(self, row: Row, order: Order) -> None:
        """Have *order* recorded, or on a dry run decided; note what became of the row."""
        if self.taking.dry:
            try:
                await self.gateway.would(order, self.who.door)
                self.intake.recorded += 1
            except CommandRefused as refusal:
                self.intake.hand_back(row, of_refusal(row, refusal))
            return
        answers: list[Answer] = await self.gateway.submit_batch([order], self.who.door)
        self.intake.note(row, answers)


@dataclass(frozen=True)
class Registered:
    """A need as its registration and its corrections left it; erased texts are None."""

    number: str
    version: int
    requester: str | None
    found: dict[str, Any]

    def changes(self, row: NeedRow, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return what *row* says otherwise; *said* is what it would register.

        An erased text cannot be compared: it is left alone.
        """
        changed = {
            name: said[name]
            for name in COMPARED
            if name in said
            and name in self.found
            and said[name] != self.found[name]
            and (name not in OPTIONAL or name in row.said)
        }
        if self.found["occurred_at"] != row.occurred_at:
            changed["occurred_at"] = row.occurred_at
        return changed


def registered_as(gateway: Gateway, stream: str) -> Registered | None:
    """Return what stands on record for the need *stream*, None where nothing does."""
    entries = gateway.books.ledger.read(stream)
    if not entries:
        return None
    found: dict[str, Any] = {"occurred_at": entries[0].occurred_at}
    requester = None
    for entry in entries:
        if entry.kind not in {"task_registered.v1", "registration_corrected.v1"}:
            continue
        correcting = entry.kind != "task_registered.v1"
        requester = entry.fact.get("requester") or requester
        for name in COMPARED:
            value = entry.fact.get(name)
            if value is None and correcting:
                continue
            if isinstance(value, dict):
                plain = gateway.books.vault.open(Sealed.model_validate(value))
                found.pop(name, None)
                if plain is not None:
                    found[name] = plain.decode("utf-8")
            else:
                found[name] = value
    number = str(entries[0].fact["number"])
    return Registered(number, len(entries), requester, found)


def found_otherwise(row: Row) -> Problem:
    """Return the problem of a need that would have been found at another time."""
    return row.problem(
        "occurred_at",
        "found-at-fixed",
        "发现时间与已登记的不一致；发现时间一经入账不能更正，请撤回后重新登记。",
        "The need stands on record as found at another time, which does not change; withdraw it "
        "and register it again.",
    )


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
            "occurred_at": instant_text(row.occurred_at),
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
