"""Every row of a site's table: the facts, the guards, and that nobody holds it twice."""

import pytest

from domain.envelope import SYSTEM
from domain.rules import NeighbourSite
from domain.site import commands as c
from domain.site import facts as f
from domain.site.case import neighbour, shown
from domain.site.commands import SiteCondition
from tests.domain.site import stories as s
from tests.domain.world import DISPATCHER, SHIPAI, SHIPAI_PLACE, WUSHAN_DISPATCHER, on


def test_a_site_is_registered_as_it_was_told() -> None:
    s.nowhere().when(s.REGISTER, DISPATCHER).then(
        f.SiteRegistered, title="石牌东路旧邮政所", floor_area=900, owner="区机关事务管理局"
    ).then_state("AVAILABLE").then_clocks()


def test_a_site_is_registered_once() -> None:
    s.available().when(s.REGISTER, DISPATCHER).then_refused("begun-once")


def test_a_site_lies_in_a_community() -> None:
    street = s.REGISTER.model_copy(update={"place": "440106005"})
    s.nowhere().when(street, DISPATCHER).then_refused("site-in-community")


def test_nobody_registers_a_site_elsewhere() -> None:
    s.nowhere().when(s.REGISTER, WUSHAN_DISPATCHER).then_refused("own-place-only")
    s.available().when(s.REVISE, WUSHAN_DISPATCHER).then_refused("own-place-only")
    withdraw = c.WithdrawSite(reason="收回")
    s.available().when(withdraw, WUSHAN_DISPATCHER).then_refused("own-place-only")


def test_what_changes_stands_beside_what_it_was() -> None:
    s.available().when(s.REVISE, DISPATCHER).then(
        f.SiteRevised,
        floor_area=880,
        floor_area_before=900,
        condition=SiteCondition.FITTING,
        condition_before=SiteCondition.FITTING,
        reason="实测",
    )


def test_a_revision_changes_something() -> None:
    same = c.ReviseSite(floor_area=900, reason="复核")
    s.available().when(same, DISPATCHER).then_refused("site-changed")


def test_a_site_is_reserved_for_the_facility_that_stands_on_it() -> None:
    s.available().when(s.RESERVE, SYSTEM).then(f.SiteReserved, facility=s.FACILITY_ID).then_state(
        "RESERVED"
    )


@pytest.mark.parametrize("story", [s.reserved, s.in_use])
def test_a_site_is_never_held_by_two(story: object) -> None:
    """Whoever comes second is refused, and the first keeps it."""
    assert callable(story)
    told = story()
    after = told.when(c.ReserveSite(facility=s.ANOTHER_ID), SYSTEM).then_refused("site-held")
    assert after.state.facility == s.FACILITY_ID
    told.when(s.RESERVE, SYSTEM).then_refused("site-held")


@pytest.mark.parametrize(
    "plan",
    [s.plan(s.FACILITY_ID, is_open=False), s.plan(s.FACILITY_ID, site=f"{s.SITE_ID[:-1]}0")],
)
def test_a_site_is_reserved_for_no_facility_that_is_over_or_elsewhere(plan: object) -> None:
    story = s.available().under(s.among(plan))  # type: ignore[arg-type]
    story.when(s.RESERVE, SYSTEM).then_refused("site-of-facility")


def test_only_its_facility_uses_a_site_and_gives_it_back() -> None:
    s.reserved().when(c.OccupySite(facility=s.ANOTHER_ID), SYSTEM).then_refused("site-held")
    s.reserved().when(c.ReleaseSite(facility=s.ANOTHER_ID), SYSTEM).then_refused("site-held")
    s.available().when(c.OccupySite(facility=s.FACILITY_ID), SYSTEM).then_refused("not-in-state")


def test_a_site_goes_from_hand_to_hand() -> None:
    free = s.in_use().when(c.ReleaseSite(facility=s.FACILITY_ID), SYSTEM).then(f.SiteReleased)
    free.then_state("AVAILABLE").when(c.ReserveSite(facility=s.ANOTHER_ID), SYSTEM).then(
        f.SiteReserved, facility=s.ANOTHER_ID
    )


def test_a_site_that_is_held_is_not_withdrawn() -> None:
    s.reserved().when(c.WithdrawSite(reason="收回"), DISPATCHER).then_refused("not-in-state")


def test_neighbours_know_who_holds_a_site() -> None:
    assert neighbour(s.SITE_ID, s.in_use().state) == NeighbourSite(
        stream=s.SITE_ID,
        state="IN_USE",
        is_open=True,
        kind="IDLE_PUBLIC_ROOMS",
        place=SHIPAI_PLACE,
        floor_area=900,
        available_from=on(5, 1),
        held_by=s.FACILITY_ID,
    )
    assert neighbour(s.SITE_ID, s.nowhere().state) is None


def test_the_board_shows_the_site_and_its_facility() -> None:
    told = shown(s.reserved().state)
    assert told is not None
    assert (told.title, told.place, told.units) == ("石牌东路旧邮政所", SHIPAI_PLACE, (SHIPAI,))
    assert told.details["facility"] == s.FACILITY_ID
    assert shown(s.nowhere().state) is None
