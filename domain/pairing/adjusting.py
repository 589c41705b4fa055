"""Adjusting a running pairing: another party, another lead, another list; asked, then approved.

A party is replaced only when each of its open tasks has a named successor, at the asking and
again at the approval.
"""

from collections.abc import Iterable

from domain.envelope import Asked
from domain.pairing.authority import in_state, own_unit, party_authority, speaking_party
from domain.pairing.commands import (
    ChangeLead,
    PairingCommand,
    ReplaceParty,
    ReviseLists,
    Successor,
)
from domain.pairing.drafting import checked_items, not_paired_already, repeated
from domain.pairing.facts import (
    Adjustment,
    AdjustmentRefused,
    PairingAdjusted,
    PairingAdjustmentRequested,
)
from domain.pairing.memory import with_party
from domain.pairing.refusal_rules import refused
from domain.pairing.state import Active, Adjusting, Agreement, Pairing
from domain.rules import NeighbourTask, Rules

Asking = Asked[PairingCommand]


def replace_party(
    state: Pairing, asked: Asking, command: ReplaceParty, rules: Rules
) -> PairingAdjustmentRequested:
    """A unit of the same kind takes a party's place; the party's open tasks have successors."""
    agreement = in_state(state, Active).agreement
    speaking_party(asked, rules, agreement)
    if command.party not in agreement.parties:
        raise refused("party-only", unit=command.party)
    if command.by_unit in agreement.parties:
        raise refused("parties-differ", units=command.by_unit)
    new = rules.unit(command.by_unit, asked.at)
    old = rules.units.get(command.party)  # a party that is gone is just what gets replaced
    if old is not None and new.kind is not old.kind:
        raise refused("same-kind-of-party", unit=new.code, found=new.kind, expected=old.kind)
    not_paired_already(with_party(agreement, command.party, command.by_unit), asked, rules)
    held = _tasks_of(command.party, asked, rules)
    plan_meets(command.successors, held, asked, rules, leaving=command.party)
    return _requested(
        agreement,
        asked,
        rules,
        Adjustment(
            what="PARTY",
            reason=command.reason,
            old_unit=command.party,
            new_unit=command.by_unit,
            successors=command.successors,
        ),
    )


def change_lead(
    state: Pairing, asked: Asking, command: ChangeLead, rules: Rules
) -> PairingAdjustmentRequested:
    """Another of the departments may lead."""
    agreement = in_state(state, Active).agreement
    speaking_party(asked, rules, agreement)
    if command.lead not in agreement.departments:
        raise refused(
            "lead-is-department",
            departments=", ".join(agreement.departments),
            found=command.lead,
        )
    if command.lead == agreement.lead:
        raise refused("lead-differs", unit=command.lead)
    adjustment = Adjustment(
        what="LEAD", reason=command.reason, old_unit=agreement.lead, new_unit=command.lead
    )
    return _requested(agreement, asked, rules, adjustment)


def revise_lists(
    state: Pairing, asked: Asking, command: ReviseLists, rules: Rules
) -> PairingAdjustmentRequested:
    """A party revises its own list; old and new items stand beside each other."""
    agreement = in_state(state, Active).agreement
    unit = own_unit(asked, rules, agreement, command.unit)
    before = agreement.list_of(command.list, unit)
    items = checked_items(agreement, asked, rules, command.list, unit, command.items)
    if before is not None and before.items == items:
        raise refused("nothing-changes")
    return _requested(
        agreement,
        asked,
        rules,
        Adjustment(
            what="LIST",
            reason=command.reason,
            old_unit=unit,
            new_unit=unit,
            list=command.list,
            items=items,
            items_before=() if before is None else before.items,
        ),
    )


def _requested(
    agreement: Agreement, asked: Asking, rules: Rules, adjustment: Adjustment
) -> PairingAdjustmentRequested:
    terms = rules.under(agreement.policy)
    return PairingAdjustmentRequested(
        adjustment=adjustment,
        approve_by=terms.deadline(terms.policy.pairing.approval, asked.at),
    )


def approve_adjustment(state: Pairing, asked: Asking, rules: Rules) -> PairingAdjusted:
    """The authority approves what another person asked for; no task is left without successor."""
    adjusting = in_state(state, Adjusting)
    adjustment = adjusting.adjustment
    party_authority(asked, rules, adjusting.agreement, [adjusting.asked_by])
    if adjustment.what == "PARTY" and adjustment.old_unit and adjustment.new_unit:
        new = rules.unit(adjustment.new_unit, asked.at)
        after = with_party(adjusting.agreement, adjustment.old_unit, new.code)
        party_authority(asked, rules, after)
        all_succeeded(adjustment.successors, _tasks_of(adjustment.old_unit, asked, rules))
    return PairingAdjusted(adjustment=adjustment)


def refuse_adjustment(
    state: Pairing, asked: Asking, reason: str, rules: Rules
) -> AdjustmentRefused:
    """The authority refuses with a reason; the pairing goes on as it was."""
    adjusting = in_state(state, Adjusting)
    party_authority(asked, rules, adjusting.agreement, [adjusting.asked_by])
    return AdjustmentRefused(reason=reason)


def _tasks_of(unit: str, asked: Asking, rules: Rules) -> tuple[NeighbourTask, ...]:
    """Return the open tasks of the pairing that *unit* handles."""
    tasks = rules.neighbours.open_tasks(asked.stream)
    return tuple(task for task in tasks if task.main_unit == unit)


def plan_meets(
    plan: tuple[Successor, ...],
    tasks: Iterable[NeighbourTask],
    asked: Asking,
    rules: Rules,
    leaving: str,
) -> None:
    """A plan names one unit in force for each open task, never the unit that leaves."""
    if twice := repeated(one.task for one in plan):
        raise refused("successors-once", tasks=", ".join(twice))
    open_tasks = {task.stream for task in rules.neighbours.open_tasks(asked.stream)}
    for successor in plan:
        if successor.task not in open_tasks:
            raise refused("task-of-pairing", task=successor.task)
        if successor.unit == leaving:
            raise refused("successor-is-another", task=successor.task, unit=leaving)
        rules.unit(successor.unit, asked.at)
    all_succeeded(plan, tasks)


def all_succeeded(plan: tuple[Successor, ...], tasks: Iterable[NeighbourTask]) -> None:
    """No open task is left without a named successor."""
    named = {successor.task for successor in plan}
    missing = [task.stream for task in tasks if task.stream not in named]
    if missing:
        raise refused("successors-named", tasks=", ".join(missing))
