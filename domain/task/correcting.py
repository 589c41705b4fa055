"""What was taken down wrongly is put right, and a call with several matters is taken apart.

Nothing is rewritten: a correction is a fact beside the first one, and a matter that was split off
(拆单) is a task of its own that names its call.
"""

from domain.clocks import Deadline
from domain.people import Role
from domain.rules import Rules
from domain.task import refusal_rules as no
from domain.task.admission import somebody_dispatches
from domain.task.authority import Command, Facts, has_to_do_with, of_the_place, standing_in
from domain.task.commands import CorrectRegistration, SplitOffMatter
from domain.task.facts import MatterSplitOff, RegistrationCorrected
from domain.task.limits import step_deadline, terms_of
from domain.task.state import OPEN_STATES, Body, Registered, Task, Triaged

JUDGED = ("source", "category", "request_type", "place", "urgent", "safety")
"""What triage judges; from then on the judgement counts, not what was taken down."""

_PERSONAL = ("name", "phone", "address")


def correct(task: Task, command: CorrectRegistration, asked: Command, rules: Rules) -> Facts:
    """Whoever may register at the place puts right what was taken down, while the task is open."""
    body = standing_in(task, *OPEN_STATES).body
    has_to_do_with(body.need.place, asked, rules)
    given = command.model_dump(exclude={"kind", "reason", "requester"}, exclude_none=True)
    if not given:
        raise no.SOMETHING_CORRECTED(found=command.kind)
    judged = [name for name in JUDGED if name in given]
    if judged and not isinstance(task, Registered):
        raise no.TRIAGE_JUDGED(found=", ".join(judged))
    _of_the_requester(body, command)
    terms = terms_of(body, rules)
    if command.category is not None and terms.policy.category(command.category) is None:
        raise no.CATEGORY_KNOWN(expected=terms.policy.id, found=command.category)
    if command.place is not None:
        _registrable(command.place, body, asked, rules)
    return (
        RegistrationCorrected.model_validate(
            command.model_dump(exclude={"kind"})
            | {"triage_by": _triage_by(task, command, asked, rules)}
        ),
    )


def _of_the_requester(body: Body, command: CorrectRegistration) -> None:
    """Personal data belong to the requester on record, or to one named now where there is none."""
    personal = [name for name in _PERSONAL if getattr(command, name) is not None]
    if personal and command.requester is None:
        raise no.REQUESTER_NAMED(found=personal[0])
    if command.requester is not None and body.need.requester not in (None, command.requester):
        raise no.REQUESTER_STANDS(found=command.requester)


def _registrable(place: str, body: Body, asked: Command, rules: Rules) -> None:
    has_to_do_with(place, asked, rules)
    somebody_dispatches(place, asked, rules)
    policy = terms_of(body, rules).policy
    if not policy.in_force_at(place):
        raise no.POLICY_IN_FORCE(expected=", ".join(policy.divisions), found=place)


def _triage_by(
    task: Task, command: CorrectRegistration, asked: Command, rules: Rules
) -> Deadline | None:
    """Return the new triage limit where the urgency is another, None where the limit stays.

    What turns out to be urgent counts from now, and no later than before; what is not counts from
    its registration, unless that limit has passed: nobody is late for what they could not know.
    """
    if not isinstance(task, Registered) or command.urgent in (None, task.body.need.urgent):
        return None
    terms = terms_of(task.body, rules)
    if command.urgent:
        sooner = step_deadline(terms, "triage", asked.at, urgent=True)
        return sooner if sooner.due < task.triage_by.due else None
    since = task.triage_by.counted_from
    later = step_deadline(terms, "triage", since, urgent=False)
    return later if later.due > asked.at else None


def split_off(task: Task, command: SplitOffMatter, asked: Command, rules: Rules) -> Facts:
    """A matter of a call becomes a task of its own, before the call itself is dispatched."""
    body = standing_in(task, Registered, Triaged).body
    if asked.by.role is Role.STREET_DISPATCHER:
        of_the_place(body.need.place, asked, rules)
    else:
        has_to_do_with(body.need.place, asked, rules)
    if body.need.call is not None:
        raise no.SPLIT_BY_CALL(found=body.need.call)
    taken = rules.neighbours.task(command.part)
    if command.part == asked.stream or command.part in body.parts or taken is not None:
        raise no.PART_NEW(found=command.part)
    policy = terms_of(body, rules).policy
    if policy.category(command.category) is None:
        raise no.CATEGORY_KNOWN(expected=policy.id, found=command.category)
    return (MatterSplitOff.model_validate(command.model_dump(exclude={"kind"})),)
