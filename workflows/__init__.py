"""Durable coordination [process managers]: a clerk stands by each case, talks have their own.

What lives here: what takes time, and the ports it needs; never a rule, a database or a word of
somebody's. Start reading at `support_task.py` and `pairing.py`, then `clerk.py`.
"""
