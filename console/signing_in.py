"""登录: by staff number and password; which post they act in is chosen afterwards."""

import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from console.seeing import MARK_COOKIE, SESSION_COOKIE, language_of, ours, page, see_other, seer_of
from domain.registry.commands import SessionEnd
from services.seeing import House
from services.signing_in import LetIn, NotLetIn, NotYet, now
from wording.labels import Both

router = APIRouter()
_BROWSER_COOKIE = "__Host-form"
OFFICE_COOKIE = "__Host-office"
"""Set where somebody came in by the single sign-on: whoever signs out may want out there too."""


@router.get("/sign-in")
def ask(request: Request, back: str = "/") -> Response:
    """Show the form."""
    return _form(request, back)


def _form(
    request: Request, back: str, *, status: int = 200, problem: Both | None = None
) -> Response:
    house: House = request.app.state.house
    token = request.cookies.get(_BROWSER_COOKIE) or secrets.token_urlsafe(24)
    shown = page(
        request,
        "sign_in.html",
        status=status,
        back=within(back),
        form_token=token,
        problem=None if problem is None else problem[language_of(request) == "en"],
        path=f"/sign-in?back={quote(within(back))}",
        cast=house.demo_cast,
        office=house.sign_on is not None,
        office_out=OFFICE_COOKIE in request.cookies,
    )
    shown.set_cookie(_BROWSER_COOKIE, token, secure=True, httponly=True, samesite="lax", path="/")
    return shown


@router.post("/sign-in")
def let_in(
    request: Request,
    number: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=128)],
    form: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "/",
) -> Response:
    """Let somebody in; wrong numbers and wrong passwords are told alike."""
    ours(request, form, request.cookies.get(_BROWSER_COOKIE))
    house: House = request.app.state.house
    source = request.client.host if request.client else "unknown"
    mark = request.cookies.get(MARK_COOKIE)
    try:
        found = house.doorkeeper.sign_in(number, password, source, mark, now())
    except NotLetIn:
        return _form(
            request,
            back,
            status=401,
            problem=("工号或密码不对，请再试一次。", "Wrong staff number or password; try again."),
        )
    except NotYet as wait:
        answer = _form(request, back, status=429, problem=wait_told(wait))
        answer.headers["Retry-After"] = str(int(wait.seconds) + 1)
        return answer
    return with_session(found, see_other(within(back)))


def wait_told(wait: NotYet) -> Both:
    """Return how long to wait after too many attempts; Chinese, then English."""
    seconds = int(wait.seconds) + 1
    return (
        f"尝试次数过多，请 {seconds} 秒后再试。",
        f"Too many attempts; try again in {seconds} seconds.",
    )


def with_session(found: LetIn, answer: Response) -> Response:
    """Have *answer* give the browser its session, and the mark it is known again by."""
    answer.set_cookie(
        SESSION_COOKIE, found.token, secure=True, httponly=True, samesite="lax", path="/"
    )
    answer.set_cookie(
        MARK_COOKIE,
        found.mark,
        secure=True,
        httponly=True,
        samesite="lax",
        path="/",
        max_age=180 * 86_400,
    )
    return answer


def within(back: str) -> str:
    """Return *back* where it is an address of ours, else the first page."""
    inside = back.startswith("/") and not back.startswith(("//", "/\\"))
    return back if inside else "/"


@router.post("/sign-out")
def let_out(request: Request, form: Annotated[str, Form()] = "") -> Response:
    """End this session."""
    seer = seer_of(request)
    ours(request, form, seer.session.form)
    seer.house.doorkeeper.sign_out(seer.session, SessionEnd.SIGNED_OUT)
    answer = see_other("/sign-in")
    answer.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True)
    return answer


@router.post("/post")
def change_post(
    request: Request, post: Annotated[str, Form(max_length=80)], form: Annotated[str, Form()] = ""
) -> Response:
    """Go on in another role: a session of its own, so that each fact names the right one."""
    seer = seer_of(request)
    ours(request, form, seer.session.form)
    role, _, unit = post.partition("@")
    try:
        found = seer.house.doorkeeper.change_post(seer.session, role, unit, seer.at)
    except NotLetIn:
        return see_other("/")
    return with_session(found, see_other("/"))


@router.post("/language")
def language(request: Request, back: Annotated[str, Form()] = "/") -> Response:
    """Switch between Chinese and English; it changes nothing but this browser's pages."""
    answer = see_other(within(back))
    chosen = "zh" if language_of(request) == "en" else "en"
    answer.set_cookie("language", chosen, secure=True, samesite="lax", path="/")
    return answer


@router.post("/size")
def size(request: Request, back: Annotated[str, Form()] = "/") -> Response:
    """Switch 大字版 on or off; it changes nothing but how pages look in this browser."""
    answer = see_other(within(back))
    large = request.cookies.get("large") != "1"
    answer.set_cookie("large", "1" if large else "0", secure=True, samesite="lax", path="/")
    return answer
