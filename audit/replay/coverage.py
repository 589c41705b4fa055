"""Coverage and the figures of facilities counted again from the facts, by no code of the boards.

Every fact of a facility is read in log order and what is needed of it is kept in plain records;
neither the decider's memory nor what boards show is asked. Two ways to the same figure that agree
are worth more than one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from audit.reading import Reader
from ledger.entry import Entry

_MOVES = {
    "facility_proposed.v1": "PROPOSED",
    "facility_site_changed.v1": "PROPOSED",
    "facility_approved.v1": "APPROVED",
    "facility_dropped.v1": "DROPPED",
    "milestone_recorded.v1": "BUILDING",
    "completion_reported.v1": "ACCEPTING",
    "acceptance_refused.v1": "BUILDING",
    "facility_accepted.v1": "READY",
    "facility_opened.v1": "OPEN",
    "facility_suspended.v1": "SUSPENDED",
    "facility_resumed.v1": "OPEN",
    "facility_closed.v1": "CLOSED",
}
"""Where each fact leaves a facility; the others leave it where it is."""

_COMMUNITY_DIGITS = 12
_NEW = "NEW_BUILD"


@dataclass
class Built:
    """A facility as its facts tell of it, with the positions of those a figure rests on."""

    place: str
    functions: tuple[str, ...]
    complex: bool
    existing: bool
    proposed_at: datetime
    planned: int
    state: str = "PROPOSED"
    below_advised: bool = False
    opened_at: datetime | None = None
    spent: dict[str, int] = field(default_factory=dict)
    positions: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Recount:
    """A figure counted again: *numerator* of *denominator*."""

    numerator: int
    denominator: int


def facilities_at(reader: Reader, position: int) -> dict[str, Built]:
    """Return every facility as the facts up to *position* leave it."""
    found: dict[str, Built] = {}
    for entry in reader.entries(until=position, categories={"facility"}):
        _take_in(found, entry)
    return found


def _take_in(found: dict[str, Built], entry: Entry) -> None:
    fact: Mapping[str, Any] = entry.fact
    if entry.kind == "facility_proposed.v1":
        found[entry.stream] = Built(
            place=fact["place"],
            functions=tuple(fact["functions"]),
            complex=fact["facility_kind"] == "COMPLEX",
            existing=fact["site_kind"] != _NEW,
            proposed_at=entry.recorded_at,
            planned=sum(line["cents"] for line in fact["budget"]),
        )
    one = found[entry.stream]
    if entry.kind in _MOVES:
        one.state = _MOVES[entry.kind]
        one.positions.append(entry.position)
    match entry.kind:
        case "facility_site_changed.v1":
            one.existing = fact["site_kind"] != _NEW
        case "facility_accepted.v1":
            one.functions = tuple(fact["functions"])
            one.below_advised = fact["below_advised"]
        case "facility_opened.v1":
            one.opened_at = entry.recorded_at
        case "budget_revised.v1":
            one.planned = sum(line["cents"] for line in fact["budget"])
        case "spending_recorded.v1":
            one.spent[fact["voucher"]] = fact["cents"]
        case "spending_reversed.v1":
            one.spent[fact["voucher"]] = 0
        case _:
            pass


def open_functions(found: Mapping[str, Built]) -> dict[tuple[str, str], list[str]]:
    """Return the facilities that are open, by community and function."""
    cells: dict[tuple[str, str], list[str]] = {}
    for stream in sorted(found):
        one = found[stream]
        if one.state == "OPEN":
            for function in one.functions:
                cells.setdefault((one.place, function), []).append(stream)
    return cells


def recounted(
    found: Mapping[str, Built], communities: Iterable[str], functions: Sequence[str]
) -> dict[str, Recount]:
    """Return the figures of facilities, each with its parts."""
    listed = list(communities)
    wanted = {(place, function) for place in listed for function in functions}
    kept = [one for one in found.values() if one.state != "DROPPED"]
    complexes = [one for one in kept if one.complex and one.state != "CLOSED"]
    accepted = [one for one in complexes if one.state in {"READY", "OPEN", "SUSPENDED"}]
    days = [(one.opened_at - one.proposed_at).days for one in kept if one.opened_at is not None]
    return {
        "coverage": Recount(len(wanted & set(open_functions(found))), len(wanted)),
        "complexes_meeting": Recount(len(accepted), len(complexes)),
        "complexes_advised": Recount(sum(not one.below_advised for one in accepted), len(accepted)),
        "on_existing_stock": Recount(sum(one.existing for one in kept), len(kept)),
        "money_spent": Recount(
            sum(sum(one.spent.values()) for one in kept), sum(one.planned for one in kept)
        ),
        "days_to_open": Recount(sum(days), len(days)),
    }


def communities_at(reader: Reader, position: int) -> list[str]:
    """Return the divisions of the communities that stand in the registry at *position*."""
    standing: dict[str, tuple[str, str]] = {}
    for entry in reader.entries(until=position, categories={"unit"}):
        fact: Mapping[str, Any] = entry.fact
        match entry.kind:
            case "unit_registered.v1":
                unit = fact["unit"]
                standing[entry.stream] = (unit["kind"], unit["division"])
            case "unit_changed.v1":
                unit = fact["unit"]
                standing[entry.stream] = (unit["kind"], unit["division"])
            case "unit_closed.v1":
                standing.pop(entry.stream, None)
            case _:
                pass
    return sorted(
        {
            division
            for kind, division in standing.values()
            if kind in {"COMMUNITY", "RESIDENTS_COMMITTEE"} and len(division) == _COMMUNITY_DIGITS
        }
    )


def functions_at(reader: Reader, position: int, policy: str) -> tuple[str, ...]:
    """Return the functions that the pack *policy*, as published by *position*, looks for."""
    found: tuple[str, ...] = ()
    for entry in reader.entries(until=position, categories={"policy"}):
        published = entry.fact.get("policy")
        if entry.stream == f"policy/{policy}" and isinstance(published, Mapping):
            part = published.get("facilities")
            found = tuple(part["coverage"]) if part else ()
    return found
