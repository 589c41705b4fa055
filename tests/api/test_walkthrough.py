"""The example by curl does what it says, at a served home, and nothing twice."""

import asyncio
import os
import re
import shutil
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from api.app import PREFIX, create_api
from serving.listening import listening, serving
from tests.api.conftest import Calling
from tests.console.conftest import PASSWORD
from tests.journeys.district import STREET

SCRIPT = Path(__file__).parents[2] / "examples" / "api" / "walkthrough.sh"


async def test_the_walkthrough_walks_twice_and_does_everything_once(calling: Calling) -> None:
    if shutil.which("curl") is None:
        if os.environ.get("CI"):
            pytest.fail("the example is walked with Debian's curl")
        pytest.skip("curl is not installed")
    office = calling.office
    ledger = office.town.books.ledger
    app = Starlette(routes=[Mount(PREFIX, create_api(office.house))])
    said = []
    async with serving(app, listening("127.0.0.1:0")) as url:
        for _ in range(2):
            walking = await asyncio.create_subprocess_exec(
                "bash",
                str(SCRIPT),
                env={
                    "PATH": os.environ["PATH"],
                    "JIEDUI_URL": url,
                    "WORKER": "W01",
                    "WORKER_PASSWORD": PASSWORD,
                    "DISPATCHER": "D01",
                    "DISPATCHER_PASSWORD": PASSWORD,
                    "PLACE": STREET.partition("-")[0],
                },
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            told, complaints = await walking.communicate()
            assert (walking.returncode, complaints) == (0, b"")
            said.append(told.decode())
    (number,) = {found for one in said for found in re.findall(r"registered: (DQ\d+)", one)}
    line = office.house.boards.tasks.by_number(number)
    assert line is not None
    kinds = [one.kind for one in ledger.read(line.stream)]
    assert kinds == ["task_registered.v1", "task_triaged.v1"]
    assert '版本 version: "1"' in said[0]
    assert '版本 version: "2"' in said[1]
    assert ['"repeated":true' in one for one in said] == [False, True]
