"""A promise as an office writes it in one cell: kind, quantity and day.

资金 5 万元 2027-10-31, or 政策 1 件 2027-03-01 穗天府办〔2026〕7号.
"""

import re
from datetime import datetime, time, tzinfo
from decimal import Decimal

from domain.pairing.commitment_commands import Commitment, CommitmentKind
from domain.values import LEDGER_NUMBER
from importing.cells import folded, moment, visible

KINDS = {
    "人员": CommitmentKind.STAFF,
    "人力": CommitmentKind.STAFF,
    "资金": CommitmentKind.FUNDS,
    "经费": CommitmentKind.FUNDS,
    "政策": CommitmentKind.POLICY,
    "场地": CommitmentKind.SPACE,
    "空间": CommitmentKind.SPACE,
    "设备": CommitmentKind.EQUIPMENT,
    "服务": CommitmentKind.SERVICE,
} | {folded(kind): kind for kind in CommitmentKind}

_UNITS = {
    CommitmentKind.STAFF: {"": 1, "人月": 1},
    CommitmentKind.FUNDS: {"": 100, "元": 100, "万元": 1_000_000},
    CommitmentKind.POLICY: {"": 1, "件": 1, "项": 1},
    CommitmentKind.SPACE: {"": 1, "平方米": 1, "㎡": 1, "m2": 1, "m²": 1},
    CommitmentKind.EQUIPMENT: {"": 1, "台": 1, "件": 1, "套": 1, "台(件)": 1},
    CommitmentKind.SERVICE: {"": 1, "小时": 1},
}
"""What a number in each unit is in the unit that is stored."""

_CELL = re.compile(
    r"(?P<kind>[^\d\s,，、；;:：]+)[\s:：]*(?P<number>[\d,]+(?:\.\d+)?)\s*(?P<unit>[^\d\s,，、；;]*)"
    r"[\s,，、；;]+(?P<due>\d[\d年月日./-]+)前?(?:[\s,，、；;]+(?P<document>.+))?"
)
_DOCUMENT = re.compile(LEDGER_NUMBER)
_LAST_MINUTE = time(23, 59)
HINT = ("资金 50000 元 2027-10-31", "资金 50000 元 2027-10-31 (kind, quantity, due)")


def promise_in(text: str, zone: tzinfo) -> Commitment | None:
    """Return the commitment that *text* promises, None where it cannot be read as one."""
    found = _CELL.fullmatch(visible(text).strip())
    kind = KINDS.get(folded(found["kind"])) if found else None
    if found is None or kind is None:
        return None
    factor = _UNITS[kind].get(found["unit"].strip().lower())
    day = moment(found["due"].rstrip("前"), zone)
    document = (found["document"] or "").strip() or None
    if factor is None or day is None or (document and not _DOCUMENT.fullmatch(document)):
        return None
    quantity = Decimal(found["number"].replace(",", "")) * factor
    if quantity != quantity.to_integral_value() or not 1 <= quantity <= 10**12:
        return None
    due = datetime.combine(day.astimezone(zone).date(), _LAST_MINUTE, zone)
    return Commitment(kind=kind, quantity=int(quantity), due=due, document=document)
