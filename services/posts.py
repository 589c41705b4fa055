"""Who holds which post: ids for everybody in the mechanism, names within a unit."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.people import Role
from services.seeing import Seer


class Post(NamedTuple):
    """A post and who holds it; *name* is None where it is not told."""

    person: str
    name: str | None
    role: str
    unit: str


def posts_of(seer: Seer, unit: str | None = None) -> Iterator[Post]:
    """Yield the posts in force, of *unit* or of all, by unit, role and person."""
    found = [
        (grant.unit, grant.role.value, person)
        for person in seer.rules.people.values()
        for grant in person.grants
        if grant.stands(seer.at) and (unit is None or grant.unit == unit)
    ]
    vault = seer.house.books.vault
    for code, role, person in sorted(found, key=lambda one: (one[0], one[1], one[2].id)):
        name = None
        if person.name is not None and (code == seer.unit or seer.role is Role.REGISTRAR):
            plain = vault.open(person.name)
            name = None if plain is None else plain.decode("utf-8")
        yield Post(person.id, name, role, code)
