"""Tables of offices: each row tried, or given as a command, in the name of whoever sends it."""

import base64
import binascii
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.callers import Caller
from api.describing import problems
from domain.refusals import CommandRefused
from services.intake import Taking
from services.table_upload import HandedBack, take_upload

router = APIRouter()

_EXAMPLE = base64.b64encode(
    (
        "空间编号,空间名称,所属街道,空间类别,建筑面积,产权单位,空间状况,可用日期\n"
        "KJ-1,旧仓库,石牌街道,闲置用房,120,街道办事处,可直接使用,2026-12-01\n"
    ).encode()
).decode("ascii")
Base64 = Annotated[
    str,
    Field(
        min_length=4,
        max_length=14 * 1024 * 1024,
        pattern=r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
        json_schema_extra={"contentEncoding": "base64"},
    ),
]


class Sent(BaseModel):
    """A table (.xlsx, .xls, .csv), and how it is read.

    *mapping* names the columns of a table that has headings of its own; *sheets* reads these alone;
    *update* records what differs from the record as a correction.
    """

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"content": _EXAMPLE}]}
    )

    content: Base64
    mapping: dict[str, str] | None = None
    sheets: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=50)] = []
    hidden: bool = False
    update: bool = False
    policy: Annotated[str | None, Field(max_length=60)] = None


class RowProblem(BaseModel):
    """Why a row came back: its cell and the rule, never what stood there."""

    sheet: str
    row: int
    cell: str
    rule: str
    chinese: str
    english: str


class NotRead(BaseModel):
    """Something of the file that became neither a row nor a problem, by name and place."""

    sheet: str
    where: str
    what: str
    count: int
    chinese: str
    english: str


class Kept(BaseModel):
    """Something of a row that was kept sealed with its text."""

    sheet: str
    row: int
    place: str
    what: str


class BadRows(BaseModel):
    """The rows that came back, as a file of the table's kind with the reasons beside them."""

    ending: Literal[".csv", ".xlsx"]
    content: Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]


class TableReport(BaseModel):
    """What became of a table: every row of it is in one of these figures, or named here."""

    dry_run: bool
    recorded: int
    repeated: int
    corrected: int
    met: int = Field(description="Rows of a check-up that meet their target: nothing to record.")
    refused: int
    problems: list[RowProblem]
    unread: list[NotRead]
    kept_with_text: list[Kept]
    handed_back: BadRows | None


@router.post(
    "/tables/{kind}",
    tags=["tables"],
    responses=problems(400, 401, 404, 409, 413, 422, 429, 503),
    summary="导入表格 Take a table in",
)
def take_table(
    seer: Caller,
    kind: Literal["need", "unit", "finding", "site", "facility", "provider"],
    body: Sent,
    dry: Annotated[bool, Query(alias="dry-run")] = False,
) -> TableReport:
    """Give a command for every row, in the caller's name; with `dry-run` nothing is recorded.

    Sent again, a table changes nothing: its rows are known again. `unit` takes units or people.
    """
    taking = Taking(
        mapping=body.mapping,
        sheets=tuple(body.sheets),
        hidden=body.hidden,
        update=body.update,
        dry=dry,
    )
    intake, back = take_upload(seer, kind, _bytes(body.content), taking, body.policy)
    return TableReport(**intake.as_json(), handed_back=_handed_back(back))


def _bytes(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        raise CommandRefused(
            "command-malformed", "content 不是 base64。", "content is not base64."
        ) from None


def _handed_back(back: HandedBack | None) -> BadRows | None:
    if back is None:
        return None
    ending, content = back
    return BadRows.model_validate(
        {"ending": ending, "content": base64.b64encode(content).decode("ascii")}
    )
