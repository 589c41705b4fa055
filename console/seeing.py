"""Who is looking, and how a page is shown to them: session, names, language, size, safe headers."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.assets import asset
from domain.people import BY_LINK, ROLE_LABELS, Role
from services.seeing import House, NothingHere, Seer, seer_by
from wording.labels import Both, Language, clock_label, label

_BESIDE = re.compile(r" · [ -~]+")
"""What a text that says itself twice says in English, after the Chinese."""
OFFICE = timezone(timedelta(hours=8), "Asia/Shanghai")
SESSION_COOKIE = "__Host-session"
MARK_COOKIE = "__Host-browser"
_TEMPLATES = Path(__file__).with_name("templates")


class NotOurForm(Exception):
    """A form that was not sent from one of our own pages."""


def language_of(request: Request) -> Language:
    """Return the language a browser has chosen: Chinese unless somebody said otherwise."""
    return "en" if request.cookies.get("language") == "en" else "zh"


def both_of(message: str) -> Both:
    """Return the two halves of a message that says everything twice, in Chinese and in English."""
    return message.partition("。")[0] + "。", message.rpartition("。")[2].strip()


def seer_of(request: Request, section: str | None = None, *, active: bool = True) -> Seer:
    """Return who is looking at a page of *section*; not *active*, or in the background: by itself.

    Raises `SignedOut`, and `NothingHere` for a section that is not of their role.
    """
    house: House = request.app.state.house
    token = request.cookies.get(SESSION_COOKIE)
    active = active and "x-background" not in request.headers
    now = datetime.now(UTC)
    seer = seer_by(house, token, now, language=language_of(request), active=active)
    if section is not None and section not in dict(sections_of(seer)):
        raise NothingHere
    return seer


def by_script(request: Request) -> bool:
    """Say whether a part of a page asks, for which another page would be no answer."""
    mode = request.headers.get("sec-fetch-mode", "navigate")
    return mode != "navigate" or "x-background" in request.headers


def ours(request: Request, form: str | None, expected: str | None) -> None:
    """Refuse a form that another site had the browser send (ASVS 3.5.1).

    Browsers say where a request comes from; of one that does not, the form's own token is asked.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise NotOurForm
        return
    origin = request.headers.get("origin")
    if origin is not None and origin != "null":
        if urlsplit(origin).netloc != request.headers.get("host"):
            raise NotOurForm
        return
    if expected is None or form != expected:
        raise NotOurForm


@cache
def templates(language: Language) -> Environment:
    """Return the templates as they speak *language*; `t` holds both where a page says something."""
    chinese = language == "zh"
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def left_in(value: datetime | str | None) -> tuple[str, str]:
        return left(value, language)

    def when_in(value: datetime | str | None) -> str:
        return when(value, language)

    def label_in(value: Any, among: str | None = None) -> str:
        return label(value, language, among=among)

    found.filters |= {
        "when": when_in,
        "left": left_in,
        "instant": instant,
        "day": day,
        "spoken": lambda text: _BESIDE.sub("", text) if chinese else text,
    }
    found.globals |= {
        "t": lambda zh, en: zh if chinese else en,
        "asset": asset,
        "language": language,
        "label": label_in,
        "clock_label": lambda name: clock_label(name, language),
        "role_label": lambda role: ROLE_LABELS[role][0 if chinese else 1],
    }
    return found


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    language: Language | None = None,
    **view: Any,
) -> HTMLResponse:
    """Return *template* filled with *view*, for whoever is looking, in their *language*."""
    seer: Seer | None = view.get("seer")
    shown = {
        "seer": None,
        "large": request.cookies.get("large") == "1",
        "path": request.url.path,
        "menu": list(_menu_of(seer)) if seer else (),
        "section": _section_at(seer, request.url.path) if seer else "",
        "behind": seer is not None and _behind(seer, view.get("receipt")),
        **view,
    }
    made = templates(language or language_of(request)).get_template(template).render(shown)
    return HTMLResponse(made, status_code=status)


def _behind(seer: Seer, receipt: int | None) -> bool:
    """Say whether the boards have not come to what a *receipt* says was recorded."""
    return receipt is not None and seer.house.boards.position() < receipt


def see_other(address: str) -> Response:
    """Send the browser on to *address* after a form."""
    return RedirectResponse(address, status_code=303)


OVERSEEING = frozenset({Role.SUPERVISOR, Role.ADJUDICATOR, Role.PARTY_AUTHORITY, Role.AUDITOR})

AT_CASES = frozenset(Role) - BY_LINK - {Role.SYSTEM, Role.REGISTRAR, Role.DPO}
"""Who meets the cases of the kinds on the board of cases."""

