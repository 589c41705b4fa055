"""The sample district reads as its README says, and can be made again."""

import json
import re
import runpy
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from domain.people import Role
from domain.units import UnitKind
from importing.facilities import FACILITY_FIELDS, SITE_FIELDS, ListReader
from importing.findings import FINDING_FIELDS, FindingReader
from importing.needs import NEED_FIELDS, NeedReader, NeedRows
from importing.people import PEOPLE_FIELDS, PeopleReader
from importing.places import Places
from importing.reading import read_table
from importing.tables import LIMITS
from importing.units import UNIT_FIELDS, UnitReader, UnitRows
from importing.xlsx import sheets_of
from tests.importing.offices import MONDAY, SINCE, TIANHE, ZONE, gd_2022


@pytest.fixture(scope="module")
def units() -> UnitRows:
    table = read_table(TIANHE / "units.xlsx", UNIT_FIELDS)
    return UnitReader(gd_2022().lines, frozenset(), SINCE, ZONE).read(table)


@pytest.fixture(scope="module")
def needs(units: UnitRows) -> NeedRows:
    matters = json.loads((TIANHE / "matters.json").read_text(encoding="utf-8"))
    reader = NeedReader(
        gd_2022().categories, Places.of(row.unit for row in units.good), MONDAY, ZONE, matters
    )
    return reader.read(read_table(TIANHE / "needs.xlsx", NEED_FIELDS))


def test_making_the_files_again_gives_the_same_cells(tmp_path: Path) -> None:
    main = runpy.run_path(str(TIANHE / "generate.py"))["main"]
    main(tmp_path)
    for name in (
        "units.xlsx",
        "people.xlsx",
        "needs.xlsx",
        "checkup.xlsx",
        "sites.xlsx",
        "facilities.xlsx",
        "providers.xlsx",
    ):
        made, committed = (tmp_path / name).open("rb"), (TIANHE / name).open("rb")
        with made, committed:
            assert list(sheets_of(made, LIMITS)) == list(sheets_of(committed, LIMITS))
    assert (tmp_path / "matters.json").read_bytes() == (TIANHE / "matters.json").read_bytes()


def test_the_units_are_the_district_as_it_is(units: UnitRows) -> None:
    assert not units.bad
    kinds = Counter(row.unit.kind for row in units.good)
    assert kinds == {
        UnitKind.STREET_OFFICE: 21,
        UnitKind.PARTY_SERVICE_CENTER: 21,
        UnitKind.RESIDENTS_COMMITTEE: 230,
        UnitKind.DEPARTMENT: 22,
        UnitKind.ORGANIZATION_DEPT: 3,
        UnitKind.SUPERVISION_OFFICE: 2,
        UnitKind.HOTLINE: 1,
    }
    names = {row.unit.code: row.unit.name for row in units.good}
    assert names["440106003-SO"] == "天河区车陂街道办事处"
    assert names["440106003-PSC"] == "天河区车陂街道党群服务中心"
    assert names["440106-MZJ"] == "天河区民政局"


def test_every_category_has_a_unit_that_can_lead_and_lines_stand_once(units: UnitRows) -> None:
    lines = Counter(row.unit.line for row in units.good if row.unit.line)
    assert max(lines.values()) == 1
    for category in gd_2022().categories:
        assert category.street_leads or set(category.lead) & lines.keys(), category.code
        missing = set(category.cooperating) - lines.keys()
        assert not missing, category.code


def test_every_post_is_held_by_somebody(units: UnitRows) -> None:
    table = read_table(TIANHE / "people.xlsx", PEOPLE_FIELDS)
    known = frozenset(row.unit.code for row in units.good)
    found = PeopleReader(known, SINCE, ZONE).read(table)
    assert not found.bad
    assert Counter(row.role for row in found.good) == {
        Role.STREET_DISPATCHER: 21,
        Role.CENTER_COORDINATOR: 21,
        Role.COMMUNITY_WORKER: 21,
        Role.DEPT_COORDINATOR: 21 + 19 + 1,
        Role.DEPT_STAFF: 21 + 38,
        Role.PARTY_AUTHORITY: 2 + 2,
        Role.ADJUDICATOR: 2,
        Role.SUPERVISOR: 2,
        Role.CALLBACK_AGENT: 2,
        Role.AUDITOR: 1,
        Role.DPO: 1,
        Role.REGISTRAR: 1,
    }
    assert len({row.staff_number for row in found.good}) == len(found.good)
    assert all(row.phone and row.phone.startswith("1990000") for row in found.good)


