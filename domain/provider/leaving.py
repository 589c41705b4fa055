"""Leaving (退出): each service has a successor who accepts it, before the book is closed."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain import guards
from domain.people import Role
from domain.provider.authority import (
    Asking,
    for_itself,
    for_the_lead,
    in_state,
    over_all,
    pack_of,
)
from domain.provider.commands import (
    AcceptService,
    DropExitOrder,
    OrderExit,
    RequestProviderExit,
    ReviseExitPlan,
    Succession,
)
from domain.provider.facts import (
    ExitOrderDropped,
    ExitOrdered,
    ExitOrderGiven,
    ExitPlanRevised,
    ProviderExited,
    ProviderExitRequested,
    ServiceHandedOver,
)
from domain.provider.pack import ExitGround, ProviderPack
from domain.provider.rating import periods_below_floor
from domain.provider.refusal_rules import refused
from domain.provider.state import Exiting, Order, Provider, Running
from domain.rules import NeighbourFacility, NeighbourProvider, Rules, Terms

_NAMED = 5  # as many cases as a person can take in at once
_ORDERED = ("退出决定", "the order to leave")


@dataclass(frozen=True)
class Service:
    """Something the provider serves now: a task, or one function of a facility."""

    case: str
    function: str | None
    category: str
    place: str

    @property
    def name(self) -> str:
        """What a refusal calls it."""
        return self.case if self.function is None else f"{self.case} {self.function}"


def served_now(provider: str, rules: Rules) -> tuple[Service, ...]:
    """Return everything that would be without anybody were the provider gone, ordered by case."""
    found = [
        Service(task.stream, None, task.category, task.place)
        for task in rules.neighbours.open_tasks_by(provider)
    ]
    for facility in rules.neighbours.cases("facility"):
        if isinstance(facility, NeighbourFacility) and facility.is_open:
            found += [
                Service(facility.stream, function, function, facility.place)
                for function, operator in facility.operators
                if operator == provider
            ]
    return tuple(found)


def plan_meets(
    plan: Iterable[Succession], served: Iterable[Service], asked: Asking, rules: Rules
) -> None:
    """The plan names one successor for each service, another provider admitted for it there."""
    left = {(one.case, one.function): one for one in served}
    for entry in plan:
        service = left.pop((entry.case, entry.function), None)
        if service is None:
            raise refused("served-now", found=f"{entry.case} {entry.function or ''}".strip())
        successor = guards.neighbour_of(
            rules, entry.successor, NeighbourProvider, ("服务机构", "provider")
        )
        if entry.successor == asked.stream or not successor.serves(
            service.category, service.place, asked.at
        ):
            raise refused(
                "successor-admitted",
                successor=entry.successor,
                category=service.category,
                place=service.place,
            )
    if left:
        names = [one.name for one in left.values()]
        raise refused("successor-for-each", count=len(names), missing=_some(names))


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


def request_exit(
    state: Provider, asked: Asking, command: RequestProviderExit, rules: Rules
) -> ProviderExitRequested:
    """A provider leaves of its own wish, with a plan; an order that waits is not run away from."""
    running = in_state(state, Running)
    for_itself(asked, running.body, rules)
    if running.admission.order is not None:
        raise refused("order-pending")
    plan_meets(command.plan, served_now(asked.stream, rules), asked, rules)
    terms, pack = pack_of(running.body, rules)
    return ProviderExitRequested(
        plan=command.plan, hand_over_by=terms.deadline(pack.hand_over, asked.at)
    )


def order_exit(state: Provider, asked: Asking, command: OrderExit, rules: Rules) -> ExitOrderGiven:
    """The lead turns the first key: a ground of the pack that is on record, and a plan."""
    running = in_state(state, Running)
    unit = for_the_lead(asked, running.admission.lead, rules)
    if running.admission.order is not None:
        raise refused("order-pending")
    terms, pack = pack_of(running.body, rules)
    guards.one_of(command.ground, (one.code for one in pack.exits))
    ground = next(one for one in pack.exits if one.code == command.ground)
    _on_record(ground, running, asked, terms, pack)
    plan_meets(command.plan, served_now(asked.stream, rules), asked, rules)
    return ExitOrderGiven(
        unit=unit,
        ground=command.ground,
        reason=command.reason,
        plan=command.plan,
        countersign_by=terms.deadline(pack.countersign, asked.at),
    )


def _on_record(
    ground: ExitGround, state: Running, asked: Asking, terms: Terms, pack: ProviderPack
) -> None:
    """What the ground claims is shown by the provider's own record."""
    match ground.shown_by:
        case "GRADES":
            expected, found = pack.floor_periods, periods_below_floor(state.record, pack)
        case "COMPLAINTS":
            expected = pack.complaints_to_exit
            found = sum(
                upheld
                for _, upheld, at in state.record.complaints
                if asked.at <= terms.deadline(pack.complaints_within, at).due
            )
        case "LICENCE":
            expected, found = 1, len(state.admission.ended)
        case _:
            return
    if found < expected:
        raise refused("ground-on-record", ground=ground.code, expected=expected, found=found)


