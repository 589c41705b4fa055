"""Remember what happened to a provider: `evolve` holds no rule and forgets no fact.

A fact that cannot follow the state it meets means a broken book: that is said loudly
(`FactOutOfPlace`), never passed over.
"""

from typing import TypeVar, assert_never

from domain.clocks import Deadline
from domain.envelope import FactOutOfPlace, Happened
from domain.provider import facts as f
from domain.provider.commands import Succession
from domain.provider.state import (
    Admission,
    Admitted,
    Appeal,
    Applied,
    Body,
    Change,
    Exited,
    Exiting,
    GivenWarning,
    Graded,
    Known,
    Lapsed,
    Order,
    Provider,
    Record,
    Rectifying,
    Refused,
    Running,
    Suspended,
    Unapplied,
    Verdict,
    Verifying,
    Warned,
    state_name,
)
from domain.task.changing import replace

Told = Happened[f.ProviderFact]
StateT = TypeVar("StateT", bound=Known)
RunningT = TypeVar("RunningT", bound=Running)


def evolve(state: Provider, happened: Told) -> Provider:
    """Return the provider as *happened* leaves it."""
    fact = happened.fact
    match fact:
        case f.AdmissionApplied() | f.CorrectionAsked() | f.ApplicationCorrected():
            return _applying(state, happened, fact)
        case f.ApplicationTakenUp() | f.ItemVerified():
            return _verifying(state, happened, fact)
        case f.ProviderAdmitted() | f.ProviderRefused():
            return _decided(state, happened, fact)
        case f.AgentNamed(agent=agent):
            known = _in(state, fact, Known)
            body = replace(known.body, agents=(*known.body.agents, agent))
            return replace(known, body=body)
        case f.ProviderChangeReported() | f.ProviderChangeVerified() | f.AdmissionRenewed():
            return _changing(_in(state, fact, Running), fact)
        case f.ValidityEndAnnounced() | f.LicenceEnded() | f.ProviderLapsed():
            return _ending(_in(state, fact, Running), fact)
        case f.PeriodRated() | f.ProviderInspected() | f.ComplaintJudged():
            return _recorded(_in(state, fact, Running), happened, fact)
        case f.ServiceHoursRecorded():
            return _recorded(_in(state, fact, Running), happened, fact)
        case f.ProviderWarned() | f.RectificationSubmitted():
            return _warned(state, happened, fact)
        case f.RectificationConfirmed() | f.RectificationRefused():
            return _warned(state, happened, fact)
        case f.ProviderSuspended() | f.SuspensionReasoned() | f.ProviderRestored():
            return _suspended(state, fact)
        case f.ProviderExitRequested() | f.ExitOrderGiven() | f.ExitOrdered():
            return _leaving(_in(state, fact, Running), happened, fact)
        case f.ExitOrderDropped():
            running = _in(state, fact, Running)
            _order_of(running, fact)
            return _with(running, replace(running.admission, order=None))
        case f.ExitPlanRevised() | f.ServiceHandedOver() | f.ProviderExited():
            return _handing_over(_in(state, fact, Exiting), fact)
        case f.BarEnded():
            exited = _in(state, fact, Exited)
            if exited.barred_until is None:
                raise _out_of_place(state, fact)
            return replace(exited, barred_until=None)
        case f.MeasureAppealed() | f.MeasureUpheld() | f.MeasureLifted():
            return _appealed(state, fact)
        case f.ProviderLimitMissed():
            return _late(state, fact)
        case f.ProviderDeadlineRecalculated():
            return _recalculated(state, fact)
        case _ as never:
            assert_never(never)


def _applying(
    state: Provider,
    happened: Told,
    fact: f.AdmissionApplied | f.CorrectionAsked | f.ApplicationCorrected,
) -> Provider:
    match fact:
        case f.AdmissionApplied():
            if not isinstance(state, Unapplied | Refused | Exited | Lapsed):
                raise _out_of_place(state, fact)
            before = state if isinstance(state, Known) else None
            if fact.round != (1 if before is None else before.body.round + 1):
                raise _out_of_place(state, fact)
            record = Record() if before is None else before.record
            return Applied(_body(fact, before, happened), record, look_by=fact.look_by)
        case f.CorrectionAsked(correct_by=correct_by):
            applied = _in(state, fact, Applied)
            if applied.asked:
                raise _out_of_place(state, fact)
            return replace(applied, asked=True, correct_by=correct_by, late=False)
        case f.ApplicationCorrected():
            applied = _in(state, fact, Applied)
            if applied.correct_by is None:
                raise _out_of_place(state, fact)
            body = replace(applied.body, prices=fact.prices, licences=fact.licences)
            return replace(applied, body=body, look_by=fact.look_by, correct_by=None, late=False)
        case _ as never:
            assert_never(never)


