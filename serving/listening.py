"""Listening at an address, and serving an application there until it is told to stop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import uvicorn

from serving.doors import CONNECTIONS_MAX, STREAMS_MAX, Application, BoundedProtocol, one_length

_GRACE_SECONDS = 5
_IDLE_SECONDS = 30


class AddressTaken(Exception):
    """The address cannot be listened on; the message says why."""


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


def listening(address: str) -> socket.socket:
    """Return a socket that listens at *address* (``host:port``, port 0: any free one).

    Raises `AddressTaken`.
    """
    host, colon, port = address.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise AddressTaken(
            f"地址应形如 127.0.0.1:8470，现为 {address}。 "
            f"An address reads host:port; found {address}."
        )
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # It sets SO_REUSEADDR, so that a server may come back where it just was.
        listener = socket.create_server((host, int(port)), family=family)
    except OSError as problem:
        raise AddressTaken(
            f"无法在 {address} 提供服务（{problem.strerror}）；请停止占用者或换一个地址。 "
            f"Cannot listen at {address}: {problem.strerror}; stop what is there, or take another."
        ) from None
    # What comes in at this door inherits it. asyncio sees to it only where a socket says that its
    # protocol is TCP, and this one does not: the second part of every answer would wait 40 ms for
    # the other side's word that it has the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def listening_as_set(variable: str, address: str | None, usual: str) -> socket.socket:
    """Return a socket at *address*, the value of the setting *variable*.

    None stands for *usual*, or any free port of its host where that is taken. Raises
    `AddressTaken`, which names the variable.
    """
    if address is not None:
        try:
            return listening(address)
        except AddressTaken as taken:
            raise AddressTaken(f"{variable}: {taken}") from None
    try:
        return listening(usual)
    except AddressTaken:
        return listening(f"{usual.rpartition(':')[0]}:0")


def url_of(listener: socket.socket) -> str:
    """Return the address of *listener* as people type it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.asynccontextmanager
async def serving(app: Application, listener: socket.socket) -> AsyncIterator[str]:
    """Serve *app* at *listener* for the length of the block; yields its address."""
    server = _Server(
        uvicorn.Config(
            one_length(app),
            http=BoundedProtocol,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            # Doors make room by themselves before this answers 503.
            limit_concurrency=2 * CONNECTIONS_MAX + STREAMS_MAX,
        )
    )
    at_work = asyncio.create_task(server.serve([listener]))
    ready = asyncio.create_task(server.serves.wait())
    try:
        await asyncio.wait({at_work, ready}, return_when=asyncio.FIRST_COMPLETED)
        if at_work.done():
            await at_work
        yield url_of(listener)
    finally:
        ready.cancel()
        server.should_exit = True
        await at_work
        listener.close()


async def serve_until_signalled(
    app: Application, listener: socket.socket, told: Callable[[], None]
) -> None:
    """Serve *app* until Ctrl-C or SIGTERM; *told* is called once it serves."""
    stop = asyncio.Event()
    for signalled in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signalled, stop.set)
    async with serving(app, listener):
        told()
        await stop.wait()
