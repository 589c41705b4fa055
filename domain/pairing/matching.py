"""Which offered resource could meet which need: a suggestion with its reasons; people decide.

Pure and versioned: the same items give the same matches under the same version, whatever order
they come in. The items of the lists are all it looks at.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.pairing.commands import ListItem
from domain.values import covers

VERSION = "need-resource-match@1"
SHOWN_MAX = 3
_TERM_MIN = 2


@dataclass(frozen=True)
class Resource:
    """A resource as the party *unit* offers it."""

    unit: str
    item: ListItem


@dataclass(frozen=True)
class Match:
    """A resource for a need, and what speaks for it: category, place, *terms* both titles hold."""

    need: str
    resource: str
    unit: str
    same_category: bool
    same_place: bool
    terms: tuple[str, ...]


def matches(needs: Iterable[ListItem], resources: Iterable[Resource]) -> tuple[Match, ...]:
    """Return at most three resources for each need, the likeliest first, needs by their code.

    A resource is suggested when it is of the need's category or its title has a term in common
    with the need's; the place alone is no reason, since every item of a pairing is in one street.
    """
    offered = [(one, _Title.of(one.item.title)) for one in resources]
    found: list[Match] = []
    for need in sorted(needs, key=lambda one: one.code):
        title = _Title.of(need.title)
        met = (_match(need, one, title.common(other)) for one, other in offered)
        fitting = (one for one in met if one.same_category or one.terms)
        found += sorted(fitting, key=_rank)[:SHOWN_MAX]
    return tuple(found)


def _match(need: ListItem, resource: Resource, terms: tuple[str, ...]) -> Match:
    item = resource.item
    return Match(
        need=need.code,
        resource=item.code,
        unit=resource.unit,
        same_category=item.category == need.category,
        same_place=_in_one_place(need.place, item.place),
        terms=terms,
    )


def _rank(one: Match) -> tuple[bool, int, bool, str, str]:
    return (
        not one.same_category,
        -sum(len(term) for term in one.terms),
        not one.same_place,
        one.resource,
        one.unit,
    )


def _in_one_place(one: str | None, other: str | None) -> bool:
    """Say whether one of the places lies in the other."""
    if one is None or other is None:
        return False
    return covers(one, other) or covers(other, one)


def terms_in_common(one: str, other: str) -> tuple[str, ...]:
    """Return the longest runs of two or more letters or digits that stand in both, in order.

    Chinese is written without spaces, so a term is whatever run both titles share.
    """
    return _Title.of(one).common(_Title.of(other))


@dataclass(frozen=True)
class _Title:
    """A title in lower case with a space for all that is no letter or digit, and its pairs."""

    letters: str
    pairs: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "_Title":
        letters = "".join(sign if sign.isalnum() else " " for sign in text.lower())
        pairs = {letters[at : at + _TERM_MIN] for at in range(len(letters) - _TERM_MIN + 1)}
        return cls(letters, frozenset(pair for pair in pairs if " " not in pair))

    def common(self, other: "_Title") -> tuple[str, ...]:
        if self.pairs.isdisjoint(other.pairs):
            return ()
        first, runs = self.letters, set()
        for start in range(len(first)):
            end = start + _TERM_MIN
            while end <= len(first) and first[start:end] in other.letters:
                if " " in first[start:end]:
                    break
                end += 1
            if end - 1 - start >= _TERM_MIN:
                runs.add(first[start : end - 1])
        longest = {run for run in runs if not any(run != one and run in one for one in runs)}
        return tuple(sorted(longest))
