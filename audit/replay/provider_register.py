"""Who stands in the register of providers, and with which grade, read from the facts alone.

Every fact of a provider is read in log order and what is needed of it is kept in plain records;
neither the decider's memory nor what boards show is asked.
"""

from dataclasses import dataclass

from audit.reading import Reader
from ledger.entry import Entry

_MOVES = {
    "admission_applied.v1": "APPLIED",
    "application_taken_up.v1": "VERIFYING",
    "provider_refused.v1": "REFUSED",
    "provider_admitted.v1": "ADMITTED",
    "provider_warned.v1": "WARNED",
    "rectification_submitted.v1": "RECTIFYING",
    "rectification_confirmed.v1": "ADMITTED",
    "rectification_refused.v1": "WARNED",
    "provider_suspended.v1": "SUSPENDED",
    "provider_exit_requested.v1": "EXITING",
    "exit_ordered.v1": "EXITING",
    "measure_lifted.v1": "ADMITTED",
    "provider_exited.v1": "EXITED",
    "provider_lapsed.v1": "LAPSED",
}
"""Where each fact leaves a provider; a restored one is where the fact says."""

REGISTERED = frozenset({"ADMITTED", "WARNED", "RECTIFYING", "SUSPENDED", "EXITING"})
"""The states in which a provider stands in the register."""


@dataclass
class Registered:
    """A provider as its facts tell of it; *grade* is the newest one there was."""

    state: str = "APPLIED"
    grade: str | None = None


def providers_at(reader: Reader, position: int) -> dict[str, Registered]:
    """Return every provider as the facts up to *position* leave it."""
    found: dict[str, Registered] = {}
    for entry in reader.entries(until=position, categories={"provider"}):
        _take_in(found.setdefault(entry.stream, Registered()), entry)
    return found


def _take_in(one: Registered, entry: Entry) -> None:
    if entry.kind == "provider_restored.v1":
        one.state = entry.fact["then"]
    elif entry.kind == "period_rated.v1":
        one.grade = entry.fact["grade"] or one.grade
    else:
        one.state = _MOVES.get(entry.kind, one.state)
