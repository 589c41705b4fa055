"""登录 by the office's single sign-on: to the identity provider, and back."""

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from accounts.single_sign_on import NotBelieved, ProviderAway
from console.seeing import language_of, page, see_other
from console.signing_in import OFFICE_COOKIE, with_session, within
from services.seeing import House, NothingHere
from services.signing_in import now
from services.single_sign_on import BACK, NotBound, SignOn
from wording.labels import Both

log = structlog.get_logger("console")
router = APIRouter()
_HELD_COOKIE = "__Host-going"
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
        told = with_session(found, see_other(within(back)))
        told.set_cookie(OFFICE_COOKIE, "1", secure=True, httponly=True, samesite="lax", path="/")
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
