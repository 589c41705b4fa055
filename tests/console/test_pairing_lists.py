"""Lists of a pairing are typed, pasted or uploaded; what is odd is named before it is recorded."""

from pathlib import Path

from tests.console.conftest import Office
from tests.console.pairings import (
    activated,
    drafted,
    hidden,
    rows,
    said,
    staffed,
    state_of,
    stream_of,
)
from tests.importing import offices
from tests.journeys.district import BUREAU, CENTER

__all__ = ["staffed"]


def test_typed_rows_are_checked_before_anything_is_recorded(staffed: Office) -> None:
    address = drafted(staffed)
    browser = staffed.browser("C01")
    before = staffed.town.books.ledger.head()
    typed = rows(("加装扶手", "ELDER"), ("食堂晚餐", ""), ("", "ELDER"))
    more = browser.post(f"{address}/attach_list", list="NEED", do="more", **typed)
    assert (more.status_code, more.text.count('<fieldset class="item">')) == (200, 3 + 5)
    checked = browser.post(f"{address}/attach_list", list="NEED", do="check", **typed)
    assert "第 2 行</span> “服务类别”请填" in checked.text
    assert "第 3 行</span> “项目名称”未填写" in checked.text
    assert 'value="食堂晚餐"' in checked.text
    assert "入账的是下面" not in checked.text
    assert staffed.town.books.ledger.head() == before


def test_what_is_pasted_is_read_with_every_oddity_named(staffed: Office) -> None:
    address = drafted(staffed)
    browser = staffed.browser("C01")
    before = staffed.town.books.ledger.head()
    pasted = (
        "项目名称\t服务类别\t地点\t责任人\n"
        "加装扶手, 坡道\t养老\t\t张三\n"
        "食堂晚餐\t没有的类别\t\t\n"
        "托育\t养老\t别的街道社区\t\n"
    )
    checked = browser.post(f"{address}/attach_list", list="NEED", do="check", pasted=pasted)
    assert checked.status_code == 200
    assert "入账的是下面 1 项" in checked.text
    assert hidden(checked.text)["title"] == ["加装扶手, 坡道"]
    assert "--mapping" not in checked.text
    for odd in ("B3</span> “服务类别”请填", "C4</span> “地点”不是", "“责任人”列未采用。"):
        assert odd in checked.text, said(checked)
    assert staffed.town.books.ledger.head() == before
    done = browser.post(f"{address}/attach_list", list="NEED", do="record", **hidden(checked.text))
    assert done.status_code == 303
    assert "加装扶手, 坡道" in browser.get(f"{address}/start/lists").text


def test_columns_without_headings_are_read_in_the_usual_order_and_that_is_said(
    staffed: Office,
) -> None:
    address = drafted(staffed)
    pasted = "加装扶手\tELDER\n助浴\tELDER"
    read = staffed.browser("C01").post(
        f"{address}/attach_list", list="NEED", do="read", pasted=pasted
    )
    assert "没有列名" in read.text
    assert 'value="加装扶手"' in read.text
    assert 'value="助浴"' in read.text


def test_a_list_is_taken_from_a_workbook_and_a_file_that_is_none_is_named(
    staffed: Office, tmp_path: Path
) -> None:
    address = drafted(staffed)
    browser = staffed.browser("C01")
    lines = (
        ("石牌街道需求清单", "", ""),
        ("编号", "项目名称", "服务类别"),
        ("XQ-1", "加装扶手", "ELDER"),
        ("XQ-1", "助浴", "ELDER"),
    )
    book = offices.xlsx(tmp_path / "list.xlsx", lines).read_bytes()
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    checked = browser.post(
        f"{address}/attach_list", list="NEED", do="check", file=("需求.xlsx", book, sheet)
    )
    assert hidden(checked.text)["code"] == ["XQ-1"]
    assert "A4</span> “编号”在本结对的清单中已有" in checked.text
    for content, told_as in (
        (b"%PDF-1.7 no table", "文件内容不是表格"),
        (b"PK\x03\x04 broken", "文件已损坏"),
        (b"a,b\n1,2\n", "找不到这些列"),
    ):
        odd = browser.post(
            f"{address}/attach_list", list="NEED", do="check", file=("a.xlsx", content, sheet)
        )
        assert odd.status_code == 200
        assert told_as in odd.text, said(odd)
        assert "入账的是下面" not in odd.text


def test_what_the_decider_refuses_of_a_list_is_told_and_stays(staffed: Office) -> None:
    address = drafted(staffed)
    browser = staffed.browser("C01")
    before = staffed.town.books.ledger.head()
    typed = rows(("找 13800138000", "ELDER")) | {"code": ["N-1"]}
    for do in ("check", "record"):
        refused = browser.post(f"{address}/attach_list", list="NEED", do=do, **typed)
        assert refused.status_code == 422
        assert "规则 no-personal-data" in refused.text
        assert 'value="找 13800138000"' in refused.text
    assert staffed.town.books.ledger.head() == before


def test_a_list_of_a_running_pairing_is_revised_with_a_reason(staffed: Office) -> None:
    address = activated(staffed)
    browser = staffed.browser("C01")
    assert f'href="{address}/revise_lists"' in browser.get(address).text
    shown = browser.get(f"{address}/revise_lists?list=NEED").text
    assert 'value="加装扶手"' in shown
    typed = rows(("加装扶手", "ELDER"), ("助浴", "ELDER"))
    no_reason = browser.post(f"{address}/revise_lists", list="NEED", do="check", **typed)
    assert no_reason.status_code == 422
    checked = browser.post(
        f"{address}/revise_lists", list="NEED", do="check", reason="居民新提出", **typed
    )
    assert "居民新提出" in checked.text
    done = browser.post(
        f"{address}/revise_lists",
        list="NEED",
        do="record",
        reason="居民新提出",
        **hidden(checked.text),
    )
    assert done.status_code == 303, said(done)
    assert state_of(staffed, address) == "ADJUSTING"


def test_a_party_gives_no_list_in_the_name_of_another(staffed: Office) -> None:
    """Mass assignment: a unit that a form does not ask for is not taken from whoever adds it."""
    address = drafted(staffed)
    browser = staffed.browser("B01")
    done = browser.post(
        f"{address}/attach_list",
        list="NEED",
        do="record",
        unit=CENTER,
        **rows(("加装扶手", "ELDER")) | {"code": ["N-1"]},
    )
    assert done.status_code == 303
    fact = staffed.town.books.ledger.read(stream_of(address))[-1].fact
    assert fact["unit"] == BUREAU
