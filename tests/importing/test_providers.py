"""A list of providers: what is read, and what is handed back and why."""

from pathlib import Path

import pytest

from domain.provider.identity import provider_stream, team_stream
from importing.providers import PROVIDER_FIELDS, ProviderRows
from importing.reading import read_table
from tests.importing.offices import community, delimited, provider_reader, street

HEAD = (
    "机构名称",
    "机构类型",
    "统一社会信用代码",
    "队伍编号",
    "连锁总部信用代码",
    "服务类别",
    "服务区域",
    "许可证件",
    "价目",
    "联系人",
    "申请部门",
)
CODE, CHAIN = "91440106MADEUP0020", "91440106MADEUP001W"
ROW = {
    "机构名称": "好饭连锁（示例）",
    "机构类型": "连锁门店",
    "统一社会信用代码": f" {CODE.lower()} ",
    "连锁总部信用代码": CHAIN,
    "服务类别": "社区助餐、物业服务",
    "服务区域": "车陂街、员村街道美林海岸社区，440106019",
    "许可证件": "食品经营许可证 JY 001 有效期至2031年12月31日；营业执照 GS-1 长期",
    "价目": "午餐（一荤两素） 份 1,015.50元；送餐 次 2",
    "联系人": "测试联系人 19900000001",
    "申请部门": "天河区车陂街道办事处",
}
UNITS = (
    street("440106003", "车陂"),
    street("440106002", "员村"),
    community("440106002034", "天河区员村街道美林海岸社区居民委员会"),
    community("440106003015", "天河区车陂街道西湖社区居民委员会"),
)


def read(folder: Path, *rows: dict[str, str]) -> ProviderRows:
    cells = [[row.get(heading, "") for heading in HEAD] for row in rows]
    file = delimited(folder / "list.csv", [HEAD, *cells])
    return provider_reader(UNITS).read(read_table(file, PROVIDER_FIELDS))


def rules(found: ProviderRows) -> list[str]:
    assert not found.good
    return [problem.rule for bad in found.bad for problem in bad.problems]


def test_a_row_in_an_offices_words_is_an_application(tmp_path: Path) -> None:
    found = read(tmp_path, ROW)
    (row,) = found.good
    assert (row.stream, row.unit) == (provider_stream(CODE), "440106003-SO")
    assert row.command == {
        "kind": "apply_for_admission",
        "name": "好饭连锁（示例）",
        "provider_kind": "CHAIN_BRANCH",
        "credit_code": CODE,
        "head_code": CHAIN,
        "categories": ["MEAL", "PROPERTY"],
        "areas": ["440106003", "440106002034", "440106019"],
        "licences": [
            {
                "licence": "FOOD",
                "number": "JY 001",
                "valid_until": "2031-12-31T16:00:00.000000Z",
            },
            {"licence": "BUSINESS", "number": "GS-1"},
        ],
        "prices": [
            {"item": "午餐（一荤两素）", "per": "份", "cents": 101_550},
            {"item": "送餐", "per": "次", "cents": 200},
        ],
        "contact": "测试联系人 19900000001",
    }


def test_a_team_is_known_by_its_number(tmp_path: Path) -> None:
    team = {
        "机构名称": "健步志愿服务队（示例）",
        "机构类型": "志愿服务队",
        "队伍编号": "SL-TEAM-007",
        "服务类别": "体育健身",
        "服务区域": "车陂",
    }
    (row,) = read(tmp_path, team).good
    assert (row.stream, row.unit) == (team_stream("SL-TEAM-007"), None)


@pytest.mark.parametrize(
    ("heading", "cell", "rule"),
    [
        ("机构名称", "", "missing-value"),
        ("机构类型", "个人", "unknown-word"),
        ("统一社会信用代码", "9144010612345678", "not-a-credit-code"),
        ("统一社会信用代码", "9.14401E+17", "number-precision"),
        ("统一社会信用代码", "", "number-of-body"),
        ("连锁总部信用代码", "总部", "not-a-credit-code"),
        ("队伍编号", "七队", "not-a-team-number"),
        ("服务类别", "社区助餐、登月", "unknown-category"),
        ("服务类别", "、", "unknown-category"),
        ("服务区域", "月球街道", "unknown-place"),
        ("服务区域", "员村街道西湖社区", "unknown-place"),
        ("服务区域", "；", "unknown-place"),
        ("许可证件", "食品经营许可证 JY001", "not-a-licence"),
        ("许可证件", "食品经营许可证 JY001 2031-02-30", "not-a-licence"),
        ("许可证件", "登月许可证 JY001 长期", "not-a-licence"),
        ("价目", "午餐 份 15.5", "not-a-price"),
        ("价目", "午餐 15", "not-a-price"),
        ("申请部门", "天河区登月局", "unknown-unit"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(
    tmp_path: Path, heading: str, cell: str, rule: str
) -> None:
    found = read(tmp_path, ROW | {heading: cell})
    assert rules(found) == [rule]


def test_every_fault_of_a_row_is_told_at_once(tmp_path: Path) -> None:
    found = read(tmp_path, ROW | {"机构类型": "个人", "价目": "午餐"})
    assert rules(found) == ["unknown-word", "not-a-price"]


def test_a_body_stands_once(tmp_path: Path) -> None:
    found = read(tmp_path, ROW, ROW | {"机构名称": "另一个名称"})
    assert len(found.good) == 1
    assert [problem.rule for bad in found.bad for problem in bad.problems] == ["body-twice"]
