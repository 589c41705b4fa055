"""The vault: personal data sealed under one key a holder, so that forgetting is destroying a key.

A fact holds only a `Sealed` reference. Erasing a holder destroys the wrapped key, removes the
ciphertexts and wipes the places they lay in; the facts, their hashes and every proof stay as they
were. Data keys are unwrapped for each call and kept nowhere, so an erasure by one process holds
for all others at once.

On SQLite, ciphertexts are in one file and wrapped keys in a small second one: wiping rewrites only
the small one, and keys can be given backups of shorter life. On PostgreSQL they are two tables;
there, write-ahead log and backups keep a wrapped key until they are recycled, and only destroying
the key-encryption key reaches those.
"""

import contextlib
import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    bindparam,
    delete,
    insert,
    null,
    select,
    text,
    update,
)

from domain.sealed import Sealed
from domain.values import instant_text
from ledger.asking import ask, tell
from ledger.database import (
    LedgerMissing,
    LedgerUnavailable,
    make_file,
    parsed,
    reading_engine,
    speaking_plainly,
    sqlite_file,
    writing_engine,
)
from ledger.migrating import upgrade
from vault.keys import CipherDamaged, DataKey, KeyEncryptionKey, KeyRefused, load_key, make_key
from vault.schema import ITEMS, KEYS, vault_items, vault_keys

__all__ = [
    "HolderErased",
    "ItemConflict",
    "KeyRefused",
    "KeyTaken",
    "Opening",
    "Prepared",
    "Vault",
    "VaultDamaged",
    "open_vault",
]

_LOCK = 7_305_005

# What every sealing and opening asks is built once: building a statement costs more than answering.
_KEYS = "SELECT holder, wrapped, erased_at FROM vault_keys WHERE holder IN ({})"
_ITEMS = "SELECT item, holder, digest FROM vault_items WHERE item IN ({})"
_NEW_KEY = "INSERT INTO vault_keys (holder, key_id, wrapped, scrubbed) VALUES (?, ?, ?, 0)"
_NEW_ITEM = "INSERT INTO vault_items (item, holder, sealed, digest) VALUES (?, ?, ?, ?)"
_KEY_OF = select(vault_keys.c.wrapped, vault_keys.c.erased_at).where(
    vault_keys.c.holder == bindparam("holder")
)
_ITEM_OF = select(vault_items.c.sealed).where(
    vault_items.c.item == bindparam("item"), vault_items.c.holder == bindparam("holder")
)
_SPAN = 500


class VaultDamaged(Exception):
    """A sealed item is missing, altered, or not what its reference says."""


class HolderErased(Exception):
    """The holder was erased; nothing can be sealed for it ever again."""


class ItemConflict(Exception):
    """An item id already seals another text."""


class KeyTaken(Exception):
    """The holder was given another key meanwhile: prepare anew."""


@dataclass(frozen=True)
class Opening:
    """One sealed text laid open: with *key* whoever has it can check it against the fact's digest.

    Neither text nor key is ever printed by accident.
    """

    holder: str
    item: str
    key: bytes = field(repr=False)
    plaintext: bytes = field(repr=False)


@dataclass(frozen=True)
class _Key:
    """The data key of one holder; *fresh* while only memory knows it."""

    holder: str
    wrapped: bytes = field(repr=False)
    key: DataKey = field(repr=False)
    fresh: bool


@dataclass(frozen=True)
class _Item:
    """One sealed item that the vault does not hold yet."""

    item: str
    holder: str
    sealed: bytes = field(repr=False)
    digest: bytes = field(repr=False)


@dataclass(frozen=True)
class Prepared:
    """Texts sealed in memory: their *references* in order, and what is to be kept for them."""

    references: tuple[Sealed, ...]
    items: tuple[_Item, ...] = field(repr=False)
    keys: tuple[_Key, ...] = field(repr=False)


