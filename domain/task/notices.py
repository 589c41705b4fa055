"""Who is told about which fact of a support task.

Units hear what was sent to them and decided about them, the dispatching street what waits for
its answer, residents what became of their matter. A notice carries codes, numbers and instants
only; the words are in `wording/sentences.py`, names and numbers in the vault.

A recipient `role/<ROLE>` stands for everybody who holds that role for the task's place
(`values["place"]`); the notifier finds them in the registry.
"""

from collections.abc import Iterator

from domain.cases import Notice
from domain.clocks import Deadline
from domain.envelope import Happened
from domain.people import Role
from domain.task import facts as f
from domain.task.state import Body, Known, Task
from domain.task.supervising import act_of
from domain.values import instant_text

Word = tuple[str, dict[str, str]]
"""A template and its values."""

_SUPERVISED = {
    f.SupervisionLevel.NONE: "unit_reminded",
    f.SupervisionLevel.REMINDED: "unit_reminded",
    f.SupervisionLevel.YELLOW: "card_raised",
    f.SupervisionLevel.RED: "card_raised",
    f.SupervisionLevel.LISTED: "task_listed",
    f.SupervisionLevel.SUMMONED: "unit_summoned",
}
_WAITED_FOR = {
    "triage": Role.STREET_DISPATCHER,
    "dispatch": Role.STREET_DISPATCHER,
    "result_review": Role.STREET_DISPATCHER,
    "adjudication": Role.ADJUDICATOR,
    "callback": Role.CALLBACK_AGENT,
}
"""Who is told that such a limit was missed; of every other, whoever handles the task is."""
_FOR_SUPERVISORS = frozenset({f.SupervisionLevel.RED, f.SupervisionLevel.LISTED})


def notices(stream: str, task: Task, told: Happened[f.TaskFact]) -> tuple[Notice, ...]:
    """Return who is to be told about one fact; *task* is as the fact left it."""
    if not isinstance(task, Known):
        return ()
    found: dict[str, Notice] = {}
    for to, template, values in _told(task.body, told):
        channel = values.get("channel")
        key = f"{told.version}/{to}/{channel}" if channel else f"{told.version}/{to}"
        every = {"case": stream, "place": task.body.need.place} | values
        found.setdefault(key, Notice(key=key, to=to, template=template, values=every))
    return tuple(found.values())


def _told(body: Body, told: Happened[f.TaskFact]) -> Iterator[tuple[str, str, dict[str, str]]]:
    fact = told.fact
    for unit, (template, values) in _units_told(body, fact):
        yield f"unit/{unit}", template, values
    for role, (template, values) in _roles_told(body, fact):
        yield f"role/{role}", template, values
    word = _residents_word(body, fact)
    if word is not None and not body.privacy.restricted:
        for party in body.need.parties:
            if party not in body.privacy.erased:
                yield party, word[0], word[1]


def _units_told(body: Body, fact: f.TaskFact) -> Iterator[tuple[str, Word]]:
    main, street = body.holding.main, body.holding.street
    match fact:
        case f.TaskDispatched(main=unit) | f.UnitDesignated(main=unit):
            yield from _sent(body, unit, fact)
            if isinstance(fact, f.UnitDesignated) and fact.main_before not in (None, unit):
                yield str(fact.main_before), ("unit_designated", {"main": unit})
        case f.AssistInvited(unit=unit, number=number, due=due):
            yield unit, ("assist_invited", {"number": str(number), "due": instant_text(due)})
        case f.AssistOverdue(unit=unit, number=number, due=due):
            yield unit, ("assist_overdue", {"number": str(number), "due": instant_text(due)})
        case f.AssistSubmitted(number=number) if main:
            yield main, ("assist_submitted", {"number": str(number)})
        case f.LimitMissed(clock=clock) if main and clock not in _WAITED_FOR:
            yield main, _missed(fact)
        case f.SignInOverdue(unit=unit):
            yield unit, ("sign_in_overdue", {})
        case f.ReturnApproved(unit=unit):
            yield unit, ("return_approved", {})
        case f.ReturnRefused(unit=unit):
            yield unit, ("return_refused", {})
        case f.DisputeOpened(disputing=units, cause=cause):
            for unit in units:
                yield unit, ("dispute_opened", {"cause": cause})
        case f.SupervisionRaised(unit=str(unit), cause=cause):
            act = act_of(fact)
            yield unit, (_SUPERVISED[act], {"level": act.value, "cause": cause})
        case f.ExtensionGranted(number=number, due=due) if main:
            values = {"number": str(number), "due": instant_text(due.due)}
            yield main, ("extension_granted", values)
        case f.ExtensionRefused(number=number) if main:
            yield main, ("extension_refused", {"number": str(number)})
        case f.CarryRefused() | f.TaskCarried() | f.TaskReactivated() if main:
            yield main, (_template(fact), {})
        case f.ReworkOrdered(round=number, due=due) if main:
            values = {"round": str(number), "due": instant_text(due.due)}
            yield main, ("rework_ordered", values)
        case f.TerminationRefused() | f.TaskTerminated() | f.ScoreExcluded() | f.ScoreUpheld() if (
            main
        ):
            yield main, (_template(fact), {})
        case f.TaskCancelled() | f.TaskMerged() if main:
            yield main, (_template(fact), {})
        case f.TaskTakenOver(main=unit, main_before=before):
            yield unit, ("task_taken_over", {"main": unit})
            if before is not None and before != unit:
                yield before, ("task_taken_over", {"main": unit})
        case f.ReturnRequested() | f.ExtensionRequested() | f.ResultSubmitted() if street:
            yield street, (_template(fact), {})
        case f.TaskReopened() if street:
            yield street, ("task_reopened", {})
        case f.DuplicateAttached() | f.TaskUrged():
            for unit in dict.fromkeys(one for one in (main, street) if one):
                yield unit, _heard(body, fact)
        case f.RegistrationCorrected() if main:
            yield main, ("registration_corrected", {})
        case f.TaskRecalled(unit=unit):
            yield unit, ("task_recalled", {})
        case f.UrgencyRaised(due=Deadline(due=due)) if main:
            yield main, ("urgency_raised", {"due": instant_text(due)})
        case _:
            return


