"""The API is as its reference says, asked by a stranger to it: schemathesis, on a served office.

Each role asks the operations that are its own, of cases there are, by all phases: the reference's
examples, every boundary of every schema, values at random, and operations that follow from one
another. Whatever it finds is a fault of the API or of the reference.
"""

import asyncio
import re
import sys
from itertools import count
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from api import feed
from api.app import PREFIX, create_api
from serving.listening import listening, serving
from serving.mounting import mounted
from tests.api.conftest import Calling
from tests.console.conftest import Office, approve, engage
from tests.documents.conftest import pairing

__all__ = ["pairing"]

PARTS = {
    "tasks": ("D01", "^/(tasks|tables)"),
    "pairings": ("C01", "^/pairings"),
    "registry": ("G01", "^/(units|people|policies|calendars|unmaskings|log|webhooks)"),
    "boards": (
        "A01",
        "^/(?!tasks|tables|pairings|units|people|policies|calendars|unmaskings|log|webh)",
    ),
}
"""Who asks which operations."""

# Each exception says why it is one.
CONFIG = """
seed = 20261129
hooks = "pieces.py"

[phases.coverage]
# Of the methods an address does not take, one stands for all: they are answered by one handler.
unexpected-methods = ["PUT"]

[checks]
# 412 refuses as well, whatever else was sent: the case moved on since it was looked at.
negative_data_rejection.expected-statuses = ["4xx", "5xx"]
positive_data_acceptance.expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 412, 429, "5xx"]

[generation]
max-examples = 2

[[operations]]
# It ends the session that everything else is asked in.
include-operation-id = "sign_out_sessions_current_delete"
enabled = false

[[operations]]
# Open311 answers 400 where a rule refuses, which no schema can foretell.
include-path = "/open311/v2/requests.{{form}}"
include-method = "POST"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-path-regex = "^/tasks/[{{]key"
parameters = {{ "path.key" = "{task}" }}

[[operations]]
include-path-regex = "^/pairings/[{{]key"
parameters = {{ "path.key" = "{pairing}" }}
"""

PIECES = """
import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
"""
"""How a piece of a file is sent, of which a stranger does not know that it is bytes."""


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is held back for half a minute is held back for as many looks."""
    monkeypatch.setattr(feed, "monotonic", count().__next__)
    monkeypatch.setattr(feed, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(feed, "STREAM_SECONDS", 3)


@pytest.mark.parametrize("part", PARTS)
async def test_the_api_is_as_its_reference_says(
    office: Office, calling: Calling, tmp_path: Path, pairing: str, part: str
) -> None:
    number, paths = PARTS[part]
    if number == "G01":
        engage(office, "G01", "REGISTRAR", "440100-MCB")
    task = await asyncio.to_thread(_task, office)
    config = CONFIG.format(task=task, pairing=pairing.partition("/")[2])
    (tmp_path / "schemathesis.toml").write_text(config, encoding="utf-8")
    (tmp_path / "pieces.py").write_text(PIECES, encoding="utf-8")
    token = calling(number).client.headers["Authorization"]
    app = Starlette(routes=[mounted(PREFIX, create_api(office.house, requests_a_minute=1_000_000))])
    async with serving(app, listening("127.0.0.1:0")) as url:
        # Made once, and asked for with little patience by the tool.
        await asyncio.to_thread(httpx2.get, f"{url}{PREFIX}/openapi.json", timeout=300)
        asked = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("st")),
            "run",
            f"{url}{PREFIX}/openapi.json",
            f"--header=Authorization: {token}",
            f"--include-path-regex={paths}",
            "--workers=1",
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told = (await asked.communicate())[0].decode()
    assert asked.returncode == 0, told
    tested = re.search(r"Tested: (\d+)", told)
    assert tested is not None, told
    assert int(tested[1]) > 10


def _task(office: Office) -> str:
    """Bring a task as far as its approval and leave another where it was; return its number."""
    approve(office, office.town.task())
    return office.number_of(office.town.task())
