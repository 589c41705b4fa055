"""An office with a ledger, a vault, a signing key and two witnesses; and whoever owns the database.

The owner has every statement and every file, and holds the office's signing key too: after each
attack they sign all checkpoints anew. What they have not is what auditors and witnesses kept.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, create_engine, text

from audit.verify.checkpoints import Trust
from audit.verify.verifying import Looking, Verdict, verify
from domain.values import instant_text
from ledger.numbers import work_order_number
from ledger.store import open_ledger
from tests.ledger.episodes import COUNTY, append, facts, minutes
from transparency.checkpoints import Checkpoint, read_checkpoint
from transparency.keys import COSIGNATURE_V1, ED25519, SigningKey
from transparency.merkle import root_of
from transparency.notes import Note
from transparency.policies import read_policy
from transparency.suites import suite_line
from vault.vault import open_vault

ORIGIN = "log.example.org/jiedui"
TASKS = tuple(f"task/00000000-0000-4000-8000-00000000000{n}" for n in range(3))
SIGNED = (5, 9, 12)
"""The sizes of which a checkpoint was signed and cosigned; the auditor kept the one of 9."""

LOG = SigningKey.generate(ORIGIN, ED25519)
WITNESSES = tuple(
    SigningKey.generate(f"{name}.example.org", COSIGNATURE_V1)
    for name in ("inspection", "archives")
)
POLICY = read_policy(
    "\n".join(
        (
            f"log {LOG.verifier.vkey}",
            f"witness inspection {WITNESSES[0].verifier.vkey}",
            f"witness archives {WITNESSES[1].verifier.vkey}",
            "group both all inspection archives",
            "quorum both",
        )
    )
    + "\n"
)

Row = dict[str, Any]
"""One row of `entries` by column."""

Change = Callable[[list[Row]], list[Row]]


@dataclass(frozen=True)
class Office:
    """One ledger of twelve entries in three tasks, and what outsiders hold of it."""

    url: str
    vault_url: str
    vault_key: Path
    kept: Note
    """The checkpoint of 9 entries that the auditor copied down."""
    witnessed: Note
    """The checkpoint of 12 entries, cosigned: what both witnesses have seen last."""

    log_folder: Path | None = None
    """Where its checkpoints are published, where the auditor looks there as well."""

    def found(self, by: str) -> Verdict:
        """Return the verdict of an auditor with the file alone, a kept checkpoint, or witnesses."""
        looking = Looking(self.log_folder, self.vault_url, vault_key=self.vault_key)
        return verify(self.url, self._trust(by), looking)

    def _trust(self, by: str) -> Trust:
        match by:
            case "file":
                return Trust(log_keys=(LOG.verifier,))
            case "kept checkpoint":
                return Trust(log_keys=(LOG.verifier,), kept=(self.kept,))
            case _:
                return Trust(policy=POLICY, kept=(self.witnessed,))


def founded(url: str, vault_url: str, key_file: Path) -> Office:
    """Open an office: three tasks take turns, checkpoints are signed on the way."""
    ledger, vault = open_ledger(url), open_vault(vault_url, key_file)
    notes: dict[int, Note] = {}
    for version in range(4):
        for number, task in enumerate(TASKS):
            sealed = vault.seal(task, _item(version, number), "楼道缺扶手".encode())
            command = facts(
                f"c-{version}",
                "task_registered.v1" if version == 0 else "progress_logged.v1",
                fact={"text": sealed.model_dump()},
                number_for=COUNTY if version == 0 else None,
            )
            at = minutes(20 * (version * 3 + number))
            append(ledger, task, version, command, at=at)
            if (size := ledger.head() + 1) in SIGNED:
                notes[size] = _signed(url, size, at + timedelta(minutes=10))
    ledger.close()
    vault.close()
    return Office(url, vault_url, key_file, notes[9], notes[12])


def published(office: Office) -> Office:
    """Publish what was signed in a folder, as the log's own program would, and look there."""
    folder = office.vault_key.parent.parent / f"log-{uuid4()}"
    (folder / "checkpoints").mkdir(parents=True)
    for note in (office.kept, office.witnessed):
        size = str(read_checkpoint(note).size)
        (folder / "checkpoints" / size).write_bytes(note.encoded())
    (folder / "checkpoint").write_bytes(office.witnessed.encoded())
    return replace(office, log_folder=folder)


def _item(version: int, number: int) -> str:
    return f"00000000-0000-4000-8000-0000000{version}000{number}"


def _signed(url: str, size: int, at: datetime) -> Note:
    """Sign the first *size* entries, have it cosigned, and store both."""
    engine = create_engine(url)
    with engine.begin() as connection:
        hashes = [bytes(row["hash"]) for row in _rows(connection)[:size]]
        note = checkpoint(hashes)
        lines = [witness.cosign(note.text, at) for witness in WITNESSES]
        _store(connection, size, root_of(hashes), note, at)
        for line in lines:
            connection.execute(
                text("INSERT INTO cosignatures VALUES (:size, :witness, :line, :at)"),
                {
                    "size": size,
                    "witness": f"{line.name}+{line.key_id:08x}",
                    "line": line.line,
                    "at": instant_text(at),
                },
            )
    engine.dispose()
    return note.with_signatures(*lines)


