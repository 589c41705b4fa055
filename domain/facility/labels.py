"""What people read for the codes of facilities."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain.facility.commands import FacilityKind, OperationMode
from domain.facility.facts import FacilityState, KeyHolder

FACILITY_STATES: dict[FacilityState, tuple[str, str]] = {
    FacilityState.PROPOSED: ("拟建", "proposed"),
    FacilityState.APPROVED: ("已立项", "approved"),
    FacilityState.BUILDING: ("建设中", "being built"),
    FacilityState.ACCEPTING: ("待验收", "awaiting acceptance"),
    FacilityState.READY: ("已验收", "accepted"),
    FacilityState.OPEN: ("运营中", "open"),
    FacilityState.SUSPENDED: ("停业整顿", "suspended"),
    FacilityState.CLOSED: ("已关闭", "closed"),
    FacilityState.DROPPED: ("不再建设", "dropped"),
}

FACILITY_LISTS: dict[type[StrEnum], Mapping[Any, tuple[str, str]]] = {
    FacilityState: FACILITY_STATES,
    FacilityKind: {
        FacilityKind.COMPLEX: ("社区服务综合体", "community service complex"),
        FacilityKind.SINGLE: ("单体设施", "single facility"),
    },
    OperationMode: {
        OperationMode.SELF: ("自营", "run by a unit itself"),
        OperationMode.ENTRUSTED: ("委托运营", "entrusted"),
        OperationMode.CHAIN: ("连锁运营", "run by a chain"),
    },
    KeyHolder: {
        KeyHolder.LEAD: ("牵头部门", "lead department"),
        KeyHolder.STREET: ("街道", "street office"),
    },
}
"""The enumerations of this kind of case with their labels."""

FACILITY_CLOCKS: dict[str, tuple[str, str]] = {
    "facility_decision": ("立项审批", "the decision on the proposal"),
    "milestone": ("下一建设节点", "the next milestone"),
    "completion": ("竣工报告", "the report of completion"),
    "acceptance": ("验收", "acceptance"),
    "opening": ("开业", "the opening"),
    "operator_notice": ("运营期满提醒", "the notice before an operator's term ends"),
    "operator_term": ("运营期满", "the end of an operator's term"),
    "use_report": ("使用情况月报", "the monthly report of use"),
    "facility_rectification": ("停业整顿", "rectification"),
}
"""Every clock a facility can have, by the first part of its name."""
