"""What follows from a provider in the world: who is asked, what other cases are told."""

from domain.envelope import SYSTEM
from domain.provider import commands as c
from domain.provider.coordination import neighbour, shown
from tests.domain.harness import Story
from tests.domain.provider import stories as s
from tests.domain.world import (
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    HOUSING,
    MARKET,
    MARKET_COORDINATOR,
    SHIPAI_PLACE,
    WUSHAN_PLACE,
    on,
)


def _talk(story: Story) -> tuple[str, list[tuple[str, list[str]]]]:
    (talk,) = story.case.talks(story.stream, story.state)
    return talk.key, [(step.name, [ask.to for ask in step.asks]) for step in talk.steps]


def test_every_department_is_asked_at_once_and_those_that_are_silent_again() -> None:
    key, steps = _talk(s.verifying())
    assert key == "verification/1"
    assert steps[0] == ("asked", [f"unit/{MARKET}", f"unit/{HOUSING}", f"unit/{CIVIL_AFFAIRS}"])
    assert steps[1][0] == "reminded-1"
    _, left = _talk(s.verifying().does(s.verdict("LICENCE"), MARKET_COORDINATOR))
    assert left[0] == ("asked", [f"unit/{HOUSING}", f"unit/{CIVIL_AFFAIRS}"])


def test_with_every_verdict_the_lead_is_told_to_decide() -> None:
    assert _talk(s.verified()) == ("verification/1", [("decide", [f"unit/{CIVIL_AFFAIRS}"])])


def test_the_lead_is_told_of_each_service_until_it_is_accepted() -> None:
    _, steps = _talk(s.exiting())
    assert [len(asks) for _, asks in steps[:2]] == [2, 2]
    _, steps = _talk(s.exiting().does(s.ACCEPT_TASK, s.SUCCESSOR_AGENT))
    assert [len(asks) for _, asks in steps[:2]] == [1, 1]
    (talk,) = s.handed_over().case.talks(s.STREAM, s.handed_over().state)
    assert [step.records for step in talk.steps] == [{"kind": "complete_provider_exit"}]


def test_what_was_accepted_changes_hands_in_its_own_case() -> None:
    story = s.exiting()
    for accept, command in (
        (
            s.ACCEPT_TASK,
            {
                "kind": "take_over_service",
                "provider": s.SUCCESSOR.stream,
                "provider_before": s.STREAM,
            },
        ),
        (
            s.ACCEPT_MEALS,
            {
                "kind": "take_over_function",
                "function": "MEAL",
                "provider": s.SUCCESSOR.stream,
                "provider_before": s.STREAM,
            },
        ),
    ):
        story = story.does(accept, s.SUCCESSOR_AGENT)
        (errand,) = story.case.errands(s.STREAM, story.state, story.facts[-1])
        assert (errand.stream, errand.command) == (accept.served, command)


def test_others_see_what_it_is_admitted_for_now() -> None:
    story = s.admitted()
    seen = neighbour(s.STREAM, story.state)
    assert seen.serves("MEAL", SHIPAI_PLACE, on(6, 1))
    assert not seen.serves("HEALTH", SHIPAI_PLACE, on(6, 1))
    assert not seen.serves("MEAL", WUSHAN_PLACE, on(6, 1))
    assert not seen.serves("MEAL", SHIPAI_PLACE, s.VALID_UNTIL)
    for ended in (s.suspended, s.exiting, s.exited, s.lapsed, s.refused, s.verifying):
        assert not neighbour(s.STREAM, ended().state).serves("MEAL", SHIPAI_PLACE, on(6, 1))
    for serving in (s.warned, s.rectifying):
        assert neighbour(s.STREAM, serving().state).serves("MEAL", SHIPAI_PLACE, on(6, 1))


def test_the_register_shows_nothing_of_people() -> None:
    for told in s.EVERY_STATE.values():
        line = shown(told().state)
        assert line is not None
        assert "subject/" not in str(line)
        assert "person/" not in str(line)


def test_a_warning_is_in_force_under_a_suspension_too() -> None:
    line = shown(s.suspended_while_warned().state)
    assert line is not None
    assert line.details["warning"] == "INSPECTION_FAILED"


def test_every_fact_that_needs_telling_tells_the_lead() -> None:
    story = s.warned()
    (notice,) = story.case.notices(s.STREAM, story.state, story.facts[-1])
    assert (notice.to, notice.template) == (f"unit/{CIVIL_AFFAIRS}", "provider_warned")
    done = s.handed_over().does(c.CompleteProviderExit(), SYSTEM)
    assert done.case.holder(done.state) == CIVIL_AFFAIRS
    assert s.applied(CIVIL_COORDINATOR).case.holder(s.applied(CIVIL_COORDINATOR).state) == (
        CIVIL_AFFAIRS
    )
