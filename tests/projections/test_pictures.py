"""A board shows of each case what its own facts make of it: state, limits, who holds it."""

import json
from random import Random
from typing import cast

import pytest

from domain.pairing.case import PAIRING
from domain.pairing.state import Drafted
from domain.task.case import TASK
from domain.task.facts import TaskState
from domain.task.state import Known, Task, sla_region
from domain.values import instant_text
from projections import pairing_picture, task_picture, task_remembering
from projections.pairing_picture import PairingPicture
from projections.task_picture import Picture
from tests.domain.pairing import stories as p
from tests.domain.task import stories as s
from tests.projections.book import entries_of
from tests.projections.walks import Walk, pairing_walk, task_walk

SEEDS = range(150)


def _agrees(picture: Picture, walk: Walk, version: int) -> None:
    """Compare the picture after fact *version* with the fold of the same facts."""
    happened, state = walk.facts[version - 1]
    assert isinstance(state, Known)
    row, body = picture.finished(), state.body
    where = f"after {happened.fact.kind} ({version})"
    assert row["state"] == TASK.state_name(state), where
    assert row["main_unit"] == body.holding.main, where
    assert row["staff"] == body.holding.staff, where
    assert row["supervision"] == body.supervision, where
    assert row["sla"] == sla_region(cast(Task, state)), where
    assert row["extension"] == body.extension.status, where
    assert row["category"] == body.need.category, where
    assert row["place"] == body.need.place, where
    assert row["round"] == body.round, where
    due = None if body.sla.due is None else instant_text(body.sla.due.due)
    assert row["due"] == due, where
    clocks = {
        clock.name: instant_text(clock.due)
        for clock in TASK.clocks(state, walk.rules)
        if not clock.name.startswith("due.")  # warnings are the ladder's, not limits to keep
    }
    assert picture.running() == clocks, where


@pytest.mark.parametrize("seed", SEEDS)
def test_a_task_line_agrees_with_the_fold_after_every_fact(seed: int) -> None:
    walk = task_walk(seed)
    picture: Picture | None = None
    for entry in entries_of(walk):
        if picture is None:
            picture = Picture(task_picture.first_picture(entry))
        else:
            picture = Picture(picture.finished())
            task_remembering.remember(picture, entry)
        _agrees(picture, walk, entry.version)


@pytest.mark.parametrize("seed", range(80))
def test_a_pairing_line_agrees_with_the_fold_after_every_fact(seed: int) -> None:
    walk = pairing_walk(seed)
    picture: PairingPicture | None = None
    for entry in entries_of(walk):
        if picture is None:
            picture = PairingPicture(pairing_picture.first_picture(entry))
        else:
            picture = PairingPicture(picture.finished())
            pairing_picture.remember(picture, entry)
        happened, state = walk.facts[entry.version - 1]
        assert isinstance(state, Drafted)
        row, agreement = picture.finished(), state.agreement
        where = f"after {happened.fact.kind} ({entry.version})"
        assert row["state"] == PAIRING.state_name(state), where
        assert tuple(picture.parties) == agreement.parties, where
        assert row["lead"] == agreement.lead, where
        assert row["proposer"] == agreement.proposer, where
        assert picture.talk["claimed"] == {one.item: one.unit for one in agreement.claims}, where
        assert row["items"] == sum(len(one.items) for one in agreement.lists), where
        assert row["term_end"] == instant_text(agreement.term_end), where
        clocks = {
            clock.name: instant_text(clock.due) for clock in PAIRING.clocks(state, walk.rules)
        }
        assert picture.running() == clocks, where


def test_the_walks_come_through_every_state() -> None:
    """The two tests above would prove little if they stayed near the beginning."""
    tasks = {TASK.state_name(state) for seed in SEEDS for _, state in task_walk(seed).facts}
    assert tasks >= {state.value for state in TaskState} - {"MERGED"}
    pairings = {
        PAIRING.state_name(state) for seed in range(80) for _, state in pairing_walk(seed).facts
    }
    assert pairings >= {*p.EVERY_STATE, "ENDED", "WITHDRAWN", "REJECTED"}


def test_the_next_limit_is_the_one_somebody_must_keep() -> None:
    """Queueing and archiving are the system's own; a line shows what people are waited for."""
    walk = Walk(TASK, s.MASTER, {}, Random(0))
    walk.begin(s.triaged())
    first, *rest = entries_of(walk)
    picture = Picture(task_picture.first_picture(first))
    assert picture.finished()["next_limit"] == "triage"
    for entry in rest:
        task_remembering.remember(picture, entry)
    assert json.loads(picture.finished()["limits"])["queue"]
    assert picture.finished()["next_limit"] is None
