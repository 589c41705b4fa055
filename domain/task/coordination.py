"""What a support task sets going outside itself: talks with people, errands to other cases.

Both are derived from facts and keyed by them, so that losing them loses nothing and sending them
twice does nothing twice. Every reference here is opaque.
"""

from domain.cases import Errand, Talk
from domain.envelope import Happened
from domain.task.commands import AttachDuplicate, TaskCommand
from domain.task.facts import (
    DuplicateAttached,
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
)
from domain.values import instant_text

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
    listing_is_left = isinstance(task, Callback) and not feedback.listed
    if not waiting or body.privacy.restricted or feedback.rating_until is None:
        return []
    if feedback.asked and feedback.reminded and not listing_is_left:
        return []
    remind_at = feedback.remind_at or feedback.rating_until.due
    return [
        Talk(
            name="feedback_round",
            key=f"feedback_round/{feedback.round}",
            details={
                "round": feedback.round,
                "channel": body.need.answer_channel.value,
                "subjects": waiting,
                "asked": feedback.asked,
                "reminded": feedback.reminded,
                "listed": feedback.listed,
                "remind_at": instant_text(remind_at),
                "until": instant_text(feedback.rating_until.due),
            },
        )
    ]


def _convenings(body: Body) -> list[Talk]:
    """Each whistle calls the departments that are still awaited."""
    return [
        Talk(
            name="convening",
            key=f"convening/{whistle.number}",
            details={
                "number": whistle.number,
                "place": body.need.place,
                "departments": list(whistle.awaited),
                "arrive_by": instant_text(whistle.arrive_by.due),
            },
        )
        for whistle in body.whistles
        if whistle.awaited
    ]


# Errands.


def errands(stream: str, task: Task, told: Happened[TaskFact]) -> tuple[Errand, ...]:
    """Return the commands other cases are sent because of one fact; *task* is as it left it.

    A hand-over needs no answer to the pairing: it recorded the acceptance before it sent the
    task to its successor.
    """
    match told.fact:
        case TaskMerged(master=master, subjects=subjects):
            return (_attach(stream, told.version, master, stream, subjects),)
        case DuplicateAttached(duplicate=duplicate, subjects=subjects) if isinstance(task, Merged):
            # The master merged itself meanwhile: its master takes these residents on too.
            return (_attach(stream, told.version, task.master, duplicate, subjects),)
        case SubjectKeyDestroyed(subject=subject, basis=basis):
            erased = {"kind": "record_erasure", "basis": basis}
            return (Errand(stream=subject, command_id=_id(stream, told), command=erased),)
        case _:
            return ()


def _attach(
    stream: str, version: int, master: str, duplicate: str, subjects: tuple[str, ...]
) -> Errand:
    command: TaskCommand = AttachDuplicate(duplicate=duplicate, subjects=subjects)
    return Errand(
        stream=master,
        command_id=f"because/{stream}/{version}",
        command=command.model_dump(mode="json"),
    )


def _id(stream: str, told: Happened[TaskFact]) -> str:
    """Return the one command id that an errand because of this fact has."""
    return f"because/{stream}/{told.version}"
