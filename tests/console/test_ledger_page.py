"""问题台账: a table is looked at before anything of it stands, mended on the page, taken once."""

import csv
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx2
import pytest
import xlsxwriter
from sqlalchemy import select

from accounts.held_tables import KEPT, HeldTables, held
from accounts.store import Accounts
from domain.people import Channel, Known, Role
from importing.apart import read_apart
from importing.needs import NEED_FIELDS
from importing.reading import read_table
from importing.tables import LIMITS, TableRefused
from importing.xlsx import sheets_of
from tests.console.conftest import Browser, Office, approve
from tests.importing import offices

HEADINGS = (
    "台账编号",
    "诉求来源",
    "诉求类别",
    "所属街道",
    "诉求内容",
    "诉求人",
    "联系电话",
    "发现时间",
    "备注栏",
)
STREET_NAME = "石牌街道"
GOOD = (
    "1",
    "居民提出",
    "ELDER",
    STREET_NAME,
    "楼道扶手松动",
    "钱婆婆",
    "19900000001",
    "2026-11-03",
    "",
)
SECOND = ("2", "社区发现", "ELDER", STREET_NAME, "助浴服务预约不上", "", "", "2026-11-04", "三楼")
NO_SOURCE = ("3", "听说的", "ELDER", STREET_NAME, "食堂台阶太高", "", "", "2026-11-05", "")
NO_DATE = ("4", "居民提出", "ELDER", STREET_NAME, "走廊灯不亮", "", "", "前几天", "")
KIND = "application/octet-stream"


