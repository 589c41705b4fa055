"""Find the division of a street or a community by the name an office writes.

Names come with and without the district before and `街道办事处` or `居委会` behind; the registry's
own units decide what exists.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from domain.units import Unit, UnitKind
from importing.cells import folded

ABOVE = re.compile(r"^(.{2,8}?省)?(.{2,4}?市)?(.{2,4}?[区县])?(?=.{2,})")
STREET_END = re.compile(r"(人民政府)?(街道办事处|街道办|办事处|街道|街|镇|乡)$")
COMMUNITY_END = re.compile(
    r"(社区居民委员会|社区居委会|居民委员会|村民委员会|居委会|村委会|社区居委|社区|居委)$"
)
COMMUNITIES = (UnitKind.COMMUNITY, UnitKind.RESIDENTS_COMMITTEE)
WITHIN = re.compile(r"^.{1,6}?(街道办事处|街道|镇|乡)(?=.{2,})")
STREET_DIGITS = 9


def street_key(name: str) -> str:
    """Return the bare name of a street: 广州市天河区车陂街道办事处 and 车陂街 are both 车陂."""
    return stripped(name, STREET_END)


def community_key(name: str) -> str:
    """Return the bare name of a community: 天河区车陂街道西湖社区居委会 is 西湖."""
    return WITHIN.sub("", stripped(name, COMMUNITY_END))


def stripped(name: str, ending: re.Pattern[str]) -> str:
    """Return *name* without the divisions above it and without *ending*."""
    return ABOVE.sub("", ending.sub("", folded(name)))


@dataclass(frozen=True)
class Places:
    """The streets by bare name, and the communities by street and bare name."""

    streets: dict[str, str]
    communities: dict[tuple[str, str], str]

    @classmethod
    def of(cls, units: Iterable[Unit]) -> "Places":
        """Return the places that *units* stand for; a name that two places share is left out."""
        streets: dict[str, set[str]] = {}
        communities: dict[tuple[str, str], set[str]] = {}
        for unit in units:
            if unit.kind is UnitKind.STREET_OFFICE:
                streets.setdefault(street_key(unit.name), set()).add(unit.division)
            elif unit.kind in COMMUNITIES and len(unit.division) > STREET_DIGITS:
                key = (unit.division[:STREET_DIGITS], community_key(unit.name))
                communities.setdefault(key, set()).add(unit.division)
        return cls(
            {key: min(codes) for key, codes in streets.items() if len(codes) == 1},
            {key: min(codes) for key, codes in communities.items() if len(codes) == 1},
        )

    def street(self, name: str) -> str | None:
        """Return the division of the street *name*, or the code itself where a code is written."""
        if name in self.streets.values():
            return name
        return self.streets.get(street_key(name))

    def community(self, name: str, street: str) -> str | None:
        """Return the division of the community *name* in *street*.

        Where the registry knows no community of that street, the street itself is the place.
        """
        if not any(place[0] == street for place in self.communities):
            return street
        bare = community_key(name)
        found = self.communities.get((street, bare))
        if found is None and (name.isdigit() and name in self.communities.values()):
            return name if name.startswith(street) else None
        return found
