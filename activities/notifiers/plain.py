"""Notices that go to nobody in particular: a line in the log, or the text on the terminal."""

import sys
from typing import TextIO

import structlog

from activities.notices import Letter

log = structlog.get_logger(__name__)


class LogNotifier:
    """Notes in the log that somebody would have been told; never the text."""

    channel = "log"
    wants_phone = False
    disturbs = False

    async def send(self, letter: Letter) -> None:
        """Log the letter's references."""
        log.info("notice", notice=letter.id, to=letter.to, template=letter.template)

    async def close(self) -> None:
        """Nothing is open."""


class ConsoleNotifier:
    """Prints the texts, for a demonstration on one machine."""

    channel = "console"
    wants_phone = False
    disturbs = False

    def __init__(self, paper: TextIO | None = None, language: str = "zh") -> None:
        self.paper, self.language = paper or sys.stdout, language

    async def send(self, letter: Letter) -> None:
        """Write one line."""
        text = letter.chinese if self.language == "zh" else letter.english
        self.paper.write(f"→ {letter.to}: {text}\n")
        self.paper.flush()

    async def close(self) -> None:
        """The paper belongs to somebody else."""
