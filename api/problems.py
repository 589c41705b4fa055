"""What went wrong, as `application/problem+json` (RFC 9457): the rule as type, Chinese first."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from desk.orders import NotNow
from documents.extra import ExtraMissing
from domain.refusals import CommandRefused
from ledger.database import LedgerUnavailable
from projections.applying import BoardStopped
from services.seeing import NothingHere, SignedOut
from services.signing_in import NotLetIn, NotYet
from wording.labels import Both, Language
from wording.office_words import in_office_words

log = structlog.get_logger("api")

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2

STATUSES: dict[str, int] = {
    "case-moved-on": 412,
    "command-malformed": 422,
    "order-malformed": 400,
    "command-too-large": 413,
    "text-too-long": 422,
}
"""Refusals that HTTP has a status of its own for; every other rule's answer is 409."""

KINDS: dict[str, tuple[int, Both, Both]] = {
    "signed-out": (
        401,
        ("请先登录", "Sign in first"),
        (
            "请求没有有效的会话；请先 POST /api/v1/sessions，并在 Authorization 中带上令牌。",
            (
                "The request has no session in force; POST /api/v1/sessions and send its token in "
                "Authorization."
            ),
        ),
    ),
    "not-let-in": (
        401,
        ("未能登录", "Not signed in"),
        (
            "工号或密码不对，或者没有这一岗位。",
            "Number or password is wrong, or the person does not hold that post.",
        ),
    ),
    "nothing-here": (
        404,
        ("这里没有内容", "There is nothing here"),
        (
            "可能编号有误，或者不在您的职责范围内。",
            "The number may be wrong, or it lies outside your duties.",
        ),
    ),
    "method-not-allowed": (
        405,
        ("不支持该方法", "The method is not for this address"),
        ("Allow 列出可用的方法。", "Allow lists the methods there are."),
    ),
    "request-malformed": (
        422,
        ("请求不合要求", "The request is not of its form"),
        (
            "地址、条件或请求头有不合要求的，见 errors。命令须带 Idempotency-Key，重试时用同一个。",
            (
                "Some part of the address, query or headers is not of its form; see errors. "
                "A command carries an Idempotency-Key; a retry carries the same."
            ),
        ),
    ),
    "too-many": (
        429,
        ("请求过多", "Too many requests"),
        ("请按 Retry-After 稍后再试。", "Come again after the seconds in Retry-After."),
    ),
    "too-busy": (
        503,
        ("系统繁忙", "Too busy"),
        (
            "在办的请求已满，本次没有受理；请按 Retry-After 稍后再试。",
            "As many requests are worked on as can be; nothing was done. Come again later.",
        ),
    ),
    "too-large": (
        413,
        ("请求过大", "The request is too large"),
        ("请求正文超过 16 MiB。", "The body exceeds 16 MiB."),
    ),
    "not-now": (
        503,
        ("暂时无法办理", "Not now"),
        (
            "请用同一幂等键稍后再试。",
            "Try again later with the same idempotency key.",
        ),
    ),
    "not-known-yet": (
        503,
        ("尚无结果", "Not known yet"),
        (
            "可能已入账；请用同一幂等键再问。",
            "It may have been recorded; ask again with the same idempotency key.",
        ),
    ),
    "not-json": (
        415,
        ("正文须为 JSON", "The body is JSON"),
        ("Content-Type 应为 application/json。", "Content-Type is application/json."),
    ),
    "not-a-piece": (
        415,
        ("不是文件分片", "Not a piece of a file"),
        (
            "Content-Type 应为 application/offset+octet-stream。",
            "Content-Type is application/offset+octet-stream.",
        ),
    ),
    "piece-too-large": (
        413,
        ("分片过大", "The piece is too large"),
        ("每片至多 1 MiB。", "A piece has at most 1 MiB."),
    ),
    "offset-differs": (
        409,
        ("分片位置不对", "The piece begins elsewhere"),
        ("下一片应从 offset 开始。", "The next piece begins at offset."),
    ),
    "no-papers": (
        503,
        ("没有安装打印组件", "No papers are made here"),
        (
            "本系统没有安装打印文件所需的组件，请联系管理员。",
            "What papers need is not installed here; ask whoever runs this.",
        ),
    ),
    "http": (
        400,
        ("请求有误", "The request is wrong"),
        ("请求不合 HTTP 的要求。", "The request is not as HTTP has it."),
    ),
    "fault": (
        500,
        ("系统出了差错", "Something broke here"),
        (
            "已记入系统日志，没有记录任何改变；请稍后再试。",
            "It was logged and nothing was recorded; try again later.",
        ),
    ),
}
"""Problems that are no rule's: status, title, and what to do."""

