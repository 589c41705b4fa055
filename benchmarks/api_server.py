"""A server of the API for the benchmark, in a process of its own; prints its address and tokens."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from accounts.links import Links
from accounts.store import Accounts, new_session
from api.app import PREFIX, create_api
from projections.boards import open_boards
from runtime.logging import configure_logging
from runtime.settings import Settings
from services.rating_links import RatingLinks
from services.seeing import House
from services.signing_in import Doorkeeper
from serving.listening import listening, serving
from tests.journeys.district import BUREAU, STREET
from tests.oversight.town import founded, open_town

TASKS = 60


async def main() -> None:
    configure_logging("error")
    home = Path(sys.argv[1])
    settings = Settings(home=home)
    with open_town(home, key_file=settings.key_path) as books:
        town = await founded(books, settings.ledger_url)
        accounts = Accounts(settings.accounts_url)
        doorkeeper = Doorkeeper(books, accounts)
        links = RatingLinks(books, Links(accounts.engine))
        house = House(
            books, open_boards(settings.boards_url), doorkeeper, links, settings, accounts
        )
        tasks = [town.task() for _ in range(TASKS)]
        for task in tasks[::2]:
            town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
            town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
        house.catch_up()
        now = datetime.now(UTC)
        tokens = {}
        for who, role, unit in (
            ("dispatcher", "STREET_DISPATCHER", STREET),
            ("coordinator", "DEPT_COORDINATOR", BUREAU),
        ):
            tokens[who], session = new_session(town.person(who), role, unit, now)
            accounts.keep(tokens[who], session)
        # The limit of one session is not what is measured here.
        api = create_api(house, requests_a_minute=10**9)
        app = Starlette(routes=[Mount(PREFIX, api)])
        async with serving(app, listening("127.0.0.1:0")) as url:
            numbers = [house.boards.tasks.get(task).number for task in tasks]  # type: ignore[union-attr]
            print(json.dumps({"url": f"{url}{PREFIX}", "tokens": tokens, "numbers": numbers}))
            sys.stdout.flush()
            await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(main())
