"""Back the books up while commands run, and restore them somewhere else.

A backup is one zip: the ledger at one moment, the sealed texts, the signed checkpoints and the
sealed workflow histories, with a manifest of digests. Keys go into a second file, sealed under a
passphrase. Boards, tiles and Temporal are not in it: all three are made again from the ledger.

The order makes the parts fit: notes of checkpoints before the ledger (they are never newer than
it), the ledger before sealed texts and histories (whatever it speaks of is there), keys last (an
erasure in between destroys more than the ledger knows, never less).
"""

import hashlib
import io
import json
import os
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import make_url

from domain.values import instant_text
from runtime.settings import Settings
from services.backup_copies import (
    BackupRefused,
    Reached,
    Tick,
    copy_sqlite,
    dump_postgresql,
    leave_out_keys,
    load_postgresql,
    postgresql_is_empty,
    reached_by_dump,
    reached_by_file,
)
from services.backup_keys import digest, open_keys, seal_keys

__all__ = [
    "BackupRefused",
    "Made",
    "Places",
    "Restored",
    "make_backup",
    "places_of",
    "restore_backup",
]

FORMAT = "jiedui-backup/1"
LEFT_OUT = ("boards", "tiles", "temporal")
_MANIFEST = "manifest.json"
_KEYS_SUFFIX = ".keys"
_CHUNK = 1 << 20
_NOT_A_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,  # a way of packing nobody has
    OSError,
    RuntimeError,  # a file that says it wants a password
    TypeError,
    ValueError,
)
"""What reading a damaged zip, or a manifest that is none, can raise."""

_TOP = frozenset(("ledger.db", "ledger.dump", "vault.db", "log", "histories"))
_KEYS = frozenset(("vault-keys.db", "vault-keys.dump", "keys"))


@dataclass(frozen=True)
class Places:
    """Where an installation keeps what is backed up; *keys* are key files by their plain names."""

    ledger_url: str
    vault_url: str
    log: Path
    histories: Path
    keys: Mapping[str, Path]


def places_of(settings: Settings) -> Places:
    """Return the places of the installation with these settings, with every key of its home."""
    keys: dict[str, Path] = {"vault.key": settings.key_path, "log.key": settings.log_key_path}
    folder = settings.home.absolute() / "keys"
    for file in sorted(folder.glob("*.key")) if folder.is_dir() else ():
        keys.setdefault(file.name, file)
    return Places(
        ledger_url=settings.ledger_url,
        vault_url=settings.vault_url,
        log=settings.log_path,
        histories=settings.histories_path,
        keys=keys,
    )


@dataclass(frozen=True)
class Made:
    """A backup that was read back: where it is, its digest, and how far its ledger reaches."""

    file: Path
    keys: Path | None
    digest: str
    bytes: int
    reached: Reached


@dataclass(frozen=True)
class Restored:
    """What a restored home holds, and whether its sealed texts can be opened."""

    home: Path
    reached: Reached
    made_at: str
    with_keys: bool


def make_backup(
    places: Places,
    target: Path,
    *,
    at: datetime,
    passphrase: str | None = None,
    tick: Tick | None = None,
) -> Made:
    """Write a backup to the new file *target*; with *passphrase* also its keys to `target.keys`.

    The copy of the ledger is read back and must reach a recorded checkpoint before the file gets
    its name. Raises `BackupRefused`; then nothing is left behind.
    """
    keys_file = target.with_name(target.name + _KEYS_SUFFIX)
    for file in (target, keys_file):
        if file.exists():
            raise BackupRefused(f"{file} 已存在，未覆盖。 {file} exists and was not overwritten.")
    if not target.parent.is_dir():
        raise BackupRefused(f"没有文件夹 {target.parent}。 There is no folder {target.parent}.")
    with _workshop(target) as work:
        shelf = work / "books"
        shelf.mkdir()
        on_postgresql = make_url(places.ledger_url).get_backend_name() == "postgresql"
        _copy_notes(places.log, shelf / "log")
        if on_postgresql:
            dump_postgresql(make_url(places.ledger_url), shelf / "ledger.dump", keys=False)
            reached = reached_by_dump(shelf / "ledger.dump")
        else:
            copy_sqlite(_file_of(places.ledger_url), shelf / "ledger.db", tick)
            copy_sqlite(_file_of(places.vault_url), shelf / "vault.db", tick)
            reached = reached_by_file(shelf / "ledger.db")
        _copy_tree(places.histories, shelf / "histories", "*.json.gz")
        manifest = {
            "format": FORMAT,
            "made_at": instant_text(at),
            "database": "postgresql" if on_postgresql else "sqlite",
            "entries": reached.entries,
            "checkpoint": {"size": reached.size, "root": reached.root},
            "keys": "apart" if passphrase is not None else "none",
            "left_out": list(LEFT_OUT),
            "files": [_described(file, shelf) for file in _files(shelf)],
        }
        told = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
        sealed = None
        if passphrase is not None:
            sealed = seal_keys(_keys_as_zip(places, work, on_postgresql), passphrase, digest(told))
        making = work / "backup.zip"
        _write_zip(making, told, shelf)
        if sealed is not None:
            _write(work / "backup.keys", sealed)
            (work / "backup.keys").rename(keys_file)
        making.rename(target)
        _sync_folder(target.parent)
    with target.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    return Made(
        target, None if passphrase is None else keys_file, found, target.stat().st_size, reached
    )


