"""The witness over HTTP: `POST /add-checkpoint`, and what it has cosigned for whoever asks.

The order of the checks and the statuses are those of C2SP tlog-witness. An answer 200 is given
only after the new checkpoint is on disk.
"""

import hashlib
import logging
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from transparency.keys import SigningKey
from transparency.notes import Note
from witness.asking import (
    BODY_BYTES_MAX,
    Asking,
    AskingMalformed,
    read_asking,
    trusted_signatures,
)
from witness.store import Forked, Inconsistent, StaleStart, WitnessStore

log = logging.getLogger("witness")

SIZE_TYPE = "text/x.tlog.size"
_NEVER_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def witness_app(
    store: WitnessStore,
    key: SigningKey,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """Return the witness that cosigns with *key* what follows from *store*."""
    witness = _Witness(store, key, clock)
    return Starlette(
        routes=[
            Route("/add-checkpoint", witness.add_checkpoint, methods=["POST"]),
            Route("/checkpoints/{log:str}", witness.checkpoint, methods=["GET"]),
            Route("/", witness.page, methods=["GET"]),
        ]
    )


def monitored(origin: str) -> str:
    """Return the path where the newest cosigned checkpoint of *origin* is found."""
    return f"/checkpoints/{hashlib.sha256(origin.encode()).hexdigest()}"


class _Witness:
    def __init__(self, store: WitnessStore, key: SigningKey, clock: Callable[[], datetime]) -> None:
        self.store, self.key, self.clock = store, key, clock

    async def add_checkpoint(self, request: Request) -> Response:
        body = await _bounded(request)
        if body is None:
            return _said(413, f"a submission has at most {BODY_BYTES_MAX:,} bytes")
        try:
            return await run_in_threadpool(self._answered, read_asking(body))
        except AskingMalformed as problem:
            return _said(400, str(problem))
        except sqlite3.Error as problem:
            # Nothing was written, so nothing may be vouched for.
            log.critical("the witness cannot write: %s", problem)
            return _said(503, "the witness cannot write now; try again")

    def _answered(self, asking: Asking) -> Response:
        checkpoint, old_size = asking.checkpoint, asking.old_size
        keys = self.store.trusted(checkpoint.origin)
        if not keys:
            return _said(404, "this witness does not know this log")
        signatures = trusted_signatures(asking.note, keys)
        if not signatures:
            return _said(403, "no signature of a key this witness trusts for this log")
        if old_size > checkpoint.size:
            return _said(400, "the old size is above the size of the checkpoint")

        def cosigned() -> Note:
            own = self.key.cosign(asking.note.text, self.clock())
            return Note(asking.note.text, (*signatures, own))

        try:
            note = self.store.advance(checkpoint, old_size, asking.proof, cosigned)
        except Forked as fork:
            self._dispute(asking, "fork")
            return _seen(fork.size)
        except StaleStart as stale:
            return _seen(stale.size)
        except Inconsistent as problem:
            self._dispute(asking, "inconsistent")
            return _said(422, f"the checkpoint does not extend the one cosigned last: {problem}")
        return PlainTextResponse(f"{note.signatures[-1].line}\n", headers=_NEVER_KEPT)

    def _dispute(self, asking: Asking, ground: str) -> None:
        told = asking.checkpoint
        log.error(
            "%s: a signed checkpoint of size %d was refused: %s", told.origin, told.size, ground
        )
        self.store.dispute(told, asking.old_size, asking.note, ground)

    async def checkpoint(self, request: Request) -> Response:
        """Give monitors the newest checkpoint of a log, with this witness's cosignature."""
        wanted = f"/checkpoints/{request.path_params['log']}"

        def found() -> bytes | None:
            for origin in self.store.origins():
                if monitored(origin) == wanted:
                    latest = self.store.latest(origin)
                    return None if latest is None else latest.note
            return None

        note = await run_in_threadpool(found)
        if note is None:
            return _said(404, "nothing was cosigned under this name")
        return PlainTextResponse(note, headers=_NEVER_KEPT)

    async def page(self, request: Request) -> Response:  # noqa: ARG002 - Starlette's signature
        """Say who this is, and how far it has seen each log."""

        def told() -> str:
            lines = [f"见证方 Witness: {self.key.verifier.vkey}", ""]
            for origin in self.store.origins():
                latest = self.store.latest(origin)
                size = "尚无 none" if latest is None else f"{latest.size}"
                lines.append(f"{origin}  {size}  {monitored(origin)}")
            return "\n".join(lines) + "\n"

        return PlainTextResponse(await run_in_threadpool(told), headers=_NEVER_KEPT)


async def _bounded(request: Request) -> bytes | None:
    """Return the body, None when it is larger than any submission; never read more than that."""
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > BODY_BYTES_MAX:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


def _seen(size: int) -> Response:
    # In the headers, so that no charset is added: clients compare the type whole.
    return Response(f"{size}\n", 409, {**_NEVER_KEPT, "Content-Type": SIZE_TYPE})


def _said(status: int, sentence: str) -> Response:
    return PlainTextResponse(f"{sentence}\n", status, _NEVER_KEPT)
