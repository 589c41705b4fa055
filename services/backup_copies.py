"""Copies of the books while commands run, and the proof that a copy of the ledger is one.

A copy is one moment of a living database. It is called a copy of the ledger only after its own
bytes were read back: dense positions, every hash, and the root at every recorded checkpoint.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import psycopg
from sqlalchemy import URL

from transparency.checkpoints import read_checkpoint
from transparency.merkle import Roots, leaf_hash
from transparency.notes import NoteMalformed, read_note

__all__ = [
    "BackupRefused",
    "Reached",
    "copy_sqlite",
    "dump_postgresql",
    "leave_out_keys",
    "load_postgresql",
    "postgresql_is_empty",
    "reached_by_dump",
    "reached_by_file",
]

_PAGES = 4096
Tick = Callable[[int, int], None]

_KEPT_APART = ("vault_keys", "vault_keys_schema")
"""Tables that go with the keys, never with the books."""
_LEFT_OUT = ("board_*", "account_*", "webhook_*", "dispatch_*")
"""Tables that go with neither: made anew, or, like passwords and sessions, better lost."""


class BackupRefused(Exception):
    """No backup was made, or none was restored; the text says why and what to do."""


@dataclass(frozen=True)
class Reached:
    """What a copy of the ledger holds: *entries*, and the newest recorded checkpoint in it."""

    entries: int
    size: int
    root: str
    checkpoints: int


# -- SQLite ----------------------------------------------------------------------------------


def copy_sqlite(source: Path, target: Path, tick: Tick | None = None) -> None:
    """Copy the database *source* as it is at one moment to the new file *target* (mode 0600).

    Through SQLite itself, page by page under one read transaction: writers go on meanwhile. The
    file is never opened by its path, which would drop the locks this process holds on it.
    """
    if not source.is_file():
        raise BackupRefused(f"没有文件 {source}。 There is no {source} to copy.")
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)) as living,
            closing(sqlite3.connect(target, isolation_level=None)) as copy,
        ):
            living.isolation_level = None
            living.execute("BEGIN")  # one snapshot: without it, every write starts the copy anew
            living.execute("SELECT count(*) FROM sqlite_master").fetchone()
            living.backup(copy, pages=_PAGES, progress=_told(tick))
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
            found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as problem:
        raise BackupRefused(
            f"{source.name} 无法复制（{problem}）。 {source.name} cannot be copied: {problem}."
        ) from None
    if found != "ok":
        raise BackupRefused(
            f"{source.name} 的副本不完好，请先运行 jiedui audit verify。 "
            f"The copy of {source.name} is damaged ({found}); run jiedui audit verify first."
        )
    _sync(target)


def _told(tick: Tick | None) -> Callable[[int, int, int], None] | None:
    if tick is None:
        return None

    def progress(status: int, remaining: int, total: int) -> None:
        del status
        tick(total - remaining, total)

    return progress


def reached_by_file(file: Path) -> Reached:
    """Read the copied ledger *file* back; raise `BackupRefused` unless it reaches a checkpoint."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as copy:
            signed = copy.execute("SELECT size, root, note FROM checkpoints ORDER BY size")
            checkpoints = [_Signed(*row) for row in signed]
            rows = copy.execute("SELECT position, body, hash FROM entries ORDER BY position")
            return _reached((_Leaf(row[0], leaf_hash(row[1]), row[2]) for row in rows), checkpoints)
    except sqlite3.Error as problem:
        raise BackupRefused(
            f"账本副本无法读取（{problem}）。 The copy of the ledger cannot be read: {problem}."
        ) from None


# -- PostgreSQL ------------------------------------------------------------------------------


def dump_postgresql(url: URL, target: Path, *, keys: bool) -> None:
    """Dump the books of the database at *url*, or only the wrapped *keys*, to the file *target*.

    What stands beside the books is left out. Raises `BackupRefused` without `pg_dump`, or with what
    it said.
    """
    chosen = [f"--table={name}" for name in _KEPT_APART] if keys else _without()
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    _postgresql("pg_dump", url, "--format=custom", *chosen, f"--file={target}")
    _sync(target)


def _without() -> list[str]:
    return [f"--exclude-table={name}" for name in (*_KEPT_APART, *_LEFT_OUT)]


def load_postgresql(url: URL, source: Path) -> None:
    """Restore the dump *source* into the database at *url*, all or nothing."""
    _postgresql("pg_restore", url, "--single-transaction", "--exit-on-error", str(source))


def reached_by_dump(file: Path) -> Reached:
    """Read the dumped ledger *file* back; raise `BackupRefused` unless it reaches a checkpoint."""
    signed = [
        _Signed(int(row["size"]), _bytes(row["root"]), _bytes(row["note"]))
        for row in _rows_of(file, "checkpoints")
    ]
    rows = (
        _Leaf(int(row["position"]), leaf_hash(_bytes(row["body"])), _bytes(row["hash"]))
        for row in _rows_of(file, "entries")
    )
    return _reached(_by_position(rows), signed)


