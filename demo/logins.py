"""Who of the cast can sign in to the console afterwards: one for each role, with a fresh password.

They are chosen where there is something to do: the first street, and the department of what the
demonstration leaves.
"""

from collections.abc import Iterator
from pathlib import Path

from accounts.store import Accounts
from cli.context import Context
from demo.cast import Cast, Part
from demo.leaving import department_of
from desk.casework import Who
from domain.people import Role
from importing.people import PEOPLE_FIELDS
from services.demo_accounts import Login, write_cast
from services.intake import Taking
from services.signing_in import Doorkeeper, fresh_password

_OF_THE_PLACE = (
    Role.STREET_DISPATCHER,
    Role.COMMUNITY_WORKER,
    Role.CENTER_COORDINATOR,
    Role.CALLBACK_AGENT,
    Role.SUPERVISOR,
    Role.PARTY_AUTHORITY,
    Role.ADJUDICATOR,
)


def give_passwords(context: Context, cast: Cast, folder: Path, registrar: Who) -> None:
    """Give one person of each role a password, and write down who can sign in."""
    doorkeeper = Doorkeeper(context.books, Accounts(context.settings.accounts_url))
    numbers = _staff_numbers(doorkeeper, folder / "people.xlsx")
    logins: list[Login] = []
    for part in _chosen(cast):
        password = fresh_password()
        doorkeeper.set_password(part.person, password, registrar)
        logins.append((numbers[part.person], cast.name(part.unit), part.role, password))
    write_cast(context.settings.home.absolute(), logins)


def _chosen(cast: Cast) -> Iterator[Part]:
    place, bureau = cast.streets()[0].division, department_of(cast)
    for role in _OF_THE_PLACE:
        yield cast.for_place(role, place)
    yield cast.coordinator(bureau)
    yield cast.staff(bureau)
    yield cast.auditor()
    officer = cast.for_place(Role.DPO, place)
    yield officer
    yield cast.at_unit(Role.REGISTRAR, officer.unit)  # The first registrar has no staff number.


def _staff_numbers(doorkeeper: Doorkeeper, file: Path) -> dict[str, str]:
    rows = Taking().table_of(file, PEOPLE_FIELDS).rows
    numbers = {row.cells["staff_number"].strip() for row in rows}
    return {doorkeeper.person_with(number): number for number in numbers}
