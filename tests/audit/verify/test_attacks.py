"""The attacks of a database's owner, and who finds them: the table of promises, row by row.

Three auditors look at each: one with the ledger's file alone, one who kept a checkpoint of its
first nine entries, one who has what two witnesses cosigned last. The attacker also holds the key
that signs checkpoints. Two rows are declared: what was never recorded, and what was backdated by
less than the time between two checkpoints, no proof in this world shows.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from audit.verify.verifying import Trust, verify
from domain.values import instant_text
from ledger.store import open_ledger
from tests.audit.verify.stage import (
    LOG,
    TASKS,
    Office,
    Row,
    _item,
    another,
    founded,
    made_whole,
    published,
    rehashed,
    rewritten,
    shown_to_another,
    unguarded,
)
from tests.ledger.episodes import MONDAY, append, minutes
from tests.ledger.postgres import PostgresServer
from tests.publishing.stage import Office as Signing
from transparency.keys import COSIGNATURE_V1, SigningKey
from transparency.policies import read_policy
from vault.keys import load_key, make_key

FOUND, MISSED = True, False


@pytest.fixture
def office(ledger_url: str, vault_url: str, tmp_path: Path) -> Office:
    return founded(ledger_url, vault_url, tmp_path / "keys" / "vault.key")


def nothing(office: Office) -> Office:
    return office


def edit_a_body(office: Office) -> Office:
    rewritten(office.url, lambda rows: [*rows[:4], another(rows[4]), *rows[5:]])
    return office


def edit_and_mend_its_hash(office: Office) -> Office:
    rewritten(office.url, lambda rows: [*rows[:4], rehashed(another(rows[4])), *rows[5:]])
    return office


def edit_the_last_and_its_hash(office: Office) -> Office:
    rewritten(office.url, lambda rows: [*rows[:11], rehashed(another(rows[11]))])
    return office


def edit_and_rehash_all_after(office: Office) -> Office:
    rewritten(office.url, lambda rows: made_whole([*rows[:4], another(rows[4]), *rows[5:]]))
    return office


def delete_one_in_the_middle(office: Office) -> Office:
    rewritten(office.url, lambda rows: [*rows[:5], *rows[6:]])
    return office


def delete_a_whole_case_and_renumber(office: Office) -> Office:
    def without(rows: list[Row]) -> list[Row]:
        return made_whole([row for row in rows if row["stream"] != TASKS[1]])

    rewritten(office.url, without)
    return office


def cut_off_the_tail(office: Office) -> Office:
    rewritten(office.url, lambda rows: rows[:10])
    return office


def swap_two(office: Office) -> Office:
    def swapped(rows: list[Row]) -> list[Row]:
        four, seven = {**rows[4], "position": 7}, {**rows[7], "position": 4}
        return [*rows[:4], seven, *rows[5:7], four, *rows[8:]]

    rewritten(office.url, swapped)
    return office


def fork_the_tail(office: Office) -> Office:
    rewritten(office.url, lambda rows: made_whole([*rows[:10], *map(another, rows[10:])]))
    return office


def empty_the_ledger(office: Office) -> Office:
    rewritten(office.url, lambda _: [])
    return office


def restore_an_old_backup(office: Office) -> Office:
    rewritten(office.url, lambda rows: rows[:6])
    return office


def backdate_within_an_interval(office: Office) -> Office:
    """Recorded hours later, told as of a moment after the last checkpoint was signed."""
    _one_more(office, minute=231)
    return office


def backdate_beyond_an_interval(office: Office) -> Office:
    """Told as of a moment at which witnesses saw a ledger that did not have it."""
    _one_more(office, minute=221)
    return office


def _one_more(office: Office, *, minute: int) -> None:
    ledger = open_ledger(office.url)
    append(ledger, TASKS[0], 4, "c-late", at=minutes(minute))
    ledger.close()


def show_another_history_to_somebody_else(office: Office) -> Office:
    rewritten(office.url, lambda rows: made_whole([*rows[:4], another(rows[4]), *rows[5:]]))
    return shown_to_another(office)


def never_record_it(office: Office) -> Office:
    """Somebody telephones, and nobody writes it down."""
    return office


def let_an_index_lie(office: Office) -> Office:
    """Readers who ask by kind are told of eleven entries; the table has twelve."""
    with unguarded(office.url) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA writable_schema = ON")
            connection.exec_driver_sql(
                "UPDATE sqlite_master "
                "SET sql = replace(sql, 'kind, recorded_at', 'digest, recorded_at') "
                "WHERE name = 'entries_by_kind'"
            )
    if office.url.startswith("sqlite"):
        return office
    # A row that changes and changes back while its index is told not to listen is lost to it.
    index = " WHERE indexrelid = 'entries_by_kind'::regclass"
    with unguarded(office.url) as connection:
        for statement in (
            "UPDATE pg_index SET indisready = false" + index,  # noqa: S608 - a constant
            "UPDATE entries SET kind = 'progress_lost.v1' WHERE position = 5",
            "UPDATE entries SET kind = 'progress_logged.v1' WHERE position = 5",
            "UPDATE pg_index SET indisready = true" + index,  # noqa: S608 - a constant
        ):
            connection.exec_driver_sql(statement)
    return office


def destroy_a_key_without_authority(office: Office) -> Office:
    url = office.vault_url
    if url.startswith("sqlite"):
        url = url.replace("vault.db", "vault-keys.db")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE vault_keys SET wrapped = NULL, erased_at = :at WHERE holder = :holder"),
            {"at": instant_text(MONDAY), "holder": TASKS[0]},
        )
    engine.dispose()
    return office


def _rewrite_the_vault(office: Office, *statements: str) -> Office:
    """Take the guard away, change what it guarded, and put it back: only the contents tell."""
    engine = create_engine(office.vault_url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            guard = "vault_items_are_never_changed"
            as_it_was = connection.execute(
                text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": guard}
            ).scalar_one()
            around = (f"DROP TRIGGER {guard}", as_it_was)
        else:
            trigger = "TRIGGER vault_items_are_never_changed"
            around = (
                f"ALTER TABLE vault_items DISABLE {trigger}",
                f"ALTER TABLE vault_items ENABLE ALWAYS {trigger}",
            )
        for statement in (around[0], *statements, around[1]):
            connection.exec_driver_sql(statement)
    engine.dispose()
    return office


def zero_every_ciphertext(office: Office) -> Office:
    zeros = "zeroblob(60)" if office.vault_url.startswith("sqlite") else r"'\\x00'::bytea"
    return _rewrite_the_vault(office, f"UPDATE vault_items SET sealed = {zeros}")  # noqa: S608 - a constant


def swap_the_texts_of_two_items(office: Office) -> Office:
    """Rows keep holder and digest, so that only opening them shows it."""
    first, second = _item(0, 0), _item(1, 0)
    return _rewrite_the_vault(
        office,
        "UPDATE vault_items SET sealed = (SELECT other.sealed FROM vault_items AS other WHERE "  # noqa: S608 - constants
        f"other.item = CASE vault_items.item WHEN '{first}' THEN '{second}' ELSE '{first}' END) "
        f"WHERE item IN ('{first}', '{second}')",
    )


def seal_another_text_with_the_vaults_own_key(office: Office) -> Office:
    """Who holds the key makes a ciphertext that opens; the digest in the fact stays what it was."""
    engine = create_engine(office.vault_url.replace("vault.db", "vault-keys.db"))
    with engine.begin() as connection:
        wrapped = connection.execute(
            text("SELECT wrapped FROM vault_keys WHERE holder = :holder"), {"holder": TASKS[0]}
        ).scalar_one()
    engine.dispose()
    item = _item(0, 0)
    key = load_key(office.vault_key).unwrap(TASKS[0], bytes(wrapped))
    sealed = key.seal(item, "楼道不缺扶手".encode()).hex()
    value = f"x'{sealed}'" if office.vault_url.startswith("sqlite") else f"'\\x{sealed}'::bytea"
    return _rewrite_the_vault(
        office,
        f"UPDATE vault_items SET sealed = {value} WHERE item = '{item}'",  # noqa: S608 - our own values
    )


def drop_a_guard_of_the_vault(office: Office) -> Office:
    engine = create_engine(office.vault_url)
    on = "" if engine.dialect.name == "sqlite" else " ON vault_items"
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER vault_items_are_never_changed{on}")
    engine.dispose()
    return office


def _with_the_checkpoints(office: Office, *statements: str) -> Office:
    """Change what lies beside the entries, guards taken away and put back."""
    with unguarded(office.url) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    return office


def remove_the_public_folder(office: Office) -> Office:
    office = published(office)
    shutil.rmtree(folder_of(office))
    return office


def folder_of(office: Office) -> Path:
    assert office.log_folder is not None
    return office.log_folder


def remove_every_checkpoint(office: Office) -> Office:
    return _with_the_checkpoints(
        published(office), "DELETE FROM cosignatures", "DELETE FROM checkpoints"
    )


def remove_every_checkpoint_and_the_folder(office: Office) -> Office:
    return replace(remove_every_checkpoint(office), log_folder=office.vault_key.parent / "gone")


def remove_one_checkpoint_of_the_series(office: Office) -> Office:
    return _with_the_checkpoints(
        published(office),
        "DELETE FROM cosignatures WHERE size = 9",
        "DELETE FROM checkpoints WHERE size = 9",
    )


def leave_a_cosignature_without_its_checkpoint(office: Office) -> Office:
    bound = "ALTER TABLE cosignatures DROP CONSTRAINT cosignatures_size_fkey"
    first = () if office.url.startswith("sqlite") else (bound,)
    return _with_the_checkpoints(office, *first, "DELETE FROM checkpoints WHERE size = 9")


def remove_one_cosignature(office: Office) -> Office:
    return _with_the_checkpoints(
        published(office), "DELETE FROM cosignatures WHERE size = 9 AND witness LIKE 'archives%%'"
    )


def publish_what_one_witness_has_not_seen(office: Office) -> Office:
    """The last cosignature of the archives is taken out wherever it stands."""
    office = published(office)
    for file in (folder_of(office) / "checkpoints" / "12", folder_of(office) / "checkpoint"):
        kept = [line for line in file.read_text().splitlines() if "archives" not in line]
        file.write_text("\n".join(kept) + "\n")
    return _with_the_checkpoints(
        office, "DELETE FROM cosignatures WHERE size = 12 AND witness LIKE 'archives%%'"
    )


def change_when_it_was_signed(office: Office) -> Office:
    return _with_the_checkpoints(
        office,
        f"UPDATE checkpoints SET signed_at = '{instant_text(minutes(20))}' WHERE size = 9",  # noqa: S608 - our own values
    )


def name_another_witness(office: Office) -> Office:
    return _with_the_checkpoints(
        office,
        "UPDATE cosignatures SET witness = 'mayor.example.org+00000000' WHERE size = 9 "
        "AND witness LIKE 'archives%%'",
    )


def keep_a_second_book(office: Office) -> Office:
    return _with_the_checkpoints(office, "CREATE TABLE entries_of_ours (position INTEGER)")


def show_readers_a_view_instead(office: Office) -> Office:
    return _with_the_checkpoints(office, "CREATE VIEW all_entries AS SELECT * FROM entries")


def say_that_the_schema_is_newer(office: Office) -> Office:
    return _with_the_checkpoints(office, "UPDATE ledger_schema SET version_num = '0099'")


@dataclass(frozen=True)
class Expected:
    """Who finds an attack."""

    file: bool
    kept: bool
    witness: bool


ATTACKS: tuple[tuple[Callable[[Office], Office], Expected], ...] = (
    (nothing, Expected(MISSED, MISSED, MISSED)),
    (edit_a_body, Expected(FOUND, FOUND, FOUND)),
    (edit_and_mend_its_hash, Expected(FOUND, FOUND, FOUND)),
    (edit_the_last_and_its_hash, Expected(MISSED, MISSED, FOUND)),
    (edit_and_rehash_all_after, Expected(MISSED, FOUND, FOUND)),
    (delete_one_in_the_middle, Expected(FOUND, FOUND, FOUND)),
    (delete_a_whole_case_and_renumber, Expected(FOUND, FOUND, FOUND)),
    (cut_off_the_tail, Expected(MISSED, MISSED, FOUND)),
    (swap_two, Expected(FOUND, FOUND, FOUND)),
    (fork_the_tail, Expected(MISSED, MISSED, FOUND)),
    (empty_the_ledger, Expected(MISSED, FOUND, FOUND)),
    (restore_an_old_backup, Expected(MISSED, FOUND, FOUND)),
    (backdate_within_an_interval, Expected(MISSED, MISSED, MISSED)),  # declared
    (backdate_beyond_an_interval, Expected(FOUND, FOUND, FOUND)),
    (show_another_history_to_somebody_else, Expected(MISSED, MISSED, FOUND)),
    (never_record_it, Expected(MISSED, MISSED, MISSED)),  # declared
    (let_an_index_lie, Expected(FOUND, FOUND, FOUND)),
    (destroy_a_key_without_authority, Expected(FOUND, FOUND, FOUND)),
    (zero_every_ciphertext, Expected(FOUND, FOUND, FOUND)),
    (swap_the_texts_of_two_items, Expected(FOUND, FOUND, FOUND)),
    (seal_another_text_with_the_vaults_own_key, Expected(FOUND, FOUND, FOUND)),
    (drop_a_guard_of_the_vault, Expected(FOUND, FOUND, FOUND)),
    (remove_the_public_folder, Expected(FOUND, FOUND, FOUND)),
    (remove_every_checkpoint, Expected(FOUND, FOUND, FOUND)),
    (remove_every_checkpoint_and_the_folder, Expected(MISSED, MISSED, FOUND)),
    (remove_one_checkpoint_of_the_series, Expected(FOUND, FOUND, FOUND)),
    (leave_a_cosignature_without_its_checkpoint, Expected(FOUND, FOUND, FOUND)),
    (remove_one_cosignature, Expected(FOUND, FOUND, FOUND)),
    (publish_what_one_witness_has_not_seen, Expected(MISSED, MISSED, FOUND)),
    (change_when_it_was_signed, Expected(FOUND, FOUND, FOUND)),
    (name_another_witness, Expected(FOUND, FOUND, FOUND)),
    (keep_a_second_book, Expected(FOUND, FOUND, FOUND)),
    (show_readers_a_view_instead, Expected(FOUND, FOUND, FOUND)),
    (say_that_the_schema_is_newer, Expected(FOUND, FOUND, FOUND)),
)


@pytest.mark.parametrize(("attack", "expected"), ATTACKS, ids=[a.__name__ for a, _ in ATTACKS])
def test_who_finds_it(
    office: Office, attack: Callable[[Office], Office], expected: Expected
) -> None:
    """Each auditor finds what the table says, and finds nothing where it says so."""
    shown = attack(office)
    found = {by: shown.found(by) for by in ("file", "kept checkpoint", "witnesses")}
    verdicts = Expected(*(not verdict.intact for verdict in found.values()))
    assert verdicts == expected, {
        by: [str(fault) for fault in verdict.faults] for by, verdict in found.items()
    }


def test_without_its_key_it_is_said_that_no_text_was_looked_at(
    office: Office, tmp_path: Path
) -> None:
    """An auditor without the key, or with another vault's, is told so; a sound book stays sound."""
    sound = office.found("file")
    assert sound.sealed is not None
    assert (sound.sealed.opened, sound.sealed.items) == (12, 12)
    another_key = tmp_path / "other" / "vault.key"
    make_key(another_key)
    for key_file, why in (
        (None, "no key was given"),
        (tmp_path / "nowhere.key", "cannot be read"),
        (another_key, "not the key of this vault"),
    ):
        zeroed = replace(zero_every_ciphertext(office), vault_key=key_file)
        verdict = zeroed.found("file")
        assert verdict.intact
        assert verdict.sealed is not None
        assert verdict.sealed.opened is None
        assert why in verdict.sealed.no_key


