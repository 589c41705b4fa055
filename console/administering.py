"""系统管理: its tabs, and who sees which."""

from dataclasses import dataclass

from fastapi import Request

from console.seeing import seer_of
from domain.people import Role
from services.seeing import NothingHere, Seer
from wording.labels import Both


@dataclass(frozen=True)
class Tab:
    """One room of the administration: where it is, what it is called, for whom it is."""

    address: str
    name: Both
    roles: frozenset[Role]


_ALL = frozenset({Role.REGISTRAR, Role.DPO, Role.AUDITOR})
_RUNNING = frozenset({Role.REGISTRAR, Role.AUDITOR})

TABS = (
    Tab("/admin", ("名册", "Roster"), _ALL),
    Tab("/admin/policies", ("政策包", "Policy packs"), _ALL),
    Tab("/admin/calendars", ("日历", "Calendars"), _ALL),
    Tab("/admin/accounts", ("账号与会话", "Accounts and sessions"), frozenset({Role.REGISTRAR})),
    Tab("/admin/log", ("密钥与见证", "Keys and witnesses"), _RUNNING),
    Tab("/admin/status", ("系统状态", "State of the system"), _RUNNING),
    Tab(
        "/admin/privacy",
        ("个人信息", "Personal information"),
        frozenset({Role.DPO, Role.AUDITOR}),
    ),
)


def admin_of(request: Request, address: str, *, acting: bool = False) -> Seer:
    """Return who looks at this tab, or acts there, which only registrars do.

    Raises `SignedOut`, and `NothingHere` where it is not theirs.
    """
    seer = seer_of(request, "/admin")
    (tab,) = (tab for tab in TABS if tab.address == address)
    if seer.role not in tab.roles or (acting and seer.role is not Role.REGISTRAR):
        raise NothingHere
    return seer


def tabs(seer: Seer) -> list[tuple[str, str]]:
    """Return address and name of each tab of whoever looks."""
    return [(tab.address, seer.say(*tab.name)) for tab in TABS if seer.role in tab.roles]
