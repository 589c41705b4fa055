"""Rows of a problem ledger become needs, or come back with every problem named."""

from pathlib import Path

import pytest

from domain.task.commands import AnswerChannel, RequestType, Source
from importing.needs import NEED_FIELDS, NeedRows, matter_code
from importing.reading import read_table
from importing.writing import write_bad_rows
from tests.importing.offices import delimited, need_reader, xlsx

SOUND = {
    "台账编号": "TH-1",
    "诉求来源": "居民来电",
    "诉求类别": "养老",
    "诉求类型": "咨询",
    "所属街道": "车陂街道",
    "社区": "西湖社区",
    "诉求内容": "想装扶手",
    "诉求人": "黎婆婆",
    "联系电话": "199 0000 1234",
    "住址": "和顺苑1号",
    "是否紧急": "是",
    "是否涉及安全": "",
    "发现时间": "2026-11-03 14:30",
    "问题事项": "扶手",
    "期望反馈方式": "电话",
}


def read(folder: Path, *changes: dict[str, str]) -> NeedRows:
    rows = [list(SOUND), *[list((SOUND | change).values()) for change in changes]]
    return need_reader().read(read_table(xlsx(folder / "needs.xlsx", rows), NEED_FIELDS))


def test_a_sound_row_is_a_need(tmp_path: Path) -> None:
    (need,) = read(tmp_path, {}).good
    assert (need.number, need.ledger_row) == (2, "TH-1")
    assert need.repeat_key == "440106003/2026/台账/th-1"
    assert (need.source, need.category) == (Source.RESIDENT, "ELDER")
    assert (need.request_type, need.place) == (RequestType.CONSULT, "440106003015")
    assert (need.urgent, need.safety) == (True, False)
    assert need.answer_channel is AnswerChannel.PHONE
    assert need.phone == "19900001234"
    assert need.occurred_at.isoformat() == "2026-11-03T14:30:00+08:00"
    assert need.matter == matter_code(" 扶 手", {})


def test_a_need_never_shows_who_spoke(tmp_path: Path) -> None:
    (need,) = read(tmp_path, {}).good
    assert not any(word in repr(need) for word in ("黎婆婆", "0000", "和顺苑", "想装扶手"))


@pytest.mark.parametrize(
    ("column", "text", "cell", "rule"),
    [
        ("诉求来源", "某处", "B2", "unknown-source"),
        ("诉求来源", "", "B2", "missing-value"),
        ("诉求类别", "", "C2", "missing-value"),
        ("诉求类别", "噪音", "C2", "unknown-category"),
        ("诉求类型", "表扬", "D2", "unknown-request-type"),
        ("所属街道", "东圃镇", "E2", "unknown-street"),
        ("社区", "美林海岸社区", "F2", "unknown-community"),
        ("诉求内容", "", "G2", "missing-value"),
        ("诉求内容", "字" * 4001, "G2", "too-long"),
        ("联系电话", "1990000123", "I2", "not-a-phone"),
        ("联系电话", "", "O2", "channel-needs-phone"),
        ("是否紧急", "看情况", "K2", "not-yes-or-no"),
        ("发现时间", "2026-09-31", "M2", "not-a-date"),
        ("发现时间", "2062-10-11", "M2", "date-ahead"),
        ("期望反馈方式", "信鸽", "O2", "unknown-channel"),
        ("台账编号", "*一号", "A2", "not-a-ledger-row"),
    ],
)
def test_each_mistake_is_named_with_its_cell(
    tmp_path: Path, column: str, text: str, cell: str, rule: str
) -> None:
    found = read(tmp_path, {column: text})
    assert not found.good
    assert [(one.cell, one.rule) for one in found.bad[0].problems] == [(cell, rule)]
    told = "".join(one.chinese + one.english for one in found.bad[0].problems)
    assert not any(word in told for word in ("黎婆婆", "1990000", "和顺苑", "想装扶手"))


