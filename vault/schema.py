"""The tables of the vault, as the code asks them, and where each book of it has its history.

The migrations hold the full definition with its guards; these are the columns in use.
"""

from pathlib import Path

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text

from ledger.migrating import Book

HERE = Path(__file__).parent / "migrations"
ITEMS = Book("vault", HERE / "items", "0001")
KEYS = Book("vault_keys", HERE / "keys", "0001")

metadata = MetaData()

vault_keys = Table(
    "vault_keys",
    metadata,
    Column("holder", Text, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("wrapped", LargeBinary),
    Column("erased_at", Text),
    Column("scrubbed", Integer, nullable=False),
)

vault_items = Table(
    "vault_items",
    metadata,
    Column("item", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
