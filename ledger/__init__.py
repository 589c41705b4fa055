"""The book of record: an append-only, totally ordered ledger, and the vault for personal data.

Nothing here decides; a fact that stands here has happened, and is never changed or removed.
Start reading at `entry.py` (what is hashed), then `store.py` (the door), then `vault.py`.
"""
