"""What waits at a unit, for every door: its own, and what it does for units it succeeded."""

from datetime import datetime

from domain.people import Role
from domain.rules import Rules
from projections.boards import Boards
from projections.unit_inbox import Acting, InboxLine


def waiting_at(
    boards: Boards,
    rules: Rules,
    unit: str,
    role: Role | None,
    at: datetime,
    *,
    person: str | None = None,
    order: str = "pressing",
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[InboxLine], int]:
    """Return what waits at *unit* (for *role*, None: for anybody there), and how much in all.

    With *person*, what is assigned to somebody else is left out.
    """
    inbox = boards.inbox
    also, holding = _standing(boards, rules, unit, at)
    lines = inbox.waiting(
        unit,
        role,
        person=person,
        holding=holding,
        also=also,
        order=order,  # type: ignore[arg-type]
        limit=limit,
        offset=offset,
    )
    return lines, sum(inbox.counts(unit, role, holding, also, person).values())


def waiting_for_others(
    boards: Boards, rules: Rules, unit: str, role: Role, person: str, at: datetime, *, limit: int
) -> tuple[list[InboxLine], int]:
    """Return what waits at *unit* for anybody but *person* in *role*, and how much in all."""
    also, holding = _standing(boards, rules, unit, at)
    return boards.inbox.for_others(unit, role, person, holding, also, limit)


def _standing(
    boards: Boards, rules: Rules, unit: str, at: datetime
) -> tuple[Acting, frozenset[Role]]:
    """Return for whom else *unit* acts, and the roles somebody has there.

    What lies in its area for whoever has a role is its own business only if somebody has it.
    """
    also = acting_also(rules, unit, at, boards.inbox.areas(Role.STREET_DISPATCHER))
    return also, frozenset(post for post in Role if rules.filled(post, unit, at))


def acting_also(rules: Rules, unit: str, now: datetime, waiting: list[str]) -> Acting:
    """Return for whom else *unit* acts: units it succeeded, and, as a pack's fallback, places.

    *waiting* are the places where something waits for a dispatcher.
    """

    def left(place: str) -> bool:
        others = (one for one in rules.posts.held.get(Role.STREET_DISPATCHER, {}) if one != unit)
        return not any(
            rules.filled(Role.STREET_DISPATCHER, one, now) and rules.serves(one, place, now)
            for one in others
        )

    mine = [place for place in waiting if rules.dispatches(unit, place, now)]
    beyond = [place for place in mine if not rules.serves(unit, place, now) and left(place)]
    return Acting(rules.stands_for(unit, now)[1:], tuple(beyond))
