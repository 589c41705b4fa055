"""Every kind of case there is, by the first part of its streams' names."""

from domain.cases import CaseKind
from domain.facility.case import FACILITY
from domain.finding.case import FINDING
from domain.oversight.case import OVERSIGHT_CASES
from domain.pairing.case import PAIRING
from domain.programme.case import PROGRAMME
from domain.provider.case import PROVIDER
from domain.province.case import CITY
from domain.refusals import CommandRefused
from domain.registry.case import REGISTRY_CASES
from domain.site.case import SITE
from domain.task.case import TASK
from domain.values import STREAM, category_of

CASES: dict[str, CaseKind] = {
    "task": TASK,
    "pairing": PAIRING,
    "finding": FINDING,
    "site": SITE,
    "facility": FACILITY,
    "programme": PROGRAMME,
    "provider": PROVIDER,
    **REGISTRY_CASES,
    **OVERSIGHT_CASES,
    "city": CITY,
}


def kind_of(stream: str) -> CaseKind:
    """Return what kind of case *stream* is; refuse a name no stream may have."""
    kind = CASES.get(category_of(stream))
    if kind is None or not STREAM.fullmatch(stream):
        raise CommandRefused(
            "stream-unknown",
            "案卷编号应形如 task/<UUID>、pairing/<UUID>、unit/<编码>。",
            "A case is named task/<uuid>, pairing/<uuid>, unit/<code> and the like.",
        )
    return kind
