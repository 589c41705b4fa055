"""Both databases by turns."""

from tests.ledger.conftest import kind, postgres

__all__ = ["kind", "postgres"]
