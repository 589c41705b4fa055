"""Is the book what it was? Chain, tree, legality, seals, checkpoints: see `verifying.py`."""
