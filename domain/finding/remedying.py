"""The remedy: planned on cases that are under way, begun with the first of them, reported done."""

from collections import Counter

from domain.finding import commands as c
from domain.finding import facts as f
from domain.finding.authority import Asking, in_state, pack_of, the_lead
from domain.finding.refusal_rules import refused
from domain.finding.state import Finding, InRemedy, Open, Planned, Verifying
from domain.linking import LinkStanding, NoteLinkedCase
from domain.pairing.coordination import project_task
from domain.rules import Rules
from domain.values import category_of

Facts = tuple[f.FindingFact, ...]

CARRY_REMEDIES = frozenset({"task", "facility"})
"""The kinds of case a remedy may lean on."""

_UNDER_WAY = frozenset({LinkStanding.BEGUN, LinkStanding.DONE})


def plan(state: Finding, asked: Asking, command: c.PlanRemedy, rules: Rules) -> Facts:
    """The lead plans measures on open cases; a project item stands for the task it became."""
    body = in_state(state, asked, Open).body
    if body.adoption is None:
        raise refused("adopted-first")
    the_lead(asked, body, rules)
    cases = (*command.cases, *(_task_of(item, rules) for item in command.items))
    if twice := [case for case, times in Counter(cases).items() if times > 1]:
        raise refused("linked-once", cases=", ".join(twice))
    for case in cases:
        found = rules.neighbours.case(case) if category_of(case) in CARRY_REMEDIES else None
        if found is None or not found.is_open:
            raise refused("linked-case-open", case=case)
    planned = f.RemedyPlanned(measures=command.measures, cases=cases, items=command.items)
    begun = next((one.case for one in body.linked if one.standing in _UNDER_WAY), None)
    return (planned,) if begun is None else (planned, f.RemedyStarted(case=begun))


def _task_of(item: c.ProjectItem, rules: Rules) -> str:
    """Return the task of a project item: it has one once claimed and its pairing approved."""
    task = project_task(item.pairing, item.item)
    if rules.neighbours.task(task) is None:
        raise refused("project-item-has-task", item=item.item)
    return task


def start(state: Finding, asked: Asking, rules: Rules) -> f.RemedyStarted:
    """The lead says that the remedy has begun, where it leans on nothing that would tell."""
    the_lead(asked, in_state(state, asked, Planned).body, rules)
    return f.RemedyStarted(case=None)


def note(state: Finding, command: NoteLinkedCase) -> Facts:
    """Where a linked case stands is noted once; a plan begins with the first case that begins.

    What a case said before what is known of it, and is only now heard, changes nothing.
    """
    if not isinstance(state, Open | Planned | InRemedy | Verifying):
        return ()
    before = state.body.link_to(command.case)
    if before is not None and (
        before.standing is command.standing or command.case_version <= before.version
    ):
        return ()
    noted = f.LinkedCaseNoted(
        case=command.case,
        standing=command.standing,
        standing_before=None if before is None else before.standing,
        state=command.state,
        case_version=command.case_version,
    )
    if isinstance(state, Planned) and command.standing in _UNDER_WAY:
        return (noted, f.RemedyStarted(case=command.case))
    return (noted,)


def report(
    state: Finding, asked: Asking, command: c.ReportRemedied, rules: Rules
) -> f.RemedyReported:
    """The lead reports it done once the linked cases are over, or says why nevertheless."""
    body = in_state(state, asked, InRemedy).body
    the_lead(asked, body, rules)
    if body.open_cases and command.reason is None:
        raise refused("linked-cases-over", cases=", ".join(body.open_cases))
    terms = rules.under(body.recorded.policy)
    return f.RemedyReported(
        value=command.value,
        value_before=body.value,
        evidence=command.evidence,
        open_cases=body.open_cases,
        reason=command.reason,
        verify_by=terms.deadline(pack_of(terms).verification, asked.at),
    )