def _body(fact: f.AdmissionApplied, before: Known | None, happened: Told) -> Body:
    agents = () if before is None else before.body.agents
    if fact.agent is not None and fact.agent not in agents:
        agents = (*agents, fact.agent)
    return Body(
        name=fact.name,
        provider_kind=fact.provider_kind,
        credit_code=fact.credit_code,
        team_number=fact.team_number,
        head=fact.head,
        categories=fact.categories,
        areas=fact.areas,
        prices=fact.prices,
        licences=fact.licences,
        policy=fact.policy,
        round=fact.round,
        unit=fact.unit,
        agents=agents,
        applied_by=happened.by.person,
    )


def _verifying(
    state: Provider, happened: Told, fact: f.ApplicationTakenUp | f.ItemVerified
) -> Provider:
    if isinstance(fact, f.ApplicationTakenUp):
        applied = _in(state, fact, Applied)
        body = replace(applied.body, lead=fact.lead)
        return Verifying(body, applied.record, fact.lead, fact.items, fact.answer_by)
    verifying = _in(state, fact, Verifying)
    if fact.item not in {one.item for one in verifying.items}:
        raise _out_of_place(state, fact)
    verdict = Verdict(fact.item, fact.met, fact.unit, happened.by.person)
    others = tuple(one for one in verifying.verdicts if one.item != fact.item)
    return replace(verifying, verdicts=(*others, verdict))


def _decided(
    state: Provider, happened: Told, fact: f.ProviderAdmitted | f.ProviderRefused
) -> Provider:
    if isinstance(fact, f.ProviderRefused):
        known = _in(state, fact, Applied, Verifying)
        return Refused(known.body, known.record)
    known = _in(state, fact, Verifying)
    admission = Admission(
        lead=fact.lead,
        categories=fact.categories,
        areas=fact.areas,
        since=happened.at,
        valid_until=fact.valid_until,
        rated_to=happened.at,
        rate_at=fact.rate_at,
        notice_days=fact.notice_days,
    )
    return Admitted(known.body, known.record, admission)


def _changing(
    state: Running,
    fact: f.ProviderChangeReported | f.ProviderChangeVerified | f.AdmissionRenewed,
) -> Running:
    admission = state.admission
    match fact:
        case f.AdmissionRenewed(valid_until=until):
            told = frozenset(one for one in admission.announced if one.startswith("licence"))
            return _with(state, replace(admission, valid_until=until, announced=told))
        case f.ProviderChangeReported(verify_by=verify_by):
            body = replace(state.body, name=fact.name, prices=fact.prices)
            if verify_by is None:
                return replace(state, body=replace(body, licences=fact.licences))
            change = Change(fact.licences, fact.categories, fact.items, verify_by)
            return replace(state, body=body, admission=replace(admission, change=change))
        case f.ProviderChangeVerified():
            pending = admission.change
            if pending is None or fact.item not in {one.item for one in pending.items}:
                raise _out_of_place(state, fact)
            if fact.dropped:
                return _with(state, replace(admission, change=None))
            if not fact.in_effect:
                met = (*pending.met, fact.item)
                return _with(state, replace(admission, change=replace(pending, met=met)))
            return _in_effect(state, pending)
        case _ as never:
            assert_never(never)


def _in_effect(state: Running, change: Change) -> Running:
    """With new licences the clocks of the old ones are forgotten."""
    body, admission = state.body, state.admission
    announced, ended = admission.announced, admission.ended
    if change.licences != body.licences:
        body = replace(body, licences=change.licences)
        announced = frozenset(one for one in announced if not one.startswith("licence"))
        ended = frozenset()
    admission = replace(
        admission,
        categories=change.categories,
        change=None,
        announced=announced,
        ended=ended,
    )
    return replace(state, body=body, admission=admission)


