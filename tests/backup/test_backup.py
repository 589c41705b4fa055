"""A backup is one moment of books at work; it is kept only when it reaches a checkpoint."""

import json
import sqlite3
import uuid
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from accounts.store import Accounts
from audit.verify.verifying import verify
from desk.opening import books
from domain.sealed import Sealed
from services import backup_copies
from services.backup import BackupRefused, Made, make_backup, restore_backup
from tests.backup.books_at_work import AtWork, at_work
from tests.ledger.postgres import PostgresServer
from vault.vault import VaultDamaged

TIMES = 20
PASSPHRASE = "石牌街道-备份口令-二〇二六"
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
PHONE = "13800138000"


@pytest.fixture
def database(kind: str, request: pytest.FixtureRequest) -> str | None:
    if kind == "sqlite":
        return None
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


def another(kind: str, request: pytest.FixtureRequest) -> str | None:
    if kind == "sqlite":
        return None
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


def backed_up(here: AtWork, target: Path, passphrase: str | None = None) -> Made:
    return make_backup(here.places, target, at=NOW, passphrase=passphrase)


def sealed_phone(here: AtWork) -> Sealed:
    holder = f"subject/{uuid.uuid4()}"
    return here.books.vault.seal(holder, str(uuid.uuid4()), PHONE.encode())


def test_a_backup_under_load_reaches_a_checkpoint_every_time(
    tmp_path: Path,
    kind: str,
    database: str | None,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """20 of 20, while three hands append and a fourth signs; none loses what was signed before.

    Page by page, so that every write falls into the middle of a copy.
    """
    monkeypatch.setattr(backup_copies, "_PAGES", 1)
    with at_work(tmp_path / "home", database) as here:
        here.work()
        here.sign()
        reached = []
        with here.busy():
            for number in range(TIMES):
                signed_before = here.newest()
                made = backed_up(here, tmp_path / f"{number}.zip")
                assert made.reached.size >= signed_before
                assert made.reached.entries >= made.reached.size
                reached.append(made.reached.size)
        assert len(reached) == TIMES
        assert reached == sorted(reached)
        assert reached[-1] > reached[0], "nothing was written meanwhile"
    other = another(kind, request)
    restored = restore_backup(
        tmp_path / f"{TIMES - 1}.zip", tmp_path / "elsewhere", database_url=other
    )
    url = other or f"sqlite:///{tmp_path}/elsewhere/ledger.db"
    verdict = verify(url)
    assert verdict.intact, verdict.faults
    assert verdict.entries == restored.reached.entries


def test_with_its_keys_a_restored_vault_opens(
    tmp_path: Path, kind: str, database: str | None, request: pytest.FixtureRequest
) -> None:
    with at_work(tmp_path / "home", database) as here:
        here.work(5)
        here.sign()
        sealed = sealed_phone(here)
        made = backed_up(here, tmp_path / "b.zip", PASSPHRASE)
    assert made.keys is not None
    other = another(kind, request)
    done = restore_backup(
        made.file, tmp_path / "new", database_url=other, keys=(made.keys, PASSPHRASE)
    )
    assert done.with_keys
    new = tmp_path / "new"
    urls = (other or f"sqlite:///{new}/ledger.db", other or f"sqlite:///{new}/vault.db")
    with books(*urls, new / "keys" / "vault.key", "gd-2022", create=False) as opened:
        assert opened.vault.open(sealed) == PHONE.encode()


def test_without_its_keys_nobody_opens_it_and_new_work_goes_on(
    tmp_path: Path, kind: str, database: str | None, request: pytest.FixtureRequest
) -> None:
    with at_work(tmp_path / "home", database) as here:
        here.work(5)
        here.sign()
        sealed = sealed_phone(here)
        made = backed_up(here, tmp_path / "b.zip")
    assert made.keys is None
    other, new = another(kind, request), tmp_path / "new"
    restore_backup(made.file, new, database_url=other)
    urls = (other or f"sqlite:///{new}/ledger.db", other or f"sqlite:///{new}/vault.db")
    with books(*urls, new / "keys" / "vault.key", "gd-2022") as opened:
        with pytest.raises(VaultDamaged):
            opened.vault.open(sealed)
        again = opened.vault.seal(f"subject/{uuid.uuid4()}", str(uuid.uuid4()), b"new")
        assert opened.vault.open(again) == b"new"


def test_books_and_keys_are_kept_apart(tmp_path: Path) -> None:
    """Neither the wrapped keys nor the key that opens them stand in the backup of the books."""
    with at_work(tmp_path / "home") as here:
        here.work()
        here.sign()
        sealed_phone(here)
        made = backed_up(here, tmp_path / "b.zip", PASSPHRASE)
        with closing(sqlite3.connect(tmp_path / "home" / "vault-keys.db")) as keys:
            (wrapped,) = keys.execute("SELECT wrapped FROM vault_keys").fetchone()
        key = (tmp_path / "home" / "keys" / "vault.key").read_bytes()
    with zipfile.ZipFile(made.file) as zipped:
        contents = b"".join(zipped.read(name) for name in zipped.namelist())
    assert made.keys is not None
    sealed = made.keys.read_bytes()
    for secret in (wrapped, key.strip(), PHONE.encode()):
        assert secret not in contents
        assert secret not in sealed
    assert {made.file.stat().st_mode & 0o777, made.keys.stat().st_mode & 0o777} == {0o600}


def test_a_wrong_passphrase_and_anothers_keys_restore_nothing(tmp_path: Path) -> None:
    with at_work(tmp_path / "home") as here:
        here.work()
        here.sign()
        first = backed_up(here, tmp_path / "1.zip", PASSPHRASE)
        here.work()
        here.sign()
        second = backed_up(here, tmp_path / "2.zip", PASSPHRASE)
        with pytest.raises(BackupRefused, match="12"):
            backed_up(here, tmp_path / "3.zip", "short")
    assert first.keys is not None
    assert second.keys is not None
    new = tmp_path / "new"
    for keys in ((first.keys, PASSPHRASE + "x"), (second.keys, PASSPHRASE), (first.file, "any")):
        with pytest.raises(BackupRefused):
            restore_backup(first.file, new, keys=keys)
        assert not new.exists()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "1.zip",
        "1.zip.keys",
        "2.zip",
        "2.zip.keys",
        "home",
    ]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    with at_work(tmp_path / "home") as here:
        here.work()
        here.sign()
        made = backed_up(here, tmp_path / "b.zip")
        with pytest.raises(BackupRefused, match="exists"):
            backed_up(here, tmp_path / "b.zip")
        with pytest.raises(BackupRefused, match="not empty"):
            restore_backup(made.file, tmp_path / "home")
        here.work()
        assert verify(here.settings.ledger_url).intact
    (tmp_path / "empty").mkdir()
    assert restore_backup(made.file, tmp_path / "empty").home == tmp_path / "empty"


