"""A pairing's table for the laws of every kind: rows, states, wild commands, who may say what."""

from hypothesis import strategies as st
from pydantic import BaseModel

from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import SYSTEM, By, rung_by
from domain.pairing import commands as c
from domain.pairing import commitment_commands as cc
from domain.pairing.case import PAIRING as KIND
from domain.rules import Rules
from tests.domain.harness import Story
from tests.domain.laws import Row
from tests.domain.pairing import promises as p
from tests.domain.pairing import stories as s
from tests.domain.world import (
    AUTHORITY,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    DISPATCHER,
    DISSOLVED,
    EVERYBODY,
    HEALTH_COORDINATOR,
    HOUSING,
    HOUSING_COORDINATOR,
    SECOND_AUTHORITY,
    SECOND_DISPATCHER,
    SHIPAI,
    SHIPAI_CENTER,
    SHIPAI_PLACE,
    WUSHAN,
    WUSHAN_PLACE,
    YEAR_2026,
    YEAR_2027,
    on,
    rules_with,
    task_id,
)

__all__ = [
    "ALSO_HEARD",
    "BEGINNINGS",
    "EVERYBODY",
    "EVERY_STATE",
    "IMAGINED",
    "KIND",
    "TABLE",
    "WORLDS",
]

STREET = (DISPATCHER, SECOND_DISPATCHER)
DEPARTMENTS = (CIVIL_COORDINATOR, HEALTH_COORDINATOR)
PARTIES = (CENTER_COORDINATOR, *DEPARTMENTS, *STREET)
AUTHORITIES = (AUTHORITY, SECOND_AUTHORITY)
ITEM = (c.ListItem(code="X-1", title="项目", category="ELDER"),)


def _all_scored() -> Story:
    return s.scores(s.under_review(), 80, 80)


def _no_tasks() -> Story:
    return s.leaving().under(s.with_tasks())


