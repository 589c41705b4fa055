"""City and province in the demonstration: last month is stated, and a small province takes it.

The ledger of a demonstration begins today, so that last month has nothing to count: what is shown
is the way from the city's facts to the province's sum, with both witnesses asked for.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

from cli.context import Context
from demo.accounts import Accounts
from demo.auditor import OURS, Step, step
from desk.casework import Who
from desk.opening import open_books
from desk.orders import Door
from domain.people import Known
from domain.province.words import StatementStanding
from domain.refusals import CommandRefused
from publishing.noting import Noting
from publishing.signer import key_on_record
from runtime.settings import Settings
from services.oversight import acting_by
from services.province import Province
from services.roll_up import last_month, roll_up
from services.statements import CityStatements

CITY = "广州市"


async def state_last_month(context: Context, registrar: Who) -> Path:
    """State the month before this one while the witnesses are there; return the signed file."""
    now = datetime.now(UTC)
    door = Door(registrar.channel, registrar.known or Known.KEY)
    by = acting_by(context.rules, registrar.person, "publish_figures", now, door)
    service = CityStatements(context.settings, context.books)
    stated = await service.publish(last_month(now), by)
    return service.publisher.folder.path / "statements" / str(stated.number)


def taken_by_a_province(context: Context, statement: Path | None, policy_file: Path) -> list[Step]:
    """Have an auditor recount the statement, and a province beside the city take it.

    A copy with one figure changed must be refused.
    """
    if statement is None:
        return []
    settings = Settings(home=context.settings.home.absolute() / "province")
    settings.home.mkdir(mode=0o700)
    key = key_on_record(Noting(context.books.desk).standing())
    assert key is not None, "a log that stated something has a key"
    books = open_books(settings.ledger_url, settings.vault_url, settings.key_path, settings.policy)
    try:
        service, now = Province(settings, books), datetime.now(UTC)
        registrar = Accounts(books.desk, settings.home).registrar
        month = last_month(now)
        witnesses = policy_file.read_text(encoding="utf-8")
        service.add(registrar, CITY, key.vkey, None, month, witnesses)
        data = statement.read_bytes()
        refused = _refused(service, data.replace(b" 0/0 ", b" 1/1 ", 1))
        service.take(data)
        found = roll_up(service.cities(), month, 28, now)
        counted = found.of(StatementStanding.ON_TIME) + found.of(StatementStanding.LATE)
    finally:
        books.close()
    home = {"JIEDUI_HOME": str(context.settings.home.absolute()), "JIEDUI_POLICY": "demo"}
    return [
        step(
            ("上月指标报表：逐项复算", "last month's statement, every figure counted again"),
            [*OURS, "audit", "statement", str(statement), "--log-key", key.vkey, "--json"],
            lambda told: str(told["verdict"]),
            {**os.environ, **home},
            "true",
        ),
        Step(
            "省级收取本市上月指标报表（签名、两家见证齐全）",
            "a province takes last month's statement: signature and both witnesses",
            CITY,
            "、".join(counted) or "nothing",
        ),
        Step(
            "改动一个数字的报表必须被拒收",
            "a statement with one figure changed must be refused",
            "statement-unsigned",
            refused,
        ),
    ]


def _refused(service: Province, data: bytes) -> str:
    try:
        service.take(data)
    except CommandRefused as refusal:
        return refusal.rule
    return "taken"
