"""A finding: an entry of the problem ledger (问题台账) the check-up of the city's body fills.

A measured value that misses its target at a place, who sees to it, what that leans on, and how it
is verified and struck off. May import `domain` only.
"""