def test_all_mistakes_of_a_row_are_told_at_once(tmp_path: Path) -> None:
    found = read(tmp_path, {"诉求类别": "噪音", "联系电话": "1", "发现时间": "昨天"})
    assert {one.rule for one in found.bad[0].problems} == {
        "unknown-category",
        "not-a-phone",
        "not-a-date",
    }


def test_a_ledger_number_stands_once_and_its_first_row_counts(tmp_path: Path) -> None:
    found = read(tmp_path, {}, {"诉求内容": "另一件"})
    assert [need.number for need in found.good] == [2]
    assert [one.rule for one in found.bad[0].problems] == ["ledger-row-twice"]


def test_a_ledger_number_belongs_to_its_street_its_year_and_its_table(tmp_path: Path) -> None:
    rows = ({}, {"所属街道": "员村街道", "社区": ""}, {"发现时间": "2025-12-30"})
    found = read(tmp_path, *rows)
    assert not found.bad
    assert len({need.repeat_key for need in found.good}) == 3


def test_a_row_without_a_number_is_known_by_all_it_says(tmp_path: Path) -> None:
    """Whatever is added above it: the row is the same; two that say the same are told apart."""
    (alone,) = read(tmp_path, {"台账编号": ""}).good
    found = read(tmp_path, {"台账编号": "TH-9"}, {"台账编号": ""}, {"台账编号": ""})
    assert found.good[1].repeat_key == alone.repeat_key
    assert [one.rule for one in found.bad[0].problems] == ["row-twice"]


@pytest.mark.parametrize(
    "name",
    ["车陂街道", "车陂街", "车陂", "广州市天河区车陂街道办事处", "天河区车陂街道", "440106003"],
)
def test_a_street_is_known_by_every_usual_name(tmp_path: Path, name: str) -> None:
    (need,) = read(tmp_path, {"所属街道": name, "社区": ""}).good
    assert need.place == "440106003"


@pytest.mark.parametrize(
    "name", ["西湖", "西湖社区", "西湖社区居委会", "车陂街道西湖社区居民委员会", "440106003015"]
)
def test_a_community_is_known_by_every_usual_name(tmp_path: Path, name: str) -> None:
    (need,) = read(tmp_path, {"社区": name}).good
    assert need.place == "440106003015"


def test_where_the_registry_knows_no_community_the_street_is_the_place(tmp_path: Path) -> None:
    (need,) = read(tmp_path, {"所属街道": "凤凰街道", "社区": "柯木塱社区"}).good
    assert need.place == "440106019"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("养老", "ELDER"),
        ("elder", "ELDER"),
        ("优品超市", "STORE"),
        ("物业服务", "PROPERTY"),
        ("“百千万工程”优品超市", "STORE"),
    ],
)
def test_a_category_is_known_by_code_label_or_part(tmp_path: Path, written: str, code: str) -> None:
    (need,) = read(tmp_path, {"诉求类别": written}).good
    assert need.category == code


def test_matters_get_readable_codes_or_a_digest_and_none_is_general() -> None:
    assert matter_code("扶手", {"扶手": "elder.rail"}) == "elder.rail"
    assert matter_code("扶手", {}) == matter_code("「扶手」".strip("「」"), {})
    assert matter_code("扶手", {}).startswith("m-")
    assert len(matter_code("扶手", {})) == 12
    assert matter_code("  ", {}) == "general"


def test_a_row_handed_back_and_mended_is_taken(tmp_path: Path) -> None:
    rows = [list(SOUND), list((SOUND | {"诉求类别": "", "联系电话": "1"}).values())]
    table = read_table(delimited(tmp_path / "n.csv", rows, "gb18030"), NEED_FIELDS)
    found = need_reader().read(table)
    back = write_bad_rows(table, found.bad, tmp_path / "back")
    text = back.read_bytes().decode("gb18030")
    assert "C2" in text
    assert "I2" in text
    mended = text.replace('"居民来电",""', '"居民来电","养老"').replace('"1"', '"19900001234"')
    back.write_bytes(mended.encode("gb18030"))
    (need,) = need_reader().read(read_table(back, NEED_FIELDS)).good
    assert (need.category, need.phone, need.ledger_row) == ("ELDER", "19900001234", "TH-1")
