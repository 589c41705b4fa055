"""Wrapped data keys, one a holder, and the tombstones of the erased: a tombstone is for ever."""

from alembic import op

revision = "0001"
down_revision = None

SQLITE = (
    """
    CREATE TABLE vault_keys (
        holder TEXT PRIMARY KEY,
        key_id TEXT NOT NULL,
        wrapped BLOB,
        erased_at TEXT,
        scrubbed INTEGER NOT NULL DEFAULT 0,
        CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
    ) STRICT
    """,
    """
    CREATE INDEX vault_keys_to_scrub ON vault_keys (holder)
    WHERE erased_at IS NOT NULL AND scrubbed = 0
    """,
    """
    CREATE TRIGGER vault_keys_stay_erased BEFORE UPDATE ON vault_keys
    WHEN OLD.erased_at IS NOT NULL
        AND (NEW.wrapped IS NOT NULL OR NEW.erased_at IS NOT OLD.erased_at)
    BEGIN SELECT RAISE(ABORT, 'an erased holder never gets a key again'); END
    """,
    """
    CREATE TRIGGER vault_keys_are_never_removed BEFORE DELETE ON vault_keys
    BEGIN SELECT RAISE(ABORT, 'a holder is erased, never forgotten to have been erased'); END
    """,
    """
    CREATE TRIGGER vault_keys_are_never_replaced BEFORE INSERT ON vault_keys
    WHEN EXISTS (SELECT 1 FROM vault_keys WHERE holder = NEW.holder)
    BEGIN SELECT RAISE(ABORT, 'a holder has one key'); END
    """,
)

POSTGRESQL = (
    """
    CREATE TABLE vault_keys (
        holder text COLLATE "C" PRIMARY KEY,
        key_id text NOT NULL,
        wrapped bytea,
        erased_at text,
        scrubbed integer NOT NULL DEFAULT 0,
        CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
    )
    """,
    """
    CREATE INDEX vault_keys_to_scrub ON vault_keys (holder)
    WHERE erased_at IS NOT NULL AND scrubbed = 0
    """,
    """
    CREATE FUNCTION vault_keys_stay_erased() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF OLD.erased_at IS NULL OR
                (NEW.wrapped IS NULL AND NEW.erased_at IS NOT DISTINCT FROM OLD.erased_at)
            THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'an erased holder never gets a key again'
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER vault_keys_stay_erased BEFORE UPDATE OR DELETE ON vault_keys
    FOR EACH ROW EXECUTE FUNCTION vault_keys_stay_erased()
    """,
    """
    CREATE TRIGGER vault_keys_are_never_truncated BEFORE TRUNCATE ON vault_keys
    FOR EACH STATEMENT EXECUTE FUNCTION vault_keys_stay_erased()
    """,
    "ALTER TABLE vault_keys ENABLE ALWAYS TRIGGER vault_keys_stay_erased",
    "ALTER TABLE vault_keys ENABLE ALWAYS TRIGGER vault_keys_are_never_truncated",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise RuntimeError("the vault is never taken back; restore a backup instead")
