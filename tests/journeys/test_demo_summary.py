"""The summary says what is missing, and only a complete one ends well."""

from dataclasses import replace
from pathlib import Path

import click
import pytest

from demo.auditor import Step
from demo.command import finish
from demo.playing import Shown
from demo.summary import STORIES, Rated, Summary, Told, missing_of
from importing.tables import BadRow, Problem, Row
from services.intake import Intake

LEVELS = ("REMINDED", "YELLOW", "RED", "LISTED", "SUMMONED")
BAD = BadRow(Row(17, {}), (Problem("C17", "category", "missing-value", "未填写。", "Missing."),))


def complete() -> Summary:
    """Return a summary of a run in which everything was shown."""
    return Summary(
        home=Path("var/demo"),
        seconds=95.0,
        commands=2_000,
        facts=5_000,
        intakes=[Intake("needs.xlsx", recorded=228, refused=[BAD])],
        shown=[Shown("on_time", "按期办结", "on time", 2, reached=2, streams=["task/a", "task/b"])],
        tasks={"CLOSED": 2},
        pairings={"ACTIVE": 1},
        rates=[Rated("on_time_rate@1", "按期办结率", "on-time rate", 2, 2, "100.0%", 0)],
        ladder=dict.fromkeys(("NONE", *LEVELS), 0),
        steps=dict.fromkeys(LEVELS, 1),
        summoned=["区民政局"],
        stories=[Told("不满意重办", "task/a", "DQ1", (("10:00", "居民", "评价 5 分。"),))]
        * len(STORIES),
        verdict={"intact": True, "entries": 5_000, "streams": 500, "root": "ab" * 32, "faults": []},
        audit=[Step("联机核验", "verify", "intact", "intact")],
    )


def test_nothing_is_missing_where_everything_was_shown() -> None:
    assert missing_of(complete(), intact=True) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"shown": [Shown("merged", "并件", "merged", 3, reached=2)]}, "merged: 2/3"),
        (
            {"shown": [Shown("merged", "并件", "merged", 1, reached=1, missing=["no clock"])]},
            "no clock",
        ),
        ({"stories": []}, "histories: 0/3"),
        ({"rates": [Rated("on_time_rate@1", "", "", 0, 0, None, 0)]}, "on_time_rate@1"),
        ({"steps": {"RED": 0}}, "supervision RED"),
        ({"intakes": [Intake("needs.xlsx", recorded=240)]}, "bad rows"),
        ({"audit": [Step("", "altered", "not-intact", "intact")]}, "altered: expected not-intact"),
    ],
)
def test_what_was_not_shown_is_named(change: dict[str, object], named: str) -> None:
    missing = missing_of(replace(complete(), **change), intact=True)
    assert len(missing) == 1
    assert named in missing[0]


def test_a_ledger_that_does_not_hold_is_a_failure() -> None:
    assert missing_of(complete(), intact=False) == ["audit verify: the ledger is not intact"]


def test_the_command_ends_well_only_when_nothing_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    finish(complete(), as_json=False)
    assert "全部情形均已演示" in capsys.readouterr().out
    with pytest.raises(click.exceptions.Exit) as left:
        finish(replace(complete(), missing=["merged: 2/3"]), as_json=False)
    assert left.value.exit_code == 1
    assert "merged: 2/3" in capsys.readouterr().out


def test_a_rate_is_said_with_both_its_counts(capsys: pytest.CaptureFixture[str]) -> None:
    finish(complete(), as_json=False)
    assert "按期办结率 on-time rate：2/2 = 100.0%" in capsys.readouterr().out


def test_handed_back_rows_are_named_by_their_cell(capsys: pytest.CaptureFixture[str]) -> None:
    finish(complete(), as_json=False)
    assert "C17  未填写。（missing-value）" in capsys.readouterr().out