def test_the_ledger_has_228_needs_over_all_categories(needs: NeedRows) -> None:
    assert len(needs.good) == 228
    counts = Counter(need.category for need in needs.good)
    assert counts.keys() == {category.code for category in gd_2022().categories}
    assert min(counts.values()) >= 16
    assert len({need.place[:9] for need in needs.good}) == 21
    assert sum(need.urgent for need in needs.good) == 18
    assert len({need.text for need in needs.good}) == 228
    assert not any(need.matter.startswith("m-") for need in needs.good)


def test_twenty_needs_are_told_again_by_another_resident(needs: NeedRows) -> None:
    first: dict[tuple[str, str, str], str | None] = {}
    again = 0
    for need in needs.good:
        matter = (need.place, need.category, need.matter)
        if matter in first:
            again += 1
            assert first[matter] != need.phone
        first.setdefault(matter, need.phone)
    assert again == 20


def test_twelve_rows_come_back_each_with_one_reason(needs: NeedRows) -> None:
    rules = [tuple(one.rule for one in bad.problems) for bad in needs.bad]
    assert Counter(rules) == {
        ("missing-value",): 2,
        ("unknown-street",): 1,
        ("formula-cell",): 1,
        ("too-long",): 1,
        ("not-a-date",): 1,
        ("not-a-phone",): 1,
        ("unknown-category",): 1,
        ("unknown-community",): 1,
        ("ledger-row-twice",): 1,
        ("date-ahead",): 1,
        ("unknown-request-type",): 1,
    }


def test_every_telephone_number_is_plainly_made_up() -> None:
    for name in ("people.xlsx", "needs.xlsx"):
        with zipfile.ZipFile(TIANHE / name) as package:
            text = package.read("xl/sharedStrings.xml").decode()
        numbers = re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", text)
        assert len(numbers) > 100
        assert all(number.startswith("1990000") for number in numbers)


def test_the_check_up_reads_as_the_readme_says(units: UnitRows) -> None:
    findings = gd_2022().findings
    assert findings is not None
    places = Places.of(row.unit for row in units.good)
    table = read_table(TIANHE / "checkup.xlsx", FINDING_FIELDS)
    found = FindingReader(findings.indicators, places, ZONE).read(table)
    assert len(table.rows) == 173
    missed = [row for row in found.good if not row.is_met]
    assert (len(found.good), len(missed)) == (170, 127)
    assert {row.place[:9] for row in found.good if len(row.place) > 6} == {
        row.unit.division for row in units.good if row.unit.kind is UnitKind.STREET_OFFICE
    }
    problems = {
        (bad.row.cells["ledger_row"], problem.rule) for bad in found.bad for problem in bad.problems
    }
    assert problems == {
        ("THTJ-2026-9001", "unknown-indicator"),
        ("THTJ-2026-9002", "not-a-whole-number"),
        ("THTJ-2026-9003", "unknown-place"),
    }


def test_the_lists_of_space_and_of_facilities_read_as_the_readme_says(units: UnitRows) -> None:
    policy = gd_2022()
    assert policy.facilities is not None
    reader = ListReader(
        places=Places.of(row.unit for row in units.good),
        zone=ZONE,
        categories={one.code: one.label for one in policy.categories},
        sources={one.code: one.label for one in policy.facilities.funding_sources},
    )
    sites = reader.sites(read_table(TIANHE / "sites.xlsx", SITE_FIELDS))
    facilities = reader.facilities(read_table(TIANHE / "facilities.xlsx", FACILITY_FIELDS))
    assert (len(sites.good), sites.bad) == (60, ())
    assert (len(facilities.good), facilities.bad) == (25, ())
    assert {row.site for row in facilities.good} <= {row.number for row in sites.good}
    assert len({row.command["place"] for row in sites.good}) == 60


def test_the_programme_has_twelve_applications_and_one_taken_out_of_order(units: UnitRows) -> None:
    told = json.loads((TIANHE / "programme.json").read_text("utf-8"))
    known = {row.unit.division: row.unit for row in units.good}
    codes = {row.unit.code for row in units.good}
    assert {told["lead"], told["authority"], *told["reviewers"]} <= codes
    applied = [one["community"] for one in told["applications"]]
    assert len(set(applied)) == 12
    assert all(known[one].kind is UnitKind.RESIDENTS_COMMITTEE for one in applied)
    weights = [one["weight"] for one in told["draft"]["criteria"]]
    assert sum(weights) == 100
    sums = {
        one["community"]: sum(
            weight * mark
            for marks in one["points"]
            for weight, mark in zip(weights, marks, strict=True)
        )
        for one in told["applications"]
    }
    ranked = sorted(sums, key=lambda one: -sums[one])
    assert len(set(sums.values())) == 12
    selected = [one["community"] for one in told["selected"]]
    assert len(selected) == told["draft"]["quota"] == 5
    assert ranked[:4] == selected[:4]
    assert ranked.index(selected[4]) == 6
    assert [bool(one.get("reason")) for one in told["selected"]] == [False] * 4 + [True]
