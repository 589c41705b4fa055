"""Comparing packs for every kind of case: nothing differs by itself, each limit has its name."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from audit.reading import open_reader
from audit.replay.compare import Comparison, compare
from domain.casebook import CASES
from domain.clocks import Deadline
from domain.facility import facts as facility_facts
from domain.values import CASE_CATEGORIES
from tests.audit.replaying.rich import Chronicle
from tests.domain.facility import stories as s
from tests.domain.facility import table as facility
from tests.domain.finding import stories as finding
from tests.domain.harness import Story
from tests.domain.programme import stories as programme
from tests.domain.provider import stories as provider
from tests.domain.world import POLICY, uuid_of
from wording.explaining import clock_of
from wording.labels import clock_label

KINDS = (finding, facility, provider, programme)


def compared(chronicle: Chronicle, url: str, stories: list[Story], policy: Any) -> list[Comparison]:
    streams = [f"{one.case.category}/{uuid_of(f'compared {n}')}" for n, one in enumerate(stories)]
    for stream, story in zip(streams, stories, strict=True):
        chronicle.tell_story(stream, story)
    with open_reader(url) as reader:
        return list(compare(reader, policy, streams))


@pytest.mark.parametrize("stories", KINDS, ids=lambda stories: stories.KIND.category)
def test_under_its_own_pack_nothing_differs(
    chronicle: Chronicle, url: str, stories: ModuleType
) -> None:
    every = [told() for told in stories.EVERY_STATE.values()]
    found = compared(chronicle, url, every, POLICY)
    assert len(found) == len(every)
    for one in found:
        assert not one.differs, one


def test_the_end_of_an_operators_term_can_be_played(chronicle: Chronicle, url: str) -> None:
    ended = s.opened().rings("operator_notice/1").rings("operator_term/1")
    assert ended.last(facility_facts.OperatorTermEnded)
    (found,) = compared(chronicle, url, [ended], POLICY)
    assert found.cannot_tell is None


def test_a_milestone_is_counted_by_the_limit_of_its_own_step(
    chronicle: Chronicle, url: str
) -> None:
    pack = POLICY.facilities
    assert pack is not None
    slower = tuple(
        one.model_copy(update={"within": "400d"}) if one.code == "WORKS" else one
        for one in pack.milestones
    )
    other = POLICY.model_copy(update={"facilities": pack.model_copy(update={"milestones": slower})})
    (found,) = compared(chronicle, url, [s.building()], other)
    (due,) = found.dues
    assert due.clock == "milestone"
    assert (due.own and due.own.limit, due.other and due.other.limit) == ("60wd", "400d")


def test_the_last_milestone_is_followed_by_the_limit_of_completion(
    chronicle: Chronicle, url: str
) -> None:
    pack = POLICY.facilities
    assert pack is not None
    limits = pack.limits.model_copy(update={"complete": "300d"})
    other = POLICY.model_copy(update={"facilities": pack.model_copy(update={"limits": limits})})
    (found,) = compared(chronicle, url, [s.all_reached()], other)
    (due,) = found.dues
    assert due.clock == "completion"
    assert due.other
    assert due.other.limit == "300d"


def _deadlines() -> Iterator[tuple[str, str]]:
    """Yield kind and field of every deadline a fact of any case may hold."""
    for category in CASE_CATEGORIES:
        for model in _models(CASES[category].facts._type):
            for name, field in model.model_fields.items():
                told_before = name in {"due_before", "paused_due"}
                if not told_before and Deadline in (field.annotation, *get_args(field.annotation)):
                    yield model.model_fields["kind"].default, name


def _models(annotated: Any) -> Iterator[type[BaseModel]]:
    for one in get_args(annotated) or (annotated,):
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield one
        elif get_args(one):
            yield from _models(one)


@pytest.mark.parametrize(("kind", "field"), list(_deadlines()))
def test_every_deadline_is_called_by_what_it_is_the_limit_of(kind: str, field: str) -> None:
    """A limit without a name of its own was once told by its field, or by another kind's clock."""
    fact = {"clock": "refresh", "number": 1, "next_milestone": "WORKS"}
    clock = clock_of(kind, field, fact)
    assert clock != field or clock == "due"
    assert clock_label(clock, "zh") != clock


def test_an_answer_a_verification_and_a_rectification_keep_their_kinds_apart() -> None:
    told = {
        (kind, field): clock_label(clock_of(kind, field, {}))
        for kind, field in (
            ("pairing_proposed.v1", "answer_by"),
            ("application_taken_up.v1", "answer_by"),
            ("remedy_reported.v1", "verify_by"),
            ("provider_change_reported.v1", "verify_by"),
            ("provider_warned.v1", "rectify_by"),
            ("facility_suspended.v1", "rectify_by"),
        )
    }
    assert list(told.values()) == ["答复提议", "核验", "现场核验", "变更核验", "整改", "停业整顿"]
