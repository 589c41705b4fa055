"""Leaving a pairing: every open task gets an owner elsewhere before the book is closed."""

from domain.envelope import Asked
from domain.pairing.adjusting import plan_meets
from domain.pairing.authority import held, in_state, party_authority, speaking_party
from domain.pairing.commands import HandOverTask, PairingCommand, RequestExit
from domain.pairing.facts import ExitRequested, PairingEnded, TaskHandedOver
from domain.pairing.refusal_rules import refused
from domain.pairing.state import Active, Pairing, Terminating
from domain.people import Role
from domain.rules import Rules

Asking = Asked[PairingCommand]

_NAMED = 5  # as many tasks as a person can take in at once


def request_exit(
    state: Pairing, asked: Asking, command: RequestExit, rules: Rules
) -> ExitRequested:
    """Any party may leave with a plan that names a successor for every open task."""
    agreement = in_state(state, Active).agreement
    unit = speaking_party(asked, rules, agreement)
    open_tasks = rules.neighbours.open_tasks(asked.stream)
    plan_meets(command.successors, open_tasks, asked, rules, leaving=unit)
    terms = rules.under(agreement.policy)
    return ExitRequested(
        unit=unit,
        reason=command.reason,
        successors=command.successors,
        hand_over_by=terms.deadline(terms.policy.pairing.hand_over, asked.at),
        owed=agreement.commitments.owed(one for one in agreement.pledges if one.unit == unit),
    )


def hand_over_task(
    state: Pairing, asked: Asking, command: HandOverTask, rules: Rules
) -> TaskHandedOver:
    """The successor named in the plan accepts a task; one outside the plan goes to any unit.

    A planned task that was closed meanwhile is accepted too: it may still be appealed.
    """
    ending = in_state(state, Terminating)
    if asked.by.role is not Role.SYSTEM:
        own = held(asked, rules)
        if own != command.unit:
            raise refused("own-unit-only", own=own, unit=command.unit)
    rules.unit(command.unit, asked.at)
    planned = next((one.unit for one in ending.successors if one.task == command.task), None)
    if planned not in (None, command.unit):
        raise refused("successor-only", task=command.task, expected=planned, found=command.unit)
    if command.unit == ending.leaving:
        raise refused("successor-is-another", task=command.task, unit=command.unit)
    done = next((one.unit for one in ending.handed_over if one.task == command.task), None)
    if done is not None:
        raise refused("handed-over-already", task=command.task, unit=done)
    task = rules.neighbours.task(command.task)
    if task is None or task.pairing != asked.stream or not (task.is_open or planned):
        raise refused("task-of-pairing", task=command.task)
    return TaskHandedOver(task=command.task, unit=command.unit)


def complete_exit(state: Pairing, asked: Asking, rules: Rules) -> PairingEnded:
    """The book closes when every task open at that moment has been handed over."""
    ending = in_state(state, Terminating)
    if asked.by.role is not Role.SYSTEM:
        party_authority(asked, rules, ending.agreement)
    done = {one.task for one in ending.handed_over}
    left = [
        task.stream for task in rules.neighbours.open_tasks(asked.stream) if task.stream not in done
    ]
    if left:
        named = ", ".join(left[:_NAMED]) + (" …" if len(left) > _NAMED else "")
        raise refused("tasks-without-owner", count=len(left), tasks=named)
    agreement = ending.agreement
    return PairingEnded(owed=agreement.commitments.owed(agreement.pledges))
