"""`--as PERSON`: who acts on the command line."""

from typing import Any

from cli.context import Context
from domain.refusals import CommandRefused
from domain.values import UUID


def acting(context: Context, person: str, unit: str | None, role: str | None) -> dict[str, Any]:
    """Return the `by` of an order for *person*: an id, or `ROLE@UNIT` where one person holds it."""
    import re

    given: dict[str, Any] = {}
    if re.fullmatch(rf"(person|subject)/{UUID}", person):
        given["person"] = person
    elif "@" in person:
        wanted_role, _, wanted_unit = person.partition("@")
        given["person"] = holder_of(context, wanted_role.upper(), wanted_unit.upper())
        role, unit = role or wanted_role.upper(), unit or wanted_unit.upper()
    else:
        raise CommandRefused(
            "person-unknown",
            "--as 应为 person/<UUID>、subject/<UUID> 或 角色@单位，"
            "例如 STREET_DISPATCHER@440106003-SO。",
            "--as takes person/<uuid>, subject/<uuid> or ROLE@UNIT, "
            "such as STREET_DISPATCHER@440106003-SO.",
        )
    if unit:
        given["unit"] = unit
    if role:
        given["role"] = role
    return given


def holder_of(context: Context, role: str, unit: str) -> str:
    """Return the first person who now holds *role* at *unit*."""
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    rules = context.books.rulebook.rules(context.books.desk.neighbours)
    for person in sorted(rules.people.values(), key=lambda person: person.id):
        for grant in person.grants:
            if grant.role.value == role and grant.unit == unit and grant.stands(now):
                return person.id
    raise CommandRefused(
        "person-unknown",
        f"名册中 {unit} 没有现任 {role}。",
        f"The registry has nobody who holds {role} at {unit} now.",
    )
