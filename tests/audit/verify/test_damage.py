"""A ledger's file is damaged at random: whatever changes what a reader is told is reported."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.verify.checkpoints import Trust
from audit.verify.verifying import CannotVerify, Verdict, verify
from ledger.store import open_ledger
from tests.audit.verify.stage import LOG, POLICY, Office, checkpoint, founded
from tests.ledger.episodes import append, minutes
from transparency.notes import Note

FLIPS, PAGES = 2000, 200
SEED = 20261123

COLUMNS = (
    "position, stream, category, version, ordinal, kind, recorded_at, command_id, pairing, body, "
    "hash"
)
READINGS = (
    f"SELECT {COLUMNS} FROM entries NOT INDEXED ORDER BY position",  # noqa: S608 - constants
    "SELECT stream, version, hash FROM entries ORDER BY 1, 2",
    "SELECT stream, command_id, ordinal FROM entries ORDER BY 1, 2, 3",
    "SELECT category, position FROM entries ORDER BY 1, 2",
    "SELECT kind, recorded_at, position FROM entries ORDER BY 1, 2, 3",
    "SELECT category, stream FROM entries WHERE version = 1 ORDER BY 1, 2",
    "SELECT county, day, last FROM counters ORDER BY 1, 2",
    "SELECT size, root, note FROM checkpoints ORDER BY 1",
    "SELECT size, witness, line FROM cosignatures ORDER BY 1, 2",
)
"""Everything readers ask, by the table and through every index.

Left out are three values that no hash covers: a command's digest, which only says whether a retry
is the same command, and the times at which checkpoints were signed and cosignatures received.
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    home = tmp_path_factory.mktemp("home")
    founded_here = founded(
        f"sqlite:///{home}/ledger.db", f"sqlite:///{home}/vault.db", home / "vault.key"
    )
    with sqlite3.connect(home / "ledger.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return founded_here


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = tmp_path / "broken"
    folder.mkdir()
    return folder / "ledger.db"


def _file(office: Office) -> Path:
    return Path(office.url.removeprefix("sqlite:///"))


def _verdict(office: Office, file: Path) -> Verdict | None:
    """Return what an auditor says who has the policy and the kept checkpoint; None for "cannot"."""
    trust = Trust(log_keys=(LOG.verifier,), policy=POLICY, kept=(office.kept,))
    try:
        return verify(f"sqlite:///{file}", trust)
    except CannotVerify:
        return None


def _contents(file: Path) -> object:
    """Return what readers are told, or by which kind of error they are turned away."""
    raw = sqlite3.connect(file)
    try:
        return [raw.execute(question).fetchall() for question in READINGS]
    except (sqlite3.Error, UnicodeDecodeError) as problem:
        return type(problem)
    finally:
        raw.close()


def _flips(pristine: bytes, chance: random.Random) -> Iterator[bytes]:
    """Turn one bit anywhere behind the first hundred bytes."""
    for _ in range(FLIPS):
        damaged = bytearray(pristine)
        damaged[chance.randrange(100, len(damaged))] ^= 1 << chance.randrange(8)
        yield bytes(damaged)


def _page_damages(pristine: bytes, chance: random.Random) -> Iterator[bytes]:
    """Zero a page, swap two, cut the file at one, or write one over another."""
    size = int.from_bytes(pristine[16:18])
    pages = [pristine[at : at + size] for at in range(0, len(pristine), size)]
    for number in range(PAGES):
        one, other = chance.sample(range(1, len(pages)), 2)
        damaged = list(pages)
        match number % 4:
            case 0:
                damaged[one] = bytes(size)
            case 1:
                damaged[one], damaged[other] = damaged[other], damaged[one]
            case 2:
                damaged = damaged[: max(one, 2)]
            case _:
                damaged[one] = damaged[other]
        yield b"".join(damaged)


@pytest.mark.parametrize("kind_of_damage", ["bits", "pages"])
def test_damage_that_changes_what_readers_are_told_is_always_reported(
    office: Office, broken: Path, kind_of_damage: str
) -> None:
    """And never is a ledger called intact that is not the whole one."""
    pristine = _file(office).read_bytes()
    sound, contents = _verdict(office, _file(office)), _contents(_file(office))
    assert sound is not None
    assert sound.intact, [str(fault) for fault in sound.faults]
    chance = random.Random(SEED)
    damages = _flips if kind_of_damage == "bits" else _page_damages
    harmful = passed_over = 0
    for damaged in damages(pristine, chance):
        for leftover in broken.parent.iterdir():
            leftover.unlink()
        broken.write_bytes(damaged)
        verdict = _verdict(office, broken)
        if verdict is None or not verdict.intact:
            harmful += 1
            continue
        passed_over += 1
        assert (verdict.root, verdict.entries) == (sound.root, sound.entries)
        assert _contents(broken) == contents
    # The damage did reach something; and single bits also hit what nobody reads.
    assert harmful > (FLIPS // 10 if kind_of_damage == "bits" else PAGES // 3)
    assert passed_over > 0 or kind_of_damage == "pages"


@pytest.mark.parametrize("log_beside_it", ["none", "foreign", "cut"])
def test_a_write_ahead_log_that_is_lost_is_not_a_shorter_ledger(
    tmp_path: Path, log_beside_it: str
) -> None:
    """The newest entries lie in that file alone; a kept checkpoint shows that they are gone."""
    home, copy = tmp_path / "home", tmp_path / "copy"
    office = founded(
        f"sqlite:///{home}/ledger.db", f"sqlite:///{home}/vault.db", tmp_path / "vault.key"
    )
    file = home / "ledger.db"
    reader = sqlite3.connect(file)
    reader.execute("SELECT count(*) FROM entries").fetchall()  # keeps the log from being folded in
    ledger = open_ledger(office.url)
    for version in range(5):
        append(ledger, f"task/00000000-0000-4000-8000-{version + 7:012}", 0, "c", at=minutes(300))
    copy.mkdir()
    shutil.copy(file, copy / "ledger.db")
    wal = (home / "ledger.db-wal").read_bytes()
    assert len(wal) > 4096
    ledger.close()
    reader.close()
    whole = _verdict(office, file)
    assert whole is not None
    assert (whole.intact, whole.entries) == (True, 17)
    match log_beside_it:
        case "foreign":
            salted = bytearray(wal)
            salted[16:24] = bytes(8)  # of another run of the database: its salts differ
            (copy / "ledger.db-wal").write_bytes(salted)
        case "cut":
            (copy / "ledger.db-wal").write_bytes(wal[: len(wal) // 3])
    kept = Trust(log_keys=(LOG.verifier,), kept=(_checkpoint_of(file),))
    try:
        verdict = verify(f"sqlite:///{copy}/ledger.db", kept)
    except CannotVerify:
        return
    assert not verdict.intact


def _checkpoint_of(file: Path) -> Note:
    with sqlite3.connect(file) as connection:
        hashes = connection.execute("SELECT hash FROM entries ORDER BY position").fetchall()
    return checkpoint([leaf for (leaf,) in hashes])
