"""One town for the whole session: its exports are copied before anything is done to them."""

import asyncio
from pathlib import Path

import pytest

from tests.audit.offline.home import Town, found


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder: Path = tmp_path_factory.mktemp("town")
    return asyncio.run(found(folder))
