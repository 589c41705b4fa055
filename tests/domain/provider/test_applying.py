"""A provider applies: each guard of its application by its rule (APPLIED)."""

from dataclasses import replace

import pytest

from domain.provider import commands as c
from domain.provider import facts as f
from domain.provider.identity import team_stream
from tests.domain.provider import stories as s
from tests.domain.world import (
    AGENT,
    CIVIL_COORDINATOR,
    DISPATCHER,
    POLICY,
    SHIPAI,
    WUSHAN_DISPATCHER,
    Town,
    on,
    rules_with,
)


def test_a_body_applies_by_its_link() -> None:
    told = s.unapplied().when(s.APPLY, AGENT).then(f.AdmissionApplied)
    applied = told.facts[-1].fact
    assert (applied.round, applied.agent, applied.unit) == (1, AGENT.person, None)
    assert applied.look_by.limit == "5wd"
    assert set(told.clocks()) == {"look_at"}


def test_an_office_applies_for_it() -> None:
    s.unapplied().when(s.APPLY, DISPATCHER).then(f.AdmissionApplied, agent=None, unit=SHIPAI)


def test_a_volunteer_team_without_a_code_has_its_case_by_its_number() -> None:
    team = s.applying(
        provider_kind=c.ProviderKind.VOLUNTEER_TEAM,
        credit_code=None,
        team_number="TH-0001",
        categories=("ELDER",),
        licences=(),
    )
    story = replace(s.unapplied(), stream=team_stream("TH-0001"))
    story.when(team, AGENT).then(f.AdmissionApplied, team_number="TH-0001", credit_code=None)


def test_a_branch_names_its_head() -> None:
    branch = s.applying(provider_kind=c.ProviderKind.CHAIN_BRANCH, head_code=s.HEAD_CODE)
    s.unapplied().when(branch, AGENT).then(f.AdmissionApplied, head_code=s.HEAD_CODE)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"credit_code": None}, "number-of-body"),
        ({"team_number": "TH-0001"}, "number-of-body"),
        (
            {"provider_kind": c.ProviderKind.VOLUNTEER_TEAM, "team_number": "T-001"},
            "number-of-body",
        ),
        ({"credit_code": s.CODE[:-1] + "0"}, "credit-code-checks"),
        ({"credit_code": "91440106MADEUPO01X"}, "credit-code-checks"),
        ({"credit_code": s.HEAD_CODE}, "case-of-body"),
        ({"head_code": s.HEAD_CODE}, "head-of-chain"),
        ({"provider_kind": c.ProviderKind.CHAIN_BRANCH}, "head-of-chain"),
        (
            {"provider_kind": c.ProviderKind.CHAIN_BRANCH, "head_code": s.CODE},
            "head-of-chain",
        ),
        (
            {"provider_kind": c.ProviderKind.CHAIN_BRANCH, "head_code": s.HEAD_CODE[:-1] + "0"},
            "credit-code-checks",
        ),
        ({"categories": ("MEAL", "MEAL")}, "listed-once"),
        ({"areas": (s.AREA, s.AREA)}, "listed-once"),
        ({"categories": ("MOON",)}, "code-listed"),
        ({"licences": (c.Licence(licence="MOON", number="M-1"),)}, "code-listed"),
        ({"licences": (s.BUSINESS, s.BUSINESS)}, "listed-once"),
        (
            {"licences": (c.Licence(licence="FOOD", number="JY-0", valid_until=on(5, 11)),)},
            "licence-in-force",
        ),
        ({"categories": ("OTHER",), "areas": ("440106",)}, "competent-unit"),
        ({"policy": "nowhere"}, "policy-unknown"),
    ],
)
def test_an_application_that_cannot_stand_is_refused(changed: dict[str, object], rule: str) -> None:
    s.unapplied().when(s.applying(**changed), AGENT).then_refused(rule)


def test_an_office_applies_for_bodies_at_its_own_place() -> None:
    s.unapplied().when(s.APPLY, WUSHAN_DISPATCHER).then_refused("own-place-only")


def test_a_pack_is_in_force_in_every_area() -> None:
    elsewhere = POLICY.model_copy(update={"divisions": ("440106006",)})
    story = s.unapplied().under(rules_with(elsewhere))
    story.when(s.APPLY, AGENT).then_refused("pack-in-force")


def test_a_pack_without_providers_says_so() -> None:
    without = POLICY.model_copy(update={"providers": None})
    s.unapplied().under(rules_with(without)).when(s.APPLY, AGENT).then_refused("pack-without")


@pytest.mark.parametrize("story", [s.applied, s.verified, s.admitted, s.suspended, s.exiting])
def test_one_body_has_one_open_application(story: object) -> None:
    assert callable(story)
    story().when(s.APPLY, AGENT).then_refused("application-open")


def test_whoever_left_of_their_own_wish_applies_again() -> None:
    s.exited().when(s.APPLY, AGENT).then(f.AdmissionApplied, round=2)


def test_nobody_takes_a_known_body_over_by_a_link() -> None:
    s.exited().when(s.APPLY, s.SUCCESSOR_AGENT).then_refused("agent-only")


def test_whoever_was_ordered_to_leave_is_barred_until_the_clock_rings() -> None:
    barred = s.barred()
    barred.when(s.APPLY, AGENT).then_refused("barred-until")
    free = barred.when_rings("bar").then(f.BarEnded)
    food = s.FOOD.model_copy(update={"valid_until": on(1, 1, year=2035)})
    free.when(s.applying(licences=(s.BUSINESS, food)), AGENT).then(f.AdmissionApplied, round=2)


def test_a_branch_of_a_barred_head_is_refused() -> None:
    head = replace(
        s.SUCCESSOR, stream=s.provider_stream(s.HEAD_CODE), barred_until=on(1, 1, year=2027)
    )
    branch = s.applying(provider_kind=c.ProviderKind.CHAIN_BRANCH, head_code=s.HEAD_CODE)
    story = s.unapplied().under(rules_with(town=Town(others=(head,))))
    story.when(branch, AGENT).then_refused("head-barred")
    story.at(on(1, 1, year=2027)).when(
        s.applying(
            provider_kind=c.ProviderKind.CHAIN_BRANCH, head_code=s.HEAD_CODE, licences=(s.BUSINESS,)
        ),
        AGENT,
    ).then(f.AdmissionApplied)


def test_an_agent_is_named_once() -> None:
    again = c.NameAgent(agent=str(AGENT.person))
    s.verifying().when(again, CIVIL_COORDINATOR).then_refused("agent-new")
    s.verifying().when(s.ANOTHER, CIVIL_COORDINATOR).then(
        f.AgentNamed, agents_before=(AGENT.person,)
    )
