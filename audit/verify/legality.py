"""Is every case a story that the rules allow? Each one is folded by the domain, fact by fact.

The commands that led to the facts are not in the book, so the decider cannot be asked again; asked
is what facts alone can answer: each is of a known kind and form, may follow where the case stands,
and was not decided by whoever had asked for it. Memory holds one case at a time.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from time import perf_counter
from typing import Any

from pydantic import ValidationError

from audit.verify.collecting import without_collecting
from audit.verify.faults import Fault
from audit.verify.separated import broken_duties
from audit.verify.task_rules import wrong_in_task
from domain.casebook import CASES
from domain.cases import CaseKind
from domain.envelope import Happened
from domain.values import category_of
from ledger.entry import EntryUnreadable, happened, read

Told = tuple[str, int, int, bytes, bytes]
"""Stream, position, ordinal, body and hash of an entry, as `Source.stories` yields them."""

_SAY_EVERY = 2000


@dataclass
class Legality:
    """How many cases and facts were judged in how many seconds, and what was found."""

    cases: int
    facts: int
    faults: list[Fault]
    seconds: float = 0.0


def judge(told: Iterable[Told], on_progress: Callable[[int], None] | None = None) -> Legality:
    """Fold every case in *told*, which comes stream by stream in order of version."""
    found, began = Legality(0, 0, []), perf_counter()
    with without_collecting():
        for stream, entries in groupby(told, itemgetter(0)):
            found.cases += 1
            found.faults += _judge_one(stream, entries, found)
            if on_progress is not None and found.cases % _SAY_EVERY == 0:
                on_progress(found.facts)
    found.seconds = perf_counter() - began
    return found


def _judge_one(stream: str, entries: Iterable[Told], found: Legality) -> Iterator[Fault]:
    """Fold one case; after a fact that cannot be remembered the rest of it cannot be judged."""
    kind = CASES.get(category_of(stream))
    state: Any = None if kind is None else kind.initial
    hash_before = ""
    can_go_on = True
    for _, position, ordinal, body, stored_hash in entries:
        found.facts += 1
        if not can_go_on:
            continue
        try:
            entry = read(position, ordinal, body, stored_hash.hex())
        except (EntryUnreadable, AttributeError, TypeError):
            can_go_on = False  # the walk has said what is wrong with its bytes
            continue
        if kind is None:
            can_go_on = False
            yield Fault(position, stream, "legality", "no such kind of case")
            continue
        try:
            told_so = happened(kind, entry)
            for wrong in _wrong(kind, state, told_so, hash_before):
                yield Fault(position, stream, "legality", wrong)
            state = kind.evolve(state, told_so)
        except ValidationError as problem:
            can_go_on = False
            yield Fault(position, stream, "legality", _said(entry.kind, problem))
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, AssertionError) as no:
            # The domain's own words hold kinds and states; a bug's words could hold anything.
            can_go_on = False
            yield Fault(position, stream, "legality", f"{entry.kind}: {type(no).__name__}")
        hash_before = entry.hash


def _wrong(kind: CaseKind, state: Any, told: Happened[Any], hash_before: str) -> Iterable[str]:
    if kind.category == "task":
        return wrong_in_task(state, told, hash_before)
    if broken := broken_duties(state, told):
        return broken
    if kind.is_over(state):
        return (f"{told.fact.kind} after the end, in {kind.state_name(state)}",)
    return ()


def _said(kind: str, problem: ValidationError) -> str:
    """Name the fields that are wrong, never what stands in them."""
    faults = problem.errors(include_input=False, include_url=False, include_context=False)
    fields = sorted({".".join(map(str, fault["loc"])) or fault["type"] for fault in faults})
    return f"{kind}: {', '.join(fields[:5])}"
