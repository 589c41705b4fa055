"""What an auditor runs: checks, replays and proofs that do not have to believe the writer.

Nothing here writes to the ledger, and nothing imports the code that does.
Start reading at `verify.py`.
"""
