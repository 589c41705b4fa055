"""How the work is done: staff, contact, progress, evidence, co-handling, whistle and arrival."""

from domain.people import Role
from domain.rules import Rules
from domain.task import refusal_rules as no
from domain.task.authority import (
    Command,
    Facts,
    has_to_do_with,
    main_unit_or_dispatcher,
    not_after,
    of_the_main_unit,
    of_the_place,
    one_of,
    standing_in,
)
from domain.task.commands import (
    AssignStaff,
    AttachEvidence,
    BlowWhistle,
    DeclareConflict,
    InviteAssist,
    LogProgress,
    RecordArrival,
    RecordContact,
    SubmitAssist,
)
from domain.task.facts import (
    AssistInvited,
    AssistSubmitted,
    ConflictDeclared,
    DepartmentArrived,
    EvidenceAttached,
    ProgressLogged,
    ResidentContacted,
    StaffAssigned,
    WhistleBlown,
)
from domain.task.limits import is_longer, latest_assist, step_deadline, terms_of
from domain.task.state import (
    OPEN_STATES,
    Accepted,
    Assist,
    AssistStatus,
    Body,
    Carried,
    InHand,
    InProgress,
    Known,
    ResultReview,
    Task,
)
from domain.units import UnitKind
from domain.values import instant_text

CONTACT_ATTEMPTS = 3
"""Attempts that count as contact where nobody could be reached, as for callbacks."""

# Staff and conflicts of interest.


def assign(task: Task, command: AssignStaff, asked: Command, rules: Rules) -> Facts:
    """The main unit names its staff; with the first one the first-contact clock starts."""
    body = standing_in(task, Accepted, InProgress).body
    of_the_main_unit(body, asked, rules)
    unit = str(asked.by.unit)
    if not rules.holds(command.person, Role.DEPT_STAFF, unit, asked.at):
        raise no.STAFF_OF_UNIT(expected=unit)
    if command.person in body.holding.conflicted:
        raise no.CONFLICT_OF_INTEREST(found=Role.DEPT_STAFF)
    if command.person == body.holding.staff:
        raise no.ASSIGNED_ALREADY(found=unit)
    terms = terms_of(body, rules)
    urgent, first = body.is_urgent, body.handling.contact_owed
    contact = first and bool(body.need.parties)
    limit = body.judgement.limit if body.judgement else "0d"
    long = is_longer(terms, limit, terms.policy.limits.stage_report_from, asked.at)
    return (
        StaffAssigned(
            person=command.person,
            person_before=body.holding.staff,
            unit=unit,
            first_contact_by=step_deadline(terms, "first_contact", asked.at, urgent=urgent)
            if contact
            else None,
            stage_report_by=step_deadline(terms, "stage_report", asked.at, urgent=urgent)
            if first and long
            else None,
        ),
    )


def declare_conflict(task: Task, command: DeclareConflict, asked: Command, rules: Rules) -> Facts:
    """A person declares their own conflict of interest, or their unit's coordinator does."""
    body = standing_in(task, Known).body
    own = command.person == asked.by.person
    if not own:
        known = rules.people.get(command.person)
        units = {grant.unit for grant in known.grants if grant.stands(asked.at)} if known else set()
        coordinator = asked.by.role in (Role.DEPT_COORDINATOR, Role.CENTER_COORDINATOR)
        if not (coordinator and asked.by.unit in units):
            raise no.OWN_UNIT(expected=", ".join(sorted(units)) or "—")
    if command.person in body.holding.conflicted:
        raise no.CONFLICT_ONCE(found=body.need.category)
    return (ConflictDeclared(person=command.person),)


# Contact, progress, evidence.


def contact(task: Task, command: RecordContact, asked: Command, rules: Rules) -> Facts:
    """The staff assigned records each attempt; when it happened decides whether it was in time.

    A call entered late counts by the time of the call, which is never later than its entry.
    """
    body = standing_in(task, InProgress).body
    _of_the_staff(body, asked, rules)
    if body.privacy.restricted:
        raise no.DATA_RESTRICTED(found=command.kind)
    by = body.handling.first_contact_by
    return (
        ResidentContacted(
            result=command.result,
            within_limit=by is None or asked.occurred_at <= by.due,
            note=command.note,
        ),
    )


def log_progress(task: Task, command: LogProgress, asked: Command, rules: Rules) -> Facts:
    """The staff assigned writes down how it goes; a stage report starts the next interval."""
    body = standing_in(task, InProgress).body
    _of_the_staff(body, asked, rules)
    reports = command.stage_report and body.handling.stage_report_by is not None
    next_by = step_deadline(terms_of(body, rules), "stage_report", asked.at, urgent=body.is_urgent)
    return (
        ProgressLogged(
            note=command.note,
            stage_report=command.stage_report,
            next_stage_report_by=next_by if reports else None,
        ),
    )


EVIDENCE_KINDS = (
    "image/jpeg",
    "image/png",
    "image/heic",
    "image/webp",
    "application/pdf",
    "application/ofd",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/msword",
    "application/vnd.ms-excel",
    "audio/mp4",
    "audio/mpeg",
    "audio/amr",
    "video/mp4",
    "video/quicktime",
    "text/plain",
    "text/csv",
)
"""What cameras, telephones and offices make; anything else is no proof anybody could look at."""

EVIDENCE_MAX = 60
"""How many a round of handling holds: more than that nobody looks through."""


