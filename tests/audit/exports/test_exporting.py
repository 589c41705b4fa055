"""`jiedui audit export` puts one private file in its place, whole or not at all, and says so."""

import hashlib
import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audit.exports.placing import PlaceTaken, PlaceUnfit, placed
from audit.reading import open_reader
from tests.accounts import key_of, somebody
from tests.audit.exports.sample import a_working_district
from tests.audit.offline.home import ARCHIVE, DISCIPLINE, POLICY, sign
from tests.cli.test_command_line import Done, jiedui
from transparency.tiles import TileFolder

FORMS = ("jsonl", "ocel-json", "ocel-xml", "ocel-sqlite", "xes", "xlsx")
VERIFIER = "audit/offline/jiedui_verify.py"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which two tasks were handled."""
    home = tmp_path_factory.mktemp("home")
    with a_working_district(home) as worked:
        worked.whole_case()
        worked.whole_case()
        key_of(worked.books.desk, somebody(worked.books.desk, "AUDITOR"), home)
    return home


def url(home: Path) -> str:
    return f"sqlite:///{home / 'ledger.db'}"


def tasks_of(home: Path) -> list[str]:
    with open_reader(url(home)) as reader:
        return list(reader.streams("task"))


def export(home: Path, form: str, out: Path, *more: str) -> Done:
    """Export as the home's auditor, who shows their key."""
    keys = sorted((home / "keys" / "accounts").glob("*.key"))
    shown = ("--key", str(keys[0])) if keys else ()
    return jiedui(home, *shown, "audit", "export", form, "--out", str(out), "--json", *more)


def export_facts(home: Path) -> list[dict[str, Any]]:
    with open_reader(url(home)) as reader:
        return [entry.fact for entry in reader.entries() if entry.kind == "export_made.v1"]


@pytest.mark.parametrize("form", FORMS)
def test_an_export_is_one_private_file_and_a_fact(home: Path, tmp_path: Path, form: str) -> None:
    """What the command says, what the file holds and what the ledger remembers are the same."""
    out = tmp_path / f"log.{form}"
    done = export(home, form, out)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    content = out.read_bytes()
    assert said["bytes"] == len(content)
    assert said["sha256"] == hashlib.sha256(content).hexdigest()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert sorted(tmp_path.iterdir()) == [out]
    assert said["recorded"] is True
    fact = export_facts(home)[-1]
    assert fact["format"] == form.upper().replace("-", "_")
    told = (fact["rows"], fact["bytes"], fact["digest"], fact["head"], fact["openings"])
    assert told == (said["rows"], said["bytes"], said["sha256"], said["head"], 0)
    assert said["rows"] > 0


