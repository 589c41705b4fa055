"""The regions beside the main state: each moves on its own and none of them is a state."""

from domain.task.commands import (
    ApproveCarry,
    GrantExtension,
    RateTask,
    ReactivateTask,
    RefuseExtension,
    RestrictData,
    ReturnForRework,
    SubmitAssist,
)
from domain.task.facts import SupervisionLevel
from domain.task.state import AssistStatus, ExtensionStatus, SlaRegion, is_open, sla_region
from tests.domain.harness import Story
from tests.domain.task.stories import (
    CONTACT,
    EVIDENCE,
    WHISTLE,
    archived,
    assisted,
    carried,
    carry_proposed,
    closed,
    dispatched,
    every_state,
    extension_requested,
    in_progress,
    overdue,
    queued,
    result_review,
    submit,
)
from tests.domain.world import (
    ADJUDICATOR,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    DISPATCHER,
    DPO,
    GRANDMA,
    HEALTH_COORDINATOR,
    SUPERVISOR,
    on,
    sealed,
)

FINAL = {"CLOSED", "NOT_ADMITTED", "DIVERTED", "MERGED", "CANCELLED", "TERMINATED", "ARCHIVED"}


def _sla(story: Story) -> SlaRegion:
    return sla_region(story.state)


def test_the_sla_region_follows_the_due_instant() -> None:
    assert _sla(queued()) is SlaRegion.NONE
    assert _sla(dispatched()) is SlaRegion.ON_TRACK
    assert _sla(in_progress()) is SlaRegion.ON_TRACK
    assert _sla(in_progress().rings("due.yellow")) is SlaRegion.WARNING
    assert _sla(overdue()) is SlaRegion.OVERDUE
    assert _sla(carried()) is SlaRegion.PAUSED
    assert _sla(result_review()) is SlaRegion.NONE


def test_an_overdue_task_that_is_carried_comes_back_with_time_ahead() -> None:
    """A due instant in the past would be overdue the moment it goes on."""
    late = carry_proposed(overdue()).at(on(6, 1))
    late = late.does(ApproveCarry(resident_told=True), SUPERVISOR)
    late = late.does(ApproveCarry(resident_told=True), ADJUDICATOR)
    again = late.does(ReactivateTask(), SUPERVISOR, on(7, 6))
    assert again.clocks()["due"] > on(7, 6)
    assert _sla(again) is SlaRegion.ON_TRACK


def test_the_extension_region_moves_beside_the_state() -> None:
    def region(story: Story) -> ExtensionStatus:
        status: ExtensionStatus = story.state.body.extension.status
        return status

    asked = extension_requested()
    assert region(in_progress()) is ExtensionStatus.NONE
    assert region(asked) is ExtensionStatus.REQUESTED
    assert region(asked.does(GrantExtension(), DISPATCHER)) is ExtensionStatus.GRANTED
    refused = asked.does(RefuseExtension(reason=sealed()), DISPATCHER)
    assert region(refused) is ExtensionStatus.REFUSED
    assert region(asked.rings("extension_review")) is ExtensionStatus.REFUSED


def test_the_co_handling_region_counts_its_sub_tasks() -> None:
    def region(story: Story) -> list[AssistStatus]:
        return [assist.status for assist in story.state.body.assists]

    done = assisted().does(SubmitAssist(number=1, note=sealed()), HEALTH_COORDINATOR)
    assert region(in_progress()) == []
    assert region(assisted()) == [AssistStatus.OPEN]
    assert region(assisted().rings("assist/1")) == [AssistStatus.LATE]
    assert region(done) == [AssistStatus.DONE]


def test_the_supervision_region_outlives_a_change_of_state() -> None:
    story = _ready(overdue()).does(submit(), CIVIL_COORDINATOR)
    assert story.state.body.supervision is SupervisionLevel.RED
    back = story.does(ReturnForRework(reason=sealed()))
    assert back.state.body.supervision is SupervisionLevel.RED


def _ready(story: Story) -> Story:
    return story.does(CONTACT, CIVIL_STAFF).does(EVIDENCE, CIVIL_STAFF)


def test_the_privacy_region_moves_beside_the_state() -> None:
    restricted = in_progress().does(RestrictData(basis="个人信息保护法 第47条"), DPO)
    assert restricted.state.body.privacy.restricted
    assert not in_progress().state.body.privacy.restricted


def test_a_task_is_open_until_it_is_final_and_over_once_archived() -> None:
    for name, story in every_state().items():
        assert is_open(story.state) is (name not in FINAL), name
        assert story.case.is_over(story.state) is (name == "ARCHIVED"), name
        assert story.case.state_name(story.state) == name


def test_a_case_tells_its_policy_and_its_pairing() -> None:
    assert closed().case.policy_id(closed().state) == "town"
    assert closed().case.pairing(closed().state) is None
    assert archived().case.policy_id(archived().state) == "town"


# What follows for the outside: conversations and notices.


def test_the_feedback_round_is_under_way_while_feedback_is_awaited() -> None:
    def talks(state: str) -> list[str]:
        story = every_state()[state]
        return [talk.name for talk in story.case.talks(story.stream, story.state)]

    assert talks("CALLBACK") == ["feedback_round"]
    assert talks("RATING") == ["feedback_round"]
    assert talks("IN_PROGRESS") == []
    assert talks("CLOSED") == []


def test_a_convening_is_under_way_while_a_called_department_is_awaited() -> None:
    story = in_progress().does(WHISTLE)
    talks = story.case.talks(story.stream, story.state)
    assert [(talk.name, talk.key) for talk in talks] == [("convening", "convening/1")]
    absent = story.rings("arrival/1")
    assert absent.case.talks(absent.stream, absent.state) == ()


def test_notices_tell_the_unit_of_a_dispatch_and_name_nobody() -> None:
    """Keyed by the fact's version, so that a repeated telling is recognised."""
    story = dispatched()
    told = story.case.notices(story.stream, story.state, story.facts[-1])
    assert "unit/440106-CA" in {notice.to for notice in told}
    assert all(notice.key.startswith(f"{story.facts[-1].version}/") for notice in told)
    assert len({notice.key for notice in told}) == len(told)


def test_a_rating_raised_from_bad_to_good_closes_the_region_too() -> None:
    raised = every_state()["DISSATISFIED"].does(RateTask(grade=5), GRANDMA)
    assert not is_open(raised.state)
