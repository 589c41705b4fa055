"""People who can prove who they are: the first registrar, and whoever was given a key."""

from pathlib import Path
from typing import Any

from desk.casework import Asking, Who, Written
from desk.desk import Desk
from desk.identifiers import new_uuid7
from desk.orders import Door
from domain.people import Channel, Known, Role
from services.accounts import give_key
from services.bootstrapping import begin_registry
from transparency.keys import ED25519, SigningKey

BY_KEY = Door(Channel.CLI, Known.KEY)
"""How they are known who have shown the key of their account."""

UNIT = "440100-MCB"


def registrar(desk: Desk) -> Who:
    """Return the first registrar, who begins an empty registry."""
    rules = desk.rulebook.rules(desk.neighbours)
    for person in rules.people.values():
        if any(grant.role is Role.REGISTRAR for grant in person.grants):
            return Who(person.id, BY_KEY.channel, known=BY_KEY.known)
    key = SigningKey.generate(f"person/{new_uuid7()}", ED25519).verifier
    begin_registry(desk, UNIT, "名册管理办公室", "测试名册员", key)
    return Who(key.name, BY_KEY.channel, known=BY_KEY.known)


def enter(desk: Desk, stream: str, kind: str, **fields: Any) -> Written:
    """Have the registrar enter one command."""
    asking = Asking(f"enter/{new_uuid7()}", registrar(desk), {"kind": kind, **fields})
    (answer,) = desk.record_now(stream, [asking]).answers
    assert isinstance(answer, Written), answer
    return answer


def somebody(desk: Desk, role: str, unit: str = UNIT, name: str = "测试人员") -> str:
    """Have somebody registered in *role* at *unit*; return the person."""
    registrar(desk)
    person = f"person/{new_uuid7()}"
    enter(desk, person, "register_person", name=name)
    enter(desk, person, "grant_role", role=role, unit=unit)
    return person


def place_of(home: Path, person: str) -> Path:
    """Return where the key of *person* lies in a test's *home*, if they have one."""
    return home / "keys" / "accounts" / f"{person.partition('/')[2]}.key"


def key_of(desk: Desk, person: str, home: Path) -> Path:
    """Return the file with the key of *person*, issued at first need."""
    file = place_of(home, person)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        give_key(desk, person, file, registrar(desk))
    return file
