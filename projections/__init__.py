"""Read models, disposable: what people look at, derived from the ledger and never trusted by it.

What lives here: one file per board with its table, how facts change it and its questions; the
follower that applies the log in order. Never a rule, never a write to the ledger.
Start reading at `boards.py`, then `follower.py`, then any board.
"""
