"""Facts of a true story are all allowed; a fact out of place, or by the wrong hand, is named."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.verify.legality import Told, judge
from audit.verify.task_rules import MAY_HAPPEN_IN
from domain.canonical import canonical
from domain.envelope import By, Happened
from domain.finding import facts as finding_facts
from domain.pairing import commitment_facts
from domain.task import facts as f
from domain.task.commands import DraftResult, SubmitResult
from domain.values import instant_text
from ledger.entry import entry_hash
from tests.domain.finding import stories as finding_stories
from tests.domain.harness import Story
from tests.domain.pairing import promises as promise_stories
from tests.domain.pairing import stories as pairing_stories
from tests.domain.task import stories as s
from tests.domain.task.test_laws import STREAM
from tests.domain.task.test_laws import walk as walking
from tests.domain.world import (
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    COMMUNITY_WORKER,
    DISPATCHER,
    on,
    sealed,
)


def written(stream: str, facts: Iterable[Happened[Any]]) -> Iterator[Told]:
    """Write *facts* down as entries of *stream*; an archive seals the entry that stands before."""
    previous = ""
    for number, told in enumerate(facts):
        fact = told.fact.model_dump(mode="json", exclude={"kind"})
        if told.fact.kind == "task_archived.v1":
            fact["package_hash"] = previous
        body = canonical(
            {
                "stream": stream,
                "version": number + 1,
                "kind": told.fact.kind,
                "recorded_at": instant_text(told.at),
                "occurred_at": instant_text(told.occurred_at),
                "by": told.by.model_dump(mode="json", exclude_none=True),
                "command_id": f"ask-{number}",
                "because_of": None,
                "pairing": None,
                "policy": None,
                "calendar": None,
                "seen": -1,
                "previous": previous,
                "fact": fact,
            }
        )
        previous = entry_hash(body)
        yield stream, number, 0, body, bytes.fromhex(previous)


def found(story: Story | Iterable[Happened[Any]]) -> list[str]:
    facts = story.facts if isinstance(story, Story) else tuple(story)
    return [fault.found for fault in judge(written(STREAM, facts)).faults]


@pytest.mark.parametrize("state", s.every_state())
def test_every_true_story_is_allowed(state: str) -> None:
    assert found(s.every_state()[state]) == []


@pytest.mark.parametrize(
    "story",
    [pairing_stories.passed, pairing_stories.leaving, pairing_stories.failed_twice],
)
def test_every_true_pairing_is_allowed(story: Callable[[], Story]) -> None:
    pairing = f"pairing/{STREAM.partition('/')[2]}"
    assert judge(written(pairing, story().facts)).faults == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_the_decider_lets_happen_is_allowed(data: st.DataObject) -> None:
    """The auditor's own table never contradicts the decider, on any random history."""
    *_, walk = walking(data, steps_max=40)
    assert found(walk.facts) == []


def test_every_kind_of_fact_has_its_states() -> None:
    kinds = set(get_args(get_args(f.TaskFact)[0]))
    assert set(MAY_HAPPEN_IN) == kinds - {f.TaskRegistered}


def _without(story: Story, kind: type[Any]) -> list[Happened[Any]]:
    return [told for told in story.facts if not isinstance(told.fact, kind)]


def _by(story: Story, kind: type[Any], by: By) -> list[Happened[Any]]:
    return [
        Happened(told.fact, told.at, told.occurred_at, by, told.version)
        if isinstance(told.fact, kind)
        else told
        for told in story.facts
    ]


def _drafted() -> Story:
    """The staff has drafted a result; the coordinator may sign it, or write another."""
    draft = DraftResult(resolved=True, public_reply=sealed("as drafted"))
    return s.ready().does(draft, CIVIL_STAFF, on(5, 11, "10:15"))


