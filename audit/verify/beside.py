"""Legality judged in processes of their own, while the walk over the entries goes on in this one.

Each reads the book in a snapshot of its own; as entries are only ever added, all see the same ones
below the position the walk ends at.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

from audit.sources import CannotVerify, Part, opened
from audit.verify.legality import Legality, judge

_PROCESSES_MAX = 8


@contextmanager
def judged_beside(
    url: str, parts: Sequence[Part], on_progress: Callable[[int], None] | None = None
) -> Iterator[Callable[[], Legality]]:
    """Judge the *parts* of the ledger at *url* beside what the block does, on every processor.

    Yields what waits for the end and returns the whole. Raises `CannotVerify`, also where one of
    the processes is killed.
    """
    hands = min(len(parts), os.cpu_count() or 1, _PROCESSES_MAX)
    # A fork would share the database connection.
    with ProcessPoolExecutor(hands, get_context("spawn")) as pool:
        judging = [pool.submit(_judge, url, part) for part in parts]
        try:
            yield lambda: _whole(judging, on_progress)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _judge(url: str, part: Part) -> Legality:
    with opened(url) as source:
        return judge(source.stories(part))


def _whole(
    judging: "Sequence[Future[Legality]]", on_progress: Callable[[int], None] | None
) -> Legality:
    whole = Legality(0, 0, [])
    try:
        for done in as_completed(judging):
            part = done.result()
            whole.cases += part.cases
            whole.facts += part.facts
            whole.faults += part.faults
            whole.seconds += part.seconds
            if on_progress is not None:
                on_progress(whole.facts)
    except BrokenProcessPool:
        raise CannotVerify(
            "核验办理合法性的进程中断，请重试。 One that judged the cases was ended; try again."
        ) from None
    return whole
