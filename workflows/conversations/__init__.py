"""Talks with the outside that may take days, each a workflow that reads as that talk.

A conversation asks, reminds and gathers; it decides nothing and keeps no deadline of the case. It
can be lost and begun again at any time: what it achieved is in the ledger, and every step has an
id of its own. Start reading at `talking.py`, then any of the five.
"""
