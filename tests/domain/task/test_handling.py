"""The task in hand: staff, first contact, progress, evidence, assisting units, whistles."""

from datetime import datetime

import pytest
from pydantic import BaseModel

from domain.envelope import By
from domain.task.commands import (
    AssignStaff,
    AttachEvidence,
    ContactResult,
    DeclareConflict,
    DispatchTask,
    InviteAssist,
    LogProgress,
    RecordArrival,
    RecordContact,
    RequestType,
    SubmitAssist,
    Urgency,
)
from domain.task.facts import (
    AssistInvited,
    AssistOverdue,
    AssistSubmitted,
    ConflictDeclared,
    DepartmentAbsent,
    DepartmentArrived,
    EvidenceAttached,
    LimitMissed,
    ProgressLogged,
    ResidentContacted,
    StaffAssigned,
    TaskDispatched,
    WhistleBlown,
)
from domain.task.handling import EVIDENCE_MAX
from tests.domain.harness import Story, fact
from tests.domain.task.stories import (
    CONTACT,
    EVIDENCE,
    WHISTLE,
    accepted,
    assisted,
    dispatched,
    every_state,
    in_progress,
    queued,
    triaged,
)
from tests.domain.world import (
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    CIVIL_STAFF_2,
    DISPATCHER,
    HEALTH,
    HEALTH_COORDINATOR,
    HEALTH_STAFF,
    HOUSING,
    HOUSING_COORDINATOR,
    MARKET,
    SHIPAI_PLACE,
    WUSHAN_DISPATCHER,
    WUSHAN_PLACE,
    on,
    sealed,
)

ASSIGN = AssignStaff(person=str(CIVIL_STAFF.person))

# Staff and conflicts of interest.


def test_naming_the_staff_puts_the_task_in_hand() -> None:
    """The first contact is due within 24 hours."""
    (
        accepted()
        .when(ASSIGN, CIVIL_COORDINATOR, on(5, 11, "09:50"))
        .then(
            StaffAssigned,
            person=CIVIL_STAFF.person,
            person_before=None,
            unit=CIVIL_AFFAIRS,
            stage_report_by=None,
        )
        .then_state("IN_PROGRESS")
    )
    assert in_progress().clocks()["first_contact"] == on(5, 12, "09:50")


def test_urgent_matters_are_contacted_within_half_an_hour() -> None:
    urgent = dispatched(queued(triaged(urgency=Urgency.URGENT)))
    assert in_progress(accepted(urgent)).clocks()["first_contact"] == on(5, 11, "10:20")


def test_staff_belong_to_the_main_unit() -> None:
    stranger = AssignStaff(person=str(HEALTH_STAFF.person))
    accepted().when(stranger, CIVIL_COORDINATOR).then_refused("staff-of-unit")


def test_only_the_main_unit_names_staff() -> None:
    accepted().when(ASSIGN, HEALTH_COORDINATOR).then_refused("addressee-only")


def test_staff_with_a_conflict_of_interest_are_not_assigned() -> None:
    (
        accepted()
        .when(DeclareConflict(person=str(CIVIL_STAFF.person)), CIVIL_STAFF)
        .then(ConflictDeclared, person=CIVIL_STAFF.person)
        .then_state("ACCEPTED")
        .when(ASSIGN, CIVIL_COORDINATOR)
        .then_refused("conflict-of-interest")
    )


def test_another_member_of_staff_may_take_over_and_both_are_named() -> None:
    (
        in_progress()
        .when(AssignStaff(person=str(CIVIL_STAFF_2.person)), CIVIL_COORDINATOR)
        .then(StaffAssigned, person=CIVIL_STAFF_2.person, person_before=CIVIL_STAFF.person)
        .then_state("IN_PROGRESS")
    )


def test_staff_are_not_named_before_sign_in() -> None:
    dispatched().when(ASSIGN, CIVIL_COORDINATOR).then_refused("not-in-this-state")


# First contact.


def test_reaching_the_resident_stops_the_contact_clock() -> None:
    story = (
        in_progress()
        .when(CONTACT, CIVIL_STAFF, on(5, 12, "09:50"))
        .then(ResidentContacted, result=ContactResult.REACHED, within_limit=True)
        .then_state("IN_PROGRESS")
    )
    assert "first_contact" not in story.clocks()


def test_a_contact_after_the_limit_says_so() -> None:
    late = in_progress().when(CONTACT, CIVIL_STAFF, on(5, 12, "09:51"))
    late.then(ResidentContacted, within_limit=False)


