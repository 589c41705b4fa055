"""What follows in other cases and for people, and what lists show."""

import json

from domain.envelope import SYSTEM, Happened
from domain.facility import commands as c
from domain.facility.case import FACILITY
from domain.facility.coordination import errands, neighbour, notices, shown
from domain.linking import LinkFinding
from tests.domain.facility import stories as s
from tests.domain.harness import Story
from tests.domain.provider import stories as p
from tests.domain.world import (
    AUTHORITY,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    SHIPAI,
    SHIPAI_PLACE,
)


def sent(story: Story) -> list[tuple[str, str]]:
    """Return to whom the newest fact sends which command."""
    found = errands(story.stream, story.state, story.facts[-1])
    return [(one.stream, str(one.command["kind"])) for one in found]


def told(story: Story) -> list[tuple[str, str]]:
    return [(one.to, one.template) for one in notices(story.stream, story.state, story.facts[-1])]


def test_a_proposal_reserves_its_site_and_tells_its_findings() -> None:
    assert sent(s.proposed()) == [
        (s.SITE_ID, "reserve_site"),
        (s.FINDING_ID, "note_linked_case"),
    ]


def test_a_plan_that_moves_gives_its_site_back_and_reserves_the_other() -> None:
    moved = s.approved().does(s.MOVE, CIVIL_COORDINATOR)
    assert sent(moved) == [(s.SITE_ID, "release_site"), (s.NEXT_DOOR_ID, "reserve_site")]
    assert {to for to, _ in told(moved)} == {f"unit/{SHIPAI}"}
    view = shown(moved.state)
    assert view is not None
    assert (view.details["site"], view.details["site_kind"]) == (s.NEXT_DOOR_ID, "NEW_BUILD")
    assert view.details["approved_at"] is None


def test_the_first_milestone_occupies_the_site_and_the_next_does_not() -> None:
    assert sent(s.building())[0] == (s.SITE_ID, "occupy_site")
    assert sent(s.all_reached()) == []


def test_what_is_dropped_or_closed_gives_the_site_back() -> None:
    assert sent(s.dropped())[0] == (s.SITE_ID, "release_site")
    assert sent(s.closed()) == [(s.SITE_ID, "release_site")]


def test_a_finding_hears_how_far_the_facility_has_come() -> None:
    standings = {}
    for name, story in (
        ("proposed", s.proposed()),
        ("building", s.building()),
        ("opened", s.opened()),
        ("dropped", s.dropped()),
    ):
        found = errands(story.stream, story.state, story.facts[-1])
        standings[name] = next(
            one.command["standing"] for one in found if one.stream == s.FINDING_ID
        )
    assert standings == {
        "proposed": "WAITING",
        "building": "BEGUN",
        "opened": "DONE",
        "dropped": "DROPPED",
    }


def test_a_finding_that_leans_on_it_later_hears_where_it_stands_now() -> None:
    story = s.building().does(LinkFinding(finding=s.LATER_FINDING_ID), SYSTEM)
    (errand,) = errands(story.stream, story.state, story.facts[-1])
    assert (errand.stream, errand.command["standing"]) == (s.LATER_FINDING_ID, "BEGUN")


def test_an_errand_is_the_same_however_often_it_is_derived() -> None:
    story = s.proposed()
    assert errands(story.stream, story.state, story.facts[-1])[0].command_id == (
        f"because/{s.FACILITY_ID}/1"
    )


def test_lead_and_street_are_told_but_not_of_their_own_doing() -> None:
    assert told(s.proposed()) == [(f"unit/{CIVIL_AFFAIRS}", "facility_proposed")]
    assert told(s.approved()) == [
        (f"unit/{CIVIL_AFFAIRS}", "facility_approved"),
        (f"unit/{SHIPAI}", "facility_approved"),
    ]
    assert told(s.one_key()) == [(f"unit/{SHIPAI}", "facility_second_key")]


def test_what_a_leaving_provider_hands_over_is_heard_here() -> None:
    """The errand is the provider's own, word for word; the successor runs the function then."""
    leaving = p.exiting().does(p.ACCEPT_MEALS, p.SUCCESSOR_AGENT)
    (errand,) = leaving.case.errands(leaving.stream, leaving.state, leaving.facts[-1])
    command = FACILITY.commands.validate_python(errand.command)
    gone = s.provider(leaving.stream, "MEAL")
    follows = s.provider(p.SUCCESSOR.stream, "MEAL")
    rules = s.among(s.site("RESERVED", s.FACILITY_ID), s.other(), gone, follows)
    lunch = s.CANTEEN.model_copy(
        update={"mode": c.OperationMode.ENTRUSTED, "provider": leaving.stream}
    )
    ready = s.entrusted(s.ready().under(rules), s.CARE, lunch)
    taken_over = ready.does(command, SYSTEM)
    assert dict(taken_over.state.plan.operators())["MEAL"] == p.SUCCESSOR.stream


def test_neighbours_know_who_runs_what() -> None:
    found = neighbour(s.FACILITY_ID, s.opened().state)
    assert found is not None
    assert found.operators == (
        ("ELDER", s.CARE_ID),
        ("MEAL", s.CHAIN_ID),
        ("HEALTH", s.CARE_ID),
    )
    assert (found.state, found.place, found.is_open) == ("OPEN", SHIPAI_PLACE, True)
    gone = neighbour(s.FACILITY_ID, s.closed().state)
    assert gone is not None
    assert (gone.is_open, gone.operators) == (False, ())


def test_the_board_is_given_what_the_figures_need() -> None:
    story = s.opened().does(
        c.SuspendFacility(ground="SAFETY", reason="消防通道被占用"), CIVIL_COORDINATOR
    )
    found = shown(story.state)
    assert found is not None
    assert found.units == (CIVIL_AFFAIRS, SHIPAI)
    assert found.details["money"] == [
        {"source": "DISTRICT", "planned": 300_000_00, "spent": 0},
        {"source": "BOND", "planned": 500_000_00, "spent": 0},
    ]
    assert [one["milestone"] for one in found.details["milestones"]] == ["DESIGN", "WORKS"]
    assert found.details["places"] == {"ELDER": 40, "MEAL": 40, "HEALTH": 40}
    json.dumps(found.details)


def test_every_state_is_shown_and_has_a_holder_while_it_is_open() -> None:
    for name, story in s.EVERY_STATE.items():
        state = story().state
        assert shown(state) is not None
        assert FACILITY.is_over(state) or FACILITY.holder(state), name


def test_every_notice_has_its_words() -> None:
    from wording.notices import NOTICE_TEXTS

    for story in (*s.EVERY_STATE.values(), s.one_key, s.submitted, s.used):
        played = story()
        state = FACILITY.initial
        for happened in played.facts:
            state = FACILITY.evolve(state, happened)
            for notice in notices(played.stream, state, happened):
                assert notice.template in NOTICE_TEXTS
    missed = s.opened().rings("use_report")
    assert told(missed)[0][1] == "facility_limit_missed"
    assert isinstance(missed.facts[-1], Happened)
    assert told(s.opened().after(days=1).does(s.CLOSE, AUTHORITY))[0][1] == "facility_closed"
