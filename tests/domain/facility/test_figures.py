"""Figures of facilities: each from its parts, nothing counted that is not there."""

from typing import Any

from domain.facility.figures import (
    Cell,
    Parts,
    Seen,
    by_source,
    coverage,
    covered,
    figures,
    use_per_place,
)

HERE, THERE = "440106005001", "440106005002"


def seen(name: str, state: str, place: str = HERE, **about: Any) -> Seen:
    details = {
        "functions": ["ELDER", "MEAL"],
        "facility_kind": "COMPLEX",
        "below_advised": False,
        "site_kind": "IDLE_PUBLIC_ROOMS",
        "proposed_at": "2026-05-01T01:00:00Z",
        "opened_at": None,
        "money": [{"source": "BOND", "planned": 100, "spent": 40}],
        "places": {"ELDER": 20},
        "use": [],
        **about,
    }
    return Seen(f"facility/{name}", state, place, details)


OPEN = seen("a", "OPEN", opened_at="2026-05-11T00:59:00Z")
COMING = seen("b", "BUILDING", THERE, functions=["MEAL"], site_kind="NEW_BUILD")
STOPPED = seen("c", "SUSPENDED", THERE, below_advised=True, opened_at="2026-05-03T01:00:00Z")
DROPPED = seen("d", "DROPPED", THERE)


def test_a_cell_holds_what_is_open_and_what_is_to_come() -> None:
    matrix = coverage([OPEN, COMING, STOPPED, DROPPED], [HERE, THERE], ["ELDER", "MEAL"])
    assert matrix[HERE]["MEAL"] == Cell(open=("facility/a",))
    assert matrix[THERE]["MEAL"] == Cell(coming=("facility/b",))
    assert matrix[THERE]["ELDER"] == Cell()
    assert covered(matrix) == Parts(2, 4)


def test_each_figure_has_its_parts() -> None:
    facilities = [OPEN, COMING, STOPPED, DROPPED]
    matrix = coverage(facilities, [HERE], ["ELDER"])
    assert figures(facilities, matrix) == {
        "coverage": Parts(1, 1),
        "complexes_meeting": Parts(2, 3),
        "complexes_advised": Parts(1, 2),
        "on_existing_stock": Parts(2, 3),
        "money_spent": Parts(120, 300),
        "days_to_open": Parts(9 + 2, 2),
    }


def test_money_is_counted_by_source_without_what_was_dropped() -> None:
    other = seen("e", "READY", money=[{"source": "DISTRICT", "planned": 5, "spent": 0}])
    assert by_source([OPEN, COMING, DROPPED, other]) == {
        "BOND": Parts(80, 200),
        "DISTRICT": Parts(0, 5),
    }


def test_use_is_counted_against_the_places_of_the_months_reported() -> None:
    used = [
        {"month": f"2026-0{month}", "function": "ELDER", "visits": 300, "people": 9}
        for month in (6, 7)
    ]
    assert use_per_place([seen("f", "OPEN", use=used), OPEN]) == {"ELDER": Parts(600, 40)}
