"""Do ledger, boards, workflows and histories tell the same story? See `reconciling.py`."""
