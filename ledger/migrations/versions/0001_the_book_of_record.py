"""The log of entries and the counters of work-order numbers, each with its guards.

The guards speak for the database itself: no entry is changed, removed or replaced, and the next
entry is exactly the next one. An owner of the database can drop them; the auditor then says so.
"""

from alembic import op

revision = "0001"
down_revision = None

SQLITE = (
    """
    CREATE TABLE entries (
        position INTEGER PRIMARY KEY CHECK (position >= 0),
        stream TEXT NOT NULL,
        category TEXT NOT NULL,
        version INTEGER NOT NULL CHECK (version >= 1),
        ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
        kind TEXT NOT NULL,
        recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 27),
        command_id TEXT NOT NULL,
        digest TEXT NOT NULL CHECK (length(digest) = 64),
        pairing TEXT,
        body BLOB NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        UNIQUE (stream, version),
        UNIQUE (stream, command_id, ordinal)
    ) STRICT
    """,
    "CREATE INDEX entries_by_category ON entries (category, position)",
    "CREATE INDEX entries_by_kind ON entries (kind, recorded_at, position)",
    "CREATE INDEX entries_that_begin ON entries (category, stream) WHERE version = 1",
    """
    CREATE INDEX entries_by_pairing ON entries (pairing, category, stream)
    WHERE pairing IS NOT NULL
    """,
    """
    CREATE TRIGGER entries_are_never_changed BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry is never changed'); END
    """,
    """
    CREATE TRIGGER entries_are_never_removed BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry is never removed'); END
    """,
    # INSERT OR REPLACE removes rows without asking the trigger above; it is stopped here.
    """
    CREATE TRIGGER entries_follow_each_other BEFORE INSERT ON entries
    BEGIN
        SELECT RAISE(ABORT, 'the ledger is append-only: the next position is the next one')
        WHERE NEW.position IS NOT (SELECT coalesce(max(position), -1) + 1 FROM entries);
        SELECT RAISE(ABORT, 'the ledger is append-only: the next version is the next one')
        WHERE NEW.version IS NOT
            (SELECT coalesce(max(version), 0) + 1 FROM entries WHERE stream = NEW.stream);
        SELECT RAISE(ABORT, 'the ledger is append-only: this command has been recorded')
        WHERE EXISTS (
            SELECT 1 FROM entries WHERE stream = NEW.stream
            AND command_id = NEW.command_id AND ordinal = NEW.ordinal
        );
        SELECT RAISE(ABORT, 'the ledger is append-only: time does not go back')
        WHERE NEW.recorded_at <
            (SELECT recorded_at FROM entries WHERE position = NEW.position - 1);
    END
    """,
    """
    CREATE TABLE counters (
        county TEXT NOT NULL,
        day TEXT NOT NULL,
        last INTEGER NOT NULL CHECK (last >= 1),
        PRIMARY KEY (county, day)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TRIGGER counters_only_grow BEFORE UPDATE ON counters
    WHEN NEW.county IS NOT OLD.county OR NEW.day IS NOT OLD.day OR NEW.last <= OLD.last
    BEGIN SELECT RAISE(ABORT, 'a work-order number is never given twice'); END
    """,
    """
    CREATE TRIGGER counters_are_never_removed BEFORE DELETE ON counters
    BEGIN SELECT RAISE(ABORT, 'a work-order number is never given twice'); END
    """,
    """
    CREATE TRIGGER counters_are_never_replaced BEFORE INSERT ON counters
    WHEN EXISTS (SELECT 1 FROM counters WHERE county = NEW.county AND day = NEW.day)
    BEGIN SELECT RAISE(ABORT, 'a work-order number is never given twice'); END
    """,
)

