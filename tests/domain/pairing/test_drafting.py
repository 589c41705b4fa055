"""A pairing is drafted once for three parties, gets its lists, and is proposed and answered."""

from dataclasses import replace

import pytest

from domain.pairing.commands import (
    AcceptProposal,
    AttachList,
    CounterPropose,
    ListItem,
    ListKind,
    ProposePairing,
    WithdrawPairing,
)
from domain.pairing.facts import (
    CounterProposed,
    PairingDrafted,
    PairingListAttached,
    PairingProposed,
    PairingWithdrawn,
    ProposalAccepted,
    ProposalLapsed,
)
from domain.rules import NeighbourPairing
from tests.domain.pairing import stories as s
from tests.domain.world import (
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    DISPATCHER,
    DISSOLVED,
    HEALTH,
    HEALTH_COORDINATOR,
    HOUSING,
    HOUSING_COORDINATOR,
    ORGANIZATION,
    POLICY,
    SHIPAI,
    SHIPAI_CENTER,
    SHIPAI_PLACE,
    WUSHAN_PLACE,
    Town,
    on,
    rules_with,
    uuid_of,
)


def test_a_center_drafts_and_the_first_department_leads() -> None:
    (
        s.undrafted()
        .when(s.DRAFT, CENTER_COORDINATOR)
        .then(
            PairingDrafted(
                center=SHIPAI_CENTER,
                departments=(CIVIL_AFFAIRS, HEALTH),
                street=SHIPAI,
                categories=("ELDER", "HEALTH"),
                lead=CIVIL_AFFAIRS,
                title="石牌街道养老结对",
                term_start=s.TERM_START,
                term_end=s.TERM_END,
                policy="town",
            )
        )
        .then_state("DRAFT")
        .then_clocks()
    )


def test_a_department_drafts_too_and_may_name_the_lead() -> None:
    named = s.DRAFT.model_copy(update={"lead": HEALTH})
    s.undrafted().when(named, CIVIL_COORDINATOR).then(PairingDrafted, lead=HEALTH)


def test_a_pairing_is_drafted_once() -> None:
    s.draft().when(s.DRAFT, CENTER_COORDINATOR).then_refused("not-in-this-state")


def test_only_a_party_drafts() -> None:
    s.undrafted().when(s.DRAFT, HOUSING_COORDINATOR).then_refused("party-only")
    s.undrafted().when(s.DRAFT, DISPATCHER).then_refused("role-permitted")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"departments": (CIVIL_AFFAIRS, DISSOLVED)}, "unit-unknown"),
        ({"street": "440106099-SO"}, "unit-unknown"),
        ({"departments": (CIVIL_AFFAIRS, ORGANIZATION)}, "party-kind"),
        ({"street": HEALTH, "departments": (CIVIL_AFFAIRS,)}, "party-kind"),
        ({"departments": (CIVIL_AFFAIRS, CIVIL_AFFAIRS)}, "parties-differ"),
        ({"street": SHIPAI_CENTER}, "parties-differ"),
        ({"lead": HOUSING}, "lead-is-department"),
        ({"lead": SHIPAI}, "lead-is-department"),
        ({"categories": ("MOON",)}, "category-known"),
        ({"categories": ("ELDER", "ELDER")}, "categories-once"),
        ({"term_end": on(5, 31)}, "term-runs-forward"),
        ({"term_start": on(1, 1), "term_end": on(5, 1)}, "term-runs-forward"),
        ({"term_end": on(6, 2, "00:00", 2029)}, "term-max"),
        ({"policy": "nowhere"}, "policy-unknown"),
        ({"title": "联系 13800138000"}, "no-personal-data"),
    ],
)
def test_a_draft_meets_the_rules(changes: dict[str, object], rule: str) -> None:
    command = s.DRAFT.model_copy(update=changes)
    s.undrafted().when(command, CENTER_COORDINATOR).then_refused(rule)


def test_a_department_of_another_kind_is_no_center() -> None:
    command = s.DRAFT.model_copy(update={"center": CIVIL_AFFAIRS, "departments": (HEALTH,)})
    s.undrafted().when(command, HEALTH_COORDINATOR).then_refused("party-kind")


def test_a_term_of_exactly_the_longest_length_is_allowed() -> None:
    longest = s.DRAFT.model_copy(update={"term_end": on(6, 1, "00:00", 2029)})
    s.undrafted().when(longest, CENTER_COORDINATOR).then(PairingDrafted)


