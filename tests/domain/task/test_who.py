"""Who may say what: every command in a state where it is allowed, asked by everybody in town.

The table below is domain.md §2.0 and the Who column of §2.2. Whoever is not named beside a
command is refused, whatever else is right.
"""

from typing import Any

import pytest
from pydantic import BaseModel

from domain.clocks import RecomputeDeadlines
from domain.envelope import SYSTEM, By
from domain.linking import LinkFinding
from domain.people import Channel, Role
from domain.refusals import CommandRefused
from domain.task.commands import (
    AcceptTask,
    AnswerChannel,
    AppealClosure,
    AppealScore,
    ApproveCarry,
    ApproveResult,
    ApproveReturn,
    ApproveTermination,
    ArchiveTask,
    AskFeedback,
    AssignStaff,
    AttachDuplicate,
    BlowWhistle,
    CardColour,
    CorrectRegistration,
    DeclareConflict,
    Designate,
    DivertTask,
    DraftResult,
    EraseSubject,
    EscalateDispute,
    ExcludeScore,
    GrantExtension,
    InviteAssist,
    IssueRatingLink,
    ListForCallback,
    ListTask,
    LogProgress,
    MergeInto,
    NameProvider,
    OrderRework,
    QueueDispatch,
    RaiseCard,
    RateTask,
    ReactivateTask,
    RecallTask,
    RecordArrival,
    RecordCallback,
    RefuseAdmission,
    RefuseCarry,
    RefuseExtension,
    RefuseReturn,
    RefuseTermination,
    RemindFeedback,
    RemindUnit,
    RequestTermination,
    RestrictData,
    ReturnForRework,
    Source,
    SubmitAssist,
    SummonUnit,
    TakeOverService,
    TakeOverTask,
    UpholdResult,
    UpholdScore,
    UrgeTask,
    WithdrawTask,
)
from tests.domain import world
from tests.domain.harness import Story, given, task_case
from tests.domain.task import stories as s
from tests.domain.world import (
    ADJUDICATOR,
    AGENT,
    AUDITOR,
    AUTHORITY,
    CALLBACK_AGENT,
    CENTER_COORDINATOR,
    CIVIL_ADJUDICATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    COMMUNITY_WORKER,
    DISPATCHER,
    DPO,
    ELSEWHERE,
    GRANDMA,
    HEALTH,
    HEALTH_COORDINATOR,
    HEALTH_STAFF,
    HOUSING,
    NEIGHBOUR,
    PASSER_BY,
    REGISTRAR,
    RETIRED_DISPATCHER,
    RULES,
    SHIPAI_PLACE,
    STRANGER,
    SUPERVISOR,
    WUSHAN_DISPATCHER,
    Town,
    rules_with,
    sealed,
    without,
)

EVERYBODY = (
    ADJUDICATOR,
    AGENT,
    AGENT,
    AUDITOR,
    AUTHORITY,
    CALLBACK_AGENT,
    CENTER_COORDINATOR,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    COMMUNITY_WORKER,
    DISPATCHER,
    DPO,
    GRANDMA,
    PASSER_BY,
    REGISTRAR,
    SUPERVISOR,
    SYSTEM,
    # The same roles, held elsewhere, held no longer, or held by nobody.
    HEALTH_COORDINATOR,
    HEALTH_STAFF,
    WUSHAN_DISPATCHER,
    RETIRED_DISPATCHER,
    STRANGER,
    *ELSEWHERE,
)
TEXT = sealed()
WHISTLE = BlowWhistle(ground="EMERGENCY", departments=(HOUSING,), place=SHIPAI_PLACE)


def _merging() -> Story:
    return s.triaged().under(rules_with(town=Town((s.master(),))))


def _second_extension() -> Story:
    return s.extension_requested(s.extension_requested().does(GrantExtension(), DISPATCHER))


def _score_appealed() -> Story:
    return s.closed().does(AppealScore(ground="ENFORCEMENT", evidence=TEXT), CIVIL_COORDINATOR)


