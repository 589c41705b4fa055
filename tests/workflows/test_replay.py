"""Histories of earlier releases replay on today's code: open cases survive every upgrade.

When this fails, today's code no longer does what an open workflow did before: put the change
behind `workflow.patched`. Never record the old file anew (`record_histories.py` adds new ones).
"""

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from runtime.temporal import data_converter
from worker import WORKFLOWS, workflow_runner

HISTORIES = sorted((Path(__file__).parents[1] / "histories").glob("*.json"))
TALKS = {"feedback-round", "convening", "signing", "review", "hand-over"}


def test_there_is_a_history_of_every_talk_and_of_the_clerks_ways() -> None:
    recorded = {file.name.partition("@")[0] for file in HISTORIES}
    assert recorded >= TALKS | {
        "clerk-a-life",
        "clerk-rolling-over",
        "clerk-that-runs-errands",
        "clerk-that-holds-a-talk",
    }


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_a_recorded_history_replays(file: Path) -> None:
    text = await asyncio.to_thread(file.read_text, encoding="utf-8")
    history = WorkflowHistory.from_json(file.stem, text)
    replayer = Replayer(
        workflows=list(WORKFLOWS),
        data_converter=data_converter(),
        workflow_runner=workflow_runner(),
    )
    await replayer.replay_workflow(history)
