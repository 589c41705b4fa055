"""The laws of `tests/domain/laws.py`, asked of every kind of case that has a table of stories."""

from types import ModuleType
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain import laws
from tests.domain.facility import table as facility
from tests.domain.finding import stories as finding
from tests.domain.pairing import table as pairing
from tests.domain.programme import stories as programme
from tests.domain.provider import stories as provider
from tests.domain.site import stories as site

KINDS: tuple[ModuleType, ...] = (
    pairing,
    finding,
    site,
    facility,
    provider,
    programme,
)
"""Each kind's stories, as `laws.Stories` has them: one line for a new kind."""

EACH = pytest.mark.parametrize("stories", KINDS, ids=lambda stories: stories.KIND.category)


def _each_of(what: str) -> pytest.MarkDecorator:
    """Parametrise by every entry of the mapping *what* of every kind."""
    found = [(stories, name) for stories in KINDS for name in getattr(stories, what)]
    names = [f"{stories.KIND.category}-{name}" for stories, name in found]
    return pytest.mark.parametrize(("stories", "name"), found, ids=names)


def _of(stories: ModuleType) -> laws.Stories:
    return cast("laws.Stories", stories)


@EACH
@settings(max_examples=120)
@given(data=st.data())
def test_replaying_the_book_gives_the_case_people_saw(stories: ModuleType, data: Any) -> None:
    laws.replays_as_it_was(data.draw(laws.walks(_of(stories))))


@EACH
@settings(max_examples=120)
@given(data=st.data())
def test_deciding_is_pure_and_refuses_only_by_rule(stories: ModuleType, data: Any) -> None:
    laws.decides_purely(data.draw(laws.walks(_of(stories))))


@EACH
@settings(max_examples=120)
@given(data=st.data())
def test_what_is_over_stays_over(stories: ModuleType, data: Any) -> None:
    laws.stays_over(data.draw(laws.walks(_of(stories))))


@EACH
@settings(max_examples=100)
@given(data=st.data())
def test_every_open_case_has_a_clock_or_waits_for_somebody(stories: ModuleType, data: Any) -> None:
    laws.goes_on(_of(stories), data.draw(laws.walks(_of(stories))))


@EACH
@settings(max_examples=100)
@given(data=st.data())
def test_a_due_clock_gives_one_fact_and_stops(stories: ModuleType, data: Any) -> None:
    laws.rings_once(data.draw(laws.walks(_of(stories))))


@_each_of("EVERY_STATE")
def test_a_story_is_in_the_state_it_is_told_of(stories: ModuleType, name: str) -> None:
    told = _of(stories).EVERY_STATE[name]()
    assert told.case.state_name(told.state) == name


@_each_of("EVERY_STATE")
def test_a_fact_that_is_missing_or_doubled_is_noticed(stories: ModuleType, name: str) -> None:
    laws.notices_missing_and_doubled_facts(stories.KIND, _of(stories).EVERY_STATE[name]())


@_each_of("TABLE")
def test_exactly_these_people_may_say_it(stories: ModuleType, name: str) -> None:
    laws.is_heard_of_exactly(_of(stories).TABLE[name], _of(stories).EVERYBODY)


@EACH
def test_every_command_has_a_row_and_roles(stories: ModuleType) -> None:
    commands = set(stories.KIND.commands.json_schema()["discriminator"]["mapping"])
    assert {command.kind for _, command, _ in stories.TABLE.values()} == commands
    assert set(stories.KIND.who_may) == commands


@EACH
def test_roles_of_the_table_are_those_that_are_published(stories: ModuleType) -> None:
    for _, command, allowed in stories.TABLE.values():
        assert {by.role for by in allowed} <= stories.KIND.who_may[command.kind]
