"""Who runs the functions, opening, what is used, stopping and closing."""

from calendar import monthrange
from collections.abc import Collection, Iterable
from datetime import datetime

from domain.facility import commands as c
from domain.facility import facts as f
from domain.facility.authority import (
    Asking,
    deciding,
    in_state,
    lead_or_street,
    operating,
    street,
    under,
)
from domain.facility.months import month_of
from domain.facility.planning import between, repeated
from domain.facility.refusal_rules import refused
from domain.facility.state import (
    Closed,
    Dropped,
    Entrustment,
    Facility,
    Open,
    Plan,
    Planned,
    Ready,
    Suspended,
)
from domain.guards import another_person, another_unit, one_of
from domain.rules import NeighbourFacility, NeighbourProvider, Rules
from domain.values import instant_text

CHAIN_BRANCH = "CHAIN_BRANCH"
"""What a provider that belongs to a chain is registered as."""

_HANDED_IN = ("提交开业材料", "handing in the opening")
_RAN = ("运营设施", "running the facility")


def entrust_operator(
    state: Facility, asked: Asking, command: c.EntrustOperator, rules: Rules
) -> f.OperatorEntrusted:
    """The street entrusts functions that nobody runs."""
    plan = in_state(state, Ready, Open).plan
    street(asked, plan, rules)
    _operator_meets(command.operator, asked, plan, rules)
    for function in command.operator.functions:
        if (running := plan.operator_of(function)) is not None:
            raise refused("function-run", found=function, operator=running.who)
    return f.OperatorEntrusted(
        number=plan.entrusted + 1,
        operator=command.operator,
        notice_at=_notice_at(command.operator.term_end, plan, rules),
    )


def change_operator(
    state: Facility, asked: Asking, command: c.ChangeOperator, rules: Rules
) -> f.OperatorChanged:
    """The street puts another operator in place of those that run these functions.

    What a provider still serves out of them is handed over first: only its main unit names another.
    """
    plan = in_state(state, Ready, Open).plan
    street(asked, plan, rules)
    operator = command.operator
    _operator_meets(operator, asked, plan, rules)
    before: dict[int, c.Operator] = {}
    for function in operator.functions:
        running = plan.operator_of(function)
        if running is None:
            raise refused("function-not-run", found=function)
        if running.who == (operator.provider or operator.unit):
            raise refused("operator-differs", found=function, operator=running.who)
        before[running.number] = _only(running, operator.functions)
    _no_task_is_left((one.provider for one in before.values()), operator.functions, plan, rules)
    return f.OperatorChanged(
        number=plan.entrusted + 1,
        operator=operator,
        operators_before=tuple(before[number] for number in sorted(before)),
        hand_over=command.hand_over,
        reason=command.reason,
        notice_at=_notice_at(operator.term_end, plan, rules),
    )


def _only(running: Entrustment, functions: tuple[str, ...]) -> c.Operator:
    """Return the operator as it ran those of *functions* that were its own."""
    own = tuple(one for one in running.operator.functions if one in functions)
    return running.operator.model_copy(update={"functions": own})


def take_over_function(
    state: Facility, asked: Asking, command: c.TakeOverFunction, rules: Rules
) -> tuple[f.FunctionTakenOver, ...]:
    """The successor follows a provider that leaves; nothing where that one runs it no more."""
    if isinstance(state, Closed | Dropped):
        return ()
    plan = in_state(state, Ready, Open, Suspended).plan
    running = plan.operator_of(command.function)
    if running is None or running.operator.provider != command.provider_before:
        return ()
    successor = _provider(command.provider, (command.function,), asked, plan, rules)
    chain = successor.kind == CHAIN_BRANCH
    operator = c.Operator(
        functions=(command.function,),
        mode=c.OperationMode.CHAIN if chain else c.OperationMode.ENTRUSTED,
        provider=command.provider,
        term_end=running.operator.term_end,
    )
    return (
        f.FunctionTakenOver(
            number=plan.entrusted + 1,
            operator=operator,
            provider_before=command.provider_before,
            notice_at=running.notice_at,
        ),
    )


