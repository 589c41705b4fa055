"""Departments claim projects, every party signs, and somebody who took no part approves."""

from dataclasses import replace

import pytest

from domain.envelope import SYSTEM
from domain.pairing.commands import (
    ApprovePairing,
    AttachList,
    ClaimProject,
    ListItem,
    ListKind,
    ProposePairing,
    RejectPairing,
    SubmitForApproval,
)
from domain.pairing.facts import (
    AgreementSigned,
    PairingApproved,
    PairingLimitMissed,
    PairingRejected,
    PairingSubmitted,
    ProjectClaimed,
)
from domain.people import Grant, Person, Role
from tests.domain.harness import Story
from tests.domain.pairing import stories as s
from tests.domain.world import (
    AUTHORITY,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    DISPATCHER,
    HEALTH,
    HEALTH_COORDINATOR,
    HOUSING,
    HOUSING_COORDINATOR,
    LONG_AGO,
    ORGANIZATION,
    PEOPLE,
    RULES,
    SHIPAI,
    SHIPAI_CENTER,
    STREET_COORDINATOR,
    SUPERVISION_OFFICE,
    UNITS,
    acting,
    on,
)


def test_a_department_claims_a_project() -> None:
    (
        s.negotiating()
        .when(ClaimProject(item="P-1", unit=HEALTH), HEALTH_COORDINATOR)
        .then(ProjectClaimed(item="P-1", unit=HEALTH))
        .then_state("NEGOTIATING")
    )


def test_a_cooperating_line_claims_too_and_needs_are_claimed_like_projects() -> None:
    """Health cooperates in elder care; the canteen stands in the need list."""
    s.negotiating().when(ClaimProject(item="N-1", unit=HEALTH), HEALTH_COORDINATOR).then(
        ProjectClaimed
    )


def test_a_claim_needs_an_open_item_of_the_own_line() -> None:
    claim = ClaimProject(item="P-1", unit=HEALTH)
    story = s.negotiating()
    story.when(ClaimProject(item="P-9", unit=HEALTH), HEALTH_COORDINATOR).then_refused("item-known")
    story.when(ClaimProject(item="P-1", unit=CIVIL_AFFAIRS), CIVIL_COORDINATOR).then_refused(
        "line-covers-category"
    )
    story.when(claim, CIVIL_COORDINATOR).then_refused("own-unit-only")
    story.when(ClaimProject(item="P-1", unit=HOUSING), HOUSING_COORDINATOR).then_refused(
        "party-only"
    )
    s.claimed().when(claim, HEALTH_COORDINATOR).then_refused("item-unclaimed")


def test_a_resource_is_nothing_to_claim() -> None:
    resource = ListItem(code="R-1", title="医疗车", category="HEALTH")
    story = s.draft().does(
        AttachList(list=ListKind.RESOURCE, unit=HEALTH, items=(resource,)), HEALTH_COORDINATOR
    )
    story = story.does(s.NEEDS, CENTER_COORDINATOR)
    story = s.answers(
        story.does(ProposePairing(), CENTER_COORDINATOR), CIVIL_AFFAIRS, HEALTH, SHIPAI
    )
    story.when(ClaimProject(item="R-1", unit=HEALTH), HEALTH_COORDINATOR).then_refused("item-known")


def test_a_department_that_signed_claims_no_more() -> None:
    story = s.signs(s.negotiating(), HEALTH)
    story.when(ClaimProject(item="P-1", unit=HEALTH), HEALTH_COORDINATOR).then_refused(
        "signing-has-begun"
    )


def test_projects_are_claimed_while_negotiating() -> None:
    claim = ClaimProject(item="P-1", unit=HEALTH)
    for story in (s.proposed(), s.pending(), s.active()):
        story.when(claim, HEALTH_COORDINATOR).then_refused("not-in-this-state")


def test_a_claim_goes_with_its_item() -> None:
    """A new round may drop an item somebody had claimed."""
    story = s.countered().does(ClaimProject(item="P-1", unit=HEALTH), HEALTH_COORDINATOR)
    fewer = AttachList(list=ListKind.PROJECT, unit=SHIPAI_CENTER, items=(s.HANDRAILS,))
    assert story.does(fewer, CENTER_COORDINATOR).state.agreement.claims == ()


# Signing.


def test_each_party_signs_once_with_every_mandatory_term() -> None:
    (
        s.claimed()
        .when(s.SIGN, CENTER_COORDINATOR)
        .then(AgreementSigned(unit=SHIPAI_CENTER, terms=s.TERMS, signature=s.SIGN.signature))
        .then_state("NEGOTIATING")
        .when(s.SIGN, CENTER_COORDINATOR)
        .then_refused("signed-already")
    )


def test_a_signature_confirms_every_mandatory_term_and_has_a_shape() -> None:
    story = s.claimed()
    for changes, rule in (
        ({"terms": ("GOALS", "EXIT")}, "terms-missing"),
        ({"signature": "   "}, "signature-shape"),
        ({"signature": "a\x00b"}, "plain-characters"),
        ({"signature": "王某 13800138000"}, "no-personal-data"),
    ):
        story.when(s.SIGN.model_copy(update=changes), CENTER_COORDINATOR).then_refused(rule)


def test_only_parties_sign_and_only_while_negotiating() -> None:
    s.claimed().when(s.SIGN, HOUSING_COORDINATOR).then_refused("party-only")
    s.proposed().when(s.SIGN, CENTER_COORDINATOR).then_refused("not-in-this-state")