SECTIONS: tuple[tuple[str, Both, frozenset[Role]], ...] = (
    ("/", ("工作台", "Workbench"), frozenset(Role)),
    ("/dispatch", ("派单台", "Dispatch desk"), frozenset({Role.STREET_DISPATCHER})),
    (
        "/register",
        ("登记", "Register"),
        frozenset({Role.COMMUNITY_WORKER, Role.CENTER_COORDINATOR, Role.DEPT_COORDINATOR}),
    ),
    ("/register/mine", ("我登记的", "My registrations"), frozenset({Role.COMMUNITY_WORKER})),
    ("/register/poster", ("社区码", "Community code"), frozenset({Role.COMMUNITY_WORKER})),
    ("/callbacks", ("回访台", "Callback desk"), frozenset({Role.CALLBACK_AGENT})),
    ("/tasks", ("任务中心", "Tasks"), frozenset(Role) - {Role.REGISTRAR}),
    (
        "/ledger",
        ("问题台账", "Problem ledger"),
        frozenset(
            {
                Role.STREET_DISPATCHER,
                Role.CENTER_COORDINATOR,
                Role.DEPT_COORDINATOR,
                Role.COMMUNITY_WORKER,
                Role.SUPERVISOR,
                Role.AUDITOR,
            }
        ),
    ),
    ("/pairings", ("结对管理", "Pairings"), frozenset(Role) - {Role.REGISTRAR, Role.DPO}),
    ("/findings", ("体检问题", "Findings"), AT_CASES),
    ("/facilities", ("服务设施", "Facilities"), AT_CASES),
    ("/sites", ("存量资源", "Sites"), AT_CASES),
    ("/providers", ("服务机构", "Providers"), AT_CASES),
    ("/programmes", ("试点", "Programmes"), AT_CASES),
    ("/supervision", ("督办", "Supervision"), OVERSEEING | {Role.STREET_DISPATCHER}),
    ("/figures", ("统计分析", "Figures"), frozenset(Role) - {Role.REGISTRAR}),
    ("/district", ("区县一览", "District"), OVERSEEING),
    (
        "/province",
        ("省市汇总", "City and province"),
        frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.REGISTRAR}),
    ),
    ("/audit", ("审计回放", "Audit"), frozenset({Role.AUDITOR})),
    ("/admin", ("系统管理", "Administration"), frozenset({Role.REGISTRAR, Role.DPO, Role.AUDITOR})),
)


def sections_of(seer: Seer) -> list[tuple[str, str]]:
    """Return the pages of somebody's role, in the order of the menu."""
    return [(address, seer.say(*both)) for address, both, roles in SECTIONS if seer.role in roles]


_GROUPS: dict[str, Both] = {
    **dict.fromkeys(
        ("/findings", "/facilities", "/sites", "/providers", "/programmes"),
        ("设施与机构", "Communities"),
    ),
    **dict.fromkeys(
        ("/supervision", "/figures", "/district", "/province", "/audit", "/admin"),
        ("看与管", "Oversight"),
    ),
}
"""Under which heading a page stands in the menu; the daily work stands under none."""


def _menu_of(seer: Seer) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the groups of the menu with their headings, each with its pages in order."""
    sections = sections_of(seer)
    for heading in (("", ""), *dict.fromkeys(_GROUPS.values())):
        there = [one for one in sections if _GROUPS.get(one[0], ("", "")) == heading]
        if there:
            yield seer.say(*heading), there


def _section_at(seer: Seer, path: str) -> str:
    """Return the page of the menu that *path* lies under: the nearest, or none."""
    above = [one for one, _ in sections_of(seer) if one == path or path.startswith(f"{one}/")]
    return max(above, key=len, default="")


def as_instant(value: datetime | str | None) -> datetime | None:
    """Return an instant a board, a clock or a sentence holds, in the office's zone."""
    if value is None or value == "":
        return None
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (found if found.tzinfo else found.replace(tzinfo=OFFICE)).astimezone(OFFICE)


def instant(value: datetime | str | None) -> str:
    """Return an instant in full: 2026-12-11 17:00."""
    found = as_instant(value)
    return "" if found is None else found.strftime("%Y-%m-%d %H:%M")


def day(value: datetime | str | None) -> str:
    """Return the day of an instant: 2026-12-11."""
    return instant(value)[:10]


def when(value: datetime | str | None, language: Language = "zh") -> str:
    """Return an instant as people say it: 今天 08:50, 12-10 17:00, last year's in full."""
    found = as_instant(value)
    if found is None:
        return ""
    today = datetime.now(OFFICE)
    if found.date() == today.date():
        return f"{'今天' if language == 'zh' else 'today'} {found:%H:%M}"
    return f"{found:%m-%d %H:%M}" if found.year == today.year else f"{found:%Y-%m-%d %H:%M}"


_STEPS: tuple[tuple[int, Both], ...] = (
    (86_400, ("天", "d")),
    (3_600, ("小时", "h")),
    (60, ("分钟", "min")),
)


def left(value: datetime | str | None, language: Language = "zh") -> tuple[str, str]:
    """Return how long it is until an instant, in words, and how near it is: red, amber or ""."""
    found = as_instant(value)
    if found is None:
        return "", ""
    seconds = (found - datetime.now(OFFICE)).total_seconds()
    english = language == "en"
    for size, name in _STEPS:
        if abs(seconds) >= size:
            words = f"{int(abs(seconds) / size)} {name[english]}"
            break
    else:
        words = "less than 1 min" if english else "不到 1 分钟"
    if seconds < 0:
        return f"{words} late" if english else f"超 {words}", "red"
    tone = "amber" if seconds < 3 * 3600 else ""
    return f"{words} left" if english else f"剩 {words}", tone
