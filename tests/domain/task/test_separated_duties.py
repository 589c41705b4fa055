"""Separated duties, and the small guards beside the rows: nobody decides on their own work.

The last test holds this folder to its promise: every rule that can refuse is pinned by a test.
"""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from domain.envelope import SYSTEM, By
from domain.task.commands import (
    AnswerChannel,
    AppealScore,
    ApproveCarry,
    ApproveReturn,
    ApproveTermination,
    ArchiveTask,
    AskFeedback,
    AssignStaff,
    BlowWhistle,
    CardColour,
    DeclareConflict,
    DispatchTask,
    DraftResult,
    GrantExtension,
    OrderRework,
    RaiseCard,
    RecordCallback,
    RefuseReturn,
    RemindUnit,
    RequestTermination,
    RestrictData,
    SummonUnit,
    UpholdResult,
    UpholdScore,
)
from domain.task.facts import (
    CallbackRecorded,
    CarryApproved,
    ConflictDeclared,
    ExtensionGranted,
    ResultSubmitted,
    ReturnApproved,
    ScoreUpheld,
    SupervisionRaised,
    TaskTerminated,
)
from domain.task.refusal_rules import RULES, Rule
from tests.domain.task.stories import (
    CONTACT,
    EVIDENCE,
    EXTENSION,
    accepted,
    callback,
    carry_proposed,
    closed,
    dispatched,
    dissatisfied,
    in_progress,
    queued,
    ready,
    registered,
    result_review,
    return_request,
    submit,
    termination_requested,
    triage,
)
from tests.domain.world import (
    ADJUDICATOR,
    AUDITOR,
    CALLBACK_AGENT,
    CIVIL_ADJUDICATOR,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    CIVIL_STAFF_2,
    CIVIL_SUPERVISOR,
    DISPATCHER,
    DISPATCHER_WHO_HANDLES,
    DPO,
    HEALTH,
    HEALTH_COORDINATOR,
    HOTLINE,
    HOUSING,
    RETIRED_DISPATCHER,
    SHIPAI,
    SHIPAI_PLACE,
    STAFF_WHO_SIGNS,
    STRANGER,
    SUPERVISOR,
    on,
    sealed,
)

TEXT = sealed()
HANDLER, ALSO_DISPATCHER = DISPATCHER_WHO_HANDLES
STAFF, ALSO_COORDINATOR = STAFF_WHO_SIGNS

# Who asks does not decide.


@pytest.mark.parametrize("answer", [ApproveReturn(), RefuseReturn(reason=TEXT)])
def test_whoever_asked_for_a_return_does_not_decide_it(answer: BaseModel) -> None:
    story = dispatched().does(return_request(), HANDLER)
    story.when(answer, ALSO_DISPATCHER).then_refused("approver-not-proposer")
    story.when(ApproveReturn(), DISPATCHER).then(ReturnApproved)


def test_whoever_asked_for_time_does_not_grant_it() -> None:
    story = in_progress().does(EXTENSION, HANDLER)
    story.when(GrantExtension(), ALSO_DISPATCHER).then_refused("approver-not-proposer")
    story.when(GrantExtension(), DISPATCHER).then(ExtensionGranted)


def test_whoever_proposed_to_carry_turns_no_key() -> None:
    told = ApproveCarry(resident_told=True)
    carry_proposed().when(told, CIVIL_ADJUDICATOR).then_refused("approver-not-proposer")
    carry_proposed().when(told, ADJUDICATOR).then(CarryApproved)


def test_whoever_asked_to_end_handling_does_not_end_it() -> None:
    asked = termination_requested()
    asked.when(ApproveTermination(), CIVIL_SUPERVISOR).then_refused("approver-not-proposer")
    asked.when(ApproveTermination(), SUPERVISOR).then(TaskTerminated)


def test_whoever_filed_a_score_appeal_does_not_decide_it() -> None:
    filed = closed().does(AppealScore(ground="ENFORCEMENT", evidence=TEXT), CIVIL_COORDINATOR)
    filed.when(UpholdScore(reason=TEXT), CIVIL_ADJUDICATOR).then_refused("decider-not-filer")
    filed.when(UpholdScore(reason=TEXT), ADJUDICATOR).then(ScoreUpheld)


@pytest.mark.parametrize(
    "judgement",
    [OrderRework(reason=TEXT), UpholdResult(legal_basis="物业管理条例", explanation=TEXT)],
)
def test_whoever_handled_the_task_does_not_judge_the_dissatisfaction(judgement: BaseModel) -> None:
    dissatisfied().when(judgement, CIVIL_SUPERVISOR).then_refused("reviewer-not-doer")


def test_whoever_drafted_the_result_does_not_sign_the_draft() -> None:
    story = accepted().does(AssignStaff(person=str(STAFF.person)), ALSO_COORDINATOR)
    story = story.does(CONTACT, STAFF).does(EVIDENCE, STAFF)
    story = story.does(DraftResult(resolved=True, public_reply=TEXT), STAFF)
    empty = submit(resolved=None, public_reply=None)
    story.when(empty, ALSO_COORDINATOR).then_refused("signer-not-drafter")
    story.when(empty, CIVIL_COORDINATOR).then(ResultSubmitted, drafted_by=STAFF.person)


# Who holds a role, and who does not.


@pytest.mark.parametrize(
    ("who", "rule"),
    [
        (AUDITOR, "role-permitted"),
        (CIVIL_COORDINATOR, "role-permitted"),
        (STRANGER, "role-held"),
        (RETIRED_DISPATCHER, "role-held"),
        (DISPATCHER.model_copy(update={"unit": HOTLINE}), "role-held"),
        (DISPATCHER.model_copy(update={"unit": None}), "role-held"),
    ],
    ids=["auditor", "coordinator", "stranger", "retired", "elsewhere", "nowhere"],
)
def test_a_role_is_held_in_the_registry_at_the_unit_named_at_this_moment(
    who: By, rule: str
) -> None:
    registered().when(triage(), who).then_refused(rule)


