"""Serving a witness over HTTP until it is told to stop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.applications import Starlette

_GRACE_SECONDS = 5
_IDLE_SECONDS = 75


class AddressTaken(Exception):
    """The address cannot be listened on; the message says why."""


class _Server(uvicorn.Server):
    """Uvicorn that leaves the signals to its caller and says when it serves."""

    def __init__(self, config: uvicorn.Config, serving: Callable[[], None]) -> None:
        super().__init__(config)
        self._serving = serving

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone; whoever runs this server has its own way to stop it."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._serving()


def listening(address: str) -> socket.socket:
    """Return a socket that listens at *address* (``host:port``, port 0: any free one).

    Raises `AddressTaken`.
    """
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise AddressTaken(
            f"地址应形如 127.0.0.1:8470，现为 {address}。 "
            f"An address reads host:port; found {address}."
        )
    host = host.strip("[]")
    try:
        return socket.create_server(
            (host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as problem:
        raise AddressTaken(
            f"无法在 {address} 提供服务（{problem.strerror}）。 Cannot listen at {address}: "
            f"{problem.strerror}."
        ) from None


def url_of(listener: socket.socket) -> str:
    """Return the address of *listener* as people type it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve(
    app: Starlette, listener: socket.socket, stop: asyncio.Event, serving: Callable[[], None]
) -> None:
    """Serve *app* at *listener* until *stop* is set; *serving* is called once it does."""
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            limit_concurrency=256,
        ),
        serving,
    )
    at_work = asyncio.create_task(server.serve([listener]))
    told = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({at_work, told}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        server.should_exit = True
        await at_work
        listener.close()


async def serve_until_signalled(
    app: Starlette, listener: socket.socket, serving: Callable[[], None]
) -> None:
    """Serve *app* until Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    for told in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(told, stop.set)
    await serve(app, listener, stop, serving)
