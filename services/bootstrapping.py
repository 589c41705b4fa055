"""A new ledger: the shipped packs and calendars, the first registrar; facts like any others."""

from collections.abc import Sequence
from typing import Any

import policies
from desk.casework import Asking, Who, Written
from desk.desk import Desk
from domain.canonical import digest_of
from domain.envelope import SYSTEM, By
from domain.people import Role
from domain.refusals import CommandRefused
from domain.units import UnitKind
from transparency.keys import VerifierKey


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


async def publish(
    desk: Desk, stream: str, command: dict[str, Any], by: By | Who = SYSTEM
) -> list[str]:
    """Record one publication, once; raise `CommandRefused` where it is refused."""
    asking = Asking(f"publish/{digest_of(command)[:32]}", by, command)
    handled = await desk.record(stream, [asking])
    answer = handled.answers[0]
    if isinstance(answer, CommandRefused):
        raise answer
    assert isinstance(answer, Written)
    return [] if answer.repeated else [stream]


def begin_registry(desk: Desk, unit: str, unit_name: str, name: str, key: VerifierKey) -> None:
    """Give an empty registry its first unit and its first registrar, the person *key* is named for.

    *unit* is a unit code; its leading digits are the division the registrar acts in. May be
    repeated with the same words after a crash; once somebody has been registered otherwise, raises
    `CommandRefused` (`registry-begun`).
    """
    place = f"unit/{unit}"
    first = {
        "kind": "register_unit",
        "name": unit_name,
        "unit_kind": UnitKind.DEPARTMENT.value,
        "division": unit.partition("-")[0],
    }
    _begin(desk, place, [first])
    role = {"kind": "grant_role", "role": Role.REGISTRAR.value, "unit": unit}
    person = {"kind": "register_person", "name": name}
    _begin(desk, key.name, [person, role, {"kind": "add_account_key", "key": key.vkey}])


def begin_keys(desk: Desk, key: VerifierKey) -> None:
    """Give a registry of an earlier release its first key: that of a registrar it has.

    Raises `CommandRefused`: `registry-begun` where somebody has a key, or they are no registrar.
    """
    _begin(desk, key.name, [{"kind": "add_account_key", "key": key.vkey}])


def _begin(desk: Desk, stream: str, commands: Sequence[dict[str, Any]]) -> None:
    askings = [Asking(f"begin/{command['kind']}", SYSTEM, command) for command in commands]
    for answer in desk.record_now(stream, askings).answers:
        if isinstance(answer, CommandRefused):
            raise answer