def attach_evidence(task: Task, command: AttachEvidence, asked: Command, rules: Rules) -> Facts:
    """The staff assigned attaches proof; a community worker of the place what was seen on site."""
    if asked.by.role is Role.COMMUNITY_WORKER and command.on_site:
        body = standing_in(task, InProgress, ResultReview).body
        _near_the_place(body, asked, rules)
    else:
        body = standing_in(task, InProgress).body
        _of_the_staff(body, asked, rules)
    if body.handling.evidence >= EVIDENCE_MAX:
        raise no.EVIDENCE_LIMIT(expected=EVIDENCE_MAX, found=body.handling.evidence)
    if command.media_type not in EVIDENCE_KINDS:
        raise no.EVIDENCE_KIND(expected=", ".join(EVIDENCE_KINDS), found=command.media_type)
    return (
        EvidenceAttached(
            label=command.label,
            media_type=command.media_type,
            document=command.document,
            on_site=command.on_site,
        ),
    )


def _near_the_place(body: Body, asked: Command, rules: Rules) -> None:
    """A community worker sees what lies in their community, or in the street around it."""
    has_to_do_with(body.need.place, asked, rules)


def _of_the_staff(body: Body, asked: Command, rules: Rules) -> None:
    """Only the member of staff assigned, or who goes on for them, writes about the handling."""
    of_the_main_unit(body, asked, rules)
    if not rules.goes_on_for(asked.by.person, body.holding.staff, str(asked.by.unit)):
        raise no.ASSIGNED_STAFF_ONLY(found=asked.by.role)


# Co-handling.


def invite_assist(task: Task, command: InviteAssist, asked: Command, rules: Rules) -> Facts:
    """Another unit is asked to assist, early enough for the main unit to finish in time."""
    body = standing_in(task, InProgress).body
    main_unit_or_dispatcher(body, asked, rules)
    rules.unit(command.unit, asked.at)
    assisting = {one.unit for one in body.assists if one.status in _UNSETTLED}
    if command.unit == body.holding.main or command.unit in assisting:
        raise no.ASSIST_OTHER_UNIT(found=command.unit)
    assert body.sla.due is not None, "a task in hand has a due instant"
    latest = latest_assist(body.sla.due, asked.at, terms_of(body, rules))
    due = command.due or latest
    if due <= asked.at:
        raise no.DEADLINE_AHEAD(expected=instant_text(asked.at), found=instant_text(due))
    not_after(due, latest, no.ASSIST_BEFORE_DUE)
    return (
        AssistInvited(
            number=len(body.assists) + 1, unit=command.unit, request=command.request, due=due
        ),
    )


_UNSETTLED = frozenset({AssistStatus.OPEN, AssistStatus.LATE})


def submit_assist(task: Task, command: SubmitAssist, asked: Command, rules: Rules) -> Facts:
    """The assisting unit hands in its part once, late or not."""
    body = standing_in(task, InHand, Carried).body
    assist = _assist(body, command.number)
    if not rules.acts_for(asked.by.unit, assist.unit, asked.at):
        raise no.ASSIST_OF_UNIT(expected=assist.unit, found=asked.by.unit)
    late = assist.status is AssistStatus.LATE or asked.at > assist.due
    return (AssistSubmitted(number=assist.number, unit=assist.unit, note=command.note, late=late),)


def _assist(body: Body, number: int) -> Assist:
    for assist in body.assists:
        if assist.number == number and assist.status in _UNSETTLED:
            return assist
    raise no.ASSIST_OPEN(found=number)


# Whistle and arrival (吹哨报到).


def blow_whistle(task: Task, command: BlowWhistle, asked: Command, rules: Rules) -> Facts:
    """A street calls departments to the spot on one of the grounds, within an arrival window."""
    body = standing_in(task, InHand, Carried).body
    of_the_place(body.need.place, asked, rules)
    of_the_place(command.place, asked, rules)
    terms = terms_of(body, rules)
    whistling = terms.policy.whistling
    one_of(command.ground, (ground.code for ground in whistling.grounds))
    for number, unit in enumerate(command.departments):
        kind = rules.unit(unit, asked.at).kind
        if kind is not UnitKind.DEPARTMENT or unit in command.departments[:number]:
            raise no.DEPARTMENT_CALLED(found=unit)
    within = command.within or whistling.emergency_arrival
    arrive_by = terms.deadline(within, asked.at)
    if arrive_by.due <= asked.at or is_longer(terms, within, whistling.arrival_max, asked.at):
        raise no.ARRIVAL_WINDOW(expected=whistling.arrival_max, found=within)
    return (
        WhistleBlown(
            number=len(body.whistles) + 1,
            ground=command.ground,
            departments=command.departments,
            place=command.place,
            arrive_by=arrive_by,
        ),
    )


def record_arrival(task: Task, command: RecordArrival, asked: Command, rules: Rules) -> Facts:
    """Those on the spot record who arrived; the time of arrival decides whether it was late."""
    body = standing_in(task, *OPEN_STATES).body
    if asked.by.role is Role.COMMUNITY_WORKER:
        _near_the_place(body, asked, rules)
    else:
        of_the_place(body.need.place, asked, rules)
    for whistle in body.whistles:
        called = command.unit in whistle.departments and command.unit not in whistle.arrived
        if whistle.number == command.number and called:
            late = asked.occurred_at > whistle.arrive_by.due
            return (DepartmentArrived(number=whistle.number, unit=command.unit, late=late),)
    raise no.WHISTLE_CALLED(expected=command.number, found=command.unit)
