"""The reasons of every due time of a case, each computed again with the calendar of its moment."""

from collections.abc import Iterable
from datetime import datetime

from audit.reading import Reader
from audit.replay.standing_then import RulesThen
from domain.clocks import Clock
from wording.explaining import Explaining, Reason, TermsBook


def explained_dues(
    reader: Reader, stream: str, until: int | None = None, book: TermsBook | None = None
) -> dict[int, tuple[Reason, ...]]:
    """Return the reasons of the due times each fact of *stream* states, by log position.

    *book* spares reading the registry again; facts without a due time are left out.
    """
    explaining = Explaining(book or RulesThen(reader).book)
    found = {entry.position: explaining.explain(entry) for entry in reader.stream(stream, until)}
    return {position: reasons for position, reasons in found.items() if reasons}


def explained_clocks(
    reader: Reader, stream: str, until: int, clocks: Iterable[Clock]
) -> dict[tuple[str, datetime], Reason]:
    """Return why each of the running *clocks* of *stream* is due when it is, by name and instant.

    *until* is the newest position to look at; what cannot be explained is left out.
    """
    explaining = Explaining(RulesThen(reader).book)
    known: dict[tuple[str, datetime], Reason] = {}
    by_due: dict[datetime, Reason] = {}
    seen = -1
    for entry in reader.stream(stream, until):
        for reason in explaining.explain(entry):
            known[reason.clock, reason.due] = by_due[reason.due] = reason
        seen = entry.seen
    found = {}
    for clock in clocks:
        reason_known = known.get((clock.name, clock.due))
        if reason_known is None and clock.name.startswith("due."):
            reason_known = explaining.warning(clock.name, clock.due, seen)
        if reason_known is None and "." not in clock.name:
            reason_known = by_due.get(clock.due)
        if reason_known is not None:
            found[clock.name, clock.due] = reason_known
    return found
