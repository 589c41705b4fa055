"""Who may act: roles, channels, and the people the registry knows.

Names and telephone numbers are sealed; a person is an opaque id everywhere else.
"""

from collections.abc import Iterable
from enum import StrEnum

from domain.sealed import Sealed
from domain.values import Frozen, Grown, Instant, PersonId, UnitCode


class Role(StrEnum):
    """What a person may be in the mechanism (domain.md §2.0); stored for ever."""

    CENTER_COORDINATOR = "CENTER_COORDINATOR"
    DEPT_COORDINATOR = "DEPT_COORDINATOR"
    DEPT_STAFF = "DEPT_STAFF"
    STREET_DISPATCHER = "STREET_DISPATCHER"
    COMMUNITY_WORKER = "COMMUNITY_WORKER"
    PARTY_AUTHORITY = "PARTY_AUTHORITY"
    ADJUDICATOR = "ADJUDICATOR"
    SUPERVISOR = "SUPERVISOR"
    CALLBACK_AGENT = "CALLBACK_AGENT"
    RESIDENT = "RESIDENT"
    PROVIDER = "PROVIDER"
    AUDITOR = "AUDITOR"
    DPO = "DPO"
    REGISTRAR = "REGISTRAR"
    SYSTEM = "SYSTEM"


ROLE_LABELS: dict[Role, tuple[str, str]] = {
    Role.CENTER_COORDINATOR: ("党群服务中心协调员", "Party service centre coordinator"),
    Role.DEPT_COORDINATOR: ("职能部门协调员", "department coordinator"),
    Role.DEPT_STAFF: ("承办人员", "department staff"),
    Role.STREET_DISPATCHER: ("街道调度员", "street dispatcher"),
    Role.COMMUNITY_WORKER: ("社区工作者", "community worker"),
    Role.PARTY_AUTHORITY: ("审批人", "Party authority"),
    Role.ADJUDICATOR: ("争议裁定人", "adjudicator"),
    Role.SUPERVISOR: ("督办员", "supervisor"),
    Role.CALLBACK_AGENT: ("回访员", "callback agent"),
    Role.RESIDENT: ("居民", "resident"),
    Role.PROVIDER: ("服务机构经办人", "agent of a provider"),
    Role.AUDITOR: ("审计员", "auditor"),
    Role.DPO: ("个人信息保护负责人", "personal information protection officer"),
    Role.REGISTRAR: ("名册管理员", "registrar"),
    Role.SYSTEM: ("系统", "system"),
}


BY_LINK = frozenset({Role.RESIDENT, Role.PROVIDER})
"""The roles of people outside government: no unit, no grant, a link of their own."""


def roles_named(roles: Iterable[Role]) -> tuple[str, str]:
    """Return *roles* as people are told them, in both languages; the system is nobody to ask."""
    people = sorted(role for role in roles if role is not Role.SYSTEM)
    chinese = "、".join(f"{ROLE_LABELS[role][0]}（{role}）" for role in people)
    return chinese or "无（仅系统）", ", ".join(people) or "nobody but the system"


class Channel(StrEnum):
    """The door a command came through."""

    CONSOLE = "console"
    API = "api"
    CLI = "cli"
    IMPORT = "import"
    LINK = "link"
    SYSTEM = "system"


class Known(StrEnum):
    """How the door knew who gave a command; stored for ever.

    Facts from before 2026-12 do not tell it.
    """

    SESSION = "session"  # signed in at the console
    KEY = "key"  # proved to hold the key of their account
    LINK = "link"  # came by a link that was issued for them alone
    PUBLIC_CODE = "public-code"  # came by a community's code, which hangs where everybody passes
    LOCAL_OPERATOR = "local-operator"  # named by whoever runs programs beside the ledger


class Grant(Grown):
    """One role of one person at one unit, with its validity (until exclusive, None = open).

    *successor* goes on with what the person had in hand there, where one was named at the end.
    """

    later = frozenset({"successor"})

    role: Role
    unit: UnitCode
    since: Instant
    until: Instant | None = None
    successor: PersonId | None = None

    def stands(self, at: Instant) -> bool:
        """Say whether the grant is valid at *at*."""
        return self.since <= at and (self.until is None or at < self.until)


class Person(Frozen):
    """A person in government service as the registry knows them; the name is sealed."""

    id: PersonId
    name: Sealed | None
    grants: tuple[Grant, ...] = ()
    keys: tuple[str, ...] = ()
    """The verifier keys that prove it is them, as long as they are not withdrawn."""
    keyed: bool = False
    """Whether they ever had one."""
    identities: tuple[str, ...] = ()
    """Digests of whom identity providers may name when it is them who signs in."""
