"""Promises in a pairing: delivered, confirmed, disputed and settled, taken back, revised, late."""

from dataclasses import replace
from typing import Any

import pytest

from domain.envelope import SYSTEM
from domain.pairing import commitment_facts as f
from domain.pairing import delivering
from domain.pairing.case import PAIRING
from domain.pairing.commands import (
    CompleteExit,
    ListItem,
    ListKind,
    OpenReview,
    RequestExit,
    ReviseLists,
)
from domain.pairing.commitment_commands import CommitmentKind, ReviseCommitment
from domain.pairing.facts import (
    ExitRequested,
    PairingAdjustmentRequested,
    PairingEnded,
    PairingExpired,
    PairingListAttached,
    ReviewOpened,
)
from domain.people import Grant, Role
from tests.domain.harness import Story
from tests.domain.pairing import promises as p
from tests.domain.pairing import stories as s
from tests.domain.world import (
    AUTHORITY,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    DISPATCHER,
    HEALTH_COORDINATOR,
    LONG_AGO,
    ORGANIZATION,
    SHIPAI,
    SHIPAI_CENTER,
    acting,
    on,
)

MONEY = f.Promised(of=CommitmentKind.FUNDS, quantity=1_000_000)


def also(story: Story, who: str, role: Role, unit: str) -> Story:
    """Return the story in a town where *who* holds *role* at *unit* too."""
    rules = story.rules
    person = rules.people[who]
    grants = (*person.grants, Grant(role=role, unit=unit, since=LONG_AGO))
    people = {**rules.people, who: person.model_copy(update={"grants": grants})}
    return story.under(replace(rules, people=people))


# Promising.


def test_a_resource_may_be_a_promise_and_stands_in_its_list() -> None:
    s.with_lists().when(p.resources(p.MONEY), CIVIL_COORDINATOR).then(
        PairingListAttached, list=ListKind.RESOURCE
    )
    assert [one.item for one in p.active().state.agreement.pledges] == ["R-1", "R-2", "R-4"]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"needs": ("N-9",)}, "commitment-for-needs"),
        ({"kind": CommitmentKind.POLICY}, "policy-has-document"),
        ({"document": "穗天府办〔2026〕7号"}, "policy-has-document"),
        ({"due": s.TERM_START}, "commitment-in-term"),
        ({"due": on(6, 2, year=2028)}, "commitment-in-term"),
    ],
)
def test_a_promise_that_cannot_be_is_refused(changes: dict[str, Any], rule: str) -> None:
    promised = p.MONEY.commitment
    assert promised is not None
    item = p.MONEY.model_copy(update={"commitment": promised.model_copy(update=changes)})
    s.with_lists().when(p.resources(item), CIVIL_COORDINATOR).then_refused(rule)


def test_only_resources_are_promised() -> None:
    needs = p.resources(p.MONEY).model_copy(update={"list": ListKind.NEED})
    s.with_lists().when(needs, CIVIL_COORDINATOR).then_refused("resources-only")


def test_money_is_whole_cents() -> None:
    with pytest.raises(ValueError, match="int"):
        p.promise(CommitmentKind.FUNDS, 10.5, p.MONEY_DUE)  # type: ignore[arg-type]


def test_an_approved_promise_is_not_rewritten_with_the_list() -> None:
    smaller = p.promise(CommitmentKind.FUNDS, 1, p.MONEY_DUE)
    less = p.MONEY.model_copy(update={"commitment": smaller})
    for items in ((less, p.HALL), (p.HALL,)):
        revise = ReviseLists(
            list=ListKind.RESOURCE, unit=CIVIL_AFFAIRS, items=items, reason="预算核减"
        )
        p.active().when(revise, CIVIL_COORDINATOR).then_refused("commitment-kept")
    more = ListItem(code="R-9", title="轮椅", category="ELDER")
    kept = [item for one in p.active().state.agreement.lists for item in one.items]
    items = tuple(item for item in kept if item.code in {"R-1", "R-2", "R-3"})
    add = ReviseLists(
        list=ListKind.RESOURCE, unit=CIVIL_AFFAIRS, items=(*items, more), reason="增加"
    )
    p.active().when(add, CIVIL_COORDINATOR).then(PairingAdjustmentRequested)


