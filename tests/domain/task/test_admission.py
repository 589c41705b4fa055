"""From registration to the dispatch queue: admit, refuse, divert or merge."""

import pytest

from domain.envelope import SYSTEM, By
from domain.task.commands import (
    AnswerChannel,
    AttachDuplicate,
    DispatchTask,
    DivertTask,
    DutyClass,
    MergeInto,
    QueueDispatch,
    RateTask,
    RefuseAdmission,
    RequestType,
    Source,
    Urgency,
)
from domain.task.facts import (
    DuplicateAttached,
    LimitMissed,
    Resolution,
    TaskDispatched,
    TaskDiverted,
    TaskMerged,
    TaskNotAdmitted,
    TaskQueued,
    TaskRated,
    TaskRegistered,
    TaskState,
    TaskTriaged,
)
from tests.domain.harness import fact, given, task_case
from tests.domain.task.stories import (
    DUPLICATE,
    MASTER,
    PAIRING,
    accepted,
    callback,
    every_state,
    in_progress,
    master,
    merged,
    pairing,
    queued,
    rating,
    ready,
    register,
    registered,
    result_review,
    triage,
    triaged,
    with_two_residents,
)
from tests.domain.world import (
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    COMMUNITY_WORKER,
    GRANDMA,
    NEIGHBOUR,
    PASSER_BY,
    POLICY,
    SHIPAI_PLACE,
    WUSHAN_DISPATCHER,
    WUSHAN_PLACE,
    Town,
    on,
    rules_with,
    sealed,
    task_id,
)

# Registration.


def test_a_need_is_registered_and_waits_for_triage() -> None:
    """Two working hours for triage; the privacy notice and the policy are part of the fact."""
    (
        given()
        .when(register(), CENTER_COORDINATOR)
        .then(
            TaskRegistered,
            category="ELDER",
            place=SHIPAI_PLACE,
            requester=GRANDMA.person,
            privacy_notice="notice-2026-01",
            policy="town",
            pairing=None,
        )
        .then_state("REGISTERED")
        .then_clocks(triage=on(5, 11, "11:00"))
    )


def test_an_urgent_need_is_triaged_within_a_quarter_of_an_hour() -> None:
    registered(urgent=True).then_clocks(triage=on(5, 11, "09:15"))


@pytest.mark.parametrize(
    "who", [CENTER_COORDINATOR, CIVIL_COORDINATOR, COMMUNITY_WORKER, GRANDMA], ids=lambda w: w.role
)
def test_centre_department_community_and_resident_may_register(who: By) -> None:
    given().when(register(), who).then(TaskRegistered)


def test_a_need_within_an_active_pairing_names_it() -> None:
    (
        given(rules=rules_with(town=Town(pairings=(pairing(),))))
        .when(register(pairing=PAIRING, ad_hoc=False), CENTER_COORDINATOR)
        .then(TaskRegistered, pairing=PAIRING, ad_hoc=False)
    )


@pytest.mark.parametrize("state", ["DRAFT", "PENDING_APPROVAL", "SUSPENDED", "EXPIRED", "ENDED"])
def test_a_pairing_that_is_not_active_takes_no_need(state: str) -> None:
    """An expired pairing keeps its open tasks but takes no new ones."""
    (
        given(rules=rules_with(town=Town(pairings=(pairing(state),))))
        .when(register(pairing=PAIRING, ad_hoc=False), CENTER_COORDINATOR)
        .then_refused("pairing-active")
    )


@pytest.mark.parametrize("state", ["ADJUSTING", "UNDER_REVIEW"])
def test_a_pairing_goes_on_while_it_is_adjusted_or_reviewed(state: str) -> None:
    (
        given(rules=rules_with(town=Town(pairings=(pairing(state),))))
        .when(register(pairing=PAIRING, ad_hoc=False), CENTER_COORDINATOR)
        .then(TaskRegistered, pairing=PAIRING)
    )


def test_a_resident_registers_for_nobody_else() -> None:
    given().when(register(), NEIGHBOUR).then_refused("requester-self")


def test_a_name_or_number_belongs_to_a_requester() -> None:
    unowned = register(requester=None, phone=sealed("a number"))
    given().when(unowned, CENTER_COORDINATOR).then_refused("requester-named")