def _heard(body: Body, fact: f.DuplicateAttached | f.TaskUrged) -> Word:
    """One more resident waits, or somebody asks again: how many there are now."""
    if isinstance(fact, f.TaskUrged):
        return "task_urged", {"number": str(fact.number), "source": fact.source.value}
    waiting = {"duplicate": fact.duplicate, "waiting": str(len(body.need.parties))}
    return "duplicate_attached", waiting | ({"urgent": "true"} if fact.urgent else {})


def _sent(
    body: Body, unit: str, fact: f.TaskDispatched | f.UnitDesignated
) -> Iterator[tuple[str, Word]]:
    """An urgent task is announced twice, on the screen and to the telephone."""
    values = {"due": instant_text(fact.due.due), "sign_in_by": instant_text(fact.sign_in_by.due)}
    if not body.is_urgent:
        yield unit, ("task_dispatched", values)
        return
    for channel in ("push", "sms"):
        yield unit, ("task_dispatched", values | {"channel": channel, "urgent": "true"})


def _roles_told(body: Body, fact: f.TaskFact) -> Iterator[tuple[str, Word]]:
    holding = body.holding
    match fact:
        case f.DuplicateAttached() | f.TaskUrged() if not (holding.main or holding.street):
            yield Role.STREET_DISPATCHER.value, _heard(body, fact)
        case f.UrgencyRaised(triage_by=Deadline(due=due)):
            values = {"triage_by": instant_text(due)}
            yield Role.STREET_DISPATCHER.value, ("urgency_raised", values)
        case f.LimitMissed(clock=clock) if clock in _WAITED_FOR:
            yield _WAITED_FOR[clock].value, _missed(fact)
        case f.SupervisionRaised(unit=unit) if act_of(fact) in _FOR_SUPERVISORS:
            act = act_of(fact)
            values = {"unit": unit or "", "level": act.value}
            yield Role.SUPERVISOR.value, (_SUPERVISED[act], values)
        case f.ExtensionRequested(number=number) if number > 1:
            yield Role.SUPERVISOR.value, ("extension_requested", {"number": str(number)})
        case f.TerminationRequested(ground=ground):
            yield Role.SUPERVISOR.value, ("termination_requested", {"ground": ground})
        case f.CarryProposed(cause=cause):
            for role in (Role.SUPERVISOR, Role.ADJUDICATOR):
                yield role.value, ("carry_proposed", {"cause": cause})
        case f.DisputeOpened(cause=cause, adjudicate_by=by):
            values = {"cause": cause, "adjudicate_by": instant_text(by.due)}
            yield Role.ADJUDICATOR.value, ("dispute_opened", values)
        case f.CallbackListed(round=number):
            yield Role.CALLBACK_AGENT.value, ("callback_listed", {"round": str(number)})
        case _:
            return


def _missed(fact: f.LimitMissed) -> Word:
    return "limit_missed", {"clock": fact.clock, "due": instant_text(fact.due)}


def _residents_word(body: Body, fact: f.TaskFact) -> Word | None:
    """What residents hear: admission, who took it, every change of its time, and its end."""
    match fact:
        case f.MatterSplitOff() if len(body.parts) == 1:
            return "matter_split_off", {}  # told once, however many matters there are
        case f.TaskNotAdmitted(ground=ground):
            return "task_not_admitted", {"ground": ground}
        case f.TaskDiverted(route=route):
            return "task_diverted", {"route": route}
        case f.TaskMerged(master=master):
            return "task_merged", {"master": master}
        case f.TaskAccepted(unit=unit) | f.TaskAutoAccepted(unit=unit):
            return "task_accepted", {"unit": unit}
        case f.ExtensionGranted(due=due):
            return "extension_granted", {"due": instant_text(due.due)}
        case f.TaskCarried(review_at=review_at):
            return "task_carried", {"review_at": instant_text(review_at)}
        case f.TaskReactivated(due=due):
            return "task_reactivated", {"due": instant_text(due.due)}
        case f.TaskRated(then=f.TaskState.CLOSED, archive_at=Deadline(), resolution=resolution):
            return _closed(resolution)
        case f.CallbackRecorded(then=f.TaskState.CLOSED, resolution=resolution):
            return _closed(resolution)
        case f.RatingDefaulted(resolution=resolution):
            return _closed(resolution)
        case f.ResultUpheld():
            return _closed(f.Resolution.EXPLAINED)
        case f.TaskTerminated(ground=ground):
            return "task_terminated", {"ground": ground}
        case _:
            return None


def _closed(resolution: f.Resolution | None) -> Word:
    return "task_closed", {"resolution": resolution.value if resolution else ""}


def _template(fact: f.TaskFact) -> str:
    """Return the fact's own name, without the version of its form."""
    return fact.kind.partition(".")[0]
