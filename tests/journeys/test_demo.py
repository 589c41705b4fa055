"""The demonstration as a newcomer runs it: a process of its own, a real server, real clocks."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from audit.reading import open_reader
from audit.replay.coverage import (
    communities_at,
    facilities_at,
    functions_at,
    open_functions,
    recounted,
)
from audit.verify.verifying import verify
from demo.programme import PATHS
from domain.facility.facts import FacilityState
from domain.facility.figures import Seen, coverage, figures
from projections.boards import open_boards
from projections.case_board import CaseFilter
from runtime.settings import Settings
from tests.journeys.sample import FOLDER
from transparency.merkle import root_of

pytestmark = pytest.mark.journey
STREETS = 9
"""As few as still show every path at least once (see `test_demo_programme`)."""


@pytest.fixture(scope="module")
def run(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple["subprocess.CompletedProcess[str]", Path]:
    """Run the demonstration on a part of the district, once for all tests."""
    home = tmp_path_factory.mktemp("demo")
    program = "from cli.main import main; main()"
    arguments = ["demo", "--json", "--streets", str(STREETS), "--sample", str(FOLDER)]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "JIEDUI_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    return done, home


@pytest.fixture(scope="module")
def summary(run: tuple["subprocess.CompletedProcess[str]", Path]) -> dict[str, Any]:
    done, _ = run
    assert done.returncode in {0, 1}, f"{done.stdout[-1000:]} {done.stderr[-1000:]}"
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_everything_that_was_meant_to_be_shown_was_shown(
    run: tuple["subprocess.CompletedProcess[str]", Path], summary: dict[str, Any]
) -> None:
    assert summary["missing"] == []
    assert summary["outcome"] == "shown"
    assert run[0].returncode == 0


def test_every_path_reached_the_state_it_was_to_reach(summary: dict[str, Any]) -> None:
    reached = {one["name"]: one["reached"] for one in summary["shown"]}
    assert {path.name for path in PATHS if not reached.get(path.name)} == set()
    assert summary["pairings"]["ENDED"] == 1
    assert summary["pairings"]["REJECTED"] == 1
    assert summary["pairings"]["WITHDRAWN"] == 2


def test_the_rates_have_their_counts(summary: dict[str, Any]) -> None:
    for rate in ("response_rate@1", "resolution_rate@1", "satisfaction_rate@1", "on_time_rate@1"):
        counts = summary["rates"][rate]
        assert 0 < counts["numerator"] <= counts["denominator"]
    assert summary["rates"]["satisfaction_rate@1"]["excluded"] > 0
    assert summary["supervision"]["summoned_units"]


def test_the_twelve_wrong_rows_come_back_in_a_file(summary: dict[str, Any]) -> None:
    needs = next(one for one in summary["imports"] if one["file"] == "needs.xlsx")
    assert needs["refused"] == 12
    assert Path(needs["bad_rows_file"]).is_file()


def test_three_cases_are_told_in_sentences(summary: dict[str, Any]) -> None:
    assert len(summary["histories"]) == 3
    assert all(len(one["sentences"]) >= 8 for one in summary["histories"])


def test_the_record_it_leaves_holds(
    run: tuple["subprocess.CompletedProcess[str]", Path], summary: dict[str, Any]
) -> None:
    """The same check as the summary's, made again from outside; the audit itself is on record."""
    ledger = run[1] / "demo" / "ledger.db"
    assert verify(f"sqlite:///{ledger}").intact
    with closing(sqlite3.connect(ledger)) as connection:
        rows = connection.execute("SELECT hash, kind FROM entries ORDER BY position").fetchall()
    played = summary["facts"]
    assert root_of(leaf for leaf, _ in rows[:played]).hex() == summary["audit"]["root"]
    since = {"account_key_added.v1", "audit_performed.v1", "export_made.v1"}
    assert {kind for _, kind in rows[played:]} == since


def test_the_auditor_found_what_there_was_to_find(summary: dict[str, Any]) -> None:
    """Two witnesses agreed, what was handed out is whole, and an altered copy is not."""
    steps = summary["audit"]["steps"]
    assert [step["found"] for step in steps] == [step["expected"] for step in steps]
    assert len(steps) >= 8


def test_progress_is_plain_lines_where_there_is_no_terminal(
    run: tuple["subprocess.CompletedProcess[str]", Path],
) -> None:
    assert "帮扶任务 Support tasks" in run[0].stderr
    assert "\x1b" not in run[0].stderr
    assert "\x1b" not in run[0].stdout


# Coverage of the nine streets, counted by hand from facilities.xlsx and how far each row is played.

OPEN_BY_HAND = {
    ("440106001001", "ELDER"),
    ("440106001001", "MEAL"),
    ("440106001001", "HEALTH"),
    ("440106001002", "ELDER"),
    ("440106001002", "CHILDCARE"),
    ("440106001002", "CULTURE"),
    ("440106001002", "MEAL"),
    ("440106004001", "JOB"),
    ("440106004002", "JOB"),
    ("440106008007", "CHILDCARE"),
    ("440106008007", "CHILDPLAY"),
    ("440106008007", "EDU"),
}
FIGURES_BY_HAND = {
    "coverage": (12, 230 * 11),
    "complexes_meeting": (4, 7),
    "complexes_advised": (1, 4),
    "on_existing_stock": (11, 12),
    "money_spent": (4_536_000_00, 14_628_000_00),
    "days_to_open": (0, 7),
}


def test_coverage_by_hand_is_the_boards_and_the_auditors(
    run: tuple["subprocess.CompletedProcess[str]", Path],
) -> None:
    home = run[1] / "demo"
    boards = open_boards(Settings(home=home).boards_url)
    seen = [
        Seen(line.stream, line.state, line.place, line.details)
        for line in boards.cases.every(CaseFilter("facility"))
    ]
    boards.close()
    with open_reader(Settings(home=home).ledger_url) as reader:
        facts = facilities_at(reader, reader.head())
        communities = communities_at(reader, reader.head())
        functions = functions_at(reader, reader.head(), "demo")
    matrix = coverage(seen, communities, functions)
    assert {
        (place, function)
        for place, row in matrix.items()
        for function, cell in row.items()
        if cell.covered
    } == OPEN_BY_HAND
    assert set(open_functions(facts)) == OPEN_BY_HAND
    assert {
        name: (one.numerator, one.denominator) for name, one in figures(seen, matrix).items()
    } == FIGURES_BY_HAND
    assert {
        name: (one.numerator, one.denominator)
        for name, one in recounted(facts, communities, functions).items()
    } == FIGURES_BY_HAND
    assert {one.state for one in facts.values()} == {state.value for state in FacilityState}
