"""What a list needs to know of one pairing, kept up fact by fact; it decides nothing."""

import json
from typing import Any

from domain.pairing.facts import PairingState
from domain.people import Role
from domain.values import instant_text
from ledger.entry import Entry
from projections.initials import initials_of
from projections.store import Row

OVER = frozenset(
    state.value
    for state in (
        PairingState.ENDED,
        PairingState.EXPIRED,
        PairingState.REJECTED,
        PairingState.WITHDRAWN,
    )
)
"""The states in which a pairing is no longer open."""


RUNNING: dict[str, tuple[str, ...]] = {
    PairingState.PROPOSED: ("answer",),
    PairingState.NEGOTIATING: ("signing",),
    PairingState.PENDING_APPROVAL: ("approval",),
    PairingState.ACTIVE: ("review", "term_end"),
    PairingState.ADJUSTING: ("approval", "term_end"),
    PairingState.SUSPENDED: ("resume", "term_end"),
    PairingState.UNDER_REVIEW: ("review_scores", "term_end"),
    PairingState.TERMINATING: ("hand_over",),
}
"""The limits that run in each state; others stand still and are remembered."""


class PairingPicture:
    """One row of the pairing board with its running limits and its talk taken apart.

    *talk* holds who has answered the proposal in this round, who has signed, whether a review is
    due, and which items are listed and claimed.
    """

    def __init__(self, row: Row) -> None:
        self.row = row
        self.limits: dict[str, str] = json.loads(row["limits"])
        self.talk: dict[str, Any] = json.loads(row["talk"])

    @property
    def parties(self) -> list[str]:
        """Every party: the centre, the departments, the street office."""
        return [self.row["center"], *json.loads(self.row["departments"]), self.row["street"]]

    @property
    def silent(self) -> list[str]:
        """The parties that have not answered the proposal of this round."""
        spoken = {*self.talk["answered"], self.row["proposer"]}
        return [unit for unit in self.parties if unit not in spoken]

    @property
    def unsigned(self) -> list[str]:
        """The parties that have not signed."""
        return [unit for unit in self.parties if unit not in self.talk["signed"]]

    @property
    def unscored(self) -> list[str]:
        """The parties of every side that has not scored the other yet."""
        sides = {
            "CENTER_AND_STREET": [self.row["center"], self.row["street"]],
            "DEPARTMENTS": json.loads(self.row["departments"]),
        }
        return [
            unit
            for side, units in sides.items()
            if side not in self.talk["scored"]
            for unit in units
        ]

    @property
    def review_due(self) -> bool:
        """Say whether the review clock rang and no review was opened yet."""
        return bool(self.talk.get("review_due"))

    def speaker(self, unit: str) -> Role:
        """Return the role that speaks for the party *unit*."""
        if unit == self.row["center"]:
            return Role.CENTER_COORDINATOR
        return Role.STREET_DISPATCHER if unit == self.row["street"] else Role.DEPT_COORDINATOR

    def enters(self, state: PairingState, at: str) -> None:
        """The pairing is in *state* from *at* on."""
        self.row["state"] = state.value
        self.row["since"] = at
        if state.value in OVER:
            self.limits = {}
            self.row["over_at"] = at

    def runs(self, name: str, deadline: dict[str, Any] | None) -> None:
        """The limit *name* runs until *deadline*; None: it runs no longer."""
        if deadline is None:
            self.limits.pop(name, None)
        else:
            self.limits[name] = deadline["due"]

    def running(self) -> dict[str, str]:
        """Return the limits that run in the present state, by name, with their due instants."""
        names = set(RUNNING.get(self.row["state"], ()))
        if self.row["state"] == PairingState.NEGOTIATING and not self.unsigned:
            names.clear()
        if self.review_due:
            names.discard("review")
        return {name: due for name, due in self.limits.items() if name in names}

    def finished(self) -> Row:
        """Return the row with limits and talk written back and the next limit found."""
        running = self.running()
        name = min(running, key=lambda one: (running[one], one), default=None)
        self.row["next_limit"] = name
        self.row["next_due"] = None if name is None else running[name]
        self.row["limits"] = json.dumps(self.limits, sort_keys=True)
        self.row["talk"] = json.dumps(self.talk, sort_keys=True, ensure_ascii=False)
        self.row["items"] = sum(len(codes) for codes in self.talk["lists"].values())
        self.row["claimed"] = len(self.talk["claimed"])
        return self.row


