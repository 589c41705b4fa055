"""The figures a review is held on: numerators and denominators, from the facts alone."""

from datetime import timedelta
from typing import Any

from activities.figures import figures_of, last_review
from domain.envelope import SYSTEM
from domain.pairing.commands import ReviewFigures
from ledger.store import Entry
from tests.domain.world import GRANDMA, MONDAY, NEIGHBOUR, task_id

REGISTERED = ("task_registered.v1", {"policy": "gd-2022@0123456789ab"})
CONTACTED = ("resident_contacted.v1", {"result": "REACHED", "within_limit": True})
CONTACT_MISSED = ("limit_missed.v1", {"clock": "first_contact"})
ON_TIME = ("result_submitted.v1", {"on_time": True})
LATE = ("result_submitted.v1", {"on_time": False})

Told = tuple[str, dict[str, Any]]


def rated(subject: str | None, grade: int, *, resolved: bool, closes: bool = True) -> Told:
    return (
        "task_rated.v1",
        {
            "subject": subject,
            "grade": grade,
            "resolved": resolved,
            "resolution": "RESOLVED" if closes else None,
        },
    )


def task(*facts: Told, first: int = 0) -> list[Entry]:
    """Return a task with these facts, standing in the log from position *first* on."""
    return [
        Entry(
            position=first + number,
            ordinal=0,
            hash="",
            body=b"",
            stream=task_id("the ramp"),
            version=number + 1,
            kind=kind,
            recorded_at=MONDAY + timedelta(minutes=number),
            occurred_at=MONDAY + timedelta(minutes=number),
            by=SYSTEM,
            command_id=f"command-{number}",
            because_of=None,
            pairing=None,
            policy=None,
            calendar=None,
            seen=-1,
            previous="",
            fact=fact,
        )
        for number, (kind, fact) in enumerate(facts)
    ]


def test_a_pairing_without_tasks_has_nothing_in_any_denominator() -> None:
    assert figures_of([], 7) == ReviewFigures(position=7)


def test_each_rate_keeps_what_it_was_made_of() -> None:
    good = task(REGISTERED, CONTACTED, ON_TIME, rated(GRANDMA.person, 5, resolved=True))
    poor = task(REGISTERED, CONTACT_MISSED, LATE, rated(GRANDMA.person, 2, resolved=False))
    going_on = task(REGISTERED)
    assert figures_of([good, poor, going_on], 30) == ReviewFigures(
        position=30,
        tasks=3,
        closed=2,
        on_time=1,
        contacted_on_time=1,
        contact_due=2,
        resolved=1,
        resolution_answers=2,
        satisfied=1,
        rated=2,
        grade_sum=7,
    )


def test_a_residents_last_word_counts_and_each_resident_has_one() -> None:
    reworked = task(
        REGISTERED,
        rated(GRANDMA.person, 1, resolved=False, closes=False),
        rated(NEIGHBOUR.person, 4, resolved=True, closes=False),
        rated(GRANDMA.person, 5, resolved=True),
    )
    figures = figures_of([reworked], 9)
    assert (figures.rated, figures.satisfied, figures.grade_sum) == (2, 2, 9)
    assert (figures.resolved, figures.resolution_answers) == (2, 2)


def test_silence_is_not_satisfaction_unless_the_pack_said_so() -> None:
    def silent(value: str) -> list[Entry]:
        told = {"value": value, "subjects": [GRANDMA.person], "resolution": "UNRATED"}
        return task(REGISTERED, ("rating_defaulted.v1", told))

    assert figures_of([silent("NONE")], 3).rated == 0
    said_so = figures_of([silent("SATISFIED")], 3, satisfied_from={"gd-2022": 4})
    assert (said_so.rated, said_so.satisfied, said_so.grade_sum) == (1, 1, 4)


def test_what_was_never_ours_or_left_out_of_the_score_is_not_counted() -> None:
    for kind in ("task_not_admitted.v1", "task_merged.v1", "score_excluded.v1"):
        assert figures_of([task(REGISTERED, (kind, {}))], 2).tasks == 0


def test_a_review_does_not_count_again_what_the_one_before_counted() -> None:
    before = task(REGISTERED, ON_TIME, rated(GRANDMA.person, 5, resolved=True))
    after = task(REGISTERED, ON_TIME, rated(GRANDMA.person, 5, resolved=True), first=10)
    assert figures_of([before, after], 20, before=5).tasks == 1


def test_a_reopened_task_is_open_again() -> None:
    again = task(REGISTERED, rated(GRANDMA.person, 5, resolved=True), ("task_reopened.v1", {}))
    assert figures_of([again], 3).closed == 0


def test_the_review_before_is_found_by_the_position_it_was_frozen_at() -> None:
    opened = [("review_opened.v1", {"figures": {"position": at}}) for at in (12, 40)]
    assert last_review(task(*opened)) == 40
    assert last_review([]) == -1
