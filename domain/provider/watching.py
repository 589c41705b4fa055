"""Looking after a provider: inspections, complaints, warnings, suspension (日常监管)."""

from domain import guards
from domain.provider.authority import (
    Asking,
    for_itself,
    for_the_lead,
    in_state,
    pack_of,
    supervising,
)
from domain.provider.changing import served_by_it
from domain.provider.commands import (
    ConfirmRectification,
    GiveSuspensionReasons,
    InspectProvider,
    JudgeComplaint,
    RefuseRectification,
    RestoreProvider,
    SubmitRectification,
    SuspendProvider,
    WarnProvider,
)
from domain.provider.facts import (
    ComplaintJudged,
    ProviderInspected,
    ProviderRestored,
    ProviderState,
    ProviderSuspended,
    ProviderWarned,
    RectificationConfirmed,
    RectificationRefused,
    RectificationSubmitted,
    SuspensionReasoned,
)
from domain.provider.refusal_rules import refused
from domain.provider.state import (
    Admitted,
    Provider,
    Rectifying,
    Running,
    Suspended,
    Warned,
    state_name,
)
from domain.rules import Rules
from domain.values import instant_text

_WARNED = ("警告", "the warning")
_SUBMITTED = ("提交整改", "the report on rectification")


def _looked_after(state: Running, asked: Asking, rules: Rules) -> str:
    """The lead acts, or a department that supervises the market; return it."""
    _, pack = pack_of(state.body, rules)
    admission = state.admission
    return supervising(asked, admission.lead, admission.areas, pack, rules)


def inspect(
    state: Provider, asked: Asking, command: InspectProvider, rules: Rules
) -> ProviderInspected:
    """What an inspection found is on record; a warning, where one is due, is another act."""
    running = in_state(state, Running)
    unit = _looked_after(running, asked, rules)
    return ProviderInspected(unit=unit, passed=command.passed, found=command.found)


def judge_complaint(
    state: Provider, asked: Asking, command: JudgeComplaint, rules: Rules
) -> ComplaintJudged:
    """A complaint about a task the provider serves is judged once."""
    running = in_state(state, Running)
    _looked_after(running, asked, rules)
    served_by_it(command.task, asked, rules)
    if command.task in {task for task, _, _ in running.record.complaints}:
        raise refused("complaint-once", task=command.task)
    return ComplaintJudged(task=command.task, upheld=command.upheld, reason=command.reason)


def warn(state: Provider, asked: Asking, command: WarnProvider, rules: Rules) -> ProviderWarned:
    """An admitted provider is warned for a ground of the pack, and must rectify."""
    admitted = in_state(state, Admitted)
    unit = _looked_after(admitted, asked, rules)
    terms, pack = pack_of(admitted.body, rules)
    guards.one_of(command.ground, (one.code for one in pack.warnings))
    return ProviderWarned(
        number=admitted.record.warnings + 1,
        unit=unit,
        ground=command.ground,
        reason=command.reason,
        rectify_by=terms.deadline(pack.rectify, asked.at),
    )


def submit_rectification(
    state: Provider, asked: Asking, command: SubmitRectification, rules: Rules
) -> RectificationSubmitted:
    """The provider says what it did about the warning; not while its appeal is open."""
    warned = in_state(state, Warned)
    for_itself(asked, warned.body, rules)
    if warned.warning.appeal is not None:
        raise refused("appeal-open")
    terms, pack = pack_of(warned.body, rules)
    return RectificationSubmitted(
        number=warned.warning.number,
        text=command.text,
        confirm_by=terms.deadline(pack.confirm, asked.at),
    )


def _to_confirm(state: Provider, asked: Asking, rules: Rules) -> Rectifying:
    rectifying = in_state(state, Rectifying)
    for_the_lead(asked, rectifying.admission.lead, rules)
    guards.another_person(asked, [rectifying.warning.person], _WARNED)
    guards.another_person(asked, [rectifying.submitted_by], _SUBMITTED)
    return rectifying


def confirm_rectification(
    state: Provider, asked: Asking, command: ConfirmRectification, rules: Rules
) -> RectificationConfirmed:
    """Somebody of the lead who did not warn confirms."""
    rectifying = _to_confirm(state, asked, rules)
    return RectificationConfirmed(number=rectifying.warning.number, evidence=command.evidence)


def refuse_rectification(
    state: Provider, asked: Asking, command: RefuseRectification, rules: Rules
) -> RectificationRefused:
    """Somebody of the lead who did not warn says what is missing; the limit begins anew."""
    rectifying = _to_confirm(state, asked, rules)
    terms, pack = pack_of(rectifying.body, rules)
    return RectificationRefused(
        number=rectifying.warning.number,
        reason=command.reason,
        rectify_by=terms.deadline(pack.rectify, asked.at),
    )


def suspend(
    state: Provider, asked: Asking, command: SuspendProvider, rules: Rules
) -> ProviderSuspended:
    """The lead suspends until a day; for grounds of safety at once, the reasons follow."""
    running = in_state(state, Admitted, Warned, Rectifying)
    unit = for_the_lead(asked, running.admission.lead, rules)
    terms, pack = pack_of(running.body, rules)
    guards.one_of(command.ground, (one.code for one in pack.suspensions))
    at_once = [one.code for one in pack.suspensions if one.at_once]
    if command.reason is None and command.ground not in at_once:
        raise refused("reason-needed", grounds=", ".join(at_once) or "—")
    latest = terms.deadline(pack.suspension_max, asked.at).due
    if not asked.at < command.until <= latest:
        found, last = instant_text(command.until), instant_text(latest)
        raise refused("suspension-in-range", found=found, latest=last)
    owed = command.reason is None
    return ProviderSuspended(
        unit=unit,
        ground=command.ground,
        until=command.until,
        reason=command.reason,
        reasons_by=terms.deadline(pack.reasons, asked.at) if owed else None,
    )


def give_reasons(
    state: Provider, asked: Asking, command: GiveSuspensionReasons, rules: Rules
) -> SuspensionReasoned:
    """The reasons of a suspension at once are written down, late where they are late."""
    suspended = in_state(state, Suspended)
    for_the_lead(asked, suspended.admission.lead, rules)
    if suspended.reasons_by is None:
        raise refused("reasons-owed")
    return SuspensionReasoned(reason=command.reason)


def restore(
    state: Provider, asked: Asking, command: RestoreProvider, rules: Rules
) -> ProviderRestored:
    """The lead lets it serve again; a warning that was in force is in force again."""
    suspended = in_state(state, Suspended)
    for_the_lead(asked, suspended.admission.lead, rules)
    return ProviderRestored(then=ProviderState(state_name(suspended.before)), reason=command.reason)