def test_the_system_registers_the_items_of_projects_only() -> None:
    """A claimed project item becomes a task of its pairing by itself."""
    rules = rules_with(town=Town(pairings=(pairing(),)))
    given(rules=rules).when(register(), SYSTEM).then_refused("project-only")
    item = register(
        source=Source.PROJECT, pairing=PAIRING, requester=None, ad_hoc=False, project_item="P-1"
    )
    given(rules=rules).when(item, SYSTEM).then(TaskRegistered, project_item="P-1")


def test_a_pairing_nobody_knows_takes_no_need() -> None:
    given().when(register(pairing=PAIRING), CENTER_COORDINATOR).then_refused("pairing-active")


def test_a_need_without_a_pairing_must_be_called_ad_hoc() -> None:
    given().when(register(ad_hoc=False), CENTER_COORDINATOR).then_refused("pairing-active")


def test_a_category_the_policy_does_not_have_is_refused() -> None:
    given().when(register(category="MOON"), CENTER_COORDINATOR).then_refused("category-known")


def test_a_policy_that_was_never_published_is_refused() -> None:
    given().when(register(policy="mars"), CENTER_COORDINATOR).then_refused("policy-unknown")


def test_a_task_is_registered_once() -> None:
    registered().when(register(), CENTER_COORDINATOR).then_refused("not-in-this-state")


def test_nothing_but_registration_begins_a_task() -> None:
    given().when(triage()).then_refused("not-in-this-state")


# Triage.


def test_triage_judges_urgency_duty_class_and_category() -> None:
    """The limit comes from the request type; the old category stays visible."""
    (
        registered()
        .when(triage(category="MEAL", duty_class=DutyClass.COOPERATE), at=on(5, 11, "09:10"))
        .then(
            TaskTriaged,
            urgency=Urgency.NORMAL,
            duty_class=DutyClass.COOPERATE,
            category="MEAL",
            category_before="ELDER",
            place=SHIPAI_PLACE,
            limit="10wd",
        )
        .then_state("TRIAGED")
        .then_clocks(queue=on(5, 11, "09:20"))
    )


@pytest.mark.parametrize(
    ("request_type", "limit"),
    [
        (RequestType.CONSULT, "2wd"),
        (RequestType.HELP, "10wd"),
        (RequestType.SUGGESTION, "10wd"),
        (RequestType.COMPLAINT, "15wd"),
        (RequestType.REPORT, "15wd"),
    ],
)
def test_each_request_type_has_its_limit(request_type: RequestType, limit: str) -> None:
    """粤府令: consult 2, help and suggestion 10, complaint and report 15 working days."""
    registered().when(triage(request_type=request_type)).then(TaskTriaged, limit=limit)


def test_an_urgent_task_has_the_urgent_limit() -> None:
    registered().when(triage(urgency=Urgency.URGENT)).then(TaskTriaged, limit="24h")


def test_a_grade_of_the_pack_has_its_own_limit() -> None:
    registered().when(triage(grade="QUICK")).then(TaskTriaged, limit="3wd")


def test_a_grade_the_pack_does_not_have_is_refused() -> None:
    registered().when(triage(grade="NOPE")).then_refused("grade-known")


def test_triage_refuses_an_unknown_category() -> None:
    registered().when(triage(category="MOON")).then_refused("category-known")


def test_triage_may_correct_the_place_to_one_somebody_answers_for() -> None:
    registered().when(triage(place=WUSHAN_PLACE)).then(TaskTriaged, place=WUSHAN_PLACE)
    registered().when(triage(place="110101001")).then_refused("place-known")


def test_a_dispatcher_of_another_street_does_not_judge_here() -> None:
    registered().when(triage(), WUSHAN_DISPATCHER).then_refused("own-place")


def test_triage_happens_once() -> None:
    triaged().when(triage()).then_refused("not-in-this-state")


def test_a_missed_triage_limit_is_a_fact_and_triage_is_still_awaited() -> None:
    (
        registered()
        .when_rings("triage")
        .then(LimitMissed, clock="triage", due=on(5, 11, "11:00"))
        .then_state("REGISTERED")
        .then_clocks()
        .when(triage())
        .then(TaskTriaged)
    )


# Not admitted, diverted.