def test_amcheck_is_asked_where_the_database_has_it(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """PostgreSQL's own check of every page agrees about a sound book, and sees an index that lies.

    Debian brings the extension along with the server.
    """
    url = postgres.new_ledger()
    office = founded(url, url, tmp_path / "keys" / "vault.key")
    with unguarded(office.url) as connection:
        connection.exec_driver_sql("CREATE EXTENSION amcheck")
    assert office.found("file").intact
    told = [fault.found for fault in let_an_index_lie(office).found("file").faults]
    assert any("lacks matching index tuple" in found for found in told), told


def test_a_policy_that_nobody_can_fulfil_is_a_no(office: Office) -> None:
    stranger = SigningKey.generate("mayor.example.org", COSIGNATURE_V1).verifier
    policy = read_policy(
        f"log {LOG.verifier.vkey}\nwitness mayor {stranger.vkey}\nquorum mayor\n".encode()
    )
    verdict = verify(office.url, Trust(policy=policy))
    assert {fault.rule for fault in verdict.faults} == {"witness"}


def test_a_log_that_once_signed_and_has_no_checkpoint_left_is_a_no(tmp_path: Path) -> None:
    """The key stands on record; that nothing was ever signed with it cannot be."""
    with Signing(tmp_path) as signing:
        signing.work(1)
        signing.sign()
        later = datetime.now(UTC) + timedelta(hours=1)
        append(signing.books.ledger, TASKS[0], 0, "c-1", at=later)
        url = signing.settings.ledger_url
    assert verify(url).intact
    engine = create_engine(url)
    with engine.begin() as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE name LIKE '%checkpoints_are_never_removed'"
        ).all()
        connection.exec_driver_sql("DROP TRIGGER checkpoints_are_never_removed")
        connection.exec_driver_sql("DELETE FROM checkpoints")
        connection.exec_driver_sql(rows[0][1])
    engine.dispose()
    assert [fault.rule for fault in verify(url).faults] == ["checkpoint"]
