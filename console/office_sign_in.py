"""登录 by the office's single sign-on: to the identity provider, and back; and out from there."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from accounts.single_sign_on import NotBelieved, ProviderAway
from console.resident_doors import source_of
from console.seeing import language_of, page, see_other
from console.signing_in import OFFICE_COOKIE, with_session, within
from desk.orders import NotNow
from ledger.database import LedgerUnavailable
from services.seeing import House, NothingHere
from services.signing_in import NotYet, now
from services.single_sign_on import BACK, LOGOUT, NotBound, SignOn
from wording.labels import Both

log = structlog.get_logger("console")
router = APIRouter()
_HELD_COOKIE = "__Host-going"
_TOKEN_BYTES_MAX = 16_384
_hearing = ThreadPoolExecutor(4, "logout")
"""A provider that is slow to answer about logout tokens keeps no pages waiting."""
_AWAY: Both = (
    "统一身份认证暂时没有应答，请稍后再试，或用工号和密码登录。",
    "The single sign-on does not answer now; try again later, or sign in by staff number.",
)
_UNCLEAR: Both = (
    "统一身份认证返回的结果已失效或不可信，没有登录；请重新登录一次。",
    "What the single sign-on returned is stale or not to be believed; please sign in again.",
)


def _sign_on(request: Request) -> SignOn:
    house: House = request.app.state.house
    if house.sign_on is None:
        raise NothingHere
    return house.sign_on


@router.get("/sign-in/office")
def go(request: Request, back: str = "/") -> Response:
    """Send the browser to the identity provider, with what only it can bring back."""
    try:
        address, held = _sign_on(request).ask(now())
    except ProviderAway:
        return _told(request, 503, _AWAY)
    answer = RedirectResponse(address, status_code=303)
    answer.set_cookie(
        _HELD_COOKIE,
        f"{held}|{within(back)}",
        secure=True,
        httponly=True,
        samesite="lax",  # it has to come along when the provider sends the browser back
        path="/",
        max_age=600,
    )
    return answer


@router.get(BACK)
def come_back(request: Request) -> Response:
    """Let in whom the provider names; what is not believed changes nothing."""
    held, _, back = request.cookies.get(_HELD_COOKIE, "").partition("|")
    answer = dict(request.query_params)
    try:
        found = _sign_on(request).come_back(held, answer, now())
    except NotBelieved as doubt:
        log.warning("single sign-on not believed", why=doubt.why)
        told = _told(request, 401, _UNCLEAR)
    except ProviderAway:
        told = _told(request, 503, _AWAY)
    except NotBound as stranger:
        told = page(request, "office_unbound.html", status=403, subject=stranger.subject, path="/")
    else:
        told = with_session(found.let_in, see_other(within(back)))
        if found.way_out:
            told.set_cookie(
                OFFICE_COOKIE, "1", secure=True, httponly=True, samesite="lax", path="/"
            )
    told.delete_cookie(_HELD_COOKIE, path="/", secure=True, httponly=True)
    return told


@router.get("/sign-in/office/out")
def go_out(request: Request) -> Response:
    """Send the browser to where one signs out of the provider too."""
    try:
        address = _sign_on(request).provider.way_out()
    except ProviderAway:
        address = None
    answer = see_other("/sign-in") if address is None else RedirectResponse(address, 303)
    answer.delete_cookie(OFFICE_COOKIE, path="/", secure=True, httponly=True)
    return answer


@router.post(LOGOUT)
async def signed_out_there(request: Request) -> Response:
    """Take the provider's word that a session is over (OpenID Connect Back-Channel Logout 1.0).

    The provider itself comes, and no browser: what it brings is a signed token, and no cookie or
    form of ours is asked or given.
    """
    sign_on, token, source = _sign_on(request), await _logout_token(request), source_of(request)
    try:
        ended = await asyncio.get_running_loop().run_in_executor(
            _hearing, sign_on.sign_out, token, source, now()
        )
    except NotYet as wait:
        return _failed(429, "too_many", {"Retry-After": str(int(wait.seconds) + 1)})
    except NotBelieved as doubt:
        log.warning("logout token not believed", why=doubt.why)
        return _failed(400, doubt.why)
    except (ProviderAway, LedgerUnavailable, NotNow) as fault:
        log.warning("logout token not heard", fault=type(fault).__name__)
        return _failed(400, "not_now")
    log.info("sessions ended at the single sign-on", sessions=ended)
    return Response(status_code=200)


async def _logout_token(request: Request) -> str:
    """Return what stands where a logout token should (2.5), "" for anything else."""
    kind, _, _ = request.headers.get("content-type", "").partition(";")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _TOKEN_BYTES_MAX:
            return ""
    if kind.strip().lower() != "application/x-www-form-urlencoded":
        return ""
    found = parse_qs(body.decode("ascii", "replace")).get("logout_token", [])
    return found[0] if len(found) == 1 else ""


def _failed(status: int, why: str, headers: dict[str, str] | None = None) -> Response:
    told = {"error": "invalid_request", "error_description": why}
    return JSONResponse(told, status, headers)


def _told(request: Request, status: int, said: Both) -> Response:
    english = language_of(request) == "en"
    title = ("没有登录", "Not signed in")[english]
    return page(
        request,
        "message.html",
        status=status,
        title=title,
        sentence=said[english],
        rule="",
        path="/sign-in",
    )
