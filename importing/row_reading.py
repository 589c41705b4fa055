"""Reading one row of a table: what its cells say, and the problems that gather meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from importing.cells import listed, seen, visible
from importing.tables import Problem, Row

ValueT = TypeVar("ValueT")


@dataclass
class RowReading:
    """The reading of one row; problems gather as the cells are read."""

    row: Row
    problems: list[Problem] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.problems.extend(self.row.problems)

    def cell(self, name: str) -> str:
        """Return what stands in a cell; a column the table lacks is empty."""
        return self.row.cells.get(name, "")

    def text(self, name: str) -> str:
        """Return the words of a cell in one line."""
        return " ".join(seen(self.cell(name)).split())

    def coded(self, name: str) -> str:
        """Return a code or a number as it is meant: what nobody sees does not matter in it."""
        return visible(self.cell(name)).strip()

    def fault(self, name: str, rule: str, chinese: str, english: str) -> None:
        """Note a problem, unless reading the table already found that cell unusable."""
        if not self.row.spoilt(name):
            self.problems.append(self.row.problem(name, rule, chinese, english))

    def word(
        self, name: str, words: Mapping[str, ValueT], rule: str, told: tuple[str, str]
    ) -> ValueT | None:
        """Return what the word in a cell stands for; a word that is not listed is a problem."""
        found = listed(self.cell(name), words)
        if found is None:
            self.fault(name, rule, *told)
        return found