def first_picture(entry: Entry) -> Row:
    """Return the row of a pairing that was just drafted."""
    fact = entry.fact
    at = instant_text(entry.recorded_at)
    return {
        "stream": entry.stream,
        "title": fact["title"],
        "initials": initials_of(fact["title"]),
        "state": PairingState.DRAFT.value,
        "since": at,
        "center": fact["center"],
        "departments": json.dumps(fact["departments"]),
        "street": fact["street"],
        "division": _division_of(fact["street"]),
        "lead": fact["lead"],
        "categories": json.dumps(fact["categories"]),
        "proposer": entry.by.unit or fact["center"],
        "round": 0,
        "term_start": fact["term_start"],
        "term_end": fact["term_end"],
        "policy": fact["policy"],
        "items": 0,
        "claimed": 0,
        "reviews": 0,
        "last_passed": None,
        "center_score": None,
        "department_score": None,
        "resident_score": None,
        "handed_over": 0,
        "drafted_at": at,
        "approved_at": None,
        "over_at": None,
        "next_limit": None,
        "next_due": None,
        "limits": "{}",
        "talk": json.dumps(
            {"answered": [], "signed": [], "scored": [], "lists": {}, "claimed": {}}
        ),
        "version": entry.version,
        "position": entry.position,
    }


def _division_of(street: str) -> str:
    """Return the division a street office's code begins with, "" where it follows no division."""
    digits = street.partition("-")[0]
    return digits if digits.isdigit() and len(digits) in (6, 9, 12) else ""


def remember(picture: PairingPicture, entry: Entry) -> None:
    """Change *picture* as the fact of *entry* says."""
    row, fact, talk = picture.row, entry.fact, picture.talk
    at = instant_text(entry.recorded_at)
    row["version"], row["position"] = entry.version, entry.position
    match entry.kind:
        case "pairing_list_attached.v1":
            _attach(picture, fact["list"], fact["unit"], fact["items"])
        case "pairing_proposed.v1":
            picture.enters(PairingState.PROPOSED, at)
            row["round"] = fact["round"]
            talk["answered"], talk["signed"] = [], []
            picture.runs("answer", fact["answer_by"])
        case "proposal_accepted.v1" | "counter_proposed.v1":
            talk["answered"] = sorted({*talk["answered"], fact["unit"]})
            if fact["negotiating"]:
                picture.enters(PairingState.NEGOTIATING, at)
                picture.runs("answer", None)
                picture.runs("signing", fact["sign_by"])
        case "proposal_lapsed.v1" | "pairing_withdrawn.v1":
            picture.enters(PairingState.WITHDRAWN, at)
        case "project_claimed.v1":
            talk["claimed"][fact["item"]] = fact["unit"]
        case "agreement_signed.v1":
            talk["signed"] = sorted({*talk["signed"], fact["unit"]})
        case "pairing_submitted.v1":
            picture.enters(PairingState.PENDING_APPROVAL, at)
            picture.runs("signing", None)
            picture.runs("approval", fact["approve_by"])
        case "pairing_approved.v1":
            picture.enters(PairingState.ACTIVE, at)
            row["approved_at"], row["term_end"] = at, fact["term_end"]
            picture.runs("approval", None)
            picture.runs("review", fact["review_at"])
            picture.limits["term_end"] = fact["term_end"]
        case "pairing_rejected.v1":
            picture.enters(PairingState.REJECTED, at)
        case "pairing_adjustment_requested.v1":
            picture.enters(PairingState.ADJUSTING, at)
            picture.runs("approval", fact["approve_by"])
        case "pairing_adjusted.v1":
            picture.enters(PairingState.ACTIVE, at)
            picture.runs("approval", None)
            _adjust(picture, fact["adjustment"])
        case "adjustment_refused.v1":
            picture.enters(PairingState.ACTIVE, at)
            picture.runs("approval", None)
        case _:
            _standing(picture, entry, at)


