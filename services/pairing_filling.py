"""A pairing's commands filled in as their forms would be, from what the pairing itself offers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from domain.pairing.commands import ListKind
from domain.pairing.commitment_facts import DeliveryStatus
from domain.pairing.commitments import Delivery
from domain.pairing.state import Drafted, Terminating
from domain.rules import NeighbourTask, Rules

ANSWERED_BY: Mapping[str, frozenset[DeliveryStatus]] = {
    "confirm_commitment_delivery": frozenset({DeliveryStatus.RECORDED}),
    "dispute_commitment_delivery": frozenset({DeliveryStatus.RECORDED}),
    "settle_delivery_dispute": frozenset({DeliveryStatus.DISPUTED}),
    "take_back_delivery": frozenset(
        {DeliveryStatus.RECORDED, DeliveryStatus.DISPUTED, DeliveryStatus.CONFIRMED}
    ),
}
"""Which deliveries each command answers."""


@dataclass(frozen=True)
class PairingFilling:
    """Fills fields of commands of the pairing *stream* for somebody at *unit*."""

    state: Drafted
    rules: Rules
    unit: str | None
    stream: str

    def value(self, kind: str, name: str) -> Any:
        """Return what the field *name* of the command *kind* would hold, None where unknown."""
        match kind, name:
            case (("attach_list" | "revise_lists" | "claim_project" | "hand_over_task"), "unit"):
                return self.unit
            case (("attach_list" | "revise_lists"), "items"):
                return [self._item()]
            case "claim_project", "item":
                return next((item.code for item in unclaimed(self.state)), None)
            case (("deliver_commitment" | "revise_commitment"), "item"):
                pledges = self.state.agreement.pledges
                return next((one.item for one in pledges if one.unit == self.unit), None)
            case (("agree_to_revision" | "refuse_revision"), "item"):
                asked = self.state.agreement.commitments.asked
                return next((one.item for one in asked if one.unit != self.unit), None)
            case _, "delivery":
                found = (one for one in self._deliveries() if one.status in ANSWERED_BY[kind])
                return next((one.number for one in found), None)
            case "sign_agreement", "terms":
                return list(mandatory_terms(self.state, self.rules))
            case "sign_agreement", "signature":
                return "……"
            case "hand_over_task", "task":
                return next(iter(self._to_hand_over()), None)
            case (("request_exit" | "replace_party"), "successors"):
                return [{"task": task.stream, "unit": self._heir()} for task in self._left(kind)]
            case "replace_party", "party":
                return self._replaced()
            case "replace_party", "by_unit":
                return self._replacing()
            case "change_lead", "lead":
                made = self.state.agreement
                return next((one for one in made.departments if one != made.lead), made.lead)
            case _:
                return None

    def _deliveries(self) -> Iterator[Delivery]:
        """Yield the deliveries, the newest first: it is the one that waits."""
        return reversed(self.state.agreement.commitments.deliveries)

    def _item(self) -> dict[str, str]:
        """Return an item that stands in no list yet."""
        policy = self.rules.under(self.state.agreement.policy).policy
        category = policy.categories[0].code
        return {"code": f"would-{uuid4()}", "title": "……", "category": category}

    def _open(self) -> tuple[NeighbourTask, ...]:
        return self.rules.neighbours.open_tasks(self.stream)

    def _to_hand_over(self) -> list[str]:
        """Return the tasks that the plan gives this unit, then those in nobody's plan."""
        if not isinstance(self.state, Terminating):
            return []
        planned = {one.task for one in self.state.successors}
        done = {one.task for one in self.state.handed_over}
        mine = [one.task for one in self.state.outstanding if one.unit == self.unit]
        others = [one.stream for one in self._open() if one.stream not in planned | done]
        return [*mine, *others]

    def _replaced(self) -> str:
        made = self.state.agreement
        others = [unit for unit in made.departments if unit != made.lead]
        return (others or [made.lead])[0]

    def _replacing(self) -> str | None:
        """Return a unit in force of the same kind that is no party yet."""
        known = self.rules.units.get(self._replaced())
        parties = self.state.agreement.parties
        return next(
            (
                one.code
                for one in sorted(self.rules.units.values(), key=lambda unit: unit.code)
                if known and one.kind is known.kind and one.until is None
                if one.code not in parties
            ),
            None,
        )

    def _left(self, kind: str) -> list[NeighbourTask]:
        leaving = self._replaced() if kind == "replace_party" else None
        return [one for one in self._open() if leaving in (None, one.main_unit)]

    def _heir(self) -> str:
        """Return a party that stays."""
        return next(one for one in self.state.agreement.parties if one != self.unit)


def unclaimed(state: Drafted) -> list[Any]:
    """Return the items of the need and project lists that nobody has claimed, in their order."""
    claimed = {claim.item for claim in state.agreement.claims}
    items = state.agreement.items(ListKind.PROJECT, ListKind.NEED)
    return [item for item in items if item.code not in claimed]


def mandatory_terms(state: Drafted, rules: Rules) -> tuple[str, ...]:
    """Return the terms that the pack has every party confirm, by code."""
    policy = rules.under(state.agreement.policy).policy
    return tuple(term.code for term in policy.pairing.mandatory_terms)
