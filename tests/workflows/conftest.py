"""What every workflow test may ask for."""

import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from desk.desk import Desk
from ledger.store import open_ledger
from runtime.logging import configure_logging
from tests.workflows.office import Office, office
from tests.workflows.tiny import OneTown, tiny_cases
from vault.vault import open_vault

__all__ = ["tiny_cases"]

ROLLING_OVER_SOON = "limit.historyCount.suggestContinueAsNew=120"


class _WhereverItGoes:
    """Standard error as pytest has it at the moment of writing."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    configure_logging("info", "json", stream=_WhereverItGoes())


@pytest.fixture(scope="module")
def tiny_desk(tiny_cases: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk at which tasks and pairings are tiny cases; ledger and vault are real."""
    home: Path = tmp_path_factory.mktemp("books")
    ledger = open_ledger(f"sqlite:///{home / 'ledger.db'}")
    vault = open_vault(f"sqlite:///{home / 'vault.db'}", home / "keys" / "vault.key")
    desk = Desk(ledger, vault, OneTown())
    yield desk
    desk.close()
    vault.close()
    ledger.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def towns_office(
    tiny_desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """An office for tiny cases, in which time can pass."""
    home = tmp_path_factory.mktemp("temporal")
    async with office(home, tiny_desk, ROLLING_OVER_SOON, skipping=True) as here:
        yield here


@pytest.fixture
def town(towns_office: Office) -> Office:
    """The office, at its own time again: on the server each case's time passes for itself."""
    towns_office.ahead = timedelta()
    return towns_office