def open_vault(url: str, key_file: Path, *, create: bool = True) -> "Vault":
    """Open the vault at *url* with the key-encryption key in *key_file*.

    `sqlite:///.../vault.db` (its keys lie beside it in `vault-keys.db`) or a PostgreSQL URL. With
    *create*, what is missing is made; but a missing key is never made for a vault that has data
    keys. Raises `KeyRefused`, `LedgerMissing`, `LedgerUnavailable`, `WeakSettings`.
    """
    return Vault(parsed(url), key_file, create=create)


class Vault:
    """Seals, opens and erases; safe for threads and for several processes."""

    def __init__(self, url: URL, key_file: Path, *, create: bool = True) -> None:
        keys_url, file = url, sqlite_file(url)
        if file is not None:
            keys_file = file.with_name(f"{file.stem}-keys{file.suffix}")
            keys_url = url.set(database=str(keys_file))
            if not create and not (file.is_file() and keys_file.is_file()):
                raise LedgerMissing(f"没有保险库 {file}。 There is no vault at {file}.")
            make_file(file)
            make_file(keys_file)
        self._items = writing_engine(url, secure_delete=True)
        self._keys = writing_engine(keys_url, secure_delete=True)
        self._items_read = reading_engine(url)
        self._keys_read = reading_engine(keys_url)
        try:
            upgrade(self._items, ITEMS)
            upgrade(self._keys, KEYS)
            self._key = self._key_encryption_key(key_file, create=create)
            self._finish_wiping()
        except BaseException:
            self.close()
            raise

    def seal(self, holder: str, item: str, plaintext: bytes) -> Sealed:
        """Seal *plaintext* as *item* (a UUID) of *holder*, durably; repeatable.

        The same item and plaintext again give the same reference; another plaintext raises
        `ItemConflict`, an erased holder `HolderErased`.
        """
        return self.seal_many([(holder, item, plaintext)])[0]

    def seal_many(self, texts: Sequence[tuple[str, str, bytes]]) -> list[Sealed]:
        """Seal (holder, item, plaintext) in order, all or none, durably; raises as `seal`."""
        while True:
            prepared = self.sealing().seal(texts)
            (problem,) = self.keep_many([[prepared]])
            if problem is None:
                return list(prepared.references)
            if not isinstance(problem, KeyTaken):
                raise problem

    def sealing(self, *, looks: bool = False) -> "Sealing":
        """Return what seals texts in memory for one turn; nothing is kept before `keep_many`.

        An item that stands already is met there; with *looks* it is met while sealing.
        """
        return Sealing(self, looks=looks)

    def keep_many(self, batches: Sequence[Sequence["Prepared"]]) -> list[Exception | None]:
        """Keep what was prepared, each batch whole or not at all; durable when it returns.

        One transaction a file pays for all. A batch that cannot be kept is told why: `KeyTaken`
        (its holder was given another key meanwhile: prepare anew), `HolderErased`, `ItemConflict`.
        """
        answers: list[Exception | None] = [None] * len(batches)
        self._keep_keys(batches, answers)
        self._keep_items(batches, answers)
        return answers

    def _keep_keys(
        self, batches: Sequence[Sequence["Prepared"]], answers: list[Exception | None]
    ) -> None:
        used = [[key for one in batch for key in one.keys] for batch in batches]
        if not any(key.fresh for keys in used for key in keys):
            with speaking_plainly(), self._keys_read.connect() as connection:
                _check_keys(connection, used, answers)
            return
        with self._writing(self._keys) as connection:
            added = _check_keys(connection, used, answers)
            if added:
                rows = [(holder, self._key.id, wrapped) for holder, wrapped in added.items()]
                tell(connection, _NEW_KEY, rows)

    def _keep_items(
        self, batches: Sequence[Sequence["Prepared"]], answers: list[Exception | None]
    ) -> None:
        wanted = [[item for one in batch for item in one.items] for batch in batches]
        going = [
            item
            for items, problem in zip(wanted, answers, strict=True)
            if problem is None
            for item in items
        ]
        if not going:
            return
        with self._writing(self._items) as connection:
            standing = _stored(connection, [item.item for item in going])
            added: list[_Item] = []
            for place, items in enumerate(wanted):
                if answers[place] is not None:
                    continue
                clash = [
                    one.item
                    for one in items
                    if one.item in standing
                    and not _same(standing[one.item], one.holder, one.digest)
                ]
                if clash:
                    answers[place] = _conflict(clash[0])
                    continue
                fresh = {one.item: one for one in items if one.item not in standing}
                standing |= {name: (one.holder, one.digest) for name, one in fresh.items()}
                added += fresh.values()
            if added:
                rows = [(one.item, one.holder, one.sealed, one.digest) for one in added]
                tell(connection, _NEW_ITEM, rows)

    def items_of(self, items: Sequence[str]) -> dict[str, tuple[str, bytes]]:
        """Return holder and digest of those of *items* that stand, by name."""
        with speaking_plainly(), self._items_read.connect() as connection:
            return _stored(connection, items)

    def open(self, sealed: Sealed) -> bytes | None:
        """Return the plaintext *sealed* refers to, None when its holder has been erased.

        Raises `VaultDamaged` when the item is missing, altered, or has another digest.
        """
        opened = self._opened(sealed)
        return None if opened is None else opened[1]

    def opening(self, sealed: Sealed) -> Opening | None:
        """Return what lets a stranger see and check this one text, None for an erased holder.

        The key in it is the item's own: it opens and tells nothing of any other text, of the same
        holder or another. Raises `VaultDamaged` as `open`.
        """
        opened = self._opened(sealed)
        if opened is None:
            return None
        key, plaintext = opened
        return Opening(sealed.holder, sealed.item, key.item_key(sealed.item), plaintext)

    def _opened(self, sealed: Sealed) -> tuple[DataKey, bytes] | None:
        with speaking_plainly(), self._keys_read.connect() as connection:
            key_row = connection.execute(_KEY_OF, {"holder": sealed.holder}).one_or_none()
        if key_row is not None and key_row.erased_at is not None:
            return None
        with speaking_plainly(), self._items_read.connect() as connection:
            wanted = {"item": sealed.item, "holder": sealed.holder}
            item_row = connection.execute(_ITEM_OF, wanted).one_or_none()
        if key_row is None or item_row is None:
            if self.erased(sealed.holder):  # erased between the two questions
                return None
            raise VaultDamaged(
                f"保险库中没有 {sealed.item}。 The vault has no item {sealed.item} of "
                f"{sealed.holder}; restore it from a backup."
            )
        try:
            key = self._key.unwrap(sealed.holder, key_row.wrapped)
            plaintext = key.open(sealed.item, item_row.sealed)
        except CipherDamaged:
            raise _altered(sealed) from None
        if not hmac.compare_digest(key.digest(sealed.item, plaintext).hex(), sealed.digest):
            raise _altered(sealed)
        return key, plaintext

    def erase(self, holder: str) -> bool:
        """Destroy the key of *holder* and all that was sealed under it, for good; repeatable.

        True when there was a key to destroy. When it returns, neither key nor ciphertext is in
        the files of the vault, and no new key can be made for the holder.
        """
        with self._writing(self._keys) as connection:
            row = connection.execute(
                select(vault_keys.c.wrapped, vault_keys.c.erased_at).where(
                    vault_keys.c.holder == holder
                )
            ).one_or_none()
            had_key = row is not None and row.wrapped is not None
            tombstone = {
                "key_id": self._key.id,
                "wrapped": null(),
                "erased_at": instant_text(datetime.now(UTC)),
                "scrubbed": 0,
            }
            if row is None:
                connection.execute(insert(vault_keys).values(holder=holder, **tombstone))
            elif had_key:
                this_holder = update(vault_keys).where(vault_keys.c.holder == holder)
                # The same length again, so that the bytes are overwritten where they lie.
                connection.execute(this_holder.values(wrapped=bytes(len(row.wrapped))))
                connection.execute(this_holder.values(**tombstone))
        self._finish_wiping()
        return had_key

    def erased(self, holder: str) -> bool:
        """Say whether *holder* was erased."""
        question = select(vault_keys.c.erased_at).where(vault_keys.c.holder == holder)
        with speaking_plainly(), self._keys_read.connect() as connection:
            return connection.execute(question).scalar() is not None

    def token(self, label: str, data: bytes) -> str:
        """Return a name for *data* under *label* that only holders of the key can derive or test.

        64 hexadecimal digits (HMAC-SHA-256); the same data give the same name, so that an import
        repeated finds itself, yet a list of telephone numbers cannot be tried against it.
        """
        return self._key.token(label, data)

    def close(self) -> None:
        """Let go of the databases."""
        for engine in (self._items, self._keys, self._items_read, self._keys_read):
            engine.dispose()

    @contextmanager
    def _writing(self, engine: Engine) -> Iterator[Connection]:
        with speaking_plainly(), engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection

    def _key_encryption_key(self, file: Path, *, create: bool) -> KeyEncryptionKey:
        with speaking_plainly(), self._keys_read.connect() as connection:
            used = connection.execute(
                select(vault_keys.c.key_id).where(vault_keys.c.wrapped.is_not(None)).limit(1)
            ).scalar()
        key = make_key(file) if create and used is None and not file.exists() else load_key(file)
        if used is not None and used != key.id:
            raise KeyRefused(
                f"{file} 不是这个保险库的密钥。 {file} is not the key of this vault (key id "
                f"{key.id}, the vault uses {used}); put the right key file in its place."
            )
        return key

    def keys_of(self, holders: Sequence[str]) -> dict[str, "_Key"]:
        """Return the key of each holder; one without is given a key that only memory knows yet.

        Raises `HolderErased`, `VaultDamaged`, `LedgerUnavailable`.
        """
        with speaking_plainly(), self._keys_read.connect() as connection:
            known = _keys(connection, holders)
        keys: dict[str, _Key] = {}
        for holder in holders:
            wrapped = known[holder] if holder in known else self._key.new_data_key(holder)
            if wrapped is None:
                raise _forgotten(holder)
            fresh = holder not in known
            keys[holder] = _Key(holder, wrapped, self._unwrapped(holder, wrapped), fresh)
        return keys

    def _unwrapped(self, holder: str, wrapped: bytes) -> DataKey:
        try:
            return self._key.unwrap(holder, wrapped)
        except CipherDamaged:
            raise VaultDamaged(
                f"{holder} 的密钥已损坏。 The key of {holder} is damaged; restore "
                "the keys from a backup."
            ) from None

    def _finish_wiping(self) -> None:
        """What is erased leaves the files too, even when an earlier wiping was cut short."""
        unfinished = (vault_keys.c.erased_at.is_not(None)) & (vault_keys.c.scrubbed == 0)
        with speaking_plainly(), self._keys_read.connect() as connection:
            holders = list(connection.scalars(select(vault_keys.c.holder).where(unfinished)))
        if not holders:
            return
        if self._items.dialect.name == "sqlite":
            self._keys_read.dispose()  # an idle reader of ours must not hold up the wiping
            self._items_read.dispose()
        with self._writing(self._items) as connection:
            connection.execute(delete(vault_items).where(vault_items.c.holder.in_(holders)))
        _wipe(self._items, "vault_items", rewrite=False)
        _wipe(self._keys, "vault_keys", rewrite=True)
        with self._writing(self._keys) as connection:
            connection.execute(
                update(vault_keys)
                .where(unfinished, vault_keys.c.holder.in_(holders))
                .values(scrubbed=1)
            )


