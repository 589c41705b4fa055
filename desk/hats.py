"""Who acts, and in which role: the roles a person wears are found where the command is decided.

A person may name unit and role, or leave them to the registry: then every role in force that may
give the command is tried, and the first the decider accepts is the one on record.
"""

from datetime import datetime

from desk.casework import Asking, Who
from domain.cases import CaseKind
from domain.envelope import By
from domain.people import BY_LINK, Role
from domain.refusals import CommandRefused
from domain.rules import Rules


def hats(kind: CaseKind, asking: Asking, rules: Rules, at: datetime) -> list[By]:
    """Return the roles *asking* could be given in, at least one; refuse where there is none."""
    who = asking.by
    if isinstance(who, By):
        return [who]
    if who.role is not None:
        return [who.acting(who.role, who.unit)]
    allowed = kind.who_may.get(str(asking.command.get("kind")), frozenset())
    if who.person.startswith("subject/"):
        fitting_links = sorted(BY_LINK & allowed) or [Role.RESIDENT]
        return [who.acting(role, who.unit) for role in fitting_links]
    person = rules.people.get(who.person)
    if person is None:
        raise CommandRefused(
            "person-unknown",
            "名册中没有此人。",
            "The registry does not know this person.",
        )
    standing = [grant for grant in person.grants if grant.stands(at)]
    fitting = [grant for grant in standing if grant.role in allowed] or standing
    if not fitting:
        raise CommandRefused(
            "no-role",
            "此人目前没有任何有效角色。",
            "This person holds no role in force.",
        )
    here = [grant for grant in fitting if who.unit in (None, grant.unit)]
    if not here:
        return [who.acting(fitting[0].role, who.unit)]
    return [who.acting(grant.role, who.unit or grant.unit) for grant in here]


def as_recorded(who: By | Who, by: By) -> By | None:
    """Return *who* in the role on record, None where that was certainly not them."""
    if isinstance(who, By):
        return who
    named = (who.person, who.unit, who.role)
    recorded = (by.person, by.unit, by.role)
    if any(one not in (None, other) for one, other in zip(named, recorded, strict=True)):
        return None
    return who.acting(by.role, by.unit)
