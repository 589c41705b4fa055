"""The inbox: what waits for whom, at which unit and in which role, and until when.

Derived from where a case stands, never stored by hand: when the case moves on, its items change
with it. An item without a unit waits for the holders of its role whose unit's division contains
its *area* (the street's dispatcher, the district's adjudicator).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    Index,
    Table,
    Text,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
)

from domain.pairing.facts import PairingState
from domain.people import Role
from domain.task.facts import TaskState
from projections import pairing_promises
from projections.directory import units
from projections.erasure_board import WAITING, ErasurePicture
from projections.pairing_picture import PairingPicture
from projections.store import Page, metadata
from projections.task_board import area_of, tasks
from projections.task_picture import FINAL, IN_HAND, Picture, grantor_of

inbox = Table(
    "board_inbox",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("what", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("unit", Text),
    Column("area", Text, nullable=False),
    Column("person", Text),
    Column("due", Text),
    Column("since", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Index("board_inbox_by_unit", "unit", "role"),
    Index("board_inbox_by_area", "area", "role"),
)


COMMANDS: dict[str, tuple[str, ...]] = {
    "triage": ("triage_task", "refuse_admission", "divert_task", "merge_into"),
    "dispatch": ("dispatch_task", "merge_into"),
    "sign_in": ("accept_task", "request_return"),
    "return_review": ("approve_return", "refuse_return", "escalate_dispute"),
    "adjudicate": ("designate",),
    "assign_staff": ("assign_staff",),
    "first_contact": ("record_contact",),
    "stage_report": ("log_progress",),
    "handle": ("log_progress", "attach_evidence", "draft_result"),
    "sign_result": ("submit_result",),
    "carry_review": ("reactivate_task",),
    "result_review": ("approve_result", "return_for_rework"),
    "callback": ("record_callback",),
    "judge_dissatisfaction": ("order_rework", "uphold_result"),
    "assist": ("submit_assist",),
    "arrive": (),
    "extension_review": ("grant_extension", "refuse_extension"),
    "carry_key": ("approve_carry", "refuse_carry"),
    "termination_review": ("approve_termination", "refuse_termination"),
    "score_review": ("exclude_score", "uphold_score"),
    "propose": ("attach_list", "propose_pairing", "withdraw_pairing"),
    "answer_proposal": ("accept_proposal", "counter_propose"),
    "sign": ("sign_agreement",),
    "approve_pairing": ("approve_pairing", "reject_pairing"),
    "approve_adjustment": ("approve_adjustment", "refuse_adjustment"),
    "open_review": ("open_review",),
    "give_score": ("give_score",),
    "close_review": ("score_review",),
    "complete_exit": ("complete_exit",),
    "hand_over": ("hand_over_task",),
    "deliver_commitment": ("deliver_commitment", "revise_commitment"),
    "confirm_delivery": ("confirm_commitment_delivery", "dispute_commitment_delivery"),
    "settle_delivery": ("settle_delivery_dispute",),
    "answer_revision": ("agree_to_revision", "refuse_revision"),
    "answer_erasure": ("record_erasure", "refuse_erasure"),
}
"""The commands that answer each kind of item; arriving is recorded by those on the spot."""


ASKED = frozenset(
    {
        "return_review",
        "adjudicate",
        "extension_review",
        "carry_review",
        "carry_key",
        "termination_review",
        "assist",
        "arrive",
    }
)
"""What a unit that handles a task has asked of others, until they answer."""


@dataclass(frozen=True)
class Item:
    """One thing somebody must do: *what* is a code labelled in `wording.labels`."""

    what: str
    role: Role
    unit: str | None = None
    person: str | None = None
    due: str | None = None
    part: str = ""

    @property
    def key(self) -> str:
        """The item's key within its case."""
        return "/".join(part for part in (self.what, self.role.value, self.unit, self.part) if part)


