"""How far the demonstration is: bars on a terminal, plain lines elsewhere, on standard error."""

import sys
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

LINE_EVERY_SECONDS = 5.0


@dataclass
class Bar:
    """One stretch of the demonstration."""

    label: str
    total: int
    done: int = 0
    key: Any = None


class Showing(AbstractContextManager["Showing"]):
    """Shows stretches side by side, until the block is left."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = sys.stderr if stream is None else stream
        self.started = time.monotonic()
        self._said = self.started
        self._progress: Progress | None = None
        if self.stream.isatty():
            self._progress = Progress(
                SpinnerColumn(finished_text="[green]✓"),
                TextColumn("{task.description}"),
                BarColumn(bar_width=28),
                MofNCompleteColumn(),
                TextColumn("[dim]{task.fields[facts]}"),
                TimeElapsedColumn(),
                console=Console(file=self.stream),
            )

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last picture standing."""
        if self._progress is not None:
            self._progress.stop()

    def begin(self, label: str, total: int) -> Bar:
        """Begin a stretch of *total* episodes."""
        bar = Bar(label, total)
        if self._progress is not None:
            bar.key = self._progress.add_task(label, total=total, facts="")
        else:
            self._line(bar, "")
        return bar

    def step(self, bar: Bar, *, facts: int) -> None:
        """One more episode of *bar* is over; the ledger has *facts* entries."""
        bar.done += 1
        told = f"账本 {facts:,} 条"
        if self._progress is not None:
            self._progress.update(bar.key, completed=bar.done, facts=told)
        elif bar.done == bar.total or time.monotonic() - self._said >= LINE_EVERY_SECONDS:
            self._line(bar, told)

    def say(self, sentence: str) -> None:
        """Say one sentence between the stretches."""
        if self._progress is not None:
            self._progress.console.print(sentence, highlight=False)
        else:
            self.stream.write(f"{self._clock()}  {sentence}\n")
            self.stream.flush()

    def _line(self, bar: Bar, told: str) -> None:
        self._said = time.monotonic()
        self.stream.write(f"{self._clock()}  {bar.label} {bar.done}/{bar.total}  {told}".rstrip())
        self.stream.write("\n")
        self.stream.flush()

    def _clock(self) -> str:
        seconds = int(time.monotonic() - self.started)
        return f"{seconds // 60:02d}:{seconds % 60:02d}"
