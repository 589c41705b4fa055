"""Appeals (申诉): against a warning or an order, once, heard by somebody without a hand in it."""

from domain import guards
from domain.provider.authority import (
    Asking,
    for_itself,
    in_state,
    over_all,
    pack_of,
)
from domain.provider.commands import AppealMeasure, LiftMeasure, UpholdMeasure
from domain.provider.facts import Measure, MeasureAppealed, MeasureLifted, MeasureUpheld
from domain.provider.refusal_rules import refused
from domain.provider.state import Exiting, Provider, Warned
from domain.rules import Rules

_MEASURE = ("该措施", "the measure")


def appeal(state: Provider, asked: Asking, command: AppealMeasure, rules: Rules) -> MeasureAppealed:
    """The provider appeals once against the warning, or the order to leave."""
    found = in_state(state, Warned, Exiting)
    for_itself(asked, found.body, rules)
    measure, appealed = Measure.WARNING, isinstance(found, Warned) and found.warning.appealed
    if isinstance(found, Exiting):
        measure, appealed = Measure.EXIT_ORDER, found.appealed
        if found.order is None:
            raise refused("ordered-only")
    if appealed:
        raise refused("appeal-once")
    terms, pack = pack_of(found.body, rules)
    return MeasureAppealed(
        measure=measure, text=command.text, decide_by=terms.deadline(pack.appeal, asked.at)
    )


def _heard(state: Provider, asked: Asking, rules: Rules) -> Measure:
    """An adjudicator over its areas hears it who had no part in the measure, nor their unit."""
    found = in_state(state, Warned, Exiting)
    persons: list[str | None] = []
    units: list[str | None] = []
    if isinstance(found, Warned):
        measure, open_appeal, admission = Measure.WARNING, found.warning.appeal, found.admission
        persons, units = [found.warning.person], [found.warning.unit]
    elif isinstance(found, Exiting) and found.order is not None:
        measure, open_appeal, admission = Measure.EXIT_ORDER, found.appeal, found.admission
        persons, units = [found.order.person, found.countersigned_by], [found.order.unit]
    else:
        raise refused("ordered-only")
    if open_appeal is None:
        raise refused("no-appeal")
    over_all(asked, admission.areas, rules)
    guards.another_person(asked, persons, _MEASURE)
    guards.another_unit(asked, units, _MEASURE, rules)
    return measure


def uphold(state: Provider, asked: Asking, command: UpholdMeasure, rules: Rules) -> MeasureUpheld:
    """The measure stands; the limit to rectify, which stood still, begins anew."""
    measure = _heard(state, asked, rules)
    terms, pack = pack_of(in_state(state, Warned, Exiting).body, rules)
    again = terms.deadline(pack.rectify, asked.at) if measure is Measure.WARNING else None
    return MeasureUpheld(measure=measure, reason=command.reason, rectify_by=again)


def lift(state: Provider, asked: Asking, command: LiftMeasure, rules: Rules) -> MeasureLifted:
    """The measure is gone; the provider is admitted as before."""
    measure = _heard(state, asked, rules)
    return MeasureLifted(measure=measure, reason=command.reason)
