"""What is counted of a community: each figure by its facts, where the newest fact places a case."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.community_figures import (
    CommunityFigure,
    CountedBy,
    CountedCommunity,
    counted_communities,
)

HERE, THERE = "440106005001", "440106006001"


@dataclass(frozen=True)
class Entry:
    """One fact, as the figures read it."""

    position: int
    kind: str
    fact: Mapping[str, Any] = field(default_factory=dict)


BY = CountedBy({"town": 4}, {"440106005-SO": "440106005"})


def case(*facts: tuple[str, dict[str, Any]], first: int = 0) -> list[Entry]:
    return [Entry(first + n, f"{kind}.v1", fact) for n, (kind, fact) in enumerate(facts)]


def counted(**cases: Iterable[Sequence[Entry]]) -> dict[str, CountedCommunity]:
    return counted_communities((HERE, THERE), 100, lambda name: cases.get(name, ()), BY)


def told(community: CountedCommunity, figure: CommunityFigure) -> tuple[int, int, tuple[int, ...]]:
    value = community.frozen.value(figure)
    return value.numerator, value.denominator, community.facts[figure]


REGISTERED = ("task_registered", {"place": HERE, "policy": "town@1"})
CLOSED = ("result_upheld", {"resolution": "EXPLAINED"})


def rating(subject: str, grade: int) -> tuple[str, dict[str, Any]]:
    return ("task_rated", {"subject": f"subject/{subject}", "grade": grade})


def test_tasks_closed_are_those_of_the_place_that_were_ours() -> None:
    found = counted(
        task=[
            case(REGISTERED, CLOSED),
            case(REGISTERED, first=10),
            case(REGISTERED, CLOSED, ("task_reopened", {}), first=20),
            case(REGISTERED, ("task_not_admitted", {}), first=30),
        ]
    )
    assert told(found[HERE], CommunityFigure.TASKS_CLOSED) == (1, 3, (1,))
    assert told(found[THERE], CommunityFigure.TASKS_CLOSED) == (0, 0, ())


def test_a_task_counts_where_its_newest_word_places_it() -> None:
    moved = case(REGISTERED, ("registration_corrected", {"place": THERE}), CLOSED)
    kept = case(REGISTERED, ("registration_corrected", {"place": None}), first=10)
    found = counted(task=[moved, kept])
    assert told(found[HERE], CommunityFigure.TASKS_CLOSED) == (0, 1, ())
    assert told(found[THERE], CommunityFigure.TASKS_CLOSED) == (1, 1, (2,))


def test_residents_are_satisfied_from_the_grade_of_the_pack_by_their_newest_word() -> None:
    found = counted(
        task=[case(REGISTERED, rating("a", 4), rating("b", 3), rating("b", 5), rating("c", 2))]
    )
    assert told(found[HERE], CommunityFigure.RESIDENTS_SATISFIED) == (2, 3, (1, 3))


RECORDED = ("finding_recorded", {"place": HERE})


def test_findings_are_struck_off_or_open_and_dismissed_ones_were_never_ours() -> None:
    found = counted(
        finding=[
            case(RECORDED, ("finding_struck_off", {})),
            case(RECORDED, first=10),
            case(RECORDED, ("finding_struck_off", {}), ("finding_reopened", {}), first=20),
            case(RECORDED, ("finding_dismissed", {}), first=30),
            case(RECORDED, ("finding_merged", {}), first=40),
        ]
    )
    assert told(found[HERE], CommunityFigure.FINDINGS_STRUCK_OFF) == (1, 3, (1,))
    assert told(found[HERE], CommunityFigure.FINDINGS_OPEN) == (2, 3, (10, 22))


def proposed(*functions: str) -> tuple[str, dict[str, Any]]:
    return ("facility_proposed", {"place": HERE, "functions": list(functions)})


OPENED: tuple[str, dict[str, Any]] = ("facility_opened", {})


def test_a_function_is_open_once_however_many_facilities_offer_it() -> None:
    found = counted(
        facility=[
            case(proposed("ELDER", "MEAL"), OPENED),
            case(proposed("MEAL", "HEALTH"), OPENED, ("facility_suspended", {}), first=10),
            case(proposed("SPORT"), OPENED, ("facility_closed", {}), first=20),
            case(proposed("CULTURE"), ("facility_dropped", {}), first=30),
        ]
    )
    assert told(found[HERE], CommunityFigure.FUNCTIONS_OPEN) == (2, 3, (1,))


def test_what_was_accepted_replaces_what_was_planned() -> None:
    accepted = ("facility_accepted", {"functions": ["ELDER"]})
    resumed = case(proposed("ELDER", "MEAL"), accepted, OPENED, ("facility_resumed", {}))
    found = counted(facility=[resumed])
    assert told(found[HERE], CommunityFigure.FUNCTIONS_OPEN) == (1, 1, (3,))


def test_the_figures_name_their_position_and_every_figure() -> None:
    frozen = counted()[HERE].frozen
    assert frozen.position == 100
    assert [one.figure for one in frozen.figures] == list(CommunityFigure)


def promised(code: str, quantity: int, place: str | None = None) -> dict[str, Any]:
    return {"code": code, "place": place, "commitment": {"quantity": quantity}}


def a_pairing(*facts: tuple[str, dict[str, Any]], first: int = 0) -> list[Entry]:
    items = [
        promised("R-1", 10),
        promised("R-2", 5, HERE),
        promised("R-3", 1, "440106005002"),
        {"code": "R-4", "place": HERE},
    ]
    return case(
        ("pairing_drafted", {"street": "440106005-SO"}),
        ("pairing_list_attached", {"list": "RESOURCE", "unit": "440106-CA", "items": items}),
        *facts,
        first=first,
    )


APPROVED: tuple[str, dict[str, Any]] = ("pairing_approved", {})


def confirmed(delivery: int, item: str, quantity: int) -> tuple[str, dict[str, Any]]:
    told = {"delivery": delivery, "item": item, "delivered": {"quantity": quantity}}
    return ("commitment_delivery_confirmed", told)


def delivered(*facts: tuple[str, dict[str, Any]]) -> tuple[int, int, tuple[int, ...]]:
    found = counted(pairing=[a_pairing(APPROVED, *facts)])[HERE]
    return told(found, CommunityFigure.COMMITMENTS_DELIVERED)


def test_commitments_are_those_to_the_community_or_its_street_kept_in_full() -> None:
    """What lies in another community, and what promises nothing, is not counted."""
    assert delivered() == (0, 2, ())
    assert delivered(confirmed(1, "R-1", 6)) == (0, 2, ())
    assert delivered(confirmed(1, "R-1", 6), confirmed(2, "R-1", 4)) == (1, 2, (3, 4))
    found = counted(pairing=[a_pairing(APPROVED, confirmed(1, "R-1", 10))])[THERE]
    assert told(found, CommunityFigure.COMMITMENTS_DELIVERED) == (0, 0, ())


def test_a_commitment_follows_its_settled_taken_back_and_revised_deliveries() -> None:
    settled = ("delivery_dispute_settled", {"delivery": 1, "item": "R-2"})
    settled = (settled[0], {**settled[1], "counted": {"quantity": 5}})
    assert delivered(settled) == (1, 2, (3,))
    back = ("delivery_taken_back", {"delivery": 1, "item": "R-2"})
    assert delivered(confirmed(1, "R-2", 5), back) == (0, 2, ())
    fewer = ("commitment_revised", {"item": "R-2", "promised": {"quantity": 3}})
    assert delivered(confirmed(1, "R-2", 3), fewer) == (1, 2, (3,))


def test_a_pairing_that_was_not_approved_promised_nothing() -> None:
    found = counted(pairing=[a_pairing(confirmed(1, "R-1", 10))])[HERE]
    assert told(found, CommunityFigure.COMMITMENTS_DELIVERED) == (0, 0, ())
