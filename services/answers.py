"""How answers look to machines: one JSON shape each, whichever door they leave by."""

from typing import Any

from domain.refusals import CommandRefused
from wording.office_words import in_office_words


def refused_as_json(refusal: CommandRefused) -> dict[str, Any]:
    """Return a refusal: the rule, and its sentence in both languages."""
    return {
        "outcome": "refused",
        "rule": refusal.rule,
        "chinese": in_office_words(refusal.chinese),
        "english": refusal.english,
    }
