"""Accounts: the key by which a person proves, wherever they act, that it is them.

The private half is a file of the person's own (0600); the public half is a fact, so that who could
prove to be whom at any moment can be told years later.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from desk.casework import Asking, Who, Written
from desk.desk import Desk
from desk.identifiers import new_uuid7
from domain.refusals import CommandRefused
from domain.rules import Rules
from services.bootstrapping import begin_keys, begin_registry
from transparency.keys import ED25519, SigningKey, SigningKeyRefused, load_key, make_key


def begin(desk: Desk, unit: str, unit_name: str, name: str, file: Path) -> SigningKey:
    """Begin an empty registry: its first unit and registrar, whose key is written to *file*.

    Raises `CommandRefused` (`registry-begun` where somebody is registered already) and
    `SigningKeyRefused`. Taken up again with the same file after a crash.
    """
    return _begun(
        file,
        f"person/{new_uuid7()}",
        lambda key: begin_registry(desk, unit, unit_name, name, key.verifier),
    )


def begin_for(desk: Desk, registrar: str, file: Path) -> SigningKey:
    """Give *registrar*, whom a registry of an earlier release has, the first key there is.

    Raises as `begin`.
    """
    return _begun(file, registrar, lambda key: begin_keys(desk, key.verifier))


def _begun(file: Path, person: str, begin_with: Callable[[SigningKey], None]) -> SigningKey:
    known = file.exists()
    key = load_key(file) if known else _fresh(person, file)
    try:
        begin_with(key)
    except CommandRefused:
        if not known:
            file.unlink()
        raise
    return key


def give_key(desk: Desk, person: str, file: Path, by: Who) -> Written:
    """Write a fresh key for *person* to *file* and put its public half on record.

    A key that is refused is not left behind. Raises `CommandRefused`, `SigningKeyRefused`.
    """
    if file.exists():
        raise SigningKeyRefused(f"{file} 已存在，不覆盖。 {file} is there and is not replaced.")
    key = _fresh(person, file)
    try:
        command = {"kind": "add_account_key", "key": key.verifier.vkey}
        return _record(desk, person, command, by)
    except CommandRefused:
        file.unlink()
        raise


def withdraw_keys(desk: Desk, person: str, reason: str, by: Who) -> list[Written]:
    """Let no key of *person* prove anything from now on; raise `CommandRefused`."""
    rules = desk.rulebook.rules(desk.neighbours)
    return [
        _record(desk, person, {"kind": "withdraw_account_key", "key": key, "reason": reason}, by)
        for key in keys_of(rules, person)
    ]


def keys_of(rules: Rules, person: str) -> Sequence[str]:
    """Return the keys of *person* in force; raise `CommandRefused` for one nobody knows."""
    known = rules.people.get(person)
    if known is None:
        raise CommandRefused(
            "person-unknown", "名册中没有此人。", "The registry does not know this person."
        )
    return known.keys


def proven(rules: Rules, file: Path) -> str:
    """Return the person whose key *file* holds.

    Raises `CommandRefused` (`account-key-unknown`) where the registry has no such key in force,
    and `SigningKeyRefused` where the file is none, or others may read it.
    """
    key = load_key(file).verifier
    known = rules.people.get(key.name)
    if known is None or key.vkey not in known.keys:
        raise CommandRefused(
            "account-key-unknown",
            f"名册中没有 {file.name} 这把有效的密钥；请由名册管理员用 jiedui account key 登记。",
            f"The registry has no key like {file.name} in force; a registrar issues one with "
            "`jiedui account key`.",
        )
    return key.name


def _fresh(person: str, file: Path) -> SigningKey:
    return make_key(file, person, ED25519)


def _record(desk: Desk, stream: str, command: dict[str, Any], by: Who) -> Written:
    asking = Asking(f"account/{new_uuid7()}", by, command)
    (answer,) = desk.record_now(stream, [asking]).answers
    if isinstance(answer, CommandRefused):
        raise answer
    return answer