def test_a_party_is_spoken_for_by_its_own_kind_of_coordinator() -> None:
    """A department coordinator's role at the street office does not sign for the street."""
    s.claimed().when(s.SIGN, STREET_COORDINATOR).then_refused("party-role")


def test_a_missed_signing_limit_is_noted_once_and_signing_goes_on() -> None:
    (
        s.claimed()
        .when_rings("signing")
        .then(PairingLimitMissed, clock="signing", due=on(5, 25, "17:00"))
        .then_state("NEGOTIATING")
        .then_clocks()
        .when(s.SIGN, CENTER_COORDINATOR)
        .then(AgreementSigned)
    )


def test_once_all_have_signed_the_limit_is_met() -> None:
    s.signed().then_state("NEGOTIATING").then_clocks()


def test_the_signing_conversation_submits_what_all_have_signed() -> None:
    (
        s.signed()
        .when(SubmitForApproval(), SYSTEM)
        .then(PairingSubmitted)
        .then_state("PENDING_APPROVAL")
        .then_clocks(approval=on(5, 18, "17:00"))
    )


def test_nothing_is_submitted_before_the_last_signature() -> None:
    s.signs(s.claimed(), *s.PARTIES[:3]).when(SubmitForApproval(), SYSTEM).then_refused(
        "all-signed"
    )
    s.signed().when(SubmitForApproval(), CENTER_COORDINATOR).then_refused("role-permitted")
    s.pending().when(SubmitForApproval(), SYSTEM).then_refused("not-in-this-state")


# Approval.


def test_the_authority_approves_and_the_term_runs() -> None:
    """The first review is half a year away; the term ends when the agreement says."""
    story = s.pending().when(ApprovePairing(), AUTHORITY).then(PairingApproved, term_end=s.TERM_END)
    (
        story.then_state("ACTIVE").then_clocks(
            review=story.last(PairingApproved).review_at.due, term_end=s.TERM_END
        )
    )
    assert story.last(PairingApproved).review_at.limit == "180d"


def test_the_authority_rejects_with_a_reason() -> None:
    (
        s.pending()
        .when(RejectPairing(reason="职责重叠"), AUTHORITY)
        .then(PairingRejected(reason="职责重叠"))
        .then_state("REJECTED")
        .then_clocks()
    )


def two_hats(person_of: str, unit: str = ORGANIZATION) -> Story:
    """Let the person behind *person_of*'s signature be a Party authority too."""
    person = str(s.SPEAKERS[person_of].person)
    grants = (*PEOPLE[person].grants, Grant(role=Role.PARTY_AUTHORITY, unit=unit, since=LONG_AGO))
    people = {**PEOPLE, person: Person(id=person, name=None, grants=grants)}
    return s.pending().under(replace(RULES, people=people))


@pytest.mark.parametrize("party", s.PARTIES)
@pytest.mark.parametrize("command", [ApprovePairing(), RejectPairing(reason="无")])
def test_nobody_approves_what_they_proposed_or_signed(
    party: str, command: ApprovePairing | RejectPairing
) -> None:
    approver = AUTHORITY.model_copy(update={"person": s.SPEAKERS[party].person})
    two_hats(party).when(command, approver).then_refused("approver-not-proposer")


def test_an_authority_is_an_organisation_department_that_covers_the_street() -> None:
    people = {
        **PEOPLE,
        str(AUTHORITY.person): Person(
            id=str(AUTHORITY.person),
            name=None,
            grants=tuple(
                Grant(role=Role.PARTY_AUTHORITY, unit=unit, since=LONG_AGO)
                for unit in (ORGANIZATION, SUPERVISION_OFFICE)
            ),
        ),
    }
    elsewhere = UNITS[ORGANIZATION].model_copy(update={"division": "440105"})
    story = s.pending().under(replace(RULES, people=people))
    at_supervision = AUTHORITY.model_copy(update={"unit": SUPERVISION_OFFICE})
    story.when(ApprovePairing(), at_supervision).then_refused("authority-kind")
    moved = replace(RULES, units={**UNITS, ORGANIZATION: elsewhere})
    s.pending().under(moved).when(ApprovePairing(), AUTHORITY).then_refused(
        "authority-covers-street"
    )


def test_an_authority_stands_in_the_registry() -> None:
    stranger = acting("nobody at all", Role.PARTY_AUTHORITY, ORGANIZATION)
    s.pending().when(ApprovePairing(), stranger).then_refused("role-held")
    s.pending().when(ApprovePairing(), DISPATCHER).then_refused("role-permitted")


def test_a_late_approval_is_noted_once_and_still_possible() -> None:
    (
        s.pending()
        .when_rings("approval")
        .then(PairingLimitMissed, clock="approval")
        .then_state("PENDING_APPROVAL")
        .then_clocks()
        .when(ApprovePairing(), AUTHORITY)
        .then(PairingApproved)
    )


def test_a_term_that_is_over_is_not_approved_but_may_be_rejected() -> None:
    late = s.pending().at(s.TERM_END)
    late.when(ApprovePairing(), AUTHORITY).then_refused("term-over")
    late.when(RejectPairing(reason="期限已过"), AUTHORITY).then(PairingRejected)


def test_approval_belongs_to_what_waits_for_it() -> None:
    for story in (s.signed(), s.active()):
        story.when(ApprovePairing(), AUTHORITY).then_refused("not-in-this-state")
        story.when(RejectPairing(reason="无"), AUTHORITY).then_refused("not-in-this-state")
