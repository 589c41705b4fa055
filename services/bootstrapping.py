"""Put the shipped packs and calendars on record in a new ledger, as facts like any others."""

from typing import Any

import policies
from desk.casework import Asking, Written
from desk.desk import Desk
from domain.canonical import digest_of
from domain.envelope import By
from domain.people import Channel, Role
from domain.refusals import CommandRefused

_OPERATOR = By(role=Role.SYSTEM, channel=Channel.CLI)


async def publish_shipped(desk: Desk) -> list[str]:
    """Publish every shipped calendar year and pack the ledger does not have yet.

    Returns the streams something was recorded on. Repeatable: what stands is left alone, and a
    pack or year that was published in another form meanwhile is never overwritten.
    """
    rules = desk.rulebook.rules(desk.neighbours)
    published: list[str] = []
    if not desk.ledger.version("calendar/CN"):
        for year in policies.shipped_years("CN"):
            command = {"kind": "publish_calendar_year", "year": year.model_dump(mode="json")}
            published += await publish(desk, "calendar/CN", command)
    for pack_id in policies.pack_ids():
        if pack_id not in rules.policies:
            pack = policies.shipped_pack(pack_id)
            command = {"kind": "publish_policy", "policy": pack.model_dump(mode="json")}
            published += await publish(desk, f"policy/{pack_id}", command)
    return published


async def publish(desk: Desk, stream: str, command: dict[str, Any]) -> list[str]:
    """Record one publication, once; raise `CommandRefused` where it is refused."""
    asking = Asking(f"publish/{digest_of(command)[:32]}", _OPERATOR, command)
    handled = await desk.record(stream, [asking])
    answer = handled.answers[0]
    if isinstance(answer, CommandRefused):
        raise answer
    assert isinstance(answer, Written)
    return [] if answer.repeated else [stream]
