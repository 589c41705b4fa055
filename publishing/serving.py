"""Serving the folder of the public log, read-only, as C2SP tlog-tiles asks for it.

Only what the format names is found here: a path is matched as a whole before a file is looked for,
so no other file of the machine has an address. Anyone who reaches the address may read every
entry; personal data in them is sealed.
"""

import asyncio
import contextlib
import gzip
import os
import re
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8460

_TEXT = "text/plain; charset=utf-8"
_BYTES = "application/octet-stream"
_MOMENT = "public, max-age=2"
_LONG = "public, max-age=31536000, immutable"
_INDEX = r"(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/(?:[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?"
_CHECKPOINT = re.compile(r"checkpoint")
_SIGNED = re.compile(r"checkpoints/(?:0|[1-9][0-9]{0,18})")
_TILE = re.compile(rf"tile/(?:[0-9]|[1-5][0-9]|6[0-3])/{_INDEX}")
_BUNDLE = re.compile(rf"tile/entries/{_INDEX}")
_KINDS = (
    (_CHECKPOINT, _TEXT, _MOMENT),
    # Cosignatures are still added to it.
    (_SIGNED, _TEXT, _MOMENT),
    (_TILE, _BYTES, _LONG),
    (_BUNDLE, _BYTES, _LONG),
)
_GRACE_SECONDS = 2


class AddressTaken(Exception):
    """The address cannot be listened on; the message says why."""


def log_app(folder: Path) -> Starlette:
    """Return the application that serves *folder* under ``/log/``; GET and HEAD only."""

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

    return Starlette(routes=[Route("/log/{path:path}", resource, methods=["GET"])])


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


def listening(address: str | None) -> socket.socket:
    """Return a socket that listens at *address* (``host:port``, port 0: any free one).

    None stands for the default port, or any free one where that is taken. Raises `AddressTaken`.
    """
    if address is None:
        try:
            return socket.create_server((DEFAULT_HOST, DEFAULT_PORT))
        except OSError:
            return socket.create_server((DEFAULT_HOST, 0))
    host, _, port = address.rpartition(":")
    try:
        return socket.create_server((host, int(port)))
    except (OSError, OverflowError, ValueError) as problem:
        raise AddressTaken(
            f"JIEDUI_LOG_ADDRESS：无法在 {address} 提供公开日志（{problem}）。 The log cannot be "
            f"served at {address}: {problem}."
        ) from None


class _Server(uvicorn.Server):
    """Uvicorn that leaves the signals to its caller and says when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serves = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone: the whole process has one way to stop."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self.serves.set()


@contextlib.asynccontextmanager
async def serving(app: Starlette, listener: socket.socket) -> AsyncIterator[str]:
    """Serve *app* at *listener* for the length of the block; yields its address."""
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            limit_concurrency=256,
        )
    )
    host, port = listener.getsockname()[:2]
    at_work = asyncio.create_task(server.serve([listener]))
    ready = asyncio.create_task(server.serves.wait())
    try:
        await asyncio.wait({at_work, ready}, return_when=asyncio.FIRST_COMPLETED)
        if at_work.done():
            await at_work
        yield f"http://{host}:{port}"
    finally:
        ready.cancel()
        server.should_exit = True
        await at_work
        listener.close()
