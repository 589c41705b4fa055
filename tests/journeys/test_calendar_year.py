"""A year's notice arrives: provisional deadlines are computed again, as facts, while cases run."""

import asyncio
from pathlib import Path

from desk.recomputing import recompute_provisional
from policies import shipped_pack
from services.bootstrapping import publish
from tests.journeys.district import District
from tests.journeys.installation import PATIENCE, Installation, installed

SLOW = "slow-city"
INVENTED_2027 = {
    "year": 2027,
    "papers": ["an invented notice, for this test"],
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "春节", "date": "2027-02-05", "isOffDay": True},
        {"name": "春节", "date": "2027-02-08", "isOffDay": True},
        {"name": "春节", "date": "2027-02-09", "isOffDay": True},
        {"name": "春节", "date": "2027-02-14", "isOffDay": False},
    ],
}


async def publish_slow_city(installation: Installation) -> None:
    """Publish a pack whose handling limit reaches far beyond the last published year."""
    pack = shipped_pack("gd-2022").model_dump(mode="json")
    pack["id"], pack["handling"]["help"] = SLOW, "250wd"
    command = {"kind": "publish_policy", "policy": pack}
    await publish(installation.books.desk, f"policy/{SLOW}", command)


async def test_a_published_year_moves_provisional_deadlines_of_open_cases(tmp_path: Path) -> None:
    """The dispatcher sees the year; old and new value stand in one fact, and only once."""
    async with installed(tmp_path / "home") as installation:
        district = await District.found(installation.gateway)
        await publish_slow_city(installation)
        task = await district.task_dispatched(installation.gateway, policy=SLOW)
        ledger = installation.books.ledger
        dispatched = ledger.read(task)[-1]
        assert dispatched.fact["due"]["provisional"] is True

        command = {"kind": "publish_calendar_year", "year": INVENTED_2027}
        assert await publish(installation.books.desk, "calendar/CN", command)
        async with asyncio.timeout(PATIENCE):
            while ledger.read(task)[-1].kind != "deadline_recalculated.v1":
                await asyncio.sleep(0.05)

        moved = ledger.read(task)[-1]
        assert moved.fact["clock"] == "due"
        assert moved.fact["due_before"] == dispatched.fact["due"]
        assert moved.fact["due"]["provisional"] is False
        assert moved.fact["due"]["calendar"].startswith("CN-2027")
        assert recompute_provisional(installation.books.desk) == 0
