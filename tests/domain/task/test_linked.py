"""A task a finding leans on: told once, it tells the finding how far it has come."""

from collections.abc import Callable

import pytest

from domain.cases import Errand
from domain.envelope import SYSTEM
from domain.linking import FindingLinked, LinkFinding, LinkStanding
from domain.task.case import TASK
from domain.task.commands import AcceptTask
from tests.domain.harness import Story, given
from tests.domain.task import stories as s
from tests.domain.world import CIVIL_COORDINATOR

LINK = LinkFinding(finding=s.FINDING)


def last_errands(story: Story) -> tuple[Errand, ...]:
    return TASK.errands(story.stream, story.state, story.facts[-1])


def test_a_task_is_told_once_that_a_finding_leans_on_it() -> None:
    told = s.accepted().when(LINK, SYSTEM).then(FindingLinked(finding=s.FINDING))
    told.when(LINK, SYSTEM).then_nothing()


def test_nothing_leans_on_a_task_nobody_registered_or_that_is_archived() -> None:
    given().when(LINK, SYSTEM).then_refused("not-in-this-state")
    archived = s.closed().at(s.closed().clocks()["archive"]).rings("archive")
    archived.when(LINK, SYSTEM).then_refused("not-in-this-state")


def test_the_finding_hears_at_once_where_the_task_stands() -> None:
    (sent,) = last_errands(s.dispatched().does(LINK, SYSTEM))
    assert sent.stream == s.FINDING
    assert sent.command == {
        "kind": "note_linked_case",
        "case": s.dispatched().stream,
        "standing": "WAITING",
        "state": "DISPATCHED",
        "case_version": len(s.dispatched().facts) + 1,
    }


def test_the_finding_hears_when_the_task_begins_and_when_it_is_over() -> None:
    begun = s.dispatched().does(LINK, SYSTEM).does(AcceptTask(), CIVIL_COORDINATOR)
    assert [one.command["standing"] for one in last_errands(begun)] == ["BEGUN"]
    closed = s.closed(s.callback(s.result_review(s.ready(s.in_progress(begun)))))
    assert [one.command["standing"] for one in last_errands(closed)] == ["DONE"]


def test_a_task_nobody_leans_on_tells_nobody() -> None:
    assert last_errands(s.accepted()) == ()
    assert last_errands(s.closed()) == ()


@pytest.mark.parametrize(
    ("told", "standing"),
    [
        (s.registered, LinkStanding.WAITING),
        (s.in_progress, LinkStanding.BEGUN),
        (s.closed, LinkStanding.DONE),
        (s.cancelled, LinkStanding.DROPPED),
        (s.terminated, LinkStanding.DROPPED),
    ],
)
def test_how_far_a_task_has_come(told: Callable[[], Story], standing: LinkStanding) -> None:
    (sent,) = last_errands(told().does(LINK, SYSTEM))
    assert sent.command["standing"] == standing