def restore_backup(
    file: Path,
    home: Path,
    *,
    database_url: str | None = None,
    keys: tuple[Path, str] | None = None,
) -> Restored:
    """Restore *file* into the new folder *home*, and its database into the empty *database_url*.

    *keys* are the keys' file and its passphrase; without them no sealed text can be opened again.
    Every digest is checked, and the ledger must reach its checkpoint. Raises `BackupRefused`;
    then *home* is as it was.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise BackupRefused(
            f"{home} 已有内容，未覆盖；请给一个新文件夹。 {home} is not empty; name a new folder."
        )
    home.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _workshop(home) as work:
        shelf = work / "home"
        shelf.mkdir(mode=0o700)
        told, manifest = _unpack(file, shelf)
        on_postgresql = manifest["database"] == "postgresql"
        reached = (
            reached_by_dump(shelf / "ledger.dump")
            if on_postgresql
            else reached_by_file(shelf / "ledger.db")
        )
        checkpoint = manifest["checkpoint"]
        if (reached.size, reached.root) != (checkpoint["size"], checkpoint["root"]):
            raise _damaged("检查点 the checkpoint")
        if keys is not None:
            _unpack_keys(open_keys(_read(keys[0]), keys[1], digest(told)), shelf)
        if on_postgresql:
            _load_database(database_url, shelf, with_keys=keys is not None)
        for private in shelf.rglob("*"):
            private.chmod(0o700 if private.is_dir() else 0o600)
        if home.exists():
            home.rmdir()
        shelf.rename(home)
        _sync_folder(home.parent)
    return Restored(home, reached, str(manifest["made_at"]), keys is not None)


# -- putting away ----------------------------------------------------------------------------


@contextmanager
def _workshop(target: Path) -> Iterator[Path]:
    """A private folder beside *target*, on the same medium, gone at the end."""
    work = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        work.mkdir(mode=0o700)
    except OSError as problem:
        raise BackupRefused(
            f"{work.parent} 不可写（{problem.strerror}）。 Cannot write in {work.parent}."
        ) from None
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _copy_notes(log: Path, target: Path) -> None:
    """Copy the published checkpoint and every signed note; the tiles are made again from them."""
    _copy_file(log / "checkpoint", target / "checkpoint")
    _copy_tree(log / "checkpoints", target / "checkpoints", "[0-9]*")


def _copy_tree(source: Path, target: Path, pattern: str) -> None:
    """Copy the finished files below *source*; each got its name only when it was whole."""
    for file in sorted(source.rglob(pattern)):
        if file.is_file() and not file.name.startswith("."):
            _copy_file(file, target / file.relative_to(source))


def _copy_file(source: Path, target: Path) -> None:
    try:
        data = source.read_bytes()
    except FileNotFoundError:
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(target, data)


def _keys_as_zip(places: Places, work: Path, on_postgresql: bool) -> bytes:
    """Return wrapped keys and key files as the bytes of a zip; they touch the disk sealed only."""
    wrapped = work / ("vault-keys.dump" if on_postgresql else "vault-keys.db")
    if on_postgresql:
        dump_postgresql(make_url(places.vault_url), wrapped, keys=True)
    else:
        vault = _file_of(places.vault_url)
        copy_sqlite(vault.with_name(f"{vault.stem}-keys{vault.suffix}"), wrapped)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(_info(wrapped.name), wrapped.read_bytes())
        for name, file in sorted(places.keys.items()):
            if file.is_file():
                zipped.writestr(_info(f"keys/{name}"), file.read_bytes())
    wrapped.unlink()
    return packed.getvalue()


def _file_of(url: str) -> Path:
    database = make_url(url).database
    assert database is not None
    return Path(database)


def _files(shelf: Path) -> list[Path]:
    return sorted(file for file in shelf.rglob("*") if file.is_file())


def _described(file: Path, shelf: Path) -> dict[str, Any]:
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    return {
        "path": file.relative_to(shelf).as_posix(),
        "bytes": file.stat().st_size,
        "sha256": found,
    }


def _write_zip(target: Path, manifest: bytes, shelf: Path) -> None:
    with _private(target) as opened, zipfile.ZipFile(opened, "w") as zipped:
        zipped.writestr(_info(_MANIFEST), manifest)
        for file in _files(shelf):
            name = file.relative_to(shelf).as_posix()
            with file.open("rb") as source, zipped.open(_info(name), "w", force_zip64=True) as kept:
                shutil.copyfileobj(source, kept, _CHUNK)


def _info(name: str) -> zipfile.ZipInfo:
    """Return a zip entry without a date, so that the same books give the same bytes."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