def _signed_unsaid() -> list[Happened[Any]]:
    """The draft was signed, and the fact does not say who drafted it."""
    *before, signed = _drafted().does(SubmitResult(), CIVIL_COORDINATOR, on(5, 11, "10:20")).facts
    silent = signed.fact.model_copy(update={"drafted_by": None})
    return [*before, replace(signed, fact=silent)]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (s.result_review(_drafted()).facts, None),
        (
            _by(_drafted().does(SubmitResult(), CIVIL_COORDINATOR), f.ResultSubmitted, CIVIL_STAFF),
            "result_submitted.v1: drafter-signed",
        ),
        (_signed_unsaid(), "result_submitted.v1: drafter-signed"),
        (_without(s.closed(), f.TaskDispatched), "task_accepted.v1 in PENDING_DISPATCH"),
        (_without(s.closed(), f.TaskRegistered), "task_triaged.v1: ValueError"),
        (_without(s.closed(), f.ResultApproved), "callback_recorded.v1 in RESULT_REVIEW"),
        ([*s.closed().facts, *s.registered().facts], "registered again in CLOSED"),
        ([*s.archived().facts, s.ready().facts[-1]], "evidence_attached.v1 in ARCHIVED"),
        (
            _by(s.callback(), f.ResultApproved, CIVIL_STAFF),
            "result_approved.v1: doer-judged-own-work",
        ),
        (
            _by(s.rating(), f.CallbackRecorded, CIVIL_COORDINATOR),
            "callback_recorded.v1: handling-unit-called-back",
        ),
        (
            _by(s.returned(), f.ReturnApproved, CIVIL_COORDINATOR),
            "return_approved.v1: proposer-approved-return",
        ),
        (
            _by(s.terminated(), f.TaskTerminated, CIVIL_COORDINATOR),
            "task_terminated.v1: proposer-decided-termination",
        ),
        (
            _by(s.carried(), f.CarryApproved, DISPATCHER),
            "carry_approved.v1: one-person-turned-both-keys",
        ),
        (_without(s.carried(), f.CarryApproved), "task_carried.v1: carried-without-two-keys"),
        (_by(s.closed(), f.TaskRated, DISPATCHER), None),
    ],
)
def test_what_may_not_follow_is_named(facts: list[Happened[Any]], said: str | None) -> None:
    """The last row is a control: the rater is named in the fact, not by who wrote it down."""
    assert (said in found(facts)) if said else found(facts) == []


def test_the_archive_seals_the_very_case() -> None:
    entries = list(written(STREAM, s.archived().facts))
    stream, position, ordinal, body, _ = entries[-1]
    at = body.index(b'"package_hash":"') + 16
    other = body[:at] + b"0" * 64 + body[at + 64 :]
    forged = (stream, position, ordinal, other, bytes.fromhex(entry_hash(other)))
    (fault,) = judge([*entries[:-1], forged]).faults
    assert fault.found == "task_archived.v1: package-hash-of-another-case"
    assert fault.position == position


def test_one_case_that_breaks_does_not_hide_another() -> None:
    broken = written(
        "task/00000000-0000-4000-8000-00000000000a", _without(s.closed(), f.TaskTriaged)
    )
    sound = written("task/00000000-0000-4000-8000-00000000000b", s.closed().facts)
    legality = judge([*broken, *sound])
    assert legality.cases == 2
    assert {fault.stream[-1] for fault in legality.faults if fault.stream} == {"a"}


def test_every_true_story_of_findings_and_promises_is_allowed() -> None:
    for told in (*finding_stories.EVERY_STATE.values(), promise_stories.settled):
        story = told()
        assert judge(written(story.stream, story.facts)).faults == []


@pytest.mark.parametrize(
    ("story", "kind", "by", "duty"),
    [
        (
            finding_stories.struck_off,
            finding_facts.FindingStruckOff,
            CIVIL_COORDINATOR,
            "doer-verified",
        ),
        (
            finding_stories.dismissed,
            finding_facts.FindingDismissed,
            COMMUNITY_WORKER,
            "recorder-dismissed",
        ),
        (
            promise_stories.confirmed,
            commitment_facts.CommitmentDeliveryConfirmed,
            CIVIL_COORDINATOR,
            "giver-answered",
        ),
        (
            promise_stories.settled,
            commitment_facts.DeliveryDisputeSettled,
            CIVIL_COORDINATOR,
            "party-settled",
        ),
    ],
)
def test_who_judged_their_own_work_is_found_in_the_book(
    story: Callable[[], Story], kind: type[Any], by: By, duty: str
) -> None:
    """Rewritten by whoever holds the database: the decider was never asked."""
    faults = judge(written(story().stream, _by(story(), kind, by))).faults
    assert any(duty in fault.found for fault in faults), faults
