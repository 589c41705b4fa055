"""The real thing: server, worker, ledger, vault, boards, logs; a resident is forgotten in all."""

import asyncio
import hashlib
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

import cli.main
from desk.orders import Order
from domain.refusals import CommandRefused
from domain.sealed import Sealed
from tests.accounts import key_of
from tests.cli.test_command_line import Done, jiedui
from tests.journeys.district import District, order
from tests.journeys.installation import Installation, installed, until
from tests.oversight.secrets import forms_of, secrets_of
from tests.oversight.town import GRANDMOTHER, with_overseers

FORMS = ("jsonl", "ocel-json", "xes", "xlsx", "evidence")
SPOKEN = "欧阳慕枫说下周三在家"


@pytest.fixture(autouse=True)
def _sections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.main._SECTIONS, "subject", ("cli.subjects", "subject"))
    monkeypatch.setitem(cli.main._SECTIONS, "unmasking", ("cli.unmasking", "unmasking"))
    monkeypatch.setitem(cli.main._SECTIONS, "log", ("cli.log_keeping", "log"))


async def run(installation: Installation, *words: str, status: int = 0) -> Done:
    done = await asyncio.to_thread(jiedui, installation.home, *words)
    assert done.returncode == status, done.stdout + done.stderr
    return done


async def a_life(installation: Installation, district: District) -> tuple[str, list[Order]]:
    """Bring a task to work and to its end; return it with all that was handed in."""
    gateway = installation.gateway
    orders = district.whole_case("task/0192f3a0-0000-7000-8000-00000000e0e0", **GRANDMOTHER)[:5]
    answers = await gateway.submit_batch(orders)
    assert all(answer.receipt for answer in answers), answers
    task = orders[0].stream
    note = district.progress(task)
    note = note.model_copy(update={"command": {**note.command, "note": SPOKEN}})
    over = order(task, "withdraw_task", district.people["center"], reason="本人撤回诉求")
    for one in (note, over):
        await gateway.submit(one)
    await until(installation, task, "CANCELLED")
    return task, [*orders, note, over]


async def test_a_resident_is_forgotten_everywhere_and_everything_else_stands(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    exports = tmp_path / "exports"
    exports.mkdir()
    async with installed(home) as installation:
        gateway, books = installation.gateway, installation.books
        district = await with_overseers(gateway, await District.found(gateway))
        task, handed_in = await a_life(installation, district)
        subject = str(books.ledger.read(task)[0].fact["requester"])
        phone = Sealed.model_validate(books.ledger.read(task)[0].fact["phone"])

        # An auditor read the case under a grant; that too must leave nothing behind.
        dpo, auditor = (district.people[name]["person"] for name in ("dpo", "auditor"))
        for person in (dpo, auditor):
            await asyncio.to_thread(key_of, books.desk, person, home)
        asked = ("--to", auditor, "--reason", "核查回访", "--as", dpo, "--json")
        granted = await run(installation, "unmasking", "grant", task, *asked)
        grant = json.loads(granted.stdout)["unmasking"]
        read = ("audit", "history", task, "--unmasking", grant, "--as", auditor)
        assert GRANDMOTHER["text"] in (await run(installation, *read)).stdout
        await run(installation, "audit", "history", task)

        secrets = secrets_of(books, installation.settings.key_path, [subject, task])
        assert secrets[f"wrapped {subject}"] in everything(home)

        words = ("subject", "erase", subject, "--basis", "本人申请删除", "--as", dpo, "--json")
        stone = json.loads((await run(installation, *words)).stdout)
        assert stone["keys_destroyed"] == [subject, task]
        assert books.ledger.entry(stone["position"]).hash == stone["hash"]  # type: ignore[union-attr]

        # Everything made later.
        assert GRANDMOTHER["text"] not in (await run(installation, *read)).stdout
        await run(installation, "rebuild", "boards")
        await run(installation, "log", "publish")
        for form in FORMS:
            await run(
                installation, "audit", "export", form, "--out", str(exports / form), "--as", auditor
            )

        await the_old_commands_again(installation, handed_in)
        assert books.vault.open(phone) is None
        await run(installation, "audit", "verify")

    assert all((exports / form).stat().st_size > 1000 for form in FORMS)
    left = everything(home) + everything(exports) + unpacked(exports)
    files = {path.name for path in home.rglob("*") if path.is_file()}
    assert {"ledger.db", "vault.db", "vault-keys.db", "temporal.db", "worker.log"} <= files
    texts = {name: value.encode() for name, value in {**GRANDMOTHER, "note": SPOKEN}.items()}
    bare = {f"sha256 of {name}": hashlib.sha256(text).digest() for name, text in texts.items()}
    for name, secret in {**secrets, **texts, **bare}.items():
        for shape in forms_of(secret):
            assert shape not in left, name
    for name, text in texts.items():
        assert text.decode().encode("utf-16-le") not in left, name
        escaped = json.dumps(text.decode()).strip('"').encode()
        assert escaped not in left, name


async def the_old_commands_again(installation: Installation, handed_in: list[Order]) -> None:
    """The same commands get their receipts, other content its conflict, a new one its refusal."""
    gateway, ledger = installation.gateway, installation.books.ledger
    streams = {one.stream for one in handed_in}  # others may be followed up meanwhile
    before = {stream: ledger.version(stream) for stream in streams}
    for one in handed_in:
        receipt = await gateway.submit(one)
        stored = ledger.receipt(one.stream, one.command_id)
        assert stored is not None
        assert (receipt.repeated, receipt.hash) == (True, stored.hash)
    changed = {**handed_in[0].command, "category": "MEAL"}
    for one, rule in (
        (handed_in[0].model_copy(update={"command": changed}), "command-conflict"),
        (handed_in[0].model_copy(update={"command_id": "order/anew"}), "subject-erased"),
    ):
        with pytest.raises(CommandRefused) as refused:
            await gateway.submit(one)
        assert refused.value.rule == rule
    assert {stream: ledger.version(stream) for stream in streams} == before


def everything(folder: Path) -> bytes:
    """Return the bytes of every file, read by another process: closing one here drops locks."""
    files = sorted(str(path) for path in folder.rglob("*") if path.is_file())
    return subprocess.run(["/bin/cat", *files], check=True, capture_output=True).stdout


def unpacked(folder: Path) -> bytes:
    """Return what lies compressed in the exports: a workbook and a bundle hide their bytes."""
    found = [path for path in folder.iterdir() if zipfile.is_zipfile(path)]
    assert len(found) == 2
    parts: list[bytes] = []
    for path in found:
        with zipfile.ZipFile(path) as packed:
            parts += [packed.read(name) for name in packed.namelist()]
    return b"".join(parts)
