"""What was taken down wrongly is put right by a fact; a call of several matters is taken apart."""

from dataclasses import replace
from typing import Any

import pytest

from domain.envelope import SYSTEM
from domain.people import Role
from domain.task.commands import (
    AnswerChannel,
    AttachDuplicate,
    CorrectRegistration,
    MergeInto,
    RegisterTask,
    SplitOffMatter,
)
from domain.task.facts import (
    DuplicateAttached,
    MatterSplitOff,
    RegistrationCorrected,
    TaskMerged,
    TaskRegistered,
)
from tests.domain.harness import Story, given, task_case
from tests.domain.task.stories import (
    MASTER,
    PART,
    SPLIT,
    TO_CIVIL_AFFAIRS,
    closed,
    in_progress,
    master,
    queued,
    register,
    registered,
    triaged,
)
from tests.domain.world import (
    COMMUNITY_WORKER,
    DISPATCHER,
    GRANDMA,
    NEIGHBOUR,
    POLICY,
    WUSHAN_DISPATCHER,
    WUSHAN_PLACE,
    Town,
    rules_with,
    sealed,
    without,
)

WHY = "台账更正"


def correct(**fields: Any) -> CorrectRegistration:
    return CorrectRegistration(**({"reason": WHY} | fields))


def test_a_text_is_corrected_beside_the_first_one() -> None:
    text = sealed("the lift is broken, not the lamp")
    story = in_progress().when(correct(text=text, answer_channel=AnswerChannel.VISIT))
    after = story.then(RegistrationCorrected, text=text, reason=WHY, category=None)
    after.then_state("IN_PROGRESS")
    assert after.state.body.need.answer_channel is AnswerChannel.VISIT
    assert after.last(TaskRegistered).text != text


def test_what_triage_judges_is_corrected_before_it_only() -> None:
    """From triage on, the judgement counts."""
    story = registered().when(correct(category="MEAL", urgent=True)).then(RegistrationCorrected)
    assert story.state.body.need.category == "MEAL"
    assert story.state.triage_by == story.last(RegistrationCorrected).triage_by
    assert story.state.triage_by.due < registered().state.triage_by.due
    triaged().when(correct(category="MEAL")).then_refused("triage-judged")


def test_what_turns_out_to_be_urgent_is_not_late_already() -> None:
    """Its limit counts from when it was known, and is never later than the one before."""
    story = registered().after(minutes=90)
    corrected = story.when(correct(urgent=True)).then(RegistrationCorrected)
    assert corrected.state.triage_by.due > story.now
    assert corrected.state.triage_by.due <= story.state.triage_by.due


def test_an_urgency_that_stays_moves_no_limit() -> None:
    registered().when(correct(urgent=False)).then(RegistrationCorrected, triage_by=None)


def test_personal_data_are_of_the_requester_on_record() -> None:
    name = sealed("a name", str(GRANDMA.person))
    registered().when(correct(name=name)).then_refused("requester-named")
    other = correct(name=name, requester=NEIGHBOUR.person)
    registered().when(other).then_refused("requester-stands")
    named = correct(name=name, requester=GRANDMA.person)
    registered().when(named).then(RegistrationCorrected, name=name)
    unnamed = registered(requester=None, answer_channel=AnswerChannel.NONE)
    story = unnamed.when(named).then(RegistrationCorrected)
    assert story.state.body.need.parties == (GRANDMA.person,)


def test_a_correction_says_something_and_keeps_the_rules_of_registering() -> None:
    registered().when(correct()).then_refused("something-corrected")
    registered().when(correct(category="NONE")).then_refused("category-known")
    registered().when(correct(place=WUSHAN_PLACE)).then_refused("own-place")
    registered().when(correct(text=sealed()), WUSHAN_DISPATCHER).then_refused("own-place")
    closed().when(correct(text=sealed())).then_refused("not-in-this-state")
    elsewhere = rules_with(POLICY.model_copy(update={"divisions": ("440106005",)}))
    (
        registered(rules=elsewhere)
        .when(correct(place="440106"), COMMUNITY_WORKER)
        .then_refused("nobody-dispatches")
    )