def task_items(picture: Picture) -> Iterator[Item]:
    """Tell what a task waits for, from its state and what is open in it."""
    row, limits = picture.row, picture.running()
    main, staff, due = row["main_unit"], row["staff"], limits.get("due")
    match TaskState(row["state"]):
        case TaskState.REGISTERED:
            yield Item("triage", Role.STREET_DISPATCHER, due=limits.get("triage"))
        case TaskState.PENDING_DISPATCH:
            yield Item("dispatch", Role.STREET_DISPATCHER, due=limits.get("dispatch"))
        case TaskState.DISPATCHED:
            yield Item("sign_in", Role.DEPT_COORDINATOR, main, due=limits.get("sign_in"))
        case TaskState.RETURN_REVIEW:
            yield Item("return_review", Role.STREET_DISPATCHER, due=limits.get("return_review"))
        case TaskState.ADJUDICATION:
            yield Item("adjudicate", Role.ADJUDICATOR, due=limits.get("adjudication"))
        case TaskState.ACCEPTED:
            yield Item("assign_staff", Role.DEPT_COORDINATOR, main, due=due)
        case TaskState.IN_PROGRESS if staff is None:
            yield Item("assign_staff", Role.DEPT_COORDINATOR, main, due=due)
        case TaskState.IN_PROGRESS:
            if "first_contact" in limits:
                yield Item("first_contact", Role.DEPT_STAFF, main, staff, limits["first_contact"])
            if "stage_report" in limits:
                yield Item("stage_report", Role.DEPT_STAFF, main, staff, limits["stage_report"])
            if "draft" in picture.open:
                yield Item("sign_result", Role.DEPT_COORDINATOR, main, due=due)
            else:
                yield Item("handle", Role.DEPT_STAFF, main, staff, due)
        case TaskState.CARRIED:
            yield Item("carry_review", Role.SUPERVISOR, due=limits.get("carry_review"))
        case TaskState.RESULT_REVIEW:
            yield Item("result_review", Role.STREET_DISPATCHER, due=limits.get("result_review"))
        case TaskState.CALLBACK:
            yield Item("callback", Role.CALLBACK_AGENT, due=limits.get("callback"))
        case TaskState.RATING if picture.open.get("callback_listed"):
            yield Item("callback", Role.CALLBACK_AGENT, due=limits.get("rating"))
        case TaskState.DISSATISFIED:
            yield Item("judge_dissatisfaction", Role.STREET_DISPATCHER)
        case _:
            pass
    yield from _open_points(picture)


def _open_points(picture: Picture) -> Iterator[Item]:
    """Tell what is open in a task beside its main state, where it can be answered."""
    limits, points, state = picture.running(), picture.open, picture.row["state"]
    if state in IN_HAND or state == TaskState.CARRIED:
        for number, unit in sorted(points.get("assist", {}).items()):
            due = limits.get(f"assist/{number}")
            yield Item("assist", Role.DEPT_COORDINATOR, unit, due=due, part=number)
    if state not in FINAL:
        for number, called in sorted(points.get("whistle", {}).items()):
            for unit in called:
                due = limits.get(f"arrival/{number}")
                yield Item("arrive", Role.DEPT_COORDINATOR, unit, due=due, part=number)
    if state in (TaskState.ACCEPTED, TaskState.IN_PROGRESS) and "extension" in points:
        role = grantor_of(points["extension"])
        yield Item("extension_review", role, due=limits.get("extension_review"))
    if state == TaskState.IN_PROGRESS and "carry" in points:
        for role in (Role.SUPERVISOR, Role.ADJUDICATOR):
            if role.value not in points["carry"]:
                yield Item("carry_key", role)
    if state == TaskState.IN_PROGRESS and "termination" in points:
        yield Item("termination_review", Role.SUPERVISOR)
    if state == TaskState.CLOSED and "score_appeal" in points:
        yield Item("score_review", Role.SUPERVISOR)


def pairing_items(picture: PairingPicture) -> Iterator[Item]:
    """Tell what a pairing waits for: from its state and who has spoken, and of its promises."""
    yield from _of_the_pairing(picture)
    if picture.row["state"] in pairing_promises.IN_FORCE:
        yield from _of_the_promises(picture)


