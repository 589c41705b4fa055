"""Sealed items and erasures: what no longer opens must be what the ledger says was erased.

No key is needed for this question: whether a holder's key was destroyed stands in the vault's own
tables, and whether it should have been stands in the ledger. With the vault's key each text is
opened as well, in memory, and held against the digest its fact has of it.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import orjson
import psycopg
from sqlalchemy import make_url

from audit.read_only import for_reading
from audit.schema_text import VAULT_ITEMS, VAULT_KEYS, schema_differences
from audit.sources import CannotVerify, Source
from audit.verify.faults import Fault
from vault.keys import CipherDamaged, DataKey, KeyRefused, load_key

_AT_ONCE = 400
_KEYS_KEPT = 4096
_GUARDS_POSTGRESQL = frozenset(
    ("vault_items_are_never_changed", "vault_keys_stay_erased", "vault_keys_are_never_truncated")
)
_ERASED = ("subject_erased.v1", "subject_key_destroyed.v1")


@dataclass
class Sealed:
    """What was found: items referred to, items that open no more, and faults.

    *opened* counts the texts that were opened and compared; None: not looked at, for *no_key*.
    """

    items: int = 0
    opened: int | None = None
    no_key: str = ""
    undecryptable: int = 0
    erasures: int = 0
    faults: list[Fault] = field(default_factory=list)


class _Ask(Protocol):
    def __call__(self, table: str, question: str, values: list[str]) -> list[Any]: ...


def compare(source: Source, vault_url: str, key_file: Path | None = None) -> Sealed:
    """Hold every sealed reference in the ledger against the vault at *vault_url*.

    With the vault's key in *key_file* each text is opened and compared; nothing of it is kept or
    told. Raises `CannotVerify` where there is no vault to be read.
    """
    found = Sealed()
    with _vault(vault_url) as ask:
        rows = ask("vault_keys", "SELECT holder, wrapped, key_id FROM vault_keys", [])
        has_key = {str(holder): wrapped is not None for holder, wrapped, _ in rows}
        openers = _openers(rows, key_file, found)
        for what in _guards(vault_url, ask):
            found.faults.append(Fault(None, None, "guard", what))
        erased = _erased_subjects(source)
        found.erasures = len(erased)
        for holder, there in sorted(has_key.items()):
            if not there and not _may_be_gone(source, holder, erased):
                _say(found, None, holder, "erasure", "its key is gone, and no fact says so")
        for subject, position in sorted(erased.items()):
            if has_key.get(subject):
                _say(found, position, subject, "erasure", "recorded, and its key is still there")
        references = _references(source)
        while batch := list(islice(references, _AT_ONCE)):
            _look_up(batch, ask, has_key, openers, found)
    return found


def _openers(
    rows: list[Any], key_file: Path | None, found: Sealed
) -> Callable[[str], DataKey | None] | None:
    """Return what gives a holder's key, None for one that does not unwrap; or None: no key here."""
    wrapped = {str(holder): bytes(key) for holder, key, _ in rows if key is not None}
    if key_file is None:
        found.no_key = "没有给出密钥 no key was given"
        return None
    try:
        key = load_key(key_file)
    except KeyRefused as refused:
        found.no_key = str(refused)
        return None
    if wrapped and key.id not in {str(key_id) for _, _, key_id in rows}:
        found.no_key = f"{key_file.name} 不是这个密库的密钥 is not the key of this vault"
        return None
    found.opened = 0

    @lru_cache(_KEYS_KEPT)
    def opener(holder: str) -> DataKey | None:
        try:
            return key.unwrap(holder, wrapped[holder])
        except CipherDamaged:
            return None

    return opener


def _guards(vault_url: str, ask: _Ask) -> Iterator[str]:
    """Name every table, index and guard of the vault that is not as it was made."""
    if make_url(vault_url).get_backend_name() == "sqlite":
        for table, migrations in (("vault_items", VAULT_ITEMS), ("vault_keys", VAULT_KEYS)):
            for _, what in schema_differences(_Asked(table, ask), migrations):
                yield what
        return
    in_force = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
    yield from sorted(_GUARDS_POSTGRESQL - {str(name) for (name,) in ask("", in_force, [])})


@dataclass(frozen=True)
class _Asked:
    """One file of the vault, asked as a connection is."""

    table: str
    ask: _Ask

    def execute(self, question: str) -> list[Any]:
        return self.ask(self.table, question, [])


def _erased_subjects(source: Source) -> dict[str, int]:
    """Return the residents whose erasure is recorded, with the position of the fact."""
    erased: dict[str, int] = {}
    question = "SELECT position, stream, kind, body FROM entries WHERE kind IN (?, ?)"
    for position, stream, kind, body in source.ask(question, *_ERASED):
        subject = stream if kind == _ERASED[0] else _fact(body).get("subject")
        if isinstance(subject, str):
            erased.setdefault(subject, int(position))
    return erased


