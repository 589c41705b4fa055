"""Lists of existing space and of facilities: what is read, and what is handed back and why."""

from pathlib import Path

import pytest

from domain.units import Unit, UnitKind
from importing.facilities import FACILITY_FIELDS, SITE_FIELDS, ListReader
from importing.places import Places
from importing.reading import read_table
from policies import shipped_pack
from services.intake import ZONE
from tests.domain.world import LONG_AGO

POLICY = shipped_pack("gd-2022")
STREET = ("440106003-SO", "车陂街道办事处", UnitKind.STREET_OFFICE, "440106003")
COMMUNITY = ("440106003014-RC", "东圃社区居委会", UnitKind.RESIDENTS_COMMITTEE, "440106003014")
SITE_HEAD = "空间编号,空间名称,所属街道,社区,空间类别,建筑面积,产权单位,空间状况,可用日期"
SITE = "S-1,旧邮政所,车陂街道,东圃,闲置公房,900,区机关事务管理局,需装修,2026-01-01"
HEAD = "设施编号,设施名称,空间编号,设施类型,功能,建筑面积,牵头单位编码,计划开业,资金安排"
ROW = (
    "F-1,东圃综合体,S-1,综合体,养老、社区助餐,640,440106-MZJ,2027-01-01,"
    "区级财政：1200.50；社会资本：3"
)


def reader() -> ListReader:
    assert POLICY.facilities is not None
    units = (
        Unit(code=code, name=name, kind=kind, division=division, since=LONG_AGO)
        for code, name, kind, division in (STREET, COMMUNITY)
    )
    return ListReader(
        places=Places.of(units),
        zone=ZONE,
        categories={one.code: one.label for one in POLICY.categories},
        sources={one.code: one.label for one in POLICY.facilities.funding_sources},
    )


def written(folder: Path, *lines: str) -> Path:
    file = folder / "list.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def test_a_site_is_read_by_its_names(tmp_path: Path) -> None:
    found = reader().sites(read_table(written(tmp_path, SITE_HEAD, SITE), SITE_FIELDS))
    (row,) = found.good
    assert (row.number, row.command["place"]) == ("S-1", "440106003014")
    assert row.command["site_kind"] == "IDLE_PUBLIC_ROOMS"
    assert (row.command["floor_area"], row.command["condition"]) == (900, "FITTING")


def test_money_is_read_in_yuan_and_kept_in_cents(tmp_path: Path) -> None:
    found = reader().facilities(read_table(written(tmp_path, HEAD, ROW), FACILITY_FIELDS))
    (row,) = found.good
    assert row.site == "S-1"
    assert row.command["functions"] == ["ELDER", "MEAL"]
    assert row.command["budget"] == [
        {"source": "DISTRICT_BUDGET", "cents": 120050},
        {"source": "PRIVATE_INVESTMENT", "cents": 300},
    ]


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("东圃,闲置", "西湖,闲置", "unknown-place"),
        ("闲置公房", "祠堂", "unknown-word"),
        (",900,", ",九百,", "not-an-area"),
        ("2026-01-01", "明年", "not-a-date"),
        ("S-1,", "一号,", "not-a-number-of-a-list"),
    ],
)
def test_a_site_that_cannot_be_read_says_why(
    tmp_path: Path, before: str, after: str, rule: str
) -> None:
    file = written(tmp_path, SITE_HEAD, SITE.replace(before, after))
    found = reader().sites(read_table(file, SITE_FIELDS))
    assert found.good == ()
    assert [problem.rule for bad in found.bad for problem in bad.problems] == [rule]


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("1200.50", "1200.505", "not-a-budget"),
        ("1200.50", "1200.5", "not-a-budget"),
        ("区级财政", "月球财政", "not-a-budget"),
        ("社区助餐", "登月", "unknown-function"),
        ("综合体,养老", "祠堂,养老", "unknown-word"),
        ("440106-MZJ", "民政局", "not-a-unit-code"),
    ],
)
def test_a_facility_that_cannot_be_read_says_why(
    tmp_path: Path, before: str, after: str, rule: str
) -> None:
    file = written(tmp_path, HEAD, ROW.replace(before, after))
    found = reader().facilities(read_table(file, FACILITY_FIELDS))
    assert found.good == ()
    assert [problem.rule for bad in found.bad for problem in bad.problems] == [rule]


def test_a_number_stands_once(tmp_path: Path) -> None:
    found = reader().sites(read_table(written(tmp_path, SITE_HEAD, SITE, SITE), SITE_FIELDS))
    assert len(found.good) == 1
    assert [problem.rule for bad in found.bad for problem in bad.problems] == ["number-twice"]
