"""The health of the installation a console serves: what can be said at once."""

import asyncio
from datetime import timedelta

from temporalio.client import Client

from runtime.temporal import connect_with
from services.finding import Finding
from services.health import Health, without_unreadable
from services.seeing import House

_PATIENCE = timedelta(seconds=3)


async def findings_now(house: House) -> list[Finding]:
    """Return what is found at once; the whole ledger and the boards are verified by `doctor`."""

    async def temporal() -> Client:
        return await connect_with(house.settings, patience=_PATIENCE)

    health = Health(house.settings, house.books, lambda: house.boards, temporal)
    found = await asyncio.to_thread(_beside_temporal, health)
    return [*found, *await health.workflows()]


def _beside_temporal(health: Health) -> list[Finding]:
    found = [
        finding
        for look in (health.files, health.rules, health.log, health.standing_boards, health.posts)
        for finding in without_unreadable(look())
    ]
    return [*found, health.dispatching()]
