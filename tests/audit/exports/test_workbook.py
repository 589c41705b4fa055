"""The workbook an office receives: rows as the ledger has them, texts as texts, charts inside."""

import re
import zipfile
from collections import Counter
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from audit.exports.choosing import cases_told, chosen
from audit.exports.figures import MEANINGS, WHOLE, SheetFigure
from audit.exports.labels import KIND_LABELS, kind_label
from audit.exports.rows import FLOW_COLUMNS, TASK_COLUMNS
from audit.exports.workbook import write_workbook
from audit.reading import open_reader
from audit.replay.figures import figures_table
from domain.service_definitions import DEFINITIONS, exclusion_shown
from domain.task.state import Known
from domain.values import CASE_CATEGORIES, category_of
from tests.audit.exports.conftest import TELLING, Exports
from tests.audit.exports.sample import DEFAULT_POLICY, Sample
from tests.domain.pairing import stories as pairing_stories
from tests.domain.world import CENTER_COORDINATOR, uuid_of
from tests.projections.book import new_book
from wording.labels import label
from wording.sentences import CHINA, SENTENCES

HARMFUL = '=HYPERLINK("http://example.org","点")'


def sheets_of(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def parts_of(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name).decode("utf-8", "replace") for name in book.namelist()}


def test_the_workbook_has_its_four_sheets_with_heads_and_filters(exports: Exports) -> None:
    path = exports.path("log.xlsx")
    sheets = sheets_of(path)
    assert list(sheets) == ["说明", "任务台账", "流转记录", "指标"]
    assert sheets["任务台账"][0] == [column.heading for column in TASK_COLUMNS]
    assert sheets["流转记录"][0] == [column.heading for column in FLOW_COLUMNS]
    parts = parts_of(path)
    for number in (2, 3, 4):
        sheet = parts[f"xl/worksheets/sheet{number}.xml"]
        assert 'state="frozen"' in sheet
        assert "<autoFilter" in sheet


