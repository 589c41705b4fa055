"""Two programs, written apart in two languages, say the same of every forgery."""

import json
import random
import shutil
import subprocess
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from audit.offline import jiedui_verify
from tests.audit.offline.forging import FORGERIES, Export, forged_case, forged_proof
from tests.audit.offline.home import Town
from transparency.proof_files import read_proof_file

BUNDLES, CASES, PROOFS = 400, 80, 40
SCRIPT = Path(jiedui_verify.__file__).with_suffix(".mjs")
ELSEWHERE = {"timestamp", "receipt"}
"""Rules that no forged file alone can break: see test_timestamps.py, and the receipts below."""

Asked = list[str]


def node(asked: list[Asked], folder: Path) -> list[dict[str, Any]]:
    """Return the verdicts of the second verifier, in one process."""
    program = shutil.which("node") or pytest.fail("the second verifier needs Node.js 20")
    batch = folder / "batch.jsonl"
    batch.write_text("".join(json.dumps(one) + "\n" for one in asked))
    said = subprocess.run(
        [program, str(SCRIPT), "--batch", str(batch)], capture_output=True, check=False, text=True
    )
    assert said.returncode == 0, said.stderr[-2000:]
    return [json.loads(line) for line in said.stdout.splitlines()]


def essence(verdict: dict[str, Any]) -> tuple[Any, ...]:
    """What two verifiers must agree on."""
    faults = Counter((fault["position"], fault["rule"]) for fault in verdict["faults"])
    return verdict["verdict"], faults, verdict["checked"], verdict["witnesses"]


def agree(asked: list[Asked], folder: Path) -> list[dict[str, Any]]:
    """Assert that both verifiers say the same of everything asked; return what they say."""
    said = [jiedui_verify.judge(one) for one in asked]
    for one, ours, theirs in zip(asked, said, node(asked, folder), strict=True):
        assert essence(ours) == essence(theirs), f"{one}\n{ours}\n{theirs}"
    return said


def forged(town: Town, folder: Path) -> list[Asked]:
    """Write the forgeries; the same seed strikes the same places."""
    asked = []
    policy = ["--policy", str(town.policy)]
    for number in range(BUNDLES):
        draw = random.Random(number)
        export = Export.read(town.bundle, draw)
        FORGERIES[number % len(FORGERIES)](export)
        path = folder / f"{number}-{FORGERIES[number % len(FORGERIES)].__name__}.zip"
        export.write(path)
        asked.append([str(path), *policy])
    for number in range(CASES):
        path = folder / f"{number}.case.json"
        data = forged_case(town.case.read_bytes(), town.proof.read_bytes(), random.Random(number))
        path.write_bytes(data)
        asked.append([str(path), *policy])
    for number in range(PROOFS):
        path = folder / f"{number}.tlog-proof"
        path.write_bytes(forged_proof(town.proof.read_bytes(), random.Random(number)))
        asked.append([str(path), *policy])
    return asked


def test_what_is_whole_is_called_whole_by_both(town: Town, tmp_path: Path) -> None:
    policy = ["--policy", str(town.policy)]
    unpacked = tmp_path / "unpacked"
    shutil.unpack_archive(town.bundle, unpacked, "zip")
    asked = [[str(one), *policy] for one in (town.bundle, town.case, town.proof, unpacked)]
    asked.append([str(town.bundle), *policy, "--case", str(town.case)])
    for verdict in agree(asked, tmp_path):
        assert verdict["verdict"] == "intact", verdict["faults"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_both_say_the_same_of_five_hundred_forgeries(town: Town, tmp_path: Path) -> None:
    """The same verdict, the same rules broken at the same positions, the same counts."""
    asked = forged(town, tmp_path)
    said = agree(asked, tmp_path)
    assert len(asked) >= 500
    fired = Counter(fault["rule"] for verdict in said for fault in verdict["faults"])
    assert set(jiedui_verify.RULES) - ELSEWHERE == set(fired), "every rule is seen to fire"
    verdicts = Counter(verdict["verdict"] for verdict in said)
    assert verdicts["not-intact"] > 470


def test_a_receipt_in_other_hands_is_compared_with_what_stands_there(
    town: Town, tmp_path: Path
) -> None:
    """Who holds position and hash of an entry finds out whether it is still that entry."""
    with zipfile.ZipFile(town.bundle) as bundle:
        bodies = bundle.read("entries.jsonl").splitlines()
    hashes = [jiedui_verify.leaf_hash(body).hex() for body in bodies]
    position = read_proof_file(town.proof.read_bytes()).index
    right, moved = f"{position}:{hashes[position]}", f"{position}:{hashes[position - 1]}"
    beyond, nonsense = f"{len(bodies)}:{hashes[0]}", f"{position}:{hashes[position].upper()}"
    policy = ["--policy", str(town.policy)]
    files = (town.bundle, town.proof)
    asked = [
        [str(file), *policy, "--receipt", receipt]
        for receipt in (right, moved, beyond, nonsense)
        for file in files
    ]
    asked.append([str(town.bundle), *policy, "--receipt", right, "--receipt", moved])
    said = agree(asked, tmp_path)
    both = len(files)
    for verdict in said[:both]:
        assert (verdict["verdict"], verdict["checked"]["receipts"]) == ("intact", 1)
    for verdict in said[both : 2 * both]:
        assert verdict["faults"] == [
            {"position": position, "rule": "receipt", "found": "another entry stands there"}
        ]
    for verdict in said[2 * both : 3 * both]:
        assert [fault["position"] for fault in verdict["faults"]] == [len(bodies)]
    assert {verdict["verdict"] for verdict in said[3 * both : 4 * both]} == {"cannot-verify"}
    assert [fault["rule"] for fault in said[-1]["faults"]] == ["receipt"]


def test_a_policy_saved_with_notepad_is_read_by_both(town: Town, tmp_path: Path) -> None:
    saved = town.policy.read_text().replace("\n", "\r\n").encode("utf-8-sig")
    (tmp_path / "policy.txt").write_bytes(saved)
    asked = [[str(town.bundle), "--policy", str(tmp_path / "policy.txt")]]
    (said,) = agree(asked, tmp_path)
    assert said["verdict"] == "intact"