@contextmanager
def _private(target: Path) -> Iterator[Any]:
    """A new file of mode 0600, on the medium when the block ends."""
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    with os.fdopen(descriptor, "w+b") as opened:
        yield opened
        opened.flush()
        os.fsync(opened.fileno())


def _write(target: Path, data: bytes) -> None:
    with _private(target) as opened:
        opened.write(data)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# -- taking out again ------------------------------------------------------------------------


def _unpack(file: Path, shelf: Path) -> tuple[bytes, dict[str, Any]]:
    """Take every file of the manifest out of the backup, each with its digest checked."""
    try:
        with zipfile.ZipFile(file) as zipped:
            told = zipped.read(_MANIFEST)
            manifest = _manifest(told)
            listed = {str(one["path"]): one for one in manifest["files"]}
            if sorted(zipped.namelist()) != sorted((_MANIFEST, *listed)):
                raise _damaged("文件清单 the list of files")
            for name, one in listed.items():
                with zipped.open(name) as source:
                    _take_out(source, _inside(shelf, name, _TOP), one)
    except FileNotFoundError:
        raise BackupRefused(f"没有文件 {file}。 There is no {file}.") from None
    except _NOT_A_ZIP as problem:
        raise _damaged(type(problem).__name__) from None
    return told, manifest


def _manifest(told: bytes) -> dict[str, Any]:
    manifest = json.loads(told)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _damaged(f"格式 the format, expected {FORMAT}")
    return manifest


def _take_out(source: Any, target: Path, one: Mapping[str, Any]) -> None:
    hashing, left = hashlib.sha256(), int(one["bytes"])
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _private(target) as opened:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                break
            hashing.update(chunk)
            opened.write(chunk)
    if left != 0 or hashing.hexdigest() != one["sha256"]:
        raise _damaged(str(one["path"]))


def _inside(shelf: Path, name: str, allowed: frozenset[str]) -> Path:
    """Return where *name* belongs; refuse whatever would lie elsewhere."""
    path = PurePosixPath(name)
    strange = path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name
    if strange or not path.parts or path.parts[0] not in allowed:
        raise _damaged("文件名 a name that does not belong in a backup")
    return shelf / path


def _unpack_keys(packed: bytes, shelf: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as zipped:
        for name in zipped.namelist():
            target = _inside(shelf, name, _KEYS)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(target, zipped.read(name))


def _load_database(url: str | None, shelf: Path, *, with_keys: bool) -> None:
    if url is None or make_url(url).get_backend_name() != "postgresql":
        raise BackupRefused(
            "此备份来自 PostgreSQL，请在 JIEDUI_DATABASE_URL 给出一个空数据库。 "
            "This backup comes from PostgreSQL: name an empty database in JIEDUI_DATABASE_URL."
        )
    address = make_url(url)
    if not postgresql_is_empty(address):
        raise BackupRefused(
            "目标数据库已有账本，未覆盖；请给一个空数据库。 "
            "The database holds a ledger and was not overwritten; name an empty one."
        )
    load_postgresql(address, shelf / "ledger.dump")
    (shelf / "ledger.dump").unlink()
    if with_keys:
        load_postgresql(address, shelf / "vault-keys.dump")
        (shelf / "vault-keys.dump").unlink()
    else:
        leave_out_keys(address)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise BackupRefused(
            f"{file} 无法读取（{problem.strerror}）。 {file} cannot be read."
        ) from None


def _damaged(what: str) -> BackupRefused:
    return BackupRefused(
        f"备份不完好：{what}。未恢复任何内容，请换另一份备份。 "
        f"The backup is damaged: {what}. Nothing was restored; take another one."
    )
