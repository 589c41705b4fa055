"""A check-up's table handed in through a page: tried first, or taken, in the name of who hands it.

The table is read in a process of its own, and nothing of it waits anywhere.
"""

import asyncio

from desk.gateway import Gateway
from desk.orders import Door
from domain.casebook import CASES
from domain.people import Channel
from domain.refusals import CommandRefused
from importing.apart import read_apart
from importing.findings import FINDING_FIELDS
from importing.tables import Limits, TableRefused
from services.finding_intake import FindingTaking, take_findings
from services.intake import Intake, Taking
from services.seeing import Seer

LIMITS = Limits(rows=2_000, cells=60_000, elements=400_000, characters=4_000_000)
"""What one upload may hold; longer tables come in parts, or by the command line."""

NAME = "体检指标表"


def may_import(seer: Seer) -> bool:
    """Say whether somebody of this role records findings; where each lies is judged by row."""
    return seer.role in CASES["finding"].who_may["record_finding"]


def take_upload(seer: Seer, content: bytes, *, dry: bool) -> Intake:
    """Try or take the table in *content*; raises `CommandRefused` where it is no such table."""
    if not may_import(seer):
        raise CommandRefused(
            "role-permitted",
            "您的角色不能登记体检问题。",
            "Your role records no findings.",
        )
    try:
        table = read_apart(content, FINDING_FIELDS, LIMITS)
    except TableRefused as refused:
        raise CommandRefused(refused.rule, refused.chinese, refused.english) from None
    who = FindingTaking(
        by={"person": seer.session.person, "unit": seer.unit, "role": seer.role.value},
        door=Door(Channel.IMPORT, seer.door.known, seer.door.session),
    )
    gateway = Gateway(seer.house.books)
    intake = asyncio.run(take_findings(gateway, table, NAME, Taking(dry=dry), who))
    intake.refused.sort(key=lambda bad: bad.row.key)
    if not dry:
        seer.house.catch_up()
    return intake
