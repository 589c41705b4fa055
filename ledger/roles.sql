-- Roles for the ledger on PostgreSQL: an owner who migrates, a writer who appends, a reader.
--
-- Run once as a superuser in the ledger's database, after the owner has run the migrations
-- (`jiedui up` or any command with the owner's URL). Then give the workers the writer's URL and
-- the boards and auditors the reader's. Passwords and certificates are set by your own rules.
--
-- The writer may add entries and nothing else: it owns no table, so it cannot drop or disable the
-- guards, and it names every column it may write, so that a column added later is closed to it.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiedui_writer') THEN
        CREATE ROLE jiedui_writer NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiedui_reader') THEN
        CREATE ROLE jiedui_reader NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
    END IF;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON entries, counters, checkpoints, cosignatures, ledger_schema
    FROM PUBLIC, jiedui_writer, jiedui_reader;

GRANT USAGE ON SCHEMA public TO jiedui_writer, jiedui_reader;
GRANT SELECT ON entries, counters, checkpoints, cosignatures, ledger_schema
    TO jiedui_writer, jiedui_reader;

GRANT INSERT (
    position, stream, category, version, ordinal, kind, recorded_at, command_id, digest, pairing,
    body, hash
) ON entries TO jiedui_writer;

GRANT INSERT (county, day, last), UPDATE (last) ON counters TO jiedui_writer;

GRANT INSERT (size, root, note, signed_at) ON checkpoints TO jiedui_writer;

GRANT INSERT (size, witness, line, received_at) ON cosignatures TO jiedui_writer;