TABLE: dict[str, Row] = {
    "draft": (s.undrafted, s.DRAFT, (CENTER_COORDINATOR, *DEPARTMENTS)),
    "attach for the centre": (
        s.draft,
        c.AttachList(list=c.ListKind.NEED, unit=SHIPAI_CENTER, items=ITEM),
        (CENTER_COORDINATOR,),
    ),
    "attach for the street": (
        s.draft,
        c.AttachList(list=c.ListKind.NEED, unit=SHIPAI, items=ITEM),
        STREET,
    ),
    "propose": (s.with_lists, c.ProposePairing(), (CENTER_COORDINATOR,)),
    "accept": (s.proposed, c.AcceptProposal(), (*DEPARTMENTS, *STREET)),
    "counter": (s.proposed, c.CounterPropose(text="另议"), (*DEPARTMENTS, *STREET)),
    "claim": (
        s.negotiating,
        c.ClaimProject(item="P-2", unit=CIVIL_AFFAIRS),
        (CIVIL_COORDINATOR,),
    ),
    "sign": (s.claimed, s.SIGN, PARTIES),
    "submit": (s.signed, c.SubmitForApproval(), (SYSTEM,)),
    "approve": (s.pending, c.ApprovePairing(), AUTHORITIES),
    "reject": (s.pending, c.RejectPairing(reason="无"), AUTHORITIES),
    "replace party": (
        s.active,
        c.ReplaceParty(party=CIVIL_AFFAIRS, by_unit=HOUSING, reason="机构改革"),
        PARTIES,
    ),
    "change lead": (s.active, s.LEAD, PARTIES),
    "revise lists": (
        s.active,
        c.ReviseLists(list=c.ListKind.NEED, unit=SHIPAI_CENTER, items=ITEM, reason="无"),
        (CENTER_COORDINATOR,),
    ),
    "approve adjustment": (s.adjusting, c.ApproveAdjustment(), AUTHORITIES),
    "refuse adjustment": (s.adjusting, c.RefuseAdjustment(reason="无"), AUTHORITIES),
    "suspend": (s.active, c.SuspendPairing(reason="无", until=on(6, 15)), AUTHORITIES),
    "resume": (s.suspended, c.ResumePairing(), AUTHORITIES),
    "open review": (s.fell_due, c.OpenReview(), (*AUTHORITIES, SYSTEM)),
    "score for centre and street": (
        s.under_review,
        c.GiveScore(side="CENTER_AND_STREET", score=80),
        (CENTER_COORDINATOR, *STREET),
    ),
    "score for the departments": (
        s.under_review,
        c.GiveScore(side="DEPARTMENTS", score=80),
        DEPARTMENTS,
    ),
    "score review": (_all_scored, c.ScoreReview(), AUTHORITIES),
    "renew": (s.renewable, c.RenewPairing(term_end=on(6, 1, year=2030)), AUTHORITIES),
    "request exit": (s.active, c.RequestExit(reason="无"), PARTIES),
    "hand over": (
        s.leaving,
        c.HandOverTask(task=s.RAMP.stream, unit=HOUSING),
        (HOUSING_COORDINATOR, SYSTEM),
    ),
    "complete exit": (_no_tasks, c.CompleteExit(), (*AUTHORITIES, SYSTEM)),
    "withdraw": (s.negotiating, c.WithdrawPairing(), (CENTER_COORDINATOR,)),
    "deliver": (p.active, p.DELIVER, (CIVIL_COORDINATOR,)),
    "confirm": (p.delivered, p.CONFIRM, (CENTER_COORDINATOR, *STREET)),
    "dispute": (p.delivered, p.DISPUTE, (CENTER_COORDINATOR, *STREET)),
    "settle": (p.disputed, p.SETTLE, AUTHORITIES),
    "take back": (p.delivered, p.TAKE_BACK, (CIVIL_COORDINATOR,)),
    "take back what was confirmed": (p.confirmed, p.TAKE_BACK, (CENTER_COORDINATOR, *STREET)),
    "revise commitment": (p.active, p.REVISE, (CIVIL_COORDINATOR,)),
    "agree to revision": (p.revising, p.AGREE, (CENTER_COORDINATOR, *STREET)),
    "refuse revision": (p.revising, p.REFUSE, (CENTER_COORDINATOR, *STREET)),
    "ring": (s.proposed, RingClock(name="answer", due=on(5, 18)), (SYSTEM,)),
    "recompute": (s.proposed, RecomputeDeadlines(), (SYSTEM,)),
}


