"""Nobody holds a door open: half-sent requests go, many strangers leave room, one length counts."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from serving import doors, streams
from serving import listening as listening_module
from serving.listening import AddressTaken, listening, serving

GET = b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n"
HALF = b"GET / HTTP/1.1\r\nhost: he"


async def _beats(request: Request) -> StreamingResponse:
    """Beat every 50 ms for ever, *size* bytes at a time."""
    size = int(request.query_params.get("size", "1"))

    async def beating() -> AsyncIterator[bytes]:
        while True:
            yield b":" + b"x" * size + b"\n\n"
            await asyncio.sleep(0.05)

    kind = "text/plain" if request.url.path == "/endless" else "text/event-stream"
    return StreamingResponse(beating(), media_type=kind)


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())} bytes")


ROUTES = [
    Route("/", _echo, methods=["GET", "POST"]),
    Route("/stream", _beats),
    Route("/endless", _beats),
]


@contextlib.asynccontextmanager
async def open_house() -> AsyncIterator[int]:
    listener = listening("127.0.0.1:0")
    app = Starlette(routes=ROUTES)
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


def test_no_part_of_an_answer_waits_for_word_that_the_part_before_arrived() -> None:
    """Headers and body are two writes; with Nagle's algorithm the body comes 40 ms later."""
    with listening("127.0.0.1:0") as listener, socket.create_connection(listener.getsockname()):
        came_in, _ = listener.accept()
        with came_in:
            assert came_in.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


LISTEN = b"GET /stream HTTP/1.1\r\nhost: here\r\n\r\n"


async def test_a_stream_that_is_taken_outlives_the_limit_of_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doors, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(doors, "TAKEN_SECONDS", 0.4)
    async with open_house() as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(LISTEN)
        await reader.readuntil(b"text/event-stream")
        for _ in range(30):  # 1.5 s of beats
            await reader.readuntil(b":x\n\n")
        writer.write(b"x")  # what is said meanwhile makes it no usual answer again
        for _ in range(10):
            await reader.readuntil(b":x\n\n")
        writer.close()


async def test_no_stream_lasts_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "STREAM_SECONDS", 0.3)
    async with open_house() as port, asyncio.timeout(20):
        assert (await said(port, LISTEN)).count(b":x\n\n") > 1


async def test_an_answer_that_is_no_stream_is_not_kept_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doors, "ANSWER_SECONDS", 0.3)
    async with open_house() as port, asyncio.timeout(20):
        asked = LISTEN.replace(b"/stream", b"/endless")
        assert b"x" in await said(port, asked)


async def test_whoever_does_not_take_what_is_sent_is_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    """It sends for ever; that it was shut shows in the answer's having an end."""
    monkeypatch.setattr(doors, "TAKEN_SECONDS", 0.4)
    shut = asyncio.Event()
    usual = doors.BoundedProtocol.shut

    def noted(door: doors.BoundedProtocol) -> None:
        usual(door)
        shut.set()

    monkeypatch.setattr(doors.BoundedProtocol, "shut", noted)
    async with open_house() as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(LISTEN.replace(b"/stream", b"/stream?size=500000"))
        await reader.readuntil(b"text/event-stream")
        await shut.wait()
        writer.close()


async def test_those_who_listen_leave_room_for_those_who_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doors, "CONNECTIONS_MAX", 3)
    async with open_house() as port, asyncio.timeout(20):
        listeners = []
        for _ in range(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(LISTEN)
            await reader.readuntil(b":x\n\n")
            listeners.append((reader, writer))
        assert (await said(port, GET)).endswith(b"0 bytes")
        for reader, writer in listeners:
            await reader.readuntil(b":x\n\n")
            writer.close()


async def test_the_oldest_stream_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "STREAMS_MAX", 2)
    async with open_house() as port, asyncio.timeout(20):
        listeners = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        for reader, writer in listeners:
            writer.write(LISTEN)
            await reader.readuntil(b":x\n\n")
        with contextlib.suppress(ConnectionError):
            await listeners[0][0].read()  # ends
        await listeners[1][0].readuntil(b":x\n\n")
        for _, writer in listeners:
            writer.close()


async def test_a_server_stops_at_once_with_streams_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams that were waited for would hold it until its grace is over, here for ever."""
    monkeypatch.setattr(listening_module, "_GRACE_SECONDS", 3600)
    async with asyncio.timeout(20):
        async with open_house() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(LISTEN)
            await reader.readuntil(b":x\n\n")
        writer.close()


def test_places_are_so_many_in_all_and_of_one_listener(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "STREAMS_MAX", 6)
    places = streams.Streams()
    with contextlib.ExitStack() as held:
        for _ in range(streams.OF_ONE_MAX):
            held.enter_context(places.place("a"))
        with pytest.raises(streams.NoPlace) as refused, places.place("a"):
            pass
        assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "30")
        held.enter_context(places.place("b"))
        held.enter_context(places.place("b"))
        with pytest.raises(streams.NoPlace) as full, places.place("c"):
            pass
        assert full.value.status == 503
    with places.place("a"), places.place("c"):
        pass  # whoever went has left room