def test_a_call_entered_late_counts_by_the_time_of_the_call() -> None:
    """Late entry of field work is normal; it is never in the future nor before the task."""

    def entered(happened_at: datetime) -> Story:
        return in_progress().when(CONTACT, CIVIL_STAFF, on(5, 13), happened_at)

    entered(on(5, 11, "15:00")).then(ResidentContacted, within_limit=True)
    entered(on(5, 12, "15:00")).then(ResidentContacted, within_limit=False)
    entered(on(5, 14)).then_refused("occurred-out-of-range")
    entered(on(5, 11, "08:59")).then_refused("occurred-out-of-range")


def test_a_missed_first_contact_is_a_fact() -> None:
    story = in_progress().when_rings("first_contact").then(LimitMissed, clock="first_contact")
    assert "first_contact" not in story.clocks()
    story.when(CONTACT, CIVIL_STAFF).then(ResidentContacted, within_limit=True)
    story.when(CONTACT, CIVIL_STAFF, on(5, 13)).then(ResidentContacted, within_limit=False)


def test_an_attempt_that_reached_nobody_leaves_the_contact_clock_running() -> None:
    tried = RecordContact(result=ContactResult.NO_ANSWER)
    story = in_progress().when(tried, CIVIL_STAFF).then(ResidentContacted)
    assert "first_contact" in story.clocks()


@pytest.mark.parametrize("command", [CONTACT, LogProgress(note=sealed()), EVIDENCE])
def test_only_the_handling_unit_writes_about_the_handling(command: BaseModel) -> None:
    in_progress().when(command, HEALTH_STAFF).then_refused("addressee-only")


@pytest.mark.parametrize("command", [CONTACT, LogProgress(note=sealed())])
def test_only_the_staff_assigned_write_about_the_handling(command: BaseModel) -> None:
    in_progress().when(command, CIVIL_STAFF_2).then_refused("assigned-staff-only")


@pytest.mark.parametrize("command", [CONTACT, LogProgress(note=sealed())])
def test_nothing_is_written_about_handling_before_it_begins(command: BaseModel) -> None:
    accepted().when(command, CIVIL_STAFF).then_refused("not-in-this-state")


# Progress and evidence.


def test_progress_is_logged() -> None:
    (
        in_progress()
        .when(LogProgress(note=sealed("measured")), CIVIL_STAFF)
        .then(ProgressLogged, note=sealed("measured"), stage_report=False)
        .then_state("IN_PROGRESS")
    )


def test_evidence_keeps_a_digest_only() -> None:
    (
        in_progress()
        .when(EVIDENCE, CIVIL_STAFF)
        .then(EvidenceAttached, label="after", media_type="image/png", document=sealed("a photo"))
        .then_state("IN_PROGRESS")
    )


def test_long_limits_want_a_stage_report_every_five_working_days() -> None:
    """Only where the limit is longer than ten working days."""
    complaint = dispatched(queued(triaged(request_type=RequestType.COMPLAINT)))
    story = in_progress(accepted(complaint))
    assert story.clocks()["stage_report"] == on(5, 18, "17:00")
    report = LogProgress(note=sealed("half done"), stage_report=True)
    story = story.when(report, CIVIL_STAFF, on(5, 15, "10:00"))
    story = story.then(ProgressLogged, stage_report=True)
    assert story.clocks()["stage_report"] == on(5, 22, "17:00")
    assert "stage_report" not in in_progress().clocks()


def test_a_missed_stage_report_is_a_fact_and_the_next_one_is_awaited() -> None:
    complaint = dispatched(queued(triaged(request_type=RequestType.COMPLAINT)))
    story = in_progress(accepted(complaint)).when_rings("stage_report")
    story = story.then(LimitMissed, clock="stage_report", unit=CIVIL_AFFAIRS)
    assert "stage_report" not in story.clocks()
    late = LogProgress(note=sealed(), stage_report=True)
    story = story.when(late, CIVIL_STAFF, on(5, 19)).then(ProgressLogged)
    assert story.clocks()["stage_report"] == on(5, 26, "17:00")


# Co-handling (会办).


def test_a_unit_is_invited_to_assist_until_one_working_day_before_the_due_instant() -> None:
    story = (
        in_progress()
        .when(InviteAssist(unit=HEALTH, request=sealed("visit her")), CIVIL_COORDINATOR)
        .then(AssistInvited, number=1, unit=HEALTH, due=on(5, 22, "17:00"))
        .then_state("IN_PROGRESS")
    )
    assert story.clocks()["assist/1"] == on(5, 22, "17:00")


