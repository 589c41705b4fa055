"""Write the tables of the sample and matters.json, always with the same contents.

Run `python generate.py [FOLDER]` (default: beside this script). Everything drawn by lot comes from
one seed; numbers and dates are written as text, so that no spreadsheet program shortens them.
"""

import json
import random
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import xlsxwriter  # noqa: E402 - the data modules beside this script come first
from bureaus import (  # noqa: E402
    ADJUDICATION,
    AUDIT_BUREAU,
    CALLBACK_UNIT,
    CITY_BUILDING,
    CITY_SOCIAL_WORK,
    DATA_BUREAU,
    LINE_BODIES,
    ORGANIZATION_DEPT,
    OTHER_BODIES,
    SUPERVISION_OFFICE,
    Body,
    code_of,
)
from checkup import CHECKUP_HEADINGS, CHECKUP_NOTES, checkup_rows  # noqa: E402
from facilities import (  # noqa: E402
    FACILITY_HEADINGS,
    FACILITY_NOTES,
    SITE_HEADINGS,
    SITE_NOTES,
    facility_rows,
    site_rows,
)
from names import people  # noqa: E402
from needs import CATEGORY_LABELS, HEADINGS, Need, compose, matters  # noqa: E402
from provider_table import PROVIDER_HEADINGS, PROVIDER_NOTES, provider_rows  # noqa: E402
from streets import DISTRICT, Street, streets  # noqa: E402

SEED = 440106
UNITS_SINCE = "2024-01-01"
WRITTEN_ON = datetime(2026, 11, 20)  # noqa: DTZ001 - a workbook's creation time knows no zone

UNIT_HEADINGS = (
    "单位编码",
    "单位名称",
    "单位类别",
    "行政区划代码",
    "业务条线",
    "上级单位编码",
    "启用日期",
)
PEOPLE_HEADINGS = ("工号", "姓名", "手机号码", "所属单位编码", "所属单位", "角色", "任职日期")
STREET_ROLES = ("街道调度员", "社区工作者", "职能部门协调员", "承办人员")
BODY_ROLES = ("职能部门协调员", "承办人员", "承办人员")
DISTRICT_ROLES = (
    (ORGANIZATION_DEPT, "审批人", 2),
    (ADJUDICATION, "争议裁定人", 2),
    (SUPERVISION_OFFICE, "督办员", 2),
    (CALLBACK_UNIT, "回访员", 2),
    (AUDIT_BUREAU, "审计员", 1),
    (DATA_BUREAU, "个人信息保护负责人", 1),
    (DATA_BUREAU, "名册管理员", 1),
    (CITY_BUILDING, "职能部门协调员", 1),
    (CITY_SOCIAL_WORK, "审批人", 2),
)


def office_of(street: Street) -> str:
    """Return the unit code of the street office."""
    return f"{street.code}-SO"


def centre_of(street: Street) -> str:
    """Return the unit code of the street's Party-mass service centre."""
    return f"{street.code}-PSC"


def unit_rows() -> Iterable[tuple[str, ...]]:
    """Yield every unit, parents first."""
    for body in (*OTHER_BODIES, *LINE_BODIES):
        yield unit_row(body)
    for street in streets():
        yield (
            office_of(street),
            f"天河区{street.name}办事处",
            "街道办事处",
            street.code,
            "",
            "",
            UNITS_SINCE,
        )
        yield (
            centre_of(street),
            f"天河区{street.name}党群服务中心",
            "党群服务中心",
            street.code,
            "",
            office_of(street),
            UNITS_SINCE,
        )
        for community in street.communities:
            yield (
                f"{community.code}-RC",
                f"天河区{street.name}{community.name}社区居民委员会",
                "居民委员会",
                community.code,
                "",
                office_of(street),
                UNITS_SINCE,
            )


def unit_row(body: Body) -> tuple[str, ...]:
    """Return the row of a district body."""
    return (code_of(body), body.name, body.kind, body.division, body.line, "", UNITS_SINCE)


def posts() -> Iterable[tuple[str, str, str]]:
    """Yield unit code, unit name and role of every post."""
    for street in streets():
        for role in STREET_ROLES:
            yield office_of(street), f"天河区{street.name}办事处", role
        yield centre_of(street), f"天河区{street.name}党群服务中心", "党群服务中心协调员"
    for body in LINE_BODIES:
        for role in BODY_ROLES:
            yield code_of(body), body.name, role
    for body, role, count in DISTRICT_ROLES:
        for _ in range(count):
            yield code_of(body), body.name, role


def people_rows() -> Iterable[tuple[str, ...]]:
    """Yield one invented person for every post."""
    chance = random.Random(SEED + 1)
    for at, ((unit, unit_name, role), (name, phone)) in enumerate(
        zip(posts(), people(chance), strict=False), start=1
    ):
        since = f"{chance.choice((2024, 2025))}-{chance.randint(1, 12):02d}-01"
        yield (f"TH{at:04d}", name, phone, unit, unit_name, role, since)


def need_rows() -> list[tuple[str, ...]]:
    """Return the rows of the problem ledger as they are written."""
    return [row_of(at, need) for at, need in enumerate(compose(streets(), SEED), start=1)]


