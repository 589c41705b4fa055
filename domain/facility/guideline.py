"""The guideline of service complexes (建设导则), asked of a plan and of what was built."""

from collections.abc import Collection

from domain.facility.commands import FacilityKind
from domain.facility.pack import ComplexGuideline
from domain.facility.refusal_rules import refused


def meets(
    rule: ComplexGuideline,
    kind: FacilityKind,
    floor_area: int,
    functions: Collection[str],
    without_care: str | None,
) -> bool:
    """Refuse a complex that falls short; say whether its area is below what is advised.

    A single facility is bound by none of it.
    """
    if kind is not FacilityKind.COMPLEX:
        return False
    source = rule.source
    if floor_area < rule.area_min:
        raise refused("complex-area", expected=rule.area_min, found=floor_area, source=source)
    if len(functions) < rule.functions_min:
        raise refused(
            "complex-functions", expected=rule.functions_min, found=len(functions), source=source
        )
    core = [code for code in rule.core if code in functions]
    if len(core) < rule.core_min:
        raise refused(
            "complex-core",
            core=", ".join(rule.core),
            expected=rule.core_min,
            found=len(core),
            source=source,
        )
    if without_care is None and not any(code in functions for code in rule.care):
        raise refused("complex-care", care=", ".join(rule.care), source=source)
    return floor_area < rule.area_advised