def _operator_meets(operator: c.Operator, asked: Asking, plan: Plan, rules: Rules) -> None:
    """The functions are the facility's, the operator may run them, and the term is to come."""
    if twice := repeated(operator.functions):
        raise refused("functions-once", found=", ".join(twice))
    for function in operator.functions:
        _of_facility(function, plan)
    if operator.term_end <= asked.at:
        raise refused("term-later", found=instant_text(operator.term_end))
    itself = operator.mode is c.OperationMode.SELF
    if (operator.unit is not None) is not itself or (operator.provider is not None) is itself:
        raise refused("operator-named")
    if operator.unit is not None:
        rules.unit(operator.unit, asked.at)
    elif operator.provider is not None:
        found = _provider(operator.provider, operator.functions, asked, plan, rules)
        if operator.mode is c.OperationMode.CHAIN and found.kind != CHAIN_BRANCH:
            raise refused("chain-is-branch", provider=operator.provider, found=found.kind)


def _provider(
    stream: str, functions: tuple[str, ...], asked: Asking, plan: Plan, rules: Rules
) -> NeighbourProvider:
    """Return the provider, admitted now for each function at the place."""
    provider = rules.neighbours.case(stream)
    lacking = [
        one
        for one in functions
        if not (
            isinstance(provider, NeighbourProvider) and provider.serves(one, plan.place, asked.at)
        )
    ]
    if not isinstance(provider, NeighbourProvider) or lacking:
        raise refused(
            "operator-admitted",
            provider=stream,
            place=plan.place,
            functions=", ".join(lacking or functions),
        )
    return provider


def _of_facility(function: str, plan: Plan) -> None:
    if function not in plan.functions:
        raise refused("function-of-facility", found=function, expected=", ".join(plan.functions))


def _notice_at(term_end: datetime, plan: Plan, rules: Rules) -> datetime:
    terms, pack = under(plan, rules)
    return terms.calendar.before(term_end, pack.limits.term_notice)


# -- opening and use -------------------------------------------------------------------------------


def submit_opening(
    state: Facility, asked: Asking, command: c.SubmitOpening, rules: Rules
) -> f.OpeningSubmitted:
    """An operator hands in hours, prices and the places of every function; the newest counts."""
    plan = in_state(state, Ready).plan
    operating(asked, plan, plan.functions, rules)
    named = [one.function for one in command.places]
    wrong = sorted({*plan.functions} ^ {*named}) or repeated(named)
    if wrong:
        raise refused("places-whole", expected=", ".join(plan.functions), found=", ".join(wrong))
    return f.OpeningSubmitted(
        hours=command.hours, price_list=command.price_list, places=command.places
    )


def open_facility(state: Facility, asked: Asking, rules: Rules) -> f.FacilityOpened:
    """The street opens it as the operators handed it in, once every function has an operator."""
    ready = in_state(state, Ready)
    plan = ready.plan
    street(asked, plan, rules)
    if plan.without_operator:
        raise refused("every-function-run", found=", ".join(plan.without_operator))
    if ready.opening is None:
        raise refused("opening-first")
    another_person(asked, (ready.opening.by,), _HANDED_IN)
    terms, pack = under(plan, rules)
    offset = terms.policy.utc_offset_minutes
    return f.FacilityOpened(
        hours=ready.opening.hours,
        price_list=ready.opening.price_list,
        places=ready.opening.places,
        month=month_of(asked.at, offset),
        report_by=pack.report_by,
        utc_offset_minutes=offset,
    )


def report_use(state: Facility, asked: Asking, command: c.ReportUse, rules: Rules) -> f.UseReported:
    """An operator reports a month's use of its function once; a change keeps what was said."""
    running = in_state(state, Open)
    plan, month = running.plan, command.month
    _of_facility(command.function, plan)
    operating(asked, plan, (command.function,), rules)
    offset = plan.utc_offset_minutes
    first, last = month_of(plan.opened_at or asked.at, offset), month_of(asked.at, offset)
    if not first <= month <= last:
        raise refused("month-reported", earliest=first, latest=last, found=month)
    if command.people > command.visits or command.days_closed > _days_in(month):
        raise refused(
            "use-plausible",
            people=command.people,
            visits=command.visits,
            days_closed=command.days_closed,
        )
    before = plan.uses.get((month, command.function))
    if before is not None:
        now = (command.visits, command.people, command.days_closed)
        if (before.visits, before.people, before.days_closed) == now:
            raise refused("use-changed", month=month, function=command.function)
        if command.reason is None:
            raise refused("use-reason", month=month, function=command.function)
    return f.UseReported(
        month=month,
        function=command.function,
        visits=command.visits,
        visits_before=None if before is None else before.visits,
        people=command.people,
        people_before=None if before is None else before.people,
        days_closed=command.days_closed,
        days_closed_before=None if before is None else before.days_closed,
        reason=command.reason,
    )


