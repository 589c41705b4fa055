"""A table handed in through a page or the API: tried, or taken, in the name of who hands it in.

It is read in a process of its own, and nothing of it waits anywhere.
"""

import asyncio
from threading import BoundedSemaphore

from desk.gateway import Gateway
from desk.orders import Door, NotNow
from domain.casebook import CASES
from domain.people import Channel
from domain.refusals import CommandRefused
from importing.tables import Limits
from importing.writing import bad_rows_of
from services.intake import EnteredBy, Intake, Taking
from services.seeing import Seer
from services.tables import TABLES, laid_out

LIMITS = Limits(rows=2_000, cells=60_000, elements=400_000, characters=4_000_000)
"""What one upload may hold; longer tables come in parts, or by the command line."""

AT_ONCE = 2
"""How many are taken in at a time: each gives up to two thousand commands."""

_room = BoundedSemaphore(AT_ONCE)

HandedBack = tuple[str, bytes]
"""The rows that were not taken, as a file of the table's kind: its ending and its content."""


def entered_by(seer: Seer, policy: str | None = None) -> EnteredBy:
    """Return that rows are entered in the name of whoever is signed in, in their post."""
    by = {"person": seer.session.person, "unit": seer.unit, "role": seer.role.value}
    return EnteredBy(by, Door(Channel.IMPORT, seer.door.known, seer.door.session), policy)


def may_import(seer: Seer, name: str) -> bool:
    """Say whether somebody of this role enters such rows; where each lies is judged by row."""
    kind = TABLES[name]
    return seer.role in CASES[kind.category].who_may[kind.command]


def take_upload(
    seer: Seer, name: str, content: bytes, taking: Taking, policy: str | None = None
) -> tuple[Intake, HandedBack | None]:
    """Try or take a table of the kind *name*; return what became of it and of its bad rows.

    Raises `CommandRefused` where it is no such table or not theirs to enter, and `NotNow` while
    others are being taken in.
    """
    if not may_import(seer, name):
        raise CommandRefused(
            "role-permitted",
            "您的角色不能登记这类内容，因此不能导入此表。",
            "Your role enters nothing of this kind, and so no table of it.",
        )

    if not _room.acquire(blocking=False):
        raise NotNow("正在导入其他表格 other tables are being taken in")
    try:
        kind = TABLES[name]
        table, take = laid_out(kind, lambda fields: taking.table_in(content, fields, LIMITS))
        gateway = Gateway(seer.house.books)
        intake = asyncio.run(take(gateway, table, "", taking, entered_by(seer, policy)))
    finally:
        _room.release()
    intake.refused.sort(key=lambda bad: bad.row.key)
    if taking.dry:
        return intake, None
    seer.house.catch_up(after_command=True)
    return intake, bad_rows_of(table, intake.refused) if intake.refused else None
