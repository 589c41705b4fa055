"""Every command by every door in every role, given by whoever may not: nothing is recorded.

The matrix is generated from the command models, the roles and the channels there are, so that none
added later is forgotten. It plays on real books, on cases that stand and on cases that do not.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from desk.gateway import Gateway
from desk.identifiers import new_uuid7
from desk.orders import Door, Order, read_order
from domain.casebook import CASES
from domain.gate import PROVEN
from domain.models import models_of, seals_of
from domain.people import BY_LINK, Channel, Known, Role
from domain.refusals import CommandRefused
from domain.values import STREAM
from tests import accounts
from tests.domain.golden import example
from tests.journeys.district import BUREAU, STREET, District
from tests.oversight.town import Town, open_town, with_overseers

DOORS = [Door(channel, Known.KEY) for channel in Channel if channel is not Channel.SYSTEM]
ROLES = [role for role in Role if role is not Role.SYSTEM]
UNITS = (STREET, BUREAU)
COMMANDS = [
    pytest.param(category, kind, id=f"{category}-{kind}")
    for category, case in CASES.items()
    for kind in models_of(case.commands)
]


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp("town")
    with open_town(home, key_file=home / "vault.key") as books:
        gateway = Gateway(books)
        district = await with_overseers(gateway, await District.found(gateway))
        yield Town(books, gateway, district, f"sqlite:///{home}")


@pytest.fixture(scope="module")
def streams(town: Town) -> dict[str, list[str]]:
    """Return the streams to try: of each category one that stands, where there is one, and new."""
    task = town.task()
    found = {
        "task": [task],
        "unit": [f"unit/{BUREAU}"],
        "person": [town.person("staff")],
        "policy": ["policy/gd-2022"],
        "calendar": ["calendar/CN"],
        "subject": [town.requester(task)],
        "unmasking": [town.grant(task)],
        "log": ["log/checkpoints"],
    }
    for category in CASES:
        new = f"{category}/{new_uuid7()}"
        if STREAM.fullmatch(new):
            found.setdefault(category, []).append(new)
    return found


@pytest.fixture(scope="module")
def expired(town: Town) -> dict[tuple[Role, str], str]:
    """Return somebody for each role and unit who held it once, and holds nothing now."""
    gone: dict[tuple[Role, str], str] = {}
    for role in ROLES:
        if role in BY_LINK:
            continue
        for unit in UNITS:
            person = f"person/{new_uuid7()}"
            accounts.enter(town.books.desk, person, "register_person", name="已离任")
            term = {"since": "2020-01-01T00:00:00Z", "until": "2021-01-01T00:00:00Z"}
            accounts.enter(
                town.books.desk, person, "grant_role", role=role.value, unit=unit, **term
            )
            gone[role, unit] = person
    return gone


def written(category: str, kind: str) -> dict[str, Any]:
    """Return the command as people write it: every field filled, texts in clear."""
    model = models_of(CASES[category].commands)[kind]
    command = example(model).model_dump(mode="json")
    for field, seal in seals_of(model).items():
        command[field] = "5rWL6K+V" if seal.binary else "楼道没有扶手"
    return command


def claims(
    kind: str, expired: dict[tuple[Role, str], str], known: dict[str, dict[str, str]]
) -> Iterator[dict[str, str]]:
    """Yield who says they give it: a stranger, somebody in another's role, one who held it once."""
    for role in ROLES:
        if role in BY_LINK:
            yield {"person": f"subject/{new_uuid7()}", "role": role.value}
            yield {"person": f"person/{new_uuid7()}", "role": role.value}
            continue
        for unit in UNITS:
            yield {"person": f"person/{new_uuid7()}", "unit": unit, "role": role.value}
            yield {"person": expired[role, unit], "unit": unit, "role": role.value}
        other = next(one for one in known.values() if one["role"] != role.value)
        yield {"person": other["person"], "unit": other["unit"], "role": role.value}
    yield {"person": f"person/{new_uuid7()}"}
    yield {"person": f"subject/{new_uuid7()}"}


def everything(town: Town) -> tuple[int, int]:
    return town.books.ledger.head(), items_in(town)