def _may_be_gone(source: Source, holder: str, erased: Mapping[str, int]) -> bool:
    """Say whether a fact explains that *holder* has no key: its own, or those of all its parties.

    The key of a task goes with the last resident who is a party of it.
    """
    if holder in erased:
        return True
    parties: set[str] = set()
    question = "SELECT kind, body FROM entries WHERE stream = ? AND kind IN (?, ?)"
    for kind, body in source.ask(question, holder, "task_registered.v1", "duplicate_attached.v1"):
        fact = _fact(body)
        if kind == "task_registered.v1":
            parties |= {fact["requester"]} if fact.get("requester") else set()
        else:
            parties |= set(fact.get("subjects", ()))
    return bool(parties) and parties <= erased.keys()


Reference = tuple[int, str, str, str]
"""Position, holder, item and keyed digest of one sealed text."""


def _references(source: Source) -> Iterator[Reference]:
    for block in source.rows():
        for row in block:
            if isinstance(row, tuple) and isinstance(row[10], bytes) and b'"holder":' in row[10]:
                for sealed in _sealed_in(_fact(row[10])):
                    yield (row[0], sealed["holder"], sealed["item"], sealed["digest"])


def _sealed_in(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if value.keys() == {"holder", "item", "digest"}:
            yield value
        else:
            for inner in value.values():
                yield from _sealed_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _sealed_in(inner)


def _look_up(
    batch: list[Reference],
    ask: _Ask,
    has_key: Mapping[str, bool],
    openers: Callable[[str], DataKey | None] | None,
    found: Sealed,
) -> None:
    """Items of holders with a key are there, unaltered; the others open no more."""
    found.items += len(batch)
    readable = [one for one in batch if has_key.get(one[1])]
    found.undecryptable += len(batch) - len(readable)
    for position, holder, _, _ in batch:
        if holder not in has_key:
            _say(found, position, holder, "vault", "the vault knows no key of this holder")
    marks = ", ".join("?" * len(readable))
    question = f"SELECT item, holder, digest, sealed FROM vault_items WHERE item IN ({marks})"  # noqa: S608 - question marks
    items = [item for _, _, item, _ in readable]
    rows = ask("vault_items", question, items) if items else []
    stored = {str(item): (str(holder), bytes(digest).hex()) for item, holder, digest, _ in rows}
    texts = {str(item): bytes(sealed) for item, _, _, sealed in rows}
    for position, holder, item, digest in readable:
        if item not in stored:
            _say(found, position, holder, "vault", f"item {item} is lost")
        elif stored[item] != (holder, digest):
            _say(found, position, holder, "vault", f"item {item} has another holder or digest")
        elif openers is not None and (wrong := _opens(openers(holder), item, texts[item], digest)):
            _say(found, position, holder, "vault", f"item {item} {wrong}")
        elif found.opened is not None:
            found.opened += 1


def _opens(key: DataKey | None, item: str, sealed: bytes, digest: str) -> str | None:
    """Say what is wrong with a sealed text that should be the one of *digest*, None for nothing."""
    if key is None:
        return "cannot be opened: its holder's key does not unwrap"
    try:
        plaintext = key.open(item, sealed)
    except CipherDamaged:
        return "does not open under its holder's key"
    return None if key.digest(item, plaintext).hex() == digest else "opens to another text"


def _say(found: Sealed, position: int | None, holder: str, rule: str, what: str) -> None:
    found.faults.append(Fault(position, holder, rule, what))


def _fact(body: Any) -> dict[str, Any]:
    try:
        fact = orjson.loads(body)["fact"]
    except (ValueError, KeyError, TypeError):
        return {}
    return fact if isinstance(fact, dict) else {}


@contextmanager
def _vault(url: str) -> Iterator[_Ask]:
    """Open the vault for reading; on SQLite its keys lie in a file of their own beside it."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            with psycopg.connect(plain, connect_timeout=10) as server:
                server.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield lambda _, question, values: server.execute(
                    question.replace("?", "%s"), values
                ).fetchall()
        except psycopg.Error as problem:
            raise _no_vault(problem) from None
        return
    items = Path(str(address.database))
    keys = items.with_name(f"{items.stem}-keys{items.suffix}")
    opened: dict[str, sqlite3.Connection] = {}
    try:
        for table, file in (("vault_items", items), ("vault_keys", keys)):
            opened[table] = for_reading(file)
        yield lambda table, question, values: opened[table].execute(question, values).fetchall()
    except sqlite3.Error as problem:
        raise _no_vault(problem) from None
    finally:
        for connection in opened.values():
            connection.close()


def _no_vault(problem: Exception) -> CannotVerify:
    found = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
    return CannotVerify(f"无法读取保险库（{found}）。 The vault cannot be read: {found}.")
