"""Serving the folder of the public log, read-only, as C2SP tlog-tiles asks for it.

Only what the format names is found here: a path is matched as a whole before a file is looked for,
so no other file of the machine has an address. Anyone who reaches the address may read every
entry; personal data in them is sealed.
"""

import gzip
import os
import re
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_TEXT = "text/plain; charset=utf-8"
_BYTES = "application/octet-stream"
_MOMENT = "public, max-age=2"
_LONG = "public, max-age=31536000, immutable"
_INDEX = r"(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/(?:[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?"
_CHECKPOINT = re.compile(r"checkpoint")
_SIGNED = re.compile(r"checkpoints/(?:0|[1-9][0-9]{0,18})")
_STATEMENT = re.compile(r"statements/[1-9][0-9]{0,5}")
_TILE = re.compile(rf"tile/(?:[0-9]|[1-5][0-9]|6[0-3])/{_INDEX}")
_BUNDLE = re.compile(rf"tile/entries/{_INDEX}")
_KINDS = (
    (_CHECKPOINT, _TEXT, _MOMENT),
    # Cosignatures are still added to it.
    (_SIGNED, _TEXT, _MOMENT),
    (_STATEMENT, _TEXT, _MOMENT),
    (_TILE, _BYTES, _LONG),
    (_BUNDLE, _BYTES, _LONG),
)


def log_app(folder: Path) -> Starlette:
    """Return the application that serves *folder*, to be mounted; GET and HEAD only."""

    async def resource(request: Request) -> Response:
        path = str(request.path_params["path"])
        named = [each for each in _KINDS if each[0].fullmatch(path)]
        if not named:
            return _nothing()
        kind, media_type, caching = named[0]
        found = await run_in_threadpool(_read, folder, path)
        if found is None:
            return _nothing()
        headers = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
        if kind is _BUNDLE:
            headers["Vary"] = "Accept-Encoding"
            if _takes_gzip(request):
                found = await run_in_threadpool(gzip.compress, found, 6, mtime=0)
                headers["Content-Encoding"] = "gzip"
        return Response(found, 200, headers, media_type)

    return Starlette(routes=[Route("/{path:path}", resource, methods=["GET"])])


def _read(folder: Path, path: str) -> bytes | None:
    """Return the regular file at *path*, None for anything else; a link is never followed."""
    try:
        descriptor = os.open(folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        try:
            return file.read()
        except OSError:
            return None


def _takes_gzip(request: Request) -> bool:
    for wanted in request.headers.get("accept-encoding", "").split(","):
        name, _, weight = wanted.strip().partition(";")
        if name.strip().lower() == "gzip" and weight.replace(" ", "") not in {"q=0", "q=0.0"}:
            return True
    return False


def _nothing() -> Response:
    return PlainTextResponse(
        "not found\n", 404, {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    )