REFUSED: Both = ("未受理", "Refused by a rule")


class Problem(Exception):
    """One of `KINDS`, with what is known of this case of it."""

    def __init__(self, kind: str, *, retry_after: float | None = None, **more: Any) -> None:
        self.kind, self.retry_after, self.more = kind, retry_after, more
        super().__init__(kind)


def language_of(request: Request) -> Language:
    """Return the language asked for: Chinese, unless English is preferred."""
    asked = request.headers.get("accept-language", "").strip().lower()
    return "en" if asked.startswith("en") else "zh"


def told(
    request: Request,
    kind: str,
    *,
    status: int | None = None,
    retry_after: float | None = None,
    **more: Any,
) -> Response:
    """Return the problem *kind* as an answer."""
    usual, title, detail = KINDS[kind]
    english = language_of(request) == "en"
    return _answer(
        status or usual,
        {
            "type": f"/api/v1/problems/{kind}",
            "title": title[english],
            "status": status or usual,
            "detail": detail[english],
            **more,
        },
        retry_after,
    )


def refused(request: Request, refusal: CommandRefused) -> Response:
    """Return a rule's refusal as an answer: its sentence in both languages."""
    status = STATUSES.get(refusal.rule, 409)
    english = language_of(request) == "en"
    chinese = in_office_words(refusal.chinese)
    return _answer(
        status,
        {
            "type": f"/api/v1/problems/{refusal.rule}",
            "title": REFUSED[english],
            "status": status,
            "detail": refusal.english if english else chinese,
            "rule": refusal.rule,
            "chinese": chinese,
            "english": refusal.english,
        },
    )


def _answer(status: int, body: dict[str, Any], retry_after: float | None = None) -> Response:
    headers = {} if retry_after is None else {"Retry-After": str(max(1, int(retry_after + 0.999)))}
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def tell_problems(app: FastAPI) -> None:
    """Have every exception of *app* told as a problem."""

    @app.exception_handler(Problem)
    async def known(request: Request, error: Problem) -> Response:
        return told(request, error.kind, retry_after=error.retry_after, **error.more)

    @app.exception_handler(CommandRefused)
    async def by_rule(request: Request, error: CommandRefused) -> Response:
        return refused(request, error)

    @app.exception_handler(SignedOut)
    async def signed_out(request: Request, error: SignedOut) -> Response:
        del error
        answer = told(request, "signed-out")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    @app.exception_handler(NotLetIn)
    async def not_let_in(request: Request, error: NotLetIn) -> Response:
        del error
        answer = told(request, "not-let-in")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    @app.exception_handler(NotYet)
    async def not_yet(request: Request, error: NotYet) -> Response:
        return told(request, "too-many", retry_after=error.seconds)

    @app.exception_handler(NothingHere)
    async def nothing(request: Request, error: NothingHere) -> Response:
        del error
        return told(request, "nothing-here")

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        faults = [
            {"where": ".".join(str(part) for part in one["loc"]), "message": one["msg"]}
            for one in error.errors()
        ]
        return told(request, "request-malformed", errors=faults)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return told(request, "nothing-here")
        if error.status_code == 405:
            answer = told(request, "method-not-allowed")
            answer.headers["Allow"] = ", ".join(allowed(app, request))
            return answer
        return told(request, "http", status=error.status_code)

    @app.exception_handler(ExtraMissing)
    async def no_papers(request: Request, error: ExtraMissing) -> Response:
        del error
        return told(request, "no-papers", retry_after=3600)

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> Response:
        log.error("request failed", path=request.url.path, fault=type(error).__name__)
        return told(request, "fault")

    for outage in (NotNow, LedgerUnavailable, BoardStopped):
        app.exception_handler(outage)(_not_now)


async def _not_now(request: Request, error: Exception) -> Response:
    kind = getattr(error, "rule", "not-now")
    return told(request, kind, retry_after=RETRY_SECONDS)


def allowed(app: FastAPI, request: Request) -> list[str]:
    """Return the methods there are at the address of *request*, as the reference tells them."""
    address = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    found = {
        method.upper()
        for path, methods in app.openapi()["paths"].items()
        if compile_path(path)[0].match(address)
        for method in methods
    }
    return sorted(found)