@pytest.mark.parametrize("ground", [ground.code for ground in POLICY.refusal_grounds])
@pytest.mark.parametrize("state", ["REGISTERED", "TRIAGED"])
def test_admission_is_refused_on_each_legal_ground(ground: str, state: str) -> None:
    (
        every_state()[state]
        .when(RefuseAdmission(ground=ground, told_channel=AnswerChannel.PHONE))
        .then(TaskNotAdmitted, ground=ground, told_channel=AnswerChannel.PHONE)
        .then_state("NOT_ADMITTED")
        .then_clocks("archive")
    )


def test_admission_is_refused_on_no_other_ground() -> None:
    (
        registered()
        .when(RefuseAdmission(ground="TOO_HARD", told_channel=AnswerChannel.PHONE))
        .then_refused("ground-known")
    )


def test_the_resident_is_told_of_a_refused_admission() -> None:
    """A refusal nobody was told of is no refusal (接诉即办条例 art. 11)."""
    (
        registered()
        .when(RefuseAdmission(ground="LITIGATION", told_channel=AnswerChannel.NONE))
        .then_refused("resident-told")
    )


def test_a_dispatched_task_can_no_longer_be_refused() -> None:
    (
        every_state()["DISPATCHED"]
        .when(RefuseAdmission(ground="LITIGATION", told_channel=AnswerChannel.PHONE))
        .then_refused("not-in-this-state")
    )


@pytest.mark.parametrize("route", ["110", "122", "PETITION"])
@pytest.mark.parametrize("state", ["REGISTERED", "TRIAGED"])
def test_emergencies_and_legal_routes_are_diverted(route: str, state: str) -> None:
    (
        every_state()[state]
        .when(DivertTask(route=route))
        .then(TaskDiverted, route=route)
        .then_state("DIVERTED")
        .then_clocks("archive")
    )


def test_a_route_the_pack_does_not_have_is_refused() -> None:
    registered().when(DivertTask(route="911")).then_refused("route-known")


def test_a_dispatched_task_is_not_diverted() -> None:
    every_state()["DISPATCHED"].when(DivertTask(route="110")).then_refused("not-in-this-state")


# Duplicates: every resident stays a party.

MERGE = MergeInto(master=MASTER)
OPEN = (
    "REGISTERED",
    "TRIAGED",
    "PENDING_DISPATCH",
    "DISPATCHED",
    "RETURN_REVIEW",
    "ADJUDICATION",
    "ACCEPTED",
    "IN_PROGRESS",
    "CARRIED",
    "RESULT_REVIEW",
    "CALLBACK",
    "RATING",
    "DISSATISFIED",
)


@pytest.mark.parametrize("state", OPEN)
def test_an_open_task_is_merged_and_its_clocks_stop(state: str) -> None:
    (
        every_state()[state]
        .under(rules_with(town=Town((master(),))))
        .when(MERGE)
        .then(TaskMerged, master=MASTER, subjects=(GRANDMA.person,))
        .then_state("MERGED")
        .then_clocks("archive")
    )


def test_a_closed_task_is_not_merged() -> None:
    """Only open tasks are merged; a closed one has had its say."""
    (
        every_state()["CLOSED"]
        .under(rules_with(town=Town((master(),))))
        .when(MERGE)
        .then_refused("not-in-this-state")
    )


@pytest.mark.parametrize(
    ("difference", "rule"),
    [
        ({"is_open": False, "state": "CLOSED"}, "master-open"),
        ({"place": WUSHAN_PLACE}, "same-matter"),
        ({"category": "MEAL"}, "same-matter"),
        ({"matter": "lift"}, "same-matter"),
    ],
)
def test_only_the_same_open_matter_is_a_master(difference: dict[str, object], rule: str) -> None:
    (registered(rules_with(town=Town((master(**difference),)))).when(MERGE).then_refused(rule))


def test_a_master_nobody_knows_is_refused() -> None:
    registered().when(MERGE).then_refused("master-open")


def test_a_task_is_not_merged_into_itself() -> None:
    own = task_id("the ramp")
    (
        registered(rules_with(town=Town((master(stream=own),))))
        .when(MergeInto(master=own))
        .then_refused("master-other")
    )


