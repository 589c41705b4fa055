"""Courses a task takes, as a district's people give the commands: what `city.py` tells again.

Each step says how many hours after registration, in which part, what command; clocks ring between.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from demo.cast import Cast, Part
from domain.people import Role
from services.need_intake import PRIVACY_NOTICE

RESIDENT = {
    "name": "欧阳慕枫",
    "phone": "19900004321",
    "address": "石牌东路九十七号之二",
    "text": "楼道没有扶手，腿脚不便，盼尽快加装。",
}
PICTURE = "iVBORw0KGgo="
Step = tuple[float, Part, dict[str, Any]]


@dataclass(frozen=True)
class Street:
    """The parts of one street, and a community in it."""

    place: str
    dispatcher: Part
    center: Part
    worker: Part


@dataclass(frozen=True)
class Course:
    """One course for one category: *weight* says how many of the district's tasks take it."""

    name: str
    weight: int
    category: str
    steps: tuple[Step, ...]


def courses(cast: Cast, street: Street) -> Iterator[Course]:
    """Yield every course, for every category that a department of the district leads."""
    for category in cast.policy.categories:
        if cast.leading(category.code):
            for name, weight, told in _COURSES:
                telling = _Telling(cast, street, category.code)
                yield Course(name, weight, category.code, tuple(told(telling)))


class _Telling:
    """Who says what in a course."""

    def __init__(self, cast: Cast, street: Street, category: str) -> None:
        self.street, self.category = street, category
        self.lead, self.second, *_ = cast.handlers(category)
        self.coordinator, self.staff = cast.coordinator(self.lead), cast.staff(self.lead)
        self.assistant = cast.coordinator(self.second)
        self.caller = cast.for_place(Role.CALLBACK_AGENT, street.place)

    def registered(self, **about: Any) -> Step:
        said = {
            "kind": "register_task",
            "source": "COMMUNITY",
            "category": self.category,
            "place": self.street.place,
            "policy": "gd-2022",
            "ad_hoc": True,
            "privacy_notice": PRIVACY_NOTICE,
        }
        return 0.0, self.street.worker, said | RESIDENT | about

    def triaged(self, hours: float, urgency: str = "NORMAL") -> Step:
        command = {"kind": "triage_task", "urgency": urgency, "duty_class": "COOPERATE"}
        return hours, self.street.dispatcher, command

    def dispatched(self, hours: float) -> Step:
        command = {"kind": "dispatch_task", "main": self.lead, "note": "请尽快联系居民。"}
        return hours, self.street.dispatcher, command

    def taken_up(self, hours: float, *, signed_in: bool = False) -> Iterator[Step]:
        """Signed in for, unless the clock has done so, and given to somebody."""
        if not signed_in:
            yield hours, self.coordinator, {"kind": "accept_task"}
        command = {"kind": "assign_staff", "person": self.staff.person}
        yield hours + 0.5, self.coordinator, command

    def handled(self, hours: float, days: int) -> Iterator[Step]:
        """Contact, progress on each of *days*, pictures, the result, and its approval."""
        by, staff = self.coordinator, self.staff
        if days > 2:
            yield hours, staff, {"kind": "record_contact", "result": "NO_ANSWER"}
        yield (
            hours + 1,
            staff,
            {"kind": "record_contact", "result": "REACHED", "note": "已约定上门。"},
        )
        yield hours + 2, staff, _evidence("before")
        for day in range(days):
            note = "已上门查看，约定周三安装扶手。"
            yield hours + 24 * (day + 1), staff, {"kind": "log_progress", "note": note}
        yield hours + 24 * days + 2, staff, _evidence("after")
        yield (
            hours + 24 * days + 3,
            by,
            {"kind": "submit_result", "resolved": True, "public_reply": "双侧扶手已经装好。"},
        )
        yield hours + 24 * days + 5, self.street.dispatcher, {"kind": "approve_result"}

    def rated(self, hours: float, grade: int) -> Step:
        told = {"reached": True, "contacted": True, "resolved": grade > 2, "grade": grade}
        return hours, self.caller, {"kind": "record_callback", **told}


def _evidence(label: str) -> dict[str, Any]:
    told = {"label": label, "media_type": "image/png", "document": PICTURE}
    return {"kind": "attach_evidence", **told}


def _in_time(say: _Telling) -> Iterator[Step]:
    yield say.registered()
    yield say.triaged(1)
    yield say.dispatched(3)
    yield from say.taken_up(5)
    yield from say.handled(7, 1)
    yield say.rated(52, 5)


def _slow(say: _Telling) -> Iterator[Step]:
    """Judged and dispatched late, so that clocks ring and cards are raised."""
    yield say.registered()
    yield say.triaged(30)
    yield say.dispatched(54)
    yield from say.taken_up(80, signed_in=True)
    yield from say.handled(98, 4)
    yield say.rated(218, 3)


def _urged(say: _Telling) -> Iterator[Step]:
    yield say.registered(urgent=True)
    yield say.triaged(0.2, "URGENT")
    yield say.dispatched(0.5)
    yield from say.taken_up(0.8)
    yield 1.0, say.street.worker, {"kind": "urge_task", "source": "COMMUNITY", "note": "老人在等。"}
    yield from say.handled(2, 1)
    yield say.rated(55, 4)


def _assisted(say: _Telling) -> Iterator[Step]:
    yield say.registered()
    yield say.triaged(1.5)
    yield say.dispatched(26)
    yield from say.taken_up(28)
    invited = {"kind": "invite_assist", "unit": say.second, "request": "请一同入户。"}
    yield 29.0, say.coordinator, invited
    yield 50.0, say.assistant, {"kind": "submit_assist", "number": 1, "note": "已到场。"}
    yield from say.handled(52, 3)
    yield say.rated(148, 4)


def _withdrawn(say: _Telling) -> Iterator[Step]:
    yield say.registered()
    yield say.triaged(1)
    yield say.dispatched(3)
    yield from say.taken_up(5)
    yield 30.0, say.street.worker, {"kind": "withdraw_task", "reason": "本人撤回诉求。"}


def _unrated(say: _Telling) -> Iterator[Step]:
    """Nobody answers: the window for ratings closes by itself."""
    yield say.registered()
    yield say.triaged(1)
    yield say.dispatched(3)
    yield from say.taken_up(5)
    yield from say.handled(7, 2)


_COURSES = (
    ("in time", 45, _in_time),
    ("slow", 20, _slow),
    ("urged", 8, _urged),
    ("assisted", 12, _assisted),
    ("withdrawn", 3, _withdrawn),
    ("unrated", 12, _unrated),
)
