"""The table of states in the verifiers is the domain's own: derived again, fact by fact."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from audit.offline import jiedui_verify
from audit.offline.jiedui_verify import state_after
from domain.casebook import CASES
from domain.cases import CaseKind
from domain.models import models_of
from domain.task.case import TASK
from domain.task.facts import TaskState
from domain.values import CASE_CATEGORIES
from tests.domain import laws
from tests.domain.task import stories
from tests.domain.task import test_laws as task_laws
from tests.domain.task.strategies import MOVES
from tests.domain.test_laws_of_kinds import KINDS
from wording.labels import LABELS

SCRIPT = Path(jiedui_verify.__file__)
WALKS = settings(suppress_health_check=list(HealthCheck), database=None)


def told(case: CaseKind, facts: Iterable[Any]) -> list[tuple[str, str, dict[str, Any], str]]:
    """Return (state before, kind, fact as it is stored, state after) of a played history."""
    state, steps = case.initial, []
    for happened in facts:
        before = "NONE" if state == case.initial else case.state_name(state)
        state = case.evolve(state, happened)
        fact = happened.fact.model_dump(mode="json", exclude={"kind"})
        steps.append((before, happened.fact.kind, fact, case.state_name(state)))
    return steps


def judged(case: CaseKind, facts: Iterable[Any]) -> None:
    """Assert that the verifiers' table follows the domain through *facts*."""
    for before, kind, fact, after in told(case, facts):
        found = state_after(case.category, before, kind, fact)
        assert found == (after, True), f"{kind} in {before}: {found}, the domain says {after}"


@seed(20260511)
@settings(WALKS, max_examples=150)
@given(st.data())
def test_whatever_the_decider_of_tasks_records_is_legal(data: st.DataObject) -> None:
    *_, walked = task_laws.walk(data)
    judged(TASK, walked.facts)


@pytest.mark.parametrize("of", KINDS, ids=lambda of: of.KIND.category)
@seed(20260511)
@settings(WALKS, max_examples=200)
@given(data=st.data())
def test_whatever_the_decider_of_a_kind_records_is_legal(of: ModuleType, data: Any) -> None:
    for story, asked, facts in data.draw(laws.walks(cast("laws.Stories", of)))[-1:]:
        judged(of.KIND, story.at(asked.at).told(*(facts or ()), by=asked.by).facts)


@pytest.mark.parametrize("state", list(TaskState))
def test_every_move_in_every_state_of_a_task_is_legal(state: TaskState) -> None:
    """Each state, reached as the stories reach it, and every command heard there."""
    story = stories.every_state()[state]
    judged(TASK, story.facts)
    for commands in MOVES.values():
        for move in commands:
            walk = task_laws.Walk(story.rules, story.now, None, story.facts)
            walk.state = story.state
            if walk.hears(move):
                walk.ask(*move)
                judged(TASK, walk.facts)


@pytest.mark.parametrize("of", KINDS, ids=lambda of: of.KIND.category)
def test_every_story_of_a_kind_is_legal(of: ModuleType) -> None:
    for told_so_far in (*of.EVERY_STATE.values(), *getattr(of, "BEGINNINGS", ())):
        judged(of.KIND, told_so_far().facts)


@pytest.mark.parametrize("category", CASE_CATEGORIES)
def test_the_table_names_every_kind_of_fact_and_only_states_there_are(category: str) -> None:
    kinds = set(models_of(CASES[category].facts))
    states = set(LABELS[f"{category.capitalize()}State"])
    steps = jiedui_verify._STEPS[category]
    assert set(steps) == kinds
    named = {
        state
        for many in steps.values()
        for one in many
        for state in (*one.before, *one.allowed, one.after)
    }
    assert named - {"NONE", "same", "then"} <= states
    assert named >= states


def test_the_task_table_allows_no_step_that_the_domain_could_not_take() -> None:
    """Where `evolve` alone leaves a state open, the fact in the wrong state is refused here."""
    allowed: dict[str, set[str]] = defaultdict(set)
    for kind, steps in jiedui_verify._STEPS["task"].items():
        for step in steps:
            allowed[kind] |= step.before
    for state in ("CLOSED", "ARCHIVED", "CANCELLED"):
        for kind in ("task_dispatched.v1", "result_submitted.v1", "task_accepted.v1"):
            assert state not in allowed[kind]
    assert allowed["task_archived.v1"] == {
        *("CLOSED", "NOT_ADMITTED", "DIVERTED", "MERGED", "CANCELLED", "TERMINATED")
    }


def test_both_verifiers_carry_the_same_table() -> None:
    table = jiedui_verify.STATES
    assert table.count("\n") > 60
    assert f"`{table}`" in SCRIPT.with_suffix(".mjs").read_text()
    assert f'"""{table}"""' in SCRIPT.read_text()