# Conflicts of interest (回避).


def test_a_conflict_is_declared_for_oneself_or_ones_own_unit() -> None:
    staff = DeclareConflict(person=str(CIVIL_STAFF.person))
    accepted().when(staff, CIVIL_COORDINATOR).then(ConflictDeclared)
    accepted().when(staff, HEALTH_COORDINATOR).then_refused("own-unit")


def test_a_conflict_is_declared_once_and_its_person_takes_no_part() -> None:
    declared = in_progress().does(DeclareConflict(person=str(CIVIL_STAFF.person)), CIVIL_STAFF)
    again = declared.when(DeclareConflict(person=str(CIVIL_STAFF.person)), CIVIL_STAFF)
    again.then_refused("conflict-once")
    declared.when(CONTACT, CIVIL_STAFF).then_refused("conflict-of-interest")
    declared.does(AssignStaff(person=str(CIVIL_STAFF_2.person)), CIVIL_COORDINATOR)


def test_the_staff_who_are_assigned_already_are_not_assigned_again() -> None:
    again = AssignStaff(person=str(CIVIL_STAFF.person))
    in_progress().when(again, CIVIL_COORDINATOR).then_refused("assigned-already")


# Small guards.


def test_an_office_that_handles_nothing_is_no_main_unit() -> None:
    queued().when(DispatchTask(main=HOTLINE)).then_refused("handling-unit")


@pytest.mark.parametrize("departments", [(SHIPAI,), (HOUSING, HOUSING), (HEALTH, HOTLINE)])
def test_a_whistle_calls_departments_each_once(departments: tuple[str, ...]) -> None:
    whistle = BlowWhistle(ground="EMERGENCY", departments=departments, place=SHIPAI_PLACE)
    in_progress().when(whistle).then_refused("department-called")


def test_a_result_says_whether_it_is_solved_and_what_the_resident_is_answered() -> None:
    half = submit(public_reply=None)
    ready().when(half, CIVIL_COORDINATOR).then_refused("result-complete")


def test_whoever_was_not_reached_has_answered_nothing() -> None:
    odd = RecordCallback(reached=False, grade=5)
    callback().when(odd, CALLBACK_AGENT).then_refused("reached-to-answer")
    callback().when(RecordCallback(reached=False), CALLBACK_AGENT).then(CallbackRecorded)


def test_ending_is_asked_for_once_at_a_time() -> None:
    again = RequestTermination(ground="NO_COOPERATION", reason=TEXT)
    termination_requested().when(again, CIVIL_COORDINATOR).then_refused("termination-pending")


@pytest.mark.parametrize(
    "card", [RaiseCard(colour=CardColour.RED, reason=TEXT), SummonUnit(reason=TEXT)]
)
def test_a_card_needs_a_unit_to_go_to(card: BaseModel) -> None:
    registered().when(card, SUPERVISOR).then_refused("unit-to-supervise")
    registered().when(RemindUnit(), SUPERVISOR).then(SupervisionRaised, unit=None)


def test_a_task_whose_score_is_appealed_is_not_archived() -> None:
    filed = closed().does(AppealScore(ground="ENFORCEMENT", evidence=TEXT), CIVIL_COORDINATOR)
    filed.when(ArchiveTask(), SYSTEM, on(12, 1)).then_refused("score-appeal-open")


# Restricted data: nothing but storage.

RESTRICT = RestrictData(basis="个人信息保护法 第47条")


def test_data_are_restricted_once() -> None:
    in_progress().does(RESTRICT, DPO).when(RESTRICT, DPO).then_refused("restricted-once")


def test_nobody_contacts_a_resident_whose_data_are_restricted() -> None:
    in_progress().does(RESTRICT, DPO).when(CONTACT, CIVIL_STAFF).then_refused("data-restricted")
    quiet = callback().does(RESTRICT, DPO)
    call = RecordCallback(reached=True, grade=5)
    quiet.when(call, CALLBACK_AGENT).then_refused("data-restricted")
    ask = AskFeedback(round=1, channel=AnswerChannel.SMS)
    quiet.when(ask, SYSTEM).then_refused("data-restricted")
    assert quiet.case.talks(quiet.stream, quiet.state) == ()


def test_a_task_with_restricted_data_still_ends() -> None:
    """The rating window closes it; no result waits for a contact that may not be made."""
    story = in_progress().does(RESTRICT, DPO).does(EVIDENCE, CIVIL_STAFF)
    story = callback(result_review(story))
    story.rings("rating").then_state("CLOSED")


# The promise of this folder.


@pytest.mark.parametrize("code", RULES)
def test_every_rule_that_can_refuse_is_pinned_by_a_test(code: str) -> None:
    tests = sorted(Path(__file__).parent.glob("test_*.py"))
    pinned = [path.name for path in tests if re.search(rf'"{code}"', path.read_text("utf-8"))]
    assert pinned, f"no test shows when {code} refuses"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_every_rule_explains_itself_in_both_languages(rule: Rule) -> None:
    """Codes, numbers and instants stand in a sentence; its two places are always filled."""
    refusal = rule("EXPECTED", "FOUND")
    assert re.search(r"[一-鿿]", refusal.chinese)
    assert re.fullmatch(r"[ -~…–—]+", refusal.english)
    assert "{" not in refusal.chinese + refusal.english
