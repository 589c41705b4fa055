"""Open the books of one installation: ledger, vault, rule book and desk, in that order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desk.desk import Desk
from desk.rulebook import RuleBook
from ledger.store import Ledger, open_ledger
from vault.vault import Vault, open_vault


@dataclass(frozen=True)
class Books:
    """The open books; whoever opened them closes them."""

    ledger: Ledger
    vault: Vault
    rulebook: RuleBook
    desk: Desk

    def close(self) -> None:
        """Close the desk first, the ledger last."""
        self.desk.close()
        self.vault.close()
        self.ledger.close()


def open_books(
    ledger_url: str, vault_url: str, key_file: Path, default_policy: str, *, create: bool = True
) -> Books:
    """Open the books; raise `WeakSettings`, `LedgerUnavailable` or what the vault says."""
    ledger = open_ledger(ledger_url, create=create)
    try:
        vault = open_vault(vault_url, key_file, create=create)
    except BaseException:
        ledger.close()
        raise
    rulebook = RuleBook(ledger, default_policy)
    return Books(ledger, vault, rulebook, Desk(ledger, vault, rulebook))


@contextmanager
def books(
    ledger_url: str, vault_url: str, key_file: Path, default_policy: str, *, create: bool = True
) -> Iterator[Books]:
    """Open the books for the length of a `with` block."""
    opened = open_books(ledger_url, vault_url, key_file, default_policy, create=create)
    try:
        yield opened
    finally:
        opened.close()
