"""Nobody holds a door open: half-sent requests go, many strangers leave room, one length counts."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from serving import doors
from serving.listening import AddressTaken, listening, serving

GET = b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n"
HALF = b"GET / HTTP/1.1\r\nhost: he"


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())} bytes")


@contextlib.asynccontextmanager
async def open_house() -> AsyncIterator[int]:
    listener = listening("127.0.0.1:0")
    app = Starlette(routes=[Route("/", _echo, methods=["GET", "POST"])])
    async with serving(app, listener):
        yield int(listener.getsockname()[1])


async def said(port: int, *parts: bytes, pause: float = 0) -> bytes:
    """Say *parts* with a *pause* between them; return all that is answered, "" when hung up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_whoever_speaks_plainly_is_answered() -> None:
    async with open_house() as port:
        assert (await said(port, GET)).endswith(b"0 bytes")
        post = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nconnection: close\r\n\r\n"
        assert (await said(port, post, b"abc")).endswith(b"3 bytes")


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        HALF,
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
    ],
)
async def test_what_was_begun_and_not_ended_is_hung_up(
    begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a limit this would wait for ever; the test's own time limit is the claim."""
    monkeypatch.setattr(doors, "HEADER_SECONDS", 0.2)
    monkeypatch.setattr(doors, "BODY_SECONDS", 0.2)
    async with open_house() as port, asyncio.timeout(20):
        assert await said(port, begun) == b""


async def test_a_trickle_does_not_move_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "HEADER_SECONDS", 0.3)
    async with open_house() as port, asyncio.timeout(20):
        trickle = [b"GET / HTTP/1.1\r\n", *[b"x: y\r\n"] * 100]
        assert b"200" not in await said(port, *trickle, pause=0.05)


async def test_three_hundred_half_sent_headers_leave_room_for_everybody_else() -> None:
    async with open_house() as port:
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(300)]
        for _, writer in crowd:
            writer.write(HALF)
        for _ in range(20):
            assert (await said(port, GET)).endswith(b"0 bytes")
        gone = 0
        for reader, _ in crowd[:100]:
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            gone += 1
        assert gone == 100, "those who waited longest made room"
        for _, writer in crowd:
            writer.close()


@pytest.mark.parametrize("length", [b"content-length: 3", b"Content-Length: 5"])
async def test_a_request_states_its_length_once(length: bytes) -> None:
    both = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n" + length
    async with open_house() as port:
        answer = await said(port, both + b"\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"states its length once" in answer


async def test_an_address_is_free_again_at_once_and_a_taken_one_is_a_sentence() -> None:
    async with open_house() as port:
        await said(port, GET)
        with pytest.raises(AddressTaken, match=f"127.0.0.1:{port}.*take another"):
            listening(f"127.0.0.1:{port}")
    listening(f"127.0.0.1:{port}").close()
    for wrong in ("nonsense", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:٨٤"):
        with pytest.raises(AddressTaken, match="host:port"):
            listening(wrong)
    with pytest.raises(AddressTaken, match="Cannot listen"):
        listening(f"{socket.gethostbyname('localhost').replace('127', '192')}:1")
