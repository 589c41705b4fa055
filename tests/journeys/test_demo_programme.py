"""The sample district has a need for everything the demonstration is to show."""

from collections import Counter

import pytest

from demo.pairings import plans
from demo.playing import HANDED_OVER, set_aside
from demo.programme import PATHS, Programme, duplicates, plain, programme
from tests.journeys import sample


@pytest.fixture(scope="module")
def made() -> Programme:
    cast = sample.cast()
    kept = set_aside(plans(cast, cast.streets()), sample.needs())
    return programme(cast, sample.needs(), kept)


def test_every_path_is_shown_as_often_as_it_is_meant_to_be(made: Programme) -> None:
    shown = Counter(one.path.name for one in made.episodes)
    assert {path.name: shown[path.name] for path in PATHS} == {
        path.name: path.times for path in PATHS
    }
    assert shown["left_in_hand"] == made.wanted["left_in_hand"]


def test_at_least_a_hundred_needs_take_another_way_than_the_plain_one(made: Programme) -> None:
    plainly = {"on_time", "left_in_hand"}
    rows = [row for one in made.episodes if one.path.name not in plainly for row in one.rows]
    assert len(rows) >= 100


def test_every_need_plays_exactly_one_part(made: Programme) -> None:
    parts = Counter(row.number for one in made.episodes for row in one.rows)
    parts.update(row.number for row in made.set_aside)
    assert set(parts) == {row.number for row in sample.needs()}
    assert set(parts.values()) == {1}


def test_the_pairing_that_is_wound_up_has_open_tasks_to_hand_over(made: Programme) -> None:
    assert len(made.set_aside) == HANDED_OVER
    street = {row.place[:9] for row in made.set_aside}
    assert len(street) == 1
    left = [row for one in made.episodes if one.path.name == "left_in_hand" for row in one.rows]
    assert not street & {row.place[:9] for row in left}


def test_red_cards_of_one_episode_are_not_counted_for_another(made: Programme) -> None:
    """Three red cards summon a unit: late episodes have main units of their own."""
    units = [
        {sample.cast().handlers(row.category)[0] for row in one.rows}
        for one in made.episodes
        if one.path.apart
    ]
    assert all(len(unit) == 1 for unit in units)
    assert len(set.union(*units)) == len(units)


def test_duplicates_are_the_same_matter_told_by_different_residents() -> None:
    pairs = duplicates(sample.needs())
    assert len(pairs) == 20
    for first, second in pairs:
        assert (first.place, first.category, first.matter) == (
            second.place,
            second.category,
            second.matter,
        )
        assert first.phone != second.phone


def test_urgent_and_safety_matters_are_sent_on_no_detour(made: Programme) -> None:
    names = {path.name for path in PATHS}
    assert all(plain(row) for one in made.episodes if one.path.name in names for row in one.rows)


def test_a_part_of_the_district_shows_every_path_at_least_once() -> None:
    """What the journey test plays."""
    cast = sample.cast()
    streets = cast.streets()[:9]
    rows = [row for row in sample.needs() if row.place[:9] in {one.division for one in streets}]
    kept = set_aside(plans(cast, streets), rows)
    made = programme(cast, rows, kept, share=9 / 21)
    shown = Counter(one.path.name for one in made.episodes)
    assert {path.name for path in PATHS if not shown[path.name]} == set()