def test_an_assist_may_be_due_earlier_but_not_later() -> None:
    def invite(due: datetime) -> Story:
        return in_progress().when(
            InviteAssist(unit=HEALTH, due=due, request=sealed()), CIVIL_COORDINATOR
        )

    invite(on(5, 20, "12:00")).then(AssistInvited, due=on(5, 20, "12:00"))
    invite(on(5, 22, "17:00")).then(AssistInvited)
    invite(on(5, 22, "17:01")).then_refused("assist-before-due")


def test_an_assist_is_not_due_in_the_past() -> None:
    wrong = InviteAssist(unit=HEALTH, due=on(5, 11, "09:00"), request=sealed())
    in_progress().when(wrong, CIVIL_COORDINATOR).then_refused("deadline-ahead")


def test_a_dispatcher_may_invite_too() -> None:
    (
        in_progress()
        .when(InviteAssist(unit=HEALTH, request=sealed()), DISPATCHER)
        .then(AssistInvited, number=1)
        .when(InviteAssist(unit=MARKET, request=sealed()), DISPATCHER)
        .then(AssistInvited, number=2)
    )


@pytest.mark.parametrize(
    ("unit", "rule"), [(CIVIL_AFFAIRS, "assist-other-unit"), ("440106-NOBODY", "unit-unknown")]
)
def test_an_assistant_is_another_unit_that_exists(unit: str, rule: str) -> None:
    wrong = InviteAssist(unit=unit, request=sealed())
    in_progress().when(wrong, CIVIL_COORDINATOR).then_refused(rule)


@pytest.mark.parametrize("who", [HEALTH_COORDINATOR, HEALTH_STAFF], ids=lambda w: w.role)
def test_the_assistant_hands_in_what_it_did(who: By) -> None:
    story = (
        assisted()
        .when(SubmitAssist(number=1, note=sealed("visited")), who)
        .then(AssistSubmitted, number=1, unit=HEALTH, late=False)
    )
    assert "assist/1" not in story.clocks()


def test_only_the_invited_unit_hands_the_assist_in() -> None:
    assisted().when(SubmitAssist(number=1, note=sealed()), HOUSING_COORDINATOR).then_refused(
        "assist-of-unit"
    )


def test_an_assist_is_handed_in_once() -> None:
    done = SubmitAssist(number=1, note=sealed())
    assisted().does(done, HEALTH_COORDINATOR).when(done, HEALTH_COORDINATOR).then_refused(
        "assist-open"
    )


def test_an_assist_nobody_asked_for_is_refused() -> None:
    assisted().when(SubmitAssist(number=7, note=sealed()), HEALTH_COORDINATOR).then_refused(
        "assist-open"
    )


def test_an_overdue_assist_is_a_fact_and_may_still_be_handed_in_late() -> None:
    story = assisted().when_rings("assist/1").then(AssistOverdue, number=1, unit=HEALTH)
    assert "assist/1" not in story.clocks()
    late = story.after(minutes=1).when(SubmitAssist(number=1, note=sealed()), HEALTH_COORDINATOR)
    late.then(AssistSubmitted, number=1, late=True)


def test_units_dispatched_to_assist_are_invited_with_the_dispatch() -> None:
    """They too have until one working day before the due instant."""
    story = queued().when(DispatchTask(main=CIVIL_AFFAIRS, assist=(HEALTH,)), at=on(5, 11, "09:30"))
    story = story.then(TaskDispatched, fact(AssistInvited, number=1, unit=HEALTH, request=None))
    assert story.clocks()["assist/1"] == on(5, 22, "17:00")


# Whistle and arrival (吹哨报到).

WHISTLE_STATES = ("DISPATCHED", "RETURN_REVIEW", "ADJUDICATION", "ACCEPTED", "IN_PROGRESS")


def test_a_whistle_calls_departments_within_thirty_minutes() -> None:
    story = (
        in_progress()
        .when(WHISTLE, at=on(5, 11, "10:00"))
        .then(WhistleBlown, number=1, departments=(HOUSING, HEALTH), place=SHIPAI_PLACE)
        .then_state("IN_PROGRESS")
    )
    assert story.clocks()["arrival/1"] == on(5, 11, "10:30")


@pytest.mark.parametrize("state", WHISTLE_STATES)
def test_any_dispatched_task_may_be_whistled_for(state: str) -> None:
    every_state()[state].when(WHISTLE).then(WhistleBlown).then_state(state)


