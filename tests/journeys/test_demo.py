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

from audit.verify.verifying import verify
from demo.programme import PATHS
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
    told: dict[str, Any] = json.loads(run[0].stdout)
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
