"""What a list needs to know of one support task, kept up fact by fact.

A picture is a plain row: it repeats what the facts say and decides nothing. Everything a board
shows of a task (its state, its running limits, what is open in it) is read off this row.
"""

import json
from typing import Any

from domain.people import Role
from domain.task.facts import SupervisionLevel, TaskState
from domain.task.handling import CONTACT_ATTEMPTS
from domain.task.state import SlaRegion
from domain.values import instant_text
from ledger.entry import Entry
from projections.store import Row

FINAL = frozenset(
    state.value
    for state in (
        TaskState.CLOSED,
        TaskState.NOT_ADMITTED,
        TaskState.DIVERTED,
        TaskState.MERGED,
        TaskState.CANCELLED,
        TaskState.TERMINATED,
        TaskState.ARCHIVED,
    )
)
"""The states in which a task is no longer open."""

OPEN = tuple(sorted(state.value for state in TaskState if state.value not in FINAL))
"""The other states, in order: what a board asks for, since an index finds only what is named."""

IN_HAND = frozenset(
    state.value
    for state in (
        TaskState.DISPATCHED,
        TaskState.RETURN_REVIEW,
        TaskState.ADJUDICATION,
        TaskState.ACCEPTED,
        TaskState.IN_PROGRESS,
    )
)
"""The states in which a unit answers for the task: its due clock runs."""

_WITH_THE_UNIT = ("due", "extension_review", "assist/")
RUNNING: dict[str, tuple[str, ...]] = {
    TaskState.REGISTERED: ("triage", "arrival/"),
    TaskState.TRIAGED: ("queue", "arrival/"),
    TaskState.PENDING_DISPATCH: ("dispatch", "arrival/"),
    TaskState.DISPATCHED: ("sign_in", *_WITH_THE_UNIT, "arrival/"),
    TaskState.RETURN_REVIEW: ("return_review", *_WITH_THE_UNIT, "arrival/"),
    TaskState.ADJUDICATION: ("adjudication", *_WITH_THE_UNIT, "arrival/"),
    TaskState.ACCEPTED: ("first_contact", "stage_report", *_WITH_THE_UNIT, "arrival/"),
    TaskState.IN_PROGRESS: ("first_contact", "stage_report", *_WITH_THE_UNIT, "arrival/"),
    TaskState.CARRIED: ("carry_review", "assist/", "arrival/"),
    TaskState.RESULT_REVIEW: ("result_review", "arrival/"),
    TaskState.CALLBACK: ("callback", "rating", "arrival/"),
    TaskState.RATING: ("rating", "arrival/"),
    TaskState.DISSATISFIED: ("arrival/",),
    TaskState.ARCHIVED: (),
}
"""The limits that run in each state; others are remembered and stand still."""

SYSTEM_LIMITS = frozenset(("queue", "archive"))
"""Running limits that nobody has to keep: the system acts when they ring."""


