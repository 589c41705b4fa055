"""What other cases may know of a provider: for what, where and until when it is admitted."""

from dataclasses import dataclass
from datetime import datetime

from domain.rules import Neighbour
from domain.values import covers


@dataclass(frozen=True)
class NeighbourProvider(Neighbour):
    """A provider as tasks, facilities and programmes see it.

    *may_begin* says whether it may be given new work: while it is admitted, warned or rectifying,
    not while it is suspended or leaving. *categories* and *areas* (division codes) are what it is
    admitted for now, none before it was; *grade* is its newest, *head* the head of its chain.
    """

    name: str
    kind: str
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    valid_until: datetime | None = None
    grade: str | None = None
    may_begin: bool = False
    head: str | None = None

    def serves(self, category: str, place: str, at: datetime) -> bool:
        """Say whether it may be given new work of *category* at *place*, a division code."""
        return (
            self.may_begin
            and category in self.categories
            and any(covers(area, place) for area in self.areas)
            and self.valid_until is not None
            and at < self.valid_until
        )
