"""What a party signs: the agreement's content and its digest, and how a signature names both.

The content is all that no longer changes once somebody has signed. Claims are not in it: a
department may still claim after another party has signed, and each claim is a fact of its own.
"""

import re
from dataclasses import dataclass
from typing import Any

from domain.canonical import digest_of
from domain.pairing.state import Agreement
from domain.values import instant_text


def content_of(agreement: Agreement, terms: tuple[str, ...]) -> dict[str, Any]:
    """Return what is signed as one value; *terms* are the mandatory terms of the pack, by code."""
    lists = sorted(agreement.lists, key=lambda one: (one.kind.value, one.unit))
    return {
        "title": agreement.title,
        "center": agreement.center,
        "departments": list(agreement.departments),
        "street": agreement.street,
        "lead": agreement.lead,
        "categories": list(agreement.categories),
        "term_start": instant_text(agreement.term_start),
        "term_end": instant_text(agreement.term_end),
        "policy": agreement.policy,
        "round": agreement.round,
        "terms": sorted(terms),
        "lists": [
            {
                "list": one.kind.value,
                "unit": one.unit,
                "items": [item.model_dump(mode="json") for item in one.items],
            }
            for one in lists
        ],
    }


def agreement_digest(agreement: Agreement, terms: tuple[str, ...]) -> str:
    """Return the SHA-256 of the agreement's content in canonical form, in hexadecimal."""
    return digest_of(content_of(agreement, terms))


@dataclass(frozen=True)
class Signature:
    """A signature given on a page: to which content, and on paper where a page was scanned.

    Both are SHA-256 in hexadecimal.
    """

    agreement: str
    scan: str | None = None

    def text(self) -> str:
        """Return the signature as it stands in the fact, for ever."""
        signed = f"agreement sha-256={self.agreement}"
        return signed if self.scan is None else f"{signed}; scan sha-256={self.scan}"


_WRITTEN = re.compile(r"agreement sha-256=([0-9a-f]{64})(?:; scan sha-256=([0-9a-f]{64}))?")


def read_signature(text: str) -> Signature | None:
    """Return the signature that *text* holds; None for one made outside, such as a detached JWS."""
    found = _WRITTEN.fullmatch(text)
    return None if found is None else Signature(found[1], found[2])