# Delivering.


def test_the_giver_delivers_and_the_street_or_the_centre_confirms() -> None:
    story = (
        p.active()
        .when(p.DELIVER, CIVIL_COORDINATOR)
        .then(f.CommitmentDelivered, delivery=1, item="R-1", delivered=MONEY, unit=CIVIL_AFFAIRS)
    )
    story.when(p.CONFIRM, DISPATCHER).then(
        f.CommitmentDeliveryConfirmed(delivery=1, item="R-1", unit=SHIPAI, delivered=MONEY)
    )
    story.when(p.CONFIRM, CENTER_COORDINATOR).then(
        f.CommitmentDeliveryConfirmed, unit=SHIPAI_CENTER
    )


def test_no_more_is_delivered_than_was_promised() -> None:
    whole = p.DELIVER.model_copy(update={"quantity": 4_000_001})
    p.active().when(whole, CIVIL_COORDINATOR).then_refused("delivery-within-commitment")
    rest = p.DELIVER.model_copy(update={"quantity": 3_000_001})
    p.delivered().when(rest, CIVIL_COORDINATOR).then_refused("delivery-within-commitment")
    fits = p.DELIVER.model_copy(update={"quantity": 3_000_000})
    p.delivered().when(fits, CIVIL_COORDINATOR).then(f.CommitmentDelivered, delivery=2)


def test_only_who_promised_delivers_and_only_what_was_promised() -> None:
    p.active().when(p.DELIVER, HEALTH_COORDINATOR).then_refused("own-unit-only")
    advice = p.DELIVER.model_copy(update={"item": "R-3"})
    p.active().when(advice, CIVIL_COORDINATOR).then_refused("item-is-commitment")
    ahead = p.DELIVER.model_copy(update={"delivered_at": on(6, 3)})
    p.active().when(ahead, CIVIL_COORDINATOR).then_refused("delivered-by-now")


def test_nothing_is_delivered_before_the_approval() -> None:
    p.drafted().when(p.DELIVER, CIVIL_COORDINATOR).then_refused("not-in-this-state")


def test_departments_receive_nothing() -> None:
    p.delivered().when(p.CONFIRM, CIVIL_COORDINATOR).then_refused("role-permitted")


def test_a_street_does_not_confirm_its_own_delivery() -> None:
    own = p.DELIVER.model_copy(update={"item": "R-4", "quantity": 5})
    story = p.active().does(own, DISPATCHER)
    story.when(p.CONFIRM, DISPATCHER).then_refused("receiver-only")
    story.when(p.CONFIRM, CENTER_COORDINATOR).then(f.CommitmentDeliveryConfirmed)


WANG = str(CIVIL_COORDINATOR.person)
WANG_AT_THE_STREET = acting("Wang of civil affairs", Role.STREET_DISPATCHER, SHIPAI)
LIANG = str(CENTER_COORDINATOR.person)
LIANG_DECIDES = acting("Liang of the centre", Role.PARTY_AUTHORITY, ORGANIZATION)

HANDS: dict[str, tuple[Any, Any, Any]] = {
    "confirm": (
        lambda: also(p.delivered(), WANG, Role.STREET_DISPATCHER, SHIPAI),
        p.CONFIRM,
        WANG_AT_THE_STREET,
    ),
    "dispute": (
        lambda: also(p.delivered(), WANG, Role.STREET_DISPATCHER, SHIPAI),
        p.DISPUTE,
        WANG_AT_THE_STREET,
    ),
    "settle": (
        lambda: also(p.disputed(), LIANG, Role.PARTY_AUTHORITY, ORGANIZATION),
        p.SETTLE,
        LIANG_DECIDES,
    ),
    "agree": (
        lambda: also(p.revising(), WANG, Role.STREET_DISPATCHER, SHIPAI),
        p.AGREE,
        WANG_AT_THE_STREET,
    ),
}


