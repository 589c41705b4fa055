"""Boards to read: what waits, figures with what they are made of, supervision, units."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.callers import Caller
from api.cases import READING
from domain.people import Role
from domain.service_definitions import DEFINITIONS
from projections.directory import UnitLine
from projections.service_levels import LevelFilter, Rate
from projections.supervision_board import Step
from projections.unit_inbox import InboxLine
from services.posts import person_numbered, posts_of
from services.scope import OF_A_UNIT, measured_by
from services.seeing import NothingHere, Seer
from services.waiting import waiting_at
from wording.labels import label

router = APIRouter(tags=["boards"])


class Waiting(BaseModel):
    """One thing that waits, with what it is called."""

    item: InboxLine
    label: str


class Inbox(BaseModel):
    """What waits at the caller's unit for their role, and how much in all."""

    items: list[Waiting]
    total: int


class Figure(BaseModel):
    """A rate of one group as its two counts; *metric* names its definition and version."""

    metric: str
    group: str
    numerator: int
    denominator: int
    excluded: int
    name: str
    counted: str
    of: str


class Figures(BaseModel):
    """Rates of the caller's division, or of a department's own tasks."""

    items: list[Figure]


class Ladder(BaseModel):
    """How many open tasks stand on each rung now, and the steps up, the newest first."""

    ladder: dict[str, int]
    steps: list[Step]


class Units(BaseModel):
    """The units of the registry."""

    items: list[UnitLine]


class PersonItem(BaseModel):
    """A post and who holds it; *name* is None where it is not the caller's to know."""

    person: str
    name: str | None
    role: str
    unit: str
    since: str
    until: str | None


class StaffNumber(BaseModel):
    """A staff number, sent in the body: addresses stand in logs."""

    model_config = ConfigDict(extra="forbid", strict=True)

    staff_number: Annotated[str, Field(min_length=1, max_length=40)]


class Numbered(BaseModel):
    """Whose staff number it is."""

    person: str


class People(BaseModel):
    """Posts of people in government service."""

    items: list[PersonItem]


class PolicyItem(BaseModel):
    """A policy pack as it is in force."""

    policy: str
    version: str
    calendar: str
    pack: dict[str, Any]


class Policies(BaseModel):
    """The policy packs in force."""

    items: list[PolicyItem]


@router.get("/inbox", responses=READING, summary="待办 What waits")
def inbox(
    seer: Caller,
    order: Literal["pressing", "due", "number"] = "pressing",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Inbox:
    """Return what waits for the caller's role at their unit, the most pressing first."""
    lines, total = waiting_at(
        seer.house.boards,
        seer.rules,
        seer.unit,
        seer.role,
        seer.at,
        order=order,
        limit=limit,
        offset=offset,
    )
    return Inbox(
        items=[
            Waiting(item=line, label=label(line.what, seer.language, among="ToDo"))
            for line in lines
        ],
        total=total,
    )


Month = Annotated[str | None, Query(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


@router.get("/figures", responses=READING, summary="统计指标 Figures")
def figures(
    seer: Caller,
    by: Literal["all", "unit", "street", "category", "month"] = "all",
    month_from: Month = None,
    month_to: Month = None,
) -> Figures:
    """Return the rates, each with numerator, denominator and its definition."""
    wanted = measured_by(seer, LevelFilter(month_from=month_from, month_to=month_to))
    return Figures(
        items=[_figure(seer, rate) for rate in seer.house.boards.levels.rates(wanted, by)]
    )


def _figure(seer: Seer, rate: Rate) -> Figure:
    defined = DEFINITIONS[rate.metric]
    return Figure(
        metric=rate.metric,
        group=rate.group,
        numerator=rate.numerator,
        denominator=rate.denominator,
        excluded=rate.excluded,
        name=seer.say(defined.zh, defined.en),
        counted=seer.say(defined.numerator_zh, defined.numerator),
        of=seer.say(defined.denominator_zh, defined.denominator),
    )


@router.get("/supervision", responses=READING, summary="督办阶梯 Supervision")
def supervision(seer: Caller, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Ladder:
    """Return the ladder of supervision as it stands within the caller's duties."""
    if seer.role in {Role.REGISTRAR, Role.COMMUNITY_WORKER, Role.RESIDENT}:
        raise NothingHere
    board = seer.house.boards.supervision
    if seer.role in OF_A_UNIT:
        return Ladder(
            ladder=board.ladder(unit=seer.unit), steps=board.steps(unit=seer.unit, limit=limit)
        )
    own = seer.rules.units[seer.unit].division
    return Ladder(ladder=board.ladder(place=own), steps=board.steps(place=own, limit=limit))


@router.get("/units", responses=READING, summary="单位名册 Units")
def list_units(seer: Caller, kind: Annotated[str | None, Query(max_length=40)] = None) -> Units:
    """Return the units of the registry, which is public within the mechanism."""
    return Units(items=seer.house.boards.directory.units(kind=kind))


@router.get("/people", responses=READING, summary="岗位名册 Posts and who holds them")
def list_people(seer: Caller, unit: Annotated[str | None, Query(max_length=40)] = None) -> People:
    """Return who holds which post now; names are those of the caller's unit, or for registrars."""
    return People(items=[PersonItem(**one._asdict()) for one in posts_of(seer, unit)])


@router.post(
    "/people/by-staff-number", responses=READING, summary="按工号查人员编号 Who has a staff number"
)
def find_person(seer: Caller, body: StaffNumber) -> Numbered:
    """Return the person of the caller's unit with this number; a registrar: of anybody's.

    To a registrar it is also the id under which somebody new is entered.
    """
    return Numbered(person=person_numbered(seer, body.staff_number))


@router.get("/policies", responses=READING, summary="现行政策包 Policy packs in force")
def list_policies(seer: Caller) -> Policies:
    """Return the policy packs in force, whole: categories, limits, grounds, calendars' versions."""
    return Policies(
        items=[
            PolicyItem(
                policy=name,
                version=terms.version,
                calendar=terms.calendar.version,
                pack=terms.policy.model_dump(mode="json"),
            )
            for name, terms in sorted(seer.rules.policies.items())
        ]
    )


@router.get("/units/{key}", responses=READING, summary="查看单位 A unit")
def show_unit(seer: Caller, key: str) -> UnitLine:
    """Return one unit by its code."""
    found = seer.house.boards.directory.unit(key)
    if found is None:
        raise NothingHere
    return found
