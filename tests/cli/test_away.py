"""With JIEDUI_URL the command line speaks to a server, and opens nothing here."""

import asyncio
import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from api.app import PREFIX, create_api
from serving.listening import listening, serving
from tests import accounts
from tests.cli.test_command_line import Done, jiedui
from tests.console.conftest import Office, office
from tests.documents.conftest import pairing
from tests.journeys.district import BUREAU, REGISTRATION, STREET
from transparency.keys import ED25519, make_key

__all__ = ["office", "pairing"]

EXAMPLES = Path(__file__).parents[2] / "examples" / "tianhe"


def key_of(office: Office, number: str, folder: Path) -> Path:
    """Give the person with this staff number an account key; return its file."""
    person = office.person(number)
    file = folder / f"{number}.key"
    key = make_key(file, person, ED25519)
    accounts.enter(office.town.books.desk, person, "add_account_key", key=key.verifier.vkey)
    return file


async def test_commands_go_to_the_server_and_nothing_is_opened(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = office.town.task()
    number = office.number_of(task)
    key, empty = key_of(office, "D01", tmp_path), tmp_path / "elsewhere"
    app = Starlette(routes=[Mount(PREFIX, create_api(office.house))])
    async with serving(app, listening("127.0.0.1:0")) as url:
        monkeypatch.setenv("JIEDUI_URL", url)

        async def run(*words: str) -> Done:
            return await asyncio.to_thread(jiedui, empty, "--key", str(key), *words)

        triage = await run(
            "task", "triage", number, "--urgency", "一般", "--duty-class", "配合履职"
        )
        assert triage.returncode == 0, triage.stderr
        listed = await run("task", "list", "--open", "--json")
        assert [json.loads(line)["state"] for line in listed.stdout.splitlines()] == ["TRIAGED"]
        shown = await run("task", "show", number)
        assert shown.returncode == 0, shown.stderr
        assert number in shown.stdout
        told = await run("task", "history", number, "--json")
        kinds = [json.loads(line)["kind"] for line in told.stdout.splitlines()]
        assert kinds == [one.kind for one in office.town.books.ledger.read(task)]
        refused = await run("task", "approve-result", number)
        assert refused.returncode == 1
        assert "not-in-this-state" in refused.stderr or "role" in refused.stderr
        nothing = await run("task", "show", "DQ440106999999999")
        assert nothing.returncode == 1
        office.town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
        paper = tmp_path / "order.docx"
        made = await run("task", "document", number, "--kind", "order", "--out", str(paper))
        assert made.returncode == 0, made.stderr
        assert paper.read_bytes().startswith(b"PK")
        packs = await run("policy", "list", "--json")
        assert "gd-2022" in packs.stdout, packs.stderr
        for words in (
            ("account", "list"),
            ("rebuild", "boards"),
            ("backup", "x"),
            ("doctor",),
        ):
            refused = await run(*words)
            assert refused.returncode == 1
            assert "home-needed" in refused.stderr
    assert not list(empty.glob("*.db*"))


async def test_lists_are_the_same_far_away_and_here(
    office: Office, tmp_path: Path, pairing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        task = office.town.task()
        office.town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
        office.town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    office.number_of(task)
    key, empty = key_of(office, "B01", tmp_path), tmp_path / "elsewhere"
    app = Starlette(routes=[Mount(PREFIX, create_api(office.house))])
    asked = [
        ("pairing", "list", "--json"),
        ("pairing", "list", "--open", "--unit", BUREAU, "--search", "养老", "--sort", "title"),
        ("pairing", "list", "--state", "ACTIVE", "--json"),
        ("task", "inbox", BUREAU, "--role", "DEPT_COORDINATOR", "--json"),
        ("task", "inbox", BUREAU, "--role", "职能部门协调员", "--size", "2", "--page", "2"),
    ]
    async with serving(app, listening("127.0.0.1:0")) as url:
        for words in asked:
            here = await asyncio.to_thread(jiedui, tmp_path, "--key", str(key), *words)
            assert here.returncode == 0, here.stderr
            with monkeypatch.context() as patch:
                patch.setenv("JIEDUI_URL", url)
                away = await asyncio.to_thread(jiedui, empty, "--key", str(key), *words)
            assert (away.returncode, away.stdout, away.stderr) == (0, here.stdout, here.stderr)
            assert here.stdout or "ACTIVE" in words
        monkeypatch.setenv("JIEDUI_URL", url)
        foreign = ("task", "inbox", BUREAU, "--role", "SUPERVISOR")
        refused = await asyncio.to_thread(jiedui, empty, "--key", str(key), *foreign)
        assert refused.returncode == 1
        assert "not-let-in" in refused.stderr
    assert not list(empty.glob("*.db*"))


async def test_a_script_is_submitted_far_away_once_however_often_it_is_sent(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, empty = key_of(office, "W01", tmp_path), tmp_path / "elsewhere"
    own = {"person": office.person("W01"), "unit": STREET, "role": "COMMUNITY_WORKER"}
    other = own | {"person": office.person("D01"), "role": "STREET_DISPATCHER"}
    mine, second = (f"task/01a00000-0000-7000-8000-00000000000{at}" for at in (1, 2))

    def line(stream: str, number: str, by: dict[str, str], kind: str, **about: object) -> str:
        command = {"kind": kind, **about}
        order = {"stream": stream, "command_id": number, "by": by, "command": command}
        return json.dumps(order, ensure_ascii=False)

    script = tmp_path / "script.jsonl"
    need = REGISTRATION | {"source": "RESIDENT"}
    lines = [
        line(mine, "s1", own, "register_task", **need),
        line(mine, "s2", own, "correct_registration", text="楼道没有灯。", reason="重新登记"),
        line(second, "s3", own, "register_task", **need),
        line(mine, "s4", other, "triage_task", urgency="NORMAL", duty_class="COOPERATE"),
        "{",
    ]
    script.write_text("\n".join(lines), encoding="utf-8")
    app = Starlette(routes=[Mount(PREFIX, create_api(office.house))])
    async with serving(app, listening("127.0.0.1:0")) as url:
        monkeypatch.setenv("JIEDUI_URL", url)
        runs = [
            await asyncio.to_thread(jiedui, empty, "--key", str(key), "submit", str(script))
            for _ in range(2)
        ]
    told = [[json.loads(one) for one in run.stdout.splitlines()] for run in runs]
    for run, said in zip(runs, told, strict=True):
        assert run.returncode == 1, run.stderr
        assert [one["line"] for one in said] == [1, 2, 3, 4, 5]
        assert [one["outcome"] for one in said] == ["recorded"] * 3 + ["refused"] * 2
        assert [one["rule"] for one in said[3:]] == ["not-let-in", "order-malformed"]
    assert [one.get("repeated") for one in told[1][:3]] == [True] * 3
    first, corrected, another = told[0][:3]
    assert first["stream"] == corrected["stream"] != another["stream"]
    entries = office.town.books.ledger.read(first["stream"])
    assert [one.kind for one in entries] == ["task_registered.v1", "registration_corrected.v1"]
    assert {one.by.person for one in entries} == {office.person("W01")}
    assert not list(empty.glob("*.db*"))
