"""Every form of the keys of a holder, taken while they still stand, to be looked for afterwards."""

import base64
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select

from desk.opening import Books
from vault.keys import decrypt, derived, framed
from vault.schema import vault_items, vault_keys


def secrets_of(books: Books, key_file: Path, holders: Iterable[str]) -> dict[str, bytes]:
    """Return the keys of *holders*: wrapped, unwrapped, derived, and each item's ciphertext."""
    master = base64.b64decode(key_file.read_text("ascii").strip().partition(":")[2])
    found: dict[str, bytes] = {}
    for holder in holders:
        with books.vault._keys_read.connect() as connection:
            wrapped = bytes(
                connection.execute(
                    select(vault_keys.c.wrapped).where(vault_keys.c.holder == holder)
                ).scalar_one()
            )
        key = decrypt(derived(master, "wrap"), wrapped, framed(holder.encode()))
        found[f"wrapped {holder}"] = wrapped
        found[f"inside of the wrapped {holder}"] = wrapped[12:44]
        found[f"key {holder}"] = key
        for purpose in ("item", "digest"):
            found[f"{purpose} key {holder}"] = derived(key, purpose)
        data_key = books.vault._key.unwrap(holder, wrapped)
        with books.vault._items_read.connect() as connection:
            items = connection.execute(
                select(vault_items.c.item, vault_items.c.sealed).where(
                    vault_items.c.holder == holder
                )
            ).all()
        assert items, f"nothing was sealed for {holder}"
        for item, sealed in items:
            found[f"ciphertext {item}"] = bytes(sealed)[12:]
            found[f"item key {item}"] = data_key.item_key(item)
    return found


def forms_of(secret: bytes) -> tuple[bytes, ...]:
    """Return how *secret* could stand in a file: raw, in hexadecimal, in base64 from its start."""
    whole = secret[: len(secret) // 3 * 3]
    encoded = base64.b64encode(whole), base64.urlsafe_b64encode(whole)
    return secret, secret.hex().encode(), secret.hex().upper().encode(), *encoded
