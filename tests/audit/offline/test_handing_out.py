"""What the command line hands out is what the verifiers call whole, and each time it is a fact."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from audit.exports.choosing import chosen
from audit.exports.jsonl import write_jsonl
from audit.proofs.bundle import Extras, NothingSigned, newest_witnessed, write_evidence
from audit.proofs.proving import CannotProve, prove_case, prove_entry
from audit.reading import open_reader
from ledger.store import open_ledger
from tests.audit.offline.home import LOG, STRANGER, Town
from tests.cli.test_command_line import Done, jiedui
from transparency.tiles import TileFolder


@pytest.fixture
def home(town: Town, tmp_path: Path) -> Path:
    """A home of its own: what the commands record must not reach the other tests."""
    for name in ("ledger.db", "vault.db", "vault-keys.db"):
        shutil.copy(town.folder / name, tmp_path / name)
    for name in ("keys", "log"):
        shutil.copytree(town.folder / name, tmp_path / name)
    return tmp_path


def auditor(home: Path) -> tuple[str, str]:
    """Return how the home's auditor shows their key."""
    return "--key", str(next((home / "keys" / "accounts").glob("*.key")))


def kinds(home: Path) -> list[str]:
    with open_reader(f"sqlite:///{home}/ledger.db") as reader:
        return [entry.kind for entry in reader.entries(categories=["audit"])]


def checked(home: Path, town: Town, file: Path, *more: str) -> Done:
    return jiedui(home, "audit", "check", str(file), "--policy", str(town.policy), *more)


def test_a_single_entry_is_proved_and_the_proof_recorded(home: Path, town: Town) -> None:
    out = home / "one.tlog-proof"
    done = jiedui(home, *auditor(home), "audit", "prove", "3", "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["recorded"]
    assert checked(home, town, out).returncode == 0
    beside = Path(json.loads(done.stdout)["verifier"])
    asked = [sys.executable, "-I", str(beside), str(out), "--policy", str(town.policy)]
    assert subprocess.run(asked, check=False, capture_output=True).returncode == 0
    assert kinds(home) == ["export_made.v1", "audit_performed.v1"]


def test_a_whole_case_is_proved_and_stays_sealed(home: Path, town: Town) -> None:
    out = home / "case"
    done = jiedui(home, *auditor(home), "audit", "prove", "--case", town.stream, "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert json.loads(out.read_bytes())["openings"] == []
    done = checked(home, town, out, "--json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["checked"]["proofs"] == 9


def test_check_answers_no_with_one_and_says_why(home: Path, town: Town) -> None:
    data = town.case.read_bytes().replace(b"NO_ANSWER", b"REACHED!!", 1)
    (home / "altered").write_bytes(data)
    done = checked(home, town, home / "altered")
    assert done.returncode == 1
    assert "[inclusion]" in done.stdout
    assert jiedui(home, "audit", "check", str(home / "altered")).returncode == 2


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["99999"], 1),
        ([], 2),
        (["1", "--case", "task/x"], 2),
        (["--case", "task/00000000-0000-7000-8000-000000000000"], 1),
        (["--case", "nonsense"], 1),
        (["1", "--open", "text"], 2),
    ],
)
def test_what_cannot_be_proved_is_said_in_a_sentence(
    home: Path, words: list[str], status: int
) -> None:
    done = jiedui(home, *auditor(home), "audit", "prove", *words, "--out", str(home / "out"))
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "out").exists()


def test_a_proof_is_not_given_away_when_the_ledger_left_its_root(home: Path) -> None:
    """Somebody swapped the tiles of another log under the same address."""
    tiles = TileFolder(home / "other")
    tiles.append([b"{}"] * 500)
    with open_reader(f"sqlite:///{home}/ledger.db") as reader, pytest.raises(CannotProve):
        prove_entry(reader, 3, tiles.subtree)


def test_a_head_is_signed_with_the_log_s_own_key_only(town: Town) -> None:
    from transparency.keys import ED25519, SigningKey

    tiles = TileFolder(town.folder / "log")
    foreign = SigningKey.generate("elsewhere.example", ED25519)
    with open_reader(f"sqlite:///{town.folder}/ledger.db") as reader:
        with pytest.raises(CannotProve):
            prove_case(reader, town.stream, tiles.subtree, foreign)
        # A thief's key of the same name makes a file that no auditor's key believes.
        forged = prove_case(reader, town.stream, tiles.subtree, STRANGER)
    (path := town.folder / "forged.case.json").write_bytes(forged.data)
    from audit.offline.jiedui_verify import judge

    verdict = judge([str(path), "--log-key", LOG.verifier.vkey])
    assert [fault["rule"] for fault in verdict["faults"]] == ["log-signature"]


def test_nothing_is_evidence_before_something_is_signed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    open_ledger(url).close()
    with open_reader(url) as reader:
        with pytest.raises(NothingSigned):
            newest_witnessed(reader)
        with pytest.raises(NothingSigned):
            write_evidence(reader, tmp_path / "out.zip")


def damage(home: Path, body: bytes) -> int:
    """Put *body* in place of the first task's first entry; return its position."""
    with open_reader(f"sqlite:///{home}/ledger.db") as reader:
        victim = next(reader.entries(categories=["task"])).position
    with closing(sqlite3.connect(home / "ledger.db")) as connection, connection:
        guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in guards.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE entries SET body = ? WHERE position = ?", (body, victim))
    return victim


@pytest.mark.parametrize(
    "words", [("doctor",), ("audit", "reconcile", "--without-temporal"), ("rebuild", "boards")]
)
def test_what_cannot_be_read_is_said_in_a_sentence(home: Path, words: tuple[str, ...]) -> None:
    victim = damage(home, b"nothing")
    done = jiedui(home, *words)
    assert done.returncode in (1, 2)
    told = done.stdout + done.stderr
    assert f"第 {victim} 条记录无法读取" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("damaged", [b"\x00not an entry", b'{"stream":"task/', b"[1.5,NaN]"])
def test_a_damaged_ledger_is_handed_out_as_it_lies(home: Path, town: Town, damaged: bytes) -> None:
    """It is the evidence: who exports it need not be able to read it, and the verifier names it."""
    victim = damage(home, damaged)
    bundle, lines = home / "damaged.zip", home / "damaged.jsonl"
    with open_reader(f"sqlite:///{home}/ledger.db") as reader:
        write_evidence(reader, bundle, Extras(gone=lambda _: False))
        selection = chosen(reader)
        assert write_jsonl(reader, selection, lines) == reader.head() + 1
    assert lines.read_bytes().split(b"\n")[victim] == damaged
    done = checked(home, town, bundle, "--json")
    assert done.returncode == 1
    faults = json.loads(done.stdout)["faults"]
    assert (victim, "unreadable") in {(fault["position"], fault["rule"]) for fault in faults}
