"""Erasing: a resident's key is destroyed, and the fact of it stays.

The fact is written first: a key destroyed without a fact could not be told from damage.
"""

import asyncio
from datetime import datetime

import structlog
from temporalio import activity

from activities.recording import outages_are_retried
from desk.casework import Asking
from desk.desk import Desk
from domain.envelope import SYSTEM
from domain.refusals import CommandRefused
from vault.erasing import destroy_keys
from workflows.ports import ERASE, EraseRequest

log = structlog.get_logger(__name__)

_ERASED_BEFORE = "already-erased"


class Erasing:
    """Destroys keys in the vault, once the ledger says so."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @activity.defn(name=ERASE)
    async def erase(self, request: EraseRequest) -> None:
        """Record the erasure of a resident and destroy their key, and the keys of their own tasks.

        A task's key goes with the last resident who is a party of it. A second call finds the fact
        and destroys whatever is left.
        """
        with outages_are_retried():
            at = activity.info().started_time
            if await self._recorded(request, at):
                desk = self.desk
                keys = await asyncio.to_thread(
                    destroy_keys, desk.ledger, desk.vault, request.stream
                )
                log.info("keys destroyed", stream=request.stream, keys=len(keys))

    async def _recorded(self, request: EraseRequest, at: datetime) -> bool:
        asking = Asking(request.command_id, SYSTEM, request.command)
        handled = await self.desk.record(request.stream, 0, at, [asking])
        (answer,) = handled.answers
        if isinstance(answer, CommandRefused) and answer.rule != _ERASED_BEFORE:
            log.error("erasure refused", stream=request.stream, rule=answer.rule)
            return False
        return True
