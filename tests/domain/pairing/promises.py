"""How promises are kept in the pairing of Shipai: civil affairs promises money and a hall.

40,000 yuan for the canteen (N-1) by the end of October, and 120 m² by the end of the year; the
street promises 20 hours of its own people. Everything else goes as in `stories.py`.
"""

from datetime import datetime
from functools import cache
from typing import Any

from domain.envelope import SYSTEM
from domain.pairing.commands import (
    ApprovePairing,
    AttachList,
    ClaimProject,
    ListItem,
    ListKind,
    ProposePairing,
    SubmitForApproval,
)
from domain.pairing.commitment_commands import (
    AgreeToRevision,
    Commitment,
    CommitmentKind,
    ConfirmCommitmentDelivery,
    DeliverCommitment,
    DisputeCommitmentDelivery,
    RefuseRevision,
    ReviseCommitment,
    SettleDeliveryDispute,
    TakeBackDelivery,
)
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
    SHIPAI,
    on,
)

MONEY_DUE, HALL_DUE = on(10, 31, "00:00"), on(12, 31, "00:00")


def promise(kind: CommitmentKind, quantity: int, due: datetime, **more: Any) -> Commitment:
    return Commitment(kind=kind, quantity=quantity, due=due, **more)


def resource(code: str, title: str, commitment: Commitment | None) -> ListItem:
    return ListItem(code=code, title=title, category="ELDER", commitment=commitment)


MONEY = resource(
    "R-1", "饭堂开办补助", promise(CommitmentKind.FUNDS, 4_000_000, MONEY_DUE, needs=("N-1",))
)
HALL = resource("R-2", "一楼大厅", promise(CommitmentKind.SPACE, 120, HALL_DUE))
ADVICE = resource("R-3", "政策咨询", None)
HOURS = resource("R-4", "街道志愿服务", promise(CommitmentKind.SERVICE, 20, HALL_DUE))


def resources(*items: ListItem, unit: str = CIVIL_AFFAIRS) -> AttachList:
    return AttachList(list=ListKind.RESOURCE, unit=unit, items=items)


DELIVER = DeliverCommitment(
    item="R-1", quantity=1_000_000, delivered_at=on(6, 1), voucher="拨款通知书第 18 号"
)
CONFIRM = ConfirmCommitmentDelivery(delivery=1)
DISPUTE = DisputeCommitmentDelivery(delivery=1, reason="只到账六千元")
SETTLE = SettleDeliveryDispute(delivery=1, quantity=600_000, reason="以银行回单为准")
TAKE_BACK = TakeBackDelivery(delivery=1, reason="重复填报")
REVISE = ReviseCommitment(item="R-1", quantity=3_000_000, due=on(11, 30), reason="预算核减")
AGREE = AgreeToRevision(item="R-1")
REFUSE = RefuseRevision(item="R-1", reason="饭堂须如期开业")


@cache
def drafted() -> Story:
    """The three lists are there, resources promised."""
    return (
        s.with_lists()
        .does(resources(MONEY, HALL, ADVICE), CIVIL_COORDINATOR)
        .does(resources(HOURS, unit=SHIPAI), DISPATCHER)
    )


@cache
def active() -> Story:
    """The pairing runs, on 2 June."""
    story = drafted().after(minutes=10).does(ProposePairing(), CENTER_COORDINATOR)
    story = s.answers(story, *s.PARTIES[1:])
    story = story.does(ClaimProject(item="P-1", unit=HEALTH), HEALTH_COORDINATOR)
    story = story.does(ClaimProject(item="N-1", unit=CIVIL_AFFAIRS), CIVIL_COORDINATOR)
    story = s.signs(story, *s.PARTIES).does(SubmitForApproval(), SYSTEM)
    return story.after(minutes=10).does(ApprovePairing(), AUTHORITY).at(on(6, 2))


@cache
def delivered() -> Story:
    return active().does(DELIVER, CIVIL_COORDINATOR)


@cache
def confirmed() -> Story:
    return delivered().does(CONFIRM, DISPATCHER)


@cache
def disputed() -> Story:
    return delivered().does(DISPUTE, CENTER_COORDINATOR)


@cache
def settled() -> Story:
    return disputed().does(SETTLE, AUTHORITY)


@cache
def revising() -> Story:
    return active().does(REVISE, CIVIL_COORDINATOR)
