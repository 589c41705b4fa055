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
from transparency.keys import ED25519, make_key

__all__ = ["office"]


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
        elsewhere = await run("audit", "verify")
        assert elsewhere.returncode in {1, 2}
    assert not list(empty.glob("*.db*"))
