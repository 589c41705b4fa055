"""Every way by which an outsider once got a word in, or out, tried as they would try it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from audit.verify.verifying import Looking, verify
from desk.identifiers import new_uuid7
from runtime.settings import Settings
from tests import accounts
from tests.cli.test_command_line import Done, jiedui
from tests.oversight.town import founded, open_town
from transparency.keys import ED25519, make_key

CASE = "task/0192f3a0-0000-7000-8000-00000000e0e2"


@pytest.fixture(scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home at work, with a task of a resident in it; nobody has it open."""
    home = tmp_path_factory.mktemp("home")
    with books_of(home) as books:
        town = await founded(books, Settings(home=home).ledger_url)
        town.give(*town.district.whole_case(CASE)[:3])
        task = town.task()
        names = {name: one["person"] for name, one in town.district.people.items()}
        told = {**names, "subject": town.requester(task), "their_task": task}
        (home / "who.json").write_text(json.dumps(told))
    return home


def books_of(home: Path) -> Any:
    return open_town(home, key_file=Settings(home=home).key_path)


def who(home: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((home / "who.json").read_text())
    return found


def state(home: Path) -> tuple[int, bytes]:
    with books_of(home) as books:
        return books.ledger.head(), (home / "vault-keys.db").read_bytes()


NOBODY: Sequence[Any] = (
    {"channel": "system"},
    {},
    {"role": "SYSTEM"},
    {"role": "SYSTEM", "channel": "system"},
    {"role": "SYSTEM", "channel": "cli"},
    {"role": "SYSTEM", "person": f"person/{new_uuid7()}"},
    {"channel": "system", "clock": "due"},
)

COMMANDS: Sequence[tuple[str, dict[str, Any]]] = (
    (CASE, {"kind": "summon_unit", "reason": "约谈"}),
    (CASE, {"kind": "take_over_task", "reason": "接管"}),
    (CASE, {"kind": "ring_clock", "name": "due", "due": "2026-01-01T00:00:00Z"}),
    (CASE, {"kind": "archive_task"}),
    (
        f"notice/{new_uuid7()}",
        {
            "kind": "record_delivery",
            "notice": f"{CASE}/3/unit/440106-MZJ",
            "to": "unit/440106-MZJ",
            "template": "dispatched",
            "channel": "console",
            "outcome": "DELIVERED",
        },
    ),
    (
        f"workflow/{CASE.partition('/')[2]}",
        {"kind": "record_discrepancy", "case": CASE, "ground": "CLERK_MISSING"},
    ),
    (
        f"workflow/{CASE.partition('/')[2]}",
        {
            "kind": "seal_workflow_history",
            "case": CASE,
            "workflow": CASE,
            "run": str(new_uuid7()),
            "status": "COMPLETED",
            "events": 3,
            "bytes": 9,
            "digest": "0" * 64,
        },
    ),
    ("log/checkpoints", {"kind": "adopt_witness_policy", "policy": "quorum nobody\n"}),
    ("log/checkpoints", {"kind": "adopt_witness_policy", "policy": "\\x00 unreadable"}),
    (
        f"person/{new_uuid7()}",
        {"kind": "register_person", "name": "不速之客"},
    ),
)


@pytest.mark.parametrize(
    ("stream", "command"),
    COMMANDS,
    ids=[f"{number}-{command['kind']}" for number, (_, command) in enumerate(COMMANDS)],
)
def test_a_script_that_says_it_is_the_system_is_refused_line_by_line(
    home: Path, stream: str, command: dict[str, Any]
) -> None:
    before = state(home)
    lines = [
        {"stream": stream, "command_id": f"forged/{number}", "by": by, "command": command}
        for number, by in enumerate(NOBODY)
    ]
    done = jiedui(home, "submit", "-", text="".join(f"{json.dumps(line)}\n" for line in lines))
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1, done.stdout
    assert [one["outcome"] for one in results] == ["refused"] * len(NOBODY)
    assert state(home) == before


def test_a_resident_is_not_erased_by_whoever_types_it(home: Path) -> None:
    names, before = who(home), state(home)
    erase = {"kind": "record_erasure", "basis": "误"}
    for by in (*NOBODY, names["dpo"], {"person": names["dpo"], "role": "DPO"}):
        line = {"stream": names["subject"], "command_id": "e/1", "by": by, "command": erase}
        assert jiedui(home, "submit", "-", text=json.dumps(line)).returncode == 1
    for more in ((), ("--as", names["dpo"]), ("--as", "DPO@440106-MZJ"), ("--as", names["staff"])):
        done = jiedui(home, "subject", "erase", names["subject"], "--basis", "误", *more)
        assert done.returncode in {1, 2}
        assert "Traceback" not in done.stderr
    assert state(home) == before


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "export", "jsonl", "--out", "{out}"),
        ("audit", "export", "xlsx", "--out", "{out}", "--as", "{auditor}"),
        ("audit", "prove", "--case", CASE, "--out", "{out}", "--as", "{auditor}"),
        ("unmasking", "grant", CASE, "--to", "{auditor}", "--reason", "看", "--as", "{dpo}"),
        ("log", "key", "rotate", "--reason", "换", "--as", "{auditor}"),
        ("log", "policy", "adopt", "{policy}", "--as", "{staff}"),
        ("account", "key", "{dpo}", "--out", "{out}", "--as", "{staff}"),
        ("account", "key", "{dpo}", "--out", "{out}", "--as", "REGISTRAR@440100-MCB"),
        ("account", "begin", "--unit=440100-A", "--unit-name=x", "--name=y", "--out", "{out}"),
        ("policy", "publish", "{pack}", "--as", "{staff}"),
    ],
    ids=" ".join,
)
def test_what_takes_proof_is_not_done_on_a_name(
    home: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    before, out = state(home), tmp_path / "out"
    (tmp_path / "policy").write_text("quorum none\n")
    pack = tmp_path / "pack.json"
    pack.write_bytes(Path("policies/packs/demo.json").read_bytes())
    told = {**who(home), "out": str(out), "policy": str(tmp_path / "policy"), "pack": str(pack)}
    done = jiedui(home, *[word.format(**told) for word in words])
    assert done.returncode in {1, 2}, done.stdout
    assert "Traceback" not in done.stderr
    assert not out.exists()
    assert state(home) == before


def test_a_forged_key_file_is_nobodys(home: Path, tmp_path: Path) -> None:
    before = state(home)
    forged = tmp_path / "dpo.key"
    make_key(forged, who(home)["dpo"], ED25519)
    done = jiedui(
        home, "--key", str(forged), "subject", "erase", who(home)["subject"], "--basis", "误"
    )
    assert (done.returncode, "account-key-unknown" in done.stderr) == (1, True)
    forged.chmod(0o644)
    done = jiedui(home, "--key", str(forged), "account", "list")
    done = jiedui(home, "--key", str(forged), "audit", "export", "jsonl", "--out", "x")
    assert (done.returncode, "chmod 600" in done.stderr) == (2, True)
    assert state(home) == before


def test_a_key_proves_its_own_person_only(home: Path, tmp_path: Path) -> None:
    """Who shows their own key and names somebody else is not believed to be them."""
    with books_of(home) as books:
        key = accounts.key_of(books.desk, who(home)["staff"], tmp_path)
    before = state(home)
    shown = ("--key", str(key))
    erase = ("subject", "erase", who(home)["subject"], "--basis", "误")
    named = jiedui(home, *shown, *erase, "--as", who(home)["dpo"], "--json")
    assert json.loads(named.stdout)["rule"] == "identity-proven"
    own = jiedui(home, *shown, *erase, "--json")
    assert json.loads(own.stdout)["rule"] == "role-permitted"
    assert state(home) == before


def test_another_user_of_the_machine_reads_and_writes_nothing(home: Path, tmp_path: Path) -> None:
    """They can run the program, and not reach the home."""
    before = state(home)
    try:
        if os.geteuid() != 0:  # only root can become somebody else; then shut out ourselves
            home.chmod(0)
        for words in (("audit", "verify"), ("task", "list"), ("account", "list"), ("doctor",)):
            done = as_somebody_else(home, tmp_path, *words)
            assert done.returncode == 2, (words, done.stdout)
            assert "Traceback" not in done.stderr, done.stderr
    finally:
        home.chmod(0o700)
    assert state(home) == before


def as_somebody_else(home: Path, own: Path, *words: str) -> Done:
    """Run the command as another user; once before in a home of *own*, to have it imported."""
    become = """
import os, sys
from cli.main import attempt
attempt(sys.argv[2:])
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
os.environ["JIEDUI_HOME"] = sys.argv[1]
print("--- as another user", flush=True)
os._exit(attempt(sys.argv[2:]))
"""
    environment = {**os.environ, "JIEDUI_HOME": str(own / "own"), "HOME": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", become, str(home), *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_after_all_of_it_the_book_is_what_it_was(home: Path) -> None:
    settings = Settings(home=home)
    looking = Looking(None, settings.vault_url, True, settings.key_path)
    assert verify(settings.ledger_url, looking=looking).intact
    done = jiedui(home, "log", "status", "--json")
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