def items_in(town: Town) -> int:
    file = Path(str(town.books.ledger.url.database)).with_name("vault.db")
    with closing(sqlite3.connect(file)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM vault_items").fetchone()
    return int(count)


@pytest.mark.parametrize(("category", "kind"), COMMANDS)
def test_nothing_is_recorded_for_whoever_may_not(
    town: Town,
    streams: dict[str, list[str]],
    expired: dict[tuple[Role, str], str],
    category: str,
    kind: str,
) -> None:
    command, before = written(category, kind), everything(town)
    asked = 0
    for stream in streams[category]:
        for door in DOORS:
            orders = [
                Order.model_validate(
                    {
                        "stream": stream,
                        "command_id": f"matrix/{new_uuid7()}",
                        "by": by,
                        "command": command,
                    }
                )
                for by in claims(kind, expired, town.district.people)
            ]
            answers = town.gateway.submit_batch_now(orders, door)
            recorded = [
                order.by for order, answer in zip(orders, answers, strict=True) if answer.receipt
            ]
            assert recorded == []
            asked += len(orders)
    assert everything(town) == before
    assert asked >= 300


@pytest.mark.parametrize(("category", "kind"), COMMANDS)
def test_nobody_is_the_system_and_nobody_is_nobody(
    town: Town, streams: dict[str, list[str]], category: str, kind: str
) -> None:
    command, before = written(category, kind), everything(town)
    staff = town.district.people["staff"]
    claimed: list[Any] = [
        {},
        None,
        "",
        "system",
        "person/system",
        {"channel": "system"},
        {"role": "SYSTEM"},
        {"role": "SYSTEM", "channel": "system"},
        {"role": "SYSTEM", "clock": "due"},
        {**staff, "role": "SYSTEM"},
        {**staff, "channel": "console"},
        {**staff, "known": "key"},
        {**staff, "clock": "due"},
        {**staff, "on_behalf_of": town.person("dpo")},
        {"person": None, "role": "REGISTRAR"},
    ]
    for stream in streams[category]:
        for by in claimed:
            line = {"stream": stream, "command_id": "m/1", "by": by, "command": command}
            try:
                order = read_order(line)
            except CommandRefused:
                continue
            for door in (*DOORS, Door(Channel.SYSTEM, Known.KEY)):
                (answer,) = town.gateway.submit_batch_now([order], door)
                assert answer.refusal is not None, by
    assert everything(town) == before


@pytest.mark.parametrize("kind", sorted(PROVEN))
def test_a_name_alone_is_no_proof(town: Town, streams: dict[str, list[str]], kind: str) -> None:
    """Whoever holds the role, and is only named by somebody at the machine, is not believed."""
    category = next(name for name, case in CASES.items() if kind in case.who_may)
    command, before = written(category, kind), everything(town)
    may = CASES[category].who_may[kind]
    people = [one for one in town.district.people.values() if Role(one["role"]) in may]
    people.append({"person": accounts.registrar(town.books.desk).person})
    for stream in streams[category]:
        for by in people:
            order = read_order(
                {
                    "stream": stream,
                    "command_id": f"named/{new_uuid7()}",
                    "by": by,
                    "command": command,
                }
            )
            for channel in (Channel.CLI, Channel.IMPORT, Channel.API):
                door = Door(channel, Known.LOCAL_OPERATOR)
                (answer,) = town.gateway.submit_batch_now([order], door)
                assert answer.refusal is not None
                assert answer.refusal.rule in {"identity-proven", "role-permitted"}
    assert everything(town) == before


def test_the_matrix_is_whole() -> None:
    """Every command there is stands in it, and every door but the system's own."""
    assert len(COMMANDS) == sum(len(case.who_may) for case in CASES.values()) >= 112
    assert {door.channel for door in DOORS} == set(Channel) - {Channel.SYSTEM}
    assert all(any(kind in case.who_may for case in CASES.values()) for kind in PROVEN)


def test_a_new_key_file_of_a_stranger_proves_nothing(town: Town, tmp_path: Path) -> None:
    """Anybody can make a key in a registrar's name; the registry has not heard of it."""
    from services.accounts import proven
    from transparency.keys import ED25519, make_key

    registrar = accounts.registrar(town.books.desk).person
    make_key(tmp_path / "forged.key", registrar, ED25519)
    rules = town.books.rulebook.rules(town.books.desk.neighbours)
    with pytest.raises(CommandRefused) as refused:
        proven(rules, tmp_path / "forged.key")
    assert refused.value.rule == "account-key-unknown"