def _deserted() -> Story:
    """A task in the hands of a unit that nobody speaks for any more."""
    story = s.dispatched()
    return story.under(without(story.rules, Role.DEPT_COORDINATOR, CIVIL_AFFAIRS))


def _quiet() -> Story:
    return s.closed().after(days=31)


def _whistled() -> Story:
    return s.in_progress().does(WHISTLE)


TABLE: dict[str, tuple[Any, BaseModel, tuple[By, ...]]] = {
    "register": (
        given,
        s.register(),
        # Who has to do with the place: neither the centre nor the worker of Wushan.
        (
            CENTER_COORDINATOR,
            CIVIL_COORDINATOR,
            COMMUNITY_WORKER,
            GRANDMA,
            HEALTH_COORDINATOR,
        ),
    ),
    "correct": (
        s.registered,
        CorrectRegistration(text=TEXT, reason="笔误"),
        (
            DISPATCHER,
            CENTER_COORDINATOR,
            CIVIL_COORDINATOR,
            COMMUNITY_WORKER,
            HEALTH_COORDINATOR,
        ),
    ),
    "split off": (s.registered, s.SPLIT, (DISPATCHER, CENTER_COORDINATOR, COMMUNITY_WORKER)),
    "urge": (
        s.in_progress,
        UrgeTask(source=Source.RESIDENT),
        (GRANDMA, COMMUNITY_WORKER, CENTER_COORDINATOR, CALLBACK_AGENT),
    ),
    "name provider": (
        lambda: s.accepted().under(s.SERVED),
        NameProvider(provider=s.PROVIDER, reason="就近"),
        (CIVIL_COORDINATOR,),
    ),
    "take over service": (
        s.served,
        TakeOverService(provider=s.OTHER_PROVIDER, provider_before=s.PROVIDER),
        (SYSTEM,),
    ),
    "recall": (_deserted, RecallTask(reason=TEXT), (DISPATCHER,)),
    "triage": (s.registered, s.triage(), (DISPATCHER,)),
    "refuse admission": (
        s.triaged,
        RefuseAdmission(ground="LITIGATION", told_channel=AnswerChannel.PHONE),
        (DISPATCHER,),
    ),
    "divert": (s.triaged, DivertTask(route="110"), (DISPATCHER,)),
    "merge": (_merging, MergeInto(master=s.MASTER), (DISPATCHER,)),
    "attach duplicate": (
        s.accepted,
        AttachDuplicate(duplicate=s.DUPLICATE, subjects=(str(NEIGHBOUR.person),)),
        (SYSTEM,),
    ),
    "link finding": (s.accepted, LinkFinding(finding=s.FINDING), (SYSTEM,)),
    "queue": (s.triaged, QueueDispatch(), (SYSTEM, DISPATCHER)),
    "dispatch": (s.queued, s.TO_CIVIL_AFFAIRS, (DISPATCHER,)),
    "accept": (s.dispatched, AcceptTask(), (CIVIL_COORDINATOR,)),
    "return": (s.dispatched, s.return_request(), (CIVIL_COORDINATOR,)),
    "approve return": (s.return_review, ApproveReturn(), (DISPATCHER,)),
    "refuse return": (s.return_review, RefuseReturn(reason=TEXT), (DISPATCHER,)),
    "escalate": (s.return_review, EscalateDispute(), (DISPATCHER, SYSTEM)),
    "designate": (s.adjudication, Designate(main=HOUSING, reason=TEXT), (ADJUDICATOR,)),
    "assign": (s.accepted, AssignStaff(person=str(CIVIL_STAFF.person)), (CIVIL_COORDINATOR,)),
    "contact": (s.in_progress, s.CONTACT, (CIVIL_STAFF,)),
    "log progress": (s.in_progress, LogProgress(note=TEXT), (CIVIL_STAFF,)),
    "attach evidence": (s.in_progress, s.EVIDENCE, (CIVIL_STAFF,)),
    "see on site": (
        s.in_progress,
        s.EVIDENCE.model_copy(update={"on_site": True}),
        (CIVIL_STAFF, COMMUNITY_WORKER),
    ),
    "invite": (
        s.in_progress,
        InviteAssist(unit=HEALTH, request=TEXT),
        (CIVIL_COORDINATOR, DISPATCHER),
    ),
    "submit assist": (
        s.assisted,
        SubmitAssist(number=1, note=TEXT),
        (HEALTH_COORDINATOR, HEALTH_STAFF),
    ),
    "whistle": (s.in_progress, WHISTLE, (DISPATCHER,)),
    "arrival": (_whistled, RecordArrival(number=1, unit=HOUSING), (DISPATCHER, COMMUNITY_WORKER)),
    "ask for time": (s.in_progress, s.EXTENSION, (CIVIL_COORDINATOR,)),
    "grant time": (s.extension_requested, GrantExtension(), (DISPATCHER,)),
    "refuse time": (s.extension_requested, RefuseExtension(reason=TEXT), (DISPATCHER,)),
    "grant more time": (_second_extension, GrantExtension(), (SUPERVISOR,)),
    "refuse more time": (_second_extension, RefuseExtension(reason=TEXT), (SUPERVISOR,)),
    "propose carry": (s.in_progress, s.CARRY, (CIVIL_COORDINATOR, DISPATCHER)),
    "turn a key": (
        s.carry_proposed,
        ApproveCarry(resident_told=True),
        (SUPERVISOR, ADJUDICATOR),
    ),
    "refuse carry": (s.carry_proposed, RefuseCarry(reason=TEXT), (SUPERVISOR, ADJUDICATOR)),
    "reactivate": (s.carried, ReactivateTask(), (SUPERVISOR,)),
    "draft": (s.ready, DraftResult(resolved=True, public_reply=TEXT), (CIVIL_STAFF,)),
    "submit": (s.ready, s.submit(), (CIVIL_COORDINATOR,)),
    "approve result": (s.result_review, ApproveResult(), (DISPATCHER, CENTER_COORDINATOR)),
    "order rework in review": (
        s.result_review,
        ReturnForRework(reason=TEXT),
        (DISPATCHER, CENTER_COORDINATOR),
    ),
    "call back": (
        s.callback,
        RecordCallback(reached=True, resolved=True, grade=5),
        (CALLBACK_AGENT, CENTER_COORDINATOR),
    ),
    "rate": (s.rating, RateTask(grade=5), (GRANDMA,)),
    "issue a link": (
        s.callback,
        IssueRatingLink(link="0192f3a0-0000-7000-8000-00000000a001"),
        (CALLBACK_AGENT, CENTER_COORDINATOR, DISPATCHER, GRANDMA),
    ),
    "ask feedback": (s.callback, AskFeedback(round=1, channel=AnswerChannel.SMS), (SYSTEM,)),
    "remind feedback": (
        lambda: s.callback().does(AskFeedback(round=1, channel=AnswerChannel.SMS), SYSTEM),
        RemindFeedback(round=1),
        (SYSTEM,),
    ),
    "list for callback": (
        lambda: s.callback().does(AskFeedback(round=1, channel=AnswerChannel.SMS), SYSTEM),
        ListForCallback(round=1),
        (SYSTEM,),
    ),
    "order rework": (s.dissatisfied, OrderRework(reason=TEXT), (DISPATCHER, SUPERVISOR)),
    "uphold": (
        s.dissatisfied,
        UpholdResult(legal_basis="物业管理条例", explanation=TEXT),
        (DISPATCHER, SUPERVISOR),
    ),
    "appeal": (s.closed, AppealClosure(new_facts=TEXT), (GRANDMA,)),
    "appeal score": (
        s.closed,
        AppealScore(ground="ENFORCEMENT", evidence=TEXT),
        (CIVIL_COORDINATOR,),
    ),
    "exclude score": (_score_appealed, ExcludeScore(reason=TEXT), (SUPERVISOR, ADJUDICATOR)),
    "uphold score": (_score_appealed, UpholdScore(reason=TEXT), (SUPERVISOR, ADJUDICATOR)),
    "withdraw": (s.registered, WithdrawTask(), (GRANDMA, CENTER_COORDINATOR)),
    "ask to terminate": (
        s.in_progress,
        RequestTermination(ground="NO_COOPERATION", reason=TEXT),
        (CIVIL_COORDINATOR,),
    ),
    "terminate": (s.termination_requested, ApproveTermination(), (SUPERVISOR,)),
    "go on": (s.termination_requested, RefuseTermination(reason=TEXT), (SUPERVISOR,)),
    "archive": (_quiet, ArchiveTask(), (SYSTEM,)),
    "remind": (s.in_progress, RemindUnit(), (SUPERVISOR, SYSTEM)),
    "card": (
        s.in_progress,
        RaiseCard(colour=CardColour.YELLOW, reason=TEXT),
        (SUPERVISOR, SYSTEM),
    ),
    "list": (s.in_progress, ListTask(reason=TEXT), (SUPERVISOR, SYSTEM)),
    "summon": (s.in_progress, SummonUnit(reason=TEXT), (SUPERVISOR, SYSTEM)),
    "take over": (s.in_progress, TakeOverTask(successor=HEALTH), (SYSTEM,)),
    "restrict": (s.in_progress, RestrictData(basis="个人信息保护法"), (DPO,)),
    "erase": (s.closed, EraseSubject(subject=str(GRANDMA.person), basis="到期"), (DPO,)),
    "declare conflict": (
        s.accepted,
        DeclareConflict(person=str(CIVIL_STAFF.person)),
        (CIVIL_STAFF, CIVIL_COORDINATOR),
    ),
    "recompute": (s.dispatched, RecomputeDeadlines(), (SYSTEM,)),
}