class Sealing:
    """Seals texts in memory for one turn; one holder is given one key in it, new or not."""

    def __init__(self, vault: Vault, *, looks: bool) -> None:
        self._vault, self._looks = vault, looks
        self._keys: dict[str, _Key] = {}
        self._made: dict[str, _Item] = {}

    def seal(self, texts: Sequence[tuple[str, str, bytes]]) -> Prepared:
        """Seal (holder, item, plaintext) in order; an item that stands gives the reference it has.

        Raises `ItemConflict` where one made before, or with *looks* one that stands, seals another
        text; `HolderErased`, `VaultDamaged`, `LedgerUnavailable`.
        """
        for holder, item, _ in texts:
            Sealed(holder=holder, item=item, digest="0" * 64)  # refuses a malformed name
        missing = sorted({holder for holder, _, _ in texts} - self._keys.keys())
        if missing:
            self._keys |= self._vault.keys_of(missing)
        standing = self._vault.items_of([item for _, item, _ in texts]) if self._looks else {}
        items: list[_Item] = []
        references: list[Sealed] = []
        for holder, item, plaintext in texts:
            key = self._keys[holder].key
            digest = key.digest(item, plaintext)
            made = self._made.get(item)
            if item in standing:
                before = standing[item]
            elif made is not None:
                before = (made.holder, made.digest)
            else:
                made = _Item(item, holder, key.seal(item, plaintext), digest)
                before = (holder, digest)
            if not _same(before, holder, digest):
                raise _conflict(item)
            if made is not None:
                self._made[item] = made
                items.append(made)
            references.append(Sealed(holder=holder, item=item, digest=digest.hex()))
        used = {holder: self._keys[holder] for holder, _, _ in texts}
        return Prepared(tuple(references), tuple(items), tuple(used.values()))


