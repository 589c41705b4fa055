"""The providers of the sample: forty made-up bodies that could apply as they stand."""

import json
from pathlib import Path
from typing import Any

from domain.provider.commands import ApplyForAdmission, ProviderKind
from domain.provider.identity import checks, provider_stream, team_stream
from importing.providers import PROVIDER_FIELDS
from importing.reading import read_table
from importing.units import UNIT_FIELDS, UnitReader
from tests.importing.offices import SINCE, TIANHE, ZONE, gd_2022, provider_reader

ROWS = json.loads((Path("examples") / "tianhe" / "providers.json").read_text("utf-8"))


def test_there_are_forty_of_every_kind_and_one_chain() -> None:
    assert len(ROWS) == 40
    assert {row["provider_kind"] for row in ROWS} == {kind.value for kind in ProviderKind}
    heads = {row["head_code"] for row in ROWS if "head_code" in row}
    assert heads == {ROWS[0]["credit_code"]}


def test_every_code_is_made_up_and_rightly_checked() -> None:
    codes = [row["credit_code"] for row in ROWS if "credit_code" in row]
    assert all(checks(code) and "MADEUP" in code for code in codes)


def test_every_body_has_a_case_of_its_own() -> None:
    cases = {
        provider_stream(row["credit_code"])
        if "credit_code" in row
        else team_stream(row["team_number"])
        for row in ROWS
    }
    assert len(cases) == len(ROWS)


def test_every_row_is_an_application() -> None:
    for row in ROWS:
        told = {name: value for name, value in row.items() if name not in {"number", "street"}}
        told["areas"] = ("440106003",)
        ApplyForAdmission.model_validate_json(json.dumps(told))


def test_the_table_says_what_the_list_says() -> None:
    units = UnitReader(gd_2022().lines, frozenset(), SINCE, ZONE).read(
        read_table(TIANHE / "units.xlsx", UNIT_FIELDS)
    )
    reader = provider_reader([row.unit for row in units.good])
    found = reader.read(read_table(TIANHE / "providers.xlsx", PROVIDER_FIELDS))
    assert not found.bad
    streets = sorted(row.unit.division for row in units.good if row.unit.code.endswith("-SO"))
    expected = []
    for row in ROWS:
        told = {name: one for name, one in row.items() if name not in {"number", "street"}}
        told["areas"] = [streets[row["street"] % len(streets)]]
        expected.append(_application(told))
    assert [_application(one.command) for one in found.good] == expected


def _application(told: dict[str, Any]) -> ApplyForAdmission:
    return ApplyForAdmission.model_validate_json(json.dumps(told))
