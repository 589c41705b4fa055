"""The dispatcher [outbox relay]: follows the log and wakes the clerks that have something to do.

What lives here: the cursor and its lease, who is to be woken and why, the wake-ups; never a rule,
and never a word for a case. Start reading at `dispatcher.py`, then `owing.py`.
"""