def _stored(connection: Connection, items: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    rows = _among(connection, _ITEMS, items)
    return {item: (holder, bytes(digest)) for item, holder, digest in rows}


def _keys(connection: Connection, holders: Sequence[str]) -> dict[str, bytes | None]:
    """Return the wrapped key of each holder that has one, None for an erased one."""
    rows = _among(connection, _KEYS, holders)
    return {
        holder: None if erased_at is not None else bytes(wrapped)
        for holder, wrapped, erased_at in rows
    }


def _among(connection: Connection, statement: str, values: Sequence[str]) -> Iterator[Any]:
    for start in range(0, len(values), _SPAN):
        some = values[start : start + _SPAN]
        yield from ask(connection, statement.format(", ".join("?" for _ in some)), some)


def _same(stored: tuple[str, bytes], holder: str, digest: bytes) -> bool:
    return stored[0] == holder and hmac.compare_digest(stored[1], digest)


def _check_keys(
    connection: Connection, used: list[list[_Key]], answers: list[Exception | None]
) -> dict[str, bytes]:
    """Answer the batches whose keys are not what stands; return the keys that are to be added."""
    holders = sorted({key.holder for keys in used for key in keys})
    stands = _keys(connection, holders)
    added: dict[str, bytes] = {}
    for place, keys in enumerate(used):
        missing: dict[str, bytes] = {}
        for key in keys:
            found = stands.get(key.holder, key.wrapped)
            if found is None:
                answers[place] = _forgotten(key.holder)
            elif found != key.wrapped:
                answers[place] = KeyTaken(f"{key.holder} has another key")
            elif key.holder not in stands:
                missing[key.holder] = key.wrapped
        if answers[place] is None:
            added |= missing
            stands |= missing
    return added


def _forgotten(holder: str) -> HolderErased:
    return HolderErased(
        f"{holder} 已被遗忘，不能再封存任何内容。 {holder} was erased; "
        "nothing can be sealed for it again."
    )


def _conflict(item: str) -> ItemConflict:
    return ItemConflict(
        f"编号 {item} 已封存另一内容。 Item {item} already seals another text; "
        "use a new id for a new text."
    )


def _altered(sealed: Sealed) -> VaultDamaged:
    return VaultDamaged(
        f"{sealed.item} 的密文或摘要不符。 Item {sealed.item} of {sealed.holder} was altered: "
        "ciphertext, key and digest do not belong together."
    )


def _wipe(engine: Engine, table: str, *, rewrite: bool) -> None:
    """Removed bytes leave the database file and its write-ahead log."""
    with speaking_plainly():
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(f"VACUUM ({'FULL, ' if rewrite else ''}ANALYZE) {table}")
            return
        with contextlib.closing(engine.raw_connection()) as raw:
            cursor = raw.cursor()
            if rewrite:  # moving cells between pages can leave copies secure_delete never meets
                cursor.execute("VACUUM")
            # Waits for readers up to the busy timeout, and says whether they were in the way.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchall()[0][0]
    if busy:
        raise LedgerUnavailable("a reader holds on to the vault's write-ahead log")
