"""Whom to send a task to: a suggestion with its reasons, from facts alone; people decide.

Pure and versioned: the same candidates give the same order under the same version, whatever order
they come in.
"""

from dataclasses import dataclass

VERSION = "dispatch-suggestion@1"
SHOWN_MAX = 5


@dataclass(frozen=True)
class Candidate:
    """What is known of a unit that might handle a task."""

    unit: str
    leads: bool
    cooperates: bool
    paired: bool
    had_before: bool
    open_tasks: int
    done: int
    on_time: int
    refusal: str = ""


@dataclass(frozen=True)
class Reason:
    """One reason for a unit: its code, with the figures its sentence names."""

    code: str
    numbers: tuple[int, ...] = ()


def order(candidates: list[Candidate]) -> list[tuple[Candidate, tuple[Reason, ...]]]:
    """Return at most five candidates, the likeliest first, each with its reasons.

    Whoever leads the category by the pack comes before everybody else; then whoever had this
    matter before, parties of its pairing, whoever cooperates in the category, the share handled in
    time, the smaller load. One that the rules refuse stands last.
    """
    ranked = sorted(candidates, key=_rank)
    return [(one, _reasons(one)) for one in ranked[:SHOWN_MAX]]


def _rank(one: Candidate) -> tuple[bool, bool, bool, bool, bool, int, int, str]:
    return (
        bool(one.refusal),
        not one.leads,
        not one.had_before,
        not one.paired,
        not one.cooperates,
        -_share(one),
        one.open_tasks,
        one.unit,
    )


def _share(one: Candidate) -> int:
    """Return the percentage handled in time; nobody is judged by fewer than five tasks."""
    return 100 * one.on_time // one.done if one.done >= 5 else 80


def _reasons(one: Candidate) -> tuple[Reason, ...]:
    found = []
    if one.leads:
        found.append(Reason("leads"))
    elif one.cooperates:
        found.append(Reason("cooperates"))
    if one.paired:
        found.append(Reason("paired"))
    if one.had_before:
        found.append(Reason("had_before"))
    if one.done >= 5:
        found.append(Reason("on_time", (one.done, _share(one))))
    found.append(Reason("open_tasks", (one.open_tasks,)))
    return tuple(found)
