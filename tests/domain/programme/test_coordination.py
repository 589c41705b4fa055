"""What follows from a programme: whom its talks ask, whom its facts tell, what lists show."""

from typing import Any

from domain.programme import commands as c
from domain.programme.coordination import holder, neighbour, notices, shown, talks
from tests.domain.harness import Story
from tests.domain.programme import stories as s
from tests.domain.world import (
    AUTHORITY,
    HOUSING,
    ORGANIZATION,
    SECOND_AUTHORITY,
    SHIPAI,
    SHIPAI_PLACE,
    WUSHAN,
    WUSHAN_DISPATCHER,
    WUSHAN_PLACE,
    on,
)


def told_by_last(story: Story) -> dict[str, set[str]]:
    """Return template → recipients of what the newest fact tells."""
    found: dict[str, set[str]] = {}
    for notice in notices(story.stream, story.state, story.facts[-1]):
        found.setdefault(notice.template, set()).add(notice.to)
    return found


def steps(story: Story) -> dict[str, tuple[Any, set[str]]]:
    (talk,) = talks(story.stream, story.state)
    return {one.name: (one.at, {ask.to for ask in one.asks}) for one in talk.steps}


def test_every_street_is_called_and_those_that_did_not_apply_are_reminded_at_half_time() -> None:
    called = steps(s.calling())
    assert called["asked"][1] == {f"unit/{SHIPAI}", f"unit/{WUSHAN}"}
    opened = s.calling().facts[-1].at
    assert called["reminded"] == (
        opened + (on(6, 1) - opened) / 2,
        {f"unit/{SHIPAI}", f"unit/{WUSHAN}"},
    )
    one = s.calling().does(s.applying(WUSHAN_PLACE), WUSHAN_DISPATCHER)
    assert steps(one)["reminded"][1] == {f"unit/{SHIPAI}"}


def test_reviewers_are_asked_until_each_has_scored_every_application_of_another_street() -> None:
    asked = steps(s.selecting())
    assert asked["asked"][1] == {str(by.person) for by in s.PANEL_OF}
    wushan = str(WUSHAN_DISPATCHER.person)
    assert steps(s.scored())["reminded"][1] == {wushan}, "its own street's it owes to nobody"
    story = s.scored()
    for place in (SHIPAI_PLACE, s.SHIPAI_SECOND):
        story = story.does(s.scoring(place, 80, 80, 80), WUSHAN_DISPATCHER)
    assert steps(story) == {
        "closing": (story.state.select_by.counted_from, {f"unit/{ORGANIZATION}"})
    }


def test_there_is_no_talk_without_a_panel_or_after_the_selection() -> None:
    for story in (s.draft(), s.closed(), s.selected(), s.running(), s.extended()):
        assert talks(story.stream, story.state) == ()


def test_the_streets_hear_of_the_selection_and_of_their_own_assessment() -> None:
    assert told_by_last(s.running()) == {
        "selection_published": {f"unit/{unit}" for unit in (HOUSING, ORGANIZATION, SHIPAI, WUSHAN)}
    }
    assert told_by_last(s.half_assessed()) == {
        "community_assessed": {f"unit/{ORGANIZATION}", f"unit/{SHIPAI}"}
    }
    assert told_by_last(s.closed()) == {
        "programme_call_closed": {f"unit/{HOUSING}", f"unit/{ORGANIZATION}"}
    }


def test_the_turn_is_the_leads_and_while_selecting_the_authoritys() -> None:
    assert holder(s.undrafted().state) is None
    assert holder(s.draft().state) == HOUSING
    assert holder(s.selecting().state) == ORGANIZATION
    assert holder(s.running().state) == HOUSING


def test_other_cases_know_whether_it_is_open() -> None:
    assert neighbour(s.PROGRAMME_ID, s.running().state).is_open
    assert not neighbour(s.PROGRAMME_ID, s.ended().state).is_open
    assert not neighbour(s.PROGRAMME_ID, s.undrafted().state).is_open


def test_what_is_shown_holds_the_score_table_and_the_reasons() -> None:
    found = shown(s.assessed().state)
    assert found is not None
    assert set(found.units) == {HOUSING, ORGANIZATION, SHIPAI, WUSHAN}
    details = found.details
    assert [one["rank"] for one in details["ranking"]] == [1, 2, 3]
    assert details["selected"][1]["reason"] == s.OUT_OF_ORDER
    assert len(details["applications"][0]["scores"]) == 3
    assert details["progress"][0]["communities"][0]["position"] == 99
    assert [one["goals_met"] for one in details["assessed"]] == [3, 0]
    assert shown(s.undrafted().state) is None


def test_a_selection_shows_before_it_is_published_and_says_when_it_was() -> None:
    before = shown(s.selected().state)
    after = shown(s.running().state)
    assert before is not None
    assert after is not None
    assert before.details["published_at"] is None
    assert after.details["published_at"] is not None


def test_who_publishes_may_be_another_than_who_selected() -> None:
    s.selected().when(c.PublishSelection(), SECOND_AUTHORITY).go_on().then_state("RUNNING")
    s.selected().when(c.PublishSelection(), AUTHORITY).go_on().then_state("RUNNING")
