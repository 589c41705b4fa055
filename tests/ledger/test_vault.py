"""What is sealed can be read by us, by nobody else, and by nobody at all once it is erased."""

import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, make_url, text

from domain.sealed import Sealed
from ledger.store import LedgerMissing
from tests.ledger.postgres import PostgresServer
from vault.keys import load_key
from vault.vault import (
    HolderErased,
    ItemConflict,
    KeyRefused,
    Vault,
    VaultDamaged,
    open_vault,
)

PHONE = b"+86 138-0013-8000 \xe7\x8e\x8b\xe4\xb8\xbd"


def a_resident() -> str:
    return f"subject/{uuid.uuid4()}"


def an_item() -> str:
    return str(uuid.uuid4())


def test_what_is_sealed_is_opened_again(vault: Vault) -> None:
    sealed = vault.seal(a_resident(), an_item(), PHONE)
    assert vault.open(sealed) == PHONE
    assert not vault.erased(sealed.holder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(plaintext=st.binary(max_size=5000))
def test_any_bytes_can_be_sealed(vault: Vault, plaintext: bytes) -> None:
    assert vault.open(vault.seal(a_resident(), an_item(), plaintext)) == plaintext


def test_sealing_again_gives_the_same_reference(vault: Vault) -> None:
    """The gateway may be killed between sealing and submitting, and seals again."""
    holder, item = a_resident(), an_item()
    assert vault.seal(holder, item, PHONE) == vault.seal(holder, item, PHONE)


def test_an_item_never_changes(vault: Vault) -> None:
    holder, item = a_resident(), an_item()
    sealed = vault.seal(holder, item, PHONE)
    with pytest.raises(ItemConflict):
        vault.seal(holder, item, b"another")
    with pytest.raises(ItemConflict):
        vault.seal(a_resident(), item, PHONE)
    assert vault.open(sealed) == PHONE


def test_many_are_sealed_all_or_none(vault: Vault) -> None:
    holder, taken = a_resident(), an_item()
    vault.seal(holder, taken, PHONE)
    fresh = an_item()
    with pytest.raises(ItemConflict):
        vault.seal_many([(holder, fresh, b"one"), (holder, taken, b"two")])
    first, second = vault.seal_many([(holder, fresh, b"other"), (a_resident(), an_item(), b"x")])
    assert (vault.open(first), vault.open(second)) == (b"other", b"x")
    assert vault.seal_many([]) == []


def test_a_malformed_name_is_refused(vault: Vault) -> None:
    for holder, item in (("subject/wang-li", an_item()), (a_resident(), "phone")):
        with pytest.raises(ValueError, match="pattern"):
            vault.seal(holder, item, PHONE)


def test_the_digest_says_nothing_without_the_key(vault: Vault) -> None:
    """The same text has another digest for each holder and item; no list can be tried on it."""
    holder = a_resident()
    digests = {vault.seal(who, an_item(), PHONE).digest for who in (holder, holder, a_resident())}
    assert len(digests) == 3


def test_a_reference_with_another_digest_does_not_open(vault: Vault) -> None:
    sealed = vault.seal(a_resident(), an_item(), PHONE)
    with pytest.raises(VaultDamaged):
        vault.open(sealed.model_copy(update={"digest": "0" * 64}))


def test_a_missing_item_is_damage_not_forgetting(vault: Vault) -> None:
    sealed = vault.seal(a_resident(), an_item(), PHONE)
    for lost in ({"item": an_item()}, {"holder": a_resident()}):
        with pytest.raises(VaultDamaged):
            vault.open(sealed.model_copy(update=lost))


def test_an_altered_ciphertext_does_not_open(vault: Vault, vault_url: str) -> None:
    """Nor does one that was moved to another item."""
    holder = a_resident()
    first = vault.seal(holder, an_item(), PHONE)
    second = vault.seal(holder, an_item(), b"other")
    engine = create_engine(vault_url)
    with engine.begin() as connection:
        _without_guard(connection.dialect.name, connection.exec_driver_sql)
        connection.execute(
            text(
                "UPDATE vault_items SET sealed = (SELECT sealed FROM vault_items WHERE item = :a) "
                "WHERE item = :b"
            ),
            {"a": first.item, "b": second.item},
        )
    engine.dispose()
    assert vault.open(first) == PHONE
    with pytest.raises(VaultDamaged):
        vault.open(second)


def _without_guard(dialect: str, execute: object) -> None:
    statement = "DROP TRIGGER vault_items_are_never_changed"
    if dialect == "postgresql":
        statement = "ALTER TABLE vault_items DISABLE TRIGGER ALL"
    assert callable(execute)
    execute(statement)


def test_an_erased_holder_is_forgotten_for_ever(
    vault: Vault, vault_url: str, key_file: Path
) -> None:
    gone, stays = a_resident(), a_resident()
    sealed, other = vault.seal(gone, an_item(), PHONE), vault.seal(stays, an_item(), PHONE)
    assert vault.erase(gone) is True
    assert vault.erase(gone) is False
    again = open_vault(vault_url, key_file)
    for door in (vault, again):
        assert door.open(sealed) is None
        assert door.open(other) == PHONE
        assert (door.erased(gone), door.erased(stays)) == (True, False)
        with pytest.raises(HolderErased):
            door.seal(gone, an_item(), PHONE)
        with pytest.raises(HolderErased):
            door.seal(gone, sealed.item, PHONE)
    again.close()


def test_one_who_never_had_a_key_can_be_erased_too(vault: Vault) -> None:
    """A resident who asks to be forgotten before the first text stays forgotten."""
    holder = a_resident()
    assert vault.erase(holder) is False
    with pytest.raises(HolderErased):
        vault.seal(holder, an_item(), PHONE)


def test_no_tombstone_is_ever_lifted(vault: Vault, vault_url: str) -> None:
    holder = a_resident()
    vault.erase(holder)
    address = make_url(vault_url)
    if address.database and address.get_backend_name() == "sqlite":
        address = address.set(database=address.database.replace("vault.db", "vault-keys.db"))
    engine = create_engine(address)
    for statement in (
        "DELETE FROM vault_keys",
        "UPDATE vault_keys SET wrapped = CAST('x' AS BLOB), erased_at = NULL"
        if address.get_backend_name() == "sqlite"
        else "UPDATE vault_keys SET wrapped = 'x', erased_at = NULL",
    ):
        with engine.connect() as connection, pytest.raises(Exception, match="erased"):
            connection.exec_driver_sql(statement)
    engine.dispose()
    assert vault.erased(holder)


def test_a_wiping_cut_short_is_finished_at_the_next_start(
    vault: Vault, vault_url: str, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed right after the key is destroyed: the ciphertexts go when the vault opens again."""
    sealed = vault.seal(a_resident(), an_item(), PHONE)
    monkeypatch.setattr(Vault, "_finish_wiping", lambda _: None)
    vault.erase(sealed.holder)
    monkeypatch.undo()
    assert vault.open(sealed) is None
    open_vault(vault_url, key_file).close()
    engine = create_engine(vault_url)
    with engine.connect() as connection:
        left = connection.execute(text("SELECT count(*) FROM vault_items")).scalar()
    engine.dispose()
    assert left == 0


@pytest.fixture
def raw_files(kind: str, vault_url: str, request: pytest.FixtureRequest) -> "RawFiles":
    server = request.getfixturevalue("postgres") if kind == "postgresql" else None
    return RawFiles(vault_url, server)


class RawFiles:
    """All bytes of the vault's files, read by another process: ours must not touch them."""

    def __init__(self, url: str, server: PostgresServer | None) -> None:
        self.url, self.server = url, server

    def read(self) -> bytes:
        if self.server is None:
            folder = Path(str(make_url(self.url).database)).parent
            files = [folder]
        else:
            database = str(make_url(self.url).database)
            with self.server.admin(database) as admin:
                admin.execute("CHECKPOINT")
                files = [
                    self.server.folder / "data" / path
                    for (path,) in admin.execute(
                        "SELECT pg_relation_filepath(c.oid) FROM pg_class c "
                        "WHERE relname LIKE 'vault_%' AND relkind IN ('r', 'i')"
                    )
                ]
        program = (
            "import pathlib, sys\n"
            "for name in sys.argv[1:]:\n"
            "    path = pathlib.Path(name)\n"
            "    for file in sorted(path.iterdir()) if path.is_dir() else [path]:\n"
            "        sys.stdout.buffer.write(file.read_bytes())\n"
        )
        return subprocess.run(
            [sys.executable, "-c", program, *map(str, files)], check=True, capture_output=True
        ).stdout


def test_neither_plaintext_nor_key_is_in_the_files(
    vault: Vault, vault_url: str, raw_files: RawFiles
) -> None:
    """Before erasure the wrapped key is there, and the text is not; afterwards neither is."""
    holder = a_resident()
    sealed = [vault.seal(holder, an_item(), PHONE + str(n).encode()) for n in range(5)]
    for _ in range(4):  # enough that pages split and cells move about
        vault.seal_many([(a_resident(), an_item(), b"x" * 200) for _ in range(40)])
    wrapped, ciphertext = _stored(vault, sealed[0])
    before = raw_files.read()
    assert wrapped in before
    assert PHONE not in before
    vault.erase(holder)
    after = raw_files.read()
    assert len(after) > 4096
    for secret in (wrapped, wrapped[12:44], ciphertext, ciphertext[12:44], PHONE):
        assert secret not in after
    assert [vault.open(each) for each in sealed] == [None] * 5


def _stored(vault: Vault, sealed: Sealed) -> tuple[bytes, bytes]:
    with vault._keys_read.connect() as connection:
        wrapped = connection.execute(
            text("SELECT wrapped FROM vault_keys WHERE holder = :holder"),
            {"holder": sealed.holder},
        ).scalar_one()
    with vault._items_read.connect() as connection:
        ciphertext = connection.execute(
            text("SELECT sealed FROM vault_items WHERE item = :item"), {"item": sealed.item}
        ).scalar_one()
    return bytes(wrapped), bytes(ciphertext)


def test_the_key_is_for_its_owner_only_and_never_in_the_database(
    vault: Vault, key_file: Path, raw_files: RawFiles
) -> None:
    vault.seal(a_resident(), an_item(), PHONE)
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert key_file.parent.stat().st_mode & 0o777 == 0o700
    import base64

    key = base64.b64decode(key_file.read_text().strip().partition(":")[2])
    assert len(key) == 32
    assert key not in raw_files.read()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_others_may_read_is_refused(
    vault: Vault, vault_url: str, key_file: Path, mode: int
) -> None:
    vault.close()
    key_file.chmod(mode)
    with pytest.raises(KeyRefused, match="chmod 600"):
        open_vault(vault_url, key_file)


def test_a_lost_key_is_not_replaced_by_a_new_one(
    vault: Vault, vault_url: str, key_file: Path
) -> None:
    """A fresh key would hide the loss, and split the vault in two."""
    vault.seal(a_resident(), an_item(), PHONE)
    vault.close()
    kept = key_file.read_bytes()
    key_file.unlink()
    with pytest.raises(KeyRefused):
        open_vault(vault_url, key_file)
    assert not key_file.exists()
    other = key_file.with_name("other.key")
    open_vault(f"sqlite:///{key_file.parent}/elsewhere/vault.db", other).close()
    with pytest.raises(KeyRefused, match="not the key of this vault"):
        open_vault(vault_url, other)
    key_file.write_bytes(b"nonsense")
    key_file.chmod(0o600)
    with pytest.raises(KeyRefused):
        open_vault(vault_url, key_file)
    key_file.write_bytes(kept)
    open_vault(vault_url, key_file).close()


def test_a_vault_that_is_not_there_is_not_made_up(tmp_path: Path, key_file: Path) -> None:
    with pytest.raises(LedgerMissing):
        open_vault(f"sqlite:///{tmp_path}/none/vault.db", key_file, create=False)
    assert not (tmp_path / "none").exists()
    assert not key_file.exists()


def test_a_token_names_data_for_holders_of_the_key_only(
    vault: Vault, vault_url: str, key_file: Path, tmp_path: Path
) -> None:
    token = vault.token("import", PHONE)
    assert len(token) == 64
    assert vault.token("import", PHONE) == token
    assert vault.token("other", PHONE) != token
    assert vault.token("impor", b"t" + PHONE) != token
    again = open_vault(vault_url, key_file)
    assert again.token("import", PHONE) == token
    again.close()
    other = open_vault(f"sqlite:///{tmp_path}/other/vault.db", tmp_path / "other.key")
    assert other.token("import", PHONE) != token
    other.close()
    assert load_key(key_file).token("import", PHONE) == token


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_vault_files_are_for_their_owner_only(vault: Vault, vault_url: str) -> None:
    vault.seal(a_resident(), an_item(), PHONE)
    folder = Path(str(make_url(vault_url).database)).parent
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_a_superuser_is_refused_as_well(postgres: PostgresServer, key_file: Path) -> None:
    """On PostgreSQL the tombstones are guarded against truncation and replica mode."""
    url = postgres.new_database()
    vault = open_vault(url, key_file)
    vault.erase(a_resident())
    vault.close()
    with postgres.admin(str(make_url(url).database)) as admin:
        admin.execute("SET session_replication_role = replica")
        for statement in ("TRUNCATE vault_keys", "DELETE FROM vault_keys"):
            with pytest.raises(psycopg.errors.RestrictViolation):
                admin.execute(statement)
