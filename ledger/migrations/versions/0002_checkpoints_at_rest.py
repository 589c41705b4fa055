"""The checkpoints that were signed and the cosignatures that came back, guarded like entries.

A checkpoint is written before anybody sees it, and sizes only grow: whoever signs finds here what
the next one must extend. The auditor looks for these guards by name (`audit/sources.py`); on
SQLite and PostgreSQL: `checkpoints_are_never_changed`, `checkpoints_are_never_replaced`,
`cosignatures_are_never_changed`, `cosignatures_are_never_replaced`; on SQLite also
`…_are_never_removed`, on PostgreSQL, where one trigger takes update and delete,
`…_are_never_truncated`.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

SQLITE = (
    """
    CREATE TABLE checkpoints (
        size INTEGER PRIMARY KEY CHECK (size >= 0),
        root BLOB NOT NULL CHECK (length(root) = 32),
        note BLOB NOT NULL,
        signed_at TEXT NOT NULL CHECK (length(signed_at) = 27)
    ) STRICT
    """,
    """
    CREATE TRIGGER checkpoints_are_never_changed BEFORE UPDATE ON checkpoints
    BEGIN SELECT RAISE(ABORT, 'a signed checkpoint is never changed'); END
    """,
    """
    CREATE TRIGGER checkpoints_are_never_removed BEFORE DELETE ON checkpoints
    BEGIN SELECT RAISE(ABORT, 'a signed checkpoint is never removed'); END
    """,
    # INSERT OR REPLACE removes rows without asking the trigger above; it is stopped here.
    """
    CREATE TRIGGER checkpoints_are_never_replaced BEFORE INSERT ON checkpoints
    BEGIN
        SELECT RAISE(ABORT, 'a signed checkpoint is never replaced, and the next one is larger')
        WHERE NEW.size <= (SELECT max(size) FROM checkpoints);
    END
    """,
    """
    CREATE TABLE cosignatures (
        size INTEGER NOT NULL REFERENCES checkpoints (size),
        witness TEXT NOT NULL,
        line TEXT NOT NULL,
        received_at TEXT NOT NULL CHECK (length(received_at) = 27),
        PRIMARY KEY (size, witness)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TRIGGER cosignatures_are_never_changed BEFORE UPDATE ON cosignatures
    BEGIN SELECT RAISE(ABORT, 'a cosignature is never changed'); END
    """,
    """
    CREATE TRIGGER cosignatures_are_never_removed BEFORE DELETE ON cosignatures
    BEGIN SELECT RAISE(ABORT, 'a cosignature is never removed'); END
    """,
    """
    CREATE TRIGGER cosignatures_are_never_replaced BEFORE INSERT ON cosignatures
    BEGIN
        SELECT RAISE(ABORT, 'a cosignature is never replaced') WHERE EXISTS (
            SELECT 1 FROM cosignatures WHERE size = NEW.size AND witness = NEW.witness
        );
        SELECT RAISE(ABORT, 'a cosignature is never given to a checkpoint nobody signed')
        WHERE NOT EXISTS (SELECT 1 FROM checkpoints WHERE size = NEW.size);
    END
    """,
)

POSTGRESQL = (
    """
    CREATE TABLE checkpoints (
        size bigint PRIMARY KEY CHECK (size >= 0),
        root bytea NOT NULL CHECK (length(root) = 32),
        note bytea NOT NULL,
        signed_at text COLLATE "C" NOT NULL CHECK (length(signed_at) = 27)
    )
    """,
    """
    CREATE TABLE cosignatures (
        size bigint NOT NULL REFERENCES checkpoints (size),
        witness text COLLATE "C" NOT NULL,
        line text COLLATE "C" NOT NULL,
        received_at text COLLATE "C" NOT NULL CHECK (length(received_at) = 27),
        PRIMARY KEY (size, witness)
    )
    """,
    """
    CREATE FUNCTION checkpoints_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'checkpoints and cosignatures are never changed or removed'
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE FUNCTION checkpoints_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.size <= (SELECT max(size) FROM checkpoints) THEN
            RAISE EXCEPTION 'a signed checkpoint is never replaced, and the next one is larger'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION cosignatures_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM cosignatures WHERE size = NEW.size AND witness = NEW.witness
        ) THEN
            RAISE EXCEPTION 'a cosignature is never replaced'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER {table}_are_never_{what} BEFORE {when} ON {table}
        FOR EACH {each} EXECUTE FUNCTION {function}()
        """
        for table, grow in (
            ("checkpoints", "checkpoints_only_grow"),
            ("cosignatures", "cosignatures_only_grow"),
        )
        for what, when, each, function in (
            ("changed", "UPDATE OR DELETE", "ROW", "checkpoints_are_append_only"),
            ("truncated", "TRUNCATE", "STATEMENT", "checkpoints_are_append_only"),
            ("replaced", "INSERT", "ROW", grow),
        )
    ),
    # ALWAYS: even session_replication_role = replica does not silence them.
    *(
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_are_never_{what}"
        for table in ("checkpoints", "cosignatures")
        for what in ("changed", "truncated", "replaced")
    ),
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise RuntimeError("the book of record is never taken back; restore a backup instead")
