"""The parties of the mechanism: centres, departments, street offices, committees."""

from enum import StrEnum

from domain.values import Code, DivisionCode, Grown, Instant, OfficeText, UnitCode, covers


class UnitKind(StrEnum):
    """What a unit is; stored for ever."""

    PARTY_SERVICE_CENTER = "PARTY_SERVICE_CENTER"  # 党群服务中心
    DEPARTMENT = "DEPARTMENT"  # 职能部门
    STREET_OFFICE = "STREET_OFFICE"  # 街道办事处, 镇政府
    COMMUNITY = "COMMUNITY"  # 社区
    RESIDENTS_COMMITTEE = "RESIDENTS_COMMITTEE"  # 居民委员会
    ORGANIZATION_DEPT = "ORGANIZATION_DEPT"  # 组织部, 社会工作部
    HOTLINE = "HOTLINE"  # 热线, 回访机构
    SUPERVISION_OFFICE = "SUPERVISION_OFFICE"  # 督办, 裁定机构


class Unit(Grown):
    """One unit with its validity; *line* is a department's field of duty, such as civil_affairs.

    Once it is gone, *successor* acts for it: for its place, and for what was sent to it.
    """

    later = frozenset({"successor"})

    code: UnitCode
    name: OfficeText
    kind: UnitKind
    division: DivisionCode
    line: Code | None = None
    parent: UnitCode | None = None
    since: Instant
    until: Instant | None = None
    successor: UnitCode | None = None

    def stands(self, at: Instant) -> bool:
        """Say whether the unit exists at *at*."""
        return self.since <= at and (self.until is None or at < self.until)

    def covers(self, place: str) -> bool:
        """Say whether *place*, a division code, is the unit's division or lies within it."""
        return covers(self.division, place)
