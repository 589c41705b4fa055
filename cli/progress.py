"""Progress: a moving bar on a terminal, plain lines elsewhere; always on standard error."""

import sys
import time
from collections.abc import Iterator, Sequence
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
