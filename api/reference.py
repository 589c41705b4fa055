"""The reference: OpenAPI 3.1 as it is true, and the same as pages that ask nobody else."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.describing import ProblemDetails, problems
from api.problems import KINDS, language_of
from services.refusing import sentence_of
from services.seeing import NothingHere

router = APIRouter(tags=["reference"])
_ABOUT = """
Pairing of Party service centres, functional departments and street offices, from dispatch to the
resident's feedback: every command and every board. The rules are the engine's own; this door adds
none and skips none.

Sign in with `POST /sessions`, send the token as `Authorization: Bearer`. A command carries an
`Idempotency-Key` of your choosing (never personal data); the same key always gets the same receipt.
`If-Match` with a case's `ETag` has it refused (412) where the case moved on. Instants are RFC 3339
in UTC. Problems are RFC 9457; `type` leads to what is meant. Personal data is told only to those
whose task it is.
"""


@cache
def _pages() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def describe(app: FastAPI) -> None:
    """Have *app* describe itself, with its problems and without what it never answers."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                openapi_version="3.1.0",
                description=_ABOUT,
                routes=app.routes,
                servers=app.servers,
            )
            schemas = made["components"]["schemas"]
            schemas["ProblemDetails"] = ProblemDetails.model_json_schema()
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            _lift_definitions(made)
            _nothing_is_not_sent(made)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _lift_definitions(made: dict[str, Any]) -> None:
    """Put what a body's schema defines beside all other schemas, where references find it."""
    shared = made["components"]["schemas"]

    def lifted(node: Any) -> Any:
        if isinstance(node, list):
            return [lifted(one) for one in node]
        if not isinstance(node, dict):
            return node
        for name, schema in node.pop("$defs", {}).items():
            shared[name] = lifted(schema)
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/$defs/"):
            node["$ref"] = reference.replace("#/$defs/", "#/components/schemas/")
        return {name: lifted(value) for name, value in node.items()}

    made["paths"] = lifted(made["paths"])
    for name in list(shared):
        shared[name] = lifted(shared[name])


def _nothing_is_not_sent(made: dict[str, Any]) -> None:
    """Take null out of what headers and queries may hold: there, nothing is sent instead."""
    for methods in made["paths"].values():
        for about in methods.values():
            for parameter in about.get("parameters", ()):
                schema = parameter["schema"]
                kinds = [one for one in schema.pop("anyOf", ()) if one != {"type": "null"}]
                for kind in kinds:
                    schema |= kind


@router.get("/openapi.json", responses=problems(429, 503), summary="机器可读说明 This description")
def openapi(request: Request) -> JSONResponse:
    """Return this description."""
    return JSONResponse(request.app.openapi())


@router.get(
    "/",
    response_class=HTMLResponse,
    responses=problems(429, 503),
    summary="接口说明 The reference as a page",
)
def read(request: Request) -> HTMLResponse:
    """Show the reference as one page, without script."""
    operations: dict[str, list[dict[str, Any]]] = {}
    for path, methods in request.app.openapi()["paths"].items():
        for method, about in methods.items():
            operations.setdefault(about["tags"][0], []).append(
                {"method": method.upper(), "path": path, **about}
            )
    shown = (
        _pages()
        .get_template("reference.html")
        .render(groups=operations, kinds=KINDS, prefix=request.app.servers[0]["url"])
    )
    return HTMLResponse(shown)


@router.get(
    "/problems/{rule}",
    response_class=HTMLResponse,
    responses=problems(404, 422, 429, 503),
    summary="问题说明 What a problem means",
)
def problem(request: Request, rule: str) -> HTMLResponse:
    """Say what a problem's `type` means."""
    if rule in KINDS:
        status, title, detail = KINDS[rule]
    else:
        found = sentence_of(rule)
        if found is None:
            raise NothingHere
        status, title, detail = 409, ("规则 " + rule, "Rule " + rule), found
    shown = (
        _pages()
        .get_template("problem.html")
        .render(rule=rule, status=status, title=title, detail=detail, language=language_of(request))
    )
    return HTMLResponse(shown)
