"""Any terminal, medium and path: never a traceback, JSON in UTF-8, files inside their home."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audit.read_only import for_reading
from tests.cli.test_command_line import begun, jiedui

EXAMPLES = Path("examples/tianhe").absolute()
OURS = (sys.executable, "-m", "cli.main")
PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with units in it, closed in order."""
    home = tmp_path_factory.mktemp("home")
    registrar = begun(home)["person"]
    done = jiedui(home, "unit", "import", str(EXAMPLES / "units.xlsx"), "--as", registrar)
    assert done.returncode == 0, done.stderr
    return home


def run(
    home: Path, words: tuple[str, ...], shell: str = "", **environment: str
) -> "subprocess.CompletedProcess[bytes]":
    """Run the command as a process of its own; *shell* is what a shell does with its streams."""
    command = [*OURS, *words]
    told = {**os.environ, "JIEDUI_HOME": str(home), **environment}
    if shell:
        quoted = " ".join(f"'{word}'" for word in command)
        return subprocess.run(
            ["sh", "-c", f"{quoted} {shell}"], env=told, capture_output=True, check=False
        )
    return subprocess.run(command, env=told, capture_output=True, check=False)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
def test_a_terminal_is_shown_what_it_can_show(home: Path, encoding: str) -> None:
    for words in (("unit", "list"), ("--help",), ("task", "show", "没有"), ("audit", "verify")):
        done = run(home, words, **PLAIN, PYTHONIOENCODING=encoding)
        assert done.returncode in {0, 1}
        assert b"Traceback" not in done.stderr
        assert done.stdout + done.stderr
    assert "民政" in run(home, ("unit", "list"), PYTHONIOENCODING="gbk").stdout.decode("gbk")


def test_json_is_utf_8_whatever_the_locale_says(home: Path) -> None:
    done = run(home, ("unit", "list", "--json"), **PLAIN, PYTHONIOENCODING="ascii")
    rows = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert any("民政" in row["name"] for row in rows)


@pytest.mark.parametrize(
    "words", [("unit", "list"), ("unit", "list", "--json"), ("--help",), ("audit", "verify")]
)
def test_an_output_that_takes_nothing_is_said_beside_it(home: Path, words: tuple[str, ...]) -> None:
    done = run(home, words, "> /dev/full")
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"No space left" in done.stderr


@pytest.mark.parametrize("shell", [">&-", "2>&-", ">&- 2>&-", "<&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("words", [("unit", "list"), ("unit", "list", "--json"), ("submit", "-")])
def test_a_closed_stream_stops_nobody(home: Path, words: tuple[str, ...], shell: str) -> None:
    done = run(home, words, shell)
    assert done.returncode in {0, 1, 2}
    assert b"Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("words", [("unit", "list"), ("unit", "list", "--json"), ("--help",)])
def test_a_reader_that_has_enough_hears_no_complaint(home: Path, words: tuple[str, ...]) -> None:
    done = run(home, words, "| head -n 1")
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


@pytest.mark.parametrize("name", ["q?x", "a%20b", "h#1", "a b", "街道", "semi;colon", 'quo"te'])
def test_a_home_keeps_its_files_inside_it_whatever_its_name(tmp_path: Path, name: str) -> None:
    home = tmp_path / name / "home"
    done = jiedui(home, "policy", "publish", "--shipped", "--json")
    assert done.returncode == 0, done.stderr
    assert jiedui(home, "task", "list").returncode == 0
    verdict = jiedui(home, "audit", "verify", "--json")
    assert json.loads(verdict.stdout)["entries"] == 8
    assert [one.name for one in tmp_path.iterdir()] == [name]
    there = {one.name for one in home.iterdir()}
    assert {"ledger.db", "vault.db", "vault-keys.db", "boards.db", "keys"} <= there


def test_a_home_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "home"
    file.touch()
    for home in (file, file / "below"):
        for words in (("task", "list"), ("audit", "verify"), ("doctor",), ("up",)):
            done = jiedui(home, *words)
            assert done.returncode == 2, words
            assert "Traceback" not in done.stderr
            assert done.stderr.strip()


@pytest.fixture
def disc(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the home where nothing can be written, as on a disc."""
    disc = tmp_path / "disc"
    shutil.copytree(home, disc)
    for left in disc.glob("*.db-*"):
        left.unlink()
    can = os.access

    def access(path: Any, mode: int) -> bool:
        return not (mode == os.W_OK and Path(path).is_relative_to(disc)) and can(path, mode)

    monkeypatch.setattr(os, "access", access)
    return disc


def test_an_auditor_reads_from_a_medium_that_cannot_be_written(disc: Path) -> None:
    before = {one: (one.stat().st_mtime_ns, one.read_bytes()) for one in disc.rglob("*.db*")}
    assert json.loads(jiedui(disc, "audit", "verify", "--json").stdout)["intact"]
    for words in (("audit", "as-of", "2099-01-01"), ("task", "list"), ("unit", "list")):
        done = jiedui(disc, *words)
        assert done.returncode == 0, (words, done.stderr)
    said = jiedui(disc, "audit", "verify").stderr
    assert "read-only; nothing can be recorded" in said
    done = jiedui(
        disc, "policy", "publish", "policies/packs/demo.json", "--as", "REGISTRAR@440100-MCB"
    )
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    after = {one: (one.stat().st_mtime_ns, one.read_bytes()) for one in disc.rglob("*.db*")}
    assert after == before, "nothing was written there, and nothing left beside"


def test_a_book_that_was_not_closed_in_order_is_not_read_as_a_shorter_one(disc: Path) -> None:
    """Its newest pages lie in a file SQLite cannot use there; passing over them would be a lie."""
    (disc / "ledger.db-wal").write_bytes(b"newer pages")
    with pytest.raises(sqlite3.OperationalError, match="copy it"):
        for_reading(disc / "ledger.db")
    done = jiedui(disc, "audit", "verify")
    assert (done.returncode, "copy it" in done.stderr) == (2, True)