def checkpoint(hashes: Sequence[bytes]) -> Note:
    """Return the checkpoint over *hashes*, signed by the log."""
    stated = Checkpoint(ORIGIN, len(hashes), root_of(hashes), (suite_line(),)).text
    return Note(stated, (LOG.sign(stated),))


def _store(connection: Connection, size: int, root: bytes, note: Note, at: datetime) -> None:
    connection.execute(
        text("INSERT INTO checkpoints VALUES (:size, :root, :note, :at)"),
        {"size": size, "root": root, "note": note.encoded(), "at": instant_text(at)},
    )


# What the owner of the database does.


def rewritten(url: str, change: Change) -> None:
    """Put other rows in place of all, with the guards away; then sign all checkpoints anew."""
    with unguarded(url) as connection:
        rows = change(_rows(connection))
        connection.execute(text("DELETE FROM entries"))
        for row in rows:
            names = ", ".join(row)
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO entries ({names}) VALUES ({marks})"), row)  # noqa: S608 - ours
        _count_anew(connection, rows)
        _sign_anew(connection, rows)


def _count_anew(connection: Connection, rows: Sequence[Row]) -> None:
    """The counters of work-order numbers follow, so that nothing is left to betray the change."""
    numbers = [number for row in rows if (number := told(row)["fact"].get("number"))]
    last = {(number[2:8], number[8:16]): int(number[16:-1]) for number in sorted(numbers)}
    connection.execute(text("DELETE FROM counters"))
    for (county, day), serial in last.items():
        connection.execute(
            text("INSERT INTO counters VALUES (:county, :day, :last)"),
            {"county": county, "day": day, "last": serial},
        )


def _sign_anew(connection: Connection, rows: Sequence[Row]) -> None:
    """Every checkpoint that speaks of another history is replaced; no witness cosigns those."""
    hashes = [row["hash"] for row in rows]
    stored = connection.execute(text("SELECT size, root, signed_at FROM checkpoints")).all()
    for size, root, at in stored:
        if size <= len(hashes) and root_of(hashes[:size]) == bytes(root):
            continue
        connection.execute(text("DELETE FROM cosignatures WHERE size = :size"), {"size": size})
        connection.execute(text("DELETE FROM checkpoints WHERE size = :size"), {"size": size})
        if size <= len(hashes):
            when = datetime.fromisoformat(at)
            _store(connection, size, root_of(hashes[:size]), checkpoint(hashes[:size]), when)


@contextmanager
def unguarded(url: str) -> Iterator[Connection]:
    """Drop every guard, let the owner work, and put the guards back."""
    engine = create_engine(url)
    tables = ("entries", "checkpoints", "cosignatures", "counters")
    with engine.begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            named = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            guards = connection.execute(text(named)).all()
            for name, _ in guards:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for table in tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield connection
        if sqlite:
            for _, sql in guards:
                connection.exec_driver_sql(sql)
        else:
            named = (
                "SELECT tgname, tgrelid::regclass::text FROM pg_trigger "
                "WHERE NOT tgisinternal AND tgrelid::regclass::text IN "
                "('entries', 'checkpoints', 'cosignatures', 'counters')"
            )
            for name, table in connection.execute(text(named)).all():
                connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    engine.dispose()


def _rows(connection: Connection) -> list[Row]:
    found = connection.execute(text("SELECT * FROM entries ORDER BY position")).mappings()
    return [
        {**row, "body": bytes(row["body"]), "hash": bytes(row["hash"])} for row in map(dict, found)
    ]


def told(row: Row) -> dict[str, Any]:
    """Return what the bytes of *row* say."""
    entry: dict[str, Any] = json.loads(row["body"])
    return entry


def retold(row: Row, **changes: Any) -> Row:
    """Return *row* with bytes and columns that say something else, and the hash it had."""
    entry = told(row) | changes
    body = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    columns = {name: entry[name] for name in ("stream", "version", "recorded_at", "command_id")}
    return {**row, **columns, "body": body}


def rehashed(row: Row) -> Row:
    """Return *row* with the hash of its bytes."""
    return {**row, "hash": sha256(b"\x00" + row["body"]).digest()}


def made_whole(rows: list[Row]) -> list[Row]:
    """Renumber, chain and hash *rows* anew, so that they agree with themselves in every way."""
    heads: dict[str, tuple[int, str]] = {}
    serials: dict[str, int] = {}
    whole: list[Row] = []
    for position, row in enumerate(rows):
        version, previous = heads.get(row["stream"], (0, ""))
        fact = told(row)["fact"]
        if number := fact.get("number"):
            day = number[8:16]
            serials[day] = serials.get(day, 0) + 1
            fact = {**fact, "number": work_order_number(COUNTY, day, serials[day])}
        changed = retold(row, version=version + 1, previous=previous, fact=fact)
        whole.append(rehashed({**changed, "position": position}))
        heads[row["stream"]] = (version + 1, whole[-1]["hash"].hex())
    return whole


def another(row: Row, **changes: Any) -> Row:
    """Return *row* with another note in its fact."""
    fact = told(row)["fact"]
    return retold(row, fact={**fact, "note": "未上门"}, **changes)


def shown_to_another(office: Office) -> Office:
    """Return the office as a second auditor sees it, who kept a checkpoint of what they saw."""
    engine = create_engine(office.url)
    with engine.begin() as connection:
        hashes = [row["hash"] for row in _rows(connection)]
    engine.dispose()
    return replace(office, kept=checkpoint(hashes[:9]))