@pytest.mark.parametrize("what", HANDS)
def test_nobody_stands_on_both_sides(what: str) -> None:
    story, command, by = HANDS[what]
    story().when(command, by).then_refused("not-own-work")


@pytest.mark.parametrize("what", HANDS)
def test_without_that_guard_they_would(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Switched off, the test above fails: nothing else stands in for the guard."""
    story, command, by = HANDS[what]
    monkeypatch.setattr(delivering.guards, "another_person", lambda *_, **__: None)
    assert story().does(command, by).facts


# Arguing.


def test_a_dispute_is_settled_by_the_authority() -> None:
    story = (
        p.delivered()
        .when(p.DISPUTE, CENTER_COORDINATOR)
        .then(f.CommitmentDeliveryDisputed, reason="只到账六千元")
    )
    story.when(p.CONFIRM, DISPATCHER).then_refused("delivery-in-state")
    story = story.when(p.SETTLE, AUTHORITY).then(
        f.DeliveryDisputeSettled(
            delivery=1,
            item="R-1",
            told=MONEY,
            counted=f.Promised(of=CommitmentKind.FUNDS, quantity=600_000),
            reason="以银行回单为准",
        )
    )
    assert story.state.agreement.commitments.arrived("R-1") == 600_000
    rest = p.DELIVER.model_copy(update={"quantity": 3_400_000})
    story.when(rest, CIVIL_COORDINATOR).then(f.CommitmentDelivered)


def test_no_more_is_settled_than_was_told_and_nothing_that_is_not_disputed() -> None:
    more = p.SETTLE.model_copy(update={"quantity": 1_000_001})
    p.disputed().when(more, AUTHORITY).then_refused("settled-within-delivery")
    p.delivered().when(p.SETTLE, AUTHORITY).then_refused("delivery-in-state")
    unknown = p.SETTLE.model_copy(update={"delivery": 7})
    p.disputed().when(unknown, AUTHORITY).then_refused("delivery-known")


def test_the_giver_takes_back_what_is_not_confirmed() -> None:
    story = (
        p.delivered()
        .when(p.TAKE_BACK, CIVIL_COORDINATOR)
        .then(f.DeliveryTakenBack, status_before=f.DeliveryStatus.RECORDED, unit=CIVIL_AFFAIRS)
    )
    assert story.state.agreement.commitments.taken("R-1") == 0


def test_a_confirmed_delivery_is_taken_back_by_a_receiver_only_and_by_a_fact_of_its_own() -> None:
    p.confirmed().when(p.TAKE_BACK, CIVIL_COORDINATOR).then_refused("receiver-only")
    p.confirmed().when(p.TAKE_BACK, DISPATCHER).then(
        f.DeliveryTakenBack, status_before=f.DeliveryStatus.CONFIRMED, delivered=MONEY
    )
    p.settled().when(p.TAKE_BACK, DISPATCHER).then_refused("delivery-in-state")


# Revising.


def test_a_promise_changes_when_the_other_side_agrees() -> None:
    story = (
        p.active()
        .when(p.REVISE, CIVIL_COORDINATOR)
        .then(
            f.CommitmentRevisionAsked,
            promised=f.Promised(of=CommitmentKind.FUNDS, quantity=3_000_000),
            promised_before=f.Promised(of=CommitmentKind.FUNDS, quantity=4_000_000),
            due_before=p.MONEY_DUE,
        )
    )
    assert story.clocks()["commitment"] == p.MONEY_DUE
    agreed = story.when(p.AGREE, DISPATCHER).then(
        f.CommitmentRevised, unit=SHIPAI, due=on(11, 30), reason="预算核减"
    )
    assert agreed.clocks()["commitment"] == on(11, 30)
    assert agreed.state.agreement.pledges[0].commitment.quantity == 3_000_000


def test_or_stays_as_it_was() -> None:
    story = p.revising().when(p.REFUSE, CENTER_COORDINATOR).then(f.CommitmentRevisionRefused)
    assert story.state.agreement.pledges[0].commitment.quantity == 4_000_000
    story.when(p.AGREE, DISPATCHER).then_refused("revision-asked")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"quantity": 4_000_000, "due": p.MONEY_DUE}, "nothing-changes"),
        ({"quantity": 999_999}, "revision-below-delivered"),
        ({"due": on(6, 2)}, "revised-due-ahead"),
        ({"due": on(6, 2, year=2028)}, "commitment-in-term"),
    ],
)
def test_a_revision_that_cannot_be_is_refused(changes: dict[str, Any], rule: str) -> None:
    wrong = p.REVISE.model_copy(update=changes)
    p.delivered().when(wrong, CIVIL_COORDINATOR).then_refused(rule)


def test_what_was_delivered_meanwhile_is_not_agreed_away() -> None:
    more = p.DELIVER.model_copy(update={"quantity": 3_500_000})
    story = p.revising().does(more, CIVIL_COORDINATOR)
    story.when(p.AGREE, DISPATCHER).then_refused("revision-below-delivered")


# Late, reviewed, owed.


def test_what_is_late_is_told_once_for_each_day_it_was_due() -> None:
    story = (
        p.confirmed()
        .when_rings("commitment")
        .then(
            f.CommitmentMissed,
            due=p.MONEY_DUE,
            missed=(
                f.Owed(
                    item="R-1",
                    unit=CIVIL_AFFAIRS,
                    owed=f.Promised(of=CommitmentKind.FUNDS, quantity=3_000_000),
                ),
            ),
        )
    )
    assert story.clocks()["commitment"] == p.HALL_DUE
    later = story.rings("commitment")
    assert "commitment" not in later.clocks()
    longer = ReviseCommitment(item="R-1", quantity=4_000_000, due=on(3, 1, year=2027), reason="延")
    again = later.does(longer, CIVIL_COORDINATOR).does(p.AGREE, DISPATCHER)
    assert again.clocks()["commitment"] == on(3, 1, year=2027)


def test_what_has_arrived_in_full_is_not_late() -> None:
    whole = p.DELIVER.model_copy(update={"quantity": 4_000_000})
    story = p.active().does(whole, CIVIL_COORDINATOR)
    assert story.clocks()["commitment"] == p.MONEY_DUE, "told is not arrived"
    assert story.does(p.CONFIRM, DISPATCHER).clocks()["commitment"] == p.HALL_DUE


def test_a_review_freezes_what_was_promised_and_what_has_arrived() -> None:
    story = p.confirmed().rings("commitment").rings("commitment").rings("review")
    tally = story.when(OpenReview(), SYSTEM).then(ReviewOpened).last(ReviewOpened).commitments
    money = next(one for one in tally if one.of is CommitmentKind.FUNDS)
    assert money == f.Tally(
        of=CommitmentKind.FUNDS,
        committed=4_000_000,
        delivered=1_000_000,
        items=1,
        fulfilled=0,
        missed=1,
    )
    assert {one.of for one in tally} == {
        CommitmentKind.FUNDS,
        CommitmentKind.SPACE,
        CommitmentKind.SERVICE,
    }


def test_an_exit_says_what_stays_owed() -> None:
    leave = RequestExit(reason="机构改革")
    story = p.confirmed().when(leave, CIVIL_COORDINATOR).then(ExitRequested)
    owed = {one.item: one.owed.quantity for one in story.last(ExitRequested).owed}
    assert owed == {"R-1": 3_000_000, "R-2": 120}, "the street's own promise is not the leaver's"
    rest = p.DELIVER.model_copy(update={"quantity": 3_000_000})
    paid = story.does(rest, CIVIL_COORDINATOR)
    paid = paid.does(p.CONFIRM.model_copy(update={"delivery": 2}), DISPATCHER)
    ended = paid.does(CompleteExit(), AUTHORITY).last(PairingEnded)
    assert {one.item for one in ended.owed} == {"R-2", "R-4"}


def test_a_term_that_ends_says_it_too() -> None:
    expired = p.active().rings("term_end").last(PairingExpired)
    assert {one.item for one in expired.owed} == {"R-1", "R-2", "R-4"}


def test_a_pairing_without_promises_writes_the_facts_it_always_wrote() -> None:
    """Old facts keep their bytes: a field that is empty is not there."""
    assert "owed" not in s.active().rings("term_end").last(PairingExpired).model_dump()
    assert "commitments" not in s.under_review().last(ReviewOpened).model_dump()
    assert "commitment" not in s.CANTEEN.model_dump()


def test_who_is_told() -> None:
    def told(story: Story) -> set[str]:
        notices = PAIRING.notices(story.stream, story.state, story.facts[-1])
        return {f"{notice.template} → {notice.to}" for notice in notices}

    assert told(p.delivered()) == {
        f"commitment_delivered → unit/{SHIPAI_CENTER}",
        f"commitment_delivered → unit/{SHIPAI}",
    }
    assert f"delivery_disputed → unit/{ORGANIZATION}" in told(p.disputed())
    late = told(p.active().rings("commitment"))
    assert {f"commitment_missed → unit/{one}" for one in (CIVIL_AFFAIRS, ORGANIZATION)} <= late


def test_where_nothing_is_promised_or_delivered_there_is_nothing_to_speak_of() -> None:
    """A page says so, instead of offering forms that nothing could be written into."""
    s.active().when(p.DELIVER, CIVIL_COORDINATOR).then_refused("commitments-none")
    p.active().when(p.SETTLE, AUTHORITY).then_refused("deliveries-none")


# Ahead of the day.

REMINDER = "commitment.remind_before"


def test_whoever_promised_is_told_ahead_of_the_day_and_not_again() -> None:
    """Five working days before work ends on Friday, 30 October: it is due at midnight."""
    story = p.confirmed()
    assert story.clocks()[REMINDER] == on(10, 23, "17:00")
    soon = story.when_rings(REMINDER).then(
        f.CommitmentDueSoon(
            due_soon=(
                f.DueSoon(
                    item="R-1",
                    unit=CIVIL_AFFAIRS,
                    owed=f.Promised(of=CommitmentKind.FUNDS, quantity=3_000_000),
                    due=p.MONEY_DUE,
                ),
            )
        )
    )
    assert soon.clocks()[REMINDER] > p.MONEY_DUE, "the hall comes next"
    assert soon.clocks()["commitment"] == p.MONEY_DUE


def test_what_is_due_together_is_told_together() -> None:
    soon = p.active().rings(REMINDER).rings(REMINDER).last(f.CommitmentDueSoon)
    assert {(one.item, one.due) for one in soon.due_soon} == {
        ("R-2", p.HALL_DUE),
        ("R-4", p.HALL_DUE),
    }


def test_what_has_arrived_or_was_missed_is_told_no_more() -> None:
    whole = p.DELIVER.model_copy(update={"quantity": 4_000_000})
    arrived = p.active().does(whole, CIVIL_COORDINATOR).does(p.CONFIRM, DISPATCHER)
    assert arrived.clocks()[REMINDER] > p.MONEY_DUE
    assert p.active().rings("commitment").clocks()[REMINDER] > p.MONEY_DUE


def test_another_day_is_told_anew() -> None:
    agreed = p.active().rings(REMINDER).does(p.REVISE, CIVIL_COORDINATOR)
    agreed = agreed.does(p.AGREE, DISPATCHER)
    soon = agreed.when_rings(REMINDER).then(f.CommitmentDueSoon).last(f.CommitmentDueSoon)
    assert [(one.item, one.due) for one in soon.due_soon] == [("R-1", on(11, 30))]


def test_the_giver_is_told_ahead_and_whoever_has_to_confirm() -> None:
    def told(story: Story) -> set[str]:
        notices = PAIRING.notices(story.stream, story.state, story.facts[-1])
        return {f"{notice.template} → {notice.to}" for notice in notices}

    giver = f"commitment_due_soon → unit/{CIVIL_AFFAIRS}"
    assert told(p.active().rings(REMINDER)) == {giver}
    assert told(p.delivered().rings(REMINDER)) == {
        giver,
        f"commitment_due_soon → unit/{SHIPAI_CENTER}",
        f"commitment_due_soon → unit/{SHIPAI}",
    }
    assert told(p.active().rings(REMINDER, p.MONEY_DUE)) == set(), "it is told to be missed"
