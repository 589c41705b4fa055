"""The words of the kinds of case beside task and pairing: one record of them for each kind.

A new kind of case writes its words in a file of its own and stands in `WORDS_OF_KINDS` once; every
list of words takes them from there.
"""

from collections.abc import Iterator

from wording.commitments import COMMITMENT_WORDS
from wording.facility import FACILITY_WORDS
from wording.finding import FINDING_WORDS
from wording.labels import Both
from wording.programme import PROGRAMME_WORDS
from wording.provider import PROVIDER_WORDS
from wording.province import PROVINCE_WORDS
from wording.site import SITE_WORDS
from wording.words import Words

WORDS_OF_KINDS: tuple[Words, ...] = (
    COMMITMENT_WORDS,
    FINDING_WORDS,
    PROVINCE_WORDS,
    SITE_WORDS,
    FACILITY_WORDS,
    PROGRAMME_WORDS,
    PROVIDER_WORDS,
)


STEPS_OF_KINDS = {words.category: dict(words.steps) for words in WORDS_OF_KINDS if words.steps}
"""Kind of case → state → the commands people usually give in it."""


def all_words(part: str) -> dict[str, Both]:
    """Return the words of every kind for *part*: `sentences`, `commands`, `fields`, `notices`."""
    return dict(_items(part))


def _items(part: str) -> Iterator[tuple[str, Both]]:
    for words in WORDS_OF_KINDS:
        yield from getattr(words, part).items()
