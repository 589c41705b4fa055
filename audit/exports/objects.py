"""What an object of a process-mining log is at a moment: its attributes, and what it belongs to.

The attributes of a case are read off the state its facts left, so that an analyst sees what the
rules saw; `None` means that there is nothing to tell (yet).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from audit.exports.flattening import CODE, INSTANT, Scalar
from audit.exports.pseudonyms import Pseudonyms
from domain.cases import CaseKind
from domain.pairing.facts import PairingState
from domain.pairing.state import STATE_TYPES, Drafted, Running
from domain.task.state import Archived, Closed, Known, KnownTask, Merged, sla_region
from domain.units import UnitKind
from wording.labels import label, state_label
from wording.names import KnownNames

Attributes = Mapping[str, Scalar | None]


def case_attributes(
    kind: CaseKind, state: Any, number: str, names: KnownNames
) -> dict[str, Scalar | None]:
    """Return the attributes of a case of *kind* in *state*; before it was begun, none.

    *number* is a task's work-order number.
    """
    match state:
        case Known():
            return _task(cast("KnownTask", state), number, names)
        case Drafted():
            return _pairing(state)
        case _:
            return _shown(kind, state, names)


def case_relations(
    kind: CaseKind, state: Any, pseudonyms: Pseudonyms
) -> list[tuple[str, str, str]]:
    """Return the objects a case in *state* belongs to: (object, its type, qualifier)."""
    match state:
        case Known(body=body):
            need = body.need
            found = [(f"policy/{need.policy_id}", "policy", "under")]
            if need.pairing is not None:
                found.append((need.pairing, "pairing", "belongs_to"))
            if isinstance(state, Merged):
                found.append((state.master, "support_task", "merged_into"))
            found += [
                (pseudonyms.resident(party), "resident", "requester" if n == 0 else "party")
                for n, party in enumerate(need.parties)
            ]
            return found
        case Drafted(agreement=agreement):
            return [
                (f"policy/{agreement.policy}", "policy", "under"),
                (f"unit/{agreement.center}", "unit", "center"),
                *((f"unit/{unit}", "unit", "department") for unit in agreement.departments),
                (f"unit/{agreement.street}", "unit", "street"),
                (f"unit/{agreement.lead}", "unit", "lead_unit"),
            ]
        case _:
            shown, policy = kind.shown(state), kind.policy_id(state)
            units = [] if shown is None else sorted(set(shown.units))
            return [
                *([] if policy is None else [(f"policy/{policy}", "policy", "under")]),
                *((f"unit/{unit}", "unit", "concerned") for unit in units),
            ]


def unit_attributes(fact: Mapping[str, Any]) -> dict[str, Scalar | None]:
    """Return the attributes of a unit as `unit_registered` or `unit_changed` tell them."""
    unit = fact["unit"]
    return {
        "label_zh": unit["name"],
        "unit_kind": unit["kind"],
        "unit_kind_zh": label(UnitKind(unit["kind"]), "zh"),
        "division": unit["division"],
        "line": unit["line"],
        "closed_from": _instant(unit["until"]),
    }


def closing_attributes(fact: Mapping[str, Any]) -> dict[str, Scalar | None]:
    """Return what `unit_closed` changes of a unit."""
    return {"closed_from": _instant(fact["until"])}


def policy_attributes(fact: Mapping[str, Any]) -> dict[str, Scalar | None]:
    """Return the attributes of a policy pack as `policy_published` tells them."""
    policy = fact["policy"]
    return {
        "label_zh": policy["label"]["zh"],
        "policy_version": fact["version"],
        "calendar": policy["calendar"],
    }


def _shown(kind: CaseKind, state: Any, names: KnownNames) -> dict[str, Scalar | None]:
    """Return what a list shows of a case, and of its details what is a single value."""
    shown = kind.shown(state)
    if shown is None:
        return {}
    name, category = kind.state_name(state), kind.service_category(state)
    single = {
        field: value
        for field, told in shown.details.items()
        if field not in _NAMED and (value := _scalar(told)) is not None
    }
    return {
        "label_zh": shown.title,
        "state": name,
        "state_zh": state_label(kind.category, name),
        "place": shown.place or None,
        "place_zh": names.place(shown.place, "zh") if shown.place else None,
        "category": category,
        "holder": kind.holder(state),
        **single,
    }


def _scalar(told: Any) -> Scalar | None:
    """Return a single value of a case's details: no list, and no text that a person wrote."""
    match told:
        case bool() | int():
            return told
        case str() if INSTANT.fullmatch(told):
            return datetime.fromisoformat(told)
        case str() if CODE.match(told):
            return told
        case _:
            return None


_NAMED = frozenset(("label_zh", "state", "state_zh", "place", "place_zh", "category", "holder"))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _task(task: KnownTask, number: str, names: KnownNames) -> dict[str, Scalar | None]:
    body = task.body
    need, judgement, holding = body.need, body.judgement, body.holding
    resolution = task.resolution if isinstance(task, Closed) else None
    return {
        "label_zh": number or None,
        "number": number or None,
        "state": task.name.value,
        "state_zh": label(task.name, "zh"),
        "state_before_archiving": task.was.value if isinstance(task, Archived) else None,
        "category": need.category,
        "category_zh": names.category(need.category, "zh"),
        "request_type": need.request_type.value,
        "source": need.source.value,
        "place": need.place,
        "place_zh": names.place(need.place, "zh"),
        "safety": need.safety,
        "urgency": "URGENT" if body.is_urgent else "NORMAL",
        "duty_class": None if judgement is None else judgement.duty_class.value,
        "handling_limit": None if judgement is None else judgement.limit,
        "main_unit": holding.main,
        "main_unit_zh": None if holding.main is None else names.unit(holding.main, "zh"),
        "staff": holding.staff,
        "due_at": None if body.sla.due is None else body.sla.due.due,
        "due_provisional": None if body.sla.due is None else body.sla.due.provisional,
        "sla": sla_region(task).value,
        "supervision": body.supervision.value,
        "extension": body.extension.status.value,
        "round": body.round,
        "rework_rounds": body.handling.reworks,
        "resolution": None if resolution is None else resolution.value,
        "lowest_grade": min((one.grade for one in body.feedback.ratings), default=None),
        "score": body.score.status,
        "privacy": _privacy(task),
    }


def _privacy(task: Known) -> str:
    if task.body.privacy.erased:
        return "ERASED"
    return "RESTRICTED" if task.body.privacy.restricted else "NORMAL"


def _pairing(pairing: Drafted) -> dict[str, Scalar | None]:
    agreement = pairing.agreement
    state: PairingState = STATE_TYPES[type(pairing)]
    return {
        "label_zh": agreement.title,
        "state": state.value,
        "state_zh": label(state, "zh"),
        "lead_unit": agreement.lead,
        "categories": " ".join(agreement.categories),
        "term_start": agreement.term_start,
        "term_end": agreement.term_end,
        "items": sum(len(one.items) for one in agreement.lists),
        "claims": len(agreement.claims),
        "reviews_held": pairing.reviews.held if isinstance(pairing, Running) else None,
    }
