"""Durable coordination: one clerk stands by each case, and talks with the outside have their own.

What lives here: workflows and the ports they need; never a rule, a database or a clock of its own.
Start reading at `clerk.py`, then `support_task.py` and `pairing.py`.
"""