def test_merging_sends_the_residents_to_the_master() -> None:
    """The errand is keyed by the fact, so that it is done once however often it is sent."""
    story = merged()
    errands = task_case().errands(story.stream, story.state, story.facts[-1])
    assert [errand.stream for errand in errands] == [MASTER]
    wanted = AttachDuplicate(duplicate=story.stream, subjects=(str(GRANDMA.person),))
    assert task_case().commands.validate_python(errands[0].command) == wanted
    assert errands == task_case().errands(story.stream, story.state, story.facts[-1])


def test_the_master_takes_the_residents_on() -> None:
    (
        accepted()
        .when(AttachDuplicate(duplicate=DUPLICATE, subjects=(str(NEIGHBOUR.person),)), SYSTEM)
        .then(DuplicateAttached, duplicate=DUPLICATE, subjects=(NEIGHBOUR.person,))
        .then_state("ACCEPTED")
    )


def test_every_resident_of_merged_tasks_may_rate() -> None:
    """Two demands, one work; it closes when the last of them has rated."""
    story = rating(callback(result_review(ready(with_two_residents()))))
    (
        story.when(RateTask(grade=5), GRANDMA)
        .then(TaskRated, subject=GRANDMA.person, then=TaskState.RATING, resolution=None)
        .then_state("RATING")
        .when(RateTask(grade=4), NEIGHBOUR)
        .then(TaskRated, subject=NEIGHBOUR.person, resolution=Resolution.RESOLVED)
        .then_state("CLOSED")
    )


def test_one_dissatisfied_resident_of_two_is_enough() -> None:
    (
        rating(callback(result_review(ready(with_two_residents()))))
        .when(RateTask(grade=5), GRANDMA)
        .then(TaskRated)
        .when(RateTask(grade=1), NEIGHBOUR)
        .then(TaskRated, then=TaskState.DISSATISFIED)
        .then_state("DISSATISFIED")
    )


def test_a_resident_of_another_case_may_not_rate() -> None:
    rating().when(RateTask(grade=5), PASSER_BY).then_refused("party-only")


# The queue.


def test_a_triaged_task_is_queued_by_its_clock() -> None:
    (
        triaged()
        .when_rings("queue")
        .then(TaskQueued)
        .then_state("PENDING_DISPATCH")
        .then_clocks(dispatch=on(5, 11, "14:20"))
    )


def test_the_system_may_queue_at_once() -> None:
    triaged().when(QueueDispatch(), SYSTEM).then(TaskQueued).then_state("PENDING_DISPATCH")


def test_a_dispatcher_need_not_wait_for_the_queue() -> None:
    """Dispatching a triaged task queues and dispatches it in one breath."""
    (
        triaged()
        .when(DispatchTask(main=CIVIL_AFFAIRS))
        .then(TaskQueued, fact(TaskDispatched, main=CIVIL_AFFAIRS))
        .then_state("DISPATCHED")
    )


def test_a_registered_task_is_not_dispatched_before_triage() -> None:
    registered().when(DispatchTask(main=CIVIL_AFFAIRS)).then_refused("not-in-this-state")


def test_a_missed_dispatch_limit_is_a_fact() -> None:
    (
        queued()
        .when_rings("dispatch")
        .then(LimitMissed, clock="dispatch")
        .then_state("PENDING_DISPATCH")
        .then_clocks()
    )


def test_what_is_in_hand_is_not_queued_again() -> None:
    in_progress().when(QueueDispatch(), SYSTEM).then_refused("not-in-this-state")


def test_a_pack_of_elsewhere_is_not_named_here() -> None:
    elsewhere = POLICY.model_copy(update={"divisions": ("370000",)})
    given().under(rules_with(elsewhere)).when(register(), COMMUNITY_WORKER).then_refused(
        "policy-in-force"
    )
    here = POLICY.model_copy(update={"divisions": ("440100",)})
    given().under(rules_with(here)).does(register(), COMMUNITY_WORKER)


def test_a_need_is_registered_by_whoever_has_to_do_with_its_place() -> None:
    wushan = register(place=WUSHAN_PLACE)
    given().when(wushan, COMMUNITY_WORKER).then_refused("own-place")
    given().does(wushan, CIVIL_COORDINATOR)
    street = register(place="440106005")  # the whole that theirs lies in
    given().does(street, COMMUNITY_WORKER)
