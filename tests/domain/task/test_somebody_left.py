"""Nobody's task: taken back from a deserted unit, gone on with by whoever succeeds it."""

from dataclasses import replace

from domain.people import Grant, Role
from domain.rules import Rules
from domain.task.commands import (
    AcceptTask,
    ApproveResult,
    AssignStaff,
    LogProgress,
    RecallTask,
    SubmitAssist,
)
from domain.task.facts import (
    AssistSubmitted,
    ProgressLogged,
    StaffAssigned,
    TaskAccepted,
    TaskDispatched,
    TaskRecalled,
    TaskTriaged,
)
from tests.domain.harness import given
from tests.domain.task.stories import (
    TO_CIVIL_AFFAIRS,
    accepted,
    adjudication,
    assisted,
    dispatched,
    in_progress,
    queued,
    register,
    registered,
    result_review,
    triage,
)
from tests.domain.world import (
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_STAFF,
    CIVIL_STAFF_2,
    HEALTH,
    HEALTH_COORDINATOR,
    HEALTH_STAFF,
    HOUSING,
    HOUSING_COORDINATOR,
    MONDAY,
    RULES,
    SHIPAI,
    SUPERVISION_OFFICE,
    WUSHAN_DISPATCHER,
    sealed,
    without,
)

RECALL = RecallTask(reason=sealed("nobody is left there"))


def succeeded(code: str, successor: str | None) -> Rules:
    """Return the town's rules in which *code* is gone since last week."""
    gone = RULES.units[code].model_copy(update={"until": MONDAY, "successor": successor})
    return replace(RULES, units={**RULES.units, code: gone})


def test_a_task_is_taken_back_from_a_unit_in_which_nobody_acts() -> None:
    deserted = without(RULES, Role.DEPT_COORDINATOR, CIVIL_AFFAIRS)
    for story in (dispatched(), accepted(), in_progress()):
        story.when(RECALL).then_refused("unit-still-staffed")
        back = story.under(deserted).when(RECALL).then(TaskRecalled, unit=CIVIL_AFFAIRS)
        back.then_state("PENDING_DISPATCH").then_clocks("dispatch")
        assert back.state.body.holding.main is None
        back.does(TO_CIVIL_AFFAIRS.model_copy(update={"main": HEALTH})).then_state("DISPATCHED")


def test_a_dispute_nobody_can_decide_is_taken_back_too() -> None:
    nobody = without(RULES, Role.ADJUDICATOR, SUPERVISION_OFFICE)
    nobody = without(nobody, Role.ADJUDICATOR, CIVIL_AFFAIRS)
    adjudication().when(RECALL).then_refused("unit-still-staffed")
    adjudication().under(nobody).when(RECALL).then(TaskRecalled)


def test_the_successor_of_a_unit_acts_on_what_was_sent_to_it() -> None:
    rules = succeeded(CIVIL_AFFAIRS, HEALTH)
    story = dispatched().under(rules)
    story.when(AcceptTask(), HOUSING_COORDINATOR).then_refused("addressee-only")
    taken = story.when(AcceptTask(), HEALTH_COORDINATOR).then(TaskAccepted, unit=CIVIL_AFFAIRS)
    assigned = AssignStaff(person=str(HEALTH_STAFF.person))
    taken.when(assigned, HEALTH_COORDINATOR).then(StaffAssigned, unit=HEALTH).when(
        LogProgress(note=sealed()), HEALTH_STAFF
    ).then(ProgressLogged)
    story.when(RECALL).then_refused("unit-still-staffed")


def test_a_successor_judges_no_work_of_the_unit_it_succeeded() -> None:
    """It would be judging its own: what is owed went over with what is done."""
    story = result_review()
    rules = succeeded(CIVIL_AFFAIRS, SHIPAI)
    story.under(rules).when(ApproveResult()).then_refused("reviewer-not-doer")
    story.under(rules).does(ApproveResult(), CENTER_COORDINATOR)


def test_a_successor_assists_for_the_unit_it_succeeded() -> None:
    story = assisted()
    rules = succeeded(HEALTH, HOUSING)
    done = SubmitAssist(number=1, note=sealed())
    story.under(rules).when(done, HOUSING_COORDINATOR).then(AssistSubmitted, unit=HEALTH)


def test_whoever_goes_on_for_a_member_of_staff_writes_about_the_handling() -> None:
    person = RULES.people[str(CIVIL_STAFF.person)]
    ended = tuple(
        grant.model_copy(update={"until": MONDAY, "successor": CIVIL_STAFF_2.person})
        for grant in person.grants
    )
    people = {**RULES.people, person.id: person.model_copy(update={"grants": ended})}
    note = LogProgress(note=sealed())
    in_progress().when(note, CIVIL_STAFF_2).then_refused("assigned-staff-only")
    in_progress().under(replace(RULES, people=people)).when(note, CIVIL_STAFF_2).then(
        ProgressLogged
    )


def test_a_unit_that_ends_without_a_successor_is_sent_nothing() -> None:
    ending = RULES.units[CIVIL_AFFAIRS].model_copy(update={"until": MONDAY.replace(year=2027)})
    rules = replace(RULES, units={**RULES.units, CIVIL_AFFAIRS: ending})
    queued().under(rules).when(TO_CIVIL_AFFAIRS).then_refused("unit-ending")
    kept = ending.model_copy(update={"successor": HOUSING})
    rules = replace(RULES, units={**RULES.units, CIVIL_AFFAIRS: kept})
    queued().under(rules).when(TO_CIVIL_AFFAIRS).then(TaskDispatched)


def test_the_successor_of_a_street_dispatches_for_its_places() -> None:
    rules = succeeded(SHIPAI, str(WUSHAN_DISPATCHER.unit))
    registered().when(triage(), WUSHAN_DISPATCHER).then_refused("own-place")
    registered().under(rules).when(triage(), WUSHAN_DISPATCHER).then(TaskTriaged)
    given(rules=rules).does(register(), CENTER_COORDINATOR)


def test_a_dispatcher_whose_end_is_set_does_not_count_as_one_for_good() -> None:
    grants = RULES.people
    ending = {
        who: one.model_copy(
            update={
                "grants": tuple(
                    Grant(role=g.role, unit=g.unit, since=g.since, until=MONDAY.replace(year=2027))
                    if (g.role, g.unit) == (Role.STREET_DISPATCHER, SHIPAI)
                    else g
                    for g in one.grants
                )
            }
        )
        for who, one in grants.items()
    }
    rules = replace(RULES, people=ending)
    given(rules=rules).when(register(), CENTER_COORDINATOR).then_refused("nobody-dispatches")
