"""Verifying and admitting: each department speaks of its items, another person decides (准入)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from domain import guards
from domain.provider.applying import leading, once
from domain.provider.authority import Asking, department_of, for_the_lead, in_state, pack_of
from domain.provider.commands import (
    AdmitProvider,
    Licence,
    RefuseProvider,
    RenewAdmission,
    VerifyItem,
)
from domain.provider.facts import (
    AdmissionRenewed,
    ApplicationTakenUp,
    ItemToVerify,
    ItemVerified,
    ProviderAdmitted,
    ProviderChangeVerified,
    ProviderRefused,
)
from domain.provider.pack import ProviderPack, VerificationItem
from domain.provider.rating import next_quarter
from domain.provider.refusal_rules import refused
from domain.provider.state import (
    Admitted,
    Applied,
    Body,
    Provider,
    Rectifying,
    Running,
    Verifying,
    Warned,
)
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.values import covers, instant_text

_APPLIED = ("准入申请", "the application")
_VERDICT = ("核验结论", "a verdict on an item")


def take_up(state: Provider, asked: Asking, rules: Rules) -> ApplicationTakenUp:
    """A department that leads a category takes the application up; every item gets its unit."""
    applied = in_state(state, Applied)
    leads = leading(applied, asked, rules)
    if applied.correct_by is not None and not applied.late:
        raise refused("correction-awaited", until=instant_text(applied.correct_by.due))
    terms, pack = pack_of(applied.body, rules)
    return ApplicationTakenUp(
        lead=guards.acting_for(asked, leads.values(), rules),
        items=items_of(pack.items, leads, applied.body.areas, asked, rules),
        answer_by=terms.deadline(pack.verify, asked.at),
    )


def items_of(
    items: Iterable[VerificationItem],
    leads: Mapping[str, str],
    areas: Iterable[str],
    asked: Asking,
    rules: Rules,
) -> tuple[ItemToVerify, ...]:
    """Return every item with the unit that speaks of it: the line's, or each category's lead."""
    places = tuple(areas)
    found: list[ItemToVerify] = []
    for item in items:
        if item.line is None:
            found += [
                ItemToVerify(item=f"{item.code}/{category}", unit=unit)
                for category, unit in leads.items()
            ]
            continue
        unit = department_of(item.line, places, asked, rules)
        if unit is None:
            raise refused("competent-unit", item=item.code, line=item.line)
        found.append(ItemToVerify(item=item.code, unit=unit))
    return tuple(found)


def verify_item(
    state: Provider, asked: Asking, command: VerifyItem, rules: Rules
) -> ItemVerified | ProviderChangeVerified:
    """The department of an item says whether it is met; it may think again until the decision."""
    if isinstance(state, Running):
        return _verify_change(state, asked, command, rules)
    verifying = in_state(state, Verifying)
    guards.one_of(command.item, (one.item for one in verifying.items))
    item = next(one for one in verifying.items if one.item == command.item)
    unit = guards.acting_for(asked, [item.unit], rules)
    before = next((one.met for one in verifying.verdicts if one.item == command.item), None)
    return ItemVerified(
        item=command.item, unit=unit, met=command.met, met_before=before, evidence=command.evidence
    )


def _verify_change(
    state: Running, asked: Asking, command: VerifyItem, rules: Rules
) -> ProviderChangeVerified:
    """A change takes effect with its last item that is met, and is dropped with one that is not."""
    change = state.admission.change
    if change is None:
        raise refused("change-reported")
    waiting = [one for one in change.items if one.item not in change.met]
    guards.one_of(command.item, (one.item for one in waiting))
    item = next(one for one in waiting if one.item == command.item)
    unit = guards.acting_for(asked, [item.unit], rules)
    left = {one.item for one in change.items} - {*change.met, command.item}
    return ProviderChangeVerified(
        item=command.item,
        unit=unit,
        met=command.met,
        evidence=command.evidence,
        in_effect=command.met and not left,
        dropped=not command.met,
    )


def admit(state: Provider, asked: Asking, command: AdmitProvider, rules: Rules) -> ProviderAdmitted:
    """With every item met, the lead admits; whoever gave a verdict does not."""
    verifying = in_state(state, Verifying)
    body = verifying.body
    lead = for_the_lead(asked, verifying.lead, rules)
    guards.another_person(asked, [body.applied_by], _APPLIED)
    guards.another_person(asked, (one.person for one in verifying.verdicts), _VERDICT)
    if verifying.unmet:
        raise refused("items-met", items=", ".join(verifying.unmet))
    once(command.categories)
    once(command.areas)
    _within(body, command)
    terms, pack = pack_of(body, rules)
    for category in command.categories:
        licences_held(category, body.licences, asked, pack)
    latest = terms.deadline(pack.validity_max, asked.at).due
    if not asked.at < command.valid_until <= latest:
        raise _validity(command, asked.at, latest)
    return ProviderAdmitted(
        lead=lead,
        categories=command.categories,
        areas=command.areas,
        valid_until=command.valid_until,
        notice_days=pack.notice_days,
        rate_at=next_quarter(asked.at, terms.policy.utc_offset_minutes),
    )


def _within(body: Body, command: AdmitProvider) -> None:
    beyond = [one for one in command.categories if one not in body.categories]
    beyond += [area for area in command.areas if not any(covers(one, area) for one in body.areas)]
    if beyond:
        raise refused("within-application", found=", ".join(beyond))


def licences_held(
    category: str, licences: Iterable[Licence], asked: Asking, pack: ProviderPack
) -> None:
    """Whoever serves *category* holds each licence the pack asks for, in force."""
    held = {
        one.licence for one in licences if one.valid_until is None or asked.at < one.valid_until
    }
    for kind in pack.licences:
        if category in kind.needed_for and kind.code not in held:
            raise refused("licences-needed", category=category, licence=kind.code)


def _validity(
    command: AdmitProvider | RenewAdmission, earliest: datetime, latest: datetime
) -> CommandRefused:
    return refused(
        "validity-in-range",
        found=instant_text(command.valid_until),
        earliest=instant_text(earliest),
        latest=instant_text(latest),
    )


def refuse(
    state: Provider, asked: Asking, command: RefuseProvider, rules: Rules
) -> ProviderRefused:
    """The lead refuses for a ground of the pack; before verifying only what was not corrected."""
    known = in_state(state, Applied, Verifying)
    _, pack = pack_of(known.body, rules)
    if isinstance(known, Applied):
        leading(known, asked, rules)
        if known.correct_by is None or not known.late:
            raise refused("refused-after-look")
    elif isinstance(known, Verifying):
        for_the_lead(asked, known.lead, rules)
        guards.another_person(asked, (one.person for one in known.verdicts), _VERDICT)
    guards.one_of(command.ground, (one.code for one in pack.refusals))
    return ProviderRefused(ground=command.ground, reason=command.reason)


def renew(
    state: Provider, asked: Asking, command: RenewAdmission, rules: Rules
) -> AdmissionRenewed:
    """The lead renews to a later day, with every licence that is needed in force."""
    running = in_state(state, Admitted, Warned, Rectifying)
    admission = running.admission
    for_the_lead(asked, admission.lead, rules)
    if admission.change is not None:
        raise refused("change-pending")
    terms, pack = pack_of(running.body, rules)
    for category in admission.categories:
        licences_held(category, running.body.licences, asked, pack)
    latest = terms.deadline(pack.validity_max, asked.at).due
    if not admission.valid_until < command.valid_until <= latest:
        raise _validity(command, admission.valid_until, latest)
    return AdmissionRenewed(
        valid_until=command.valid_until, valid_until_before=admission.valid_until
    )
