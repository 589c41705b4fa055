"""Many commands at once: those of one case in their order, cases side by side, one result each."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

import structlog

from desk.orders import Answer, NotNow, Order, read_order
from domain.refusals import CommandRefused
from importing.delimited import decoded
from importing.tables import TableRefused
from services.answers import refused_as_json

log = structlog.get_logger(__name__)

_LINE_MAX = 16 * 1024 * 1024
"""Characters in one line: room for a document of 10 MiB in base64."""

_BATCH_MAX = 40
_STREAMS_AT_ONCE = 32


class Taking(Protocol):
    """Whoever takes orders: the gateway to this desk, or the way to a desk far away."""

    async def begun(self, stream: str) -> bool:
        """Say whether anything is recorded of a case."""
        ...

    async def submit_batch(self, orders: Sequence[Order]) -> list[Answer]:
        """Have commands of one case recorded in their order; raise `NotNow`."""
        ...


async def submit_script(
    gateway: Taking, script: bytes
) -> AsyncIterator[tuple[int, dict[str, Any]]]:
    """Submit one JSON object a line; yield number and result of every line that is not blank.

    Results come in the order of the lines, each with an `outcome`: recorded, refused, not-now.
    UTF-8, UTF-16 with its mark, and GB18030 are read; raises `CommandRefused` for what is no text.
    """
    try:
        _, text = decoded(script)
    except TableRefused as refused:
        raise CommandRefused(refused.rule, refused.chinese, refused.english) from None
    lines = text.split("\n")  # nothing else ends a line: U+2028 may stand in a JSON text
    numbered = [(number, read_line(line)) for number, line in enumerate(lines, 1) if line.strip()]
    answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
    loop = asyncio.get_running_loop()
    by_stream: dict[str, list[tuple[int, Order]]] = {}
    for number, order in numbered:
        answers[number] = loop.create_future()
        if isinstance(order, CommandRefused):
            answers[number].set_result(refused_as_json(order))
        else:
            by_stream.setdefault(order.stream, []).append((number, order))
    room = asyncio.Semaphore(_STREAMS_AT_ONCE)

    async def submitting(stream: str) -> None:
        async with room:
            orders = by_stream[stream]
            try:
                await _one_case(gateway, [*orders], answers)
            except Exception as fault:  # noqa: BLE001 - every line is answered
                # Whatever befalls one case is told on its lines, and is nobody else's. Its text
                # may quote what was typed, so only its name is kept.
                log.warning("case not submitted", stream=stream, fault=type(fault).__name__)
                for number, order in orders:
                    if not answers[number].done():
                        answers[number].set_result(_not_now(order, type(fault).__name__))

    tasks = [asyncio.create_task(submitting(stream)) for stream in by_stream]
    try:
        for number, _ in numbered:
            yield number, await answers[number]
    finally:
        # Whoever stops listening stops what has not begun, and nothing is left to complain of.
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _one_case(
    gateway: Taking,
    orders: list[tuple[int, Order]],
    answers: dict[int, asyncio.Future[dict[str, Any]]],
) -> None:
    """Submit one case's commands in order: as batches while the case is new, else one by one."""
    stopped: str | None = None
    while orders:
        size = 1 if await gateway.begun(orders[0][1].stream) else _BATCH_MAX
        turn, orders = orders[:size], orders[size:]
        if stopped is None:
            try:
                done = await gateway.submit_batch([order for _, order in turn])
            except NotNow as error:
                stopped = str(error)
            else:
                for (number, order), answer in zip(turn, done, strict=True):
                    answers[number].set_result(_result(order, answer))
                continue
        # A later command must not overtake one whose fate is unknown.
        for number, order in turn:
            answers[number].set_result(_not_now(order, stopped))


def _not_now(order: Order, why: str | None) -> dict[str, Any]:
    """What is told of a line that may have been recorded: asked again by its id, it is found."""
    return {
        "outcome": "not-now",
        "stream": order.stream,
        "command_id": order.command_id,
        "rule": NotNow.rule,
        "message": why,
    }


def _result(order: Order, answer: Answer) -> dict[str, Any]:
    if answer.refusal is not None:
        return {
            **refused_as_json(answer.refusal),
            "stream": order.stream,
            "command_id": order.command_id,
        }
    assert answer.receipt is not None
    return {"outcome": "recorded", **answer.receipt.model_dump(mode="json")}


class _Refused(ValueError):
    """A line whose JSON is not one any two readers would understand alike."""

    def __init__(self, chinese: str, english: str) -> None:
        self.refusal = CommandRefused("order-malformed", chinese, english)
        super().__init__(english)


_DIGITS_MAX = 18


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused("JSON 中同一个键出现了两次。", "A key stands twice in the JSON.")
    return found


def _an_integer(digits: str) -> int:
    if len(digits) > _DIGITS_MAX:
        raise _Refused(
            f"整数多于 {_DIGITS_MAX} 位。", f"An integer has more than {_DIGITS_MAX} digits."
        )
    return int(digits)


def _no_number(told: str) -> Any:
    raise _Refused(f"{told} 不是 JSON 的数。", f"{told} is no number of JSON.")


def read_line(line: str) -> Order | CommandRefused:
    """Return the order a line holds, or why it holds none."""
    if len(line) > _LINE_MAX:
        return CommandRefused(
            "line-too-long",
            f"本行超过 {_LINE_MAX} 字符。",
            f"The line exceeds {_LINE_MAX} characters.",
        )
    try:
        return read_order(read_json(line))
    except CommandRefused as refusal:
        return refusal


def read_json(text: str) -> Any:
    """Return the value a JSON text holds, where any two readers would understand it alike.

    Raises `CommandRefused`.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_each_key_once,
            parse_int=_an_integer,
            parse_constant=_no_number,
        )
    except _Refused as refused:
        raise refused.refusal from None
    except json.JSONDecodeError as error:
        raise CommandRefused(
            "order-malformed",
            f"第 {error.colno} 列处不是合法的 JSON。",
            f"Not JSON at column {error.colno}.",
        ) from None
    except RecursionError:
        raise CommandRefused(
            "order-malformed", "JSON 嵌套过深。", "The JSON is nested too deeply."
        ) from None
