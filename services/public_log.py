"""How the public log stands: its key, how far it is signed, published and witnessed, and alarms."""

from datetime import UTC, datetime
from typing import Any

from desk.opening import Books
from publishing.publisher import Publisher
from publishing.signer import key_on_record
from publishing.witnesses import KnownWitness
from runtime.settings import Settings
from transparency.checkpoints import read_checkpoint


def standing(settings: Settings, books: Books) -> dict[str, Any]:
    """Return how the public log of this home stands, as JSON values."""
    publisher = Publisher(settings, books)
    book = publisher.noting.standing()
    recorded, newest = key_on_record(book), publisher.checkpoints.newest()
    published = publisher.folder.published()
    return {
        "origin": None if recorded is None else recorded.name,
        "key": None if recorded is None else recorded.vkey,
        "at": datetime.now(UTC).isoformat(),
        "entries": publisher.books.ledger.head() + 1,
        "signed": 0 if newest is None else newest.size,
        "signed_at": None if newest is None else newest.signed_at.isoformat(),
        "published": None if published is None else read_checkpoint(published).size,
        "folder": str(publisher.folder.path),
        "witnesses": [
            {
                "name": name,
                "key": key.vkey,
                "url": url,
                "cosigned": publisher.checkpoints.newest_cosigned(
                    KnownWitness(name, key, url or "").id
                ),
                "alarm": book.alarms[key.name].value if key.name in book.alarms else None,
            }
            for name, (key, url) in publisher.policy().witnesses.items()
        ],
    }