def _days_in(month: str) -> int:
    return monthrange(int(month[:4]), int(month[5:]))[1]


# -- stopping and closing --------------------------------------------------------------------------


def suspend_facility(
    state: Facility, asked: Asking, command: c.SuspendFacility, rules: Rules
) -> f.FacilitySuspended:
    """Lead or street stops it on a ground of the pack."""
    plan = in_state(state, Open).plan
    lead_or_street(asked, plan, rules)
    terms, pack = under(plan, rules)
    one_of(command.ground, (ground.code for ground in pack.suspension_grounds))
    return f.FacilitySuspended(
        ground=command.ground,
        reason=command.reason,
        rectify_by=terms.deadline(pack.limits.rectify, asked.at),
    )


def resume_facility(
    state: Facility, asked: Asking, command: c.ResumeFacility, rules: Rules
) -> f.FacilityResumed:
    """After an inspection by others than the operators it opens again."""
    suspended = in_state(state, Suspended)
    plan = suspended.plan
    lead_or_street(asked, plan, rules)
    another_unit(asked, (one.operator.unit for one in plan.entrustments), _RAN, rules)
    between(asked, command.inspected_at, suspended.since)
    return f.FacilityResumed(
        inspected_at=command.inspected_at,
        evidence=command.evidence,
        month=month_of(asked.at, plan.utc_offset_minutes),
    )


def close_facility(
    state: Facility, asked: Asking, command: c.CloseFacility, rules: Rules
) -> f.FacilityClosed:
    """The Party authority closes it, once it is said where the users of each function go."""
    plan = in_state(state, Open, Suspended).plan
    deciding(asked, plan.place, rules)
    named = [one.function for one in command.users_go]
    wrong = sorted({*plan.functions} ^ {*named}) or repeated(named)
    if wrong:
        raise refused("users-go", expected=", ".join(plan.functions), found=", ".join(wrong))
    for one in command.users_go:
        _goes_somewhere(one, asked, rules)
    providers = (one.operator.provider for one in plan.entrustments)
    _no_task_is_left(providers, plan.functions, plan, rules)
    return f.FacilityClosed(reason=command.reason, users_go=command.users_go, site=plan.site)


def _goes_somewhere(one: c.UsersGo, asked: Asking, rules: Rules) -> None:
    """Users go to another open facility with the function, or as an arrangement says."""
    if (one.facility is None) is (one.arrangement is None):
        raise refused("users-go-somewhere", function=one.function)
    if one.facility is None:
        return
    other = rules.neighbours.case(one.facility)
    takes_them = (
        isinstance(other, NeighbourFacility)
        and other.stream != asked.stream
        and other.state == f.FacilityState.OPEN
        and one.function in other.functions
    )
    if not takes_them:
        raise refused("users-go-there", facility=one.facility, function=one.function)


def _no_task_is_left(
    providers: Iterable[str | None], functions: Collection[str], plan: Plan, rules: Rules
) -> None:
    """What *providers* still serve here out of *functions* is done or handed over before."""
    for provider in dict.fromkeys(providers):
        if provider is None:
            continue
        left = [
            task.stream
            for task in rules.neighbours.open_tasks_by(provider)
            if task.place == plan.place and task.category in functions
        ]
        if left:
            raise refused("tasks-handed-over", provider=provider, tasks=", ".join(left))


def runs(state: Planned) -> tuple[Entrustment, ...]:
    """Return the operators in force where the state has any."""
    return state.plan.entrustments if isinstance(state, Ready | Open | Suspended) else ()
