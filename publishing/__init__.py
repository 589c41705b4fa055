"""The operator's side of the public log: signing checkpoints, publishing tiles, asking witnesses.

What was signed is never contradicted: two memories (the database's and the folder's own) must both
be the beginning of whatever is signed next. Start reading at `signer.py`, then `witnesses.py`,
then `publisher.py`, which does it all again and again.
"""
