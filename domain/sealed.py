"""References to sealed texts: what a fact holds instead of personal data.

A `Sealed` value says under whose key a text lies in the vault, and carries a digest keyed with
that same key, so that the digest dies with the key (个人信息保护法 art. 47).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import StringConstraints

from domain.values import CASE, UUID, Frozen


class Sealed(Frozen):
    """One sealed text: its key holder, its place in the vault, its keyed digest (HMAC-SHA-256)."""

    holder: Annotated[str, StringConstraints(pattern=rf"^({CASE}|(subject|person)/{UUID})$")]
    item: Annotated[str, StringConstraints(pattern=rf"^{UUID}$")]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True)
class Seal:
    """Marks a command field that a person writes as text and the gateway seals first.

    *holder* is `case` (sealed under the case's own key) or the name of the field of the same
    command that holds the key holder's id. *length_max* counts characters as written, or bytes
    after base64 decoding where *binary* is true.
    """

    holder: str = "case"
    length_max: int = 4000
    binary: bool = False


SealedText = Annotated[Sealed, Seal()]
"""A text of up to 4,000 characters told by or about a resident, sealed under the case's key."""

SealedDocument = Annotated[Sealed, Seal(length_max=10_485_760, binary=True)]
"""A file of up to 10 MiB, written in base64, sealed under the case's key."""


def sealed_in(fact: Mapping[str, Any]) -> Iterator[tuple[str, Sealed]]:
    """Yield every sealed text of a fact as JSON has it, by its field: `text`, `files.0.content`."""
    for name, value in fact.items():
        yield from _sealed_at(name, value)


def _sealed_at(path: str, value: Any) -> Iterator[tuple[str, Sealed]]:
    match value:
        case {"holder": _, "item": _, "digest": _} if len(value) == len(Sealed.model_fields):
            yield path, Sealed.model_validate(value)
        case Mapping():
            for name, inner in value.items():
                yield from _sealed_at(f"{path}.{name}", inner)
        case list() | tuple():
            for number, inner in enumerate(value):
                yield from _sealed_at(f"{path}.{number}", inner)
        case _:
            return
