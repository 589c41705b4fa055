"""What people read for each code of a promise; Chinese, then English."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain.pairing.commitment_commands import CommitmentKind
from domain.pairing.commitment_facts import DeliveryStatus

COMMITMENT_LISTS: dict[type[StrEnum], Mapping[Any, tuple[str, str]]] = {
    CommitmentKind: {
        CommitmentKind.STAFF: ("人员", "staff"),
        CommitmentKind.FUNDS: ("资金", "funds"),
        CommitmentKind.POLICY: ("政策", "policy"),
        CommitmentKind.SPACE: ("场地", "space"),
        CommitmentKind.EQUIPMENT: ("设备", "equipment"),
        CommitmentKind.SERVICE: ("服务", "service"),
    },
    DeliveryStatus: {
        DeliveryStatus.RECORDED: ("待确认", "awaiting confirmation"),
        DeliveryStatus.CONFIRMED: ("已确认", "confirmed"),
        DeliveryStatus.DISPUTED: ("有异议", "disputed"),
        DeliveryStatus.SETTLED: ("已裁定", "settled"),
        DeliveryStatus.TAKEN_BACK: ("已撤回", "taken back"),
    },
}
