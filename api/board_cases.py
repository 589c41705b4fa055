"""Cases of the kinds on the board of cases: lists, each by itself, histories, what may be done."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, Field

from api.callers import Caller
from api.cases import (
    LOOKING,
    READING,
    Clock,
    Cursor,
    History,
    Offers,
    Size,
    clocks_of,
    cursor_of,
    cursor_read,
    offered,
    told_item,
)
from projections.case_board import CaseFilter, CaseLine
from projections.history import case_history
from services.case_lists import PLURALS, case_at, every_case
from wording.labels import Language, label

router = APIRouter()
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class CaseItem(BaseModel):
    """One case as boards show it; instants are RFC 3339 in UTC."""

    case: CaseLine
    path: str


class Cases(BaseModel):
    """Some cases of one kind; *next* is the cursor of those that follow, None after the last."""

    items: list[CaseItem]
    next: str | None


class CaseDetail(BaseModel):
    """One case with the units that have to do with it and its running limits."""

    case: CaseLine
    units: list[str]
    clocks: list[Clock]
    position: int = Field(description="The last entry of this case in the log.")
    hash: str = Field(description="That entry's hash, an RFC 6962 leaf.")


def _add_reading(category: str, plural: str) -> None:
    chinese, english = (label(category, one, among="CaseKind") for one in LANGUAGES)

    @router.get(
        f"/{plural}",
        tags=[plural],
        responses=READING,
        operation_id=f"list_{plural}",
        summary=f"{chinese}一览 Cases of the kind {english}",
    )
    def list_cases(
        seer: Caller,
        state: Annotated[list[str] | None, Query(max_length=30)] = None,
        place: Annotated[str | None, Query(pattern=r"^\d{2,12}$")] = None,
        holder: Annotated[str | None, Query(max_length=40)] = None,
        open_only: Annotated[bool, Query(alias="open")] = False,
        search: Annotated[str | None, Query(max_length=60)] = None,
        cursor: Cursor = None,
        size: Size = 100,
    ) -> Cases:
        """Return the cases that are the caller's to see, the first begun first."""
        wanted = CaseFilter(
            category,
            states=tuple(state or ()),
            open_only=open_only,
            place=place,
            holder=holder,
            search=(search or "").strip() or None,
        )
        after = cursor_read(cursor)
        found: list[CaseLine] = []
        for line in every_case(seer, wanted):
            if after is None or (line.begun_at, line.stream) > after:
                found.append(line)
            if len(found) > size:
                break
        more, found = len(found) > size, found[:size]
        return Cases(
            items=[CaseItem(case=line, path=f"/api/v1/{plural}/{line.key}") for line in found],
            next=cursor_of(found[-1].begun_at, found[-1].stream) if more else None,
        )

    @router.get(
        f"/{plural}/{{key}}",
        tags=[plural],
        response_model=CaseDetail,
        responses=LOOKING,
        operation_id=f"show_{category}",
        summary=f"{chinese}详情 One {english}",
    )
    def show_case(
        seer: Caller,
        key: str,
        answer: Response,
        known: Annotated[str | None, Header(alias="If-None-Match", max_length=400)] = None,
    ) -> Any:
        """Return one case by its id; `ETag` is its version."""
        line, kind, state = case_at(seer, category, key)
        last = seer.house.books.ledger.read(line.stream)[-1]
        tag = f'"{last.version}"'
        if known is not None and tag in {
            one.strip().removeprefix("W/") for one in known.split(",")
        }:
            return Response(status_code=304, headers={"ETag": tag})
        answer.headers["ETag"] = tag
        return CaseDetail(
            case=line,
            units=list(seer.house.boards.cases.units(line.stream)),
            clocks=[] if line.over else clocks_of(kind.clocks(state, seer.rules)),
            position=last.position,
            hash=last.hash,
        )

    @router.get(
        f"/{plural}/{{key}}/history",
        tags=[plural],
        responses=READING,
        operation_id=f"{category}_history",
        summary=f"{chinese}全程 The history of a {english}",
    )
    def tell_history(seer: Caller, key: str) -> History:
        """Return what happened to a case, as sentences in the language asked for."""
        line = case_at(seer, category, key).line
        lines = case_history(seer.house.books.ledger, line.stream, seer.names, seer.language)
        return History(items=[told_item(one) for one in lines])

    @router.get(
        f"/{plural}/{{key}}/offers",
        tags=[plural],
        responses=READING,
        operation_id=f"{category}_offers",
        summary=f"{chinese}可办事项 What may be done with a {english}",
    )
    def tell_offers(seer: Caller, key: str) -> Offers:
        """Return every command of the caller's role, as the decider would answer it now."""
        found = case_at(seer, category, key)
        return offered(seer, found.line.stream, found.kind.policy_id(found.state))


for _category, _plural in PLURALS.items():
    _add_reading(_category, _plural)