def row_of(at: int, need: Need) -> tuple[str, ...]:
    """Return the cells of *need* in the order of the headings."""
    return (
        str(at),
        need.ledger_row,
        need.source,
        need.category,
        need.request_type,
        need.formula or need.street,
        need.community,
        need.text,
        need.name,
        need.phone,
        need.address,
        need.urgent,
        need.safety,
        need.found_at,
        need.matter,
        need.channel,
    )


NEED_NOTES = (
    ("用途", "天河区问题台账示例：真实的街道和社区，虚构的人和事。"),
    (
        "诉求来源",
        "居民提出、居民来访、居民来电、社区走访、社区发现、网格员上报、党群服务中心征集、12345转办、城市体检、微心愿",
    ),
    ("诉求类别", "、".join(CATEGORY_LABELS.values())),
    ("诉求类型", "咨询、求助、建议、投诉、举报"),
    ("问题事项", "简短写明事项，不写人名；同一地点、同一事项的诉求可以并件。代码见 matters.json。"),
    ("期望反馈方式", "电话、短信、微信、上门、无需反馈"),
    ("联系电话", "1990000 开头，均为虚构号码，不得拨打或发送信息。"),
)
UNIT_NOTES = (
    ("来源", "街道、社区及代码：国家统计局统计用区划代码，截止 2023-06-30。"),
    ("单位名称", "区级单位名称的核实情况见 README.md。"),
    ("示例单位", "诉求派单争议裁定组、12345回访组为示例所设。"),
)
PEOPLE_NOTES = (
    ("用途", "示例人员，姓名与号码均为虚构，如有雷同纯属巧合。"),
    ("手机号码", "1990000 开头，均为虚构号码，不得拨打或发送信息。"),
)


def write(
    path: Path,
    sheet_name: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    notes: Iterable[tuple[str, str]],
    widths: Sequence[int],
) -> None:
    """Write one workbook: a sheet of texts with its headings in row 1, and a sheet of notes."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties({"title": sheet_name, "created": WRITTEN_ON})
        text = workbook.add_format({"num_format": "@", "valign": "top"})
        wrapped = workbook.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        head = workbook.add_format({"bold": True, "bg_color": "#F2DCDB", "border": 1})
        sheet = workbook.add_worksheet(sheet_name)
        sheet.freeze_panes(1, 2)
        for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(column, column, width, text)
            sheet.write_string(0, column, heading, head)
        count = 0
        for count, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if cell.startswith("="):
                    sheet.write_formula(count, column, cell, text, "石牌街道")
                else:
                    sheet.write_string(count, column, cell, wrapped if len(cell) > 40 else text)
        sheet.autofilter(0, 0, count, len(headings) - 1)
        told = workbook.add_worksheet("说明")
        told.set_column(0, 0, 16)
        told.set_column(1, 1, 90, wrapped)
        for at, (what, note) in enumerate(notes):
            told.write_string(at, 0, what, head)
            told.write_string(at, 1, note, wrapped)


def main(folder: Path) -> None:
    """Write all files to *folder*."""
    write(
        folder / "units.xlsx",
        "单位",
        UNIT_HEADINGS,
        unit_rows(),
        UNIT_NOTES,
        (18, 44, 14, 16, 20, 18, 12),
    )
    write(
        folder / "people.xlsx",
        "人员",
        PEOPLE_HEADINGS,
        people_rows(),
        PEOPLE_NOTES,
        (10, 12, 14, 18, 44, 20, 12),
    )
    write(
        folder / "needs.xlsx",
        "问题台账",
        HEADINGS,
        need_rows(),
        NEED_NOTES,
        (6, 18, 16, 12, 10, 14, 16, 60, 10, 14, 32, 10, 12, 18, 18, 14),
    )
    write(
        folder / "checkup.xlsx",
        "体检指标",
        CHECKUP_HEADINGS,
        checkup_rows(streets(), SEED),
        CHECKUP_NOTES,
        (18, 14, 14, 14, 14, 40, 10, 10, 34, 14, 50),
    )
    sites = list(site_rows(streets(), SEED))
    write(
        folder / "sites.xlsx",
        "存量空间",
        SITE_HEADINGS,
        sites,
        SITE_NOTES,
        (12, 26, 14, 14, 16, 18, 10, 20, 14, 14),
    )
    write(
        folder / "facilities.xlsx",
        "服务设施",
        FACILITY_HEADINGS,
        list(facility_rows(sites)),
        FACILITY_NOTES,
        (12, 30, 12, 16, 40, 10, 14, 14, 60, 26),
    )
    write(
        folder / "providers.xlsx",
        "服务机构",
        PROVIDER_HEADINGS,
        provider_rows(streets()),
        PROVIDER_NOTES,
        (32, 14, 22, 16, 22, 18, 16, 48, 24, 14, 20),
    )
    (folder / "matters.json").write_text(
        json.dumps(matters(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    tables = "units, people, needs, checkup, sites, facilities, providers"
    told = f"{tables} (.xlsx) and matters.json"
    print(f"{told} of {DISTRICT} written to {folder.resolve().name}/")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
