"""Lists of units and people become registry rows, or come back with every problem named."""

from pathlib import Path

from domain.people import Role
from importing.people import PEOPLE_FIELDS, PeopleReader, PersonRows
from importing.reading import read_table
from importing.units import UNIT_FIELDS, UnitReader, UnitRows
from tests.importing.offices import SINCE, ZONE, gd_2022, xlsx

UNIT_HEADINGS = (
    "单位编码",
    "单位名称",
    "单位类别",
    "行政区划代码",
    "业务条线",
    "上级单位编码",
    "启用日期",
)
PEOPLE_HEADINGS = ("工号", "姓名", "手机号码", "所属单位编码", "角色", "任职日期")


def units(folder: Path, *rows: tuple[str, ...]) -> UnitRows:
    table = read_table(xlsx(folder / "u.xlsx", (UNIT_HEADINGS, *rows)), UNIT_FIELDS)
    return UnitReader(gd_2022().lines, frozenset({"440106-MZJ"}), SINCE, ZONE).read(table)


def people(folder: Path, *rows: tuple[str, ...]) -> PersonRows:
    table = read_table(xlsx(folder / "p.xlsx", (PEOPLE_HEADINGS, *rows)), PEOPLE_FIELDS)
    return PeopleReader(frozenset({"440106003-SO"}), SINCE, ZONE).read(table)


def test_parents_come_before_their_children_wherever_they_stand(tmp_path: Path) -> None:
    found = units(
        tmp_path,
        ("X-PSC", "中心", "党群服务中心", "440106003", "", "X-SO", ""),
        ("X-SO", "街道", "街道办事处", "440106003", "", "", "2025-01-01"),
        ("X-LAO", "处", "DEPARTMENT", "440106", "民政", "440106-MZJ", ""),
    )
    assert [row.unit.code for row in found.good] == ["X-SO", "X-LAO", "X-PSC"]
    assert found.good[1].unit.line == "civil_affairs"
    assert found.good[2].unit.since == SINCE
    assert not found.bad


def test_each_mistake_of_a_unit_is_named(tmp_path: Path) -> None:
    found = units(
        tmp_path,
        ("x so", "街道", "衙门", "44", "捕快", "y y", "明天"),
        ("A1", "a", "职能部门", "440106", "", "B1", ""),
        ("B1", "b", "职能部门", "440106", "", "A1", ""),
        ("C1", "c", "职能部门", "440106", "", "", ""),
        ("C1", "c", "职能部门", "440106", "", "", ""),
    )
    told = {row.row.number: [one.rule for one in row.problems] for row in found.bad}
    assert told == {
        2: [
            "not-a-unit-code",
            "unknown-unit-kind",
            "not-a-division",
            "unknown-line",
            "not-a-date",
            "not-a-unit-code",
        ],
        3: ["unknown-parent"],
        4: ["unknown-parent"],
        6: ["unit-twice"],
    }


def test_a_person_may_hold_several_roles_under_one_number(tmp_path: Path) -> None:
    found = people(
        tmp_path,
        ("TH1", "赵敏", "19900000001", "440106003-SO", "街道调度员", "2025-03-01"),
        ("TH1", "赵敏", "19900000001", "440106003-SO", "COMMUNITY_WORKER", ""),
    )
    assert [row.role for row in found.good] == [Role.STREET_DISPATCHER, Role.COMMUNITY_WORKER]
    assert "赵敏" not in repr(found.good)
    assert "1990" not in repr(found.good)


def test_each_mistake_of_a_person_is_named_without_naming_the_person(tmp_path: Path) -> None:
    found = people(
        tmp_path,
        ("TH1", "赵敏", "19900000001", "440106003-SO", "街道调度员", ""),
        ("TH1", "王丽", "19900000001", "440106003-SO", "街道调度员", ""),
        ("编号二", "王丽", "1", "X-1", "居民", "昨天"),
    )
    told = {row.row.number: [one.rule for one in row.problems] for row in found.bad}
    assert told == {
        3: ["staff-number-shared"],
        4: ["not-a-staff-number", "unknown-unit", "unknown-role", "not-a-phone", "not-a-date"],
    }
    sentences = "".join(one.chinese + one.english for row in found.bad for one in row.problems)
    assert "王丽" not in sentences
