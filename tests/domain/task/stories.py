"""How a support task usually goes, as commands played through the decider, one step a function.

The whole standard day is Monday 11 May: registered 9:00, triaged 9:10, queued 9:20, dispatched to
civil affairs 9:30, signed for 9:40, in hand 9:50, resident reached 10:00, evidence 10:10, result
10:20, approved 10:30, called back 10:40 (the resident will rate), rated 10:50.
"""

from functools import cache
from typing import Any

from domain.envelope import SYSTEM
from domain.rules import NeighbourPairing, NeighbourProvider, NeighbourTask, Rules
from domain.task.commands import (
    AcceptTask,
    AnswerChannel,
    ApproveCarry,
    ApproveResult,
    ApproveReturn,
    ApproveTermination,
    AssignStaff,
    AttachDuplicate,
    AttachEvidence,
    BlowWhistle,
    ContactResult,
    DispatchTask,
    DivertTask,
    DutyClass,
    EscalateDispute,
    InviteAssist,
    MergeInto,
    NameProvider,
    ProposeCarry,
    RateTask,
    RecordCallback,
    RecordContact,
    RefuseAdmission,
    RegisterTask,
    RequestExtension,
    RequestReturn,
    RequestTermination,
    RequestType,
    Source,
    SplitOffMatter,
    SubmitResult,
    TriageTask,
    Urgency,
    WithdrawTask,
)
from tests.domain.harness import Story, given
from tests.domain.world import (
    ADJUDICATOR,
    CALLBACK_AGENT,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    ELSEWHERE,
    GRANDMA,
    HEALTH,
    HOUSING,
    NEIGHBOUR,
    RULES,
    SHIPAI_PLACE,
    SUPERVISOR,
    WUSHAN_PLACE,
    Town,
    on,
    rules_with,
    sealed,
    task_id,
    uuid_of,
)

MASTER = task_id("the master")
FINDING = f"finding/{uuid_of('a finding that leans on the task')}"
PROVIDER = f"provider/{uuid_of('who serves the task')}"
OTHER_PROVIDER = f"provider/{uuid_of('who would serve it')}"
DUPLICATE = task_id("the duplicate")
PAIRING = f"pairing/{uuid_of('Shipai and civil affairs')}"


def register(**fields: Any) -> RegisterTask:
    """Return the registration of the ramp at no. 14, or one that differs in *fields*."""
    told: dict[str, Any] = {
        "source": Source.RESIDENT,
        "category": "ELDER",
        "request_type": RequestType.HELP,
        "place": SHIPAI_PLACE,
        "matter": "ramp",
        "text": sealed("a ramp is missing"),
        "requester": GRANDMA.person,
        "answer_channel": AnswerChannel.LINK,
        "ad_hoc": True,
        "privacy_notice": "notice-2026-01",
    }
    return RegisterTask(**(told | fields))


def triage(**fields: Any) -> TriageTask:
    """Return an ordinary triage, or one that differs in *fields*."""
    told: dict[str, Any] = {"urgency": Urgency.NORMAL, "duty_class": DutyClass.BASIC}
    return TriageTask(**(told | fields))


def submit(**fields: Any) -> SubmitResult:
    """Return a result that solves the matter, or one that differs in *fields*."""
    told: dict[str, Any] = {"resolved": True, "public_reply": sealed("the ramp stands")}
    return SubmitResult(**(told | fields))


def return_request(**fields: Any) -> RequestReturn:
    """Return a reasoned request to return the task."""
    told: dict[str, Any] = {"reason": sealed("not our duty"), "legal_basis": "三定方案"}
    return RequestReturn(**(told | fields))


CONTACT = RecordContact(result=ContactResult.REACHED, note=sealed("she was at home"))
EVIDENCE = AttachEvidence(label="after", media_type="image/png", document=sealed("a photo"))
EXTENSION = RequestExtension(limit="5wd", reason=sealed("rain"), resident_informed=True)
CARRY = ProposeCarry(
    cause="PLANNING",
    reason=sealed("the street will be rebuilt"),
    plan=sealed("ramp with the new street"),
    review_at=on(7, 31, "17:00"),
    ledger_row="2026-0117",
)
WHISTLE = BlowWhistle(ground="EMERGENCY", departments=(HOUSING, HEALTH), place=SHIPAI_PLACE)
PART = task_id("the second matter")
SPLIT = SplitOffMatter(part=PART, category="MEAL", matter="meals", text=sealed("no meals either"))
TO_CIVIL_AFFAIRS = DispatchTask(main=CIVIL_AFFAIRS)


