"""Every kind of case there is, by the first part of its streams' names."""

from domain.cases import CaseKind
from domain.oversight.case import OVERSIGHT_CASES
from domain.pairing.case import PAIRING
from domain.registry.case import REGISTRY_CASES
from domain.task.case import TASK

CASES: dict[str, CaseKind] = {
    "task": TASK,
    "pairing": PAIRING,
    **REGISTRY_CASES,
    **OVERSIGHT_CASES,
}
