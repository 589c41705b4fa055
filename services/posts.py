"""Who holds which post: ids for everybody in the mechanism, names within a unit."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.people import Role
from domain.values import instant_text
from services.seeing import NothingHere, Seer


class Post(NamedTuple):
    """A post and who holds it; *name* is None where it is not told, *until* where it has no end."""

    person: str
    name: str | None
    role: str
    unit: str
    since: str
    until: str | None


def posts_of(seer: Seer, unit: str | None = None) -> Iterator[Post]:
    """Yield the posts in force, of *unit* or of all, by unit, role and person."""
    found = [
        (grant, person)
        for person in seer.rules.people.values()
        for grant in person.grants
        if grant.stands(seer.at) and (unit is None or grant.unit == unit)
    ]
    found.sort(key=lambda one: (one[0].unit, one[0].role.value, one[1].id))
    vault = seer.house.books.vault
    for grant, person in found:
        name = None
        if person.name is not None and (grant.unit == seer.unit or seer.role is Role.REGISTRAR):
            plain = vault.open(person.name)
            name = None if plain is None else plain.decode("utf-8")
        yield Post(
            person.id,
            name,
            grant.role.value,
            grant.unit,
            instant_text(grant.since),
            None if grant.until is None else instant_text(grant.until),
        )


def person_numbered(seer: Seer, number: str) -> str:
    """Return the id of the person whose staff number is *number*, for those who may know them.

    A registrar is told of anybody, entered or not; others of those who hold a post at their unit.
    Raises `NothingHere` alike for the rest and for nobody.
    """
    person = seer.house.doorkeeper.person_with(number)
    if seer.role is Role.REGISTRAR or any(
        one.person == person for one in posts_of(seer, seer.unit)
    ):
        return person
    raise NothingHere
