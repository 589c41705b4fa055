"""Styles and scripts as pages name them: by what is in them, so that a browser keeps what it has.

An address with the right digest may be kept for a year: other content has another address. They
hold nothing of anybody, so they may be compressed where pages are not (BREACH, CVE-2013-3587).
"""

import hashlib
from functools import cache
from pathlib import Path

from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = Path(__file__).with_name("static")
_NAMES = frozenset(file.name for file in FOLDER.iterdir() if file.is_file())
_KEPT = b"public, max-age=31536000, immutable"
_ASKED_AGAIN = b"no-cache"


def asset(name: str) -> str:
    """Return the address of the file *name*, with its digest."""
    return f"/static/{name}?v={_digest(name)}"


def _digest(name: str) -> str:
    return _digest_at(name, (FOLDER / name).stat().st_mtime_ns)


@cache
def _digest_at(name: str, changed: int) -> str:
    del changed
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]


def served() -> ASGIApp:
    """Return what serves the files: compressed, and to be kept where asked for by their digest."""
    files = GZipMiddleware(StaticFiles(directory=FOLDER), minimum_size=500)

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = _KEPT if _by_digest(scope) else _ASKED_AGAIN
                message["headers"] = [*message["headers"], (b"cache-control", kept)]
            await send(message)

        await files(scope, receive, sending)

    return answering


def _by_digest(scope: Scope) -> bool:
    """Say whether a request names the digest of what it asks for."""
    name = str(scope["path"]).removeprefix("/static/")
    asked = scope.get("query_string", b"").decode("latin-1")
    return bool(asked) and name in _NAMES and asked == f"v={_digest(name)}"