def _ending(
    state: Running, fact: f.ValidityEndAnnounced | f.LicenceEnded | f.ProviderLapsed
) -> Provider:
    admission = state.admission
    match fact:
        case f.ValidityEndAnnounced(clock=clock):
            if clock in admission.announced:
                raise _out_of_place(state, fact)
            return _with(state, replace(admission, announced=admission.announced | {clock}))
        case f.LicenceEnded(licence=licence, licence_number=number):
            name = f"{licence} {number}"
            if name in admission.ended:
                raise _out_of_place(state, fact)
            return _with(state, replace(admission, ended=admission.ended | {name}))
        case f.ProviderLapsed():
            return Lapsed(state.body, state.record, admission)
        case _ as never:
            assert_never(never)


def _recorded(
    state: Running,
    happened: Told,
    fact: f.PeriodRated | f.ProviderInspected | f.ComplaintJudged | f.ServiceHoursRecorded,
) -> Running:
    record, admission = state.record, state.admission
    match fact:
        case f.PeriodRated(period_start=start, period_end=end, grade=grade, rate_at=rate_at):
            if start != admission.rated_to or end != admission.rate_at:
                raise _out_of_place(state, fact)
            record = replace(record, grades=(*record.grades, Graded(end, grade)))
            admission = replace(admission, rated_to=end, rate_at=rate_at)
        case f.ProviderInspected(passed=passed):
            seen = (passed, happened.at)
            record = replace(record, inspections=(*record.inspections, seen))
        case f.ComplaintJudged(task=task, upheld=upheld):
            if task in {one for one, _, _ in record.complaints}:
                raise _out_of_place(state, fact)
            judged = (task, upheld, happened.at)
            record = replace(record, complaints=(*record.complaints, judged))
        case f.ServiceHoursRecorded(people=people, minutes=minutes):
            served = (people * minutes, happened.at)
            record = replace(record, served=(*record.served, served))
        case _ as never:
            assert_never(never)
    return replace(state, record=record, admission=admission)


def _warned(
    state: Provider,
    happened: Told,
    fact: f.ProviderWarned
    | f.RectificationSubmitted
    | f.RectificationConfirmed
    | f.RectificationRefused,
) -> Provider:
    match fact:
        case f.ProviderWarned(number=number, unit=unit, ground=ground, rectify_by=rectify_by):
            admitted = _in(state, fact, Admitted)
            if number != admitted.record.warnings + 1:
                raise _out_of_place(state, fact)
            warning = GivenWarning(number, unit, happened.by.person, ground)
            record = replace(admitted.record, warnings=number)
            return Warned(admitted.body, record, admitted.admission, warning, rectify_by)
        case f.RectificationSubmitted(number=number, confirm_by=confirm_by):
            warned = _in(state, fact, Warned)
            _same(warned.warning.number == number, state, fact)
            return Rectifying(
                warned.body,
                warned.record,
                warned.admission,
                warned.warning,
                confirm_by,
                submitted_by=happened.by.person,
            )
        case f.RectificationConfirmed(number=number):
            rectifying = _in(state, fact, Rectifying)
            _same(rectifying.warning.number == number, state, fact)
            return Admitted(rectifying.body, rectifying.record, rectifying.admission)
        case f.RectificationRefused(number=number, rectify_by=rectify_by):
            rectifying = _in(state, fact, Rectifying)
            _same(rectifying.warning.number == number, state, fact)
            return Warned(
                rectifying.body,
                rectifying.record,
                rectifying.admission,
                rectifying.warning,
                rectify_by,
            )
        case _ as never:
            assert_never(never)


def _suspended(
    state: Provider, fact: f.ProviderSuspended | f.SuspensionReasoned | f.ProviderRestored
) -> Provider:
    match fact:
        case f.ProviderSuspended():
            before = state
            if not isinstance(before, Admitted | Warned | Rectifying):
                raise _out_of_place(state, fact)
            return Suspended(
                before.body,
                before.record,
                before.admission,
                before=before,
                unit=fact.unit,
                ground=fact.ground,
                until=fact.until,
                reasons_by=fact.reasons_by,
            )
        case f.SuspensionReasoned():
            suspended = _in(state, fact, Suspended)
            if suspended.reasons_by is None:
                raise _out_of_place(state, fact)
            return replace(suspended, reasons_by=None)
        case f.ProviderRestored():
            suspended = _in(state, fact, Suspended)
            _same(state_name(suspended.before) == fact.then.value, state, fact)
            return restored(suspended)
        case _ as never:
            assert_never(never)


