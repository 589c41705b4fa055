"""A province: the cities whose figure statements it holds, what they stated, and what contradicts.

Start reading at `decider.py`. Signatures and proofs are verified before (`services/province.py`);
what is recorded here is what was found good, or found contradictory, with the notes themselves.
"""