units = st.sampled_from((*s.PARTIES, HOUSING, WUSHAN, DISSOLVED, "NO-SUCH"))
tasks = st.sampled_from([s.RAMP.stream, s.LIFT.stream, task_id("nowhere")])
texts = st.sampled_from(["理由", "机构改革", "打 13800138000", "证 44010619900307123X"])
codes = st.sampled_from(["N-1", "P-1", "P-2", "R-1"])
categories = st.sampled_from(["ELDER", "HEALTH", "MEAL", "MOON"])
kinds = st.sampled_from(c.ListKind)
instants = st.sampled_from(
    [on(1, 1), on(5, 12), on(6, 15), on(8, 1), s.TERM_END, on(6, 1, year=2029), on(6, 1, year=2035)]
)
items = st.lists(
    st.builds(
        c.ListItem,
        code=codes,
        title=texts,
        category=categories,
        place=st.sampled_from([None, SHIPAI_PLACE, WUSHAN_PLACE]),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
plans = st.lists(st.builds(c.Successor, task=tasks, unit=units), max_size=3).map(tuple)

drafts = st.builds(
    c.DraftPairing,
    center=st.sampled_from([SHIPAI_CENTER, CIVIL_AFFAIRS]),
    departments=st.lists(units, min_size=1, max_size=3).map(tuple),
    street=st.sampled_from([SHIPAI, WUSHAN]),
    categories=st.lists(categories, min_size=1, max_size=2).map(tuple),
    lead=st.none() | units,
    title=texts,
    term_start=instants,
    term_end=instants,
    policy=st.sampled_from([None, "town", "nowhere"]),
)
IMAGINED: st.SearchStrategy[BaseModel] = st.one_of(
    drafts,
    st.builds(c.AttachList, list=kinds, unit=units, items=items),
    st.builds(c.CounterPropose, text=texts),
    st.builds(c.ClaimProject, item=codes, unit=units),
    st.builds(
        c.SignAgreement,
        terms=st.sampled_from([s.TERMS, ("GOALS",), ()]),
        signature=st.sampled_from(["e30..c2ln", "  ", "a\x00"]),
    ),
    st.builds(c.ReplaceParty, party=units, by_unit=units, reason=texts, successors=plans),
    st.builds(c.ChangeLead, lead=units, reason=texts),
    st.builds(c.ReviseLists, list=kinds, unit=units, items=items, reason=texts),
    st.builds(c.SuspendPairing, reason=texts, until=instants),
    st.just(c.OpenReview()),
    st.builds(
        c.GiveScore,
        side=st.sampled_from(["CENTER_AND_STREET", "DEPARTMENTS"]),
        score=st.integers(0, 100),
        comment=st.none() | texts,
    ),
    st.builds(c.RenewPairing, term_end=instants),
    st.builds(c.RequestExit, reason=texts, successors=plans),
    st.builds(c.HandOverTask, task=tasks, unit=units),
    st.builds(
        cc.DeliverCommitment,
        item=st.sampled_from(["R-1", "R-3", "N-1"]),
        quantity=st.sampled_from([1, 4_000_000, 4_000_001]),
        delivered_at=instants,
        voucher=texts,
    ),
    st.builds(cc.ConfirmCommitmentDelivery, delivery=st.integers(1, 3)),
    st.builds(cc.DisputeCommitmentDelivery, delivery=st.integers(1, 3), reason=texts),
    st.builds(
        cc.SettleDeliveryDispute,
        delivery=st.integers(1, 3),
        quantity=st.integers(0, 2_000_000),
        reason=texts,
    ),
    st.builds(cc.TakeBackDelivery, delivery=st.integers(1, 3), reason=texts),
    st.builds(
        cc.ReviseCommitment,
        item=st.sampled_from(["R-1", "R-2"]),
        quantity=st.sampled_from([1, 3_000_000]),
        due=instants,
        reason=texts,
    ),
    st.builds(RingClock, name=st.sampled_from(["answer", "review", "term_end"]), due=instants),
    st.just(RecomputeDeadlines()),
)

WORLDS: tuple[Rules, ...] = (
    s.with_tasks(s.RAMP, s.LIFT),
    s.with_tasks(s.task("the ramp", None)),
    rules_with(years=(YEAR_2026, YEAR_2027)),
)
BEGINNINGS = (s.undrafted, s.signed, s.renewable)


def _ended() -> Story:
    return _no_tasks().does(c.CompleteExit(), SYSTEM)


def _expired() -> Story:
    return s.active().rings("term_end")


def _rejected() -> Story:
    return s.pending().does(c.RejectPairing(reason="无"), AUTHORITY)


def _withdrawn() -> Story:
    return s.proposed().does(c.WithdrawPairing(), CENTER_COORDINATOR)


EVERY_STATE = {
    **s.EVERY_STATE,
    "ENDED": _ended,
    "EXPIRED": _expired,
    "REJECTED": _rejected,
    "WITHDRAWN": _withdrawn,
}
ALSO_HEARD: tuple[tuple[BaseModel, By], ...] = tuple(
    (c.HandOverTask(task=task, unit=unit), rung_by("hand_over"))
    for task in (s.RAMP.stream, s.LIFT.stream)
    for unit in s.PARTIES
)
"""What a pairing that is wound up may wait for beside its rows."""