def _by_position(rows: Iterable["_Leaf"]) -> Iterator["_Leaf"]:
    """Yield *rows* in order; a dump holds them as they lie, which is nearly so."""
    waiting: dict[int, _Leaf] = {}
    wanted = 0
    for row in rows:
        waiting[row.position] = row
        while wanted in waiting:
            yield waiting.pop(wanted)
            wanted += 1
    yield from (waiting[position] for position in sorted(waiting))


def _rows_of(file: Path, table: str) -> Iterator[dict[str, str]]:
    """Yield the rows of *table* as `pg_restore` reads them out of the dump."""
    program = _program("pg_restore")
    arguments = [program, "--data-only", f"--table={table}", "--file=-", str(file)]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdout is not None
        columns: list[str] = []
        for line in child.stdout:
            if columns:
                if line == "\\.\n":
                    columns = []
                    continue
                yield dict(zip(columns, line.rstrip("\n").split("\t"), strict=True))
            elif line.startswith("COPY "):
                named = line[line.index("(") + 1 : line.index(")")].split(", ")
                columns = [name.strip('"') for name in named]
        child.wait()
        if child.returncode:
            raise BackupRefused("备份文件无法读回。 The dump cannot be read back.")


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("\\\\x"))


def leave_out_keys(url: URL) -> None:
    """Make room for a new, empty table of wrapped keys: its guard came with the books."""
    with _server(url) as server:
        server.execute("DROP FUNCTION IF EXISTS vault_keys_stay_erased()")


def postgresql_is_empty(url: URL) -> bool:
    """Say whether the database at *url* holds no table of ours."""
    with _server(url) as server:
        found = server.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_name IN "
            "('entries', 'ledger_schema', 'vault_items', 'vault_keys')"
        ).fetchone()
    return found is not None and found[0] == 0


@contextmanager
def _server(url: URL) -> Iterator[psycopg.Connection[Any]]:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(plain, connect_timeout=10) as server:
            yield server
    except psycopg.Error as problem:
        raise BackupRefused(
            f"数据库无法使用（{type(problem).__name__}）。 "
            f"The database cannot be used ({type(problem).__name__})."
        ) from None


def _postgresql(name: str, url: URL, *arguments: str) -> None:
    plain = url.set(drivername="postgresql", password=None)
    environment = {**os.environ}
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)  # never on a command line others can read
    where = f"--dbname={plain.render_as_string(hide_password=False)}"
    done = subprocess.run(
        [_program(name), "--no-owner", "--no-privileges", *arguments, where],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise BackupRefused(f"{name} 未完成（{said}）。 {name} failed: {said}.")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(
            f"找不到 {name}，请安装与服务器同版本的 PostgreSQL 客户端，或改用基础备份加 WAL 归档。 "
            f"No {name} on the path: install the PostgreSQL client of the server's version, or "
            "take base backups with WAL archiving."
        )
    return found


# -- reading a copy back ---------------------------------------------------------------------


class _Leaf(NamedTuple):
    """An entry of a copy: its leaf hash from its bytes, and the hash stored beside them."""

    position: int
    leaf: bytes
    stored: bytes


class _Signed(NamedTuple):
    """A checkpoint of a copy, as stored."""

    size: int
    root: bytes
    note: bytes


def _reached(rows: Iterable[_Leaf], signed: Sequence[_Signed]) -> Reached:
    """Walk the entries once, in order; every checkpoint in the copy must be met on the way."""
    if not signed:
        raise BackupRefused(
            "账本还没有检查点，副本无从核对；请先运行 jiedui log publish。 "
            "The ledger has no checkpoint to check a copy by; run jiedui log publish first."
        )
    checkpoints = {one.size: one for one in signed}
    roots = Roots()
    size, root = 0, b""
    for row in rows:
        if row.position != roots.size or row.leaf != row.stored:
            raise _not_a_copy(f"位置 {roots.size} 序号或哈希不符 position or hash differs")
        roots.add(row.leaf)
        if roots.size in checkpoints:
            size, root = roots.size, roots.root()
            _require_root(checkpoints[size], root)
    if size != max(checkpoints):
        raise _not_a_copy(f"{roots.size:,} < {max(checkpoints):,} 条，未达检查点 entries missing")
    return Reached(roots.size, size, root.hex(), len(checkpoints))


def _require_root(one: _Signed, root: bytes) -> None:
    """The checkpoint's columns and its signed note speak of this very root."""
    try:
        told = read_checkpoint(read_note(one.note))
    except NoteMalformed as problem:
        raise _not_a_copy(f"checkpoint {one.size}: {problem}") from None
    if not (one.root == root == told.root and told.size == one.size):
        raise _not_a_copy(f"checkpoint {one.size}: 默克尔根不符 the root differs")


def _not_a_copy(found: str) -> BackupRefused:
    return BackupRefused(
        f"副本与检查点不符（{found}），未作为备份保存；请运行 jiedui audit verify。 "
        f"The copy does not agree with its checkpoints ({found}) and was not kept; run jiedui "
        "audit verify."
    )


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