def other(**changes: object) -> NeighbourPairing:
    one = NeighbourPairing(
        stream=f"pairing/{uuid_of('another')}",
        state="ACTIVE",
        is_open=True,
        parties=(SHIPAI_CENTER, HEALTH, SHIPAI),
        categories=("HEALTH",),
        policy_id="town",
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def test_the_same_three_pair_once_for_a_category() -> None:
    rules = rules_with(town=Town(pairings=(other(),)))
    s.undrafted().under(rules).when(s.DRAFT, CENTER_COORDINATOR).then_refused("already-paired")


@pytest.mark.parametrize(
    "changes",
    [
        {"categories": ("MEAL",)},
        {"is_open": False},
        {"parties": (SHIPAI_CENTER, HOUSING, SHIPAI)},
        {"parties": ("OTHER-CENTER", HEALTH, SHIPAI)},
        {"stream": s.PAIRING_ID},
    ],
)
def test_another_pairing_is_in_nobodys_way_otherwise(changes: dict[str, object]) -> None:
    rules = rules_with(town=Town(pairings=(other(**changes),)))
    s.undrafted().under(rules).when(s.DRAFT, CENTER_COORDINATOR).then(PairingDrafted)


# The three lists.


def test_every_party_attaches_its_own_lists() -> None:
    """An item without a place gets the street's, so that the fact says where it is."""
    placed = s.SCREENING.model_copy(update={"place": "440106005"})
    (
        s.draft()
        .when(s.PROJECTS, CENTER_COORDINATOR)
        .then(
            PairingListAttached(
                list=ListKind.PROJECT, unit=SHIPAI_CENTER, items=(placed, s.HANDRAILS)
            )
        )
        .then_state("DRAFT")
        .when(
            AttachList(list=ListKind.RESOURCE, unit=HEALTH, items=(item("R-1"),)),
            HEALTH_COORDINATOR,
        )
        .then(PairingListAttached)
        .when(AttachList(list=ListKind.NEED, unit=SHIPAI, items=(item("N-9"),)), DISPATCHER)
        .then(PairingListAttached)
    )


def item(code: str, **changes: object) -> ListItem:
    return ListItem(code=code, title="项目", category="ELDER").model_copy(update=changes)


def test_a_list_of_the_same_kind_and_unit_is_replaced() -> None:
    again = AttachList(list=ListKind.NEED, unit=SHIPAI_CENTER, items=(item("N-2"),))
    story = s.with_lists().does(again, CENTER_COORDINATOR)
    assert [one.code for one in story.state.agreement.items(ListKind.NEED)] == ["N-2"]


def test_nobody_attaches_a_list_for_another_unit() -> None:
    s.draft().when(s.NEEDS, CIVIL_COORDINATOR).then_refused("own-unit-only")
    s.draft().when(s.NEEDS, HOUSING_COORDINATOR).then_refused("party-only")


@pytest.mark.parametrize(
    ("items", "rule"),
    [
        ((item("N-1", category="MOON"),), "category-known"),
        ((item("A"), item("A")), "items-once"),
        ((item("P-1"),), "items-once"),
        ((item("A", place=WUSHAN_PLACE),), "place-in-street"),
        ((item("A", title="王大爷 139 0000 1111"),), "no-personal-data"),
        ((item("13800138000"),), "no-personal-data"),
    ],
)
def test_items_carry_category_code_and_place(items: tuple[ListItem, ...], rule: str) -> None:
    command = AttachList(list=ListKind.NEED, unit=SHIPAI_CENTER, items=items)
    s.with_lists().when(command, CENTER_COORDINATOR).then_refused(rule)


def test_lists_are_attached_to_drafts_only() -> None:
    for story in (s.undrafted(), s.proposed(), s.active()):
        story.when(s.NEEDS, CENTER_COORDINATOR).then_refused("not-in-this-state")


# The proposal and its answers.


def test_proposing_starts_the_answer_limit() -> None:
    """Five working days from Monday 11 May, the next day being day one."""
    (
        s.with_lists()
        .when(ProposePairing(), CENTER_COORDINATOR)
        .then(PairingProposed, round=1, proposer_unit=SHIPAI_CENTER)
        .then_state("PROPOSED")
        .then_clocks(answer=on(5, 18, "17:00"))
    )


def test_a_need_list_comes_first() -> None:
    s.draft().when(ProposePairing(), CENTER_COORDINATOR).then_refused("need-list-first")
    projects_only = s.draft().does(s.PROJECTS, CENTER_COORDINATOR)
    projects_only.when(ProposePairing(), CENTER_COORDINATOR).then_refused("need-list-first")


def test_only_who_drafted_proposes() -> None:
    s.with_lists().when(ProposePairing(), CIVIL_COORDINATOR).then_refused("proposer-only")
    s.undrafted().when(ProposePairing(), CENTER_COORDINATOR).then_refused("not-in-this-state")


def test_a_proposal_for_a_term_that_is_over_is_not_made() -> None:
    late = s.with_lists().at(s.TERM_END)
    late.when(ProposePairing(), CENTER_COORDINATOR).then_refused("term-runs-forward")


def test_the_last_answer_opens_the_negotiation() -> None:
    (
        s.proposed()
        .when(AcceptProposal(), CIVIL_COORDINATOR)
        .then(ProposalAccepted(round=1, unit=CIVIL_AFFAIRS, negotiating=False, sign_by=None))
        .then_state("PROPOSED")
        .when(AcceptProposal(), DISPATCHER)
        .then(ProposalAccepted, negotiating=False)
        .then_state("PROPOSED")
        .when(AcceptProposal(), HEALTH_COORDINATOR)
        .then(ProposalAccepted, negotiating=True, unit=HEALTH)
        .then_state("NEGOTIATING")
        .then_clocks(signing=on(5, 25, "17:00"))
    )


def test_a_counter_proposal_is_an_answer() -> None:
    (
        s.answers(s.proposed(), CIVIL_AFFAIRS, SHIPAI)
        .when(CounterPropose(text="请缩减项目"), HEALTH_COORDINATOR)
        .then(CounterProposed, round=1, unit=HEALTH, text="请缩减项目", negotiating=True)
        .then_state("NEGOTIATING")
    )


@pytest.mark.parametrize("answer", [AcceptProposal(), CounterPropose(text="另议")])
def test_each_party_answers_once_a_round(answer: AcceptProposal | CounterPropose) -> None:
    answered = s.answers(s.proposed(), CIVIL_AFFAIRS)
    answered.when(answer, CIVIL_COORDINATOR).then_refused("answered-already")
    answered.when(answer, CENTER_COORDINATOR).then_refused("proposer-has-spoken")
    answered.when(answer, HOUSING_COORDINATOR).then_refused("party-only")
    s.negotiating().when(answer, HEALTH_COORDINATOR).then_refused("not-in-this-state")


def test_an_answer_on_the_stroke_of_the_limit_counts_and_a_later_one_does_not() -> None:
    """The due instant decides, not when the clock got to ring."""
    s.proposed().when(AcceptProposal(), CIVIL_COORDINATOR, on(5, 18, "17:00")).then(
        ProposalAccepted
    )
    s.proposed().when(AcceptProposal(), CIVIL_COORDINATOR, on(5, 18, "17:01")).then_refused(
        "limit-passed"
    )


def test_silence_lets_the_proposal_lapse() -> None:
    (
        s.answers(s.proposed(), CIVIL_AFFAIRS)
        .when_rings("answer")
        .then(ProposalLapsed, silent=(HEALTH, SHIPAI))
        .then_state("WITHDRAWN")
        .then_clocks()
    )


def test_a_counter_proposal_lets_lists_change_and_a_new_round_begin() -> None:
    """Other wishes can be met: the lists are replaced and everyone is asked again."""
    (
        s.countered()
        .when(
            AttachList(list=ListKind.PROJECT, unit=SHIPAI_CENTER, items=(s.HANDRAILS,)),
            CENTER_COORDINATOR,
        )
        .then(PairingListAttached)
        .then_state("NEGOTIATING")
        .when(ProposePairing(), CENTER_COORDINATOR)
        .then(PairingProposed, round=2)
        .then_state("PROPOSED")
        .when(AcceptProposal(), HEALTH_COORDINATOR)
        .then(ProposalAccepted, round=2, negotiating=False)
    )


def test_without_a_counter_proposal_nothing_is_proposed_anew() -> None:
    s.negotiating().when(ProposePairing(), CENTER_COORDINATOR).then_refused("no-counter-proposal")
    s.negotiating().when(s.PROJECTS, CENTER_COORDINATOR).then_refused("no-counter-proposal")


def test_what_somebody_signed_stays_as_it_is() -> None:
    begun = s.signs(s.countered(), HEALTH)
    begun.when(ProposePairing(), CENTER_COORDINATOR).then_refused("signing-has-begun")
    begun.when(s.PROJECTS, CENTER_COORDINATOR).then_refused("signing-has-begun")


@pytest.mark.parametrize("state", ["DRAFT", "PROPOSED", "NEGOTIATING"])
def test_the_proposer_withdraws_until_it_is_submitted(state: str) -> None:
    (
        s.EVERY_STATE[state]()
        .when(WithdrawPairing(reason="暂缓"), CENTER_COORDINATOR)
        .then(PairingWithdrawn(reason="暂缓"))
        .then_state("WITHDRAWN")
        .then_clocks()
    )
    s.EVERY_STATE[state]().when(WithdrawPairing(), CIVIL_COORDINATOR).then_refused("proposer-only")


@pytest.mark.parametrize("state", ["PENDING_APPROVAL", "ACTIVE", "TERMINATING"])
def test_what_is_submitted_is_not_withdrawn(state: str) -> None:
    s.EVERY_STATE[state]().when(WithdrawPairing(), CENTER_COORDINATOR).then_refused(
        "not-in-this-state"
    )


def test_the_place_of_a_community_lies_in_its_street() -> None:
    assert s.with_lists().state.agreement.items(ListKind.NEED)[0].place == SHIPAI_PLACE


def test_a_pack_of_elsewhere_binds_no_pairing_here() -> None:
    elsewhere = rules_with(POLICY.model_copy(update={"divisions": ("370000",)}))
    s.undrafted().under(elsewhere).when(s.DRAFT, CENTER_COORDINATOR).then_refused("policy-in-force")