def _of_the_promises(picture: PairingPicture) -> Iterator[Item]:
    """Whoever promised delivers what is due; street or centre confirms, the authority settles."""
    for item, unit, due in pairing_promises.undelivered(picture):
        yield Item("deliver_commitment", picture.speaker(unit), unit, due=due, part=item)
    for number, unit, due in pairing_promises.unanswered(picture):
        yield Item("confirm_delivery", picture.speaker(unit), unit, due=due, part=number)
    for number in pairing_promises.disputed(picture):
        yield Item("settle_delivery", Role.PARTY_AUTHORITY, part=number)
    for item, unit in pairing_promises.revisions(picture):
        yield Item("answer_revision", picture.speaker(unit), unit, part=item)


def _of_the_pairing(picture: PairingPicture) -> Iterator[Item]:
    row, limits = picture.row, picture.running()
    match PairingState(row["state"]):
        case PairingState.DRAFT:
            yield from picture_items("propose", picture, (row["proposer"],), None)
        case PairingState.PROPOSED:
            yield from picture_items(
                "answer_proposal", picture, picture.silent, limits.get("answer")
            )
        case PairingState.NEGOTIATING:
            yield from picture_items("sign", picture, picture.unsigned, limits.get("signing"))
        case PairingState.PENDING_APPROVAL:
            yield Item("approve_pairing", Role.PARTY_AUTHORITY, due=limits.get("approval"))
        case PairingState.ADJUSTING:
            yield Item("approve_adjustment", Role.PARTY_AUTHORITY, due=limits.get("approval"))
        case PairingState.ACTIVE if picture.review_due:
            yield Item("open_review", Role.PARTY_AUTHORITY)
        case PairingState.UNDER_REVIEW:
            yield from picture_items(
                "give_score", picture, picture.unscored, limits.get("review_scores")
            )
            if not picture.unscored:
                yield Item("close_review", Role.PARTY_AUTHORITY, due=limits.get("review_scores"))
        case PairingState.TERMINATING:
            left = sorted(picture.talk.get("successors", {}).items())
            for task, unit in left:
                role = picture.speaker(unit)
                yield Item("hand_over", role, unit, due=limits.get("hand_over"), part=task)
            if not left:
                yield Item("complete_exit", Role.PARTY_AUTHORITY, due=limits.get("hand_over"))
        case (
            PairingState.ACTIVE
            | PairingState.SUSPENDED
            | PairingState.ENDED
            | PairingState.EXPIRED
            | PairingState.REJECTED
            | PairingState.WITHDRAWN
        ):
            pass
        case _ as never:
            assert_never(never)


def erasure_items(picture: ErasurePicture) -> Iterator[Item]:
    """A request waits for the officers of its place until it is answered, late or not."""
    if picture.row["state"] == WAITING:
        yield Item("answer_erasure", Role.DPO, due=picture.row["due"])


def picture_items(
    what: str, picture: PairingPicture, parties: Any, due: str | None
) -> Iterator[Item]:
    """One item for each of *parties*, in the role that speaks for such a party."""
    for unit in parties:
        yield Item(what, picture.speaker(unit), unit, due=due)


def finish(page: Page) -> None:
    """Write what the cases of the page wait for, in place of what they waited for before."""
    for stream, picture in page.pictures.items():
        match picture:
            case Picture():
                items, area = task_items(picture), picture.row["place"]
                title, urgency = picture.row["number"], picture.row["urgency"]
            case PairingPicture():
                items, area = pairing_items(picture), picture.row["division"]
                title, urgency = picture.row["title"], "NORMAL"
            case ErasurePicture():
                items, area = erasure_items(picture), picture.row["place"]
                title, urgency = picture.row["number"], "NORMAL"
            case _:
                continue
        wanted = {item.key: item for item in items}
        stored = {row["item"]: row for row in page.rows(inbox, stream)}
        for key, row in stored.items():
            if key not in wanted:
                page.drop(inbox, row)
        for key, item in wanted.items():
            row = {
                "stream": stream,
                "item": key,
                "what": item.what,
                "role": item.role.value,
                "unit": item.unit,
                "area": area,
                "person": item.person,
                "due": item.due,
                "since": picture.row["since"],
                "title": title,
                "urgency": urgency,
            }
            if stored.get(key) != row:
                page.put(inbox, row)


