"""Who may say what: for every command, exactly these people of the town and nobody else."""

from typing import Any

import pytest
from pydantic import BaseModel

from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import SYSTEM, By
from domain.pairing.authority import WHO_MAY
from domain.pairing.case import PAIRING
from domain.pairing.commands import (
    AcceptProposal,
    ApproveAdjustment,
    ApprovePairing,
    AttachList,
    ClaimProject,
    CompleteExit,
    CounterPropose,
    GiveScore,
    HandOverTask,
    ListItem,
    ListKind,
    OpenReview,
    ProposePairing,
    RefuseAdjustment,
    RejectPairing,
    RenewPairing,
    ReplaceParty,
    RequestExit,
    ResumePairing,
    ReviseLists,
    ScoreReview,
    SubmitForApproval,
    SuspendPairing,
    WithdrawPairing,
)
from domain.refusals import CommandRefused
from tests.domain.harness import Story
from tests.domain.pairing import stories as s
from tests.domain.world import (
    ADJUDICATOR,
    AGENT,
    AUDITOR,
    AUTHORITY,
    CALLBACK_AGENT,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    COMMUNITY_WORKER,
    DISPATCHER,
    DPO,
    GRANDMA,
    HEALTH_COORDINATOR,
    HOUSING,
    HOUSING_COORDINATOR,
    REGISTRAR,
    RETIRED_DISPATCHER,
    SECOND_AUTHORITY,
    SECOND_DISPATCHER,
    SHIPAI,
    SHIPAI_CENTER,
    STRANGER,
    STREET_COORDINATOR,
    SUPERVISOR,
    WUSHAN_DISPATCHER,
    on,
)

EVERYBODY = (
    SYSTEM,
    ADJUDICATOR,
    AGENT,
    AGENT,
    AUDITOR,
    AUTHORITY,
    SECOND_AUTHORITY,
    CALLBACK_AGENT,
    CENTER_COORDINATOR,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    COMMUNITY_WORKER,
    DISPATCHER,
    SECOND_DISPATCHER,
    DPO,
    GRANDMA,
    HEALTH_COORDINATOR,
    REGISTRAR,
    SUPERVISOR,
    # The same roles, held elsewhere, held no longer, or held by nobody.
    HOUSING_COORDINATOR,
    STREET_COORDINATOR,
    WUSHAN_DISPATCHER,
    RETIRED_DISPATCHER,
    STRANGER,
)
STREET = (DISPATCHER, SECOND_DISPATCHER)
DEPARTMENTS = (CIVIL_COORDINATOR, HEALTH_COORDINATOR)
PARTIES = (CENTER_COORDINATOR, *DEPARTMENTS, *STREET)
AUTHORITIES = (AUTHORITY, SECOND_AUTHORITY)
ITEM = (ListItem(code="X-1", title="项目", category="ELDER"),)


def _all_scored() -> Story:
    return s.scores(s.under_review(), 80, 80)


def _no_tasks() -> Story:
    return s.leaving().under(s.with_tasks())


TABLE: dict[str, tuple[Any, BaseModel, tuple[By, ...]]] = {
    "draft": (s.undrafted, s.DRAFT, (CENTER_COORDINATOR, *DEPARTMENTS)),
    "attach for the centre": (
        s.draft,
        AttachList(list=ListKind.NEED, unit=SHIPAI_CENTER, items=ITEM),
        (CENTER_COORDINATOR,),
    ),
    "attach for the street": (
        s.draft,
        AttachList(list=ListKind.NEED, unit=SHIPAI, items=ITEM),
        STREET,
    ),
    "propose": (s.with_lists, ProposePairing(), (CENTER_COORDINATOR,)),
    "accept": (s.proposed, AcceptProposal(), (*DEPARTMENTS, *STREET)),
    "counter": (s.proposed, CounterPropose(text="另议"), (*DEPARTMENTS, *STREET)),
    "claim": (
        s.negotiating,
        ClaimProject(item="P-2", unit=CIVIL_AFFAIRS),
        (CIVIL_COORDINATOR,),
    ),
    "sign": (s.claimed, s.SIGN, PARTIES),
    "submit": (s.signed, SubmitForApproval(), (SYSTEM,)),
    "approve": (s.pending, ApprovePairing(), AUTHORITIES),
    "reject": (s.pending, RejectPairing(reason="无"), AUTHORITIES),
    "replace party": (
        s.active,
        ReplaceParty(party=CIVIL_AFFAIRS, by_unit=HOUSING, reason="机构改革"),
        PARTIES,
    ),
    "change lead": (s.active, s.LEAD, PARTIES),
    "revise lists": (
        s.active,
        ReviseLists(list=ListKind.NEED, unit=SHIPAI_CENTER, items=ITEM, reason="无"),
        (CENTER_COORDINATOR,),
    ),
    "approve adjustment": (s.adjusting, ApproveAdjustment(), AUTHORITIES),
    "refuse adjustment": (s.adjusting, RefuseAdjustment(reason="无"), AUTHORITIES),
    "suspend": (s.active, SuspendPairing(reason="无", until=on(6, 15)), AUTHORITIES),
    "resume": (s.suspended, ResumePairing(), AUTHORITIES),
    "open review": (s.fell_due, OpenReview(), (*AUTHORITIES, SYSTEM)),
    "score for centre and street": (
        s.under_review,
        GiveScore(side="CENTER_AND_STREET", score=80),
        (CENTER_COORDINATOR, *STREET),
    ),
    "score for the departments": (
        s.under_review,
        GiveScore(side="DEPARTMENTS", score=80),
        DEPARTMENTS,
    ),
    "score review": (_all_scored, ScoreReview(), AUTHORITIES),
    "renew": (s.renewable, RenewPairing(term_end=on(6, 1, year=2030)), AUTHORITIES),
    "request exit": (s.active, RequestExit(reason="无"), PARTIES),
    "hand over": (
        s.leaving,
        HandOverTask(task=s.RAMP.stream, unit=HOUSING),
        (HOUSING_COORDINATOR, SYSTEM),
    ),
    "complete exit": (_no_tasks, CompleteExit(), (*AUTHORITIES, SYSTEM)),
    "withdraw": (s.negotiating, WithdrawPairing(), (CENTER_COORDINATOR,)),
    "ring": (s.proposed, RingClock(name="answer", due=on(5, 18)), (SYSTEM,)),
    "recompute": (s.proposed, RecomputeDeadlines(), (SYSTEM,)),
}


def accepted(story: Story, command: BaseModel, by: By) -> bool:
    asked = story.when(command, by).asked
    assert asked is not None
    try:
        asked()
    except CommandRefused:
        return False
    return True


@pytest.mark.parametrize("row", TABLE)
def test_exactly_these_people_may_say_it(row: str) -> None:
    story, command, allowed = TABLE[row]
    for by in EVERYBODY:
        assert accepted(story(), command, by) is (by in allowed), f"{by.role} of {by.unit}"


def test_every_command_has_a_row_and_roles() -> None:
    commands = set(PAIRING.commands.json_schema()["discriminator"]["mapping"])
    assert {command.kind for _, command, _ in TABLE.values()} == commands  # type: ignore[attr-defined]
    assert set(WHO_MAY) == commands


def test_roles_of_the_table_are_those_that_are_published() -> None:
    for _, command, allowed in TABLE.values():
        assert {by.role for by in allowed} <= WHO_MAY[command.kind]  # type: ignore[attr-defined]