class Picture:
    """One row of the task board with its limits and its open points taken apart.

    *limits* are due instants by name, running or standing still; *open* holds what waits inside
    the task (assistance, whistles, an extension, the keys of a carry, a draft, a termination, a
    score appeal) and what is remembered of it (contact, warnings, whether it has residents).
    """

    def __init__(self, row: Row) -> None:
        self.row = row
        self.limits: dict[str, str] = json.loads(row["limits"])
        self.open: dict[str, Any] = json.loads(row["open"])

    def enters(self, state: str, at: str) -> None:
        """The task is in *state* from *at* on."""
        was_final = self.row["state"] in FINAL
        self.row["state"] = str(state)
        self.row["since"] = at
        if state not in FINAL:
            self.row["closed_at"] = None
        elif not was_final:
            self.row["closed_at"] = at

    def runs(self, name: str, deadline: dict[str, Any] | None) -> None:
        """The limit *name* runs until *deadline*; None: it runs no longer."""
        if deadline is None:
            self.limits.pop(name, None)
        else:
            self.limits[name] = deadline["due"]

    def due(self, deadline: dict[str, Any]) -> None:
        """The handling limit is *deadline* now; what was warned of or missed was another one."""
        self.row["due"] = deadline["due"]
        self.row["due_provisional"] = int(bool(deadline.get("provisional")))
        self.runs("due", deadline)
        self.forget("warned", "overdue")

    def forget(self, *points: str) -> None:
        """These open points are over."""
        for point in points:
            self.open.pop(point, None)

    def final(self, state: TaskState, archive_at: dict[str, Any] | None, at: str) -> None:
        """The task is over; only the archive clock runs."""
        self.enters(state, at)
        self.runs("archive", archive_at)

    def running(self) -> dict[str, str]:
        """Return the limits that run in the present state, by name, with their due instants."""
        state = self.row["state"]
        names = RUNNING.get(state, ("archive",))
        hidden = {name for name, why in self._hidden() if why}
        return {
            name: due
            for name, due in self.limits.items()
            if name not in hidden
            and any(name == one or (one.endswith("/") and name.startswith(one)) for one in names)
        }

    def _hidden(self) -> tuple[tuple[str, bool], ...]:
        tried = self.open.get("reached") or self.open.get("attempts", 0) >= CONTACT_ATTEMPTS
        uncallable = not self.open.get("residents") or self.open.get("restricted")
        return (
            ("first_contact", bool(tried)),
            ("callback", bool(uncallable)),
            ("archive", "score_appeal" in self.open),
        )

    def sla(self) -> SlaRegion:
        """Return how the task stands towards its due instant."""
        if self.row["state"] == TaskState.CARRIED:
            return SlaRegion.PAUSED
        if self.row["state"] not in IN_HAND:
            return SlaRegion.NONE
        if self.open.get("overdue"):
            return SlaRegion.OVERDUE
        return SlaRegion.WARNING if self.open.get("warned") else SlaRegion.ON_TRACK

    def finished(self) -> Row:
        """Return the row with everything written back and the next limit found."""
        running = {name: due for name, due in self.running().items() if name not in SYSTEM_LIMITS}
        name = min(running, key=lambda one: (running[one], one), default=None)
        self.row["next_limit"] = name
        self.row["next_due"] = None if name is None else running[name]
        self.row["sla"] = self.sla().value
        self.row["limits"] = json.dumps(self.limits, sort_keys=True)
        self.row["open"] = json.dumps(self.open, sort_keys=True)
        return self.row


def first_picture(entry: Entry) -> Row:
    """Return the row of a task that was just registered."""
    fact = entry.fact
    at = instant_text(entry.recorded_at)
    return {
        "stream": entry.stream,
        "number": fact.get("number", ""),
        "state": TaskState.REGISTERED.value,
        "since": at,
        "category": fact["category"],
        "request_type": fact["request_type"],
        "source": fact["source"],
        "matter": fact["matter"],
        "place": fact["place"],
        "street": fact["place"][:9],
        "requester": fact["requester"],
        "registrar": entry.by.person,
        "urgency": "URGENT" if fact["urgent"] else "NORMAL",
        "safety": int(fact["safety"]),
        "duty_class": None,
        "policy": fact["policy"],
        "pairing": fact["pairing"],
        "ledger_row": fact.get("ledger_row"),
        "main_unit": None,
        "staff": None,
        "assist": "[]",
        "due": None,
        "due_provisional": 0,
        "sla": SlaRegion.NONE.value,
        "supervision": SupervisionLevel.NONE.value,
        "extension": "NONE",
        "privacy": "NORMAL",
        "round": 1,
        "rework_rounds": 0,
        "resolution": None,
        "grade": None,
        "duplicates": 0,
        "urged": 0,
        "registered_at": at,
        "dispatched_at": None,
        "closed_at": None,
        "next_limit": None,
        "next_due": None,
        "limits": json.dumps({"triage": fact["triage_by"]["due"]}),
        "open": json.dumps({"residents": fact["requester"] is not None}),
        "version": entry.version,
        "position": entry.position,
    }


def grantor_of(number: int) -> Role:
    """Return who answers extension *number*: the dispatcher the first, the supervisor a later."""
    return Role.STREET_DISPATCHER if number == 1 else Role.SUPERVISOR
