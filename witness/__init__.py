"""A witness: a small program of another organisation that vouches for the log only growing.

It keeps, for every log it was told to trust, the newest checkpoint it has cosigned, and cosigns
the next one only with a proof that the old tree is its beginning (C2SP tlog-witness). It knows
nothing of cases or people. Start reading at `asking.py`, then `store.py`, then `app.py`.
"""
