"""The same two databases that the ledger's own tests use."""

from tests.ledger.conftest import kind, ledger_url, postgres, vault_url

__all__ = ["kind", "ledger_url", "postgres", "vault_url"]
