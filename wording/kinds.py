"""The words of the kinds of case beside task and pairing: one record of them for each kind.

A new kind of case writes its words in a file of its own and stands in `WORDS_OF_KINDS` once; every
list of words takes them from there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wording.labels import Both


@dataclass(frozen=True)
class Words:
    """Everything people read of one kind of case, Chinese and English, by stored name."""

    category: str
    """The first part of its streams' names."""
    sentences: Mapping[str, Both]
    """Each kind of fact (`finding_recorded.v1`), in the language of `wording/template.py`."""
    commands: Mapping[str, Both]
    fields: Mapping[str, Both] = field(default_factory=dict)
    """What fields of its commands are called that no other kind's have."""
    notices: Mapping[str, Both] = field(default_factory=dict)
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The commands people usually give in each state, the usual one first."""


WORDS_OF_KINDS: tuple[Words, ...] = ()


STEPS_OF_KINDS = {words.category: dict(words.steps) for words in WORDS_OF_KINDS}
"""Kind of case → state → the commands people usually give in it."""


def all_words(part: str) -> dict[str, Both]:
    """Return the words of every kind for *part*: `sentences`, `commands`, `fields`, `notices`."""
    return dict(_items(part))


def _items(part: str) -> Iterator[tuple[str, Both]]:
    for words in WORDS_OF_KINDS:
        yield from getattr(words, part).items()
