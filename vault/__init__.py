"""Sealed personal data: one key a holder, so that forgetting is destroying a key.

What lives here: keys, items and their erasure; never a text in clear. Start at `vault.py`.
"""
