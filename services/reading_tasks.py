"""What somebody reads of a task: names opened as far as the rules let them see, the rest masked."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.rules import Rules
from domain.sealed import Sealed
from domain.task.reading import Sight, sight
from domain.task.state import Known
from ledger.entry import Entry
from services.seeing import Seer
from vault.vault import Vault
from wording.names import KnownNames, Opening


def names_for(seer: Seer, seen: Sight, entries: Iterable[Entry] = ()) -> KnownNames:
    """Return names that open what is theirs to read, and mask how a resident is reached.

    Of *entries*, documents stay sealed: a file that happens to be text is no part of a sentence.
    """
    documents = frozenset(one.fact["document"]["item"] for one in entries if "document" in one.fact)
    opened = opening(seer.house.books.vault, seen, documents)
    return KnownNames(seer.rules, opened, seer.number_of)


def opening(vault: Vault, seen: Sight, without: frozenset[str] = frozenset()) -> Opening:
    """Return what opens a sealed text, but those *without*, for who sees this much of its task.

    A text is opened once, however often a page tells it: the same few people act all along.
    """
    known: dict[tuple[str, str, str], str | None] = {}

    def opened(sealed: Sealed) -> str | None:
        this = (sealed.holder, sealed.item, sealed.digest)
        if this not in known:
            known[this] = laid_open(sealed)
        return known[this]

    def laid_open(sealed: Sealed) -> str | None:
        resident = sealed.holder.startswith("subject/")
        if seen < Sight.WORDS or sealed.item in without:
            return None
        plain = vault.open(sealed)
        if plain is None:
            return None
        try:
            text = plain.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return text if not resident or seen >= Sight.CONTACT else masked(text)

    return opened


def masked(text: str) -> str:
    """Return a name or number with its middle out of sight: 王*兰, 138****0000."""
    if len(text) >= 7 and any(sign.isdigit() for sign in text):
        return f"{text[:3]}****{text[-4:]}"
    if len(text) <= 1:
        return "*"
    return f"{text[0]}{'*' * max(1, len(text) - 2)}{text[-1] if len(text) > 2 else ''}"


def words_of(seer: Seer, entries: Any, seen: Sight) -> dict[str, str]:
    """Return what was said, and how the resident is reached, as far as it is seen."""
    return words_by(names_for(seer, seen), entries)


def words_by(names: KnownNames, entries: Any) -> dict[str, str]:
    """Return what was said, and how the resident is reached, as far as *names* opens it."""
    found = dict.fromkeys(("text", "name", "phone", "address"), "")
    for entry in entries:
        if entry.kind in {"task_registered.v1", "registration_corrected.v1"}:
            for field in found:
                sealed = entry.fact.get(field)
                plain = None if sealed is None else names.opened(sealed)
                if plain is not None:
                    found[field] = plain
    return found


def widest_sight(task: Known, person: str, rules: Rules, at: datetime) -> Sight:
    """Return the most that any post of *person* lets them see of *task*."""
    known = rules.people.get(person)
    posts = () if known is None else known.grants
    found = [sight(task, person, one.role, one.unit, rules, at) for one in posts if one.stands(at)]
    return max(found, default=Sight.NOTHING)
