"""The figures a programme froze, counted once more: baselines, quarters, assessments.

The definition is the writer's (`domain/community_figures.py`), the reader the auditor's own: what
is frozen in a fact is compared with what the facts up to its position come to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from audit.reading import Reader
from audit.replay.standing_then import NeighboursThen, StandingThen
from domain.community_figures import CommunityFigures, CountedBy, CountedCommunity


@dataclass(frozen=True)
class Recounted:
    """What one fact froze of one community, and what it comes to when it is counted again."""

    position: int
    kind: str
    frozen: CommunityFigures
    again: CountedCommunity

    @property
    def agrees(self) -> bool:
        """Whether every figure that was frozen is what the ledger comes to."""
        return all(self.again.frozen.value(one.figure) == one for one in self.frozen.figures)


def recounted(reader: Reader, programme: str) -> Iterator[Recounted]:
    """Yield everything the facts of *programme* froze, in log order, counted again."""
    for entry in reader.stream(programme):
        for frozen in _frozen_in(entry.fact):
            again = counted_then(reader, frozen.community, frozen.position)
            yield Recounted(entry.position, entry.kind, frozen, again)


def counted_then(reader: Reader, community: str, position: int) -> CountedCommunity:
    """Return what is counted of *community* at log position *position*, with the facts."""
    standing = StandingThen(reader, position)
    lowest = {
        pack: terms.policy.ratings.satisfied_from for pack, terms in standing.rules.policies.items()
    }
    divisions = {code: unit.division for code, unit in standing.rules.units.items()}
    by = CountedBy(lowest, divisions)
    return NeighboursThen(standing).community_figures((community,), by)[community]


def _frozen_in(fact: dict[str, Any]) -> Iterator[CommunityFigures]:
    """Yield the figures a fact holds: a baseline, those of a quarter, those of an assessment."""
    communities = fact.get("communities", ())
    found = (fact.get("baseline"), fact.get("figures"), *communities)
    for one in found:
        if isinstance(one, dict):
            yield CommunityFigures.model_validate(one)
