"""Who is looking, and how a page is shown to them: session, names, language, size, safe headers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from accounts.store import Session
from desk.casework import Who
from desk.opening import Books
from desk.orders import Door
from domain.people import ROLE_LABELS, Channel, Known, Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from projections.boards import Boards
from services.rating_links import RatingLinks
from services.signing_in import Doorkeeper
from wording.labels import clock_label, label
from wording.names import KnownNames
from wording.office_words import in_office_words

OFFICE = timezone(timedelta(hours=8), "Asia/Shanghai")
SESSION_COOKIE = "__Host-session"
MARK_COOKIE = "__Host-browser"
_TEMPLATES = Path(__file__).with_name("templates")


@dataclass
class House:
    """What every page works with: open books, boards that follow them, who lets people in."""

    books: Books
    boards: Boards
    doorkeeper: Doorkeeper
    links: RatingLinks
    demo_cast: tuple[tuple[str, str, str], ...] = ()
    """Staff number, whose post it is and password, on a home that only plays."""

    def catch_up(self) -> None:
        """Have the boards know what the ledger knows, whoever else follows."""
        self.boards.follower(self.books.ledger).catch_up()

    @cached_property
    def templates(self) -> Environment:
        """The templates, with what they may call."""
        found = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        found.filters |= {"when": when, "left": left, "instant": instant, "day": day}
        found.globals |= {"label": label, "clock_label": clock_label, "role_labels": ROLE_LABELS}
        return found


class SignedOut(Exception):
    """Nobody is signed in: they are asked to, and come back to where they were."""


class NothingHere(Exception):
    """There is nothing at this address for whoever asks, whether or not it exists."""


class NotOurForm(Exception):
    """A form that was not sent from one of our own pages."""


@dataclass(frozen=True)
class Seer:
    """Somebody signed in, looking at a page."""

    house: House
    session: Session
    rules: Rules
    at: datetime

    @property
    def role(self) -> Role:
        """The role they act in."""
        return Role(self.session.role)

    @property
    def unit(self) -> str:
        """The unit they act for."""
        return self.session.unit

    @property
    def door(self) -> Door:
        """How the desk is told of them."""
        return Door(Channel.CONSOLE, Known.SESSION, self.session.session)

    @property
    def who(self) -> Who:
        """Who asks at the desk."""
        door = self.door
        return Who(
            self.session.person, door.channel, self.unit, self.role, door.known, door.session
        )

    @cached_property
    def name(self) -> str:
        """Their own name."""
        known = self.rules.people.get(self.session.person)
        if known is None or known.name is None:
            return "—"
        plain = self.house.books.vault.open(known.name)
        return "—" if plain is None else plain.decode("utf-8")

    @cached_property
    def names(self) -> KnownNames:
        """What units, places, categories and cases are called."""
        return KnownNames(self.rules, number_of=self.number_of)

    def number_of(self, stream: str) -> str | None:
        """Return what people call the case *stream*: a task's number, a pairing's title."""
        if stream.startswith("task/"):
            line = self.house.boards.tasks.get(stream)
            return None if line is None else line.number
        pairing = self.house.boards.pairings.get(stream)
        return None if pairing is None else pairing.title


def seer_of(request: Request, section: str | None = None) -> Seer:
    """Return who is looking at a page of *section*.

    Raises `SignedOut`, and `NothingHere` for a section that is not of their role.
    """
    house: House = request.app.state.house
    at = datetime.now(UTC)
    session = house.doorkeeper.session_of(request.cookies.get(SESSION_COOKIE), at)
    if session is None:
        raise SignedOut
    rules = house.books.rulebook.rules(house.books.desk.neighbours)
    seer = Seer(house, session, rules, at)
    if section is not None and section not in dict(sections_of(seer)):
        raise NothingHere
    return seer


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


def page(request: Request, template: str, *, status: int = 200, **view: Any) -> HTMLResponse:
    """Return *template* filled with *view*, for whoever is looking."""
    house: House = request.app.state.house
    seer: Seer | None = view.get("seer")
    shown = {
        "seer": None,
        "large": request.cookies.get("large") == "1",
        "path": request.url.path,
        "sections": sections_of(seer) if seer else (),
        **view,
    }
    return HTMLResponse(house.templates.get_template(template).render(shown), status_code=status)


def see_other(address: str) -> Response:
    """Send the browser on to *address* after a form."""
    return RedirectResponse(address, status_code=303)


SECTIONS: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("/", "工作台", frozenset(Role)),
    ("/dispatch", "派单台", frozenset({Role.STREET_DISPATCHER})),
    (
        "/register",
        "登记",
        frozenset({Role.COMMUNITY_WORKER, Role.CENTER_COORDINATOR, Role.DEPT_COORDINATOR}),
    ),
    ("/tasks", "任务中心", frozenset(Role) - {Role.REGISTRAR}),
    ("/pairings", "结对管理", frozenset(Role) - {Role.REGISTRAR, Role.DPO}),
    ("/figures", "统计分析", frozenset(Role) - {Role.REGISTRAR}),
    ("/audit", "审计回放", frozenset({Role.AUDITOR})),
)


def sections_of(seer: Seer) -> list[tuple[str, str]]:
    """Return the pages of somebody's role, in the order of the menu."""
    return [(address, name) for address, name, roles in SECTIONS if seer.role in roles]


def told(refusal: CommandRefused, seer: Seer) -> dict[str, str]:
    """Return a refusal as a page says it: the sentence in the office's words, and its rule."""

    def name(code: str) -> str:
        return seer.names.unit(code, "zh")

    return {"rule": refusal.rule, "sentence": in_office_words(refusal.chinese, name)}


def as_instant(value: datetime | str | None) -> datetime | None:
    """Return an instant a board or a clock holds, in the office's zone."""
    if value is None or value == "":
        return None
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.astimezone(OFFICE)


def instant(value: datetime | str | None) -> str:
    """Return an instant in full: 2026-12-11 17:00."""
    found = as_instant(value)
    return "" if found is None else found.strftime("%Y-%m-%d %H:%M")


def day(value: datetime | str | None) -> str:
    """Return the day of an instant: 2026-12-11."""
    return instant(value)[:10]


def when(value: datetime | str | None) -> str:
    """Return an instant as people say it: 今天 08:50, 12-10 17:00, last year's in full."""
    found = as_instant(value)
    if found is None:
        return ""
    today = datetime.now(OFFICE)
    if found.date() == today.date():
        return f"今天 {found:%H:%M}"
    return f"{found:%m-%d %H:%M}" if found.year == today.year else f"{found:%Y-%m-%d %H:%M}"


_STEPS: tuple[tuple[float, str, Callable[[float], float]], ...] = (
    (86_400.0, "天", lambda seconds: seconds / 86_400),
    (3_600.0, "小时", lambda seconds: seconds / 3_600),
    (60.0, "分钟", lambda seconds: seconds / 60),
)


def left(value: datetime | str | None) -> tuple[str, str]:
    """Return how long it is until an instant, in words, and how near it is: red, amber or ""."""
    found = as_instant(value)
    if found is None:
        return "", ""
    seconds = (found - datetime.now(OFFICE)).total_seconds()
    for size, name, count in _STEPS:
        if abs(seconds) >= size:
            words = f"{int(count(abs(seconds)))} {name}"
            break
    else:
        words = "不到 1 分钟"
    if seconds < 0:
        return f"超 {words}", "red"
    return f"剩 {words}", "amber" if seconds < 3 * 3600 else ""
