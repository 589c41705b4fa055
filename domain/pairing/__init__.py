"""The pairing (结对): from the three lists and the agreement to review, renewal and exit.

Commands ask, facts remember, states say what may happen next, the decider holds every rule.
Start reading at `decider.py`; the table it fulfils is printed in `docs/lifecycle.md`.
"""
