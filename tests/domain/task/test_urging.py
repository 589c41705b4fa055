"""One more resident asks: duplicates told, urgent ones triaged again, urges counted (催单)."""

from typing import Any

import pytest

from domain.envelope import SYSTEM
from domain.policy import Urging
from domain.task.commands import AttachDuplicate, Source, Urgency, UrgeTask
from domain.task.facts import (
    DuplicateAttached,
    SupervisionLevel,
    SupervisionRaised,
    TaskUrged,
    UrgencyRaised,
)
from tests.domain.harness import Story, task_case
from tests.domain.task.stories import (
    DUPLICATE,
    accepted,
    callback,
    closed,
    dispatched,
    in_progress,
    queued,
    registered,
    returned,
    triage,
    triaged,
)
from tests.domain.world import (
    CALLBACK_AGENT,
    CIVIL_AFFAIRS,
    COMMUNITY_WORKER,
    ELSEWHERE,
    GRANDMA,
    NEIGHBOUR,
    PASSER_BY,
    POLICY,
    SHIPAI,
    rules_with,
)


def attach(**fields: Any) -> AttachDuplicate:
    told = {"duplicate": DUPLICATE, "subjects": (str(NEIGHBOUR.person),)}
    return AttachDuplicate(**(told | fields))


def told(story: Story) -> dict[str, dict[str, str]]:
    """Return who is told of the newest fact of the story, with the values."""
    notices = task_case().notices(story.stream, story.state, story.facts[-1])
    return {notice.to: dict(notice.values) for notice in notices}


def test_the_unit_and_the_street_hear_that_another_resident_waits() -> None:
    story = in_progress().does(attach(), SYSTEM)
    heard = told(story)
    assert set(heard) == {f"unit/{CIVIL_AFFAIRS}", f"unit/{SHIPAI}"}
    assert {values["waiting"] for values in heard.values()} == {"2"}
    assert story.state.body.duplicates == 1


def test_before_anybody_has_it_the_dispatchers_of_the_place_hear_it() -> None:
    assert set(told(registered().does(attach(), SYSTEM))) == {"role/STREET_DISPATCHER"}


@pytest.mark.parametrize("begin", [registered, triaged, queued, returned])
def test_a_more_urgent_matter_calls_for_triage_again(begin: Any) -> None:
    story = begin().when(attach(urgent=True), SYSTEM).then(DuplicateAttached, UrgencyRaised)
    story.then_state("REGISTERED").then_clocks("triage")
    assert story.state.body.is_urgent
    urgent = story.state.triage_by
    assert urgent.limit == POLICY.limits.urgent.get("triage", POLICY.limits.triage)
    story.does(triage(urgency=Urgency.URGENT)).then_state("TRIAGED")


def test_a_triage_limit_that_ends_sooner_stays() -> None:
    story = registered()
    due = story.state.triage_by
    late = story.at(due.due).when(attach(urgent=True), SYSTEM)
    assert late.then(DuplicateAttached, UrgencyRaised).state.triage_by == due


def test_in_hand_the_urgent_limit_counts_where_it_ends_sooner() -> None:
    story = in_progress()
    before = story.state.body.sla.due
    after = story.when(attach(urgent=True), SYSTEM).then(
        DuplicateAttached, UrgencyRaised, triage_by=None, due_before=before
    )
    assert after.state.body.sla.due.due < before.due
    assert after.state.body.is_urgent
    after.then_state("IN_PROGRESS")
    late = story.at(before.due).when(attach(urgent=True), SYSTEM)
    late.then(DuplicateAttached)


def test_an_urgent_task_and_an_answered_one_are_not_triaged_again() -> None:
    hurried = dispatched(queued(triaged(urgency=Urgency.URGENT)))
    hurried.when(attach(urgent=True), SYSTEM).then(DuplicateAttached)
    callback().when(attach(urgent=True), SYSTEM).then(DuplicateAttached)


# 催单.


def urge(source: Source = Source.RESIDENT) -> UrgeTask:
    return UrgeTask(source=source)


def test_an_urge_is_counted_and_the_unit_hears_it() -> None:
    story = in_progress().when(urge(), GRANDMA).then(TaskUrged, number=1)
    assert told(story)[f"unit/{CIVIL_AFFAIRS}"]["number"] == "1"
    story.when(urge(Source.HOTLINE), CALLBACK_AGENT).then(TaskUrged, number=2)


def test_the_third_urge_within_the_limit_is_a_reminder() -> None:
    story = in_progress().does(urge(), GRANDMA).does(urge(Source.COMMUNITY), COMMUNITY_WORKER)
    third = story.when(urge(), GRANDMA).then(TaskUrged, SupervisionRaised, cause="urge_task")
    assert third.state.body.supervision is SupervisionLevel.REMINDED
    third.when(urge(), GRANDMA).then(TaskUrged, number=4)


def test_urges_of_an_earlier_unit_are_not_held_against_the_next() -> None:
    story = registered().does(urge(), GRANDMA).does(urge(), GRANDMA)
    in_hand = in_progress(accepted(dispatched(queued(triaged(story)))))
    in_hand.when(urge(), GRANDMA).then(TaskUrged, number=3)


def test_the_pack_says_how_many_urges_remind() -> None:
    rules = rules_with(POLICY.model_copy(update={"urging": Urging(reminds_at=1)}))
    in_progress().under(rules).when(urge(), GRANDMA).then(TaskUrged, SupervisionRaised)


def test_only_its_residents_and_those_who_have_to_do_with_the_place_urge() -> None:
    in_progress().when(urge(), PASSER_BY).then_refused("party-only")
    in_progress().when(urge(), ELSEWHERE[-1]).then_refused("own-place")
    in_progress().when(urge(), ELSEWHERE[2]).then_refused("own-place")
    closed().when(urge(), GRANDMA).then_refused("not-in-this-state")
