"""Duties that stay apart in findings and promises, asked of the facts that stand in the book.

The deciders hold them when a command is given; here nobody's word but the facts' is taken.
"""

from typing import Any

from domain.envelope import Happened
from domain.finding import facts as f
from domain.finding.state import Recorded
from domain.pairing import commitment_facts as c
from domain.pairing.state import Drafted


def broken_duties(state: Any, told: Happened[Any]) -> tuple[str, ...]:
    """Name the duties that *told* breaks in a case that stands at *state*; never contents."""
    match state:
        case Recorded():
            found = _in_finding(state, told)
        case Drafted():
            found = _in_promises(state, told)
        case _:
            found = {}
    return tuple(f"{told.fact.kind}: {name}" for name, broken in found.items() if broken)


def _in_finding(state: Recorded, told: Happened[Any]) -> dict[str, bool]:
    body, by = state.body, told.by
    match told.fact:
        case f.FindingStruckOff() | f.RemedyRejected():
            lead = None if body.adoption is None else body.adoption.lead
            found = {
                "doer-verified": by.person in body.doers,
                "unit-verified-itself": by.unit is not None and by.unit in {*body.units, lead},
            }
            if isinstance(told.fact, f.FindingStruckOff):
                found["nobody-else-on-the-spot"] = told.fact.worker == by.person
                found["value-misses-target"] = not body.meets(told.fact.value)
            return found
        case f.FindingDismissed():
            return {"recorder-dismissed": by.person is not None and by.person == body.recorder}
        case _:
            return {}


def _in_promises(state: Drafted, told: Happened[Any]) -> dict[str, bool]:
    known, by = state.agreement.commitments, told.by
    match told.fact:
        case c.CommitmentDelivered(item=item, delivered=delivered):
            pledged = {one.item: one.commitment.quantity for one in state.agreement.pledges}
            after = known.taken(item) + delivered.quantity
            return {"more-than-was-promised": after > pledged.get(item, 0)}
        case c.CommitmentDeliveryConfirmed() | c.CommitmentDeliveryDisputed():
            given = known.delivery(told.fact.delivery)
            return {
                "giver-answered": given is not None
                and (by.person == given.person or told.fact.unit == given.unit)
            }
        case c.DeliveryDisputeSettled():
            given = known.delivery(told.fact.delivery)
            parties = set() if given is None else {given.person, given.receiver}
            return {"party-settled": by.person is not None and by.person in parties}
        case c.CommitmentRevised() | c.CommitmentRevisionRefused():
            asked = known.revision(told.fact.item)
            return {"asker-answered": asked is not None and by.person == asked.person}
        case _:
            return {}
