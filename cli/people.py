"""Who acts on the command line: `--as PERSON`, and `--key FILE`, which proves it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click

from cli.context import Context
from cli.filters import one_of
from cli.meaning import unit_of
from desk.casework import Who
from desk.orders import COMMAND_LINE, Door
from domain.people import ROLE_LABELS, Known, Role
from domain.refusals import CommandRefused
from domain.values import UUID

acting_option = click.option(
    "--as",
    "acting_person",
    help="办理人；缺省为 --key 的本人。 Who acts; left out: whose key it is.",
)
registrar_option = click.option(
    "--as", "acting_person", help="名册管理员；缺省为 --key 的本人。 The registrar who acts."
)


@dataclass(frozen=True)
class Actor:
    """A person, with unit and role where they were named, and how the command line knows them."""

    person: str
    unit: str | None
    role: str | None
    door: Door

    def as_by(self) -> dict[str, Any]:
        """Return the `by` of an order."""
        told = {"person": self.person, "unit": self.unit, "role": self.role}
        return {name: value for name, value in told.items() if value}

    def as_who(self) -> Who:
        """Return who asks at the desk."""
        role = None if self.role is None else Role(self.role)
        return Who(self.person, self.door.channel, self.unit, role, self.door.known)


def acting(
    context: Context, person: str | None, unit: str | None = None, role: str | None = None
) -> Actor:
    """Return who acts: *person* is an id, or `ROLE@UNIT`; None: whoever's key was given.

    A key proves its own person and nobody else: another one is only named. Raises
    `CommandRefused` where nobody was named, and where the key or the person is not known.
    """
    proven = proven_person(context)
    if person is None:
        if proven is None:
            raise click.UsageError(
                "请用 --as 写明办理人，或用 --key（JIEDUI_ACCOUNT_KEY）给出其账户密钥。 "
                "Say who acts with --as, or give their key with --key (JIEDUI_ACCOUNT_KEY)."
            )
        person = proven
    elif "@" in person:
        wanted_role, wanted_unit = post_of(context, person)
        role, unit = role or wanted_role, unit or wanted_unit
        person = holder_of(context, person, proven)
    else:
        person = named(person)
    known = Known.KEY if person == proven else COMMAND_LINE.known
    return Actor(person, unit, role, COMMAND_LINE._replace(known=known))


def named(person: str) -> str:
    """Return *person* where it is an id of a person or resident; refuse anything else."""
    import re

    if re.fullmatch(rf"(person|subject)/{UUID}", person):
        return person
    raise CommandRefused(
        "person-unknown",
        "--as 应为 person/<UUID>、subject/<UUID> 或 角色@单位，"
        "例如 STREET_DISPATCHER@440106003-SO。",
        "--as takes person/<uuid>, subject/<uuid> or ROLE@UNIT, "
        "such as STREET_DISPATCHER@440106003-SO.",
    )


def proven_person(context: Context) -> str | None:
    """Return whose key was given, None without any."""
    file = context.settings.account_key
    if file is None:
        return None
    if context.settings.url is not None:
        from transparency.keys import load_key

        return load_key(file).verifier.name  # the server is shown more than its name
    from services.accounts import proven

    return proven(context.rules, file)


def post_of(context: Context, text: str) -> tuple[str, str]:
    """Return role and unit that `ROLE@UNIT` names, each by its code or its Chinese name."""
    role, _, unit = text.partition("@")
    roles = {one.value: labels[0] for one, labels in ROLE_LABELS.items()}
    wanted = one_of("ROLE@UNIT", role, roles)
    assert wanted is not None, "a role was given"
    return wanted, unit_of(context.rules, "ROLE@UNIT", unit)


def holder_of(context: Context, text: str, first: str | None = None) -> str:
    """Return the person who now holds the post that `ROLE@UNIT` names.

    *first* is meant where they are one of several; otherwise several are a question, not a guess
    (`person-several`).
    """
    role, unit = post_of(context, text)
    now = datetime.now(UTC)
    found = sorted(
        person.id
        for person in context.rules.people.values()
        for grant in person.grants
        if grant.role.value == role and grant.unit == unit and grant.stands(now)
    )
    if first in found:
        return str(first)
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandRefused(
            "person-several",
            f"{unit} 现任 {role} 有 {len(found)} 人，请写明是谁：{'、'.join(found)}"
            f"（姓名见 jiedui unit show {unit}）。",
            f"{len(found)} people hold {role} at {unit}; say who: {', '.join(found)} "
            f"(jiedui unit show {unit} has their names).",
        )
    raise CommandRefused(
        "person-unknown",
        f"名册中 {unit} 没有现任 {role}。",
        f"The registry has nobody who holds {role} at {unit} now.",
    )