@pytest.mark.parametrize("state", ["REGISTERED", "TRIAGED", "PENDING_DISPATCH", "CLOSED"])
def test_a_task_that_is_with_nobody_is_not_whistled_for(state: str) -> None:
    every_state()[state].when(WHISTLE).then_refused("not-in-this-state")


def test_a_whistle_may_set_its_own_time() -> None:
    story = in_progress().when(WHISTLE.model_copy(update={"within": "24h"}), at=on(5, 11, "10:00"))
    assert story.then(WhistleBlown).clocks()["arrival/1"] == on(5, 12, "10:00")


def test_an_arrival_window_has_an_upper_bound() -> None:
    wrong = WHISTLE.model_copy(update={"within": "49h"})
    in_progress().when(wrong).then_refused("arrival-window")


def test_a_whistle_needs_one_of_the_grounds() -> None:
    wrong = WHISTLE.model_copy(update={"ground": "BOREDOM"})
    in_progress().when(wrong).then_refused("ground-known")


def test_a_whistle_calls_to_a_spot_in_the_own_street() -> None:
    wrong = WHISTLE.model_copy(update={"place": WUSHAN_PLACE})
    in_progress().when(wrong).then_refused("own-place")


def test_a_whistle_calls_units_that_exist() -> None:
    wrong = WHISTLE.model_copy(update={"departments": ("440106-NOBODY",)})
    in_progress().when(wrong).then_refused("unit-unknown")


def test_arrivals_stop_the_clock_once_everyone_is_there() -> None:
    story = in_progress().does(WHISTLE, at=on(5, 11, "10:00")).at(on(5, 11, "10:20"))
    story = story.when(RecordArrival(number=1, unit=HOUSING)).then(
        DepartmentArrived, number=1, unit=HOUSING, late=False
    )
    assert "arrival/1" in story.clocks()
    story = story.when(RecordArrival(number=1, unit=HEALTH)).then(DepartmentArrived, unit=HEALTH)
    assert "arrival/1" not in story.clocks()


def test_absence_is_a_fact_and_late_arrival_another() -> None:
    story = in_progress().does(WHISTLE, at=on(5, 11, "10:00"))
    story = story.does(RecordArrival(number=1, unit=HOUSING), at=on(5, 11, "10:20"))
    story = story.when_rings("arrival/1").then(DepartmentAbsent, number=1, unit=HEALTH)
    assert "arrival/1" not in story.clocks()
    story.when(RecordArrival(number=1, unit=HEALTH), at=on(5, 11, "10:50")).then(
        DepartmentArrived, unit=HEALTH, late=True
    )


@pytest.mark.parametrize(
    "arrival",
    [RecordArrival(number=1, unit=MARKET), RecordArrival(number=2, unit=HOUSING)],
    ids=["not called", "no such whistle"],
)
def test_only_called_departments_arrive(arrival: RecordArrival) -> None:
    in_progress().does(WHISTLE).when(arrival).then_refused("whistle-called")


def test_a_department_arrives_once() -> None:
    arrival = RecordArrival(number=1, unit=HOUSING)
    in_progress().does(WHISTLE).does(arrival).when(arrival).then_refused("whistle-called")


def test_a_dispatcher_of_another_street_does_not_whistle_here() -> None:
    in_progress().when(WHISTLE, WUSHAN_DISPATCHER).then_refused("own-place")
    to_wushan = WHISTLE.model_copy(update={"place": WUSHAN_PLACE})
    in_progress().when(to_wushan, WUSHAN_DISPATCHER).then_refused("own-place")


def test_photographs_may_be_taken_on_site() -> None:
    photo = AttachEvidence(label="site", media_type="image/png", document=sealed(), on_site=True)
    in_progress().when(photo, CIVIL_STAFF).then(EvidenceAttached, on_site=True)


def test_evidence_is_of_a_kind_that_a_camera_or_an_office_makes() -> None:
    strange = EVIDENCE.model_copy(update={"media_type": "application/x-msdownload"})
    in_progress().when(strange, CIVIL_STAFF).then_refused("evidence-kind")


def test_a_round_of_handling_holds_as_much_evidence_as_somebody_looks_through() -> None:
    story = in_progress()
    for _ in range(EVIDENCE_MAX):
        story = story.does(EVIDENCE, CIVIL_STAFF)
    story.when(EVIDENCE, CIVIL_STAFF).then_refused("evidence-limit")
