"""The rooms of the ledger in the order the reference tells of them; a new kind joins by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import BaseModel

from docs.probing import Row, kind_rows, pairing_rows, task_rows
from domain.casebook import CASES
from domain.models import models_of
from domain.values import CASE_CATEGORIES
from tests.domain.test_laws_of_kinds import KINDS
from wording.labels import LABELS, Both


@dataclass(frozen=True)
class Room:
    """The kinds of case of one part of the reference; *rows* are asked of the decider itself."""

    title: str
    categories: tuple[str, ...]
    states: dict[str, Both]
    rows: Callable[[], list[Row]] | None = None

    def models(self, part: str) -> tuple[type[BaseModel], ...]:
        """Return the models of the room's `commands` or `facts`, each once, in their order."""
        found: dict[str, type[BaseModel]] = {}
        for category in self.categories:
            adapter: Any = getattr(CASES[category], part)
            found |= models_of(adapter)
        return tuple(found.values())


def _states(category: str) -> dict[str, Both]:
    return LABELS[f"{category.capitalize()}State"]


def _of_the_case(category: str) -> Room:
    zh, en = LABELS["CaseKind"][category]
    stories = next(one for one in KINDS if one.KIND.category == category)
    title = f"{en.capitalize()} {zh}"
    return Room(title, (category,), _states(category), partial(kind_rows, stories))


_FIRST = ("task", "pairing")
ROOMS: tuple[Room, ...] = (
    Room("Support task 帮扶任务", ("task",), _states("task"), task_rows),
    Room("Pairing 结对", ("pairing",), _states("pairing"), pairing_rows),
    *(_of_the_case(one) for one in CASE_CATEGORIES if one in CASES and one not in _FIRST),
    Room("Registry 名册", ("unit", "person", "policy", "calendar", "subject", "notice"), {}),
    Room("Province 省级", ("city",), {}),
    Room("Oversight 审计与见证", ("audit", "unmasking", "workflow", "log", "webhook"), {}),
)
"""Every room there is."""