def _second_key(state: Provider, asked: Asking, rules: Rules) -> tuple[Running, Order]:
    """A supervisor over all its areas, of another unit than the first key's, and another person."""
    running = in_state(state, Running)
    order = running.admission.order
    if order is None:
        raise refused("no-order")
    over_all(asked, running.admission.areas, rules)
    guards.another_person(asked, [order.person], _ORDERED)
    guards.another_unit(asked, [order.unit], _ORDERED, rules)
    return running, order


def countersign_exit(state: Provider, asked: Asking, rules: Rules) -> ExitOrdered:
    """With the second key the order is in force, if its plan still names everything served."""
    running, order = _second_key(state, asked, rules)
    plan_meets(order.plan, served_now(asked.stream, rules), asked, rules)
    terms, pack = pack_of(running.body, rules)
    return ExitOrdered(
        unit=str(asked.by.unit),
        ground=order.ground,
        plan=order.plan,
        hand_over_by=terms.deadline(pack.hand_over, asked.at),
    )


def drop_order(
    state: Provider, asked: Asking, command: DropExitOrder, rules: Rules
) -> ExitOrderDropped:
    """The holder of the second key does not turn it; the lead may order anew."""
    _, order = _second_key(state, asked, rules)
    return ExitOrderDropped(ground=order.ground, reason=command.reason)


def revise_plan(
    state: Provider, asked: Asking, command: ReviseExitPlan, rules: Rules
) -> ExitPlanRevised:
    """The lead names others for what nobody accepted yet; what was accepted stays accepted."""
    exiting = in_state(state, Exiting)
    for_the_lead(asked, exiting.admission.lead, rules)
    done = {(one.case, one.function) for one in exiting.handed_over}
    still = [one for one in served_now(asked.stream, rules) if (one.case, one.function) not in done]
    plan_meets(command.plan, still, asked, rules)
    return ExitPlanRevised(
        plan=(*exiting.handed_over, *command.plan),
        plan_before=exiting.plan,
        reason=command.reason,
    )


def accept_service(
    state: Provider, asked: Asking, command: AcceptService, rules: Rules
) -> ServiceHandedOver:
    """The successor accepts one service, through its agent or the department that leads it."""
    exiting = in_state(state, Exiting)
    entry = next(
        (
            one
            for one in exiting.outstanding
            if (one.case, one.function) == (command.served, command.function)
        ),
        None,
    )
    if entry is None:
        found = f"{command.served} {command.function or ''}".strip()
        raise refused("nothing-to-accept", found=found)
    successor = guards.neighbour_of(
        rules, entry.successor, NeighbourProvider, ("服务机构", "provider")
    )
    if asked.by.role is Role.PROVIDER:
        speaks = asked.by.person in successor.agents
    else:
        speaks = rules.acts_for(asked.by.unit, successor.lead or "", asked.at)
    if not speaks:
        raise refused("successor-speaks", successor=entry.successor)
    if not successor.may_begin:
        raise refused(
            "successor-admitted", successor=entry.successor, category="—", place=entry.case
        )
    return ServiceHandedOver(case=entry.case, function=entry.function, successor=entry.successor)


def complete_exit(state: Provider, asked: Asking, rules: Rules) -> ProviderExited:
    """The book closes when everything has a successor; whoever was ordered to leave is barred."""
    exiting = in_state(state, Exiting)
    if asked.by.role is not Role.SYSTEM:
        for_the_lead(asked, exiting.admission.lead, rules)
    if exiting.appeal is not None:
        raise refused("appeal-open")
    done = {(one.case, one.function) for one in exiting.handed_over}
    left = [
        one.name for one in served_now(asked.stream, rules) if (one.case, one.function) not in done
    ]
    if left:
        raise refused("nothing-left", count=len(left), left=_some(left))
    terms, pack = pack_of(exiting.body, rules)
    ordered = exiting.order is not None
    return ProviderExited(
        ordered=ordered,
        barred_until=terms.deadline(pack.bar, asked.at).due if ordered else None,
    )
