"""What follows from a provider in the world: talks, errands to tasks and facilities, notices.

All of it is derived from facts by pure functions, so that it can be begun again at any time.
"""

from typing import Any

from domain.cases import Errand, Notice, Shown, Step, Talk
from domain.envelope import Happened
from domain.provider import facts as f
from domain.provider.state import (
    Admitted,
    Exited,
    Exiting,
    Known,
    Lapsed,
    Provider,
    Rectifying,
    Refused,
    Running,
    Suspended,
    Verifying,
    Warned,
    state_name,
)
from domain.rules import NeighbourProvider
from domain.talking import asking, daily
from domain.values import category_of, instant_text


def holder(state: Provider) -> str | None:
    """Return the unit that looks after the provider: the lead, before that whoever applied."""
    if not isinstance(state, Known):
        return None
    return state.body.lead or state.body.unit


def neighbour(stream: str, state: Provider) -> NeighbourProvider:
    """Return what other cases may know of this provider; it is open in its procedure."""
    if not isinstance(state, Known):
        return NeighbourProvider(stream, state_name(state), False, "", (), (), ())
    admission = state.admission if isinstance(state, Running | Exiting) else None
    return NeighbourProvider(
        stream=stream,
        state=state_name(state),
        is_open=is_in_procedure(state),
        kind=state.body.provider_kind.value,
        admitted_for=() if admission is None else admission.categories,
        areas=() if admission is None else admission.areas,
        agents=state.body.agents,
        name=state.body.name,
        may_begin=isinstance(state, Admitted | Warned | Rectifying),
        valid_until=None if admission is None else admission.valid_until,
        lead=state.body.lead,
        grade=state.record.newest_grade,
        barred_until=state.barred_until if isinstance(state, Exited) else None,
    )


def is_in_procedure(state: Provider) -> bool:
    """Say whether the provider has an application or an admission now."""
    return isinstance(state, Known) and not isinstance(state, Refused | Exited | Lapsed)


def talks(stream: str, state: Provider) -> tuple[Talk, ...]:
    """Return the conversation that should be under way, with the steps that are left of it.

    `verification` until every department has spoken of its items: all are asked at once and have
    one answer date. `provider_hand_over` until every service has a successor who accepted it.
    """
    del stream
    match state:
        case Verifying():
            return (_verification(state),)
        case Exiting():
            return (_hand_over(state),)
        case _:
            return ()


def _verification(state: Verifying) -> Talk:
    key = f"verification/{state.body.round}"
    since, until = state.answer_by.counted_from, state.answer_by.due
    units = tuple(dict.fromkeys(f"unit/{one.unit}" for one in state.open_items))
    if not units:
        deciding = asking(key, "decide", since, "verification_complete", [f"unit/{state.lead}"])
        return Talk(name="verification", key=key, steps=(deciding,))
    told = {"until": instant_text(until)}
    steps = [asking(key, "asked", since, "verification_asked", units, told)]
    steps += [
        asking(key, f"reminded-{number}", at, "verification_reminded", units, told)
        for number, at in daily(since, until)
    ]
    return Talk(name="verification", key=key, steps=tuple(steps))


def _hand_over(state: Exiting) -> Talk:
    """The lead is told of each service nobody accepted yet; with none left the exit is complete.

    While an appeal is open nothing is completed, for the order may be lifted.
    """
    key = f"provider_hand_over/{state.body.round}"
    since, until = state.hand_over_by.counted_from, state.hand_over_by.due
    if not state.outstanding:
        if state.appeal is not None:
            return Talk(name="provider_hand_over", key=key, steps=())
        completing = Step(name="completed", at=since, records={"kind": "complete_provider_exit"})
        return Talk(name="provider_hand_over", key=key, steps=(completing,))
    steps = [_told_of_each(key, "asked", state, since)]
    steps += [
        _told_of_each(key, f"reminded-{number}", state, at) for number, at in daily(since, until)
    ]
    return Talk(name="provider_hand_over", key=key, steps=tuple(steps))


def _told_of_each(key: str, name: str, state: Exiting, at: Any) -> Step:
    template = "service_to_accept" if name == "asked" else "service_to_accept_reminded"
    return Step(
        name=name,
        at=at,
        asks=tuple(
            Notice(
                key=f"{key}/{name}/{number}/unit/{state.admission.lead}",
                to=f"unit/{state.admission.lead}",
                template=template,
                values={
                    "served": left.case,
                    "function": left.function or "",
                    "successor": left.successor,
                    "until": instant_text(state.hand_over_by.due),
                },
            )
            for number, left in enumerate(state.outstanding, start=1)
        ),
    )


def errands(stream: str, state: Provider, happened: Happened[f.ProviderFact]) -> tuple[Errand, ...]:
    """Return the commands other cases get because of this fact: what was accepted changes hands."""
    del state
    if not isinstance(happened.fact, f.ServiceHandedOver):
        return ()
    fact = happened.fact
    uuid = stream.partition("/")[2]
    command: dict[str, Any]
    if category_of(fact.case) == "task":
        command = {
            "kind": "take_over_service",
            "provider": fact.successor,
            "provider_before": stream,
        }
    else:
        command = {
            "kind": "take_over_function",
            "function": fact.function,
            "provider": fact.successor,
            "provider_before": stream,
        }
    command_id = f"hand_over/{uuid}/{happened.version}"
    return (Errand(stream=fact.case, command_id=command_id, command=command),)


