"""The composition root of a worker process: settings → logging → serving, until told to stop."""

import asyncio
import os
import signal
import sys

from ledger.database import LedgerUnavailable, WeakSettings
from runtime.logging import configure_logging
from runtime.serving import run_worker
from runtime.settings import Settings, SettingsRefused, load_settings
from runtime.temporal import TemporalUnreachable


def main() -> None:
    """Run a worker until SIGINT or SIGTERM; exit 2 when it could not begin."""
    os.umask(0o077)
    try:
        settings = load_settings()
        configure_logging(settings.log_level, settings.log_format)
        asyncio.run(_until_told_to_stop(settings))
    except (SettingsRefused, WeakSettings, LedgerUnavailable, TemporalUnreachable) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


async def _until_told_to_stop(settings: Settings) -> None:
    stop = asyncio.Event()
    for told in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(told, stop.set)
    await run_worker(settings, stop=stop)
    await asyncio.sleep(0.1)  # A client that is dropped at exit may crash the interpreter.


if __name__ == "__main__":
    main()