def master(**fields: Any) -> NeighbourTask:
    """Return the open task on the same ramp that a neighbour's task may be merged into."""
    told: dict[str, Any] = {
        "stream": MASTER,
        "state": "IN_PROGRESS",
        "is_open": True,
        "category": "ELDER",
        "place": SHIPAI_PLACE,
        "matter": "ramp",
        "main_unit": CIVIL_AFFAIRS,
        "pairing": None,
        "subjects": (str(NEIGHBOUR.person),),
    }
    return NeighbourTask(**(told | fields))


def pairing(state: str = "ACTIVE") -> NeighbourPairing:
    """Return the pairing of Shipai with civil affairs, in *state*."""
    parties = (CIVIL_AFFAIRS,)
    return NeighbourPairing(
        PAIRING, state, state not in {"ENDED", "EXPIRED"}, parties, ("ELDER",), "town"
    )


def provider(stream: str = PROVIDER, **fields: Any) -> NeighbourProvider:
    """Return a provider that is admitted for elder care in Shipai."""
    told: dict[str, Any] = {
        "stream": stream,
        "state": "ADMITTED",
        "is_open": True,
        "kind": "SOCIAL_ORG",
        "admitted_for": ("ELDER",),
        "areas": ("440106005",),
        "agents": (),
        "may_begin": True,
        "valid_until": on(12, 31),
    }
    return NeighbourProvider(**(told | fields))


SERVED = rules_with(town=Town(others=(provider(), provider(OTHER_PROVIDER))))


def served() -> Story:
    """Civil affairs has named who serves the task."""
    name = NameProvider(provider=PROVIDER, reason="就近")
    return accepted().under(SERVED).does(name, CIVIL_COORDINATOR)


def registered(rules: Rules = RULES, **fields: Any) -> Story:
    told = register(**fields)
    elsewhere = told.place.startswith(WUSHAN_PLACE[:9])
    return given(rules=rules).does(told, ELSEWHERE[-2] if elsewhere else CENTER_COORDINATOR)


def triaged(story: Story | None = None, **fields: Any) -> Story:
    return (story or registered()).at(on(5, 11, "09:10")).does(triage(**fields))


def queued(story: Story | None = None) -> Story:
    return (story or triaged()).rings("queue", on(5, 11, "09:20"))


def dispatched(story: Story | None = None, **fields: Any) -> Story:
    command = DispatchTask(**({"main": CIVIL_AFFAIRS} | fields))
    return (story or queued()).at(on(5, 11, "09:30")).does(command)


def accepted(story: Story | None = None) -> Story:
    return (story or dispatched()).at(on(5, 11, "09:40")).does(AcceptTask(), CIVIL_COORDINATOR)


def in_progress(story: Story | None = None) -> Story:
    told = (story or accepted()).at(on(5, 11, "09:50"))
    return told.does(AssignStaff(person=str(CIVIL_STAFF.person)), CIVIL_COORDINATOR)


def ready(story: Story | None = None) -> Story:
    """The resident was reached and there is evidence: a result may be submitted."""
    told = (story or in_progress()).does(CONTACT, CIVIL_STAFF, on(5, 11, "10:00"))
    return told.does(EVIDENCE, CIVIL_STAFF, on(5, 11, "10:10"))


def result_review(story: Story | None = None, **fields: Any) -> Story:
    return (story or ready()).does(submit(**fields), CIVIL_COORDINATOR, on(5, 11, "10:20"))


def callback(story: Story | None = None) -> Story:
    return (story or result_review()).does(ApproveResult(), at=on(5, 11, "10:30"))


def rating(story: Story | None = None) -> Story:
    """The resident was reached, said it is solved, and will rate later."""
    called = RecordCallback(reached=True, contacted=True, resolved=True)
    return (story or callback()).does(called, CALLBACK_AGENT, on(5, 11, "10:40"))


def dissatisfied(story: Story | None = None) -> Story:
    return (story or rating()).does(RateTask(grade=2), GRANDMA, on(5, 11, "10:50"))


def closed(story: Story | None = None) -> Story:
    return (story or rating()).does(RateTask(grade=5), GRANDMA, on(5, 11, "10:50"))


