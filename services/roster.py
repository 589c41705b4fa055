"""The roster: units and people with their validity, who changed what, and who is signed in."""

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.store import Session
from domain.people import Person, Role
from domain.registry.commands import SessionEnd
from domain.sealed import Sealed
from domain.units import Unit
from projections.history import HistoryLine, case_history
from projections.initials import initials_of
from services.seeing import NothingHere, Seer
from services.signing_in import fresh_password
from wording.names import KnownNames

_NAMES_OPEN_TO = frozenset({Role.REGISTRAR, Role.DPO})
"""Who reads the names of people in service here; for others they stay numbers."""


@dataclass(frozen=True)
class Entered:
    """One person of the roster, with their name as far as it is read by whoever looks."""

    person: Person
    name: str

    @property
    def key(self) -> str:
        """What stands in the address of their page."""
        return self.person.id.partition("/")[2]


def units(seer: Seer, search: str = "") -> list[Unit]:
    """Return the units within *seer*'s division, past ones too, by code; *search* narrows."""
    own = seer.rules.units[seer.unit]
    found = (unit for _, unit in sorted(seer.rules.units.items()) if own.covers(unit.division))
    wanted = search.strip()
    return [
        unit
        for unit in found
        if not wanted
        or wanted.upper() in unit.code
        or wanted in unit.name
        or wanted.lower() in initials_of(unit.name)
    ]


def people(seer: Seer, search: str = "") -> list[Entered]:
    """Return the people with a post within *seer*'s division, by name; *search* narrows.

    It is part of a name, its initials, part of a unit's name, or a whole staff number.
    """
    wanted = search.strip()
    numbered = seer.house.doorkeeper.person_with(wanted) if wanted else ""
    posts = {unit.code for unit in units(seer, wanted)} if wanted else set()
    found = []
    for person in seer.rules.people.values():
        if not _theirs(seer, person):
            continue
        entered = Entered(person, name_of(seer, person))
        if (
            not wanted
            or person.id == numbered
            or wanted in entered.name
            or wanted.lower() in initials_of(entered.name)
            or any(grant.unit in posts for grant in person.grants)
        ):
            found.append(entered)
    return sorted(found, key=lambda one: (one.name, one.person.id))


def unit_at(seer: Seer, code: str) -> Unit:
    """Return the unit *code*; raise `NothingHere` alike for none and one of another division."""
    unit = seer.rules.units.get(code)
    if unit is None or not seer.rules.units[seer.unit].covers(unit.division):
        raise NothingHere
    return unit


def person_at(seer: Seer, key: str) -> Entered:
    """Return the person with this id; raise `NothingHere` alike for none and a foreign one."""
    person = seer.rules.people.get(f"person/{key}")
    if person is None or not _theirs(seer, person):
        raise NothingHere
    return Entered(person, name_of(seer, person))


def _theirs(seer: Seer, person: Person) -> bool:
    """Say whether a person has, or had, a post within the division; a registrar's new ones too."""
    own = seer.rules.units[seer.unit]
    if not person.grants:
        return seer.role is Role.REGISTRAR
    return any(
        grant.unit in seer.rules.units and own.covers(seer.rules.units[grant.unit].division)
        for grant in person.grants
    )


def name_of(seer: Seer, person: Person) -> str:
    """Return the name of a person in service, or the placeholder of one not read here."""
    return names(seer).person(person.id, seer.language)


def names(seer: Seer) -> KnownNames:
    """Return what units and people are called, for *seer*."""

    def opened(sealed: Sealed) -> str | None:
        if seer.role not in _NAMES_OPEN_TO or not sealed.holder.startswith("person/"):
            return None
        plain = seer.house.books.vault.open(sealed)
        return None if plain is None else plain.decode("utf-8")

    return KnownNames(seer.rules, opened, seer.number_of)


def changes(seer: Seer, stream: str) -> list[HistoryLine]:
    """Return who changed what on a stream of the registry, the newest first."""
    history = case_history(seer.house.books.ledger, stream, names(seer), seer.language)
    return list(reversed(history))


def sessions(seer: Seer) -> Iterator[tuple[Session, Entered]]:
    """Yield who of the division is signed in now, the newest first."""
    for session in seer.house.doorkeeper.open_sessions(seer.at):
        person = seer.rules.people.get(session.person)
        if person is not None and _theirs(seer, person):
            yield session, Entered(person, name_of(seer, person))


def end_session(seer: Seer, name: str) -> None:
    """End the session called *name* of somebody of the division; raise `NothingHere`."""
    for session, _ in sessions(seer):
        if session.session == name:
            seer.house.doorkeeper.sign_out(session, SessionEnd.REVOKED, seer.who)
            return
    raise NothingHere


def new_password(seer: Seer, key: str) -> tuple[str, int]:
    """Give a person a fresh password; return it, which is kept nowhere, and where it is recorded.

    Raises `NothingHere` and `CommandRefused`.
    """
    person = person_at(seer, key).person
    password = fresh_password()
    return password, seer.house.doorkeeper.set_password(person.id, password, seer.who)
