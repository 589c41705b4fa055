"""What a list of tasks is asked for: read from an address, kept under a name, put to the board."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from accounts.preferences import NAME_MAX, QUERY_MAX, SavedFilter
from domain.refusals import CommandRefused
from domain.task.facts import SupervisionLevel, TaskState
from domain.task.state import SlaRegion
from domain.units import UnitKind
from domain.values import covers, instant_text
from projections.task_board import Order, TaskFilter
from services.intake import ZONE
from services.scope import sees_pairing, within
from services.seeing import Seer
from wording.labels import Both

ORDERS: dict[str, tuple[Both, Order]] = {
    "registered": (("新登记的在前", "newest first"), "-registered_at"),
    "due": (("办理期限", "handling limit"), "due"),
    "next": (("下一时限", "next limit"), "next_due"),
    "number": (("工单编号", "number"), "number"),
}
DATES: dict[str, Both] = {
    "registered": ("登记日期", "registered"),
    "due": ("办理期限", "due"),
    "closed": ("办结日期", "closed"),
}
ROUNDS: dict[str, Both] = {
    "2": ("第 2 轮及以后", "round 2 and later"),
    "3": ("第 3 轮及以后", "round 3 and later"),
}
_LENGTH_MAX = 60
_PLACES = (UnitKind.STREET_OFFICE, UnitKind.COMMUNITY, UnitKind.RESIDENTS_COMMITTEE)
_HANDLING = (UnitKind.DEPARTMENT, UnitKind.STREET_OFFICE, UnitKind.PARTY_SERVICE_CENTER)


@dataclass(frozen=True)
class Question:
    """What is asked for, each part a text as it stands in an address; empty asks for nothing."""

    q: str = ""
    state: str = ""
    category: str = ""
    place: str = ""
    unit: str = ""
    sla: str = ""
    card: str = ""
    round: str = ""
    pairing: str = ""
    urged: str = ""
    open: str = ""
    date: str = ""
    since: str = ""
    until: str = ""
    sort: str = "registered"

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Question":
        """Return what *given* asks for; what it says of nothing we know is left out."""
        told = {
            one.name: " ".join(given[one.name].split())[:_LENGTH_MAX]
            for one in fields(cls)
            if given.get(one.name)
        }
        found = cls(**told)
        known = {
            "state": TaskState.__members__,
            "sla": SlaRegion.__members__,
            "card": SupervisionLevel.__members__,
            "round": ROUNDS,
            "urged": ("yes",),
            "open": ("yes",),
            "date": DATES,
        }
        wrong = {name: "" for name, there in known.items() if getattr(found, name) not in there}
        wrong |= {name: "" for name in ("since", "until") if _day(getattr(found, name)) is None}
        if found.sort not in ORDERS:
            wrong["sort"] = "registered"
        kept = replace(found, **wrong)
        return kept if kept.since or kept.until else replace(kept, date="")

    @property
    def order(self) -> Order:
        """The order of the list."""
        return ORDERS[self.sort][1]

    @property
    def said(self) -> dict[str, str]:
        """What is asked for, without what is usual."""
        usual = Question()
        return {
            one.name: value
            for one in fields(self)
            if (value := getattr(self, one.name)) != getattr(usual, one.name)
        }

    @property
    def query(self) -> str:
        """What stands behind the question mark of its address."""
        return urlencode(self.said)

    def wanted(self, seer: Seer) -> TaskFilter:
        """Return which tasks are meant, within the duties of whoever asks."""
        asked = TaskFilter(
            states=(self.state,) if self.state else (),
            categories=(self.category,) if self.category else (),
            place=self.place or None,
            unit=self.unit or None,
            sla=self.sla or None,
            supervision=(self.card,) if self.card else (),
            round_from=int(self.round) if self.round else None,
            pairing=f"pairing/{self.pairing}" if self.pairing else None,
            urged=self.urged == "yes",
            open_only=self.open == "yes",
            search=self.q or None,
        )
        since, until = _day(self.since), _day(self.until)
        first = None if since is None else instant_text(since)
        after = None if until is None else instant_text(until + timedelta(days=1))
        match self.date or "registered":
            case "due":
                asked = replace(asked, due_from=first, due_before=after)
            case "closed":
                asked = replace(asked, closed_from=first, closed_until=after)
            case _:
                asked = replace(asked, registered_from=first, registered_until=after)
        return within(seer, asked)


def _day(text: str) -> datetime | None:
    """Return the first instant of a day of the office's, None where *text* is no day."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    if not 1970 <= found.year <= 2200:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=ZONE).astimezone(UTC)


def places_of(seer: Seer) -> list[tuple[str, str]]:
    """Return the streets and communities within the duties of whoever looks, by code."""
    own = seer.rules.units[seer.unit].division
    found: dict[str, str] = {}
    for kind in _PLACES:
        for unit in seer.rules.units.values():
            if unit.kind is kind and unit.stands(seer.at) and _near(unit.division, own):
                found.setdefault(unit.division, seer.unit_name(unit.code))
    return sorted(found.items())


def _near(division: str, own: str) -> bool:
    return covers(own, division) or covers(division, own)


def units_of(seer: Seer) -> list[tuple[str, str]]:
    """Return the units that may handle a task, departments first."""
    standing = [
        unit
        for unit in seer.rules.units.values()
        if unit.kind in _HANDLING and unit.stands(seer.at)
    ]
    standing.sort(key=lambda unit: (_HANDLING.index(unit.kind), unit.code))
    return [(unit.code, seer.unit_name(unit.code)) for unit in standing]


def pairings_of(seer: Seer) -> list[tuple[str, str]]:
    """Return the pairings that are theirs to see, the newest first."""
    lines, _ = seer.house.boards.pairings.find(size=1000)
    return [
        (line.stream.partition("/")[2], line.title) for line in lines if sees_pairing(seer, line)
    ][:200]


# -- kept under a name -----------------------------------------------------------------------


def saved_filters(seer: Seer) -> list[tuple[SavedFilter, bool]]:
    """Return the filters shared in the unit of whoever looks, and whether each is their own."""
    found = seer.house.preferences.filters_of(seer.unit)
    return [(one, one.owner == seer.session.person) for one in found]


def save_filter(seer: Seer, name: str, question: Question) -> None:
    """Keep *question* under *name* for the unit; raise `CommandRefused`."""
    plain = " ".join(name.split())
    if not plain or len(plain) > NAME_MAX or not plain.isprintable():
        raise CommandRefused(
            "filter-name",
            f"请给筛选条件起个名字，最多 {NAME_MAX} 个字。",
            f"Give the filter a name of at most {NAME_MAX} characters.",
        )
    query = question.query
    if len(query) > QUERY_MAX or not seer.house.preferences.save_filter(
        seer.unit, seer.session.person, plain, query
    ):
        raise CommandRefused(
            "filters-full",
            "您在本单位保存的筛选条件已满，请先删去不用的。",
            "You have as many filters in this unit as can be kept; delete one first.",
        )
