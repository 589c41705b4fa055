"""What a support task sets going outside itself: talks with people, errands to other cases.

Both are derived from facts and keyed by them, so that losing them loses nothing and sending them
twice does nothing twice. Every reference here is opaque.
"""

from domain.cases import Errand, Step, Talk
from domain.envelope import Happened
from domain.talking import asking, halfway
from domain.task import linked
from domain.task.commands import AttachDuplicate, RegisterTask, TaskCommand
from domain.task.facts import (
    DuplicateAttached,
    MatterSplitOff,
    SubjectKeyDestroyed,
    TaskFact,
    TaskMerged,
)
from domain.task.state import (
    OPEN_STATES,
    Body,
    Callback,
    Known,
    Merged,
    Rating,
    Task,
    Whistle,
)

BY_THEMSELVES = frozenset({"SMS", "LINK"})
"""Channels by which a resident can answer without being called or visited."""

# Conversations.


def talks(stream: str, task: Task) -> tuple[Talk, ...]:  # noqa: ARG001 - every case is asked alike
    """Return the conversations that should be under way: the feedback round, and convenings."""
    if not isinstance(task, Known):
        return ()
    found: list[Talk] = []
    if isinstance(task, Callback | Rating):
        found.extend(_feedback_round(task))
    if isinstance(task, OPEN_STATES):
        found.extend(_convenings(task.body))
    return tuple(found)


def _feedback_round(task: Callback | Rating) -> list[Talk]:
    """The residents are asked, reminded once, and put on the callback list; then it is over."""
    body, feedback = task.body, task.body.feedback
    waiting = [party for party in body.need.parties if feedback.rating_of(party) is None]
    if not waiting or body.privacy.restricted or feedback.rating_until is None:
        return []
    key = f"feedback_round/{feedback.round}"
    since, until = feedback.rating_until.counted_from, feedback.rating_until.due
    remind_at = feedback.remind_at or until
    channel, number = body.need.answer_channel.value, feedback.round
    told = {"round": str(number)}
    steps: list[Step] = []
    list_at = since
    if channel in BY_THEMSELVES:
        list_at = halfway(remind_at, until)
        if not feedback.asked:
            ask = {"kind": "ask_feedback", "round": number, "channel": channel}
            step = asking(key, "asked", since, "feedback_asked", waiting, told)
            steps.append(step.model_copy(update={"records": ask}))
        if not feedback.reminded:
            remind = {"kind": "remind_feedback", "round": number}
            step = asking(key, "reminded", remind_at, "feedback_reminded", waiting, told)
            steps.append(step.model_copy(update={"records": remind}))
    if isinstance(task, Callback) and not feedback.listed:
        listing = {"kind": "list_for_callback", "round": number}
        steps.append(Step(name="listed", at=list_at, records=listing))
    return [Talk(name="feedback_round", key=key, steps=tuple(steps))] if steps else []


def _convenings(body: Body) -> list[Talk]:
    """Each whistle calls the departments that are still awaited, and calls again at half time."""
    return [
        Talk(name="convening", key=f"convening/{whistle.number}", steps=_calls(body, whistle))
        for whistle in body.whistles
        if whistle.awaited
    ]


def _calls(body: Body, whistle: Whistle) -> tuple[Step, ...]:
    key, number = f"convening/{whistle.number}", str(whistle.number)
    since, until = whistle.arrive_by.counted_from, whistle.arrive_by.due
    values = {"number": number, "until": until.isoformat(), "place": body.need.place}
    units = [f"unit/{unit}" for unit in whistle.awaited]
    return (
        asking(key, "called", since, "whistle_called", units, values),
        asking(key, "reminded", halfway(since, until), "whistle_reminded", units, values),
    )


# Errands.


def errands(stream: str, task: Task, told: Happened[TaskFact]) -> tuple[Errand, ...]:
    """Return the commands other cases are sent because of one fact; *task* is as it left it.

    A hand-over needs no answer to the pairing: it recorded the acceptance before it sent the
    task to its successor.
    """
    noted = linked.errands(stream, task, told) if isinstance(task, Known) else ()
    return (*_sent(stream, task, told), *noted)


def _sent(stream: str, task: Task, told: Happened[TaskFact]) -> tuple[Errand, ...]:
    match told.fact:
        case TaskMerged(master=master, subjects=subjects):
            return (_attach(stream, told.version, master, stream, subjects, urgent=_urgent(task)),)
        case DuplicateAttached() as attached if isinstance(task, Merged):
            # The master merged itself meanwhile: its master takes these residents on too.
            duplicate, subjects, urgent = attached.duplicate, attached.subjects, attached.urgent
            return (_attach(stream, told.version, task.master, duplicate, subjects, urgent=urgent),)
        case MatterSplitOff() as split if isinstance(task, Known):
            return (_register(stream, task.body, split, told),)
        case SubjectKeyDestroyed(subject=subject, basis=basis):
            erased = {"kind": "record_erasure", "basis": basis}
            return (Errand(stream=subject, command_id=_id(stream, told), command=erased),)
        case _:
            return ()


def _urgent(task: Task) -> bool:
    return isinstance(task, Known) and task.body.is_urgent


def _register(stream: str, body: Body, split: MatterSplitOff, told: Happened[TaskFact]) -> Errand:
    """A part is registered for the same resident at the same place; its text stays sealed."""
    need = body.need
    command = RegisterTask(
        source=need.source,
        category=split.category,
        request_type=need.request_type,
        place=need.place,
        matter=split.matter,
        text=split.text,
        requester=need.requester,
        answer_channel=need.answer_channel,
        pairing=need.pairing,
        ad_hoc=need.pairing is None,
        urgent=split.urgent,
        safety=need.safety,
        privacy_notice="as-for-the-call",
        policy=need.policy_id,
        call=stream,
    )
    return Errand(
        stream=split.part, command_id=_id(stream, told), command=command.model_dump(mode="json")
    )


def _attach(
    stream: str,
    version: int,
    master: str,
    duplicate: str,
    subjects: tuple[str, ...],
    *,
    urgent: bool,
) -> Errand:
    command: TaskCommand = AttachDuplicate(duplicate=duplicate, subjects=subjects, urgent=urgent)
    return Errand(
        stream=master,
        command_id=f"because/{stream}/{version}",
        command=command.model_dump(mode="json"),
    )


def _id(stream: str, told: Happened[TaskFact]) -> str:
    """Return the one command id that an errand because of this fact has."""
    return f"because/{stream}/{told.version}"