def test_without_any_checkpoint_there_is_no_backup(tmp_path: Path, database: str | None) -> None:
    with at_work(tmp_path / "home", database) as here:
        here.work()
        with pytest.raises(BackupRefused, match="no checkpoint"):
            backed_up(here, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_a_ledger_that_was_cut_or_altered_gives_no_backup(tmp_path: Path) -> None:
    """The copy is read back: a checkpoint it no longer reaches, or another root, is refused."""
    for number, statement in enumerate(
        (
            "DELETE FROM entries WHERE position = 4",
            "UPDATE entries SET body = CAST('{}' AS BLOB) WHERE position = 2",
            "DELETE FROM entries WHERE position = 1",
        )
    ):
        with at_work(tmp_path / f"home{number}") as here:
            here.work(5)
            here.sign()
        with closing(sqlite3.connect(tmp_path / f"home{number}" / "ledger.db")) as file:
            for name, table in file.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                if table == "entries":
                    file.execute(f"DROP TRIGGER {name}")
            file.execute(statement)
            file.commit()
        with pytest.raises(BackupRefused, match="checkpoints"):
            backed_up(here, tmp_path / f"{number}.zip")
        assert not (tmp_path / f"{number}.zip").exists()


def test_a_changed_backup_restores_nothing(tmp_path: Path) -> None:
    with at_work(tmp_path / "home") as here:
        here.work(3)
        here.sign()
        made = backed_up(here, tmp_path / "b.zip")
    data = made.file.read_bytes()
    step = max(1, len(data) // 40)
    for place in range(0, len(data), step):
        changed = bytearray(data)
        changed[place] ^= 0x20
        file = tmp_path / "changed.zip"
        file.write_bytes(changed)
        new = tmp_path / "new"
        try:
            restore_backup(file, new)
        except BackupRefused:
            assert not new.exists()
        else:  # a bit that is not content: a date, a version, an attribute of the zip
            assert verify(f"sqlite:///{new}/ledger.db").entries == made.reached.entries
            new.rename(tmp_path / f"new-{place}")


def test_a_file_that_would_lie_elsewhere_is_refused(tmp_path: Path) -> None:
    with at_work(tmp_path / "home") as here:
        here.work()
        here.sign()
        made = backed_up(here, tmp_path / "b.zip")
    for number, name in enumerate(
        ("../outside", "/outside", "keys/vault.key", "log/../../outside")
    ):
        file = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(made.file) as old, zipfile.ZipFile(file, "w") as new:
            manifest = json.loads(old.read("manifest.json"))
            digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            manifest["files"].append({"path": name, "bytes": 0, "sha256": digest})
            new.writestr("manifest.json", json.dumps(manifest))
            for each in old.namelist():
                if each != "manifest.json":
                    new.writestr(each, old.read(each))
            new.writestr(name, b"")
        with pytest.raises(BackupRefused, match="damaged"):
            restore_backup(file, tmp_path / "new")
        assert not (tmp_path / "outside").exists()


def test_a_postgresql_backup_needs_the_client_and_an_empty_database(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_database()
    with at_work(tmp_path / "home", url) as here:
        here.work()
        here.sign()
        made = backed_up(here, tmp_path / "b.zip")
        for wrong in (None, "sqlite:///elsewhere.db", url):
            with pytest.raises(BackupRefused):
                restore_backup(made.file, tmp_path / "new", database_url=wrong)
            assert not (tmp_path / "new").exists()
        monkeypatch.setattr("shutil.which", lambda _: None)
        with pytest.raises(BackupRefused, match="pg_dump"):
            backed_up(here, tmp_path / "c.zip")


def test_no_password_and_no_session_is_in_a_postgresql_backup(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    """What production.md promises: after a restore a registrar sets passwords anew."""
    url, other = postgres.new_database(), postgres.new_database()
    with at_work(tmp_path / "home", url) as here:
        here.work()
        here.sign()
        Accounts(url).set_password("person/1", "$argon2id$nothing")
        made = backed_up(here, tmp_path / "b.zip")
    restore_backup(made.file, tmp_path / "new", database_url=other)
    engine = create_engine(other)
    tables = inspect(engine).get_table_names()
    engine.dispose()
    assert {"entries", "vault_items"} <= {*tables}
    assert [one for one in tables if one.startswith(("account_", "dispatch_", "board_"))] == []