def notices(stream: str, state: Provider, happened: Happened[f.ProviderFact]) -> tuple[Notice, ...]:
    """Return who is told of this fact; *state* is the provider as the fact left it."""
    if not isinstance(state, Known):
        return ()
    template, to, values = _told(state, happened.fact)
    return tuple(
        Notice(
            key=f"{happened.version}/unit/{unit}",
            to=f"unit/{unit}",
            template=template,
            values={"case": stream, **values},
        )
        for unit in to
    )


def _told(state: Known, fact: f.ProviderFact) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Return template, units and values for *fact*; nobody for what needs no telling."""
    everyone = tuple(dict.fromkeys(one for one in (state.body.lead, state.body.unit) if one))
    match fact:
        case f.ProviderRefused(ground=ground):
            return "provider_refused", everyone, {"ground": ground}
        case f.ProviderAdmitted(valid_until=until):
            return "provider_admitted", everyone, {"until": instant_text(until)}
        case f.ProviderChangeReported(items=items, verify_by=due) if due is not None:
            units = tuple(dict.fromkeys(one.unit for one in items))
            return "provider_change_to_verify", units, {"due": instant_text(due.due)}
        case f.ValidityEndAnnounced(ends_at=ends_at, licence=licence):
            values = {"until": instant_text(ends_at), "licence": licence or ""}
            return "provider_validity_ending", everyone, values
        case f.LicenceEnded(licence=licence):
            return "provider_licence_ended", everyone, {"licence": licence}
        case f.ProviderLapsed(cause=cause):
            return "provider_lapsed", everyone, {"cause": cause.value}
        case f.PeriodRated(grade=grade) if grade is not None:
            return "provider_rated", everyone, {"grade": grade}
        case f.ProviderWarned(ground=ground, rectify_by=due):
            return "provider_warned", everyone, {"ground": ground, "due": instant_text(due.due)}
        case f.RectificationSubmitted(confirm_by=due):
            return "rectification_to_confirm", everyone, {"due": instant_text(due.due)}
        case f.ProviderSuspended(ground=ground, until=until):
            values = {"ground": ground, "until": instant_text(until)}
            return "provider_suspended", everyone, values
        case f.ProviderRestored():
            return "provider_restored", everyone, {}
        case f.ProviderExitRequested(hand_over_by=due) | f.ExitOrdered(hand_over_by=due):
            return "provider_leaving", everyone, {"due": instant_text(due.due)}
        case f.ExitOrderDropped():
            return "exit_order_dropped", everyone, {}
        case f.ProviderExited():
            return "provider_exited", everyone, {}
        case f.MeasureUpheld(measure=measure):
            return "measure_upheld", everyone, {"measure": measure.value}
        case f.MeasureLifted(measure=measure):
            return "measure_lifted", everyone, {"measure": measure.value}
        case f.ProviderLimitMissed(clock=clock, due=due):
            values = {"clock": clock, "due": instant_text(due)}
            return "provider_limit_missed", everyone, values
        case _:
            return "", (), {}


def shown(state: Provider) -> Shown | None:
    """Return what a list shows of the provider: nothing of its people, the register is public."""
    if not isinstance(state, Known):
        return None
    body = state.body
    admission = state.admission if isinstance(state, Running | Exiting | Lapsed) else None
    units = tuple(dict.fromkeys(one for one in (body.lead, body.unit) if one))
    return Shown(
        title=body.name,
        place=body.areas[0],
        units=units,
        details={
            "provider_kind": body.provider_kind.value,
            "credit_code": body.credit_code,
            "team_number": body.team_number,
            "head": body.head,
            "in_procedure": is_in_procedure(state),
            "categories": list(body.categories if admission is None else admission.categories),
            "areas": list(body.areas if admission is None else admission.areas),
            "valid_until": None if admission is None else instant_text(admission.valid_until),
            "grade": state.record.newest_grade,
            "grades": [
                {"period_end": instant_text(one.period_end), "grade": one.grade}
                for one in state.record.grades
            ],
            "warning": _warning(state),
            "suspended_until": instant_text(state.until) if isinstance(state, Suspended) else None,
            "barred_until": _barred(state),
            "licences": [one.model_dump(mode="json") for one in body.licences],
            "prices": [one.model_dump(mode="json") for one in body.prices],
            "minutes": sum(minutes for minutes, _ in state.record.served),
            "items": _items(state),
        },
    )


def _warning(state: Known) -> str | None:
    """The ground of the warning in force, also under a suspension."""
    under = state.before if isinstance(state, Suspended) else state
    return under.warning.ground if isinstance(under, Warned | Rectifying) else None


def _barred(state: Known) -> str | None:
    if not isinstance(state, Exited) or state.barred_until is None:
        return None
    return instant_text(state.barred_until)


def _items(state: Known) -> list[dict[str, Any]]:
    """What waits for a verdict, with its unit."""
    if isinstance(state, Verifying):
        return [one.model_dump(mode="json") for one in state.open_items]
    if isinstance(state, Running) and state.admission.change is not None:
        change = state.admission.change
        return [one.model_dump(mode="json") for one in change.items if one.item not in change.met]
    return []