def test_every_task_has_its_row_as_its_facts_left_it(exports: Exports) -> None:
    rows = sheets_of(exports.path("log.xlsx"))["任务台账"]
    by_stream = {row[-1]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    with open_reader(exports.url) as reader:
        tasks = [told for told in cases_told(reader, chosen(reader)) if told.category == "task"]
        assert len(rows) == len(tasks) + 1
        for told in tasks:
            row, state = by_stream[told.stream], told.state
            assert isinstance(state, Known)
            assert row["工单编号"] == told.steps[0].entry.fact["number"]
            assert str(row["状态"]).startswith(label(state.name, "zh"))
            assert row["主办单位代码"] == (state.body.holding.main or "")
            assert row["返工次数"] == state.body.handling.reworks
            due = state.body.sla.due
            assert (row["办理期限"] == "") == (due is None)
            if due is not None:
                assert _moment(row["办理期限"]) == _in_china(due.due)


def _in_china(moment: datetime) -> datetime:
    return moment.astimezone(CHINA).replace(tzinfo=None, microsecond=0)


def _moment(cell: Any) -> datetime:
    """Return a cell as a moment; calamine tells midnight as the day alone."""
    return cell if isinstance(cell, datetime) else datetime.combine(cell, time.min)


def test_every_fact_of_a_case_has_its_row_and_its_sentence(exports: Exports) -> None:
    rows = sheets_of(exports.path("log.xlsx"))["流转记录"]
    told = {
        int(row["账本位置"]): row for row in (dict(zip(rows[0], r, strict=True)) for r in rows[1:])
    }
    with open_reader(exports.url) as reader:
        cases = [e for e in reader.entries() if category_of(e.stream) in CASE_CATEGORIES]
    assert sorted(told) == [entry.position for entry in cases]
    for entry in cases:
        row = told[entry.position]
        assert row["环节"] == kind_label(entry.kind)
        assert _moment(row["记录时间"]) == _in_china(entry.recorded_at)
        assert row["案卷"] == entry.stream
        assert row["内容"]


def in_chinese(reasons: str) -> str:
    each = [one.rpartition(": ") for one in reasons.split("; ") if one]
    return "；".join(f"{exclusion_shown(why)} {count}" for why, _, count in each)


def test_the_figures_are_those_the_auditor_counts(exports: Exports) -> None:
    rows = sheets_of(exports.path("log.xlsx"))["指标"]
    head = rows[0]
    with open_reader(exports.url) as reader:
        table = figures_table(reader)
    told = [dict(zip(head, row, strict=False)) for row in rows[1:] if row[1] in DEFINITIONS]
    assert len(told) == len(table) + len({row["metric"] for row in table})
    for metric in DEFINITIONS:
        mine = [row for row in table if row["metric"] == metric]
        whole = [r for r in told if r["定义版本"] == metric and r["范围"] == WHOLE]
        assert sum(row["numerator"] for row in mine) == sum(int(row["分子"]) for row in whole)
        assert sum(row["denominator"] for row in mine) == sum(int(row["分母"]) for row in whole)
        parts = [r for r in told if r["定义版本"] == metric and r["范围"] != WHOLE]
        assert [
            (r["期间"], int(r["分子"]), int(r["分母"]), int(r["剔除"]), r["剔除原因"])
            for r in parts
        ] == [
            (r["month"], r["numerator"], r["denominator"], r["excluded"], in_chinese(r["reasons"]))
            for r in mine
        ]
    assert any(0 < row["比率"] < 1 for row in told if row["比率"] != "")


def test_no_cell_is_a_formula_and_charts_are_the_workbooks_own(exports: Exports) -> None:
    parts = parts_of(exports.path("log.xlsx"))
    for name, part in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            assert not re.search(r"<f[ >]", part), name
    charts = [part for name, part in parts.items() if name.startswith("xl/charts/chart")]
    assert len(charts) == 3
    assert all("指标" in part for part in charts)
    assert sum("barChart" in part for part in charts) == 3
    assert all("<c:numCache>" in part and "<c:strCache>" in part for part in charts)


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    book.write_town()
    drafted = pairing_stories.DRAFT.model_copy(update={"title": HARMFUL})
    story = pairing_stories.undrafted().does(drafted, by=CENTER_COORDINATOR)
    stream = f"pairing/{uuid_of('harmful')}"
    book.write_story(stream, story.facts)
    book.ledger.close()
    path = write(Sample(f"sqlite:///{tmp_path / 'ledger.db'}"), tmp_path / "book.xlsx")
    rows = sheets_of(path)["流转记录"]
    assert rows[1][0] == HARMFUL
    parts = parts_of(path)
    assert not re.search(r"<f[ >]", parts["xl/worksheets/sheet3.xml"])
    assert 'quotePrefix="1"' in parts["xl/styles.xml"]
    assert "HYPERLINK" in parts["xl/worksheets/sheet3.xml"]
    assert "<hyperlink" not in parts["xl/worksheets/sheet3.xml"]


def write(sample: Sample, path: Path, **more: Any) -> Path:
    with open_reader(sample.url) as reader:
        write_workbook(
            reader, chosen(reader), path, default_policy=DEFAULT_POLICY, telling=TELLING, **more
        )
    return path


def test_a_full_sheet_goes_on_in_another_with_the_same_head(sample: Sample, tmp_path: Path) -> None:
    sheets = sheets_of(write(sample, tmp_path / "book.xlsx", rows_max=500))
    flow = [name for name in sheets if name.startswith("流转记录")]
    assert flow[:3] == ["流转记录", "流转记录（2）", "流转记录（3）"]
    assert all(sheets[name][0] == sheets[flow[0]][0] for name in flow)
    assert [len(sheets[name]) - 1 for name in flow[:2]] == [500, 500]
    positions = [row[9] for name in flow for row in sheets[name][1:]]
    assert len(set(positions)) == len(positions) == sum(len(sheets[n]) - 1 for n in flow)


def test_an_id_of_digits_only_loses_none_of_them(sample: Sample, tmp_path: Path) -> None:
    rows = sheets_of(write(sample, tmp_path / "book.xlsx"))["任务台账"]
    place = rows[0].index("区划代码")
    kinds = Counter(type(row[place]) for row in rows[1:])
    assert kinds == {str: 45}
    assert {len(row[place]) for row in rows[1:]} == {12}


def test_a_ledger_without_cases_still_makes_a_workbook(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    book.ledger.close()
    path = write(Sample(f"sqlite:///{tmp_path / 'ledger.db'}"), tmp_path / "book.xlsx")
    sheets = sheets_of(path)
    assert [len(sheets[name]) for name in ("任务台账", "流转记录")] == [1, 1]


def test_a_rate_of_nothing_is_an_empty_cell(sample: Sample, tmp_path: Path) -> None:
    nothing = SheetFigure("satisfaction_rate@1", "满意率", WHOLE, WHOLE, 0, 0, 2, "UNRATED: 2")
    path = write(sample, tmp_path / "book.xlsx", figures=[nothing])
    row = sheets_of(path)["指标"][1]
    assert row[4:9] == [0, 0, "", 2, "UNRATED: 2"]


@pytest.mark.parametrize("kind", sorted(SENTENCES))
def test_every_kind_of_fact_has_a_short_name(kind: str) -> None:
    assert kind.partition(".")[0] in KIND_LABELS
    assert kind_label(kind) != kind


def test_every_rate_says_what_stands_above_and_below_its_line() -> None:
    assert set(MEANINGS) == set(DEFINITIONS)


def test_the_first_sheet_says_what_the_workbook_holds(exports: Exports) -> None:
    about = {row[0]: row[1] for row in sheets_of(exports.path("log.xlsx"))["说明"] if row[0]}
    assert _moment(about["导出时间"]) == _in_china(datetime(2026, 5, 11, 1, 0, tzinfo=UTC))
    assert about["任务台账"].startswith("45 行")
    assert "未启封" in about["密封内容"]
