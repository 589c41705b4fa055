"""Progress: a moving bar on a terminal, plain lines elsewhere; always on standard error."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import click

T = TypeVar("T")

_LINE_EVERY_SECONDS = 5.0


def progressing(items: Sequence[T], label: str) -> Iterator[T]:
    """Yield *items*, showing how far along we are."""
    if sys.stderr.isatty():
        with click.progressbar(items, label=label, file=sys.stderr) as bar:
            yield from bar
        return
    said = time.monotonic()
    for count, item in enumerate(items, 1):
        yield item
        if time.monotonic() - said >= _LINE_EVERY_SECONDS or count == len(items):
            said = time.monotonic()
            click.echo(f"{label} {count}/{len(items)}", err=True)


@contextmanager
def counting(label: str) -> Iterator[Callable[[int, int], None]]:
    """Yield what is told (done, of how many; 0: nobody knows) and shows it every few seconds."""
    every = 0.2 if sys.stderr.isatty() else _LINE_EVERY_SECONDS
    said, shown = time.monotonic(), False

    def tick(done: int, total: int) -> None:
        nonlocal said, shown
        if time.monotonic() - said < every:
            return
        said, shown = time.monotonic(), True
        far = f"{done:,}/{total:,}" if total else f"{done:,}"
        if sys.stderr.isatty():
            click.echo(f"\r{label} {far}", nl=False, err=True)
        else:
            click.echo(f"{label} {far}", err=True)

    yield tick
    if shown and sys.stderr.isatty():
        click.echo("", err=True)