def return_review(story: Story | None = None) -> Story:
    return (story or dispatched()).does(return_request(), CIVIL_COORDINATOR, on(5, 11, "09:40"))


def returned(story: Story | None = None) -> Story:
    """Taken back from civil affairs, waiting for another dispatch."""
    return (story or return_review()).does(ApproveReturn(), at=on(5, 11, "09:50"))


def sent_on(story: Story | None = None) -> Story:
    """Taken back from civil affairs and sent to health."""
    return (story or returned()).does(DispatchTask(main=HEALTH), at=on(5, 11, "10:00"))


def adjudication(story: Story | None = None) -> Story:
    return (story or return_review()).does(EscalateDispute(), at=on(5, 11, "09:50"))


def assisted(story: Story | None = None, **fields: Any) -> Story:
    """In hand, with health invited to assist as number 1."""
    told: dict[str, Any] = {"unit": HEALTH, "request": sealed("please visit her")}
    invitation = InviteAssist(**(told | fields))
    return (story or in_progress()).does(invitation, CIVIL_COORDINATOR, on(5, 11, "10:00"))


def extension_requested(story: Story | None = None) -> Story:
    return (story or in_progress()).does(EXTENSION, CIVIL_COORDINATOR, on(5, 11, "11:00"))


def carry_proposed(story: Story | None = None) -> Story:
    return (story or in_progress()).does(CARRY, CIVIL_COORDINATOR, on(5, 11, "11:00"))


def carried(story: Story | None = None) -> Story:
    told = (story or carry_proposed()).at(on(5, 11, "11:10"))
    told = told.does(ApproveCarry(resident_told=True), SUPERVISOR)
    return told.does(ApproveCarry(resident_told=True), ADJUDICATOR, on(5, 11, "11:20"))


def termination_requested(story: Story | None = None) -> Story:
    asked = RequestTermination(ground="NO_COOPERATION", reason=sealed("the door stays shut"))
    return (story or in_progress()).does(asked, CIVIL_COORDINATOR, on(5, 11, "11:00"))


def overdue(story: Story | None = None) -> Story:
    """The due instant passed with the task in hand: overdue, red."""
    told = story or in_progress()
    return told.rings("due")


def merged() -> Story:
    told = triaged(registered(rules_with(town=Town((master(),)))))
    return told.does(MergeInto(master=MASTER), at=on(5, 11, "09:15"))


def with_two_residents(story: Story | None = None) -> Story:
    """In hand for grandmother, and for the neighbour whose task was merged into it."""
    attach = AttachDuplicate(duplicate=DUPLICATE, subjects=(str(NEIGHBOUR.person),))
    return (story or in_progress()).does(attach, SYSTEM)


def not_admitted() -> Story:
    refusal = RefuseAdmission(ground="LITIGATION", told_channel=AnswerChannel.PHONE)
    return registered().does(refusal, at=on(5, 11, "09:10"))


def diverted() -> Story:
    return registered().does(DivertTask(route="PETITION"), at=on(5, 11, "09:10"))


def cancelled() -> Story:
    return registered().does(WithdrawTask(), GRANDMA, on(5, 11, "09:10"))


def terminated() -> Story:
    return termination_requested().does(ApproveTermination(), SUPERVISOR, on(5, 11, "11:10"))


def archived(story: Story | None = None) -> Story:
    return (story or closed()).rings("archive")


@cache
def every_state() -> dict[str, Story]:
    """Return one story for each of the twenty states of a support task."""
    return {
        "REGISTERED": registered(),
        "TRIAGED": triaged(),
        "PENDING_DISPATCH": queued(),
        "DISPATCHED": dispatched(),
        "RETURN_REVIEW": return_review(),
        "ADJUDICATION": adjudication(),
        "ACCEPTED": accepted(),
        "IN_PROGRESS": in_progress(),
        "CARRIED": carried(),
        "RESULT_REVIEW": result_review(),
        "CALLBACK": callback(),
        "RATING": rating(),
        "DISSATISFIED": dissatisfied(),
        "CLOSED": closed(),
        "NOT_ADMITTED": not_admitted(),
        "DIVERTED": diverted(),
        "MERGED": merged(),
        "CANCELLED": cancelled(),
        "TERMINATED": terminated(),
        "ARCHIVED": archived(),
    }
