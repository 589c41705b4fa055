"""Forgetting a resident: which keys end, and ending them; the fact of it must stand already.

The fact comes first: a key that is gone without a fact could not be told from damage. Everything
here may be repeated, and a second call finishes what a first one was kept from.
"""

from domain.oversight.parties import KINDS, Parties
from ledger.store import Ledger
from vault.vault import Vault


class NotRecorded(Exception):
    """A key was to be destroyed whose holder's erasure is not on record."""


def parties_of(ledger: Ledger) -> Parties:
    """Return who is a party of which task; reads every registration, for it must miss none."""
    parties = Parties()
    for kind in KINDS:
        for entry in ledger.of_kind(kind, None):
            parties.remember(entry.stream, entry.kind, entry.fact)
    return parties


def destroy_keys(ledger: Ledger, vault: Vault, subject: str) -> list[str]:
    """Destroy the key of *subject* and of every task that no other party is left of.

    Returns the holders whose keys are gone. Raises `NotRecorded` without the fact of the erasure.
    When it returns, neither keys nor ciphertexts are in the files of the vault.
    """
    if ledger.version(subject) == 0:
        raise NotRecorded(
            f"{subject} 没有删除记录，密钥不予销毁。 "
            f"The erasure of {subject} is not on record; its key is not destroyed."
        )
    holders = parties_of(ledger).holders_of(subject)
    for holder in holders:
        vault.erase(holder)
    return holders
