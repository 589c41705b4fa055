"""Tables are taken in at a server far away as they are here: the same report, once."""

import asyncio
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from api.app import PREFIX, create_api
from domain.people import Channel
from serving.listening import listening, serving
from tests import accounts
from tests.cli.test_away import EXAMPLES, key_of
from tests.cli.test_command_line import Done, jiedui
from tests.console.caterers import a_caterer
from tests.console.conftest import Office, office
from tests.facilities import furnished

__all__ = ["office"]

TABLES = {
    "need": ("W01", "needs"),
    "finding": ("W01", "checkup"),
    "unit": ("", "units"),
    "site": ("D01", "sites"),
    "provider": ("B01", "providers"),
}
"""Who takes each table of the sample in, and what it is called there; "" is the registrar."""


def key_for(office: Office, number: str, folder: Path) -> tuple[Path, str]:
    """Return the key of the person with this number, and who that is."""
    if number:
        return key_of(office, number, folder), office.person(number)
    desk = office.town.books.desk
    registrar = accounts.registrar(desk).person
    return accounts.key_of(desk, registrar, folder), registrar


@pytest.mark.parametrize("table", TABLES)
async def test_imports_are_the_same_far_away_and_here(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    furnished(office.town.books.desk)
    a_caterer(office)
    number, file = TABLES[table]
    key, person = key_for(office, number, tmp_path)
    empty, ledger = tmp_path / "elsewhere", office.town.books.ledger
    back = tmp_path / "back.xlsx"
    words = (
        *("--key", str(key), table, "import", str(EXAMPLES / f"{file}.xlsx")),
        *("--as", person, "--bad-rows", str(back)),
    )
    app = Starlette(routes=[Mount(PREFIX, create_api(office.house))])
    async with serving(app, listening("127.0.0.1:0")) as url:

        async def taken(home: Path, *more: str) -> Done:
            with monkeypatch.context() as patch:
                if home == empty:
                    patch.setenv("JIEDUI_URL", url)
                return await asyncio.to_thread(jiedui, home, *words, *more)

        async def both(*more: str) -> Done:
            here, away = await taken(tmp_path, *more), await taken(empty, *more)
            assert (away.returncode, away.stdout) == (here.returncode, here.stdout)
            assert "未受理" not in away.stderr, away.stderr
            return away

        before = ledger.head()
        tried = await both("--dry-run", "--json")
        assert ledger.head() == before
        assert not back.exists()
        first = await taken(empty)
        assert first.returncode == tried.returncode, first.stderr
        recorded = ledger.head()
        assert recorded > before
        assert {one.by.channel for one in ledger.log() if one.position > before} == {Channel.IMPORT}
        assert {one.by.person for one in ledger.log() if one.position > before} == {person}
        handed_back = back.read_bytes() if back.exists() else None
        await both()
        assert ledger.head() == recorded
        assert (back.read_bytes() if back.exists() else None) == handed_back
    assert not list(empty.glob("*.db*"))


async def test_a_file_that_is_no_table_is_refused_alike(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, person = key_for(office, "W01", tmp_path)
    page, mapping = tmp_path / "page.xlsx", tmp_path / "mapping.json"
    page.write_text("<html><body>诉求</body></html>", encoding="utf-8")
    mapping.write_text('{"colour": "颜色"}', encoding="utf-8")
    needs = str(EXAMPLES / "needs.xlsx")
    empty = tmp_path / "elsewhere"
    asked = (
        (str(page),),
        (needs, "--mapping", str(mapping)),
        (needs, "--sheet", "没有这一张"),
    )
    app = Starlette(routes=[Mount(PREFIX, create_api(office.house))])
    async with serving(app, listening("127.0.0.1:0")) as url:
        for words in asked:
            whole = ("--key", str(key), "need", "import", *words, "--as", person)
            here = await asyncio.to_thread(jiedui, tmp_path, *whole)
            with monkeypatch.context() as patch:
                patch.setenv("JIEDUI_URL", url)
                away = await asyncio.to_thread(jiedui, empty, *whole)
            assert (away.returncode, away.stdout, away.stderr) == (1, here.stdout, here.stderr)