def table(*rows: tuple[str, ...]) -> bytes:
    """Return a workbook of these rows, a title above and a total below."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        sheet = workbook.add_worksheet("11月")
        lines = [("石牌街道问题台账",), HEADINGS, *rows, ("合计", "", "", "", f"{len(rows)} 件")]
        for at, line in enumerate(lines):
            for column, cell in enumerate(line):
                sheet.write_string(at, column, cell)
    return content.getvalue()


def uploaded(browser: Browser, content: bytes, name: str = "台账.xlsx") -> httpx2.Response:
    return browser.post("/ledger/preview", file=(name, content, KIND))


def form_of(shown: str) -> dict[str, str]:
    """Return what the form of a table holds, as a browser would send it."""
    body = shown.partition('action="/ledger/register"')[2].partition("</form>")[0]
    found = {}
    for tag, inner in re.findall(r"<(?:input|textarea)([^>]*)>(?:([^<]*)</textarea>)?", body):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is not None:
            found[unescape(name[1])] = unescape(value[1] if value else inner)
    return found


def cell(form: dict[str, str], row: int, field: str) -> str:
    return next(name for name in form if name.startswith(f"cell|{row}|{field}|"))


def registered(office: Office) -> int:
    ledger = office.house.books.ledger
    return sum(1 for _ in ledger.of_kind("task_registered.v1"))


def test_a_table_with_oddities_is_looked_at_and_nothing_of_it_is_recorded(office: Office) -> None:
    browser = office.browser("W01")
    before, head = registered(office), office.house.books.ledger.head()
    shown = uploaded(browser, table(GOOD, SECOND, NO_SOURCE, NO_DATE)).text
    assert "还没有登记任何内容。将登记 2 行" in shown
    assert "需改正 2 行" in shown
    good = shown.partition("可以登记的行")[2].partition("</section>")[0]
    assert "ELDER" not in good
    assert "养老" in good, "a category is called as everywhere, however the table writes it"
    for oddity in ("表头以上的文字", "合计行，不是诉求", "“备注栏”列未采用"):
        assert oddity in unescape(shown)
    assert "诉求来源请填" in shown
    assert "发现时间不是有效日期" in shown
    assert registered(office) == before
    assert office.house.books.ledger.head() == head


def test_what_was_looked_at_is_registered_and_what_was_mended_once_however_often_sent(
    office: Office,
) -> None:
    before = registered(office)
    browser = office.browser("W01")
    form = form_of(uploaded(browser, table(GOOD, SECOND, NO_SOURCE, NO_DATE)).text)
    done = browser.post("/ledger/register", **form).text
    assert "登记 2 行，此前已登记 0 行，退回 2 行" in done
    assert registered(office) == before + 2
    form = form_of(done)
    form[cell(form, 5, "source")] = "居民提出"
    mended = browser.post("/ledger/register", **form).text
    assert "登记 1 行，此前已登记 2 行，退回 1 行" in mended
    assert registered(office) == before + 3
    form = form_of(mended)
    form[cell(form, 6, "occurred_at")] = "2026-11-06"
    last = browser.post("/ledger/again", **form).text
    assert "还没有登记任何内容" in last
    assert registered(office) == before + 3
    for _ in range(2):
        browser.post("/ledger/register", **form)
        assert registered(office) == before + 4
    listed = browser.get("/ledger").text
    assert "共 4 行" in listed
    assert "待整改" in listed


def test_what_differs_from_the_book_is_a_correction_only_when_asked_for(office: Office) -> None:
    browser = office.browser("W01")
    browser.post("/ledger/register", **form_of(uploaded(browser, table(GOOD)).text))
    changed = (*GOOD[:4], "楼道扶手松动，已掉落", *GOOD[5:])
    shown = uploaded(browser, table(changed)).text
    assert "请勾选“作为更正入账”" in shown
    assert "--" not in re.sub(r'value="[\w-]*"', "", shown.partition("<main")[2])
    form = form_of(shown)
    form.pop("update")
    ledger = office.house.books.ledger
    assert "退回 1 行" in browser.post("/ledger/register", **form).text
    assert list(ledger.of_kind("registration_corrected.v1")) == []
    assert "更正 1 行" in browser.post("/ledger/register", **form | {"update": "yes"}).text
    assert len(list(ledger.of_kind("registration_corrected.v1"))) == 1
    assert registered(office) == 1


def test_rows_are_registered_in_the_name_and_session_of_who_confirmed(office: Office) -> None:
    browser = office.browser("W01")
    browser.post("/ledger/register", **form_of(uploaded(browser, table(GOOD)).text))
    (entry,) = [
        one
        for one in office.house.books.ledger.of_kind("task_registered.v1")
        if one.fact["ledger_row"] == "1"
    ]
    assert entry.by.person == office.person("W01")
    assert entry.by.role is Role.COMMUNITY_WORKER
    assert entry.by.channel is Channel.IMPORT
    assert entry.by.known is Known.SESSION
    assert entry.by.session is not None


def test_a_need_of_another_street_is_refused_row_by_row(office: Office) -> None:
    foreign = ("9", "居民提出", "ELDER", "冼村街道", "别处的事", "", "", "2026-11-03", "")
    before = registered(office)
    browser = office.browser("W01")
    form = form_of(uploaded(browser, table(GOOD, foreign)).text)
    done = browser.post("/ledger/register", **form).text
    assert "登记 1 行，此前已登记 0 行，退回 1 行" in done
    assert registered(office) == before + 1


@pytest.mark.parametrize("number", ["D01", "V01", "A01"])
def test_who_may_register_no_needs_imports_none_and_is_told_so(office: Office, number: str) -> None:
    before = registered(office)
    browser = office.browser(number)
    shown = browser.get("/ledger").text
    assert "现在不能：导入。" in shown
    assert 'type="file"' not in shown
    answer = uploaded(browser, table(GOOD))
    assert answer.status_code == 422
    assert "role-permitted" in answer.text
    assert registered(office) == before


def test_an_upload_is_nobody_elses_and_unreadable_where_it_waits(office: Office) -> None:
    mine, other = office.browser("W01"), office.browser("C01")
    form = form_of(uploaded(mine, table(GOOD)).text)
    stolen, made_up = (
        other.post("/ledger/register", **form | {"upload": one})
        for one in (form["upload"], "A" * 43)
    )
    assert stolen.status_code == made_up.status_code == 422
    assert stolen.text == made_up.text
    assert "upload-gone" in stolen.text
    kept: Accounts = office.house.doorkeeper._accounts
    with kept.engine.connect() as connection:
        (row,) = connection.execute(select(held)).all()
    for plain in (b"PK\x03\x04", "钱婆婆".encode(), form["upload"].encode()):
        assert plain not in row.content
        assert plain not in row.token.encode()


def test_an_upload_is_kept_for_an_hour_and_one_at_a_time(tmp_path: Path) -> None:
    shelf = HeldTables(Accounts(f"sqlite:///{tmp_path}/accounts.db").engine)
    now = datetime.now(UTC)
    first = shelf.keep("s1", b"one", now)
    second = shelf.keep("s1", b"two", now)
    other = shelf.keep("s2", b"three", now)
    assert shelf.open("s1", first, now) is None
    assert shelf.open("s1", second, now + KEPT - timedelta(seconds=1)) == b"two"
    assert shelf.open("s2", second, now) is None
    assert shelf.open("s1", second, now + KEPT) is None
    shelf.sweep(now + KEPT)
    assert shelf.open("s2", other, now) is None


def test_rows_handed_back_are_a_file_in_which_nothing_is_computed(office: Office) -> None:
    evil = ("5", "听说的", "ELDER", STREET_NAME, "=HYPERLINK(1)", "@SUM(1)", "", "2026-11-05", "")
    browser = office.browser("W01")
    form = form_of(uploaded(browser, table(GOOD, evil)).text)
    answer = browser.post("/ledger/returned", **form)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    inside = zipfile.ZipFile(io.BytesIO(answer.content))
    assert "<f>" not in inside.read("xl/worksheets/sheet1.xml").decode()
    (sheet,) = sheets_of(io.BytesIO(answer.content), LIMITS)
    texts = {one.text for one in sheet.rows[2].values()}
    assert {"听说的", "=HYPERLINK(1)", "@SUM(1)"} <= texts
    lines = "\n".join(",".join(f'"{one}"' for one in row) for row in (HEADINGS, evil))
    shown = uploaded(browser, lines.encode(), "台账.csv").text
    content = browser.post("/ledger/returned", **form_of(shown)).content.decode()
    (_, row) = csv.reader(io.StringIO(content))
    assert row[4] == "'=HYPERLINK(1)"


def test_a_formula_is_written_anew_or_stays_refused(office: Office) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        sheet = workbook.add_worksheet("11月")
        for at, line in enumerate((HEADINGS, GOOD)):
            for column, text in enumerate(line):
                sheet.write_string(at, column, text)
        sheet.write_formula(1, 6, "=1990000*10000+1", None, 19900000001)
    browser = office.browser("W01")
    shown = uploaded(browser, content.getvalue()).text
    form = form_of(shown)
    phone = cell(form, 2, "phone")
    assert form[phone] == ""
    before = registered(office)
    assert "退回 1 行" in browser.post("/ledger/register", **form).text
    assert registered(office) == before
    browser.post("/ledger/register", **form | {phone: "19900000001"})
    assert registered(office) == before + 1


def test_a_bomb_of_two_hundred_megabytes_is_refused_and_leaves_nothing(office: Office) -> None:
    bomb = io.BytesIO(table(GOOD))
    with (
        zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as package,
        package.open("xl/bomb.xml", "w") as part,
    ):
        for _ in range(200):
            part.write(b"\0" * 1024 * 1024)
    assert len(bomb.getvalue()) < 1024 * 1024
    browser = office.browser("W01")
    before = registered(office)
    answer = uploaded(browser, bomb.getvalue())
    assert answer.status_code == 422
    assert "table-too-large" in answer.text
    assert 'name="upload"' not in answer.text
    assert registered(office) == before


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(office: Office) -> None:
    browser = office.browser("W01")
    answer = uploaded(browser, b"a,b\n" * (3 * 1024 * 1024))
    assert answer.status_code == 422
    assert "table-too-large" in answer.text

    def endless() -> Iterator[bytes]:
        yield b"--x\r\n"

    unsaid = browser.client.post(
        "/ledger/preview",
        content=endless(),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert unsaid.status_code == 422
    assert "table-too-large" in unsaid.text


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04x", b"\xd0\xcf\x11\xe0" * 200])
def test_what_is_no_table_is_told_so_on_the_page(office: Office, content: bytes) -> None:
    answer = uploaded(office.browser("W01"), content)
    assert answer.status_code == 422
    assert "规则" in answer.text
    assert 'name="upload"' not in answer.text


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
def test_every_kind_of_table_is_read_apart_as_it_is_read_here(tmp_path: Path, kind: str) -> None:
    rows = (offices.HEADINGS, *offices.ROWS)
    writer = {"xlsx": offices.xlsx, "xls": offices.xls, "csv": offices.delimited}[kind]
    rows = tuple(tuple(one.replace("𠮷", "吉") for one in row) for row in rows)
    path = writer(tmp_path / f"a.{kind}", rows)
    assert read_apart(path.read_bytes(), offices.FIELDS) == read_table(path, offices.FIELDS)


def test_a_reader_that_wants_too_much_memory_ends_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    greedy = "from importing.apart_child import limit; limit(); bytearray(2 * 1024**3)"
    ended = subprocess.run([sys.executable, "-c", greedy], capture_output=True, check=False)
    assert ended.returncode != 0
    assert b"MemoryError" in ended.stderr
    monkeypatch.setattr("importing.apart.CHILD", "importing.nothing_of_this_name")
    with pytest.raises(TableRefused) as refused:
        read_apart(table(GOOD), NEED_FIELDS)
    assert refused.value.rule == "broken-file"


def test_the_template_is_read_by_us_and_has_lists_to_choose_from(office: Office) -> None:
    answer = office.browser("W01").get("/ledger/template")
    assert answer.status_code == 200
    sheet, lists = sheets_of(io.BytesIO(answer.content), LIMITS)
    assert lists.hidden
    headings = [one.text for one in sheet.rows[1].values()]
    assert "诉求来源*" in headings
    inside = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert inside.count('<dataValidation type="list"') == 7
    with pytest.raises(TableRefused) as empty:
        read_apart(b"\xef\xbb\xbfno,needed,headings\n1,2,3\n", NEED_FIELDS)
    assert empty.value.rule == "column-missing"
    assert read_apart(answer.content, NEED_FIELDS).rows == ()


def test_a_row_goes_from_to_be_remedied_to_struck_off(office: Office) -> None:
    town = office.town
    mended, withdrawn = town.task(ledger_row="天河-7"), town.task(ledger_row="天河-8")
    browser = office.browser("D01")
    shown = browser.get("/ledger?q=天河-7").text
    assert "待整改" in shown
    assert "天河-8" not in shown
    assert "天河-7" not in office.browser("D02").get("/ledger").text
    approve(office, mended)
    assert "待核验" in browser.get("/ledger?q=天河-7").text
    town.district.people["resident"] = {"person": town.requester(mended), "role": "RESIDENT"}
    town.ask(mended, "rate_task", "resident", grade=5, contacted=True, resolved=True)
    town.close(withdrawn)
    shown = browser.get("/ledger").text
    assert "已销号" in shown
    assert "未整改退出" in shown
    assert office.number_of(mended) in shown
    assert "天河-7" not in browser.get("/ledger?open=yes").text
