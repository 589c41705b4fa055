"""What an admitted provider reports: changes, and the hours its people served."""

from domain import guards
from domain.provider.admitting import items_of, licences_held
from domain.provider.applying import licences_meet, once
from domain.provider.authority import (
    Asking,
    agent_or_department,
    by_its_agent,
    in_state,
    leads_of,
    pack_of,
)
from domain.provider.commands import RecordServiceHours, ReportChange
from domain.provider.facts import ProviderChangeReported, ServiceHoursRecorded
from domain.provider.refusal_rules import refused
from domain.provider.state import Admitted, Provider, Rectifying, Running, Suspended, Warned
from domain.rules import NeighbourTask, Rules
from domain.values import covers, instant_text


def report_change(
    state: Provider, asked: Asking, command: ReportChange, rules: Rules
) -> ProviderChangeReported:
    """Name and prices change at once; licences and wider categories once they are verified."""
    running = in_state(state, Admitted, Warned, Rectifying, Suspended)
    body, admission = running.body, running.admission
    agent_or_department(asked, body, rules)
    if admission.change is not None:
        raise refused("change-pending")
    terms, pack = pack_of(body, rules)
    once(command.categories)
    added = tuple(one for one in command.categories if one not in admission.categories)
    for category in added:
        guards.one_of(category, (one.code for one in terms.policy.categories))
    name, prices = command.name or body.name, body.prices
    if command.prices is not None:
        prices = command.prices
    licences = body.licences if command.licences is None else command.licences
    if (name, prices, licences, added) == (body.name, body.prices, body.licences, ()):
        raise refused("change-something")
    if licences != body.licences:
        licences_meet(licences, asked, pack)
    for category in added:
        licences_held(category, licences, asked, pack)
    new = [one for one in pack.items if one.line is None] if added else []
    if licences != body.licences:
        new += [one for one in pack.items if one.code == pack.licence_item]
    leads = leads_of(added, admission.areas, asked, rules, terms)
    items = items_of(new, leads, admission.areas, asked, rules)
    return ProviderChangeReported(
        name=name,
        name_before=body.name,
        prices=prices,
        prices_before=body.prices,
        licences=licences,
        licences_before=body.licences,
        categories=(*admission.categories, *added),
        categories_before=admission.categories,
        items=items,
        verify_by=terms.deadline(pack.verify_change, asked.at) if items else None,
    )


def record_hours(
    state: Provider, asked: Asking, command: RecordServiceHours, rules: Rules
) -> ServiceHoursRecorded:
    """Hours are served by an admitted provider, where and for what it is admitted, and since then.

    People write whole minutes.
    """
    running = in_state(state, Running)
    if not by_its_agent(asked, running.body):
        guards.having_to_do_with(asked, command.place, rules)
    admission = running.admission
    if command.category not in admission.categories or not any(
        covers(area, command.place) for area in admission.areas
    ):
        raise refused("admitted-for", place=command.place, category=command.category)
    if not admission.since.replace(second=0, microsecond=0) <= command.served_at <= asked.at:
        raise refused("served-by-now", found=instant_text(command.served_at))
    if command.task is not None:
        served_by_it(command.task, asked, rules)
    return ServiceHoursRecorded(
        category=command.category,
        place=command.place,
        people=command.people,
        minutes=command.minutes,
        served_at=command.served_at,
        task=command.task,
    )


def served_by_it(task: str, asked: Asking, rules: Rules) -> NeighbourTask:
    """The task names this provider as who serves it; return it."""
    found = guards.neighbour_of(rules, task, NeighbourTask, ("帮扶任务", "support task"))
    if found.provider != asked.stream:
        raise refused("served-by-it", task=task)
    return found