def test_a_file_that_is_there_is_left_alone_unless_it_is_to_be_replaced(
    home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "log.jsonl"
    out.write_text("mine")
    before = len(export_facts(home))
    refused = export(home, "jsonl", out)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert out.read_text() == "mine"
    assert len(export_facts(home)) == before
    assert export(home, "jsonl", out, "--force").returncode == 0
    assert out.read_bytes().startswith(b'{"because_of":')


def test_only_the_case_asked_for_is_handed_out(home: Path, tmp_path: Path) -> None:
    first, _ = tasks_of(home)
    done = export(home, "jsonl", tmp_path / "one.jsonl", "--case", first)
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "one.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["stream"] for line in lines} == {first}
    assert export_facts(home)[-1]["about"] == [first]


def test_a_stretch_of_time_is_told_in_the_fact(home: Path, tmp_path: Path) -> None:
    done = export(home, "jsonl", tmp_path / "none.jsonl", "--to", "2020-01-01")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == 0
    assert export_facts(home)[-1]["about"] == ["recorded/2020-01-01T15:59:59.999999Z"]
    done = export(home, "jsonl", tmp_path / "since.jsonl", "--from", "2020-01-01")
    assert json.loads(done.stdout)["rows"] > 10
    assert export_facts(home)[-1]["about"] == ["recorded/2019-12-31T16:00:00.000000Z"]


def test_an_unknown_case_is_refused_and_leaves_no_file(home: Path, tmp_path: Path) -> None:
    stranger = "task/00000000-0000-0000-0000-000000000000"
    done = export(home, "xes", tmp_path / "log.xes", "--case", stranger)
    assert done.returncode == 1
    assert json.loads(done.stdout)["rule"] == "case-unknown"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ("--from", "yesterday"),
        ("--to", "2026-13-01"),
        ("--case", "task/../../x"),
        ("--unmasking", "unmasking/00000000-0000-0000-0000-000000000000"),
        ("--as", "nobody"),
    ],
)
def test_what_cannot_be_understood_is_said_without_a_traceback(
    home: Path, tmp_path: Path, words: tuple[str, str]
) -> None:
    done = export(home, "jsonl", tmp_path / "log.jsonl", *words)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_evidence_needs_a_signed_checkpoint_and_is_of_the_whole_log(
    home: Path, tmp_path: Path
) -> None:
    unsigned = export(home, "evidence", tmp_path / "bundle.zip")
    assert unsigned.returncode == 2
    assert "jiedui log publish" in unsigned.stderr
    first, _ = tasks_of(home)
    for words in (("--case", first), ("--from", "2020-01-01")):
        done = export(home, "evidence", tmp_path / "bundle.zip", *words)
        assert done.returncode == 2
        assert "whole log" in done.stderr
    assert not list(tmp_path.iterdir())


def test_an_evidence_bundle_made_by_the_command_satisfies_the_offline_verifier(
    tmp_path: Path,
) -> None:
    """The auditor's policy is their own; the bundle brings the program and no key."""
    home = tmp_path / "home"
    home.mkdir()
    with a_working_district(home) as worked:
        worked.whole_case()
        key_of(worked.books.desk, somebody(worked.books.desk, "AUDITOR"), home)
        sign(worked.books, TileFolder(home / "log"), DISCIPLINE, ARCHIVE)
        size = worked.books.ledger.head() + 1
    out = tmp_path / "bundle.zip"
    done = export(home, "evidence", out)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["rows"], said["head"], said["openings"]) == (size, size - 1, 0)
    assert export_facts(home)[-1]["format"] == "BUNDLE"
    (tmp_path / "policy").write_text(POLICY)
    verdict = subprocess.run(
        [sys.executable, VERIFIER, str(out), "--policy", str(tmp_path / "policy"), "--json"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_without_a_ledger_nothing_is_made(tmp_path: Path) -> None:
    done = export(tmp_path / "nowhere", "jsonl", tmp_path / "log.jsonl")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "log.jsonl").exists()


def test_nothing_is_exported_that_could_not_be_recorded(home: Path, tmp_path: Path) -> None:
    """A copy without its vault key can be read; nobody can be told that it was, so it is not."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in home.glob("*.db*"):
        (copy / file.name).write_bytes(file.read_bytes())
    shutil.copytree(home / "keys" / "accounts", copy / "keys" / "accounts")
    done = export(copy, "jsonl", tmp_path / "log.jsonl")
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "log.jsonl").exists()


def test_a_place_that_cannot_be_written_is_said(home: Path, tmp_path: Path) -> None:
    done = export(home, "jsonl", tmp_path / "no" / "such" / "folder.jsonl")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    with pytest.raises(PlaceUnfit), placed(tmp_path):
        pass


def test_work_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fails() -> None:
        with placed(tmp_path / "log.jsonl") as draft:
            draft.path.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fails()
    assert not list(tmp_path.iterdir())


def test_a_file_that_comes_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "log.jsonl"

    def late() -> None:
        with placed(target) as draft:
            draft.path.write_text("ours")
            draft.finish()
            target.write_text("theirs")

    with pytest.raises(PlaceTaken):
        late()
    assert target.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [target]
