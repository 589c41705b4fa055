"""Limits of one task: which pack it is under, and deadlines counted by that pack."""

from datetime import datetime

from domain.calendar import parse_limit
from domain.clocks import Deadline
from domain.rules import Rules, Terms
from domain.task.commands import RequestType
from domain.task.state import Body


def terms_of(body: Body, rules: Rules) -> Terms:
    """Return the pack the task was registered under, as it is published now."""
    return rules.under(body.need.policy_id)


def step_deadline(terms: Terms, step: str, at: datetime, *, urgent: bool = False) -> Deadline:
    """Return the deadline of a *step* of the pack's limits; urgent steps may have their own."""
    limits = terms.policy.limits
    limit = limits.urgent.get(step) if urgent else None
    return terms.deadline(limit or str(getattr(limits, step)), at)


def handling_limit(
    terms: Terms, request_type: RequestType, grade: str | None, *, urgent: bool
) -> str:
    """Return how long handling may take: the grade decides, then urgency, then the request."""
    handling = terms.policy.handling
    if grade is not None:
        return handling.grades[grade]
    if urgent:
        return handling.urgent
    return str(getattr(handling, request_type.value.lower()))


def is_longer(terms: Terms, limit: str, than: str, at: datetime) -> bool:
    """Say whether *limit* ends later than *than*, both counted from *at*."""
    return terms.deadline(limit, at).due > terms.deadline(than, at).due


def share_of(limit: str, percent: int) -> str:
    """Return *percent* of *limit* in the same unit, rounded up: half of 15wd is 8wd."""
    whole = parse_limit(limit)
    return f"{-(-whole.number * percent // 100)}{whole.unit}"


def rework_deadline(body: Body, terms: Terms, at: datetime) -> Deadline:
    """Return the due instant of rework: a share of the first limit, never less than the least."""
    rework = terms.policy.rework
    original = body.judgement.limit if body.judgement else rework.at_least
    shared = terms.deadline(share_of(original, rework.share_percent), at)
    least = terms.deadline(rework.at_least, at)
    return max(shared, least, key=lambda deadline: deadline.due)


def resumed_deadline(paused: Deadline, paused_at: datetime, at: datetime, terms: Terms) -> Deadline:
    """Return the due instant after a pause: what was left, and at least the pack's least time."""
    due, provisional = terms.calendar.resumed(paused.due, paused_at, at, paused.limit)
    moved = paused.model_copy(
        update={
            "due": due,
            "counted_from": at,
            "calendar": terms.calendar.version,
            "policy": terms.version,
            "provisional": provisional,
        }
    )
    least = terms.deadline(terms.policy.rework.at_least, at)
    return max(moved, least, key=lambda deadline: deadline.due)


def latest_assist(due: Deadline, at: datetime, terms: Terms) -> datetime:
    """Return the latest instant an assisting unit may be done.

    As long before the due instant as the main unit would need to ask for more time; where less
    is left, half of what is left; once overdue, that same margin from now on.
    """
    margin = terms.policy.extensions.apply_before
    latest = terms.calendar.before(due.due, margin)
    if latest > at:
        return latest
    if due.due <= at:
        return terms.deadline(margin, at).due
    halfway = terms.calendar.at_percent(at, due.due, due.limit, 50)
    return halfway if halfway > at else due.due
