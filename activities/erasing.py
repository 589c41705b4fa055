"""Erasing: a resident's key is destroyed, and the fact of it stays.

The fact is written first: a key destroyed without a fact could not be told from damage.
"""

import asyncio
from datetime import datetime

import structlog
from temporalio import activity

from activities.recording import outages_are_retried
from domain.envelope import SYSTEM
from domain.refusals import CommandRefused
from ledger.casework import Asking
from ledger.desk import Desk
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

        A task's key goes when no other resident is a party of it. A second call finds the fact and
        destroys whatever is left.
        """
        with outages_are_retried():
            at = activity.info().started_time
            if await self._recorded(request, at):
                keys = [request.stream, *await asyncio.to_thread(self._tasks_of, request.stream)]
                for key in keys:
                    await asyncio.to_thread(self.desk.vault.erase, key)
                log.info("keys destroyed", stream=request.stream, keys=len(keys))

    async def _recorded(self, request: EraseRequest, at: datetime) -> bool:
        asking = Asking(request.command_id, SYSTEM, request.command)
        handled = await self.desk.record(request.stream, 0, at, [asking])
        (answer,) = handled.answers
        if isinstance(answer, CommandRefused) and answer.rule != _ERASED_BEFORE:
            log.error("erasure refused", stream=request.stream, rule=answer.rule)
            return False
        return True

    def _tasks_of(self, subject: str) -> list[str]:
        """Return the tasks that only this resident is a party of, open or closed."""
        parties: dict[str, set[str]] = {}
        for entry in self.desk.ledger.of_kind("task_registered.v1", None):
            requester = entry.fact.get("requester")
            parties.setdefault(entry.stream, set()).update([requester] if requester else [])
        for entry in self.desk.ledger.of_kind("duplicate_attached.v1", None):
            parties.setdefault(entry.stream, set()).update(entry.fact.get("subjects", ()))
        return sorted(stream for stream, known in parties.items() if known == {subject})