def test_every_command_of_a_task_stands_in_the_table() -> None:
    """`ring_clock` has its own tests, clock by clock."""
    kinds = {command.model_dump()["kind"] for _, command, _ in TABLE.values()}
    assert kinds | {"ring_clock"} == set(task_case().who_may)


@pytest.mark.parametrize("row", TABLE)
def test_only_the_people_of_the_who_column_are_heard(row: str) -> None:
    begin, command, may = TABLE[row]
    story = begin()
    heard = []
    for who in EVERYBODY:
        try:
            story.does(command, who)
        except CommandRefused:
            continue
        heard.append(who)
    assert set(heard) == set(may)


@pytest.mark.parametrize("row", TABLE)
def test_a_role_at_no_unit_or_a_borrowed_one_is_not_heard(row: str) -> None:
    """A role is held at a unit; claiming it at another, or without the grant, is refused."""
    begin, command, may = TABLE[row]
    officials = [who for who in may if who.role not in (Role.SYSTEM, Role.RESIDENT)]
    for who in officials:
        for wrong in (
            who.model_copy(update={"unit": None}),
            who.model_copy(update={"unit": world.MARKET}),
            who.model_copy(update={"person": AUDITOR.person}),
        ):
            with pytest.raises(CommandRefused):
                begin().does(command, wrong)


def test_the_system_speaks_through_its_own_channel_only() -> None:
    """Nobody becomes the system by naming its role through the console."""
    pretender = By(role=Role.SYSTEM, person=AUDITOR.person, channel=Channel.CONSOLE)
    with pytest.raises(CommandRefused):
        s.triaged().does(QueueDispatch(), pretender)


def test_an_official_is_no_resident() -> None:
    pretender = By(role=Role.RESIDENT, person=AUDITOR.person, channel=Channel.LINK)
    given().when(s.register(), pretender).then_refused("party-only")
    with pytest.raises(CommandRefused):
        s.rating().does(RateTask(grade=5), pretender)


def test_the_adjudicator_of_a_disputing_unit_is_not_heard() -> None:
    s.adjudication().when(Designate(main=HOUSING, reason=TEXT), CIVIL_ADJUDICATOR).then_refused(
        "adjudicator-neutral"
    )


def test_the_town_has_every_role() -> None:
    assert {who.role for who in EVERYBODY} == set(Role)
    assert RULES.default_policy == "town"
