"""The console as one application: its pages, and what is said when something is wrong."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from console import (
    acting,
    assets,
    auditing,
    callbacks,
    cases,
    community_codes,
    dispatching,
    district,
    documents,
    evidence,
    facilities,
    figures,
    findings,
    identities,
    keeping,
    ledger,
    live,
    many,
    office_sign_in,
    own_account,
    pairing_handing,
    pairing_lists,
    pairing_new,
    pairing_start,
    pairings,
    programmes,
    provider_own,
    provider_register,
    providers,
    province,
    registering,
    resident_deletion,
    residents,
    roster,
    signing_in,
    supervising,
    terms,
    ui_kit,
    uploading,
    workbench,
)
from console import task as task_page
from console import tasks as task_list
from console.resident_doors import too_many
from console.seeing import NotOurForm, both_of, by_script, language_of, page, see_other
from desk.orders import NotNow
from documents.extra import ExtraMissing
from domain.refusals import CommandRefused
from ledger.database import LedgerUnavailable
from projections.applying import BoardStopped
from services.community_codes import TooMany
from services.seeing import House, NothingHere, SignedOut
from services.uploads import UploadUnknown
from serving.streams import Streams
from wording.labels import Both
from wording.office_words import in_office_words

log = structlog.get_logger("console")

USUAL_ADDRESS = "127.0.0.1:8400"
_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}

_NOTHING: tuple[Both, Both] = (
    ("这里没有内容", "There is nothing here"),
    (
        "可能编号有误，或者不在您的职责范围内。",
        "The number may be wrong, or the matter is not among your duties.",
    ),
)


_FOR_EVERYBODY = ("/c/", "/r/", "/service-providers/", "/pilots/")
"""Pages that nobody signs in for: what is not there is said as they speak."""


def create_app(house: House) -> FastAPI:
    """Return the console of *house*; no page of a framework's own is reachable beside ours."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.house = house
    app.state.streams = Streams()
    # Before every room: a page of three parts would take what lies in a folder there.
    app.mount("/static", assets.served(), "static")
    for room in (
        signing_in,
        office_sign_in,
        workbench,
        dispatching,
        registering,
        task_list,
        many,
        ledger,
        task_page,
        evidence,
        documents,
        residents,
        resident_deletion,
        community_codes,
        callbacks,
        live,
        pairing_new,
        pairing_start,
        pairing_handing,
        pairing_lists,
        uploading,
        supervising,
        district,
        province,
        terms,
        keeping,
        identities,
        roster,
        pairings,
        own_account,
        figures,
        auditing,
        ui_kit,
        facilities,
        findings,
        programmes,
        provider_register,
        provider_own,
        providers,
        cases,
        acting,
    ):
        app.include_router(room.router)

    @app.middleware("http")
    async def careful(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.url.path.startswith("/static/"):
            response.headers["Cache-Control"] = "no-store"
        return response

    _say_what_is_wrong(app)
    return app


def _say_what_is_wrong(app: FastAPI) -> None:
    @app.exception_handler(SignedOut)
    async def signed_out(request: Request, error: SignedOut) -> Response:
        del error
        if by_script(request):
            return Response(status_code=401)
        back = request.url.path if request.method == "GET" else "/"
        return see_other("/sign-in" if back == "/" else f"/sign-in?back={back}")

    @app.exception_handler(UploadUnknown)
    @app.exception_handler(NothingHere)
    async def nothing(request: Request, error: Exception) -> HTMLResponse:
        del error
        return _nothing(request)

    @app.exception_handler(NotOurForm)
    async def foreign(request: Request, error: NotOurForm) -> HTMLResponse:
        del error
        return _message(
            request,
            403,
            ("请从本系统的页面提交", "Send this from a page of this system"),
            (
                "页面可能已过期；请返回后重新打开再试。",
                "The page may have expired; go back, open it again and try once more.",
            ),
        )

    @app.exception_handler(CommandRefused)
    async def refused(request: Request, error: CommandRefused) -> HTMLResponse:
        said = (
            in_office_words(error.chinese),
            in_office_words(error.english, language="en"),
        )
        return _message(request, 409, ("未受理", "Refused"), said, error.rule)

    @app.exception_handler(RequestValidationError)
    async def unclear(request: Request, error: RequestValidationError) -> HTMLResponse:
        del error
        return _message(
            request,
            422,
            ("看不懂所填的条件", "What was asked is not understood"),
            ("请返回后按页面的样式重新填写。", "Go back and fill it in as the page shows."),
        )

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> HTMLResponse:
        if error.status_code == 404:
            return _nothing(request)
        return _message(
            request,
            error.status_code,
            ("无法办理", "That cannot be done"),
            ("请返回后重试。", "Go back and try again."),
        )

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> HTMLResponse:
        log.error("page failed", path=request.url.path, fault=type(error).__name__)
        return _message(
            request,
            500,
            ("系统出了差错", "Something went wrong here"),
            (
                "已记入系统日志，您的记录没有改变；请稍后再试。",
                "The system's log has it, and nothing of yours was changed; try again later.",
            ),
        )

    for kind in (NotNow, LedgerUnavailable, BoardStopped, ExtraMissing):
        app.exception_handler(kind)(_not_now)
    app.exception_handler(TooMany)(too_many)


def _nothing(request: Request) -> HTMLResponse:
    if request.url.path.startswith(_FOR_EVERYBODY):
        return page(request, "resident_nothing.html", status=404, brand="", path="/r/")
    return _message(request, 404, *_NOTHING)


async def _not_now(request: Request, error: Exception) -> HTMLResponse:
    title = ("暂时无法办理", "Not possible at the moment")
    return _message(request, 503, title, both_of(str(error)))


def _message(
    request: Request, status: int, title: Both, sentence: Both, rule: str = ""
) -> HTMLResponse:
    english = language_of(request) == "en"
    return page(
        request,
        "message.html",
        status=status,
        title=title[english],
        sentence=sentence[english],
        rule=rule,
        path="/",  # what is foreign and what is absent read alike, to the letter
    )