POSTGRESQL = (
    # COLLATE "C": names are compared byte by byte, whatever the language of the server.
    """
    CREATE TABLE entries (
        position bigint PRIMARY KEY CHECK (position >= 0),
        stream text COLLATE "C" NOT NULL,
        category text COLLATE "C" NOT NULL,
        version bigint NOT NULL CHECK (version >= 1),
        ordinal integer NOT NULL CHECK (ordinal >= 0),
        kind text COLLATE "C" NOT NULL,
        recorded_at text COLLATE "C" NOT NULL CHECK (length(recorded_at) = 27),
        command_id text COLLATE "C" NOT NULL,
        digest text COLLATE "C" NOT NULL CHECK (length(digest) = 64),
        pairing text COLLATE "C",
        body bytea NOT NULL,
        hash bytea NOT NULL CHECK (length(hash) = 32),
        CONSTRAINT entries_stream_version UNIQUE (stream, version),
        CONSTRAINT entries_command UNIQUE (stream, command_id, ordinal)
    )
    """,
    "CREATE INDEX entries_by_category ON entries (category, position)",
    "CREATE INDEX entries_by_kind ON entries (kind, recorded_at, position)",
    "CREATE INDEX entries_that_begin ON entries (category, stream) WHERE version = 1",
    """
    CREATE INDEX entries_by_pairing ON entries (pairing, category, stream)
    WHERE pairing IS NOT NULL
    """,
    """
    CREATE FUNCTION entries_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is append-only: an entry is never changed or removed'
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER entries_are_never_changed BEFORE UPDATE OR DELETE ON entries
    FOR EACH ROW EXECUTE FUNCTION entries_are_append_only()
    """,
    """
    CREATE TRIGGER entries_are_never_truncated BEFORE TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION entries_are_append_only()
    """,
    """
    CREATE FUNCTION entries_follow_each_other() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        newest record;
        version_before bigint;
    BEGIN
        SELECT position, recorded_at INTO newest FROM entries ORDER BY position DESC LIMIT 1;
        SELECT max(version) INTO version_before FROM entries WHERE stream = NEW.stream;
        IF NEW.position IS DISTINCT FROM coalesce(newest.position, -1) + 1 THEN
            RAISE EXCEPTION 'the ledger is append-only: the next position is the next one'
                USING ERRCODE = 'restrict_violation';
        ELSIF NEW.version IS DISTINCT FROM coalesce(version_before, 0) + 1 THEN
            RAISE EXCEPTION 'the ledger is append-only: the next version is the next one'
                USING ERRCODE = 'restrict_violation';
        ELSIF NEW.recorded_at < newest.recorded_at THEN
            RAISE EXCEPTION 'the ledger is append-only: time does not go back'
                USING ERRCODE = 'restrict_violation';
        ELSIF NEW.hash IS DISTINCT FROM sha256('\\x00'::bytea || NEW.body) THEN
            RAISE EXCEPTION 'the hash is not that of the body'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER entries_follow_each_other BEFORE INSERT ON entries
    FOR EACH ROW EXECUTE FUNCTION entries_follow_each_other()
    """,
    """
    CREATE TABLE counters (
        county text COLLATE "C" NOT NULL,
        day text COLLATE "C" NOT NULL,
        last bigint NOT NULL CHECK (last >= 1),
        PRIMARY KEY (county, day)
    )
    """,
    """
    CREATE FUNCTION counters_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NEW.county = OLD.county AND NEW.day = OLD.day AND NEW.last > OLD.last THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'a work-order number is never given twice'
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER counters_only_grow BEFORE UPDATE OR DELETE ON counters
    FOR EACH ROW EXECUTE FUNCTION counters_only_grow()
    """,
    """
    CREATE TRIGGER counters_are_never_truncated BEFORE TRUNCATE ON counters
    FOR EACH STATEMENT EXECUTE FUNCTION counters_only_grow()
    """,
    # ALWAYS: even session_replication_role = replica does not silence them.
    "ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_are_never_changed",
    "ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_are_never_truncated",
    "ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_follow_each_other",
    "ALTER TABLE counters ENABLE ALWAYS TRIGGER counters_only_grow",
    "ALTER TABLE counters ENABLE ALWAYS TRIGGER counters_are_never_truncated",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise RuntimeError("the book of record is never taken back; restore a backup instead")