@dataclass(frozen=True)
class InboxLine:
    """One thing that waits: what, for whom, until when; instants are RFC 3339 in UTC.

    *since* is when the case came into the state it is in.
    """

    stream: str
    item: str
    what: str
    role: str
    unit: str | None
    area: str
    person: str | None
    due: str | None
    since: str
    title: str
    urgency: str


@dataclass(frozen=True)
class Acting:
    """For whom else a unit acts: the *units* it succeeded, *places* no dispatcher is left at."""

    units: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class UnitInbox:
    """The questions people ask about what they must do next."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def waiting(
        self,
        unit: str,
        role: Role | None = None,
        *,
        person: str | None = None,
        holding: Collection[Role] | None = None,
        also: Acting = Acting(),
        order: Literal["pressing", "due", "number"] = "pressing",
        limit: int = 200,
        offset: int = 0,
    ) -> list[InboxLine]:
        """Return what waits at *unit*, its own first, then the most pressing first.

        *order* may be by due instant or case number alone.

        *role* and *person* narrow it: with *person*, items of other members of staff are left out.
        Of what waits in its area for whoever has the role, only roles in *holding* (None: any).
        *also* adds what it does for others.
        """
        own = case((inbox.c.unit.in_([unit, *also.units]), 0), else_=1)
        due = inbox.c.due.asc().nulls_last()
        first: dict[str, tuple[ColumnElement[Any], ...]] = {
            "pressing": (own, due),
            "due": (due,),
            "number": (inbox.c.title,),
        }
        asked = (
            select(inbox)
            .where(*self._at(unit, role, person, holding, also))
            .order_by(*first[order], inbox.c.stream, inbox.c.item)
            .limit(limit)
            .offset(offset)
        )
        with self._engine.connect() as connection:
            return [InboxLine(**row) for row in connection.execute(asked).mappings()]

    def areas(self, role: Role) -> list[str]:
        """Return the places where something waits for whoever has *role*, in order."""
        asked = (
            select(inbox.c.area)
            .where(inbox.c.role == role.value, inbox.c.unit.is_(None))
            .distinct()
            .order_by(inbox.c.area)
        )
        with self._engine.connect() as connection:
            return list(connection.execute(asked).scalars())

    def units(self, role: Role) -> list[str]:
        """Return the units at which something waits for *role*, in order."""
        asked = (
            select(inbox.c.unit)
            .where(inbox.c.role == role.value, inbox.c.unit.is_not(None))
            .distinct()
            .order_by(inbox.c.unit)
        )
        with self._engine.connect() as connection:
            return list(connection.execute(asked).scalars())

    def counts(
        self,
        unit: str,
        role: Role | None = None,
        holding: Collection[Role] | None = None,
        also: Acting = Acting(),
        person: str | None = None,
    ) -> dict[str, int]:
        """Return how many things of each sort wait at *unit*, counted as `waiting` lists them."""
        asked = (
            select(inbox.c.what, func.count())
            .where(*self._at(unit, role, person, holding, also))
            .group_by(inbox.c.what)
            .order_by(inbox.c.what)
        )
        with self._engine.connect() as connection:
            return {str(what): count for what, count in connection.execute(asked)}

    def for_others(
        self,
        unit: str,
        role: Role,
        person: str,
        holding: Collection[Role],
        also: Acting,
        limit: int,
    ) -> tuple[list[InboxLine], int]:
        """Return what waits at *unit* for anybody but *person* in *role*, and how much in all.

        What nobody was assigned to comes first, then the most pressing. Requests to erase are left
        out: who asks to be forgotten is for the officers alone to know.
        """
        mine = and_(
            inbox.c.role == role.value, or_(inbox.c.person.is_(None), inbox.c.person == person)
        )
        found = [
            *self._at(unit, None, None, holding, also),
            not_(mine),
            inbox.c.role != Role.DPO.value,
        ]
        unassigned = case((inbox.c.person.is_(None), 0), else_=1)
        due = inbox.c.due.asc().nulls_last()
        asked = (
            select(inbox)
            .where(*found)
            .order_by(unassigned, due, inbox.c.stream, inbox.c.item)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            total = connection.execute(
                select(func.count()).select_from(inbox).where(*found)
            ).scalar_one()
            return [InboxLine(**row) for row in connection.execute(asked).mappings()], total

    def asked_for(self, units: Collection[str], staff: str | None, limit: int) -> list[InboxLine]:
        """Return what others must answer in tasks that *units* handle (*staff*: who handles them).

        Returns, disputes, extensions, carries, terminations, co-handling and whistles.
        """
        found = [
            inbox.c.what.in_(sorted(ASKED)),
            tasks.c.main_unit.in_(sorted(units)),
            or_(inbox.c.unit.is_(None), inbox.c.unit.not_in(sorted(units))),
        ]
        if staff is not None:
            found.append(tasks.c.staff == staff)
        asked = (
            select(inbox)
            .join(tasks, tasks.c.stream == inbox.c.stream)
            .where(*found)
            .order_by(inbox.c.due.asc().nulls_last(), inbox.c.stream, inbox.c.item)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [InboxLine(**row) for row in connection.execute(asked).mappings()]

    def within(
        self, whats: Collection[str], place: str | None = None, *, limit: int = 200
    ) -> list[InboxLine]:
        """Return what waits of the sorts *whats*, for anybody, the most pressing first.

        *place* is a division code and means everything within it.
        """
        asked = (
            select(inbox)
            .where(inbox.c.what.in_(sorted(whats)))
            .order_by(inbox.c.due.asc().nulls_last(), inbox.c.stream, inbox.c.item)
            .limit(limit)
        )
        if place is not None:
            asked = asked.where(inbox.c.area.startswith(area_of(place), autoescape=True))
        with self._engine.connect() as connection:
            return [InboxLine(**row) for row in connection.execute(asked).mappings()]

    def of(self, stream: str) -> list[InboxLine]:
        """Return what the case *stream* waits for."""
        asked = select(inbox).where(inbox.c.stream == stream).order_by(inbox.c.item)
        with self._engine.connect() as connection:
            return [InboxLine(**row) for row in connection.execute(asked).mappings()]

    def _at(
        self,
        unit: str,
        role: Role | None,
        person: str | None,
        holding: Collection[Role] | None,
        also: Acting,
    ) -> list[ColumnElement[bool]]:
        codes = [unit, *also.units]
        asked = select(units.c.division).where(units.c.code.in_(codes))
        with self._engine.connect() as connection:
            divisions = sorted(set(connection.execute(asked).scalars()))
        around: list[ColumnElement[bool]] = [
            inbox.c.area.startswith(area_of(division), autoescape=True) for division in divisions
        ]
        if also.places:
            dispatching = inbox.c.role == Role.STREET_DISPATCHER.value
            around.append(and_(dispatching, inbox.c.area.in_(also.places)))
        here: ColumnElement[bool] = inbox.c.unit.in_(codes)
        if around:
            theirs = [inbox.c.unit.is_(None), or_(*around)]
            if holding is not None:
                theirs.append(inbox.c.role.in_([one.value for one in holding]))
            here = or_(here, and_(*theirs))
        found = [here]
        if role is not None:
            found.append(inbox.c.role == role.value)
        if person is not None:
            found.append(or_(inbox.c.person.is_(None), inbox.c.person == literal(person)))
        return found
