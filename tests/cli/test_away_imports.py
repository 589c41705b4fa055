"""Tables are taken in at a server far away as they are here: the same report, once."""

import asyncio
import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from api.app import PREFIX, create_api
from domain.people import Channel
from ledger.entry import Entry
from ledger.store import Ledger
from serving.listening import listening, serving
from tests import accounts
from tests.cli.test_away import EXAMPLES, key_of
from tests.cli.test_command_line import Done, jiedui
from tests.cli.test_importing_providers import HEADINGS as PROVIDERS
from tests.cli.test_importing_providers import row as provider
from tests.console.caterers import a_caterer
from tests.console.conftest import Office, office
from tests.facilities import furnished
from tests.importing.test_facilities import HEAD as FACILITIES
from tests.importing.test_facilities import ROW, SITE_HEAD
from tests.importing.test_facilities import SITE as A_SITE
from tests.journeys.test_findings import HEADINGS as FINDINGS
from tests.journeys.test_findings import row as finding

__all__ = ["office"]

NEEDS = "台账编号,诉求来源,诉求类别,所属街道,诉求内容,诉求人,联系电话,发现时间"
NEED = "B-1,居民来电,养老,石牌街道,坡道太陡,王某,19900008706,2026-09-01"
UNITS = "单位编码,单位名称,单位类别,行政区划代码"
UNIT = "440106009-SO,五山街道办事处,街道办事处,440106009"
SITE = A_SITE.replace("车陂街道,东圃", "石牌街道,一社区")
COMPLEX = ROW.replace("养老、", "养老、托育、")
PROVIDER = ",".join(provider(1))

TABLES = {
    "need": ("W01", NEEDS, NEED, NEED.replace("养老", "噪音").replace("B-1", "B-2")),
    "finding": ("W01", FINDINGS, finding("T-1", 2), finding("T-2", 1, indicator="幸福指数")),
    "unit": ("", UNITS, UNIT, UNIT.replace("街道办事处,4401", "无此类别,4401")),
    "site": ("D01", SITE_HEAD, SITE, SITE.replace("S-1", "S-2").replace("一社区", "无此社区")),
    "facility": ("D01", FACILITIES, COMPLEX, COMPLEX.replace("F-1", "F-2").replace("S-1", "S-9")),
    "provider": ("B01", ",".join(PROVIDERS), PROVIDER, PROVIDER.replace("企业", "无此类型")),
}
"""Who takes each table in ("": the registrar), its headings, a row taken, one that is not."""


def key_for(office: Office, number: str, folder: Path) -> tuple[Path, str]:
    """Return the key of the person with this number, and who that is."""
    if number:
        file = folder / f"{number}.key"
        return file if file.exists() else key_of(office, number, folder), office.person(number)
    desk = office.town.books.desk
    registrar = accounts.registrar(desk).person
    return accounts.key_of(desk, registrar, folder), registrar


def work(ledger: Ledger) -> list[Entry]:
    """Return what is on record but for the sessions that asking a server takes."""
    return [one for one in ledger.log() if not one.kind.startswith("session_")]


async def test_imports_are_the_same_far_away_and_here(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnished(office.town.books.desk)
    a_caterer(office)
    empty, ledger = tmp_path / "elsewhere", office.town.books.ledger
    file, back = tmp_path / "table.csv", tmp_path / "back.csv"
    app = Starlette(routes=[Mount(PREFIX, create_api(office.house))])
    async with serving(app, listening("127.0.0.1:0")) as url:
        for table, (number, *lines) in TABLES.items():
            file.write_text("\n".join(lines), encoding="utf-8")
            key, person = key_for(office, number, tmp_path)
            words = ("--key", str(key), table, "import", str(file), "--as", person)

            async def taken(home: Path, *more: str, words: tuple[str, ...] = words) -> Done:
                with monkeypatch.context() as patch:
                    if home == empty:
                        patch.setenv("JIEDUI_URL", url)
                    beside = ("--bad-rows", str(back))
                    return await asyncio.to_thread(jiedui, home, *words, *beside, *more)

            before = work(ledger)
            tried, here = await taken(empty, "--dry-run"), await taken(tmp_path, "--dry-run")
            assert (tried.returncode, tried.stdout) == (here.returncode, here.stdout)
            assert "将登记 1 行，此前已登记 0 行，退回 1 行" in tried.stdout, (table, tried)
            assert work(ledger) == before
            assert not back.exists()
            first = await taken(empty, "--json")
            assert first.returncode == 1, first.stderr
            told = json.loads(first.stdout)
            assert (told["recorded"], told["refused"]) == (1, 1)
            recorded, handed_back = work(ledger), back.read_bytes()
            given = recorded[len(before) :]
            assert {(one.by.channel, one.by.person) for one in given} == {(Channel.IMPORT, person)}
            back.unlink()
            again, here = await taken(empty), await taken(tmp_path)
            assert (again.returncode, again.stdout) == (here.returncode, here.stdout)
            assert "登记 0 行，此前已登记 1 行，退回 1 行" in again.stdout, (table, again)
            assert work(ledger) == recorded
            assert back.read_bytes() == handed_back
            back.unlink()
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
