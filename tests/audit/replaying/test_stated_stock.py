"""Stated figures of coverage, providers and pilots, counted from facts to the month's end."""

import pytest

from audit.reading import open_reader
from audit.replay.provider_register import REGISTERED, providers_at
from audit.replay.stated import stated
from audit.replay.stated_stock import SERVICES
from policies import shipped_pack
from services.providers import REGISTERED as ON_THE_PAGE
from tests.audit.replaying.rich import Chronicle
from tests.domain.facility import stories as facility
from tests.domain.harness import Story
from tests.domain.programme import stories as programme
from tests.domain.provider import stories as provider
from tests.domain.world import CIVIL_COORDINATOR, uuid_of


def counted(url: str, month: str) -> dict[str, tuple[int, int, int]]:
    with open_reader(url) as reader:
        return {
            one.code: (one.numerator, one.denominator, one.excluded)
            for one in stated(reader, month, reader.head())
        }


def told(chronicle: Chronicle, *stories: Story) -> None:
    for number, story in enumerate(stories):
        chronicle.tell_story(f"{story.case.category}/{uuid_of(f'stated {number}')}", story)


def test_what_is_open_covers_its_community_from_the_month_it_opened_in(
    chronicle: Chronicle, url: str
) -> None:
    """Three functions are open since June; the planned complex beside it covers nothing."""
    told(chronicle, facility.opened(), facility.building())
    before, june = counted(url, "2026-05"), counted(url, "2026-06")
    cells = june["services_covered@1"][1]
    assert cells > 0
    assert cells % len(SERVICES) == 0
    assert before["services_covered@1"] == (0, cells, 0)
    assert june["services_covered@1"] == (3, cells, 0)


def test_a_plan_that_moves_to_a_new_build_is_no_longer_on_existing_stock(
    chronicle: Chronicle, url: str
) -> None:
    told(chronicle, facility.proposed().does(facility.MOVE, CIVIL_COORDINATOR))
    assert counted(url, "2026-12")["facilities_on_stock@1"] == (0, 1, 0)


def test_a_facility_that_is_suspended_covers_nothing(chronicle: Chronicle, url: str) -> None:
    told(chronicle, facility.suspended())
    assert counted(url, "2026-12")["services_covered@1"][0] == 0


@pytest.mark.parametrize("pack", ["gd-2022", "sd-2020", "zhuhai-124", "bj-grade", "demo"])
def test_every_shipped_pack_knows_the_services_that_are_stated(pack: str) -> None:
    facilities = shipped_pack(pack).facilities
    assert facilities is not None
    assert set(SERVICES) <= set(facilities.coverage)


def test_the_register_is_read_from_facts_as_the_decider_remembers_it(
    chronicle: Chronicle, url: str
) -> None:
    stories = [make() for make in provider.EVERY_STATE.values()]
    told(chronicle, *stories)
    with open_reader(url) as reader:
        found = providers_at(reader, reader.head())
    assert [one.state for one in found.values()] == list(provider.EVERY_STATE)
    assert REGISTERED == ON_THE_PAGE


def test_grades_and_measures_in_force_are_stated(chronicle: Chronicle, url: str) -> None:
    """One is good, one is poor, one has no grade yet and is warned; who has left counts nowhere."""
    good, poor = (
        provider.admitted()
        .under(provider.graded(tasks=10, rated=10, on_time=served, satisfied=served))
        .rings("grading")
        for served in (10, 1)
    )
    told(chronicle, good, poor, provider.warned(), provider.exited())
    figures = counted(url, "2027-12")
    assert figures["providers_good@1"] == (1, 2, 1)
    assert figures["providers_unmarked@1"] == (2, 3, 0)


def test_pilots_goals_are_those_that_were_assessed(chronicle: Chronicle, url: str) -> None:
    """One pilot met its three goals, the other none."""
    told(chronicle, programme.assessed())
    assert counted(url, "2027-03")["pilot_goals_met@1"] == (3, 6, 0)
    assert counted(url, "2026-06")["pilot_goals_met@1"] == (0, 0, 0)
