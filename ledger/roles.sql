-- Roles on PostgreSQL: an owner who migrates, a writer who appends, a service, a reader.
--
-- Run as a superuser in the ledger's database, after the owner has run the migrations (any command
-- with the owner's URL, such as `jiedui policy list`), and again after a restore. The programs sign
-- in with a role of the service, auditors with one of the reader:
--
--   CREATE ROLE jiedui_app LOGIN IN ROLE jiedui_service;
--   ALTER ROLE jiedui_app SET role = 'jiedui_service';   -- what one program makes, the others use
--   CREATE ROLE jiedui_auditor LOGIN IN ROLE jiedui_reader;
--
-- Passwords and certificates are set by your own rules.
--
-- The writer may add entries and nothing else: it owns no table, so it cannot drop or disable the
-- guards, and it names every column it may write, so that a column added later is closed to it.
-- The service is a writer that owns the vault, whose erasures wipe the files, and what may be lost:
-- boards, sessions, deliveries. Of the ledger's own tables it owns none.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiedui_writer') THEN
        CREATE ROLE jiedui_writer NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jiedui_service') THEN
        CREATE ROLE jiedui_service NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT;
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

GRANT jiedui_writer TO jiedui_service;
GRANT USAGE, CREATE ON SCHEMA public TO jiedui_service;

DO $$
DECLARE
    beside text;
BEGIN
    FOREACH beside IN ARRAY ARRAY['vault_items', 'vault_schema', 'vault_keys', 'vault_keys_schema']
    LOOP
        IF to_regclass(beside) IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %I OWNER TO jiedui_service', beside);
            -- Ciphertexts: an auditor counts what opens no more against what was erased.
            EXECUTE format('GRANT SELECT ON %I TO jiedui_reader', beside);
        END IF;
    END LOOP;
END $$;
