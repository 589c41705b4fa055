"""Which provider serves a task: named by the main unit, handed over when a provider leaves."""

import pytest

from domain.envelope import SYSTEM
from domain.task.commands import NameProvider, TakeOverService
from domain.task.facts import ProviderNamed
from tests.domain.task import stories as s
from tests.domain.world import (
    CIVIL_COORDINATOR,
    HEALTH_COORDINATOR,
    Town,
    on,
    rules_with,
)

NAME = NameProvider(provider=s.PROVIDER, reason="就近")
OTHER = NameProvider(provider=s.OTHER_PROVIDER, reason="居民要求")
TAKE_OVER = TakeOverService(provider=s.OTHER_PROVIDER, provider_before=s.PROVIDER)


def test_the_main_unit_names_who_serves_the_task() -> None:
    story = s.accepted().under(s.SERVED).when(NAME, CIVIL_COORDINATOR)
    named = story.then(ProviderNamed(provider=s.PROVIDER, provider_before=None, reason="就近"))
    assert named.state.body.provider == s.PROVIDER
    assert named.case.neighbour(named.stream, named.state).provider == s.PROVIDER
    other = named.when(OTHER, CIVIL_COORDINATOR).then(ProviderNamed, provider_before=s.PROVIDER)
    nobody = NameProvider(provider=None, reason="自行办理")
    other.when(nobody, CIVIL_COORDINATOR).then(ProviderNamed, provider=None)


def test_another_unit_does_not() -> None:
    s.accepted().under(s.SERVED).when(NAME, HEALTH_COORDINATOR).then_refused("addressee-only")


def test_naming_the_same_again_is_no_news() -> None:
    s.served().when(NAME, CIVIL_COORDINATOR).then_refused("provider-another")


@pytest.mark.parametrize(
    "fields",
    [
        {"admitted_for": ("MEAL",)},
        {"areas": ("440106006",)},
        {"may_begin": False},
        {"valid_until": on(5, 11)},
    ],
)
def test_it_must_be_admitted_for_this_work_at_this_place(fields: dict[str, object]) -> None:
    rules = rules_with(town=Town(others=(s.provider(**fields),)))
    s.accepted().under(rules).when(NAME, CIVIL_COORDINATOR).then_refused("provider-admitted")


def test_one_nobody_knows_is_refused() -> None:
    story = s.accepted().under(rules_with(town=Town()))
    story.when(NAME, CIVIL_COORDINATOR).then_refused("provider-admitted")


def test_a_successor_takes_over_what_the_provider_serves() -> None:
    s.served().when(TAKE_OVER, SYSTEM).then(
        ProviderNamed(provider=s.OTHER_PROVIDER, provider_before=s.PROVIDER, reason=None)
    )


def test_a_task_somebody_else_serves_or_that_is_over_stays_as_it_is() -> None:
    s.accepted().when(TAKE_OVER, SYSTEM).then_nothing()
    s.closed().when(TAKE_OVER, SYSTEM).then_nothing()
