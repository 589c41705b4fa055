"""Sealed texts and documents: written once, removed only when their holder is erased."""

from alembic import op

revision = "0001"
down_revision = None

SQLITE = (
    """
    CREATE TABLE vault_items (
        item TEXT PRIMARY KEY,
        holder TEXT NOT NULL,
        sealed BLOB NOT NULL,
        digest BLOB NOT NULL CHECK (length(digest) = 32)
    ) STRICT
    """,
    "CREATE INDEX vault_items_by_holder ON vault_items (holder)",
    """
    CREATE TRIGGER vault_items_are_never_changed BEFORE UPDATE ON vault_items
    BEGIN SELECT RAISE(ABORT, 'a sealed item is never changed'); END
    """,
    """
    CREATE TRIGGER vault_items_are_never_replaced BEFORE INSERT ON vault_items
    WHEN EXISTS (SELECT 1 FROM vault_items WHERE item = NEW.item)
    BEGIN SELECT RAISE(ABORT, 'a sealed item is never changed'); END
    """,
)

POSTGRESQL = (
    """
    CREATE TABLE vault_items (
        item text COLLATE "C" PRIMARY KEY,
        holder text COLLATE "C" NOT NULL,
        sealed bytea NOT NULL,
        digest bytea NOT NULL CHECK (length(digest) = 32)
    )
    """,
    "CREATE INDEX vault_items_by_holder ON vault_items (holder)",
    """
    CREATE FUNCTION vault_items_are_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a sealed item is never changed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER vault_items_are_never_changed BEFORE UPDATE ON vault_items
    FOR EACH ROW EXECUTE FUNCTION vault_items_are_never_changed()
    """,
    "ALTER TABLE vault_items ENABLE ALWAYS TRIGGER vault_items_are_never_changed",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise RuntimeError("the vault is never taken back; restore a backup instead")