def test_a_place_is_registered_only_where_somebody_dispatches_without_end() -> None:
    nobody = without(given().rules, Role.STREET_DISPATCHER, str(DISPATCHER.unit))
    given(rules=nobody).when(register(), COMMUNITY_WORKER).then_refused("nobody-dispatches")
    given().when(register(place="440106"), COMMUNITY_WORKER).then_refused("nobody-dispatches")
    fallback = POLICY.model_copy(update={"fallback": WUSHAN_DISPATCHER.unit})
    served = replace(nobody, policies=rules_with(fallback).policies)
    story = given(rules=served).does(register(), COMMUNITY_WORKER)
    story.when(correct(text=sealed()), COMMUNITY_WORKER).then(RegistrationCorrected)


# 一单多诉: one call, several matters.


def test_a_matter_becomes_a_task_of_its_own() -> None:
    """The call goes on with what is left; the part is registered for the same resident."""
    story = registered().when(SPLIT).then(MatterSplitOff, part=PART).then_state("REGISTERED")
    (errand,) = task_case().errands(story.stream, story.state, story.facts[-1])
    assert errand.stream == PART
    command = task_case().commands.validate_python(errand.command)
    assert isinstance(command, RegisterTask)
    assert (command.call, command.requester) == (story.stream, GRANDMA.person)
    assert (command.category, command.text) == ("MEAL", SPLIT.text)
    part = replace(given(), stream=PART).when(command, SYSTEM).then(TaskRegistered)
    assert part.state.body.need.call == story.stream


def test_the_resident_is_told_once_however_many_matters_there_are() -> None:
    again = SPLIT.model_copy(update={"part": MASTER})
    first = registered().does(SPLIT)
    second = first.does(again)
    told = [
        [notice.to for notice in task_case().notices(one.stream, one.state, one.facts[-1])]
        for one in (first, second)
    ]
    assert told == [[GRANDMA.person], []]


def test_a_matter_is_split_off_before_dispatch_and_under_a_new_id() -> None:
    queued().when(SPLIT).then_refused("not-in-this-state")
    registered().does(SPLIT).when(SPLIT).then_refused("part-new")
    wrong = SplitOffMatter(part=PART, category="NONE", matter="x", text=sealed())
    registered().when(wrong).then_refused("category-known")


def _part(**fields: Any) -> Story:
    call = master(state="REGISTERED", matter="everything", main_unit=None, **fields)
    rules = rules_with(town=Town(tasks=(call,)))
    return given(rules=rules).does(register(call=MASTER, matter="meals"), SYSTEM)


def test_nobody_registers_a_part_by_hand_and_a_part_is_not_split_again() -> None:
    given().when(register(call=MASTER), COMMUNITY_WORKER).then_refused("split-by-call")
    _part().when(SPLIT).then_refused("split-by-call")


def test_a_split_is_undone_as_long_as_nothing_was_dispatched() -> None:
    _part().when(MergeInto(master=MASTER)).then(TaskMerged, master=MASTER)
    sent = triaged(_part()).rings("queue")
    sent.when(MergeInto(master=MASTER)).then(TaskMerged)
    dispatched = sent.does(TO_CIVIL_AFFAIRS)
    dispatched.when(MergeInto(master=MASTER)).then_refused("not-in-this-state")


def test_a_part_that_comes_back_is_no_duplicate() -> None:
    back = AttachDuplicate(duplicate=PART, subjects=(str(GRANDMA.person),))
    story = registered().does(SPLIT).when(back, SYSTEM).then(DuplicateAttached)
    assert (story.state.body.parts, story.state.body.duplicates) == ((), 0)


@pytest.mark.parametrize("urgent", [False, True])
def test_a_part_has_its_own_urgency(urgent: bool) -> None:
    story = registered().does(SPLIT.model_copy(update={"urgent": urgent}))
    (errand,) = task_case().errands(story.stream, story.state, story.facts[-1])
    assert errand.command["urgent"] is urgent
