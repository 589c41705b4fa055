"""What stood at an instant as plain values: for a machine as they are, for people by the tables.

Codes, references, instants and counts only; whatever is sealed stays sealed.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from audit.replay.as_of import AsOf, Mention, pack_of
from audit.replay.standing_then import CaseThen
from domain.pairing.state import Drafted, Running, UnderReview
from domain.task.state import Known, KnownTask, is_open, sla_region
from domain.values import CASE_CATEGORIES, instant_text
from wording.explaining import Reason
from wording.labels import state_label as name_of_state
from wording.reasons import reason_text, running_label
from wording.sentences import Language, Names, sentence


def standing_view(found: AsOf) -> dict[str, Any]:
    """Return everything that stood: packs, calendars, units, roles, cases by state, counts."""
    tasks = [case for case in found.cases.values() if case.kind.category == "task"]
    roles: dict[str, set[str]] = {}
    for _, grant in found.grants:
        roles.setdefault(grant.unit, set()).add(grant.role.value)
    return {
        **_of_the_question(found),
        "policies": [
            {"pack": pack, "version": terms.version, "calendar": terms.calendar.version}
            for pack, terms in sorted(found.rules.policies.items())
        ],
        "calendars": [
            {"calendar": name, "year": year.year, "revision": revision}
            for name, calendar in sorted(found.registry.calendars.items())
            for year, revision in calendar.years
        ],
        "overlays": [
            {"calendar": name, "division": one.division, "name": one.name, "revision": revision}
            for name, calendar in sorted(found.registry.calendars.items())
            for one, revision in calendar.overlays
        ],
        "units": [
            {
                "code": unit.code,
                "name": unit.name,
                "kind": unit.kind.value,
                "division": unit.division,
                "roles": sorted(roles.get(unit.code, ())),
            }
            for unit in found.units
        ],
        "roles": [
            {"person": person, "role": grant.role.value, "unit": grant.unit}
            for person, grant in found.grants
        ],
        "cases": {category: found.by_state(category) for category in CASE_CATEGORIES},
        "counts": {
            "units": len(found.units),
            "roles": len(found.grants),
            "cases": dict(Counter(case.kind.category for case in found.cases.values())),
            "tasks_open": sum(is_open(case.state) for case in tasks),
        },
        "later": [mention_view(one) for one in found.later],
        "left_out": [mention_view(one) for one in found.left_out],
    }


def case_view(
    found: AsOf, case: CaseThen, names: Names, reasons: dict[tuple[str, datetime], Reason]
) -> dict[str, Any]:
    """Return one case as it stood: state, regions, clocks, holder, versions, newest fact.

    *reasons* are those of its running clocks, by name and due instant.
    """
    policy, calendar = pack_of(found, case)
    view: dict[str, Any] = {
        **_of_the_question(found),
        "stream": case.stream,
        "state": case.name,
        "version": case.version,
        "policy": policy,
        "calendar": calendar,
        "decided_under": {
            "policy": case.last.policy,
            "calendar": case.last.calendar,
            "seen": case.last.seen,
        },
        "clocks": [
            {
                "name": clock.name,
                "due": instant_text(clock.due),
                "passed": clock.due <= found.instant,
                **_why(reasons.get((clock.name, clock.due))),
            }
            for clock in found.clocks(case)
        ],
        "last": {
            **mention_view(Mention.of(case.last)),
            "sentence": sentence(case.last.kind, case.last.fact, names, "zh"),
            "sentence_en": sentence(case.last.kind, case.last.fact, names, "en"),
        },
        "later": [mention_view(one) for one in found.later],
        "left_out": [mention_view(one) for one in found.left_out],
    }
    if isinstance(case.state, Known):
        task: Any = case.state  # one of the known states, which their base class does not say
        view |= _of_a_task(task)
    elif isinstance(case.state, Drafted):
        view |= _of_a_pairing(case.state)
    return view


def mention_view(one: Mention) -> dict[str, Any]:
    """Return a mentioned fact: its place, its kind, and both its times."""
    return {
        "position": one.position,
        "stream": one.stream,
        "kind": one.kind,
        "recorded_at": instant_text(one.recorded_at),
        "occurred_at": instant_text(one.occurred_at),
    }


def state_label(case: CaseThen, language: Language = "zh") -> str:
    """Return the state of *case* as people call it."""
    return name_of_state(case.kind.category, case.name, language)


def _of_the_question(found: AsOf) -> dict[str, Any]:
    return {
        "instant": instant_text(found.instant),
        "axis": found.axis.value,
        "position": found.position,
    }


def _why(reason: Reason | None) -> dict[str, Any]:
    if reason is None:
        return {"why": None, "why_en": None}
    return {"why": reason_text(reason, "zh"), "why_en": reason_text(reason, "en")}


def _of_a_task(task: KnownTask) -> dict[str, Any]:
    body = task.body
    sla, holding = body.sla, body.holding
    return {
        "number_of_rounds": body.round,
        "category": body.need.category,
        "place": body.need.place,
        "pairing": body.need.pairing,
        "open": is_open(task),
        "regions": {
            "sla": sla_region(task).value,
            "supervision": body.supervision.value,
            "extension": body.extension.status.value,
            "co_handling": [
                {
                    "number": one.number,
                    "unit": one.unit,
                    "status": one.status.value,
                    "due": instant_text(one.due),
                }
                for one in body.assists
            ],
            "privacy": {
                "restricted": body.privacy.restricted,
                "erased": sorted(body.privacy.erased),
            },
        },
        "due": None if sla.due is None else instant_text(sla.due.due),
        "paused_since": None if sla.paused_at is None else instant_text(sla.paused_at),
        "held_by": {
            "unit": holding.main,
            "since": None if holding.since is None else instant_text(holding.since),
            "staff": holding.staff,
            "before": [
                {
                    "unit": one.unit,
                    "since": instant_text(one.since),
                    "until": instant_text(one.until),
                }
                for one in holding.held
            ],
        },
    }


def _of_a_pairing(pairing: Drafted) -> dict[str, Any]:
    agreement = pairing.agreement
    reviews = pairing.reviews if isinstance(pairing, Running) else None
    return {
        "title": agreement.title,
        "parties": list(agreement.parties),
        "lead": agreement.lead,
        "categories": list(agreement.categories),
        "term": [instant_text(agreement.term_start), instant_text(agreement.term_end)],
        "approved_by": agreement.authority,
        "reviews_held": None if reviews is None else reviews.held,
        "review_outstanding": list(pairing.outstanding) if isinstance(pairing, UnderReview) else [],
        "claims": [{"item": one.item, "unit": one.unit} for one in agreement.claims],
    }


def holder_text(view: dict[str, Any], names: Names, language: Language = "zh") -> str:
    """Return who held a task, in words: unit and staff; empty where nobody did."""
    held = view.get("held_by") or {}
    parts = [names.unit(held["unit"], language)] if held.get("unit") else []
    parts += [names.person(held["staff"], language)] if held.get("staff") else []
    return " ".join(parts)


def clock_rows(view: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the clocks of a case as rows for people."""
    return [
        {
            "clock": running_label(clock["name"], "zh"),
            "due": clock["due"],
            "passed": "已过" if clock["passed"] else "",
            "why": clock["why"] or "",
        }
        for clock in view["clocks"]
    ]
