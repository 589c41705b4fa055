"""A history replays on today's code, or it is said what differs, without anybody's data."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from runtime.replaying import failure_of, replayer
from services.temporal_histories import packed, unpacked
from worker import WORKFLOWS, workflow_runner

RECORDED = Path(__file__).parents[1] / "histories"
A_LIFE = "clerk-a-life@0.2.0"


def told(name: str = A_LIFE) -> str:
    return (RECORDED / f"{name}.json").read_text(encoding="utf-8")


async def test_a_history_of_an_earlier_release_replays_from_its_sealed_form() -> None:
    history = WorkflowHistory.from_json(A_LIFE, told())
    assert (
        await failure_of(
            unpacked(A_LIFE, packed(history).data), replayer(WORKFLOWS, workflow_runner())
        )
        is None
    )


@pytest.mark.parametrize(
    ("was", "now"),
    [('"name": "tell"', '"name": "told"'), ('"name": "support_task"', '"name": "nothing"')],
    ids=["another activity", "an unknown workflow"],
)
async def test_a_history_that_went_otherwise_is_said_to_differ(was: str, now: str) -> None:
    text = told()
    assert was in text
    history = WorkflowHistory.from_json(A_LIFE, text.replace(was, now))
    failure = await failure_of(history, replayer(WORKFLOWS, workflow_runner()))
    assert failure is not None
    assert len(failure.splitlines()) == 1


async def test_one_bad_history_does_not_spoil_the_next() -> None:
    by = replayer(WORKFLOWS, workflow_runner())
    bad = WorkflowHistory.from_json(A_LIFE, told().replace('"tell"', '"told"'))
    assert await failure_of(bad, by) is not None
    assert await failure_of(WorkflowHistory.from_json(A_LIFE, told()), by) is None
