"""A promise in one cell: read in whole units, written again, and never half understood."""

from datetime import datetime

import pytest

from domain.pairing.commitment_commands import CommitmentKind
from importing.promised import promise_in
from tests.importing.offices import ZONE
from wording.promising import commitment_text


@pytest.mark.parametrize(
    ("text", "kind", "quantity"),
    [
        ("资金 50000 元 2027-10-31", CommitmentKind.FUNDS, 5_000_000),
        ("资金：5万元，2027年10月31日前", CommitmentKind.FUNDS, 5_000_000),
        ("经费 0.5 万元 2027.10.31", CommitmentKind.FUNDS, 500_000),
        ("资金 1,234.56 元 2027-10-31", CommitmentKind.FUNDS, 123_456),
        ("人员 12 人月 2027-10-31", CommitmentKind.STAFF, 12),
        ("场地 160 平方米；2027/10/31", CommitmentKind.SPACE, 160),
        ("设备 8 台（件） 2027-10-31", CommitmentKind.EQUIPMENT, 8),
        ("服务 40 小时 2027-10-31", CommitmentKind.SERVICE, 40),
        ("政策 1 件 2027-10-31 穗天府办〔2026〕7号", CommitmentKind.POLICY, 1),
    ],
)
def test_what_an_office_writes_is_read(text: str, kind: CommitmentKind, quantity: int) -> None:
    found = promise_in(text, ZONE)
    assert found is not None
    assert (found.kind, found.quantity) == (kind, quantity)
    assert found.due == datetime(2027, 10, 31, 23, 59, tzinfo=ZONE)
    written = commitment_text(found.model_dump(mode="json"))
    assert promise_in(written, ZONE) == found, written


@pytest.mark.parametrize(
    "text",
    [
        "资金若干",
        "资金 50000 元",
        "资金 50000 美元 2027-10-31",
        "资金 0.001 元 2027-10-31",
        "资金 0 元 2027-10-31",
        "人员 1.5 人月 2027-10-31",
        "鲜花 3 束 2027-10-31",
        "资金 50000 元 2027-13-31",
    ],
)
def test_what_is_no_promise_is_none(text: str) -> None:
    assert promise_in(text, ZONE) is None
