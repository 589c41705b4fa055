"""Take a check-up's table in: each missed target a finding, each changed value measured again."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from desk.gateway import Gateway
from desk.orders import Order
from desk.sealing import opaque_uuid
from domain.finding.facts import FindingRecorded
from domain.finding.pack import FindingLevel
from domain.finding.state import Recorded, StruckOff, is_open
from domain.people import Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.values import instant_text
from importing.findings import FindingReader, FindingRow, FindingRows
from importing.places import Places
from importing.tables import Problem, Table
from services.intake import ZONE, EnteredBy, Intake, Taking, of_refusal, rules_of


def read_findings(gateway: Gateway, table: Table, policy: str | None) -> FindingRows:
    """Read *table* with the registry's places and the catalogue of the pack."""
    rules = rules_of(gateway)
    terms = rules.under(policy)
    if terms.policy.findings is None:
        raise CommandRefused(
            "pack-without",
            f"政策包 {terms.version} 没有“问题台账”一节，请先公布补充后的政策包。",
            f"The policy pack {terms.version} has no part findings; publish one that has.",
        )
    places = Places.of(rules.units.values())
    return FindingReader(terms.policy.findings.indicators, places, ZONE).read(table)


async def take_findings(
    gateway: Gateway, table: Table, name: str, taking: Taking, who: EnteredBy
) -> Intake:
    """Record the findings of *table*, in the order of its rows."""
    rows = await asyncio.to_thread(read_findings, gateway, table, who.policy)
    intake = Intake(name, refused=list(rows.bad), unread=table.unread, dry=taking.dry)
    await take_rows(gateway, rows.good, intake, taking, who)
    return intake


async def take_rows(
    gateway: Gateway,
    rows: Sequence[FindingRow],
    intake: Intake,
    taking: Taking,
    who: EnteredBy,
) -> None:
    """Record what the *rows* found, in their order; *intake* notes what became of each."""
    for row in taking.progress(rows, "登记体检问题"):
        await _take(gateway, row, intake, taking, who)


async def _take(
    gateway: Gateway, row: FindingRow, intake: Intake, taking: Taking, who: EnteredBy
) -> None:
    """Record a new finding, measure a known one again, leave the others as they stand."""
    stream = finding_stream(gateway, row)
    _, state = await asyncio.to_thread(gateway.desk.state_of, stream)
    if not isinstance(state, Recorded):
        if row.is_met:
            intake.met += 1
            return
        command = _recording(row, who.policy)
    elif not _same_finding(row, state.body.recorded):
        if row.is_met:
            intake.met += 1
        else:
            intake.hand_back(row.row, _number_of_another(row))
        return
    elif not is_open(state):
        if isinstance(state, StruckOff) and not state.body.meets(row.value):
            intake.hand_back(row.row, _misses_again(row))
        else:
            intake.repeated += 1
        return
    elif row.value == state.body.value or row.found_at < state.body.measured_at:
        intake.repeated += 1
        return
    else:
        command = {
            "kind": "measure_again",
            "value": row.value,
            "measured_at": instant_text(row.found_at),
            "evidence": row.evidence,
        }
    try:
        by = who.by or _recorder_of(gateway, row)
        order = Order.model_validate(
            {
                "stream": stream,
                "command_id": f"import/{instant_text(row.found_at)}/{row.value}",
                "by": by,
                "command": command,
            }
        )
        if taking.dry:
            await gateway.would(order, who.door)
            answers = None
        else:
            answers = await gateway.submit_batch([order], who.door)
    except CommandRefused as refusal:
        intake.hand_back(row.row, of_refusal(row.row, refusal))
        return
    before = intake.recorded
    if answers is None:
        intake.recorded += 1
    else:
        intake.note(row.row, answers)
    if command["kind"] == "measure_again":
        intake.corrected += intake.recorded - before
        intake.recorded = before


def finding_stream(gateway: Gateway, row: FindingRow) -> str:
    """Return the stream of a row: the same number at the same district, the same finding."""
    token = gateway.books.vault.token("finding", row.repeat_key.encode())
    return f"finding/{opaque_uuid('finding', token)}"


def _recording(row: FindingRow, policy: str | None) -> dict[str, Any]:
    command: dict[str, Any] = {
        "kind": "record_finding",
        "level": row.level.value,
        "place": row.place,
        "indicator": row.indicator.code,
        "value": row.value,
        "evidence": row.evidence,
        "found_at": instant_text(row.found_at),
        "source": row.source.value,
        "ledger_row": row.ledger_row,
    }
    optional = {"target": row.target, "note": row.note, "policy": policy}
    return command | {name: value for name, value in optional.items() if value is not None}


def _same_finding(row: FindingRow, recorded: FindingRecorded) -> bool:
    """Say whether the row speaks of the finding that stands under its number."""
    said = (row.level, row.place, row.indicator.code)
    return said == (recorded.level, recorded.place, recorded.indicator)


def _number_of_another(row: FindingRow) -> Problem:
    """Return the problem of a row whose number stands for another indicator or place."""
    return row.row.problem(
        "ledger_row",
        "number-of-another-finding",
        "该体检编号已用于另一条问题（指标、维度或地点不同）；请另编编号后再导入。",
        "The number stands for another finding (indicator, level or place); give it a new one.",
    )


def _misses_again(row: FindingRow) -> Problem:
    """Return the problem of a row whose finding was struck off and misses its target again."""
    return row.row.problem(
        "value",
        "struck-off-misses-again",
        "该问题已销号，本次实测又不达标；请核实后在案卷中“重新列入台账”。",
        "The finding was struck off and misses its target again; look, then reopen it.",
    )


def _recorder_of(gateway: Gateway, row: FindingRow) -> dict[str, Any]:
    """Return who has to do with the row's place: its community's worker, or the district office."""
    rules = rules_of(gateway)
    role, line = Role.COMMUNITY_WORKER, None
    if row.level is FindingLevel.DISTRICT:
        findings = rules.under(None).policy.findings
        role, line = Role.DEPT_COORDINATOR, findings.office_line if findings else None
    found = _somebody(rules, role, row.place, line)
    if found is None:
        raise CommandRefused(
            "registrar-missing",
            f"名册中没有负责 {row.place} 的登记人；请先导入人员，或用 --as 指明登记人。",
            f"The registry has nobody to record for {row.place}; import people, or use --as.",
        )
    return found


def _somebody(rules: Rules, role: Role, place: str, line: str | None) -> dict[str, Any] | None:
    now = datetime.now(UTC)
    for person in sorted(rules.people.values(), key=lambda person: person.id):
        for grant in person.grants:
            unit = rules.units.get(grant.unit)
            if (
                grant.role is role
                and grant.stands(now)
                and unit is not None
                and (line is None or unit.line == line)
                and unit.covers(place)
            ):
                return {"person": person.id, "unit": grant.unit, "role": grant.role.value}
    return None