def restored(state: Suspended) -> Admitted | Warned | Rectifying:
    """Return the state a suspended provider comes back to, with what was recorded meanwhile."""
    return replace(state.before, body=state.body, record=state.record, admission=state.admission)


def _leaving(
    state: Running,
    happened: Told,
    fact: f.ProviderExitRequested | f.ExitOrderGiven | f.ExitOrdered,
) -> Provider:
    admission = state.admission
    match fact:
        case f.ProviderExitRequested(plan=plan, hand_over_by=by):
            plain = replace(admission, order=None)
            return Exiting(state.body, state.record, plain, plan, by)
        case f.ExitOrderGiven():
            if admission.order is not None:
                raise _out_of_place(state, fact)
            order = Order(
                fact.unit, happened.by.person, fact.ground, fact.plan, fact.countersign_by
            )
            return _with(state, replace(admission, order=order))
        case f.ExitOrdered(plan=plan, hand_over_by=by):
            return Exiting(
                state.body,
                state.record,
                replace(admission, order=None),
                plan,
                by,
                order=_order_of(state, fact),
                countersigned_by=happened.by.person,
                countersigning_unit=happened.by.unit,
            )
        case _ as never:
            assert_never(never)


def _order_of(state: Running, fact: f.ProviderFact) -> Order:
    if state.admission.order is None:
        raise _out_of_place(state, fact)
    return state.admission.order


def _handing_over(
    state: Exiting, fact: f.ExitPlanRevised | f.ServiceHandedOver | f.ProviderExited
) -> Provider:
    match fact:
        case f.ExitPlanRevised(plan=plan):
            return replace(state, plan=plan)
        case f.ServiceHandedOver(case=case, function=function, successor=successor):
            taken = Succession(case=case, function=function, successor=successor)
            if taken not in state.outstanding:
                raise _out_of_place(state, fact)
            return replace(state, handed_over=(*state.handed_over, taken))
        case f.ProviderExited(barred_until=until):
            return Exited(state.body, state.record, until)
        case _ as never:
            assert_never(never)


def _appealed(
    state: Provider, fact: f.MeasureAppealed | f.MeasureUpheld | f.MeasureLifted
) -> Provider:
    if fact.measure is f.Measure.WARNING:
        return _warning_appealed(_in(state, fact, Warned), fact)
    exiting = _in(state, fact, Exiting)
    if isinstance(fact, f.MeasureAppealed):
        _same(not exiting.appealed, state, fact)
        return replace(exiting, appealed=True, appeal=Appeal(fact.decide_by))
    _same(exiting.appeal is not None, state, fact)
    if isinstance(fact, f.MeasureUpheld):
        return replace(exiting, appeal=None)
    return Admitted(exiting.body, exiting.record, exiting.admission)


def _warning_appealed(
    state: Warned, fact: f.MeasureAppealed | f.MeasureUpheld | f.MeasureLifted
) -> Provider:
    """The limit to rectify stands still while the appeal is open, and begins anew after it."""
    warning = state.warning
    if isinstance(fact, f.MeasureAppealed):
        _same(not warning.appealed, state, fact)
        return replace(
            state, warning=replace(warning, appealed=True, appeal=Appeal(fact.decide_by))
        )
    _same(warning.appeal is not None, state, fact)
    if isinstance(fact, f.MeasureLifted):
        return Admitted(state.body, state.record, state.admission)
    return replace(
        state,
        warning=replace(warning, appeal=None),
        rectify_by=fact.rectify_by or state.rectify_by,
        late=False,
    )


