"""Policy packs and calendar years shipped as data.

Here live `packs/<id>.json`, one whole pack a file, and `calendars/<name>/<year>.json` in the
schema of holiday-cn; no rule, and nothing derived. Start at `shipped_pack`.

A new city starts from a copy of a pack, read with `read_pack`; nothing here is looked at again
once a pack or a year is published on its own stream.
"""

import json
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from domain.calendar import CalendarYear, Overlay, WorkCalendar
from domain.policy import Policy

DEFAULT_PACK = "gd-2022"
_BYTES_MAX = 1_048_576
_Model = TypeVar("_Model", bound=BaseModel)


class PolicyFileRefused(ValueError):
    """A policy or calendar file does not hold: which file, which fields, what was found."""

    def __init__(self, file: str, faults: tuple[tuple[str, str], ...]) -> None:
        self.file = file
        self.faults = faults
        lines = "".join(f"\n  {field}: {fault}" for field, fault in faults)
        super().__init__(f"{file} 不符合要求，请改正后重试 · does not hold; correct it:{lines}")


class PolicyUnknown(LookupError):
    """There is no shipped pack or calendar of this name."""


def pack_ids() -> tuple[str, ...]:
    """Return the ids of the shipped packs, in order."""
    return tuple(_names(_data("packs")))


@cache
def shipped_pack(pack_id: str = DEFAULT_PACK) -> Policy:
    """Return the shipped pack *pack_id*.

    Raises `PolicyUnknown` when there is none, `PolicyFileRefused` when its file does not hold.
    """
    if pack_id not in pack_ids():
        raise PolicyUnknown(_no("政策包", "policy pack", pack_id, pack_ids()))
    file = f"policies/packs/{pack_id}.json"
    pack = read_pack(_data("packs").joinpath(f"{pack_id}.json").read_bytes(), file)
    if pack.id != pack_id:
        raise PolicyFileRefused(file, (("id", f"expected {pack_id}, found {pack.id}"),))
    return pack


@cache
def shipped_years(calendar: str = "CN") -> tuple[CalendarYear, ...]:
    """Return the shipped years of *calendar*, oldest first.

    Raises `PolicyUnknown` when there is no such calendar, `PolicyFileRefused` when a file does
    not hold.
    """
    known = tuple(sorted(entry.name for entry in _data("calendars").iterdir() if entry.is_dir()))
    if calendar not in known:
        raise PolicyUnknown(_no("工作日历", "calendar", calendar, known))
    folder = _data("calendars").joinpath(calendar)
    years = []
    for name in _names(folder):
        file = f"policies/calendars/{calendar}/{name}.json"
        year = read_year(folder.joinpath(f"{name}.json").read_bytes(), file)
        if str(year.year) != name:
            raise PolicyFileRefused(file, (("year", f"expected {name}, found {year.year}"),))
        years.append(year)
    return tuple(years)


def shipped_calendar(pack: Policy) -> WorkCalendar:
    """Return the calendar *pack* counts by, made of the shipped years and the pack's hours."""
    return WorkCalendar.of(
        pack.calendar,
        shipped_years(pack.calendar),
        working_hours=pack.working_hours,
        utc_offset_minutes=pack.utc_offset_minutes,
    )


def read_pack(content: bytes, file: str) -> Policy:
    """Return the policy pack in *content*; *file* is named in the `PolicyFileRefused` it raises."""
    return _read(Policy, content, file)


def read_year(content: bytes, file: str) -> CalendarYear:
    """Return the calendar year in *content*, or raise `PolicyFileRefused` naming *file*."""
    return _read(CalendarYear, content, file)


def read_overlay(content: bytes, file: str) -> Overlay:
    """Return the local overlay in *content*, or raise `PolicyFileRefused` naming *file*."""
    return _read(Overlay, content, file)


def _read(model: type[_Model], content: bytes, file: str) -> _Model:
    if len(content) > _BYTES_MAX:
        fault = f"expected at most {_BYTES_MAX} bytes, found {len(content)}"
        raise PolicyFileRefused(file, (("file", fault),))
    try:
        value = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError) as problem:  # undecodable bytes are a ValueError too
        raise PolicyFileRefused(file, (("file", f"expected JSON in UTF-8: {problem}"),)) from None
    try:
        return model.model_validate(value)
    except ValidationError as problem:
        raise PolicyFileRefused(file, _faults(problem)) from None


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice, of which a reader would silently drop one."""
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise ValueError(f"a key stands twice in one object: {', '.join(twice)}")
    return found


def _faults(problem: ValidationError) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            ".".join(str(step) for step in error["loc"]) or "file",
            _fault(error["msg"], error["input"]),
        )
        for error in problem.errors(include_url=False)
    )


def _fault(message: str, found: Any) -> str:
    """Return what was expected and, for a short value, what was found."""
    expected = message.removeprefix("Value error, ")
    if isinstance(found, dict | list | tuple | BaseModel):
        return expected
    return f"{expected}; found {found!r:.80}"


def _no(chinese: str, english: str, wanted: str, known: tuple[str, ...]) -> str:
    listed = ", ".join(known)
    return f"没有名为 {wanted!r:.40} 的{chinese} · no such {english}; there are {listed}"


def _data(folder: str) -> Traversable:
    return files("policies").joinpath(folder)


def _names(folder: Traversable) -> list[str]:
    return sorted(
        entry.name.removesuffix(".json")
        for entry in folder.iterdir()
        if entry.name.endswith(".json")
    )