def _standing(picture: PairingPicture, entry: Entry, at: str) -> None:
    """The facts of a pairing in force, and of its end."""
    row, fact = picture.row, entry.fact
    match entry.kind:
        case "pairing_suspended.v1":
            picture.enters(PairingState.SUSPENDED, at)
            picture.limits["resume"] = fact["until"]
        case "pairing_resumed.v1":
            picture.enters(PairingState.ACTIVE, at)
            picture.runs("resume", None)
        case "review_fell_due.v1":
            picture.talk["review_due"] = True
        case "review_opened.v1":
            picture.enters(PairingState.UNDER_REVIEW, at)
            picture.talk.pop("review_due", None)
            row["reviews"] = fact["number"]
            picture.runs("review_scores", fact["score_by"])
            picture.talk["scored"] = []
        case "review_score_given.v1":
            picture.talk["scored"] = sorted({*picture.talk["scored"], fact["side"]})
        case "review_scored.v1":
            going = PairingState.TERMINATING if fact["terminating"] else PairingState.ACTIVE
            picture.enters(going, at)
            row["last_passed"] = int(fact["passed"])
            row["center_score"] = fact["center_and_street"]
            row["department_score"] = fact["departments"]
            row["resident_score"] = fact["residents"]
            picture.runs("review_scores", None)
            if fact["review_at"] is not None:
                picture.runs("review", fact["review_at"])
            if fact["terminating"]:
                picture.talk["successors"] = {}
                picture.runs("hand_over", fact["hand_over_by"])
        case "pairing_renewed.v1":
            row["term_end"] = fact["term_end"]
            picture.limits["term_end"] = fact["term_end"]
        case "exit_requested.v1":
            picture.enters(PairingState.TERMINATING, at)
            picture.talk["successors"] = {one["task"]: one["unit"] for one in fact["successors"]}
            picture.runs("hand_over", fact["hand_over_by"])
        case "task_handed_over.v1":
            row["handed_over"] += 1
            picture.talk.get("successors", {}).pop(fact["task"], None)
        case "pairing_ended.v1":
            picture.enters(PairingState.ENDED, at)
        case "pairing_expired.v1":
            picture.enters(PairingState.EXPIRED, at)
        case "pairing_limit_missed.v1":
            picture.limits.pop(fact["clock"], None)
        case "pairing_deadline_recalculated.v1":
            picture.runs(fact["clock"], fact["due"])
        case _:
            pass


def _attach(
    picture: PairingPicture, kind: str, unit: str | None, items: list[dict[str, Any]]
) -> None:
    """A list took the place of the one before; claims of items that went go with them."""
    lists: dict[str, list[str]] = picture.talk["lists"]
    lists[f"{kind}/{unit}"] = [item["code"] for item in items]
    there = {
        code for key, codes in lists.items() if not key.startswith("RESOURCE/") for code in codes
    }
    claimed = picture.talk["claimed"]
    picture.talk["claimed"] = {item: by for item, by in claimed.items() if item in there}


def _adjust(picture: PairingPicture, adjustment: dict[str, Any]) -> None:
    """An approved adjustment took effect."""
    row = picture.row
    old, new = adjustment["old_unit"], adjustment["new_unit"]
    match adjustment["what"]:
        case "PARTY":
            departments = json.loads(row["departments"])
            row["departments"] = json.dumps([new if unit == old else unit for unit in departments])
            talk = picture.talk
            talk["lists"] = {
                f"{kind}/{new if unit == old else unit}": codes
                for key, codes in talk["lists"].items()
                for kind, _, unit in (key.partition("/"),)
            }
            talk["claimed"] = {
                item: new if unit == old else unit for item, unit in talk["claimed"].items()
            }
            for place in ("center", "street", "lead", "proposer"):
                row[place] = new if row[place] == old else row[place]
            row["division"] = _division_of(row["street"]) or row["division"]
        case "LEAD":
            row["lead"] = new
        case "LIST":
            _attach(picture, adjustment["list"], new, adjustment["items"])
        case _:
            pass