def _late(state: Provider, fact: f.ProviderLimitMissed) -> Provider:
    """The clock rang and the limit was missed; each state has its own."""
    match fact.clock, state:
        case "look_at" | "correct", Applied() as applied:
            return replace(applied, late=True)
        case "verify", Verifying() as verifying:
            return replace(verifying, late=True)
        case "rectify", Warned() as warned:
            return replace(warned, late=True)
        case "confirm", Rectifying() as rectifying:
            return replace(rectifying, late=True)
        case "hand_over", Exiting() as exiting:
            return replace(exiting, late=True)
        case "reasons", Suspended() as suspended:
            return replace(suspended, reasons_late=True)
        case "suspension", Suspended() as suspended:
            return replace(suspended, over=True)
        case "countersign", Running(admission=Admission(order=Order() as order) as admission):
            return _with(state, replace(admission, order=replace(order, late=True)))
        case "verify_change", Running(admission=Admission(change=Change() as change) as admission):
            return _with(state, replace(admission, change=replace(change, late=True)))
        case "appeal", Warned(warning=GivenWarning(appeal=Appeal() as appeal) as warning):
            return replace(state, warning=replace(warning, appeal=replace(appeal, late=True)))
        case "appeal", Exiting(appeal=Appeal() as appeal):
            return replace(state, appeal=replace(appeal, late=True))
        case _:
            raise _out_of_place(state, fact)


def _recalculated(state: Provider, fact: f.ProviderDeadlineRecalculated) -> Provider:
    found = dict(deadlines(state))
    if found.get(fact.clock) != fact.due_before:
        raise _out_of_place(state, fact)
    due = fact.due
    match fact.clock, state:
        case "look_at", Applied():
            return replace(state, look_by=due)
        case "correct", Applied():
            return replace(state, correct_by=due)
        case "verify", Verifying():
            return replace(state, answer_by=due)
        case "rectify", Warned():
            return replace(state, rectify_by=due)
        case "confirm", Rectifying():
            return replace(state, confirm_by=due)
        case "hand_over", Exiting():
            return replace(state, hand_over_by=due)
        case "reasons", Suspended():
            return replace(state, reasons_by=due)
        case "countersign", Running(admission=Admission(order=Order() as order) as admission):
            return _with(state, replace(admission, order=replace(order, countersign_by=due)))
        case "verify_change", Running(admission=Admission(change=Change() as change) as admission):
            return _with(state, replace(admission, change=replace(change, verify_by=due)))
        case "appeal", Warned(warning=GivenWarning(appeal=Appeal() as appeal) as warning):
            after = replace(appeal, decide_by=due)
            return replace(state, warning=replace(warning, appeal=after))
        case "appeal", Exiting(appeal=Appeal() as appeal):
            return replace(state, appeal=replace(appeal, decide_by=due))
        case _:
            raise _out_of_place(state, fact)


def deadlines(state: Provider) -> tuple[tuple[str, Deadline], ...]:
    """Return every limit that still runs, with the name of its clock."""
    found: list[tuple[str, Deadline | None, bool]] = []
    if isinstance(state, Running):
        order, change = state.admission.order, state.admission.change
        if order is not None:
            found.append(("countersign", order.countersign_by, order.late))
        if change is not None:
            found.append(("verify_change", change.verify_by, change.late))
    match state:
        case Applied(correct_by=None):
            found.append(("look_at", state.look_by, state.late))
        case Applied():
            found.append(("correct", state.correct_by, state.late))
        case Verifying():
            found.append(("verify", state.answer_by, state.late))
        case Warned(warning=warning) if warning.appeal is not None:
            found.append(("appeal", warning.appeal.decide_by, warning.appeal.late))
        case Warned():
            found.append(("rectify", state.rectify_by, state.late))
        case Rectifying():
            found.append(("confirm", state.confirm_by, state.late))
        case Suspended():
            found.append(("reasons", state.reasons_by, state.reasons_late))
        case Exiting(appeal=appeal):
            found.append(("hand_over", state.hand_over_by, state.late))
            if appeal is not None:
                found.append(("appeal", appeal.decide_by, appeal.late))
        case _:
            pass
    return tuple((name, due) for name, due, late in found if due is not None and not late)


def _with(state: RunningT, admission: Admission) -> RunningT:
    return replace(state, admission=admission)


def _same(meets: bool, state: Provider, fact: f.ProviderFact) -> None:
    if not meets:
        raise _out_of_place(state, fact)


def _in(state: Provider, fact: f.ProviderFact, *kinds: type[StateT]) -> StateT:
    if isinstance(state, kinds):
        return state
    raise _out_of_place(state, fact)


def _out_of_place(state: Provider, fact: f.ProviderFact) -> FactOutOfPlace:
    return FactOutOfPlace(f"{fact.kind} cannot follow {state_name(state)}")
